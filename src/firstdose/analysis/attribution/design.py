"""The design of the trial as it came out: who was seen when, with or without cells and drug, at which dose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from firstdose.analysis.attribution.drug import JUST_STOPPED, OFF, ON, UNKNOWN
from firstdose.analysis.attribution.periods import Periods
from firstdose.analysis.scores.measured import BoolArray, FloatArray
from firstdose.methods.estimability import estimable_for_all, rank_of

COURSE_UNKNOWN, NO_CHANGE = "any_course_of_time", "no_change_without_treatment"
ASSUMPTIONS = (COURSE_UNKNOWN, NO_CHANGE)
"""What is taken for granted: nothing of how time changes the outcome, or that without treatment nothing changes."""


@dataclass(frozen=True, eq=False)
class Answer:
    """Whether a contrast is identified at each visit that it is about: True, False or None (open)."""

    contrast: str
    at_visits: tuple[bool | None, ...]

    @property
    def known(self) -> int:
        """At how many visits it is identified."""
        return sum(each is True for each in self.at_visits)

    @property
    def text(self) -> str:
        """In a word."""
        if not self.at_visits:
            return "not applicable"
        if all(each is True for each in self.at_visits):
            return "yes"
        if any(each is True for each in self.at_visits):
            return "at some visits"
        return "no" if all(each is False for each in self.at_visits) else "not known"


@dataclass(frozen=True, eq=False)
class Design:
    """Rows of an outcome that the design is made of: arrays (rows,); ``cells`` is given any, ``visit`` a number.

    ``before`` tells rows from before treatment, ``doubling`` is 0 there and else the dose in doublings, centred.

    Values from the withdrawal window are left out, since the drug is then neither there nor gone, and values without a
    visit.
    """

    visits: tuple[str, ...]
    person: FloatArray
    visit: FloatArray
    before: BoolArray
    cells: BoolArray
    state: FloatArray
    doubling: FloatArray
    is_change: bool

    @property
    def on_visits(self) -> list[int]:
        """Visits after dosing at which anybody with cells was on the drug, or of nobody it is known to be off it."""
        sure = set(self._visits_of(self.cells & (self.state == ON)))
        off = set(self._visits_of(self.cells & (self.state == OFF)))
        return [visit for visit in self._visits_of(self.cells) if visit in sure or visit not in off]

    @property
    def after_visits(self) -> list[int]:
        """The others: somebody was off the drug, and of nobody it is known to be on it."""
        on = set(self.on_visits)
        return [visit for visit in self._visits_of(self.cells) if visit not in on]

    @property
    def reference_visit(self) -> int | None:
        """The last visit before treatment, from which changes count; None where values are changes already."""
        earlier = self._visits_of(self.before)
        return None if self.is_change or not earlier else max(earlier)

    @property
    def people_off_at_on_visits(self) -> int:
        """People with cells who were seen off the drug at a visit at which others were on it."""
        on = np.isin(self.visit, self._visits_of(self.cells & (self.state == ON)))
        return int(np.unique(self.person[on & self.cells & (self.state == OFF)]).size)

    @property
    def people_without_cells(self) -> int:
        """People who were seen after treatment began and had no cells: a control arm."""
        return int(np.setdiff1d(self.person[~self.before], self.person[self.cells]).size)

    def _visits_of(self, rows: BoolArray) -> list[int]:
        return [int(visit) for visit in np.unique(self.visit[rows])]


def design_of(found: Periods) -> Design:
    """The design behind an outcome's values."""
    outcome = found.outcome
    usable = np.array([bool(visit) for visit in outcome.visit], dtype=np.bool_) & (found.state != JUST_STOPPED)
    usable &= np.isfinite(outcome.dose[outcome.person])
    visits = tuple(dict.fromkeys(visit for visit, is_used in zip(_by_day(found), usable, strict=True) if visit))
    numbers = {visit: number for number, visit in enumerate(visits)}
    person = outcome.person[usable]
    number = np.array([numbers[v] for v, is_used in zip(outcome.visit, usable, strict=True) if is_used], dtype=float)
    cells = ~outcome.before[usable] & (outcome.dose[person] > 0)
    given = np.unique(person[cells])
    middle = float(outcome.doubling[given].mean()) if given.size else 0.0
    doubling = np.where(cells, outcome.doubling[person] - middle, 0.0)
    state = np.where(usable, found.state, OFF)[usable]
    before = outcome.before[usable]
    return Design(visits, person.astype(float), number, before, cells, state.astype(float), doubling, outcome.is_change)


def _by_day(found: Periods) -> list[str]:
    order = np.argsort(found.outcome.day, kind="stable")
    return [found.outcome.visit[row] for row in order.tolist()]


def answers(design: Design, assumption: str) -> list[Answer]:
    """What of the cells, the drug and the dose the design can tell, under one of `ASSUMPTIONS`."""
    blocks = _blocks(design, assumption)
    known, readings = _rows(design, assumption)
    on, after, reference = design.on_visits, design.after_visits, design.reference_visit
    start = np.zeros(blocks.width) if reference is None else blocks.unit("course", reference)
    wanted: dict[str, list[FloatArray]] = {
        "all_together_on_drug": [blocks.unit("course", visit, "cells", "drug") - start for visit in on],
        "cells_on_drug": [blocks.unit("cells", visit) for visit in on],
        "drug": [blocks.unit("drug", visit) for visit in on],
        "cells_after_drug": [blocks.unit("cells", visit) for visit in after],
        "slope_on_drug": [blocks.single("slope_on")] if on else [],
        "slope_after_drug": [blocks.single("slope_off")] if after else [],
        "slope_difference": [blocks.single("slope_on") - blocks.single("slope_off")] if on and after else [],
    }
    rows = [row for found in wanted.values() for row in found]
    told = estimable_for_all(known, readings, np.array(rows)).tolist() if rows else []
    result = []
    for contrast, found in wanted.items():
        result.append(Answer(contrast, tuple(told[: len(found)])))
        told = told[len(found) :]
    return result


def ranks(design: Design) -> tuple[int, int]:
    """The rank of visit and dose by period with everybody's own level, without and with one column for the drug.

    Only rows whose exposure is known.
    """
    sure = design.state != UNKNOWN
    columns = [_indicators(design.person, sure), _indicators(design.visit, sure)]
    by_visit = _indicators(np.where(design.cells, design.visit, -1), sure) * design.doubling[sure, None]
    without = np.column_stack([*columns, by_visit]) if sure.any() else np.zeros((0, 1))
    drug = (design.state[sure] == ON).astype(float)
    return rank_of(without), rank_of(np.column_stack([without, drug])) if sure.any() else 0


@dataclass(frozen=True)
class Blocks:
    """Where the columns of each kind begin."""

    width: int
    places: dict[str, int]

    def unit(self, *parts: str | int) -> FloatArray:
        """The contrast that is 1 in one visit's columns of some kinds: kind, visit, further kinds."""
        row = np.zeros(self.width)
        visit = next(part for part in parts if isinstance(part, int))
        for part in parts:
            if isinstance(part, str) and part in self.places:
                row[self.places[part] + visit] = 1.0
        return row

    def single(self, part: str) -> FloatArray:
        """The contrast that is 1 in one column."""
        row = np.zeros(self.width)
        row[self.places[part]] = 1.0
        return row


def _blocks(design: Design, assumption: str) -> Blocks:
    """Columns: everybody's own level, the course of time at each visit, cells and drug at each visit, slopes."""
    people = 0 if design.is_change else int(design.person.max(initial=-1)) + 1
    visits = len(design.visits)
    places, width = {"person": 0}, people
    for kind in ("course", "cells", "drug"):
        if kind != "course" or assumption == COURSE_UNKNOWN:
            places[kind] = width
            width += visits
    for kind in ("slope_on", "slope_off"):
        places[kind] = width
        width += 1
    return Blocks(width, places)


def _rows(design: Design, assumption: str) -> tuple[FloatArray, tuple[FloatArray, ...]]:
    """The rows whose exposure is known, and both readings of the others."""
    blocks = _blocks(design, assumption)
    unknown = design.state == UNKNOWN
    known = _matrix(design, blocks, ~unknown, design.state == ON)
    if not unknown.any():
        return known, ()
    every = np.ones(len(unknown), dtype=np.bool_)
    return known, (_matrix(design, blocks, unknown, every), _matrix(design, blocks, unknown, ~every))


def _matrix(design: Design, blocks: Blocks, rows: BoolArray, on: BoolArray) -> FloatArray:
    """Some rows of the design, given who was on the drug."""
    matrix = np.zeros((int(rows.sum()), blocks.width))
    line = np.arange(len(matrix))
    visit = design.visit[rows].astype(int)
    cells, drug = design.cells[rows], on[rows]
    if not design.is_change:
        matrix[line, design.person[rows].astype(int)] = 1.0
    if "course" in blocks.places:
        matrix[line, blocks.places["course"] + visit] = 1.0
    matrix[line, blocks.places["cells"] + visit] = cells
    matrix[line, blocks.places["drug"] + visit] = drug
    matrix[:, blocks.places["slope_on"]] = design.doubling[rows] * drug
    matrix[:, blocks.places["slope_off"]] = design.doubling[rows] * ~drug
    return matrix


def _indicators(label: FloatArray, rows: BoolArray) -> FloatArray:
    here = label[rows]
    return np.asarray(here[:, None] == np.unique(here), dtype=np.float64)
