"""The page of the next trial: its chapters, what it must say, and that it stands alone."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from firstdose.report.documents.blocks import Bullets, Document, Paragraph, Picture, Table
from firstdose.report.next_trial.page import Origin, next_trial_document, render_next_trial
from firstdose.simulation.next_trial import NO_EFFICACY, Assessment, Taken, assess
from firstdose.simulation.next_trial.taken import SHARE
from tests.simulation.next_trials import DESIGNS, change, number, settings_of, worsening

ORIGIN = Origin("next.yaml", "0.0", date(2026, 1, 2))
PRIOR = {
    "elicited_from": "three neurologists, one after the other",
    "no_effect": number(0.4),
    "cells": {"median": 0.6, "lower": 0.4, "upper": 0.9, "source": "assumed"},
    "lower_doses": {"lowest": 0.5, "highest": 1, "source": "assumed"},
    "drug": {"median": 0.9, "lower": 0.8, "upper": 1.1, "source": "assumed"},
}


@pytest.fixture(scope="module")
def found() -> Assessment:
    looks = {"information": [0.5, 1], "futility_below": [0]}
    settings = settings_of(worsening(0.5, prior=PRIOR), *DESIGNS, looks=looks, endpoints=[
        worsening(0.5, prior=PRIOR), change(0.5),
    ])  # fmt: skip
    return assess(settings, trials=120, seed=2)


@pytest.fixture(scope="module")
def document(found: Assessment) -> Document:
    return next_trial_document(found, ORIGIN)


def tables(document: Document, chapter: str) -> list[Table]:
    (wanted,) = [each for each in document.chapters if each.identifier == chapter]
    return [block for block in wanted.blocks if isinstance(block, Table)]


def texts(document: Document) -> list[str]:
    return [block.text for chapter in document.chapters for block in chapter.blocks if isinstance(block, Paragraph)]


def test_chapters_in_order_the_plain_one_first(document: Document) -> None:
    assert [each.identifier for each in document.chapters] == [
        "plain", "identified", "power", "size", "assurance", "phase-one", "assumptions", "methods",
    ]  # fmt: skip
    plain = document.chapters[0]
    (bullets,) = [block for block in plain.blocks if isinstance(block, Bullets)]
    assert len(bullets.items) == len(DESIGNS)
    assert all("It tells, as the trial before could not: " in item for item in bullets.items)


def test_when_the_drug_is_stopped_is_said_in_months(document: Document) -> None:
    (bullets,) = [block for block in document.chapters[0].blocks if isinstance(block, Bullets)]
    by_design = {design["id"]: item for design, item in zip(DESIGNS, bullets.items, strict=True)}
    assert "cells against none, after tacrolimus was stopped at month 6" in by_design["two_arms"]
    assert "cells against none, without tacrolimus" in by_design["two_by_two"]
    assert "the drug" not in " ".join(bullets.items)


def test_endpoints_have_their_own_words(found: Assessment) -> None:
    page = render_next_trial(found, ORIGIN)
    assert "brain_volume" not in re.sub(r"data:[^\"']*", "", page)
    table = tables(next_trial_document(found, ORIGIN), "size")[0]
    assert {line.cells[0].text for line in table.rows} == {each.name for each in found.settings.endpoints}


def test_which_designs_can_tell_the_drug(document: Document) -> None:
    words = [block.text for block in document.chapters[0].blocks if isinstance(block, Paragraph)]
    assert (
        "The cells, or tacrolimus? What tacrolimus itself does can be told by: two by two and stopping; the rest"
        in (" ".join(words))
    )


def test_it_says_that_the_trial_before_gives_no_prior(found: Assessment) -> None:
    page = render_next_trial(found, ORIGIN)
    assert page.count(NO_EFFICACY) == 3
    assert "No data of the trial before were given" in page
    assert "three neurologists, one after the other" in page


def test_what_the_figures_cannot_tell_stands_before_them(found: Assessment, document: Document) -> None:
    assert not [each for each in texts(document) if each.startswith("Mind: ")]
    aim = replace(found.settings.aim, power=0.9999)
    bold = next_trial_document(replace(found, settings=replace(found.settings, aim=aim)), ORIGIN)
    caution = "Mind: a power of 99.99 % lets 0.012 of 120 simulated trials fail, too few to tell it from a higher"
    for chapter in ("plain", "size"):
        first = next(each for each in bold.chapters if each.identifier == chapter).blocks[0]
        assert isinstance(first, Paragraph)
        assert first.text.startswith(caution)
        assert first.text.endswith("less power.")


def test_tables_have_one_way_to_write_a_number(document: Document) -> None:
    cells = [cell.text for chapter in document.chapters for table in tables(document, chapter.identifier)
             for line in table.rows for cell in line.cells]  # fmt: skip
    assert "−0.6 % a year" in cells, "the natural course of brain volume"
    assert not [text for text in cells if re.match(r"-[0-9]", text)]


TAKEN = Taken(
    "slope on the dose", -0.0421, "log2 per doubling", -0.0953, 0.011, "15 people", stated=-0.05, key="", used=None
)


def test_figures_of_the_trial_before_are_written_so_too(found: Assessment) -> None:
    share = Taken("visits that are missed", 0.04, SHARE, 0.012, 0.0997, "4 of 100", "conduct.missed_visit", 0.05)
    table = tables(next_trial_document(replace(found, taken=(TAKEN, share)), ORIGIN), "phase-one")[0]
    slope, missed = ([cell.text for cell in line.cells[1:4]] for line in table.rows)
    assert slope == ["−0.0421 log2 per doubling", "−0.0953 to 0.011 log2 per doubling", "−0.05"]
    assert missed == ["4.0\u00a0%", "1.2\u00a0% to 10.0\u00a0%", "5.0\u00a0%"]


def test_power_of_the_table_is_the_one_computed(found: Assessment, document: Document) -> None:
    table = tables(document, "power")[0]
    lines = [line for line in table.rows if line.cells and line.cells[0].text == "high"]
    first = found.powers[0].shown["high"]
    assert lines[0].cells[1].text == f"{100 * first.value:.1f}\u00a0±\u00a0{100 * first.error:.1f}"


def test_what_is_told_stands_in_the_table(document: Document) -> None:
    told = tables(document, "identified")[0]
    assert told.columns == ("what is asked", "the trial before", "two arms", "two doses", "two by two", "stopping")
    by_name = {line.cells[0].text: [cell.text for cell in line.cells[1:]] for line in told.rows}
    assert by_name["cells against none, on the drug"][0] == "no"
    assert by_name["highest against lowest dose of cells"][0] == "yes"
    assert set(by_name["the injection itself"]) == {"no"}


def test_only_endpoints_with_a_belief_have_an_assurance(document: Document) -> None:
    assert [table.caption for table in tables(document, "assurance")] == [
        "Assurance in % by number of participants: confirmed worsening"
    ]


def test_pictures_have_words_and_data(document: Document) -> None:
    pictures = [block for chapter in document.chapters for block in chapter.blocks if isinstance(block, Picture)]
    assert [each.name for each in pictures] == ["power", "assurance"]
    for each in pictures:
        assert len(each.alternative) > 100
        assert each.data.startswith("design,endpoint,participants,comparison,value,standard_error\n")
        assert each.data.count("\n") > len(DESIGNS)


def test_the_page_stands_alone_and_is_the_same_every_time(found: Assessment) -> None:
    page = render_next_trial(found, ORIGIN)
    assert "http:" not in page
    assert "https:" not in page
    assert not re.search(r"nan|None", re.sub(r"data:[^\"']*|<script.*?</script>", "", page, flags=re.DOTALL))
    assert page == render_next_trial(found, ORIGIN)
