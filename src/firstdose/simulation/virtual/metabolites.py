"""Metabolites: log2 of the raw intensity is the sum of

the metabolite's level, the person, the visit, the run and its drift, the sample's dilution, the measurement's error,
background treatment while it is taken, and on days after dosing (effect of cells + slope x doublings of the dose) x
(1 - exp(-day / days)). Pooled quality controls hold the mean of all study samples.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl

from firstdose.records.examinations import Sample
from firstdose.simulation.virtual.attendance import Attendance
from firstdose.simulation.virtual.cast import Cast
from firstdose.simulation.virtual.columns import Booleans, Column, Draft, Floats, Integers, Table, frame, pick, table_of
from firstdose.simulation.virtual.events import Course
from firstdose.simulation.virtual.item_blocks import pairs
from firstdose.simulation.virtual.laboratory_records import MINUTES_PER_HOUR, is_on_treatment
from firstdose.simulation.virtual.measurement_runs import Injections, injections, put_into_runs
from firstdose.simulation.virtual.metabolite_names import NAMES
from firstdose.simulation.virtual.plan import SAMPLES, Plan
from firstdose.simulation.virtual.random_streams import Stream, generator
from firstdose.simulation.virtual.scenario_laboratory import MetaboliteClass, Metabolites

MOST_PANELS = 20
KINDS = table_of(["study", "pooled_qc"])
RUNS = {"sample": pl.String(), "kind": pl.String(), "run": pl.String(), "run_order": pl.Int64()}
FEATURES = {"name": pl.String(), "class": pl.String(), "detection_limit": pl.Float64()}
SHORT_FLUIDS = {"cerebrospinal_fluid": "CSF", "serum": "SER", "plasma": "PLA"}
HOUR_OF_SAMPLING, MINUTES_TO_FREEZER = 10, 45
STORAGE_CELSIUS, VOLUME_ML = -80.0, 2.0


@dataclass(frozen=True, eq=False)
class Effects:
    """What is true of each metabolite, in log2 units; the limit of detection is a log2 intensity."""

    names: Table
    classes: Table
    level: Floats
    slope: Floats
    cells: Floats
    treatment: Floats
    responds: Booleans
    limit: Floats

    def words(self) -> dict[str, Column]:
        """Name and class of each metabolite as columns."""
        every = np.arange(len(self.level))
        return {"name": pick(self.names, every), "class": pick(self.classes, every)}


@dataclass(frozen=True, eq=False)
class Measured:
    """The samples, what was measured in them, and what is true behind it.

    ``growth`` is the share of the full effects at each planned visit of sampling, by its identifier.
    """

    samples: Draft
    abundances: Draft
    features: Draft
    runs: Draft
    effects: Effects
    growth: dict[str, float]
    below_limit: int
    lost: int


def measure(plan: Plan, cast: Cast, attendance: Attendance, course: Course, seed: int, number: int) -> Measured:
    """Sample everyone, put the samples into runs and measure them."""
    random, settings = generator(seed, number, Stream.METABOLITES), plan.scenario.metabolites
    effects = _draw_effects(settings, random)
    person, visit = pairs(attendance.done[SAMPLES])
    words = cast.names()
    short = SHORT_FLUIDS[settings.fluid]
    names = [
        f"{words[cast.subject[each]]}-{plan.visits[at].id}-{short}" for each, at in zip(person, visit, strict=True)
    ]
    run, place = put_into_runs(settings, len(cast), person, random)
    growth = _growth(settings, plan.planned_days)
    logs = _biology(cast, settings, effects, person, growth[visit], random)
    logs += is_on_treatment(plan, course, attendance.day)[person, visit][:, None] * effects.treatment
    order = injections(settings, run, place)
    values, is_below, is_lost = _instrument(settings, effects, logs, order, run, random)
    labels = [names[source] if source >= 0 else label for source, label in zip(order.source, order.labels, strict=True)]
    metabolites = [str(name) for name in effects.names.words[:-1]]
    at_visits = {plan.visits[at].id: float(growth[at]) for at in np.flatnonzero(plan.planned[SAMPLES])}
    return Measured(
        samples=_sample_frame(plan, cast, attendance, person, visit, names, run),
        abundances=Draft(
            {"sample": pl.String(), **dict.fromkeys(metabolites, pl.Float64())},
            len(values),
            {"sample": labels, **dict(zip(metabolites, values.T, strict=True))},
        ),
        features=_features(effects),
        runs=Draft(
            RUNS,
            len(labels),
            {
                "sample": labels,
                "kind": pick(KINDS, (order.source < 0).astype(np.int64)),
                "run": pick(_run_words(order.run), order.run),
                "run_order": order.position + 1,
            },
        ),
        effects=effects,
        growth=at_visits,
        below_limit=int(is_below.sum()),
        lost=int(is_lost.sum()),
    )


def _draw_effects(settings: Metabolites, random: np.random.Generator) -> Effects:
    """Draw what is true of each metabolite."""
    parts = [_of_class(each, random) for each in settings.classes]
    names, classes = _names_and_classes(tuple([(each.id, each.metabolites.value) for each in settings.classes]))
    slope, cells, treatment, responds = (np.concatenate(column) for column in zip(*parts, strict=True))
    level = random.normal(settings.level.mean, settings.level.sd, len(names.words) - 1)
    spread = np.sqrt(
        sum(each.value**2 for each in (settings.between_people, settings.within_people, settings.technical))
    )
    depth = random.normal(settings.detection_limit.mean, settings.detection_limit.sd, len(level))
    return Effects(names, classes, level, slope, cells, treatment, responds > 0, level - depth * spread)


@lru_cache(maxsize=MOST_PANELS)
def _names_and_classes(classes: tuple[tuple[str, int], ...]) -> tuple[Table, Table]:
    """The names of metabolites with their classes, by the number that is measured of each class."""
    names = [(name, kind) for kind, count in classes for name in NAMES[kind][:count]]
    return table_of(name for name, _ in names), table_of(kind for _, kind in names)


def _of_class(each: MetaboliteClass, random: np.random.Generator) -> tuple[Floats, Floats, Floats, Floats]:
    """Slopes, effects of the cells and of background treatment in one class, and which of its metabolites respond."""
    count = each.metabolites.value
    responds = random.random(count) < each.responding.value
    drawn = random.standard_normal((3, count))
    slope, cells, treatment = (
        np.where(responds, spread.mean + spread.sd * row, 0.0)
        for spread, row in zip(
            (each.slope_per_doubling, each.effect_of_cells, each.effect_on_treatment), drawn, strict=True
        )
    )
    return slope, cells, treatment, responds.astype(np.float64)


def _growth(settings: Metabolites, day: Integers) -> Floats:
    """The share of the full effects of the cells at planned days."""
    return np.where(day > 0, -np.expm1(-np.maximum(day, 0) / settings.days.value), 0.0)


def _biology(
    cast: Cast, settings: Metabolites, effects: Effects, person: Integers, growth: Floats, random: np.random.Generator
) -> Floats:
    """Log2 concentrations without background treatment, shape (samples, metabolites)."""
    count = len(effects.level)
    own = random.standard_normal((len(cast), count))[person] * settings.between_people.value
    logs = effects.level + own + random.standard_normal((len(person), count)) * settings.within_people.value
    return logs + growth[:, None] * (effects.cells + effects.slope * cast.doublings[person][:, None])


def _instrument(
    settings: Metabolites,
    effects: Effects,
    logs: Floats,
    order: Injections,
    run: Integers,
    random: np.random.Generator,
) -> tuple[Floats, Booleans, Booleans]:
    """Raw intensities of everything injected; those below the limit of detection or lost are missing."""
    count, runs = len(effects.level), int(run.max()) + 1 if len(run) else 0
    dilution = random.standard_normal(len(logs)) * settings.dilution.value
    shifts = random.standard_normal((runs, count)) * settings.between_runs.value
    drifts = random.standard_normal((runs, count)) * settings.drift_in_run.value
    is_study = order.source >= 0
    pooled = logs.mean(axis=0) if len(logs) else np.zeros(count)
    injected = np.where(is_study[:, None], logs[order.source] if len(logs) else 0.0, pooled)
    injected += np.where(is_study, dilution[order.source] if len(logs) else 0.0, 0.0)[:, None]
    lengths = np.maximum(np.bincount(order.run, minlength=max(runs, 1))[order.run] - 1, 1) if len(order.run) else 1
    injected += shifts[order.run] + drifts[order.run] * (order.position / lengths - 0.5)[:, None]
    injected += random.standard_normal(injected.shape) * settings.technical.value
    is_below = injected < effects.limit
    is_lost = (random.random(injected.shape) < settings.lost.value) & ~is_below
    values = np.round(np.exp2(injected), 1)
    return np.where(is_below | is_lost, np.nan, values), is_below & is_study[:, None], is_lost & is_study[:, None]


def _features(effects: Effects) -> Draft:
    """Name, class and limit of detection of each metabolite."""
    limits = np.round(np.exp2(effects.limit), 1)
    return Draft(FEATURES, len(limits), {**effects.words(), "detection_limit": limits})


def _run_words(run: Integers) -> Table:
    """The names of runs."""
    return table_of(f"R{number + 1}" for number in range(int(run.max(initial=-1)) + 1))


def _sample_frame(
    plan: Plan, cast: Cast, attendance: Attendance, person: Integers, visit: Integers, names: list[str], run: Integers
) -> Draft:
    """The samples as recorded."""
    day = cast.day[person] + attendance.day[person, visit]
    minutes = np.full(len(person), HOUR_OF_SAMPLING * MINUTES_PER_HOUR)
    return frame(
        Sample,
        len(person),
        {
            "sample": names,
            "subject": pick(cast.subject_words, cast.subject[person]),
            "fluid": plan.scenario.metabolites.fluid,
            "taken": plan.calendar.moments(day, minutes),
            "visit": pick(plan.visit_words, visit),
            "frozen": plan.calendar.moments(day, minutes + MINUTES_TO_FREEZER),
            "storage_celsius": STORAGE_CELSIUS,
            "volume_ml": VOLUME_ML,
            "thaw_cycles": 1,
            "run": pick(_run_words(run), run),
        },
    )
