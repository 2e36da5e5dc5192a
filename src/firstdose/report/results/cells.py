"""The cells of a table of results: figures that belong together in one cell, and the notes that they refer to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from firstdose.analysis.counting import number_of
from firstdose.records.results import Result
from firstdose.report.documents.blocks import Cell
from firstdose.report.documents.tracing import rows_behind
from firstdose.report.documents.wording import NO_BREAK
from firstdose.report.results.names import words
from firstdose.report.results.wording import (
    DIGITS_OF_ESTIMATES,
    LARGEST_WITHOUT_COMMA,
    MINUS,
    NOISE,
    NOTHING,
    SMALLEST_PLAIN,
    figure,
    interval,
    plain,
    value_of,
)

NONE_KNOWN, TELLS_NOT_KNOWN = "not known for any of ", "not known: "
"""How a warning begins that says no more than a cell with the number of those not known, and how that is written."""

BELOW = "\n"
"""Between a figure and its interval, which stands below it in a cell."""


@dataclass(frozen=True)
class Joined:
    """Statistics that stand in one cell, and the heading of it."""

    statistics: tuple[str, ...]
    words: str


SUMMARY = Joined(("n", "mean", "sd", "median", "minimum", "maximum"), "mean (SD), n; median (range)")
COUNTS = Joined(("people", "events", "not_known"), "people; events")
PEOPLE = Joined(("people", "not_known"), "people")
"""The usual summary of numbers, and the usual counts, with or without events."""


@dataclass
class Notes:
    """Footnotes of one table, each told once, with the letters that refer to them."""

    texts: dict[str, str] = field(default_factory=dict)

    def mark(self, note: str) -> str:
        """The letters of a note in brackets, with a space before; empty for no note."""
        if not note:
            return ""
        return f" ({self.texts.setdefault(note, letters(len(self.texts)))})"

    def lines(self) -> tuple[str, ...]:
        return tuple(f"{mark}: {note}." for note, mark in self.texts.items())


def letters(number: int) -> str:
    """a, b, ... z, aa, ab, ..."""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("a") + rest) + text
    return text


def statistics_of(results: Iterable[Result]) -> list[Joined]:
    """The statistics in the order of their first figures; those that belong in one cell are joined."""
    found = list(dict.fromkeys(result.statistic for result in results))
    joined = [SUMMARY] if {*SUMMARY.statistics} <= {*found} else []
    if "people" in found:
        joined.append(COUNTS if "events" in found else PEOPLE)
    shown: list[Joined] = []
    for statistic in found:
        one = next((each for each in joined if statistic in each.statistics), Joined((statistic,), words(statistic)))
        if one not in shown:
            shown.append(one)
    return shown


def cell(found: Sequence[Result], statistic: Joined, notes: Notes, *, with_unit: bool = False) -> Cell:
    """The figures of one cell with their rows, their unit if asked for, and the letters of what is to be noted."""
    here = [one for one in found if one.statistic in statistic.statistics]
    if not here:
        return Cell("")
    if statistic is SUMMARY:
        text = _summary(here)
    elif statistic is COUNTS or statistic is PEOPLE:
        text = _counts(here)
    else:
        text = "; ".join(figure(one, gap=BELOW, with_unit=with_unit) for one in here)
    remarks = [one.text for one in here if one.text and one.text not in text]
    warnings = [one.warning for one in here if one.warning and not _is_told(one.warning, text)]
    mark = notes.mark("; ".join(dict.fromkeys([*remarks, *warnings])))
    return Cell(text + (mark.replace(" ", NO_BREAK) if text == NOTHING else mark), rows=rows_behind(here))


def _is_told(warning: str, text: str) -> bool:
    return warning.startswith(NONE_KNOWN) and TELLS_NOT_KNOWN in text


def _summary(found: Sequence[Result]) -> str:
    """Mean with standard deviation and number, its interval, and median with range, one below the other."""
    of = {one.statistic: one for one in found}
    count, mean, spread, median, least, most = (of.get(name) for name in SUMMARY.statistics)
    if mean is None or mean.value is None or len(of) < len(found):
        return ", ".join(f"{words(one.statistic)} {figure(one)}" for one in found)
    lines = [f"{_estimate(mean)} ({_estimate(spread) if spread else NOTHING}), {_people(count)}", interval(mean)]
    if median and least and most:
        lines.append(f"{value_of(median)} ({value_of(least)} to {value_of(most)})")
    return BELOW.join(filter(None, lines))


def _estimate(found: Result) -> str:
    """A mean or standard deviation with all its digits: 1 beside 1.26 is 1.00; 0 where there is no spread at all."""
    value = found.value
    if value is None or abs(value) < NOISE or abs(value) >= LARGEST_WITHOUT_COMMA or abs(value) < SMALLEST_PLAIN:
        return value_of(found)
    return f"{value:#.{DIGITS_OF_ESTIMATES}g}".rstrip(".").replace("-", MINUS)


def _people(count: Result | None) -> str:
    """How many people a summary is of; of how many, where some are missing."""
    if count is None or count.value is None:
        return NOTHING
    return plain(count.value) if count.of in (None, count.value) else f"{plain(count.value)}/{plain(count.of or 0)}"


def _counts(found: Sequence[Result]) -> str:
    """People with their share and how many events, the share's interval, and for how many it is not known."""
    of = {one.statistic: one for one in found}
    if len(of) < len(found):
        return "; ".join(f"{words(one.statistic)} {figure(one)}" for one in found)
    counts = [value_of(each) for name in ("people", "events") if (each := of.get(name)) and each.value is not None]
    is_open = "not_known" in of and not counts
    first = "" if is_open else f";{NO_BREAK}".join(counts) or NOTHING
    lines = [first, interval(of["people"]) if "people" in of else ""]
    if (unknown := of.get("not_known")) and unknown.value is not None:
        told = number_of(int(unknown.value), unknown.unit) if unknown.unit else value_of(unknown)
        lines.append(f"{words('not_known')}: {told}")
    return BELOW.join(filter(None, lines))


def has_unit(result: Result) -> bool:
    """Whether a figure is a number of its unit, and not a count, a probability, words or a day."""
    return result.format not in ("count", "p_value", "text", "day")


def unit_of(results: Iterable[Result], statistic: Joined, heading: str = "") -> str:
    """The unit of a row or column, where all figures share one, no name says it and it is not that of a count."""
    units = {result.unit for result in results if result.statistic in statistic.statistics and has_unit(result)}
    unit = units.pop() if len(units) == 1 else ""
    is_said = f"({unit})" in heading or f" {unit} " in f" {statistic.words} "
    return f", {unit}" if unit and not is_said else ""
