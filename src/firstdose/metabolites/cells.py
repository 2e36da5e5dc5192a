"""The cells of a table as numbers: what is missing, below a limit, no number, infinite or negative, and where."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from firstdose.metabolites.wording import BELOW_LIMIT, MISSING
from firstdose.records.abundances import Matrix, Scale
from firstdose.records.problems import Collector

RECORD = "abundances"
EMPTY_CELL = "an empty cell"
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+(?:[eE][+-]?\d+)?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
MOST_LOGARITHM = 64.0  # no instrument counts beyond 2 ** 64
MOST_BEYOND = 0.1  # share of values beyond it above which the scale is wrong, not the values
NO_LOGARITHMS = "the values must be logarithms to base 2, as the scale says"
NO_LOGARITHM = "is no logarithm to base 2 of an abundance"


@dataclass(frozen=True)
class RawTable:
    """A table as text: `cells` (metabolites, samples), with the row of its file in which each metabolite stands.

    Where samples stand in rows of the file, `sample_rows` has these, and metabolites stand in its header, which is in
    `header_row` (None in mwTab).
    """

    file: str
    samples: tuple[str, ...]
    metabolites: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    rows: tuple[int | None, ...]
    sample_rows: tuple[int, ...] = ()
    header_row: int | None = 1

    def at(self, metabolite: int | None = None, sample: int | None = None) -> dict[str, Any]:
        """Where a cell, or a whole metabolite or sample, stands in the file: row, what it is about, and column."""
        name = None if metabolite is None else self.metabolites[metabolite]
        of = None if sample is None else self.samples[sample]
        if self.sample_rows:
            row, identity, column = self.header_row if sample is None else self.sample_rows[sample], of or name, name
        else:
            row, identity, column = self.header_row if metabolite is None else self.rows[metabolite], name or of, of
        return {"file": self.file, "row": row, "record": RECORD, "identity": identity, "field": column}


def numbers_of(table: RawTable, scale: Scale, collector: Collector) -> Matrix:
    """The values (samples, metabolites) of a table; a cell that is no usable number is missing, and listed or noted."""
    values = np.full((len(table.samples), len(table.metabolites)), np.nan)
    decimal_comma = _has_decimal_commas(table)
    missing: Counter[str] = Counter()
    for column, cells in enumerate(table.cells):
        for place, text in enumerate(cells):
            try:
                value = float(text) if _NUMBER.fullmatch(text) else None
            except ValueError:
                value = None
            if value is None and decimal_comma and _DECIMAL_COMMA.fullmatch(text):
                value = float(text.replace(",", "."))
            if value is not None and math.isfinite(value) and (value >= 0 or scale == "log2"):
                values[place, column] = value
            elif text.strip().lower() in MISSING:
                missing[text.strip().lower() or EMPTY_CELL] += 1
            else:
                rule, fix = _why_not(text, value)
                collector.add(rule, fix, "left empty", **table.at(column, place), value=text)
    _note(table.file, missing, decimal_comma, collector)
    if scale == "log2":
        _take_out_beyond(table, values, collector)
    if scale == "raw":
        _note_scale(table.file, values, collector)
    return values


def _take_out_beyond(table: RawTable, values: Matrix, collector: Collector) -> None:
    """Make missing what is no logarithm: all values if many are not, else each by itself."""
    beyond = np.abs(values) > MOST_LOGARITHM  # False for what is missing
    known = int((~np.isnan(values)).sum())
    if beyond.sum() > MOST_BEYOND * known:
        largest = np.nanmax(np.abs(values))
        fix = f"values up to {largest:.3g} are none: say that they are raw, or take the logarithms first"
        collector.add(NO_LOGARITHMS, fix, "left empty", file=table.file, record=RECORD, value=f"{largest:.3g}")
        values[:] = np.nan
        return
    for place, column in np.argwhere(beyond).tolist():
        fix, value = "correct it, or leave it empty", f"{values[place, column]:g}"
        collector.add(NO_LOGARITHM, fix, "left empty", **table.at(column, place), value=value)
    values[beyond] = np.nan


def _has_decimal_commas(table: RawTable) -> bool:
    """Whether a table writes 12,3 for 12.3."""
    return have_decimal_commas(cell for row in table.cells for cell in row)


def have_decimal_commas(texts: Iterable[str]) -> bool:
    """Whether texts write 12,3 for 12.3: none is a number with a point, and some comma cannot separate thousands."""
    cells = [cell for cell in texts if "," in cell or "." in cell]
    with_comma = [cell for cell in cells if _DECIMAL_COMMA.fullmatch(cell)]
    return (
        bool(with_comma)
        and not any(_NUMBER.fullmatch(cell) for cell in cells)
        and not all(_THOUSANDS.fullmatch(cell) for cell in with_comma)
    )


def _why_not(text: str, value: float | None) -> tuple[str, str]:
    """The rule that a cell breaks, and what to do."""
    if value is not None and value < 0 and math.isfinite(value):
        return "an intensity must not be negative", "correct it, or say that the values are logarithms (scale log2)"
    if value is not None or text.strip().lower() in ("inf", "-inf", "+inf", "infinity"):
        return "must be finite", "correct it, or leave it empty"
    if BELOW_LIMIT.fullmatch(text.strip().lower()):
        return (
            "is below a limit and has no value",
            "none: it stays missing; give limits of detection as a column of features",
        )
    if _THOUSANDS.fullmatch(text) or _DECIMAL_COMMA.fullmatch(text):
        return "must be a number with a decimal point", "write 1234.5: whether a comma separates thousands is not known"
    return "must be a number", "correct it, or leave it empty"


def _note(file: str, missing: Counter[str], decimal_comma: bool, collector: Collector) -> None:
    """Say which words were taken as missing, and how commas were read; an empty cell goes without saying."""
    if missing.keys() - {EMPTY_CELL}:
        words = ", ".join(f"{count} written as {word}" for word, count in sorted(missing.items()))
        collector.notes.append(f"{file}: {sum(missing.values())} values are missing: {words}")
    if decimal_comma:
        collector.notes.append(f"{file}: numbers are written with a decimal comma")


def _note_scale(file: str, values: Matrix, collector: Collector) -> None:
    """Say how many raw values are zero, and whether the values look like logarithms."""
    known = values[~np.isnan(values)]
    if not len(known):
        return
    zeros = int((known == 0).sum())
    if zeros:
        collector.notes.append(
            f"{file}: {zeros} values are zero; the file does not say whether that means not detected"
        )
    if known.max() < MOST_LOGARITHM and known.max() > 0 and np.median(known) > 1 and not zeros:
        collector.notes.append(
            f"{file}: all values are below {MOST_LOGARITHM:g}; if they are logarithms, say so (scale log2)"
        )


def unique_names(names: Sequence[str]) -> list[str]:
    """Identifiers: the names, the second of two that are alike as `name (2)`."""
    taken = set(names)
    found: list[str] = []
    counts: Counter[str] = Counter()
    for name in names:
        counts[name] += 1
        identifier, number = name, counts[name]
        while number > 1 and (identifier == name or identifier in taken):
            identifier = f"{name} ({number})"
            number += 1
        taken.add(identifier)
        found.append(identifier)
    return found
