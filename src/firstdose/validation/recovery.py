"""What the analyses recover from virtual trials whose truth is known: coverage of intervals, level of tests.

Each virtual trial is made, derived and analysed as a real one. What is true stands in `recovery_truths`: parameters of
the scenario, and plain counts of people in virtual trials of another seed, of which no record is looked at. So no
truth rests on what an analysis finds.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias

from firstdose.analysis import derive
from firstdose.analysis.analysing import CHAPTERS
from firstdose.analysis.frame import Frame
from firstdose.protocol.plan import Protocol
from firstdose.records.results import Result
from firstdose.simulation.virtual.scenario import Scenario
from firstdose.simulation.virtual_trial import virtual_trials
from firstdose.validation.recovery_people import World
from firstdose.validation.recovery_studies import Study
from firstdose.validation.recovery_targets import Target
from firstdose.validation.recovery_truths import TRUTHS

SEED = 20_230_911
TRUTH_SEED = 20_231_127
TRIALS = 2_000
REJECTED_UP_TO = 0.05
ALLOWED_ERRORS = 3
ARTEFACT = "recovery.json"
RIGHT, WRONG, NOT_MADE = "right", "wrong", "not made"

Figure: TypeAlias = tuple[float | None, float | None, float | None]
"""Value, lower and upper limit of one figure; of a boundary that was reached the value is 0, of another it is 1."""


@dataclass(frozen=True)
class Recovered:
    """What became of one target: in how many trials it was made, and in how many of these it was wrong.

    Wrong are limits that do not hold the truth, and tests that reject although there is no effect.
    """

    target: Target
    truth: float | None
    trials: int
    made: int
    wrong: int

    @property
    def share(self) -> float:
        """Limits that hold the truth, or tests that reject, among those made."""
        if not self.made:
            return math.nan
        return (self.wrong if self.target.is_level else self.made - self.wrong) / self.made

    @property
    def bound(self) -> float | None:
        """The lowest coverage, or the highest level, that passes: three standard errors beside what is asked."""
        asked = self.target.asked
        if asked is None or not self.made:
            return None
        slack = ALLOWED_ERRORS * math.sqrt(asked * (1 - asked) / self.made)
        return asked + slack if self.target.is_level else asked - slack

    @property
    def holds(self) -> bool | None:
        """Whether coverage is not below its bound, or the level not above it; None where nothing can be asked."""
        if self.bound is None:
            return None
        return self.share <= self.bound if self.target.is_level else self.share >= self.bound

    @property
    def is_made_often_enough(self) -> bool:
        """Whether there was such a figure in at least the share of trials that is asked for."""
        return self.made >= self.target.least_made * self.trials


def figures_of_trials(
    study: Study, protocol: Protocol, scenario: Scenario, numbers: Sequence[int], seed: int = SEED
) -> Iterator[list[Figure]]:
    """The figures of the study's targets in each of some virtual trials."""
    planned = study.protocol(protocol)
    trials = virtual_trials(study.played(protocol), study.scenario(scenario), seed=seed, numbers=numbers)
    for number, trial in zip(numbers, trials, strict=True):
        frame = Frame(planned, derive(planned, study.needed(trial.trial_data)), number)
        results = (result for name in study.chapters for result in CHAPTERS[name](frame))
        yield list(figures_among(study.targets, results))


def figures_among(targets: Sequence[Target], results: Iterable[Result]) -> Iterator[Figure]:
    """The figures of targets among the results of one trial."""
    found: dict[tuple[str, ...], dict[str, Result]] = {}
    for result in results:
        place = (result.table, result.what, result.within, result.statistic, result.group)
        found.setdefault(place, {}).setdefault(result.when, result)
    for target in targets:
        place = (target.table, target.what, target.within, target.statistic, target.group)
        times = found.get(place, {})
        last = _last_step(times, target.by_day) if target.by_day is not None else times.get(target.when)
        yield _figure(last) if last else (None, None, None)


def _last_step(times: Mapping[str, Result], by_day: int) -> Result | None:
    """The last of a curve's steps up to a day; without one by then its end, if nothing has happened by there."""
    steps = {float(when.removeprefix("day ")): result for when, result in times.items() if when.startswith("day ")}
    return steps.get(max((day for day in steps if day <= by_day), default=math.nan))


def _figure(result: Result) -> Figure:
    if result.statistic == "reached":
        return (0.0 if result.text.startswith("reached") else 1.0), None, None
    return result.value, result.lower, result.upper


def outcome(target: Target, figure: Figure, truth: float | None) -> str:
    """Whether limits hold the truth, or a test does not reject; or that there was no such figure."""
    value, lower, upper = figure
    if target.is_level:
        return NOT_MADE if value is None else WRONG if value <= REJECTED_UP_TO else RIGHT
    if truth is None or (lower is None and upper is None):
        return NOT_MADE
    is_inside = (lower is None or lower <= truth) and (upper is None or truth <= upper)
    return RIGHT if is_inside else WRONG


def truths_of(study: Study, protocol: Protocol, scenario: Scenario, trials: int = TRIALS) -> dict[str, float]:
    """The truths that the study's targets name, from as many trials of another seed, none of which is analysed."""
    names = dict.fromkeys(target.truth for target in study.targets if not target.is_level)
    world = World(study.played(protocol), study.scenario(scenario), TRUTH_SEED, trials)
    return {name: TRUTHS[name].find(world) for name in names}


@cache
def artefact() -> Mapping[str, Any]:
    """The committed figures."""
    text = files("firstdose.validation").joinpath("calibration", ARTEFACT).read_text("utf-8")
    read: Mapping[str, Any] = json.loads(text)
    return read


def lines_of(read: Mapping[str, Any], study: Study) -> Iterator[Recovered]:
    """What the outcomes in an artefact amount to, a line a target. Raises KeyError for a target that it lacks."""
    of_study, trials = read["studies"][study.name], read["trials"]
    for target in study.targets:
        outcomes = of_study["outcomes"][target.name]
        truth = None if target.is_level else of_study["truths"][target.truth]
        yield Recovered(target, truth, trials, trials - len(outcomes[NOT_MADE]), len(outcomes[WRONG]))
