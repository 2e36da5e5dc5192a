"""Units of laboratory values and vital signs: their spellings, and conversion between them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

SUBSTANCE = "mmol/L"
MASS = "g/L"
CHARGE = "mEq/L"
REMEMBERED = 1024  # spellings and conversions, which are the same in thousands of rows


@dataclass(frozen=True)
class Units:
    """The table of units: each spelling's unit, each unit's family, size and zero, and what analytes weigh."""

    spelled: dict[str, str]
    family: dict[str, str]
    per_first: dict[str, float]
    zero: dict[str, float]
    molar_mass: dict[str, float]
    charge: dict[str, float]


@cache
def table() -> Units:
    """The table that comes with the package."""
    read = json.loads(files("firstdose.records").joinpath("tables", "units.json").read_text("utf-8"))
    families: dict[str, dict[str, float]] = read["families"]
    spelled = {other: unit for unit, others in read["spellings"].items() for other in others}
    return Units(
        spelled | {unit: unit for units in families.values() for unit in units},
        {unit: family for family, units in families.items() for unit in units},
        {unit: size for units in families.values() for unit, size in units.items()},
        read["zeros"],
        read["molar_mass"],
        read["charge"],
    )


@lru_cache(maxsize=REMEMBERED)
def known_unit(unit: str) -> str | None:
    """The unit that a spelling stands for, if it is known."""
    return table().spelled.get(unit.strip())


@lru_cache(maxsize=REMEMBERED)
def conversion_factor(source: str, target: str, analyte: str) -> float | None:
    """What a value in one unit is multiplied by to be in another; None where there is no way between them.

    Between scales that begin at different points, such as those of temperature, no factor leads: see `convert`.
    """
    units, start, end = table(), known_unit(source), known_unit(target)
    if start is None or end is None or units.zero.get(start) != units.zero.get(end):
        return None
    if units.family[start] == units.family[end]:
        return units.per_first[end] / units.per_first[start]
    to_substance, from_substance = _to_substance(start, analyte), _to_substance(end, analyte)
    return None if to_substance is None or from_substance is None else to_substance / from_substance


def convert(value: float, source: str, target: str, analyte: str = "") -> float | None:
    """A value in another unit; None where there is no way between them."""
    factor = conversion_factor(source, target, analyte)
    if factor is not None:
        return value * factor
    units, start, end = table(), known_unit(source), known_unit(target)
    if start is None or end is None or units.family[start] != units.family[end]:
        return None
    above_zero = (value - units.zero.get(start, 0)) / units.per_first[start]
    return above_zero * units.per_first[end] + units.zero.get(end, 0)


def is_of_another_kind(unit: str, other: str) -> bool:
    """Whether two units that are known measure different things, so that no value in one can be meant in the other.

    Mass, amount and charge per volume are all concentrations.
    """
    return _kind(unit) != _kind(other)


def _kind(unit: str) -> str:
    """The family of a unit; the same for all concentrations."""
    family = table().family[unit]
    return "concentration" if family in {table().family[each] for each in (SUBSTANCE, MASS, CHARGE)} else family


def _to_substance(unit: str, analyte: str) -> float | None:
    """How many mmol/L one of this unit is."""
    units = table()
    family = units.family[unit]
    if family == units.family[SUBSTANCE]:
        return units.per_first[SUBSTANCE] / units.per_first[unit]
    if family == units.family[MASS] and analyte in units.molar_mass:
        return units.per_first[MASS] / units.per_first[unit] * 1000 / units.molar_mass[analyte]
    if family == units.family[CHARGE] and analyte in units.charge:
        return 1 / units.charge[analyte]
    return None
