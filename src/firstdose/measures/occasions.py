"""What is odd in the answers of one occasion: impossible ones, and those that contradict each other."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from firstdose.measures import MEASURES
from firstdose.measures.item import Answer
from firstdose.measures.measure import Measure
from firstdose.measures.record_checks import RESTS_ON, field_of_answer, objection_to
from firstdose.measures.recorded import answers_of, is_same_answer

Row = Mapping[str, Any]
"""One assessment: its fields by name, dates as text."""
DAY = len("2026-01-01")
ANSWERED_TWICE = "is answered in another record of the same occasion with {}"
ONE_IS_WRONG = "correct one of the two, or remove it"


class Objection(NamedTuple):
    """The row to look at, by its place, and the field of it; the rule that is broken, and how to mend it."""

    row: int
    field: str
    rule: str
    fix: str


def objections(rows: Sequence[Row], unread: Collection[int] = ()) -> Iterator[Objection]:
    """Everything odd in assessments of one person or of many, each row looked at by itself and beside the others.

    ``unread`` are the places of rows with an answer that nobody could read: that it is not there is not objected to.
    Contradictions are sought only among answers that are possible by themselves. Where one is about an answer that
    was not given, the row to look at is the one that asks for it.
    """
    known: dict[tuple[object, ...], tuple[str, str, str] | None] = {}
    for measure, places in _occasions(rows):
        alone = []
        for place in places:
            row = rows[place]
            content = tuple(row[name] for name in RESTS_ON)
            if content not in known:
                known[content] = objection_to(row)
            if (found := known[content]) is not None and place not in unread:
                alone.append(Objection(place, *found))
        yield from alone or _between(measure, rows, places, unread)


def _occasions(rows: Sequence[Row]) -> Iterator[tuple[Measure, list[int]]]:
    """The places of the rows of a measure that belong together.

    One occasion is what was recorded of a person at one visit on one day, or at one time where no visit is named.
    Answers of a visit without a date belong to its only day; those with neither visit nor date to nothing else.
    """
    found: dict[tuple[object, ...], list[int]] = {}
    for place, row in enumerate(rows):
        if row["measure"] in MEASURES:
            when = row["assessed"]
            time = when[:DAY] if when is not None and row["visit"] else when
            alone = place if time is None and not row["visit"] else None
            found.setdefault((row["subject"], row["measure"], row["visit"], time, alone), []).append(place)
    dated: dict[tuple[object, ...], list[tuple[object, ...]]] = {}
    for key in found:
        if key[3] is not None:
            dated.setdefault(key[:3], []).append(key)
    for key in [key for key in found if key[3] is None and key[2] and len(dated.get(key[:3], ())) == 1]:
        found[dated[key[:3]][0]] += found.pop(key)
    for key, places in found.items():
        yield MEASURES[str(key[1])], sorted(places)


def _between(
    measure: Measure, rows: Sequence[Row], places: Sequence[int], unread: Collection[int]
) -> Iterator[Objection]:
    """What the possible answers of one occasion contradict in each other."""
    answers: dict[str, Answer] = {}
    held: dict[str, int] = {}
    is_twice = False
    for place in places:
        for item, answer in answers_of(measure, [rows[place]]).items():
            if item not in held:
                answers[item], held[item] = answer, place
            elif not is_same_answer(answers[item], answer):
                is_twice = True
                words = ANSWERED_TWICE.format(_as_text(answers[item]))
                yield Objection(place, field_of_answer(rows[place]), words, ONE_IS_WRONG)
    if is_twice:
        return
    not_read = {rows[place]["item"] for place in places if place in unread}
    for doubt in measure.doubts(answers):
        place = held.get(doubt.item, held.get(doubt.asked_by, -1))
        if place >= 0 and doubt.item not in not_read:
            rule = doubt.rule if doubt.item in held else f"{measure.item(doubt.item).question}: {doubt.rule}"
            yield Objection(place, field_of_answer(rows[place]), rule, doubt.fix)


def _as_text(answer: Answer) -> str:
    """An answer in words."""
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    if isinstance(answer, int | float):
        return f"{answer:g}"
    return str(answer) if isinstance(answer, str) or hasattr(answer, "year") else "unable to perform"
