"""The scores of one measure as arrays: who was measured when, with what result, and from which baseline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from firstdose.analysis.frame import SETS, Frame, once_a_frame
from firstdose.measures import MEASURES, Measure
from firstdose.records.derived import ScoreAnalysis
from firstdose.records.frames import identity
from firstdose.records.results import EVERYONE

SCORE = "score"
MRI_MEASURES = ("brain_volume", "lesion_counts")
"""Measures whose score is a change already: from an earlier scan to a later one. They have no change from baseline."""

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class People:
    """The people of an analysis set in order, and the dose levels that they count at (None where that is not known)."""

    analysis_set: str
    subjects: tuple[str, ...]
    levels: tuple[int | None, ...]

    @property
    def count(self) -> int:
        return len(self.subjects)

    def groups(self, frame: Frame) -> Iterator[tuple[str, list[int]]]:
        """Each dose level with people, by its name and the numbers of its people, then everyone."""
        for level in frame.levels:
            here = [person for person, its in enumerate(self.levels) if its == level]
            if here:
                yield str(level), here
        yield EVERYONE, list(range(self.count))

    def group_of(self, person: int) -> str:
        """The name of a person's level; empty where it is not known."""
        level = self.levels[person]
        return "" if level is None else str(level)

    def doses(self, frame: Frame) -> FloatArray:
        """Everyone's dose, in the unit of the dose levels; nan where the level is not known."""
        return np.array([np.nan if level not in frame.levels else frame.dose(level) for level in self.levels])


@dataclass(frozen=True, eq=False)
class Measured:
    """One measure in the people of a set; every array has one entry a score, in order of person and day.

    ``person`` numbers the people of ``people``; ``value`` is nan where there is no score, and ``unable`` says where
    that is because the person could not do it; what is neither is missing. ``remark`` is why there is no score, or
    what to beware of. ``records`` are the identities of the derived scores.
    """

    measure: Measure
    people: People
    person: IntArray
    day: IntArray
    visit: tuple[str | None, ...]
    value: FloatArray
    unable: BoolArray
    starts: BoolArray
    remark: tuple[str, ...]
    bound: tuple[str, ...]
    records: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.measure.name

    @cached_property
    def baseline_rows(self) -> IntArray:
        """The row of each person's baseline; -1 without one."""
        found = np.full(self.people.count, -1)
        rows = np.flatnonzero(self.starts)
        found[self.person[rows]] = rows
        return found

    @cached_property
    def baselines(self) -> FloatArray:
        """Each person's baseline score; nan without one, and for who was unable when last seen before treatment.

        Scores that are changes already have none.
        """
        if self.name in MRI_MEASURES:
            return np.full(self.people.count, np.nan)
        values = np.append(self.value, np.nan)
        return np.where(self.unable_before, np.nan, values[self.baseline_rows])

    @cached_property
    def unable_before(self) -> BoolArray:
        """Whose last result before treatment, or as the baseline, was that they were unable to perform."""
        found = np.zeros(self.people.count, dtype=np.bool_)
        for row in np.flatnonzero((self.day <= 0) | self.starts).tolist():
            if self.unable[row] or np.isfinite(self.value[row]):
                found[self.person[row]] = self.unable[row]
        return found

    @property
    def has_baselines(self) -> bool:
        return self.name not in MRI_MEASURES

    def is_later(self) -> BoolArray:
        """Which scores are later than the person's baseline; those after day 0 where there is no baseline."""
        rows = self.baseline_rows[self.person]
        since = np.where(rows >= 0, np.append(self.day, 0)[rows], 0)
        return np.asarray(self.day > since)


def analysis_set_of(frame: Frame, measure: str) -> str:
    """The set that the estimand of the measure's endpoint names, if it can be made from the records; or the treated."""
    endpoint = frame.endpoint(measure)
    sets = (each.analysis_set for each in frame.protocol.estimands if endpoint and each.endpoint == endpoint.id)
    return next((each for each in sets if each in SETS), "treated")


def objective_of_imaging(frame: Frame, measure: str) -> str:
    """The objective of an imaging measure's endpoint, or of one that is called `mri` and names no measure."""
    return frame.objective(measure if frame.endpoint(measure) else "mri")


def people_of(frame: Frame, analysis_set: str) -> People:
    """The people of a set, in the order of the data."""
    rows = frame.people(analysis_set)
    return People(analysis_set, tuple(rows["subject"]), tuple(rows["level"]))


def names_of_measures(frame: Frame) -> list[str]:
    """Measures with any score, and those that an endpoint or activity names, in the order of `MEASURES`."""
    schedule = frame.protocol.schedule
    named = {each.measure for each in frame.protocol.endpoints}
    named |= {each.measure for each in schedule.activities} if schedule else set()
    named |= set(frame.data[ScoreAnalysis]["measure"].unique())
    return [name for name in MEASURES if name in named]


@once_a_frame
def measured(frame: Frame, measure: str, part: str = SCORE) -> Measured:
    """The scores of a measure, or of one part of it, in the set that its endpoint is analysed in."""
    people = people_of(frame, analysis_set_of(frame, measure))
    place = pl.DataFrame({"subject": people.subjects, "person": range(people.count)}, schema_overrides=PLACES)
    rows = (
        frame.data[ScoreAnalysis]
        .filter((pl.col("measure") == measure) & (pl.col("part") == part))
        .join(place, on="subject", how="inner")
        .sort("person", "day")
        .with_columns(record=pl.lit("scores:") + identity(ScoreAnalysis))
    )
    value = rows["value"].fill_null(float("nan")).to_numpy().astype(np.float64)
    states = rows["state"].to_list()
    return Measured(
        MEASURES[measure],
        people,
        rows["person"].to_numpy().astype(np.int64),
        rows["day"].to_numpy().astype(np.int64),
        tuple(rows["visit"]),
        np.where(np.array(states, dtype=object) == "score", value, np.nan).astype(np.float64),
        np.array([state == "unable_to_perform" for state in states], dtype=np.bool_),
        rows["is_baseline"].to_numpy().astype(np.bool_),
        tuple(remark or "" for remark in rows["reason"]),
        tuple(bound or "exact" for bound in rows["bound"]),
        tuple(rows["record"]),
    )


PLACES = {"subject": pl.String(), "person": pl.Int64()}


def doses_in_doublings(doses: FloatArray) -> FloatArray:
    """The logarithm of doses to base 2; nan for a dose of 0, which has none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(doses > 0, np.log2(doses), np.nan)
