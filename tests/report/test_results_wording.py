"""How figures and keys are written, and which are the key figures: expected words written by hand."""

from __future__ import annotations

from typing import Any

import pytest

from firstdose.analysis.analysing import CHAPTERS
from firstdose.records.results import Provenance, Result, Results
from firstdose.report.results.glance import at_a_glance
from firstdose.report.results.names import TITLES, in_sentence, in_small_letters, title, words
from firstdose.report.results.wording import figure, plain

ORIGIN = Provenance("T", "0" * 64, "0" * 64, None, 1, "0")


def made(**fields: Any) -> Result:
    return Result(**{"chapter": "c", "table": "t", "what": "w", "statistic": "s", **fields})


def glance(*results: Result) -> dict[str, str]:
    return {each.name: each.words for each in at_a_glance(Results.of(results, ORIGIN))}


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (-7.1e-15, 4, "0"),
        (45.731, 4, "45.73"),
        (45.731, 3, "45.7"),
        (1234.4, 3, "1,234"),
        (999.4, 3, "999"),
        (12345.6, 3, "12,346"),
        (-0.0526, 3, "−0.0526"),
    ],
)
def test_a_number_has_the_digits_that_mean_something(value: float, digits: int, text: str) -> None:
    assert plain(value, digits) == text


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (made(value=45.731, statistic="mean"), "45.7"),
        (made(value=45.731, statistic="median"), "45.73"),
        (made(value=0.18412, lower=-0.31333, upper=0.60211), "0.184 [−0.313, 0.602]"),
        (made(value=9.3117, format="rate"), "9.31"),
        (made(value=4.902), "4.902"),
    ],
)
def test_an_estimate_has_fewer_digits_than_what_was_measured(result: Result, text: str) -> None:
    assert figure(result) == text


def test_keys_are_written_as_people_say_them() -> None:
    assert words("rate_that_shows_with_80_percent_probability") == "rate that shows with 80\u00a0% probability"
    assert words("jonckheere_terpstra") == "Jonckheere-Terpstra"
    assert words("events_per_person_year") == "events per person-year"
    assert title("among_evaluable") == "DLTs among the evaluable"
    assert not TITLES.keys() & {*CHAPTERS} - {"scores"}


@pytest.mark.parametrize(
    ("entered", "text"),
    [
        ("WITHDRAWAL BY SUBJECT", "withdrawal by subject"),
        ("WITHDRAWAL BY SUBJECT: moved to Bern", "withdrawal by subject: moved to Bern"),
        ("OTHER: MRI not possible", "other: MRI not possible"),
        ("moved: to Bern", "moved: to Bern"),
    ],
)
def test_a_term_in_capitals_is_told_in_small_letters_and_what_people_said_as_it_is(entered: str, text: str) -> None:
    assert in_small_letters(entered) == text


def test_names_inside_a_sentence_begin_small_but_for_abbreviations() -> None:
    assert [in_sentence(name) for name in ("Magnesium", "ALT", "Treated", "")] == ["magnesium", "ALT", "treated", ""]


def test_worsening_is_named_by_its_definition() -> None:
    row = made(
        chapter="disability", table="confirmed_change", what="worsening", within="edss", when="worsening_24_weeks",
        statistic="people", value=0.0, of=15.0, format="count",
    )  # fmt: skip
    assert glance(row) == {
        "EDSS: first worsening confirmed after 24 weeks, fixed baseline": "0/15 (0\u00a0%)",
    }


def test_a_control_in_the_figure_is_told() -> None:
    row = made(chapter="adverse_events", table="deaths", what="death", statistic="people", value=1.0)
    assert glance(row, made(group="0")) == {"Death, control included": "1"}


def test_what_could_not_be_made_is_told_where_the_protocol_asks_for_it() -> None:
    volume = {"chapter": "mri", "table": "brain_volume", "statistic": "mean", "warning": "nobody has a change"}
    assert glance(made(**volume)) == {}
    assert glance(made(**volume, objective="secondary")) == {
        "Mean change of brain volume": "not known (nobody has a change)"
    }
    antibodies = made(chapter="troughs", table="donor_specific_antibodies", statistic="people", warning="none recorded")
    assert glance(antibodies) == {}
    assert glance(antibodies, made(table="troughs")) == {"Donor-specific antibodies": "not known (none recorded)"}
