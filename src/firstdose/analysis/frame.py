"""What every chapter of the analysis works in: protocol, derived data, groups of people and conventions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import polars as pl

from firstdose.protocol.analysis_plan import Conventions, Endpoint
from firstdose.protocol.plan import Protocol
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.derived import SubjectAnalysis
from firstdose.records.results import EVERYONE

SETS = {
    "enrolled": pl.col("is_enrolled"),
    "treated": pl.col("is_treated"),
    "dlt_evaluable": pl.col("is_dlt_evaluable").fill_null(False),
    "per_protocol": pl.col("is_per_protocol"),
}
"""The analysis sets that can be made from the records, by their identifiers in the protocol file."""


@dataclass(frozen=True)
class Group:
    """People that a figure is about: one dose level, or everyone. `name` is the level as text, or "all"."""

    name: str
    subjects: pl.DataFrame

    @property
    def count(self) -> int:
        return self.subjects.height

    def rows_of(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows of a frame that belong to these people."""
        return frame.filter(pl.col("subject").is_in(self.subjects["subject"].implode()))


@dataclass(frozen=True, eq=False)
class Frame:
    """Protocol and data of one analysis; `seed` serves every method that draws random numbers."""

    protocol: Protocol
    data: AnalysisData
    seed: int

    @property
    def conventions(self) -> Conventions:
        return self.protocol.conventions

    @property
    def certainty(self) -> float:
        """The level of intervals."""
        return self.protocol.conventions.confidence_level

    @cached_property
    def subjects(self) -> pl.DataFrame:
        """Everyone, a row a person."""
        return self.data[SubjectAnalysis]

    def people(self, analysis_set: str) -> pl.DataFrame:
        """The people of an analysis set; KeyError for one that cannot be made from the records."""
        if analysis_set not in self._people:
            self._people[analysis_set] = self.subjects.filter(SETS[analysis_set])
        return self._people[analysis_set]

    @cached_property
    def made(self) -> dict[tuple[object, ...], Any]:
        """What functions that are `once_a_frame` gave, by the function and what it was asked for."""
        return {}

    @cached_property
    def _people(self) -> dict[str, pl.DataFrame]:
        return {}

    @cached_property
    def _groups(self) -> dict[str, tuple[Group, ...]]:
        return {}

    @cached_property
    def levels(self) -> tuple[int, ...]:
        """The dose levels of the protocol, the control (0) first where there is one."""
        doses = self.protocol.dose_levels
        return (*((0,) if doses.control else ()), *range(1, len(doses.values) + 1))

    def groups(self, analysis_set: str) -> tuple[Group, ...]:
        """Each dose level that people of a set count at, in order, and everyone."""
        if analysis_set not in self._groups:
            self._groups[analysis_set] = tuple(self._groups_of(self.people(analysis_set)))
        return self._groups[analysis_set]

    def memberships(self, analysis_set: str) -> pl.DataFrame:
        """The people of a set (``subject``), once for their dose level and once for everyone (``group``)."""
        if analysis_set not in self._memberships:
            people = self.people(analysis_set).select("subject", group=pl.col("level").cast(pl.String))
            levels = people.filter(pl.col("group").is_in([str(level) for level in self.levels]))
            self._memberships[analysis_set] = pl.concat([levels, people.with_columns(group=pl.lit(EVERYONE))])
        return self._memberships[analysis_set]

    @cached_property
    def _memberships(self) -> dict[str, pl.DataFrame]:
        return {}

    def _groups_of(self, people: pl.DataFrame) -> Iterator[Group]:
        for level in self.levels:
            here = people.filter(pl.col("level") == level)
            if here.height:
                yield Group(str(level), here)
        yield Group(EVERYONE, people)

    def dose(self, level: int) -> float:
        """The dose of a level; 0 for the control."""
        return self.protocol.dose_levels.values[level - 1] if level else 0.0

    def endpoint(self, measure: str) -> Endpoint | None:
        """The first endpoint of a measure, if the protocol names one."""
        return next((each for each in self.protocol.endpoints if each.measure == measure), None)

    def objective(self, endpoint: str) -> str:
        """The level of the objective of the endpoint with this identifier or measure; else exploratory."""
        named = (each for each in self.protocol.endpoints if endpoint in (each.id, each.measure))
        return next((each.objective for each in named), "exploratory")

    def visit_day(self, visit: str) -> int | None:
        """The planned day of a visit."""
        visits = self.protocol.schedule.visits if self.protocol.schedule else ()
        return next((each.day for each in visits if each.id == visit), None)


Asked = ParamSpec("Asked")
Made = TypeVar("Made")


def once_a_frame(make: Callable[Concatenate[Frame, Asked], Made]) -> Callable[Concatenate[Frame, Asked], Made]:
    """A function of a frame that works out its answer once, however many chapters ask; nobody may change an answer."""

    @wraps(make)
    def kept(frame: Frame, /, *asked: Asked.args, **named: Asked.kwargs) -> Made:
        key = (make, *asked, *named.items())
        if key not in frame.made:
            frame.made[key] = make(frame, *asked, **named)
        found: Made = frame.made[key]
        return found

    return kept
