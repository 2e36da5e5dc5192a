"""The table of values that laboratory results and vital signs of living people have, and its limits in any unit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from firstdose.records.units import convert, is_of_another_kind, known_unit, table

ROUNDING = 1e-9  # what conversion between units may add


@dataclass(frozen=True)
class PlausibleLimits:
    """The lowest and the highest plausible value of a test in one unit, and the source of both.

    `analyte` is the name by which mass and amount of substance are converted.
    """

    lowest: float
    highest: float
    unit: str
    source: str
    analyte: str = ""

    def within(self, unit: str) -> tuple[float, float] | None:
        """The limits in another unit; None where there is no way to it."""
        low, high = (convert(limit, self.unit, unit, self.analyte) for limit in (self.lowest, self.highest))
        return None if low is None or high is None else (low, high)

    def in_any_unit(self) -> tuple[float, float]:
        """The lowest and the highest number that is plausible in one unit or another."""
        found = [limits for unit in table().family if (limits := self.within(unit))]
        return min(low for low, _ in found), max(high for _, high in found)

    def is_another_kind(self, unit: str) -> bool:
        """Whether a unit that is known measures something else than the test."""
        return is_of_another_kind(unit, self.unit)

    def is_known(self, unit: str) -> bool:
        """Whether values in a unit can be judged."""
        known = known_unit(unit)
        return known is not None and (self.within(known) is not None or self.is_another_kind(known))


@dataclass(frozen=True)
class LimitsTable:
    """Limits by kind of record and code of the test; the words that tell blood from other fluids."""

    by_test: Mapping[str, Mapping[str, PlausibleLimits]]
    blood_words: tuple[str, ...]
    not_blood: tuple[str, ...]

    def of(self, kind: str, test: str) -> PlausibleLimits | None:
        """The limits of a test of one kind of record by its code, case aside."""
        return self.by_test[kind].get(test.strip().upper())


@cache
def plausible_limits() -> LimitsTable:
    """The table that comes with the package."""
    read: dict[str, Any] = json.loads(
        files("firstdose.records").joinpath("tables", "plausible_limits.json").read_text("utf-8")
    )
    kinds = {
        kind: MappingProxyType({test: PlausibleLimits(**row) for test, row in read[kind].items()})
        for kind in ("vital_signs", "lab_results")
    }
    return LimitsTable(MappingProxyType(kinds), tuple(read["blood"]["words"]), tuple(read["blood"]["other"]))
