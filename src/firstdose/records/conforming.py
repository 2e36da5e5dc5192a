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
FEW_ROWS = 50
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
    columns = tuple(columns_of(record_type).values())
    filled = part.select(ROW, *(_filled(column, layout).alias(column.name) for column in columns))
    numbers = pl.DataFrame() if part.height <= FEW_ROWS else _plain_numbers(columns, filled, layout)
    fields, faults, rejected = [], [], pl.Series([False]).new_from_index(0, part.height)
    for column in columns:
        texts, terms = filled[column.name], layout.terms.get(column.name, {})
        plain = numbers[column.name] if column.name in numbers.columns else None
        values, readings = _read_column(column, texts, plain, terms)
        fields.append(values)
        faults += _faults(column, part[ROW], texts, readings, layout.naming.get(column.name, column.name))
        if column.is_required and values.null_count():
            rejected = rejected | values.is_null()
    typed = pl.DataFrame(fields)
    if faults:
        _list_faults(record_type, typed.with_columns(part[ROW]), rejected, faults, layout.file, collector)
        _keep_rejected(part.filter(rejected), layout.file, collector)
    places = part.select(pl.col(ROW).alias("row"), pl.lit(layout.file).alias("file"))
    return Origins(typed.filter(~rejected), places.filter(~rejected)) if rejected.any() else Origins(typed, places)


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


def _plain_numbers(columns: Iterable[Column], filled: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """The plain numbers of every field that has them and no terms."""
    return filled.select(
        number.alias(column.name)
        for column in columns
        if column.name not in layout.terms and (number := plain_number(column)) is not None
    )


def plain_number(column: Column) -> pl.Expr | None:
    """The numbers that are written plainly and within limits, as `read_texts` reads them, but a column at once."""
    pattern = IS_PLAIN_NUMBER.get(column.kind)
    if pattern is None:
        return None
    text = pl.col(column.name)
    number = pl.when(text.str.contains(pattern)).then(text).cast(FRAME_TYPES[column.kind]) + 0
    lowest, highest = column.question.lowest, column.question.highest
    is_within = number.is_between(-math.inf if lowest is None else lowest, math.inf if highest is None else highest)
    return pl.when(is_within).then(number)


def _filled(column: Column, layout: Layout) -> pl.Expr:
    """The texts of a field, without those that are empty or belong to the other field of a shared column."""
    source = layout.naming.get(column.name)
    if not source:
        return pl.lit(None, pl.String)
    text = pl.col(source)
    is_filled = text.str.strip_chars() != ""
    if layout.is_shared(column.name):
        is_number = text.str.contains(IS_NUMBER)
        is_filled = is_filled & (is_number if column.kind is float else ~is_number)
    return pl.when(is_filled).then(text)


def _read_column(
    column: Column, texts: pl.Series, numbers: pl.Series | None, terms: Mapping[str, str]
) -> tuple[pl.Series, Readings]:
    """One field of all rows, and what its texts mean; ``numbers`` are those that were read already."""
    if column.kind is str and not column.codes and not terms:
        return texts, Readings()
    if len(texts) <= FEW_ROWS:
        return _read_one_by_one(column, texts, terms)
    others = texts if numbers is None else texts.set(numbers.is_not_null(), None)
    readings = read_texts(column, others.drop_nulls().unique().to_list(), terms)
    if numbers is not None and not readings.values:
        return numbers, readings
    meanings, kind = list(readings.values.values()), FRAME_TYPES[column.kind]
    values = others.replace_strict(list(readings.values), meanings, default=None, return_dtype=kind)
    return (values if numbers is None else numbers.fill_null(values)).alias(column.name), readings


def _read_one_by_one(column: Column, texts: pl.Series, terms: Mapping[str, str]) -> tuple[pl.Series, Readings]:
    """The same of few rows, such as a record that was just entered, for which whole columns take longer."""
    listed = texts.to_list()
    readings = read_texts(column, dict.fromkeys(text for text in listed if text is not None), terms)
    values = [None if text is None else readings.values.get(text) for text in listed]
    return pl.Series(column.name, values, dtype=FRAME_TYPES[column.kind]), readings


def _faults(
    column: Column, numbers_of_rows: pl.Series, texts: pl.Series, readings: Readings, field_name: str
) -> list[pl.DataFrame]:
    """Every row with a text that cannot be read or is doubtful, or without one where there must be."""
    if not (readings.unreadable or readings.doubtful or (column.is_required and texts.null_count())):
        return []
    rows = pl.DataFrame({"row": numbers_of_rows, "value": texts}).with_columns(pl.lit(field_name).alias("field"))
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
