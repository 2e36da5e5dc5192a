"""What holds for every chapter on people and safety, in trials of any size: rows can be found, no zero stands alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import get_args

import numpy as np
import pytest

from firstdose.analysis.events.adverse_events import adverse_events
from firstdose.analysis.events.dlt import dlt
from firstdose.analysis.events.event_rates import event_rates
from firstdose.analysis.events.event_resolution import event_resolution
from firstdose.analysis.events.stopping import stopping
from firstdose.analysis.frame import SETS, Frame
from firstdose.analysis.named_methods import METHODS
from firstdose.analysis.people.baseline import baseline
from firstdose.analysis.people.exposure import exposure
from firstdose.analysis.people.populations import populations
from firstdose.records.results import Format, Result, frame_of_results
from tests.analysis.small_trials import event, frame, person, with_doses

CHAPTERS: tuple[Callable[[Frame], Iterator[Result]], ...] = (
    populations,
    baseline,
    exposure,
    dlt,
    adverse_events,
    event_rates,
    event_resolution,
    stopping,
)
TERMS = ("Headache", "Fever", "Nausea", "Seizure")


def made(people: int, levels: tuple[int, ...], mean_events: float, *, control: bool = False) -> Frame:
    """People of these levels in turn, with a Poisson number of events each; the seed is the number of people."""
    generator = np.random.default_rng(people)
    subjects = [
        person(f"P{number:03}", levels[number % len(levels)], has_dlt=bool(number % 7 == 3), sex="female")
        for number in range(people)
    ]
    events = [
        event(
            each.subject,
            number,
            term=TERMS[int(generator.integers(4))],
            grade=int(generator.integers(1, 5)),
            is_serious=[True, False, None][int(generator.integers(3))],
            first_day=(day := int(generator.integers(0, 30))),
            last_day=day,
            end_first_day=day + 5,
            end_last_day=day + int(generator.integers(5, 9)),
        )
        for each in subjects
        for number in range(1, int(generator.poisson(mean_events)) + 1)
    ]
    doses = (5, 10, 16, 24)
    return frame(subjects, events, protocol=with_doses(*doses, control="placebo" if control else None))


TRIALS = {
    "nobody": made(0, (1,), 0),
    "one person": made(1, (1,), 3),
    "one level": made(6, (2,), 1),
    "no events": made(15, (1, 2, 3, 4), 0),
    "fifteen": made(15, (1, 2, 3, 4), 2),
    "with a control": made(30, (0, 1, 2), 2, control=True),
    "three hundred": made(300, (1, 2, 3, 4), 3),
}


@pytest.fixture(scope="module", params=TRIALS)
def results(request: pytest.FixtureRequest) -> list[Result]:
    return [each for chapter in CHAPTERS for each in chapter(TRIALS[request.param])]


def test_every_row_can_be_found(results: list[Result]) -> None:
    keys = Counter((r.chapter, r.table, r.what, r.within, r.when, r.group, r.statistic, r.population) for r in results)
    assert {key: count for key, count in keys.items() if count > 1} == {}
    assert all(each.what and each.statistic and each.table for each in results)
    assert all(each.table == each.table.lower().replace(" ", "_") for each in results)


def test_a_figure_is_there_or_a_reason_why_not(results: list[Result]) -> None:
    assert all(each.warning or each.text for each in results if each.value is None)
    assert all(np.isfinite(each.value) for each in results if each.value is not None)
    frame_of_results(results)


def test_no_share_of_people_that_estimates_something_stands_without_an_interval(results: list[Result]) -> None:
    describing = {"populations", "baseline"}
    shares = [each for each in results if each.statistic == "people" and each.of and each.value is not None]
    plain = [each for each in shares if each.confidence is None and each.chapter not in describing]
    assert {(each.chapter, each.table) for each in plain} <= {("exposure", "batches"), ("dlt", "evaluability")}
    for each in shares:
        if each.confidence is not None:
            assert each.lower is not None
            assert each.upper is not None
            assert each.lower <= each.value / each.of <= each.upper  # type: ignore[operator]


def test_limits_stand_on_both_sides_of_the_figure(results: list[Result]) -> None:
    for each in results:
        if each.value is not None and each.format in ("rate", "proportion", "number") and each.upper is not None:
            assert each.value <= each.upper * (1 + 1e-9)
        if each.value is not None and each.format in ("rate", "proportion", "number") and each.lower is not None:
            assert each.lower * (1 - 1e-9) <= each.value


def test_methods_are_named_and_have_tests(results: list[Result]) -> None:
    for name in {each.method for each in results} - {""}:
        assert METHODS[name].tests


def test_sets_and_formats_are_known(results: list[Result]) -> None:
    assert {each.population for each in results} <= {*SETS, ""}
    assert {each.format for each in results} <= set(get_args(Format))


def test_counts_lead_to_their_records(results: list[Result]) -> None:
    for each in results:
        if each.statistic == "events" and each.value and each.chapter != "event_resolution":
            assert len(each.records) == each.value
        if each.records:
            assert all((":" in record and "/" in record) or record.startswith("subjects:") for record in each.records)


def test_the_same_seed_gives_the_same_results() -> None:
    trial = TRIALS["fifteen"]
    once, again = ([each for chapter in CHAPTERS for each in chapter(trial)] for _ in range(2))
    assert once == again
    other = Frame(trial.protocol, trial.data, 2)
    assert list(event_rates(other)) != list(event_rates(trial))
