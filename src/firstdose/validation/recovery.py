"""What the analyses recover from virtual trials whose truth is known: coverage of intervals, level of tests.

Each virtual trial is made, derived and analysed as a real one. Truths that the scenario states are compared with
directly; a share, rate or mean over people whose truth follows from many parameters at once is taken from everybody in
all trials together, some 30,000 people, whose own error is small beside that of fifteen.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np
import polars as pl

from firstdose.analysis import derive
from firstdose.analysis.analysing import CHAPTERS
from firstdose.analysis.frame import Frame
from firstdose.protocol.plan import Protocol
from firstdose.records import Assessment, LabResult, TrialData, VitalSign
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.results import EVERYONE, frame_of_results
from firstdose.simulation.virtual.parameters import Number
from firstdose.simulation.virtual.scenario import Scenario
from firstdose.simulation.virtual_trial import virtual_trials

SEED = 20_230_911
TRIALS = 2_000
PLANTED_SLOPE = 0.1  # per cent per year and doubling of dose, of brain volume; all else does not depend on the dose
CHAPTERS_USED = ("dlt", "adverse_events", "event_rates", "event_resolution", "troughs", "disability", "scores", "mri")
MEASURES_USED = ("edss", "brain_volume", "lesion_counts")
LEVEL = 0.05
ALLOWED_ERRORS = 3
ARTEFACT = "recovery.json"

Truth = Literal["share", "rate", "mean", "zero", "planted", "level"]


@dataclass(frozen=True)
class Target:
    """One figure of the analysis, where it stands, and what its truth is: `level` for the p value of a true null."""

    table: str
    what: str
    statistic: str
    truth: Truth
    within: str = ""
    when: str = ""

    @property
    def name(self) -> str:
        parts = (self.table, self.what, self.within, self.when, self.statistic)
        return ": ".join(part for part in parts if part)


def _events() -> Iterator[Target]:
    for what in (
        "any adverse event",
        "grade 3 or more",
        "serious",
        "related to the product",
        "related to the procedure",
    ):
        yield Target("overview", what, "people", "share")
    for what in ("grade 3 or more", "serious"):
        yield Target("first_events", what, "people_per_person_year", "rate")
    for what in ("any adverse event", "grade 3 or more"):
        yield Target("all_events", what, "events_per_person_year", "rate")
    for day in ("day 7", "day 28", "day 91"):
        yield Target("time_to_resolution", "any adverse event", "share_resolved", "mean", when=day)
    for what in ("grade 3 or more", "related to the product"):
        yield Target("trend_over_dose", what, "p_doubled", "level")


def _disability() -> Iterator[Target]:
    for definition in ("worsening_24_weeks", "worsening_12_weeks"):
        yield Target("confirmed_change", "worsening", "people", "share", "edss", definition)
    yield Target("worsening_by_dose", "worsening_12_weeks", "p_doubled", "level", "edss")
    yield Target("worsening_by_dose", "worsening_12_weeks", "p", "level", "edss")
    yield Target("worsening_by_dose", "worsening_12_weeks", "odds_ratio_per_doubling", "zero", "edss")
    for when in ("M6", "M12", "average of the visits"):
        for within in ("primary", "sensitivity"):
            yield Target("dose_slopes", "edss", "slope_per_doubling", "zero", within, when)
            yield Target("dose_slopes", "edss", "p", "level", within, when)
    for test in ("jonckheere_terpstra", "spearman"):
        for p in ("p_doubled", "p_distance"):
            yield Target("dose_trends", "edss", p, "level", test, "M12")


def _images() -> Iterator[Target]:
    for scans in ("all scans", "without flagged scans"):
        yield Target("brain_volume", "last scan", "mean", "mean", scans)
        yield Target("brain_volume_by_dose", f"last scan, {scans}", "slope_per_doubling", "planted", "least_squares")


TARGETS: tuple[Target, ...] = (
    *_events(),
    Target("troughs", "tacrolimus", "mean_of_person_means", "mean"),
    *_disability(),
    *_images(),
)


@dataclass(frozen=True)
class Recovered:
    """What became of one target: trials in which it could be made, and how often it covered the truth or rejected."""

    name: str
    truth_kind: Truth
    truth: float
    trials: int
    made: int
    share: float

    @property
    def nominal(self) -> float:
        return LEVEL if self.truth_kind == "level" else 1 - LEVEL

    @property
    def error(self) -> float:
        """The standard error of a nominal share over this many trials."""
        return math.sqrt(self.nominal * (1 - self.nominal) / self.made) if self.made else math.nan

    @property
    def holds(self) -> bool:
        """Coverage not below nominal, level not above it, by more than three standard errors."""
        slack = ALLOWED_ERRORS * self.error
        return self.share <= self.nominal + slack if self.truth_kind == "level" else self.share >= self.nominal - slack


def without_dose_effects(scenario: Scenario) -> Scenario:
    """The scenario in which nothing but brain volume depends on the dose."""
    null = scenario.without_dose_effects()
    volume = dataclasses.replace(
        null.imaging.brain_volume, slope_per_doubling=Number(value=PLANTED_SLOPE, source="planted here")
    )
    return dataclasses.replace(null, imaging=dataclasses.replace(null.imaging, brain_volume=volume))


def figures_of_trials(protocol: Protocol, scenario: Scenario, numbers: Sequence[int], seed: int = SEED) -> pl.DataFrame:
    """The targets' figures in virtual trials: a row a trial and target, in their order."""
    null = without_dose_effects(scenario)
    trials = virtual_trials(protocol, null, seed=seed, numbers=numbers)
    return pl.concat(
        [
            _of_trial(protocol, derive(protocol, _needed(trial.trial_data)), number)
            for number, trial in zip(numbers, trials, strict=True)
        ]
    )


def _needed(trial_data: TrialData) -> TrialData:
    """The records without those that no target rests on: other measures, laboratory results, vital signs."""
    assessments = trial_data[Assessment].filter(pl.col("measure").is_in(MEASURES_USED))
    troughs = trial_data[LabResult].filter(pl.col("category") == "trough")
    empty = trial_data[VitalSign].clear()
    return trial_data.replace({"assessments": assessments, "lab_results": troughs, "vital_signs": empty})


def _of_trial(protocol: Protocol, data: AnalysisData, number: int) -> pl.DataFrame:
    """The targets' figures in one trial."""
    frame = Frame(protocol, data, number)
    results = frame_of_results(result for name in CHAPTERS_USED for result in CHAPTERS[name](frame))
    wanted = pl.DataFrame(
        [(place, *dataclasses.astuple(target)) for place, target in enumerate(TARGETS)],
        schema=["target", "table", "what", "statistic", "truth", "within", "when"],
        orient="row",
    )
    found = results.filter(pl.col("group") == EVERYONE)
    keys = ["table", "what", "statistic", "within", "when"]
    joined = wanted.join(
        found.unique(keys, keep="first", maintain_order=True), on=keys, how="left", maintain_order="left"
    )
    return joined.select(pl.lit(number).alias("trial"), "target", "value", "of", "lower", "upper")


def recovered(figures: pl.DataFrame) -> tuple[Recovered, ...]:
    """What the figures of many trials recover, a line a target."""
    return tuple(_recovered(target, figures.filter(pl.col("target") == place)) for place, target in enumerate(TARGETS))


def _recovered(target: Target, rows: pl.DataFrame) -> Recovered:
    truth = _truth(target, rows)
    if target.truth == "level":
        values = rows["value"].drop_nulls().to_numpy()
        hits = values <= LEVEL
    else:
        made = rows.filter(pl.col("lower").is_not_null() | pl.col("upper").is_not_null())
        lower = made["lower"].fill_null(-math.inf).to_numpy()
        upper = made["upper"].fill_null(math.inf).to_numpy()
        hits = (lower <= truth) & (truth <= upper)
    share = float(np.mean(hits)) if len(hits) else math.nan
    return Recovered(target.name, target.truth, truth, rows.height, len(hits), share)


def _truth(target: Target, rows: pl.DataFrame) -> float:
    """The true value that intervals are to cover."""
    if target.truth == "level":
        return LEVEL
    if target.truth == "planted":
        return PLANTED_SLOPE
    if target.truth == "zero":
        return 1.0 if target.statistic.startswith("odds_ratio") else 0.0
    made = rows.filter(pl.col("value").is_not_null())
    value, weight = made["value"].to_numpy(), made["of"].to_numpy()
    if target.truth == "share":
        return float(value.sum() / weight.sum())
    return float((value * weight).sum() / weight.sum()) if target.truth == "rate" else float(value.mean())


def artefact_of(figures: pl.DataFrame, *, seed: int, version: str, scenario: str, kept: int) -> dict[str, Any]:
    """What is committed: the shares over all trials, and every figure of the first trials, to be computed again."""
    first = figures.filter(pl.col("trial") < kept)
    return {
        "seed": seed,
        "version": version,
        "scenario": scenario,
        "trials": int(figures["trial"].n_unique()),
        "recovered": [dataclasses.asdict(line) for line in recovered(figures)],
        "targets": [target.name for target in TARGETS],
        "first_trials": [[None if cell is None else cell for cell in row] for row in first.iter_rows()],
    }


@cache
def artefact() -> Mapping[str, Any]:
    """The committed figures."""
    read: Mapping[str, Any] = json.loads(
        files("firstdose.validation").joinpath("calibration", ARTEFACT).read_text("utf-8")
    )
    return read


def lines_of(read: Mapping[str, Any]) -> Iterable[Recovered]:
    """The committed shares."""
    return (Recovered(**line) for line in read["recovered"])
