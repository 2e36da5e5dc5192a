"""CTCAE grades of laboratory results; each distinct combination of what a grade rests on is graded once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import polars as pl

from firstdose.protocol.plan import Protocol
from firstdose.safety.grading import DependsOn, Graded, NotGraded, grade_for_each_term
from firstdose.safety.laboratory import BASELINE, LaboratoryTerm, Version, laboratory_criteria
from firstdose.safety.laboratory_tests import Measured, analytes_of
from firstdose.safety.marks import LaboratoryValue

VERSIONS: dict[str, Version] = {"CTCAE 5.0": "5.0", "CTCAE 6.0": "6.0"}
TEST = ["test", "specimen", "category", "fasting"]
RESTS_ON = ["value", "bound", "unit", "range_low", "range_high", "judged_from", "is_judged_as_baseline"]
GRADES = {
    "term_low": pl.String,
    "grade_low": pl.Int64,
    "term_high": pl.String,
    "grade_high": pl.Int64,
    "not_graded": pl.String,
}


BEYOND = 1e9
"""By how much a value far beyond a bound differs from it."""
BOUND = pl.when(pl.col("value").is_null()).then(
    pl.col("text").str.replace_all(r"\s", "").str.extract(r"^([<>]=?\d+(?:\.\d+)?)$")
)
"""What a result without a number is below or above: "<5"."""


class Grades(NamedTuple):
    """The grades of one result in both directions, and why one is missing."""

    term_low: str | None = None
    grade_low: int | None = None
    term_high: str | None = None
    grade_high: int | None = None
    not_graded: str | None = None


def with_grades(protocol: Protocol, laboratory: pl.DataFrame) -> pl.DataFrame:
    """Results with their terms and grades, and with `graded_as`, the analyte that they were graded as.

    `laboratory` has the columns of `LabResult` that tell a test, and `value`, `unit`, the limits, `baseline` and
    `is_baseline` as in `LabAnalysis`. Only terms that are judged by the baseline look at it.
    """
    version = VERSIONS[protocol.conventions.toxicity_grading]
    tests = laboratory.select(TEST).unique(maintain_order=True)
    measured = [
        analytes_of(test, version, specimen=specimen, category=category, fasting=fasting)
        for test, specimen, category, fasting in tests.iter_rows()
    ]
    tests = tests.with_columns(
        pl.Series("kind", range(len(measured)), dtype=pl.Int64),
        pl.Series("graded_as", [each.analytes[-1] if each.analytes else None for each in measured], dtype=pl.String),
        pl.Series("needs", [_needs_baseline(version, each) for each in measured], dtype=pl.Boolean),
    )
    frame = laboratory.join(tests, on=TEST, how="left", nulls_equal=True, maintain_order="left").with_columns(
        judged_from=pl.when("needs").then("baseline"),
        is_judged_as_baseline=pl.col("needs") & pl.col("is_baseline"),
        bound=BOUND,
    )
    keys = ["kind", *RESTS_ON]
    distinct = frame.select(keys).unique(maintain_order=True)
    rows = [_grades(version, measured[kind], *rest) for kind, *rest in distinct.iter_rows()]
    graded = pl.concat([distinct, pl.DataFrame(rows, schema=GRADES, orient="row")], how="horizontal")
    joined = frame.join(graded, on=keys, how="left", nulls_equal=True, maintain_order="left")
    return joined.drop("kind", "needs", "bound", "judged_from", "is_judged_as_baseline")


@lru_cache(maxsize=200_000)
def _grades(
    version: Version, measured: Measured, value: float | None, bound: str | None, unit: str | None, *judged_by: Any
) -> Grades:
    """The grades of one combination; kept, since many trials hold the same ones."""
    if measured.why_not is not None:
        return Grades(not_graded=measured.why_not)
    terms = {term.term: term for analyte in measured.analytes for term in _terms(version, analyte)}
    names = {"low": _named(terms, "lower"), "high": _named(terms, "higher")}
    if value is None and bound is not None:
        return _grades_of_bound(version, measured, bound, unit, *judged_by)
    if value is None:
        return Grades(names["low"], None, names["high"], None, "the result is not a number")
    low, high, baseline, is_baseline = judged_by
    whole = LaboratoryValue(value, unit or "", low, high, baseline, is_baseline=bool(is_baseline))
    found = {
        name: result
        for analyte in measured.analytes
        for name, result in grade_for_each_term(version, analyte, whole).items()
    }
    grades = {name: result.grade for name, result in found.items() if isinstance(result, Graded)}
    reasons = [(name, _reason(result)) for name, result in found.items() if not isinstance(result, Graded)]
    return Grades(
        names["low"], grades.get(names["low"] or ""), names["high"], grades.get(names["high"] or ""), _joined(reasons)
    )


def _grades_of_bound(version: Version, measured: Measured, bound: str, unit: str | None, *judged_by: Any) -> Grades:
    """The grades that every value on this side of a bound has; none in a direction where they differ.

    Grades go one way with the value, so those of the bound and of a value far beyond it tell.
    """
    limit = float(bound.lstrip("<>="))
    far = limit / BEYOND if bound.startswith("<") else max(limit, 1.0) * BEYOND
    at, beyond = (_grades(version, measured, value, None, unit, *judged_by) for value in (limit, far))
    low = at.grade_low if at.grade_low == beyond.grade_low else None
    high = at.grade_high if at.grade_high == beyond.grade_high else None
    is_open = (at.term_low is not None and low is None) or (at.term_high is not None and high is None)
    reason = at.not_graded or "the result is not a number; what it is below or above leaves the grade open"
    return Grades(at.term_low, low, at.term_high, high, reason if is_open else None)


def _terms(version: Version, analyte: str) -> tuple[LaboratoryTerm, ...]:
    return laboratory_criteria(version).for_analyte(analyte)


def _named(terms: dict[str, LaboratoryTerm], worse: str) -> str | None:
    """The term in one direction."""
    return next((name for name, term in terms.items() if term.worse == worse), None)


def _reason(result: DependsOn | NotGraded) -> str:
    """Why a value has no grade, with what is known of it."""
    if isinstance(result, DependsOn):
        grades = " or ".join(map(str, result.grades))
        return f"grade {grades}, which depends on {result.on}"
    return f"{result.reason}; at least grade {result.at_least}" if result.at_least else result.reason


def _joined(reasons: list[tuple[str, str]]) -> str | None:
    """Reasons, with the terms where they differ."""
    words = list(dict.fromkeys(reason for _, reason in reasons))
    if len(words) > 1:
        return "; ".join(f"{name}: {reason}" for name, reason in reasons)
    return words[0] if words else None


def _needs_baseline(version: Version, measured: Measured) -> bool:
    """Whether a term of these analytes is judged by the baseline."""
    return any(_looks_at_baseline(term) for analyte in measured.analytes for term in _terms(version, analyte))


def _looks_at_baseline(term: LaboratoryTerm) -> bool:
    return any(BASELINE in references for references in _references(term))


def _references(term: LaboratoryTerm) -> Iterator[tuple[str, ...]]:
    """What each range of a term refers to."""
    for clause in term.clauses:
        marks = [quantity.of for mark in clause.marks for quantity in mark.alternatives]
        yield (*marks, *(condition.partition(" ")[0] for condition in clause.conditions))
