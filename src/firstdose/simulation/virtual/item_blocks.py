"""Answers to the items of a measure as arrays, and the one frame of assessments that all of them make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from firstdose.measures import MEASURES
from firstdose.records.examinations import Assessment
from firstdose.simulation.virtual.attendance import Attendance
from firstdose.simulation.virtual.calendar_words import Calendar
from firstdose.simulation.virtual.cast import Cast
from firstdose.simulation.virtual.columns import (
    NOTHING,
    Booleans,
    Draft,
    Floats,
    Integers,
    Table,
    frame,
    numbered,
    pick,
    table_of,
)
from firstdose.simulation.virtual.plan import Plan

MOST_CALENDARS = 20
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


@cache
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


@cache
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


@lru_cache(maxsize=MOST_CALENDARS)
def _words_and_days(calendar: Calendar) -> Table:
    """Every word that may be an answer, then the days of a calendar."""
    return Table.of([*catalogue().words, *calendar.words.words[:-1]])


def assessment_frame(
    plan: Plan, cast: Cast, attendance: Attendance, blocks: Sequence[ItemBlock], random: np.random.Generator
) -> Draft:
    """All answers as records, numbered within each person by visit, measure and item."""
    grid = Grid.empty((*attendance.day.shape, len(catalogue().items)))
    for each in blocks:
        grid.put(each)
    performed = np.where(grid.is_asked(), np.where(grid.reasons == NOTHING, DONE, UNABLE), NOTHING)
    for measure, here in attendance.not_done.items():
        if measure in MEASURES and here.any():
            cells = (*pairs(here), items_of(measure))
            performed[cells] = NOT_DONE
            grid.reasons[cells] = random.integers(FIRST_NOT_DONE, len(REASONS), len(cells[0]))[:, None]
    kept = performed != NOTHING
    person, visit, item = np.nonzero(kept)
    dates = grid.dates[kept]
    measures, names, questions, units = _tables()
    raters = table_of([f"rater-{centre.id}" for centre in plan.scenario.conduct.centres])
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
            "answer": grid.answers[kept],
            "answer_text": pick(
                _words_and_days(plan.calendar),
                np.where(dates == NOTHING, grid.texts[kept], len(catalogue().words) + dates),
            ),
            "unit": pick(units, item),
            "performed": pick(PERFORMED, performed[kept]),
            "reason": pick(table_of(REASONS), grid.reasons[kept]),
            "assessed": plan.calendar.text(cast.day[person] + attendance.day[person, visit]),
            "visit": pick(plan.visit_words, visit),
            "assessor": pick(raters, centre[person]),
            "blinded": grid.blinded[kept],
        },
    )


@dataclass(frozen=True, eq=False)
class Grid:
    """Arrays with a cell for each person, visit and item of any measure, as in the blocks that are put into them."""

    answers: Floats
    texts: Integers
    dates: Integers
    reasons: Integers
    blinded: Integers

    @classmethod
    def empty(cls, shape: tuple[int, ...]) -> Grid:
        """Nothing was asked."""
        texts, dates, reasons, blinded = np.full((4, *shape), NOTHING)
        return cls(np.full(shape, np.nan), texts, dates, reasons, blinded)

    def put(self, each: ItemBlock) -> None:
        """Put the answers of a measure into their cells."""
        cells = (each.person, each.visit, items_of(each.measure))
        self.answers[cells] = each.answers
        self.texts[cells] = each.texts
        self.dates[cells] = each.dates
        self.reasons[cells] = each.unable
        self.blinded[cells] = each.blinded[:, None]

    def is_asked(self) -> Booleans:
        """Whether a cell has a number, a word, a date or a reason."""
        has_word = (self.texts != NOTHING) | (self.dates != NOTHING) | (self.reasons != NOTHING)
        return np.asarray(has_word | ~np.isnan(self.answers))


def items_of(measure: str) -> slice:
    """The places of a measure's items among those of all measures."""
    first = catalogue().first_item[measure]
    return slice(first, first + len(MEASURES[measure].items))


def pairs(done: Booleans) -> tuple[Integers, Integers]:
    """People and visits at which something was done."""
    person, visit = np.nonzero(done)
    return person, visit
