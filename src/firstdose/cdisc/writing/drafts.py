"""A kind of record as rows of its domain: fields become variables, and what has no variable becomes supplements."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

import polars as pl

from firstdose.cdisc.domains import variable_of
from firstdose.cdisc.nonstandard import Qualifier, qualifiers_of
from firstdose.cdisc.values import as_text
from firstdose.cdisc.writing.metadata import Variable, domain_of
from firstdose.cdisc.writing.terminology import ANSWERS_WRITTEN, NO, YES, plain_term, terms_of
from firstdose.cdisc.writing.words_for_terms import in_terms
from firstdose.records import Column, columns_of

SUPPLEMENT_SCHEMA = dict.fromkeys(
    ("USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QLABEL", "QVAL", "QORIG", "QEVAL"), pl.String
)
COLLECTED = "Collected"


@dataclass(frozen=True)
class Draft:
    """The rows of a domain, and its supplements."""

    domain: str
    frame: pl.DataFrame
    supplements: tuple[pl.DataFrame, ...] = field(default=())

    def with_frame(self, frame: pl.DataFrame) -> Draft:
        """The same supplements, beside other rows."""
        return Draft(self.domain, frame, self.supplements)

    def and_supplements(self, *further: pl.DataFrame) -> Draft:
        """The same rows, with more supplements."""
        return Draft(self.domain, self.frame, (*self.supplements, *further))


def draft(record_type: type, domain: str, frame: pl.DataFrame, apart: Collection[str] = ()) -> Draft:
    """Records as a draft. Of two fields of one variable the second speaks where the first is empty.

    Fields keep their columns beside the variables, so that what needs a rule of its own can be made of them. Fields
    without a variable become supplements, those `apart` excepted.
    """
    described = domain_of(domain).variables
    made: dict[str, pl.Expr] = {}
    for name, column in columns_of(record_type).items():
        variable = described.get(variable_of(record_type, name, domain))
        if variable is None or variable.name in ("VISITNUM", "VISITDY"):
            continue
        written = as_variable(column, variable, frame[name])
        earlier = made.get(variable.name)
        made[variable.name] = written if earlier is None else pl.coalesce(earlier, written)
    rows = frame.with_columns(expression.alias(name) for name, expression in made.items())
    qualifiers = qualifiers_of(record_type, domain)
    plain = [n for n in qualifiers if n not in apart and variable_of(record_type, n, domain) not in described]
    supplements = [
        supplements_of(domain, rows, name, qualifiers[name], columns_of(record_type)[name]) for name in plain
    ]
    return Draft(domain, rows, tuple(supplements))


def as_variable(column: Column, variable: Variable, values: pl.Series) -> pl.Expr:
    """A field as its variable."""
    field_values = pl.lit(values)
    if variable.kind == "Num":
        return field_values
    if column.kind is bool:
        yes, no = ANSWERS_WRITTEN.get(variable.name, (YES, NO))
        return pl.when(field_values).then(pl.lit(yes)).when(~field_values).then(pl.lit(no))
    if column.codes:
        return field_values.replace_strict(terms_of(column, variable.name), return_dtype=pl.String)
    if column.kind in (int, float):
        return pl.lit(numbers_as_text(values))
    return pl.lit(in_terms(without_blanks_at_end(values), variable.codelist))


def numbers_as_text(values: pl.Series) -> pl.Series:
    """Numbers as they are written in text; a whole number has no point."""
    different = values.drop_nulls().unique()
    texts = {number: as_text(number) for number in different.to_list()}
    return values.replace_strict(texts, default=None, return_dtype=pl.String)


def without_blanks_at_end(values: pl.Series) -> pl.Series:
    """Texts without the blanks at their end, which no transport file keeps."""
    return values.str.strip_chars_end(" ").replace("", None)


def supplement_text(column: Column, values: pl.Series) -> pl.Series:
    """A field as the value of a supplement, which is text."""
    if column.kind is bool:
        return values.replace_strict({True: YES, False: NO}, default=None, return_dtype=pl.String)
    if column.codes:
        return values.replace_strict({code: plain_term(code) for code in column.codes}, return_dtype=pl.String)
    return without_blanks_at_end(values) if values.dtype == pl.String else numbers_as_text(values)


def supplements_of(domain: str, rows: pl.DataFrame, name: str, qualifier: Qualifier, column: Column) -> pl.DataFrame:
    """The rows of SUPP-- for one field."""
    return supplements(domain, rows, qualifier, supplement_text(column, rows[name]))


def supplements(
    domain: str, rows: pl.DataFrame, qualifier: Qualifier, values: pl.Series, origin: str = COLLECTED
) -> pl.DataFrame:
    """The rows of SUPP-- for values beside rows of a domain; empty values have none."""
    identifier = identifier_of(domain)
    said = rows.with_columns(values.alias("QVAL")).filter(pl.col("QVAL").is_not_null())
    return said.select(
        pl.col("USUBJID") if "USUBJID" in rows.columns else pl.lit(None, pl.String).alias("USUBJID"),
        pl.lit(identifier, pl.String).alias("IDVAR"),
        (pl.col(identifier).cast(pl.String) if identifier else pl.lit(None, pl.String)).alias("IDVARVAL"),
        pl.lit(qualifier.name).alias("QNAM"),
        pl.lit(qualifier.label).alias("QLABEL"),
        "QVAL",
        pl.lit(origin).alias("QORIG"),
        pl.lit(None, pl.String).alias("QEVAL"),
    )


def where(values: pl.Series, is_wanted: pl.Series | list[bool]) -> pl.Series:
    """Values where they are wanted, and nothing elsewhere."""
    mask = pl.Series(is_wanted, dtype=pl.Boolean).fill_null(False)
    return pl.select(pl.when(mask).then(values)).to_series()


def identifier_of(domain: str) -> str | None:
    """The variable that tells one row of a subject from another, for supplements to refer to."""
    return {"DM": None, "SV": "VISIT", "TI": "IETESTCD", "TS": "TSSEQ", "TV": "VISITNUM"}.get(domain, f"{domain}SEQ")


def one_above_the_other(drafts: Iterable[Draft]) -> Draft:
    """Drafts of one domain as one."""
    several = list(drafts)
    frames = [each.frame.select(described_columns(each)) for each in several]
    supplements_found = tuple(frame for each in several for frame in each.supplements)
    return Draft(several[0].domain, pl.concat(frames, how="diagonal"), supplements_found)


def described_columns(each: Draft) -> list[str]:
    """The columns of a draft that are variables of its domain, in the domain's order."""
    return [name for name in domain_of(each.domain).variables if name in each.frame.columns]
