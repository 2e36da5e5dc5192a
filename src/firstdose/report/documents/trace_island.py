"""What a page holds about every figure, as one JSON text: its row of the results, its method and its records."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from firstdose.analysis.named_methods import METHODS
from firstdose.records.results import EVERYONE
from firstdose.report.documents.made_from import MADE_FROM, WHOLE
from firstdose.report.documents.record_lists import fold, shortened
from firstdose.report.documents.tracing import FIRST_ROW, Origins, method_address
from firstdose.report.documents.wording import sentence
from firstdose.report.results.chapters import chapter_title
from firstdose.report.results.names import title, words
from firstdose.report.results.wording import group_words

MOST_ENTRIES = 48
"""Entries of a list of records, which are people or less, that a page holds; the rest stands in the results."""

DIGITS = 10
"""Significant digits of raw values in a page; the results themselves have them all."""

SHAPE = ("chapter", "table", "statistic", "unit", "format", "side", "confidence", "method", "population", "objective")
ABOUT = ("within", "what", "when")
"""Columns of the results that are alike in many rows and so are held once for each combination."""


class Pool:
    """Values that are each held once, and are told by their number."""

    def __init__(self) -> None:
        self.numbers: dict[Any, int] = {}

    def number(self, value: Any) -> int:
        return self.numbers.setdefault(value, len(self.numbers))

    def values(self) -> list[Any]:
        return list(self.numbers)


def island(origins: Origins) -> str:
    """The JSON.

    ``rows`` is a text with a row of the results between semicolons: numbers of shape, of what it is about, group and
    records, left empty where they are those of the row before; then value, denominator, limits, text and warning,
    empty where there is none, and without the empty ones at the end.
    """
    texts, shapes, abouts, records = Pool(), Pool(), Pool(), Pool()
    texts.number("")
    rows = ";".join(_rows(origins, texts, shapes, abouts, records))
    places = set(origins.results.frame.select("chapter", "table").unique().rows())
    groups = {group: group_words(group, dict(origins.levels)) for group in _values(origins, "group")}
    held = {
        "first": FIRST_ROW,
        "groups": {texts.number(group): "everyone" if group == EVERYONE else name for group, name in groups.items()},
        "shapes": shapes.values(),
        "abouts": abouts.values(),
        "records": [_records(each, texts) for each in records.values()],
        "chapters": {texts.number(each): chapter_title(each) for each in _values(origins, "chapter")},
        "tables": {texts.number(each): title(each) for each in _values(origins, "table")},
        "methods": {texts.number(each): _method(each) for each in _values(origins, "method") if each},
        "made_from": [
            [*(texts.number(word) for word in (*made, *behind)), behind in WHOLE]
            for made, behind in MADE_FROM.items()
            if made in places
        ],
        "words": {texts.number(each): words(each) for each in _keys(origins) if words(each) != each},
        "texts": texts.values(),
        "rows": rows,
    }
    return json.dumps(held, ensure_ascii=False, separators=(",", ":"))


def _values(origins: Origins, column: str) -> list[str]:
    return origins.results.frame[column].unique(maintain_order=True).to_list()


def _keys(origins: Origins) -> Iterator[str]:
    """What may have other words than itself."""
    for column in ("statistic", "population", *ABOUT):
        yield from _values(origins, column)
    yield from sorted({kind for kinds in origins.kinds for kind in kinds})


def _rows(origins: Origins, texts: Pool, shapes: Pool, abouts: Pool, records: Pool) -> Iterator[str]:
    before: tuple[int, ...] = ()
    for row in origins.results.frame.iter_rows(named=True):
        shape = shapes.number(tuple(_held(row[name], texts) for name in SHAPE))
        about = abouts.number(tuple(texts.number(row[name]) for name in ABOUT))
        now = (shape, about, texts.number(row["group"]), records.number(tuple(row["records"])))
        same = [number == earlier for number, earlier in zip(now, before, strict=True)] if before else [False] * 4
        fields = ["" if is_same else str(number) for number, is_same in zip(now, same, strict=True)]
        fields += [_number(row[name]) for name in ("value", "of", "lower", "upper")]
        fields += [str(texts.number(row[name]) or "") for name in ("text", "warning")]
        before = now
        yield "|".join(fields).rstrip("|")


def _held(value: str | float | None, texts: Pool) -> int | float | None:
    return texts.number(value) if isinstance(value, str) else value


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.{DIGITS}g}"


def _method(name: str) -> Sequence[str]:
    """The sentence about a method, its source, and where the page tells of it."""
    known = METHODS.get(name)
    return (sentence(known.sentence), known.source, method_address(name)) if known else (sentence(name), "", "")


def _records(records: Iterable[str], texts: Pool) -> list[Any]:
    """A list of records, as kind, stem and runs of numbers one after the other; last, how many more there are."""
    kept, more = shortened(fold(records), MOST_ENTRIES)
    held: list[Any] = []
    for each in kept:
        held += [texts.number(each.kind), texts.number(each.stem), _runs(each.numbers)]
    return [*held, more] if more else held


def _runs(numbers: Sequence[int]) -> str:
    """Whole numbers as text: "1:4,9" for one to four, and nine."""
    text: list[str] = []
    first = None
    for place, number in enumerate(numbers):
        first = number if first is None else first
        if place + 1 == len(numbers) or numbers[place + 1] != number + 1:
            text.append(f"{first}" if first == number else f"{first}:{number}")
            first = None
    return ",".join(text)
