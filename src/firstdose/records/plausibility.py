"""Finds laboratory results and vital signs that no living person has, and units that are none of their test."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from firstdose.records.catalogue import NAMES
from firstdose.records.examinations import LabResult, VitalSign
from firstdose.records.found_rows import Found, with_words
from firstdose.records.frames import in_parts
from firstdose.records.plausible_limits import ROUNDING, plausible_limits
from firstdose.records.trial_data import TrialData
from firstdose.records.units import known_unit

MEASURED = (("result", "unit"), ("standard_result", "standard_unit"))
VALUE_RULE, UNIT_RULE = "should be a value that occurs in a living person", "should be a unit of this test"
CHECK_VALUE, CHECK_UNIT = "look up value and unit in the source", "look up the unit in the source"
JudgedBy = tuple[float | None, float | None, str | None, str | None]
JUDGED_BY = {"lowest": pl.Float64, "highest": pl.Float64, "fix_value": pl.String, "fix_unit": pl.String}
NOT_JUDGED: JudgedBy = (None, None, None, None)


def check_plausible(data: TrialData) -> Iterator[Found]:
    """Values outside the plausible limits of their test, and units of something else.

    Limits are converted into the unit of the value. Without a unit a value breaks the rule only if it would in every
    unit. What is not blood, a test that is not in the table and a unit that is not known are not judged.
    """
    for record_type in (LabResult, VitalSign):
        for value, unit in MEASURED:
            for first, part in in_parts(data[record_type]):
                judged = _with_limits(record_type, part, value, unit, first)
                slack = ROUNDING * pl.col("highest").abs()
                is_within = pl.col(value).is_between(pl.col("lowest") - slack, pl.col("highest") + slack)
                implausible = judged.filter(~is_within)
                yield record_type, value, with_words(implausible, VALUE_RULE, pl.col("fix_value"))
                wrong_unit = judged.filter(pl.col("fix_unit").is_not_null())
                yield record_type, unit, with_words(wrong_unit, UNIT_RULE, pl.col("fix_unit"))


def not_judged(data: TrialData) -> dict[tuple[str, str, str], int]:
    """How many values of tests in the table have a unit that is not known: by kind of record, test and unit."""
    counts: dict[tuple[str, str, str], int] = {}
    for record_type in (LabResult, VitalSign):
        name = NAMES[record_type]
        for value, unit in MEASURED:
            rows = data[record_type].filter(pl.col(value).is_not_null() & _is_in_scope(record_type))
            for test, written, count in rows.group_by("test", unit, maintain_order=True).len().iter_rows():
                limits = plausible_limits().of(name, test)
                if limits and _is_filled(written) and not limits.is_known(written):
                    counts[name, test, written] = counts.get((name, test, written), 0) + count
    return counts


def _with_limits(record_type: type, part: pl.DataFrame, value: str, unit: str, first: int) -> pl.DataFrame:
    """The values that can be judged, with the limits of their test in their unit and what to do about a wrong one."""
    rows = part.with_row_index("index", offset=first).filter(pl.col(value).is_not_null() & _is_in_scope(record_type))
    tests = rows.select("test", unit).unique(maintain_order=True)
    judged_by = [_judged_by(record_type, test, written) for test, written in tests.iter_rows()]
    limits = pl.concat([tests, pl.DataFrame(judged_by, schema=JUDGED_BY, orient="row")], how="horizontal")
    return rows.select("index", "test", unit, value).join(
        limits, on=["test", unit], nulls_equal=True, maintain_order="left"
    )


def _judged_by(record_type: type, test: str, unit: str | None) -> JudgedBy:
    """The limits of a test in a unit and the advice on values beyond; the advice on a unit of something else."""
    limits = plausible_limits().of(NAMES[record_type], test)
    if limits is None:
        return NOT_JUDGED
    if not _is_filled(unit):
        low, high = limits.in_any_unit()
        return low, high, f"{CHECK_VALUE}; add the unit", None
    known = known_unit(unit or "")
    within = limits.within(known) if known else None
    if within:
        low, high = within
        return low, high, f"{CHECK_VALUE}; plausible is from {_plain(low)} to {_plain(high)} {known}", None
    is_wrong = known is not None and limits.is_another_kind(known)
    return (None, None, None, f"{CHECK_UNIT}, {limits.unit} for example") if is_wrong else NOT_JUDGED


def _plain(limit: float) -> str:
    """A limit to four digits, without an exponent."""
    return f"{float(f'{limit:.4g}'):.12g}"


def _is_filled(unit: str | None) -> bool:
    return bool(unit and unit.strip())


def _is_in_scope(record_type: type) -> pl.Expr:
    """Whether limits apply: to every vital sign, and to results of blood."""
    if record_type is VitalSign:
        return pl.lit(True)
    specimen, category = (pl.col(name).fill_null("").str.to_lowercase() for name in ("specimen", "category"))
    table = plausible_limits()
    is_other = category.str.contains_any(list(table.not_blood))
    is_blood = specimen.str.contains_any(list(table.blood_words))
    return pl.when(specimen.str.strip_chars() == "").then(~is_other).otherwise(is_blood)
