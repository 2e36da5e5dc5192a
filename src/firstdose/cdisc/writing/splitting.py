"""Long texts in parts: the variable holds the first, SUPP-- the others."""

from __future__ import annotations

import polars as pl

from firstdose.cdisc.long_texts import LONGEST_TEXT, MOST_PARTS, further_name, parts_of
from firstdose.cdisc.nonstandard import Qualifier
from firstdose.cdisc.writing.drafts import SUPPLEMENT_SCHEMA, Draft, identifier_of, supplements
from firstdose.cdisc.writing.metadata import domain_of

# What tells rows apart, or must be written alike in several datasets, cannot be put in parts; it is refused instead.
WHOLE = (
    "STUDYID",
    "DOMAIN",
    "USUBJID",
    "SUBJID",
    "SITEID",
    "VISIT",
    "ARM",
    "ACTARM",
    "RELID",
    "QSCAT",
    "FTCAT",
    "NVCAT",
    "RSCAT",
)
WHOLE_ENDINGS = ("TESTCD", "DTC")


def in_parts(draft: Draft) -> Draft:
    """A draft whose texts fit, but for those that must stay whole."""
    further: list[pl.DataFrame] = []
    frame = draft.frame
    for name, variable in domain_of(draft.domain).variables.items():
        if variable.kind != "Char" or name not in frame.columns or _must_stay_whole(draft.domain, name):
            continue
        if is_long(frame[name]):
            parts = texts_in_parts(frame[name])
            frame = frame.with_columns(parts[0].alias(name))
            qualifiers = (Qualifier(further_name(name, n), variable.label) for n in range(1, len(parts)))
            further += [
                supplements(draft.domain, frame, qualifier, values, variable.origin)
                for qualifier, values in zip(qualifiers, parts[1:], strict=True)
            ]
    return Draft(draft.domain, frame, (*map(_supplements_in_parts, draft.supplements), *further))


def is_long(texts: pl.Series) -> bool:
    """Whether any text has more characters than a variable may hold."""
    return texts.dtype == pl.String and bool((texts.str.len_chars() > LONGEST_TEXT).any())


def _must_stay_whole(domain: str, name: str) -> bool:
    """Whether a variable is what other rows or datasets refer to, or has a length of its own."""
    is_name_of_test = name == f"{domain}TEST" and name != "IETEST"
    return is_name_of_test or name in (*WHOLE, identifier_of(domain)) or name.endswith(WHOLE_ENDINGS)


def texts_in_parts(texts: pl.Series) -> list[pl.Series]:
    """The first, the second part of each text and so on, as columns; a refused text stays whole."""
    split: dict[str, list[str]] = {}
    for text in texts.drop_nulls().unique().to_list():
        try:
            parts = parts_of(text)
        except ValueError:
            parts = [text]
        split[text] = parts if len(parts) <= MOST_PARTS else [text]
    most = max(map(len, split.values()))
    return [
        texts.replace_strict(
            {text: parts[place] if place < len(parts) else None for text, parts in split.items()},
            default=None,
            return_dtype=pl.String,
        )
        for place in range(most)
    ]


def _supplements_in_parts(several: pl.DataFrame) -> pl.DataFrame:
    """Supplements with long values, put in parts in the same way."""
    if not is_long(several["QVAL"]):
        return several
    name = several["QNAM"][0]
    parts = texts_in_parts(several["QVAL"])
    rows = [several.with_columns(parts[0].alias("QVAL"))]
    rows += [
        several.with_columns(values.alias("QVAL"), pl.lit(further_name(name, number)).alias("QNAM")).filter(
            pl.col("QVAL").is_not_null()
        )
        for number, values in enumerate(parts[1:], start=1)
    ]
    return pl.concat(rows).select(*SUPPLEMENT_SCHEMA)
