"""The adverse events of a scenario as tables: rates by cause and period, and what an event may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from firstdose.simulation.virtual.columns import Floats, Integers, Table, table_of
from firstdose.simulation.virtual.scenario import Scenario
from firstdose.simulation.virtual.scenario_safety import EventCause, Term

CAUSES: tuple[EventCause, ...] = ("product", "procedure", "background_treatment", "disease", "unrelated")
PERIODS = ("before", "early", "on_treatment", "withdrawal", "later")
LOWEST_DLT_GRADE = 3
FATAL_DAYS = 5.0


@dataclass(frozen=True, eq=False)
class EventTables:
    """Rows of ``cause``, ``rates`` (columns are periods) and ``ratio`` are the scenario's causes; then come the DLTs.

    Terms stand one after the other, those of the causes first, then those of the DLTs, then the fatal one.
    ``edges`` holds for each but the last the row of its cause plus the cumulated share of its weight in it;
    ``grade_edges`` cumulated shares of its grades 1 to 4.
    """

    cause: Integers
    rates: Floats
    ratio: Floats
    edges: Floats
    first_term: Integers
    grade_edges: Floats
    median_days: Floats
    terms: tuple[Term, ...]
    names: Table
    words: Table
    classes: Table
    special_interest: Table

    @property
    def dlt_row(self) -> int:
        """The row of the DLTs among the causes."""
        return len(self.cause)

    @property
    def fatal_term(self) -> int:
        """The place of the term that deaths are due to."""
        return len(self.terms) - 1

    def what(self, row: Integers, random: np.random.Generator) -> tuple[Integers, Integers, Floats]:
        """Term, highest grade and median duration of events of these rows."""
        drawn = random.random((2, len(row)))
        term = np.searchsorted(self.edges, row + drawn[0], side="right")
        term = np.minimum(term, self.first_term[row + 1] - 1)  # where rounding leaves a last edge below 1
        grade = 1 + (drawn[1][:, None] >= self.grade_edges[term]).sum(axis=1)
        return term, np.minimum(grade, self.grade_edges.shape[1]), self.median_days[term]


def event_tables(scenario: Scenario) -> EventTables:
    """The tables of a scenario."""
    causes, toxicity, attendance = scenario.adverse_events.causes, scenario.toxicity, scenario.attendance
    groups = [*(each.terms.items for each in causes), toxicity.terms.items]
    fatal = Term(
        term=attendance.fatal_term,
        organ_class=attendance.fatal_class,
        grades=(0.0, 0.0, 0.0, 1.0),
        median_days=FATAL_DAYS,
    )
    terms = (*(term for group in groups for term in group), fatal)
    grades = np.array([each.grades for each in terms])
    grades[len(terms) - 1 - len(groups[-1]) :, : LOWEST_DLT_GRADE - 1] = 0
    return EventTables(
        cause=np.array([CAUSES.index(each.cause) for each in causes]),
        rates=np.array([[getattr(each.per_year, period) for period in PERIODS] for each in causes]),
        ratio=np.array([each.ratio_per_doubling.value for each in causes]),
        edges=np.concatenate([row + _cumulated([each.weight for each in group]) for row, group in enumerate(groups)]),
        first_term=np.cumsum([0, *map(len, groups)]),
        grade_edges=np.array([_cumulated(row) for row in grades.tolist()]),
        median_days=np.array([each.median_days for each in terms]),
        terms=terms,
        names=table_of(each.term for each in terms),
        words=table_of(each.term.lower() for each in terms),
        classes=table_of(each.organ_class for each in terms),
        special_interest=table_of(each.special_interest for each in terms),
    )


def _cumulated(weights: Sequence[float]) -> Floats:
    """Cumulated shares, the last being 1."""
    sums = np.cumsum(weights)
    return np.asarray(sums / sums[-1])
