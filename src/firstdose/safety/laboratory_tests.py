"""Which analytes of the grading criteria a laboratory test measures, by its code and specimen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from firstdose.safety.laboratory import Version, laboratory_criteria

NO_CRITERIA = "the criteria have no term for this test"


class Measured(NamedTuple):
    """The analytes that a result is graded as, or why there is none.

    A later analyte takes the place of an earlier one for the terms that they share.
    """

    analytes: tuple[str, ...]
    why_not: str | None = None


@dataclass(frozen=True)
class LaboratoryTests:
    """The table of tests that comes with the package."""

    blood: Mapping[str, str]
    specimen_required: tuple[str, ...]
    urine: Mapping[str, str]
    fasting: Mapping[str, str]
    not_graded: Mapping[str, str]
    blood_words: tuple[str, ...]
    urine_words: tuple[str, ...]
    not_blood: tuple[str, ...]


@cache
def laboratory_tests() -> LaboratoryTests:
    """The table of tests, read once."""
    read: dict[str, Any] = json.loads(
        files("firstdose.safety").joinpath("ctcae", "laboratory_tests.json").read_text("utf-8")
    )
    return LaboratoryTests(
        blood=read["blood"],
        specimen_required=tuple(read["specimen_required"]),
        urine=read["urine"],
        fasting=read["fasting"],
        not_graded=read["not_graded"],
        blood_words=tuple(read["blood_words"]),
        urine_words=tuple(read["urine_words"]),
        not_blood=tuple(read["not_blood"]),
    )


def analytes_of(
    test: str,
    version: Version,
    *,
    specimen: str | None = None,
    category: str | None = None,
    fasting: bool | None = None,
) -> Measured:
    """The analytes of a test by its code (as in CDISC's terminology, case aside).

    Where no specimen is recorded, a test that has a term counts as one of blood, unless its category says otherwise.
    """
    table, code = laboratory_tests(), test.strip().upper()
    if code in table.not_graded:
        return Measured((), table.not_graded[code])
    known = _by_specimen(table, code, (specimen or "").casefold(), (category or "").casefold())
    if known.why_not is not None:
        return known
    extra = (table.fasting[code],) if fasting and code in table.fasting and known.analytes else ()
    found = tuple(each for each in known.analytes + extra if laboratory_criteria(version).for_analyte(each))
    return Measured(found) if found else Measured((), NO_CRITERIA)


def _by_specimen(table: LaboratoryTests, code: str, specimen: str, category: str) -> Measured:
    """The analyte in this specimen."""
    is_urine = _has(specimen, table.urine_words)
    if code in table.urine and (is_urine or not specimen):
        return Measured((table.urine[code],))
    if code not in table.blood:
        return Measured((), NO_CRITERIA)
    if not specimen:
        if _has(category, table.not_blood):
            return Measured((), f"the criteria have no term for this test in {category}")
        if code in table.specimen_required:
            return Measured((), "the specimen is not recorded")
        return Measured((table.blood[code],))
    if _has(specimen, table.blood_words):
        return Measured((table.blood[code],))
    return Measured((), f"the criteria have no term for this test in {specimen}")


def _has(text: str, words: tuple[str, ...]) -> bool:
    return any(word in text for word in words)
