"""Conformance checks of each dataset, and the gate before writing. They are this package's own, not CDISC's engine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Literal

import polars as pl

from firstdose.cdisc.long_texts import LONGEST_TEXT
from firstdose.cdisc.writing.cross_checks import across
from firstdose.cdisc.writing.datasets import FRAME_KINDS, Dataset
from firstdose.cdisc.writing.findings import Effect, Finding, at_rows
from firstdose.cdisc.writing.metadata import Variable
from firstdose.cdisc.writing.terminology import CODE_LISTS, CodeList
from firstdose.records.partial_date_text import NotADate, read_partial_date_time

FileFormat = Literal["xpt", "csv", "dataset-json"]

VARIABLE_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,7}")
LONGEST_LABEL = 40
PRINTABLE_ASCII = r"^[\x20-\x7E]*$"
LARGEST_WHOLE, LARGEST, SMALLEST = 2**53, 7.2e75, 5.4e-79
"""Numbers of a transport file have 56 bits in base 16; beyond these they are not held exactly, or not at all."""
SHORT = {"TESTCD": 8, "TEST": 40, "PARMCD": 8, "PARM": 40, "ARMCD": 20, "ETCD": 8, "QNAM": 8, "QLABEL": 40}
NOT_LIMITED = ("IETEST",)
MAY_BE_UNCODED = ("DECOD", "SITEID", "SEX", "COUNTRY", "QLABEL", "QVAL", "QORIG", "SESTDTC", "TEST")
TERMS_SHOWN = 12
COUNTRY_CODE = r"^[A-Z]{3}$"
ASCII_ONLY = "a transport file holds printable ASCII only"
NUMBERS_HELD = "a transport file cannot hold this number exactly"
OF_TRANSPORT_FILES = (ASCII_ONLY, NUMBERS_HELD)
"""The rules that only transport files have."""


def check_datasets(
    datasets: Sequence[Dataset], file_format: FileFormat, lists: Mapping[str, CodeList] = CODE_LISTS
) -> list[Finding]:
    """Everything that is wrong with datasets, those findings first for which they cannot be written."""
    found = [
        finding
        for each in datasets
        for check in (_present, _required, _null_flavors, _dates)
        for finding in check(each)
    ]
    return refused_first([*of_every_standard(datasets, file_format, lists), *found, *across(datasets)])


def of_every_standard(
    datasets: Sequence[Dataset], file_format: FileFormat, lists: Mapping[str, CodeList] = CODE_LISTS
) -> Iterator[Finding]:
    """What is wrong with datasets of whatever standard: names, types, keys, texts, terms, and what files can hold."""
    checks: list[Callable[[Dataset], Iterator[Finding]]] = [_names, _types, _keys, _texts, partial(_terms, lists=lists)]
    if file_format == "xpt":
        checks.append(_fits_transport)
    return (finding for each in datasets for check in checks for finding in check(each))


def that_concern(findings: Iterable[Finding], file_format: FileFormat) -> tuple[Finding, ...]:
    """Those findings of a check for transport files that a check for a format would make, in the same order."""
    return tuple(each for each in findings if file_format == "xpt" or each.rule not in OF_TRANSPORT_FILES)


def refused_first(findings: Iterable[Finding]) -> list[Finding]:
    """Findings in their order, those first for which datasets cannot be written."""
    return sorted(findings, key=lambda finding: finding.effect != "refused")


def _names(each: Dataset) -> Iterator[Finding]:
    """Names of variables are short, and labels too; variables stand in the order of their table."""
    names = [variable.name for variable in each.variables]
    for variable in each.variables:
        if not VARIABLE_NAME.fullmatch(variable.name):
            yield _whole(each, variable.name, "a name has at most 8 capitals and digits", "rename the variable")
        if not 0 < len(variable.label) <= LONGEST_LABEL:
            yield _whole(each, variable.name, f"a label has at most {LONGEST_LABEL} characters", "shorten the label")
    if len(set(names)) < len(names) or names != each.frame.columns:
        yield _whole(each, None, "the columns must be the variables described, in their order", "report this defect")
    if len(each.name) > 8 or len(each.domain.label) > LONGEST_LABEL:
        yield _whole(each, None, "a dataset's name has at most 8 characters, its label 40", "report this defect")


def _types(each: Dataset) -> Iterator[Finding]:
    """Numbers are numbers and finite, texts are texts."""
    for variable in each.variables:
        kind = each.frame.schema[variable.name]
        if kind not in FRAME_KINDS[variable.kind]:
            yield _whole(each, variable.name, f"must be {variable.kind}", "report this defect")
        elif kind == pl.Float64:
            is_fault = ~pl.col(variable.name).is_finite()
            yield from at_rows(
                "refused", each.name, each.frame, is_fault, variable.name, "must be finite", "correct it"
            )


def _present(each: Dataset) -> Iterator[Finding]:
    """Variables that the guide requires or expects are there, even if they hold nothing."""
    for variable in each.domain.variables.values():
        if variable.core in ("Req", "Exp") and variable.name not in each.frame.columns:
            rule = f"{variable.name} ({variable.label}) must be there, even if it holds nothing"
            yield _whole(each, variable.name, rule, "report this defect")


def _null_flavors(each: Dataset) -> Iterator[Finding]:
    """A parameter of the trial has a value or says why it has none, and not both."""
    if {"TSVAL", "TSVALNF"} <= set(each.frame.columns):
        is_fault = pl.col("TSVAL").is_null() == pl.col("TSVALNF").is_null()
        rule, fix = "TSVALNF must stand where TSVAL is empty, and only there", "report this defect"
        yield from at_rows("refused", each.name, each.frame, is_fault, "TSVALNF", rule, fix)


def _required(each: Dataset) -> Iterator[Finding]:
    """What every row needs. Where the trial goes on, some of it may not be there yet: that is told, not refused."""
    for variable in each.variables:
        if variable.core != "Req" or not each.frame[variable.name].null_count():
            continue
        effect: Effect = "told" if variable.name.endswith(MAY_BE_UNCODED) else "refused"
        is_fault = pl.col(variable.name).is_null()
        rule, fix = f"{variable.name} ({variable.label}) must not be empty", "fill in the field that it is made of"
        yield from at_rows(effect, each.name, each.frame, is_fault, variable.name, rule, fix)


def _keys(each: Dataset) -> Iterator[Finding]:
    """No two rows have the same keys, and rows stand in the order of keys."""
    keys = [key for key in each.domain.keys if key in each.frame.columns]
    is_again = pl.struct(keys).is_duplicated()
    rule = f"{', '.join(keys)} must tell each row from the others"
    fix = "remove the record that is there twice, or number it anew"
    yield from at_rows("refused", each.name, each.frame, is_again, keys[-1], rule, fix)
    if not each.frame.select(keys).equals(each.frame.select(keys).sort(keys, nulls_last=True, maintain_order=True)):
        yield _whole(each, None, f"rows must stand in the order of {', '.join(keys)}", "report this defect")


def _texts(each: Dataset) -> Iterator[Finding]:
    """Texts are as long as their variable may be, and hold something."""
    for variable in each.variables:
        if variable.kind == "Char":
            longest = _longest(variable)
            length = pl.col(variable.name).str.len_chars()
            rule, fix = f"must have at most {longest} characters", "shorten it in the records or in the protocol"
            yield from at_rows("refused", each.name, each.frame, length > longest, variable.name, rule, fix)
            rule, fix = "must not end with a blank, or be nothing but blanks", "remove the blanks"
            ends = pl.col(variable.name).str.ends_with(" ") | (length == 0)
            yield from at_rows("refused", each.name, each.frame, ends, variable.name, rule, fix)


def _dates(each: Dataset) -> Iterator[Finding]:
    """Dates are ISO 8601, as far as they are known."""
    for variable in each.variables:
        if variable.name.endswith("DTC"):
            wrong = [text for text in each.frame[variable.name].drop_nulls().unique().to_list() if not _is_date(text)]
            is_fault = pl.col(variable.name).is_in(wrong)
            rule, fix = "must be a date in ISO 8601, as far as it is known", "correct the date"
            yield from at_rows("refused", each.name, each.frame, is_fault, variable.name, rule, fix)


def _terms(each: Dataset, lists: Mapping[str, CodeList]) -> Iterator[Finding]:
    """Values with a closed list of terms are in it; those with an open one are not its terms in other letters.

    Where the list is that of a package, values of open lists that are not in it are told once each.
    """
    for variable in each.variables:
        known = lists.get(variable.codelist) or lists.get(variable.name)
        if known and known.is_open and variable.kind == "Char":
            yield from _beside_open_list(each, variable, known)
        if known and not known.is_open:
            terms = ", ".join(known.terms[:TERMS_SHOWN]) + (", ..." if len(known.terms) > TERMS_SHOWN else "")
            rule = f"should be a term of {variable.codelist}: {terms}"
            is_fault = ~pl.col(variable.name).is_in(known.terms)
            fix = "use a term, or agree with the receiver on another"
            yield from at_rows("told", each.name, each.frame, is_fault, variable.name, rule, fix)
        if variable.name == "COUNTRY":
            rule, fix = "should be a code of ISO 3166 with three letters", "record the code of the country"
            is_fault = ~pl.col("COUNTRY").str.contains(COUNTRY_CODE)
            yield from at_rows("told", each.name, each.frame, is_fault, variable.name, rule, fix)


def _beside_open_list(each: Dataset, variable: Variable, known: CodeList) -> Iterator[Finding]:
    """The first row of each value that is not in a list to which terms may be added."""
    name = variable.codelist or variable.name
    in_other_letters = {term.casefold(): term for term in known.terms}
    values = each.frame[variable.name].drop_nulls().unique(maintain_order=True).to_list()
    for value in (value for value in values if value not in known.terms):
        term = in_other_letters.get(value.casefold())
        row = each.frame[variable.name].index_of(value)
        place = None if row is None else row + 1
        if term is not None:
            rule, fix = f"should be written {term}, as in {name}", f"record it as {term}"
            yield Finding("told", each.name, place, variable.name, value, rule, fix)
        elif known.is_published:
            rule = f"is no term of {name}, to which terms may be added"
            fix = "use a term that means the same, or explain it to the receiver"
            yield Finding("told", each.name, place, variable.name, value, rule, fix)


def _fits_transport(each: Dataset) -> Iterator[Finding]:
    """What a transport file of version 5 can hold: printable ASCII, and numbers of its own range."""
    for variable in each.variables:
        value = pl.col(variable.name)
        if variable.kind == "Char":
            rule = ASCII_ONLY
            fix = "write it in these letters, or export with --format dataset-json or csv"
            is_fault = ~value.str.contains(PRINTABLE_ASCII)
        elif each.frame.schema[variable.name] == pl.Date:
            continue
        else:
            rule = NUMBERS_HELD
            fix = "correct the number, or export with --format dataset-json or csv"
            is_whole = each.frame.schema[variable.name] == pl.Int64
            out_of_range = (value.abs() > LARGEST) | ((value.abs() < SMALLEST) & (value != 0))
            is_fault = value.abs() > LARGEST_WHOLE if is_whole else out_of_range
        yield from at_rows("refused", each.name, each.frame, is_fault, variable.name, rule, fix)


def _longest(variable: Variable) -> int:
    """How many characters a variable may hold."""
    if variable.name in NOT_LIMITED:
        return LONGEST_TEXT
    return next((longest for ending, longest in SHORT.items() if variable.name.endswith(ending)), LONGEST_TEXT)


def _is_date(text: str) -> bool:
    """Whether a text is a date or time as far as it is known, written as ISO 8601 writes it."""
    try:
        found = read_partial_date_time(text)
    except NotADate:
        return False
    return found is not None and str(found) == text


def _whole(each: Dataset, variable: str | None, rule: str, fix: str) -> Finding:
    """A finding about a whole dataset or variable."""
    return Finding("refused", each.name, None, variable, None, rule, fix)
