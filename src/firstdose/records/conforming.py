"""Turns rows of text into the typed frame of a record type, and lists every value that does not fit.

A value that cannot be read leaves its field empty, if the field may be empty, and stands in the list of problems;
otherwise the whole row is rejected and kept as text. A readable but implausible value is kept as typed and listed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

from firstdose.records.catalogue import NAMES
from firstdose.records.delimited import ROW
from firstdose.records.frames import FRAME_TYPES, empty_frame, identity, in_frame
from firstdose.records.problems import REJECTED_SCHEMA, Collector, problems_of, row_as_text
from firstdose.records.question import Column, columns_of
from firstdose.records.values import NUMBER, Unreadable, implausible, read_value

FAULT_SCHEMA = {"value": pl.String, "rule": pl.String, "fix": pl.String}
MISSING = ("must not be empty", "fill it in; without it the row cannot be used")
IS_NUMBER = rf"^\s*{NUMBER.pattern}\s*$"
IS_PLAIN_NUMBER = {int: r"^-?[0-9]{1,15}$", float: r"^-?[0-9]{1,15}(?:[.][0-9]{1,15})?$"}


@dataclass(frozen=True)
class Layout:
    """How a file writes a kind of record: the column of each field, and the code that each term of a field means.

    A column that belongs to two fields gives its numbers to the one that is a number, and other texts to the other.
    """

    file: str
    naming: Mapping[str, str]
    terms: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def is_shared(self, name: str) -> bool:
        """Whether the column of a field belongs to another field too."""
        return list(self.naming.values()).count(self.naming.get(name, "")) > 1


@dataclass(frozen=True)
class Origins:
    """The typed rows of one kind of record, and the file and row that each comes from."""

    frame: pl.DataFrame
    places: pl.DataFrame

    @classmethod
    def joined(cls, record_type: type, several: Iterable[Origins]) -> Origins:
        """Rows of several files or parts, one after the other."""
        parts = list(several)
        no_places = pl.DataFrame(schema={"row": pl.Int64, "file": pl.String})
        frame = pl.concat([empty_frame(record_type), *(part.frame for part in parts)])
        return cls(frame, pl.concat([no_places, *(part.places for part in parts)]))


@dataclass(frozen=True)
class Readings:
    """What the different texts of one field mean."""

    values: dict[str, object] = field(default_factory=dict)
    unreadable: list[tuple[str, str, str]] = field(default_factory=list)
    doubtful: list[tuple[str, str, str]] = field(default_factory=list)


def conform(record_type: type, part: pl.DataFrame, layout: Layout, collector: Collector) -> Origins:
    """The rows of a part that can be used."""
    fields, faults, rejected = [], [], pl.Series([False]).new_from_index(0, part.height)
    for column in columns_of(record_type).values():
        values, found = _read_column(column, part, layout)
        fields.append(values)
        faults += found
        if column.is_required:
            rejected = rejected | values.is_null()
    typed = pl.DataFrame(fields)
    if faults:
        _list_faults(record_type, typed.with_columns(part[ROW]), rejected, faults, layout.file, collector)
        _keep_rejected(part.filter(rejected), layout.file, collector)
    kept = ~rejected
    rows = part.filter(kept).select(pl.col(ROW).alias("row"), pl.lit(layout.file).alias("file"))
    return Origins(typed.filter(kept), rows)


def read_texts(column: Column, texts: Iterable[str], terms: Mapping[str, str]) -> Readings:
    """What each of several different texts means in a field."""
    readings = Readings()
    for text in texts:
        try:
            value = read_value(column, terms.get(text.strip().upper(), text))
        except Unreadable as problem:
            readings.unreadable.append((text, problem.rule, problem.fix))
            continue
        readings.values[text] = in_frame(value)
        doubt = None if value is None else implausible(column, value)
        if doubt:
            readings.doubtful.append((text, *doubt))
    return readings


def plain_numbers(column: Column, texts: pl.Series) -> pl.Series | None:
    """The numbers that are written plainly and within limits, as `read_texts` reads them, but a column at once."""
    pattern = IS_PLAIN_NUMBER.get(column.kind)
    if pattern is None:
        return None
    is_plain = pl.when(texts.str.contains(pattern)).then(texts)
    numbers = pl.select(is_plain.cast(FRAME_TYPES[column.kind]) + 0).to_series()
    lowest, highest = column.question.lowest, column.question.highest
    is_within = numbers.is_between(-math.inf if lowest is None else lowest, math.inf if highest is None else highest)
    return pl.select(pl.when(is_within).then(numbers)).to_series()


def _read_column(column: Column, part: pl.DataFrame, layout: Layout) -> tuple[pl.Series, list[pl.DataFrame]]:
    """One field of all rows, and the faults in it."""
    source, kind, terms = layout.naming.get(column.name), FRAME_TYPES[column.kind], layout.terms.get(column.name, {})
    texts = part[source] if source else pl.Series([None], dtype=pl.String).new_from_index(0, part.height)
    is_filled = texts.str.strip_chars() != ""
    if layout.is_shared(column.name):
        is_number = texts.str.contains(IS_NUMBER)
        is_filled = is_filled & (is_number if column.kind is float else ~is_number)
    filled = pl.select(pl.when(is_filled).then(texts)).to_series()
    values, readings = filled, Readings()
    if column.kind is not str or column.codes or terms:
        numbers = None if terms else plain_numbers(column, filled)
        others = filled if numbers is None else pl.select(pl.when(numbers.is_null()).then(filled)).to_series()
        readings = read_texts(column, others.drop_nulls().unique().to_list(), terms)
        meanings = list(readings.values.values())
        values = others.replace_strict(list(readings.values), meanings, default=None, return_dtype=kind)
        values = values if numbers is None else numbers.fill_null(values)
    rows = pl.DataFrame({"row": part[ROW], "value": filled}).with_columns(pl.lit(source or column.name).alias("field"))
    return values.alias(column.name), _faults(column, rows, readings)


def _faults(column: Column, rows: pl.DataFrame, readings: Readings) -> list[pl.DataFrame]:
    """Every row with a text that cannot be read or is doubtful, or without one where there must be."""
    faults = []
    for listed, effect in ((readings.unreadable, "left empty"), (readings.doubtful, "kept")):
        if listed:
            kinds = pl.DataFrame(listed, schema=FAULT_SCHEMA, orient="row")
            found = rows.join(kinds, on="value", how="inner", maintain_order="left")
            faults.append(found.with_columns(pl.lit(effect).alias("effect")))
    if column.is_required and rows["value"].null_count():
        rule, fix = map(pl.lit, MISSING)
        missing = rows.filter(pl.col("value").is_null())
        faults.append(missing.with_columns(rule.alias("rule"), fix.alias("fix"), pl.lit("rejected").alias("effect")))
    return faults


def _list_faults(
    record_type: type,
    typed: pl.DataFrame,
    rejected: pl.Series,
    faults: list[pl.DataFrame],
    file: str,
    collector: Collector,
) -> None:
    """Put the faults of a part, in the order of its rows, into the list."""
    about = typed.select(identity(record_type), rejected.alias("is rejected"), pl.col(ROW).alias("row"))
    effect = pl.when("is rejected").then(pl.lit("rejected")).otherwise("effect").alias("effect")
    joined = (
        pl.concat(faults, how="diagonal")
        .join(about, on="row", how="left", maintain_order="left")
        .with_columns(effect)
        .sort("row", maintain_order=True)
    )
    collector.add_problems(problems_of(joined, file=file, record=NAMES[record_type]))


def _keep_rejected(unused: pl.DataFrame, file: str, collector: Collector) -> None:
    """Keep rows that cannot be used as text."""
    if unused.height:
        lines = [row_as_text(cells) for cells in unused.drop(ROW).iter_rows()]
        data = {"file": [file] * len(lines), "row": unused[ROW], "text": lines}
        collector.keep_rejected(pl.DataFrame(data, schema=REJECTED_SCHEMA))
