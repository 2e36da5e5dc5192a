"""The rows of a kind of record that break a rule, sought in parts so that what is made on the way stays small."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from firstdose.records.frames import in_parts
from firstdose.records.problems import Effect
from firstdose.records.trial_data import TrialData

Found = tuple[type, str, pl.DataFrame]
"""A kind of record, the field to look at, and rows with the index of a record, the rule, what to do, and the effect."""

NO_ROWS = pl.DataFrame(schema={"index": pl.UInt32, **dict.fromkeys(("rule", "fix", "effect"), pl.String)})


def indexed(data: TrialData, record_type: type, *fields: str) -> Iterator[pl.DataFrame]:
    """Fields of all records of a type, with the index of each record, in parts."""
    for first, part in in_parts(data[record_type].select(fields)):
        yield part.with_row_index("index", offset=first)


def found_in(
    data: TrialData,
    record_type: type,
    field: str,
    is_broken: pl.Expr,
    rule: str,
    fix: str,
    effect: Effect = "kept",
) -> Iterator[Found]:
    """The rows that break a rule which looks at one row only."""
    for first, part in in_parts(data[record_type]):
        broken = part.select(is_broken.fill_null(False).alias("broken"))["broken"]
        if broken.any():
            indices = (broken.arg_true() + first).alias("index")
            yield record_type, field, with_words(indices.to_frame(), rule, fix, effect)


def repeated(frame: pl.DataFrame, *fields: str) -> pl.DataFrame:
    """The rows that hold the same as an earlier one, in these fields or in all, with their index.

    Only rows whose hashes are equal are compared: among many rows, these are few.
    """
    same = fields or tuple(frame.columns)
    is_candidate, numbered = frame.select(same).hash_rows().is_duplicated(), frame.with_row_index("index")
    if not is_candidate.any():
        return numbered.clear()
    candidates = numbered.filter(is_candidate)
    return candidates.filter(pl.struct(same).is_first_distinct().not_())


def with_words(rows: pl.DataFrame, rule: str | pl.Expr, fix: str | pl.Expr, effect: Effect = "kept") -> pl.DataFrame:
    """The indices of rows, with the rule that they break, what to do, and what becomes of each row."""
    if rows.is_empty():
        return NO_ROWS
    words = {"rule": rule, "fix": fix, "effect": effect}
    return rows.select("index", *(_text(text).alias(name) for name, text in words.items()))


def _text(text: str | pl.Expr) -> pl.Expr:
    return pl.lit(text) if isinstance(text, str) else text
