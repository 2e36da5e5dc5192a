"""Conformance checks of analysis datasets, and the gate before writing. They are this package's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import polars as pl

from firstdose.cdisc.adam.metadata import MAY_BE_EMPTY, AnalysisVariable
from firstdose.cdisc.writing.checking import FileFormat, of_every_standard, refused_first
from firstdose.cdisc.writing.datasets import FRAME_KINDS, Dataset
from firstdose.cdisc.writing.findings import Finding, at_rows

SUBJECTS = "ADSL"
NEVER_EMPTY = ("STUDYID", "USUBJID", "PARAMCD", "PARAM", "CNSR")
"""What identifies a row or says what it is; without it nothing is written."""
NUMBERED_VALUES = {"CNSR": (0, 1, 2)}
CODED_VALUES = {"DATEFL": ("D", "M", "Y")}
ONE_TO_ONE = (("PARAMCD", "PARAM"), ("AVISITN", "AVISIT"))
IN_ORDER = (("TRTSDT", "TRTEDT"), ("ASTDT", "AENDT"), ("STARTDT", "ADT"), ("ASTDYLO", "ASTDYHI"), ("AVALLO", "AVALHI"))
IMPUTED = (("ASTDTF", "ASTDT"), ("AENDTF", "AENDT"))
SAME_BASELINE = ("USUBJID", "PARAMCD", "FLUID")
CLOSE = 1e-9
DEFECT = "report this defect"


def check_analysis_datasets(datasets: Sequence[Dataset], file_format: FileFormat) -> list[Finding]:
    """Everything that is wrong with datasets, those findings first for which they cannot be written."""
    checks: list[Callable[[Dataset], Iterator[Finding]]] = [
        _required,
        _lengths,
        _listed,
        _one_to_one,
        _in_order,
        _imputed,
        _baselines,
    ]
    of_types = [finding for each in datasets for finding in _date_types(each)]
    of_the_right_type = [each for each in datasets if _has_its_types(each)]
    found = [finding for each in of_the_right_type for check in checks for finding in check(each)]
    return refused_first([*of_every_standard(datasets, file_format), *of_types, *found, *_people(datasets)])


def _has_its_types(each: Dataset) -> bool:
    """Whether numbers are numbers, and texts are texts, so that the values can be looked at."""
    return all(each.frame.schema[variable.name] in FRAME_KINDS[variable.kind] for variable in each.variables)


def _date_types(each: Dataset) -> Iterator[Finding]:
    """What is described as a date is one, and nothing else is."""
    for variable in each.variables:
        is_date = each.frame.schema[variable.name] == pl.Date
        if isinstance(variable, AnalysisVariable) and variable.is_date != is_date:
            rule = "must be a date" if variable.is_date else "must not be a date"
            yield Finding("refused", each.name, None, variable.name, None, rule, DEFECT)


def _required(each: Dataset) -> Iterator[Finding]:
    """What every row needs; what only the trial's records can add is told, what identifies a row refused."""
    for variable in each.variables:
        if variable.name in MAY_BE_EMPTY:
            continue
        if variable.core == "Req" and each.frame[variable.name].null_count():
            is_identifying = variable.name in NEVER_EMPTY or variable.name in each.domain.keys
            rule = f"{variable.name} ({variable.label}) must not be empty"
            yield from at_rows(
                "refused" if is_identifying else "told",
                each.name,
                each.frame,
                pl.col(variable.name).is_null(),
                variable.name,
                rule,
                "fill in the records that it is made of",
            )


def _lengths(each: Dataset) -> Iterator[Finding]:
    """Texts fit the length that is stated of their variable."""
    for variable in each.variables:
        if isinstance(variable, AnalysisVariable) and variable.kind == "Char":
            is_fault = pl.col(variable.name).str.len_chars() > variable.length
            rule, fix = f"must have at most {variable.length} characters", "shorten it in the records or the protocol"
            yield from at_rows("refused", each.name, each.frame, is_fault, variable.name, rule, fix)


def _listed(each: Dataset) -> Iterator[Finding]:
    """Flags of imputation and of censoring have the values that ADaM gives them."""
    for variable in each.variables:
        known = NUMBERED_VALUES.get(variable.codelist) or CODED_VALUES.get(variable.codelist)
        if known:
            is_fault = ~pl.col(variable.name).is_in(known)
            rule = f"must be one of {', '.join(map(str, known))}"
            yield from at_rows("refused", each.name, each.frame, is_fault, variable.name, rule, DEFECT)


def _one_to_one(each: Dataset) -> Iterator[Finding]:
    """A parameter has one name, a visit one number."""
    for code, name in ONE_TO_ONE:
        if {code, name} <= set(each.frame.columns):
            pairs = each.frame.select(code, name).drop_nulls().unique()
            several = pairs.filter(pl.col(code).is_duplicated() | pl.col(name).is_duplicated())
            is_fault = pl.struct(code, name).is_in(several.select(pl.struct(code, name)).to_series().implode())
            rule = f"{code} and {name} must belong together one to one"
            yield from at_rows("told", each.name, each.frame, is_fault, name, rule, "give each visit or test one name")


def _in_order(each: Dataset) -> Iterator[Finding]:
    """What begins does so before it ends."""
    for first, last in IN_ORDER:
        if {first, last} <= set(each.frame.columns):
            rule, fix = f"{last} must not come before {first}", "correct the dates in the records"
            is_fault = pl.col(last) < pl.col(first)
            yield from at_rows("told", each.name, each.frame, is_fault, last, rule, fix)


def _imputed(each: Dataset) -> Iterator[Finding]:
    """A flag of imputation belongs to a date."""
    for name, date in IMPUTED:
        if name in each.frame.columns:
            empty = pl.col(date).is_null() if date in each.frame.columns else pl.lit(True)
            rule = f"{name} must be empty without {date}"
            yield from at_rows("refused", each.name, each.frame, pl.col(name).is_not_null() & empty, name, rule, DEFECT)


def _baselines(each: Dataset) -> Iterator[Finding]:
    """One baseline record a person and parameter; BASE is its value, CHG the value less BASE."""
    columns = set(each.frame.columns)
    if not {"ABLFL", "AVAL", "BASE"} <= columns:
        return
    same = [name for name in SAME_BASELINE if name in columns]
    is_baseline = (pl.col("ABLFL") == "Y").fill_null(False)
    number = is_baseline.sum().over(same)
    rule = f"{', '.join(same)} must have one record with ABLFL at most"
    yield from at_rows("refused", each.name, each.frame, is_baseline & (number > 1), "ABLFL", rule, DEFECT)
    value = pl.col("AVAL").filter(is_baseline).first().over(same)
    differs = pl.col("BASE").is_not_null() & ~_is_close(pl.col("BASE"), value)
    rule = "BASE must be AVAL of the record with ABLFL"
    yield from at_rows("refused", each.name, each.frame, differs, "BASE", rule, DEFECT)
    if "CHG" in columns:
        differs = pl.col("CHG").is_not_null() & ~_is_close(pl.col("CHG"), pl.col("AVAL") - pl.col("BASE"))
        rule = "CHG must be AVAL - BASE"
        yield from at_rows("refused", each.name, each.frame, differs, "CHG", rule, DEFECT)


def _is_close(value: pl.Expr, other: pl.Expr) -> pl.Expr:
    """Whether two numbers are equal but for rounding; a missing one equals nothing."""
    largest = pl.max_horizontal(value.abs(), other.abs(), pl.lit(1.0))
    return ((value - other).abs() <= CLOSE * largest).fill_null(False)


def _people(datasets: Sequence[Dataset]) -> Iterator[Finding]:
    """Somebody is there, and everybody is in ADSL."""
    if all(each.name != SUBJECTS for each in datasets):
        rule, fix = "there is nobody to be analysed", "add the subjects to the records"
        yield Finding("refused", SUBJECTS, None, None, None, rule, fix)
    known = next((each.frame["USUBJID"] for each in datasets if each.name == SUBJECTS), pl.Series([], dtype=pl.String))
    for each in datasets:
        is_fault = ~pl.col("USUBJID").is_in(known.implode())
        rule, fix = f"the subject must be in {SUBJECTS}", "add the subject to the records"
        yield from at_rows("refused", each.name, each.frame, is_fault, "USUBJID", rule, fix)
