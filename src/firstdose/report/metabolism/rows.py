"""The figures of the chapter on metabolism, found by fluid, metabolite, class and visit; and what they were made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from firstdose.analysis.frame import Frame
from firstdose.analysis.metabolism.chapter import CHAPTER, plan_of, population_of, prepared_fluids, unit_of, words_of
from firstdose.analysis.metabolism.class_figures import class_figures
from firstdose.analysis.metabolism.feature_figures import NO_CLASS, feature_figures
from firstdose.analysis.metabolism.preparing import Prepared
from firstdose.analysis.metabolism.quality_figures import quality_figures, sample_figures
from firstdose.analysis.metabolism.whole import FluidAnalysis
from firstdose.protocol.metabolism import Metabolism
from firstdose.protocol.plan import Protocol
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.results import Result, Results

SLOPES, CLASSES, QUALITY, SAMPLES = "metabolite_slopes", "class_slopes", "metabolite_quality", "metabolite_samples"
CHANGE, SLOPE = "change of the dose slope", "dose slope"
CLASS_SLOPE, ANALYSIS = "slope of the class", "analysis"
CALLED = 0.05
"""What the adjusted p of a metabolite must be below to be called."""

Key = tuple[str, str]
"""A metabolite or a class, and a visit."""

SLOPE_SCHEMA = {
    "metabolite": pl.String(),
    "class": pl.String(),
    "visit": pl.String(),
    **dict.fromkeys(("slope", "lower", "upper", "t", "p", "adjusted_p", "p_beyond"), pl.Float64()),
}
"""Columns of `FluidRows.slope_frame`."""


@dataclass(frozen=True, eq=False)
class FluidRows:
    """The figures of one fluid. Keys are a metabolite or class and a visit; the figures of a key are by statistic.

    `visit_names` are the protocol's words for visits, for what is read; keys and data files have their identifiers.
    """

    found: Sequence[Result]
    planned_visit: str | None = None
    visit_names: Mapping[str, str] = field(default_factory=dict)

    def named(self, visit: str) -> str:
        """What the protocol calls a visit; its identifier where it says nothing."""
        return self.visit_names.get(visit, visit)

    @cached_property
    def slopes(self) -> dict[Key, dict[str, Result]]:
        """The tested slopes of metabolites."""
        return {key: figures for key, figures in self._by_key(SLOPES).items() if "p" in figures}

    @cached_property
    def classes(self) -> dict[Key, dict[str, Result]]:
        """The figures of classes, those without a slope too."""
        return {key: figures for key, figures in self._by_key(CLASSES).items() if ANALYSIS in figures}

    @cached_property
    def primary(self) -> Key | None:
        """The class and the visit of the primary test; None where the plan has none or it has no metabolites."""
        return next((key for key, each in self.classes.items() if each[ANALYSIS].text == "primary"), None)

    @cached_property
    def visits(self) -> list[str]:
        """The visits that slopes were tested at, in order."""
        return list(dict.fromkeys(visit for _, visit in self.slopes))

    @property
    def visit(self) -> str:
        """The visit of the primary test, or the last one; "" where no slope was tested."""
        wanted = self.primary[1] if self.primary else self.planned_visit
        return wanted if wanted in self.visits else (self.visits or [""])[-1]

    @cached_property
    def slope_frame(self) -> pl.DataFrame:
        """Every tested slope, a row for each metabolite and visit."""
        return pl.DataFrame(list(self._slope_rows()), schema=SLOPE_SCHEMA, orient="row")

    @cached_property
    def by_p(self) -> list[str]:
        """The metabolites with a slope at the primary visit, the smallest p first."""
        here = self.slope_frame.filter(pl.col("visit") == self.visit)
        return list(here.sort("p", "metabolite")["metabolite"].to_list())

    def class_of(self, metabolite: str) -> str:
        """The class of a metabolite with a slope; that of none is told so."""
        return self._class_of[metabolite]

    def members(self, name: str) -> list[str]:
        """The metabolites of a class that have a slope at the primary visit, the smallest p first."""
        return [each for each in self.by_p if self._class_of[each] == name]

    @cached_property
    def warnings(self) -> dict[str, str]:
        """Why metabolites have no slope, by metabolite."""
        return {each.what: each.warning for each in self._of_table.get(SLOPES, []) if each.warning}

    def where(self, table: str, **columns: str) -> list[Result]:
        """The figures of a table with these values of columns."""
        here = self._of_table.get(table, [])
        return [each for each in here if all(getattr(each, name) == value for name, value in columns.items())]

    @property
    def tables(self) -> dict[str, list[Result]]:
        """The figures by table."""
        return self._of_table

    @cached_property
    def _of_table(self) -> dict[str, list[Result]]:
        tables: dict[str, list[Result]] = {}
        for each in self.found:
            tables.setdefault(each.table, []).append(each)
        return tables

    @cached_property
    def _class_of(self) -> dict[str, str]:
        return {each.what: each.within for each in self._of_table.get(SLOPES, []) if each.within}

    def _by_key(self, table: str) -> dict[Key, dict[str, Result]]:
        keyed: dict[Key, dict[str, Result]] = {}
        for each in self._of_table.get(table, []):
            keyed.setdefault((each.what, each.when), {})[each.statistic] = each
        return keyed

    def _slope_rows(self) -> Iterator[tuple[str | float | None, ...]]:
        for (name, visit), figures in self.slopes.items():
            slope = slope_in(figures)
            others = (figures[key].value for key in ("t", "p", "adjusted p", "p beyond the minimal change"))
            yield (name, self._class_of.get(name, NO_CLASS), visit, slope.value, slope.lower, slope.upper, *others)


@dataclass(frozen=True, eq=False)
class FluidFigures:
    """What pictures and tables of one fluid are made of: its figures, and the samples as the models saw them.

    ``stem`` ends the names of files where there are several fluids; ``unit`` is that of a slope.
    """

    rows: FluidRows
    prepared: Prepared
    plan: Metabolism
    unit: str
    dose_unit: str
    stem: str = ""

    @property
    def contrast(self) -> str:
        """What the slopes are of, in words: their change from the first visit, or with one visit the slope itself."""
        is_change = any(CHANGE in found for found in self.rows.slopes.values())
        return f"change of the dose slope from {self.rows.named(self.prepared.visit_order[0])}" if is_change else SLOPE

    @property
    def level(self) -> str:
        """The level of the intervals in words; "" without any."""
        confidence = next((found.confidence for found in self.rows.found if found.confidence), None)
        return f"{100 * confidence:g} % interval" if confidence else ""

    def place(self, metabolite: str) -> int:
        """The column of a metabolite in the values; KeyError where it is not analysed."""
        return self.places[metabolite]

    @cached_property
    def places(self) -> dict[str, int]:
        """The column of each metabolite in the values."""
        return {name: place for place, name in enumerate(self.prepared.names)}


def slope_in(figures: dict[str, Result]) -> Result:
    """The slope among the figures of a metabolite at a visit: its change, or with one visit the slope itself."""
    return figures[CHANGE] if CHANGE in figures else figures[SLOPE]


def figures_of_trial(
    protocol: Protocol, data: AnalysisData, results: Results, found: Sequence[Result]
) -> tuple[FluidFigures, ...]:
    """Each fluid of a trial with its figures among ``found``, those of the chapter; none without abundances."""
    frame = Frame(protocol, data, results.provenance.seed)
    fluids, plan = prepared_fluids(frame), plan_of(frame)
    dose_unit = protocol.dose_levels.unit
    visit_names = {each.id: each.name for each in protocol.schedule.visits} if protocol.schedule else {}
    return tuple(
        FluidFigures(
            FluidRows(
                [each for each in found if each.population == population_of(prepared, fluids)],
                plan.primary_visit,
                visit_names,
            ),
            prepared,
            plan,
            unit_of(plan, dose_unit),
            dose_unit,
            "" if len(fluids) == 1 else f"-{prepared.fluid}",
        )
        for prepared in fluids
    )


def figures_of_analyses(analyses: Sequence[FluidAnalysis], plan: Metabolism) -> tuple[FluidFigures, ...]:
    """Each fluid of analyses without a trial; the unit of the dose is not known."""
    unit = unit_of(plan, "unit of the dose")
    made = []
    for each in analyses:
        prepared = each.fitted.prepared
        where = {"chapter": CHAPTER, "population": words_of(prepared.fluid)}
        found = [
            *sample_figures(prepared, where),
            *quality_figures(each, plan, where),
            *class_figures(each, unit, "exploratory", where),
            *feature_figures(each, unit, where),
        ]
        stem = "" if len(analyses) == 1 else f"-{prepared.fluid}"
        made.append(FluidFigures(FluidRows(found, plan.primary_visit), prepared, plan, unit, "", stem))
    return tuple(made)
