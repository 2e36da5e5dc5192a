"""The analyses recover what is true of virtual trials; the committed figures of 2,000 trials are still the code's.

Truth comes from the scenario's parameters, or from people as they truly were in trials of another seed; nothing of the
analysis is used for it. Some trials are made and analysed again here, and the truths of some others worked out again:
where figures differ, the file must be made again (`python -m tests.recovery.analyses`) and looked at.
"""

import ast
import math
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from firstdose.records.results import Result
from firstdose.validation import recovery, recovery_courses, recovery_people, recovery_truths
from firstdose.validation.recovery import NOT_MADE, RIGHT, WRONG, Figure, Recovered, figures_among, outcome
from firstdose.validation.recovery_studies import STUDIES
from firstdose.validation.recovery_targets import LEVEL, NOMINAL, Shortfall, Target
from tests.recovery import analyses

ARTEFACT = recovery.artefact()
LINES = {
    (name, line.target.name): line for name, study in STUDIES.items() for line in recovery.lines_of(ARTEFACT, study)
}
CLOSE = 1e-6
NOMINAL_LEVEL = 1 - NOMINAL


def test_every_target_was_looked_at_in_2000_trials() -> None:
    assert ARTEFACT["trials"] >= 2000
    assert (ARTEFACT["seed"], ARTEFACT["truth_seed"]) == (recovery.SEED, recovery.TRUTH_SEED)
    assert list(ARTEFACT["studies"]) == list(STUDIES)
    for name, study in STUDIES.items():
        names = [target.name for target in study.targets]
        assert list(ARTEFACT["studies"][name]["outcomes"]) == names
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("key", LINES, ids=": ".join)
def test_coverage_and_level_hold(key: tuple[str, str]) -> None:
    """Coverage at least nominal minus three standard errors, level at most nominal plus three. Where it is stated why
    that cannot be, the same of what is asked instead."""
    line = LINES[key]
    if line.target.asked is None:
        assert line.target.shortfall
    else:
        assert line.holds, (line.share, line.bound, line.made)


def test_little_falls_short_and_each_time_it_is_said_why() -> None:
    short = [line.target for line in LINES.values() if line.target.shortfall]
    assert all(target.shortfall and target.shortfall.reason for target in short)
    assert sum(target.asked is None for target in short) <= 2
    for target in short:
        if target.asked is not None:
            assert target.asked > NOMINAL_LEVEL if target.is_level else 0.6 < target.asked < NOMINAL


@pytest.mark.parametrize("key", LINES, ids=": ".join)
def test_the_analysis_can_be_made_as_often_as_is_stated(key: tuple[str, str]) -> None:
    line = LINES[key]
    assert line.is_made_often_enough, (line.made, line.target.least_made)


@cache
def again(study: str) -> dict[int, list[Figure]]:
    """The figures of the trials that were kept, made once more."""
    numbers = analyses.kept_numbers(ARTEFACT["trials"])
    return dict(zip(numbers, analyses.figures(study, numbers), strict=True))


def is_close(before: float | None, now: float | None) -> bool:
    if before is None or now is None:
        return before is now
    return math.isclose(before, now, rel_tol=CLOSE, abs_tol=CLOSE)


@pytest.mark.parametrize("study", STUDIES)
def test_the_code_still_gives_these_figures(study: str) -> None:
    kept = ARTEFACT["studies"][study]["kept"]
    assert list(map(int, kept)) == list(again(study))
    for number, row in again(study).items():
        for target, before, now in zip(STUDIES[study].targets, kept[str(number)], row, strict=True):
            assert all(map(is_close, before, now)), (number, target.name, before, now)


@pytest.mark.parametrize("study", STUDIES)
def test_the_outcomes_follow_from_figures_and_truths(study: str) -> None:
    of_study = ARTEFACT["studies"][study]
    for number, row in again(study).items():
        for target, figure in zip(STUDIES[study].targets, row, strict=True):
            stored = of_study["outcomes"][target.name]
            states = [state for state in (NOT_MADE, WRONG) if number in stored[state]] or [RIGHT]
            assert states == [outcome(target, figure, of_study["truths"].get(target.truth))], (number, target.name)


@pytest.mark.parametrize("study", STUDIES)
def test_the_code_still_gives_these_truths(study: str) -> None:
    of_study = ARTEFACT["studies"][study]
    found = analyses.truths(study, analyses.FIRST)
    assert list(found) == list(of_study["truths_of_first"]) == list(of_study["truths"])
    for name, truth in found.items():
        assert math.isclose(truth, of_study["truths_of_first"][name], rel_tol=CLOSE, abs_tol=CLOSE), name


def test_truths_know_nothing_of_the_analysis() -> None:
    """They would be circular otherwise: an error of the analysis would be in the truth as well."""
    modules = (recovery_people, recovery_courses, recovery_truths)
    allowed = ("firstdose.protocol.", "firstdose.simulation.", *(module.__name__ for module in modules))
    for module in modules:
        assert module.__file__
        tree = ast.parse(Path(module.__file__).read_text("utf-8"))
        imported = [each.module or "" for each in ast.walk(tree) if isinstance(each, ast.ImportFrom)]
        imported += [name.name for each in ast.walk(tree) if isinstance(each, ast.Import) for name in each.names]
        own = [name for name in imported if name.startswith("firstdose")]
        assert own
        assert all(name.startswith(allowed) for name in own), own


INTERVAL = Target("a table", "a figure", "mean", "a truth")
TEST = replace(INTERVAL, statistic="p", truth=LEVEL)


@pytest.mark.parametrize(
    ("target", "figure", "truth", "state"),
    [
        (INTERVAL, (0.5, 0.4, 0.6), 0.45, RIGHT),
        (INTERVAL, (0.5, 0.4, 0.6), 0.65, WRONG),
        (INTERVAL, (0.0, None, 0.2), 0.1, RIGHT),
        (INTERVAL, (0.0, None, 0.2), 0.3, WRONG),
        (INTERVAL, (1.0, 0.8, None), 0.7, WRONG),
        (INTERVAL, (0.5, None, None), 0.5, NOT_MADE),
        (INTERVAL, (None, None, None), 0.5, NOT_MADE),
        (TEST, (0.05, None, None), None, WRONG),
        (TEST, (0.051, None, None), None, RIGHT),
        (TEST, (None, None, None), None, NOT_MADE),
    ],
)
def test_limits_are_right_that_hold_the_truth_and_tests_that_do_not_reject(
    target: Target, figure: Figure, truth: float | None, state: str
) -> None:
    assert outcome(target, figure, truth) == state


def test_a_bias_is_seen() -> None:
    """Limits about an estimate that is always too high: the truth is not taken from them, so that they miss it."""
    figures: list[Figure] = [(0.5 + off, 0.4 + off, 0.6 + off) for off in (0.0, 0.01, 0.02, 0.03)]
    assert [outcome(INTERVAL, figure, 0.35) for figure in figures] == [WRONG] * 4


@pytest.mark.parametrize(
    ("target", "made", "wrong", "holds"),
    [
        (INTERVAL, 2000, 120, True),
        (INTERVAL, 2000, 140, False),
        (INTERVAL, 2000, 0, True),
        (TEST, 2000, 120, True),
        (TEST, 2000, 140, False),
        (INTERVAL, 0, 0, None),
        (TEST, 0, 0, None),
        (replace(INTERVAL, shortfall=Shortfall("a reason", 0.9)), 2000, 220, True),
        (replace(INTERVAL, shortfall=Shortfall("a reason", 0.9)), 2000, 245, False),
        (replace(TEST, shortfall=Shortfall("a reason", 0.1)), 2000, 220, True),
        (replace(TEST, shortfall=Shortfall("a reason", 0.1)), 2000, 245, False),
        (replace(INTERVAL, shortfall=Shortfall("a reason", None)), 2000, 0, None),
    ],
)
def test_three_standard_errors_are_allowed_on_the_wrong_side(
    target: Target, made: int, wrong: int, holds: bool | None
) -> None:
    assert Recovered(target, None, 2000, made, wrong).holds is holds


def test_how_often_a_figure_was_made_is_held_against_what_is_stated() -> None:
    often = replace(INTERVAL, least_made=0.9)
    assert Recovered(often, 0.5, 2000, 1800, 0).is_made_often_enough
    assert not Recovered(often, 0.5, 2000, 1799, 0).is_made_often_enough


def test_of_a_curve_the_last_step_up_to_the_day_is_taken() -> None:
    steps = [
        Result(chapter="c", table="a table", what="a figure", statistic="mean", when=f"day {day}", value=day / 100)
        for day in (30, 95, 180)
    ]
    for by_day, value in ((29, None), (30, 0.3), (179, 0.95), (200, 1.8)):
        ((found, _, _),) = figures_among([replace(INTERVAL, by_day=by_day)], steps)
        assert found == value


def test_a_boundary_that_was_reached_is_a_test_that_rejects() -> None:
    target = replace(TEST, statistic="reached")
    for text, state in (("reached with 7 evaluable", WRONG), ("not reached", RIGHT)):
        result = Result(chapter="c", table="a table", what="a figure", statistic="reached", text=text)
        (figure,) = figures_among([target], [result])
        assert outcome(target, figure, None) == state
