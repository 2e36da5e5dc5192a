"""Which rows of a dataset are records of which kind, and what in them this package says in other words."""

from __future__ import annotations

import polars as pl

from firstdose.cdisc.domains import IMAGING_CATEGORY, READ_IN_PART, RELAPSE_CATEGORY, variable_of
from firstdose.cdisc.item_codes import items_of_codes, items_of_names
from firstdose.cdisc.nonstandard import MARK
from firstdose.records import (
    Assessment,
    Death,
    DiseaseHistory,
    DltAdjudication,
    Image,
    LabResult,
    MedicalHistory,
    Relapse,
    Visit,
    VitalSign,
    columns_of,
)
from firstdose.records.conforming import IS_NUMBER

NOTHING = "NONE"
LABORATORY = "LB"
WORDS_AND_NUMBER: dict[type, tuple[str, str]] = {
    LabResult: ("result", "result_text"),
    VitalSign: ("result", "result_text"),
    Assessment: ("answer", "answer_text"),
}


def rows_of(record_type: type, part: pl.DataFrame, domain: str) -> pl.DataFrame:
    """The rows of a domain that are records of a kind."""
    if record_type is Death:
        return part.filter((_column(part, "DTHFL") == "Y") | (_column(part, "DTHDTC").fill_null("") != ""))
    if domain in READ_IN_PART:
        return part.filter((_column(part, "given") == NOTHING).fill_null(False))
    if domain == LABORATORY:
        is_assessment = _column(part, "number").is_not_null()  # the number that a supplement gives
        return part.filter(is_assessment if record_type is Assessment else ~is_assessment)
    if record_type is DltAdjudication:
        return part.filter(_column(part, "verdict").is_not_null())
    if record_type is Relapse:
        return part.filter(_column(part, "CECAT") == RELAPSE_CATEGORY)
    if record_type is Image:
        return part.filter(_column(part, "PRCAT") == IMAGING_CATEGORY)
    if record_type in (DiseaseHistory, MedicalHistory):
        is_marked = (_column(part, MARK) == "Y").fill_null(False)
        return part.filter(is_marked if record_type is DiseaseHistory else ~is_marked)
    return part


def in_our_terms(record_type: type, part: pl.DataFrame, domain: str) -> pl.DataFrame:
    """The same rows, with what other variables say of a field in a column that has the field's name."""
    if record_type is Visit:
        return _visits(part)
    part = _items(part, domain) if record_type is Assessment else part
    part = _overlaid(record_type, part, domain)
    if record_type in WORDS_AND_NUMBER:
        part = _words_apart(part, WORDS_AND_NUMBER[record_type], f"{domain}ORRES")
    if record_type in (LabResult, VitalSign):
        part = _standard_words(part, f"{domain}STRESC", f"{domain}STRESN")
    return part


def _overlaid(record_type: type, part: pl.DataFrame, domain: str) -> pl.DataFrame:
    """Where SUPP-- gave a field to some rows, the variable speaks for the others."""
    apart = WORDS_AND_NUMBER.get(record_type, ())
    fields = [name for name in part.columns if name in columns_of(record_type) and name not in apart]
    variables = {name: variable_of(record_type, name, domain) for name in fields}
    return part.with_columns(
        pl.coalesce(name, variable).alias(name) for name, variable in variables.items() if variable in part.columns
    )


def _visits(part: pl.DataFrame) -> pl.DataFrame:
    """A planned visit is not unscheduled; the day of dosing, which SDTM calls 1, is day 0."""
    if "SVPRESP" in part.columns:
        planned = pl.when(pl.col("SVPRESP") == "Y").then(pl.lit("no"))
        part = part.with_columns(pl.coalesce(_column(part, "unscheduled"), planned).alias("unscheduled"))
    if "SVOCCUR" in part.columns:
        said = pl.col("SVOCCUR").replace_strict({"Y": "done", "N": "missed"}, default=None, return_dtype=pl.String)
        part = part.with_columns(pl.coalesce(_column(part, "state"), said).alias("state"))
    if "VISITDY" in part.columns:
        day = pl.col("VISITDY").str.extract(r"^\s*([1-9][0-9]{0,8})(?:\.0*)?\s*$").cast(pl.Int64)
        before = (day - 1).cast(pl.String)
        part = part.with_columns(pl.coalesce(before, "VISITDY").alias("VISITDY"))
    return part


def _items(part: pl.DataFrame, domain: str) -> pl.DataFrame:
    """The items and questions of known measures for their codes and names."""
    measure, code, name = (f"{domain}{ending}" for ending in ("CAT", "TESTCD", "TEST"))
    for field, variable, known in (("item", code, items_of_codes()), ("question", name, items_of_names())):
        if measure not in part.columns or variable not in part.columns:
            continue
        meanings = {f"{of}\n{text}": meaning for (of, text), meaning in known.items()}
        pair = pl.concat_str(measure, variable, separator="\n")
        said = pair.replace_strict(meanings, default=None, return_dtype=pl.String)
        part = part.with_columns(pl.coalesce(_column(part, field), said, pl.col(variable)).alias(field))
    return part


def _words_apart(part: pl.DataFrame, fields: tuple[str, str], variable: str) -> pl.DataFrame:
    """Where SUPP-- holds words beside a number, number and words in columns of their own."""
    number, words = fields
    if words not in part.columns or variable not in part.columns:
        return part
    is_number = pl.col(variable).str.contains(IS_NUMBER)
    return part.with_columns(
        pl.when(is_number).then(variable).alias(number),
        pl.coalesce(words, pl.when(~is_number).then(variable)).alias(words),
    )


def _standard_words(part: pl.DataFrame, words: str, number: str) -> pl.DataFrame:
    """A standard result that only repeats its number is no words."""
    if words not in part.columns or number not in part.columns:
        return part
    as_number = [pl.col(name).str.strip_chars().cast(pl.Float64, strict=False) for name in (words, number)]
    repeats = (as_number[0] == as_number[1]).fill_null(False)
    return part.with_columns(pl.when(~repeats).then(words).alias(words))


def _column(part: pl.DataFrame, name: str) -> pl.Expr:
    """A column that may not be there."""
    return pl.col(name) if name in part.columns else pl.lit(None, pl.String)
