"""Answers to the items of a measure as arrays, and the one frame of assessments that all of them make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from firstdose.measures import MEASURES
from firstdose.records.examinations import Assessment
from firstdose.simulation.virtual.attendance import Attendance
from firstdose.simulation.virtual.cast import Cast
from firstdose.simulation.virtual.columns import (
    NOTHING,
    Booleans,
    Floats,
    Integers,
    Table,
    frame,
    numbered,
    pick,
    table_of,
    yes_or_no,
)
from firstdose.simulation.virtual.plan import Plan

PERFORMED = table_of(["done", "not_done", "unable_to_perform"])
DONE, NOT_DONE, UNABLE = range(3)


@dataclass(frozen=True)
class Catalogue:
    """Every item of every measure, the place of each measure's first one, and every word that may be an answer."""

    items: tuple[tuple[str, str], ...]
    first_item: dict[str, int]
    words: tuple[str, ...]


REASONS = (
    "unable to walk",
    "weakness of the arms",
    "unable to follow the task",
    "no time",
    "refused",
    "device failure",
)
CANNOT_WALK, WEAK_ARMS, CANNOT_FOLLOW, FIRST_NOT_DONE = 0, 1, 2, 3


@cache
def catalogue() -> Catalogue:
    """What the measures of this package ask and may be answered."""
    items = [(name, item.name) for name, measure in MEASURES.items() for item in measure.items]
    texts = [
        str(code)
        for measure in MEASURES.values()
        for item in measure.items
        for code in item.choices
        if isinstance(code, str)
    ]
    first: dict[str, int] = {}
    for place, (name, _) in enumerate(items):
        first.setdefault(name, place)
    return Catalogue(tuple(items), first, tuple(dict.fromkeys(["no", "yes", *texts])))


def word(text: str) -> int:
    """The code of an answer in words."""
    return catalogue().words.index(text)


@dataclass(frozen=True, eq=False)
class ItemBlock:
    """Answers of one measure: a row for each person and visit, a column for each item of the measure in its order.

    ``texts`` are codes of words, ``dates`` are days; an item without number, word, date or reason was not asked.
    """

    measure: str
    person: Integers
    visit: Integers
    answers: Floats
    texts: Integers
    dates: Integers
    unable: Integers
    blinded: Integers


def block(measure: str, person: Integers, visit: Integers, blinded: Integers | None = None) -> ItemBlock:
    """A block without answers, to be filled in."""
    shape = (len(person), len(MEASURES[measure].items))
    return ItemBlock(
        measure=measure,
        person=person,
        visit=visit,
        answers=np.full(shape, np.nan),
        texts=np.full(shape, NOTHING),
        dates=np.full(shape, NOTHING),
        unable=np.full(shape, NOTHING),
        blinded=np.zeros(len(person), dtype=np.int64) if blinded is None else blinded,
    )


def column_of(measure: str, item: str) -> int:
    """The column of an item."""
    return [each.name for each in MEASURES[measure].items].index(item)


@cache
def _tables() -> tuple[Table, ...]:
    """Words of each item: measure, name, question and unit."""
    items = [(name, item) for name, measure in MEASURES.items() for item in measure.items]
    return (
        table_of(name for name, _ in items),
        table_of(item.name for _, item in items),
        table_of(item.question for _, item in items),
        table_of(item.unit for _, item in items),
    )


def assessment_frame(
    plan: Plan, cast: Cast, attendance: Attendance, blocks: Sequence[ItemBlock], random: np.random.Generator
) -> pl.DataFrame:
    """All answers as records, numbered within each person by visit, measure and item."""
    not_done = [measure for measure, here in attendance.not_done.items() if measure in MEASURES and here.any()]
    parts = [*map(_rows, blocks), *(_rows_not_done(measure, attendance, random) for measure in not_done)]
    if not parts:
        return frame(Assessment, 0, {})
    person, visit, item, answer, text, date, performed, reason, blinded = (
        np.concatenate(columns) for columns in zip(*parts, strict=True)
    )
    order = np.argsort((person * len(plan.visits) + visit) * len(catalogue().items) + item, kind="stable")
    person, visit, item, performed = person[order], visit[order], item[order], performed[order]
    measures, names, questions, units = _tables()
    words = table_of(catalogue().words)
    answer_text = pick(words, text[order])
    dates = date[order]
    if (dates != NOTHING).any():
        answer_text = answer_text.zip_with(pl.Series(dates == NOTHING), plan.calendar.text(dates))
    raters = table_of(f"rater-{centre.id}" for centre in plan.scenario.conduct.centres)
    centre = cast.candidates.centre[cast.candidate]
    return frame(
        Assessment,
        len(person),
        {
            "subject": pick(cast.subject_words, cast.subject[person]),
            "number": numbered(person),
            "measure": pick(measures, item),
            "item": pick(names, item),
            "question": pick(questions, item),
            "answer": answer[order],
            "answer_text": answer_text,
            "unit": pick(units, item),
            "performed": pick(PERFORMED, performed),
            "reason": pick(table_of(REASONS), reason[order]),
            "assessed": plan.calendar.text(cast.day[person] + attendance.day[person, visit]),
            "visit": pick(plan.visit_words, visit),
            "assessor": pick(raters, centre[person]),
            "blinded": yes_or_no(blinded[order]),
        },
    )


Rows = tuple[Integers, Integers, Integers, Floats, Integers, Integers, Integers, Integers, Integers]


def _rows(each: ItemBlock) -> Rows:
    """The answers of a block, one row an item that was asked."""
    is_unable = each.unable != NOTHING
    asked = ~np.isnan(each.answers) | (each.texts != NOTHING) | (each.dates != NOTHING) | is_unable
    row, column = np.nonzero(asked)
    return (
        each.person[row],
        each.visit[row],
        catalogue().first_item[each.measure] + column,
        each.answers[row, column],
        each.texts[row, column],
        each.dates[row, column],
        np.where(is_unable[row, column], UNABLE, DONE),
        each.unable[row, column],
        each.blinded[row],
    )


def _rows_not_done(measure: str, attendance: Attendance, random: np.random.Generator) -> Rows:
    """The items of a measure at visits at which it was planned and not done."""
    person, visit = pairs(attendance.not_done[measure])
    items = len(MEASURES[measure].items)
    reason = random.integers(FIRST_NOT_DONE, len(REASONS), len(person))
    count = len(person) * items
    nothing = np.full(count, NOTHING)
    first = catalogue().first_item[measure]
    return (
        np.repeat(person, items),
        np.repeat(visit, items),
        np.tile(first + np.arange(items), len(person)),
        np.full(count, np.nan),
        nothing,
        nothing,
        np.full(count, NOT_DONE),
        np.repeat(reason, items),
        nothing,
    )


def pairs(done: Booleans) -> tuple[Integers, Integers]:
    """People and visits at which something was done."""
    person, visit = np.nonzero(done)
    return person, visit
