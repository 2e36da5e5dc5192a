"""Listings: the records themselves, person by person, for those who want to look."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from firstdose.records import (
    AdverseEvent,
    Death,
    Deviation,
    Disposition,
    DltAdjudication,
    Medication,
    Relapse,
    TrialData,
    columns_of,
)
from firstdose.report.blocks import Chapter, Paragraph, Row, Table, row

LISTED: dict[str, type] = {
    "Adverse events": AdverseEvent,
    "Adjudications of dose-limiting toxicity": DltAdjudication,
    "Relapses": Relapse,
    "Medication": Medication,
    "Deviations from the protocol": Deviation,
    "Milestones and ends of participation": Disposition,
    "Deaths": Death,
}
MOST_ROWS = 2_000
NOT_SHOWN = "directly"


def listings_chapter(trial_data: TrialData) -> Chapter:
    """One table for each kind of record of which there is any; columns without a value are left out."""
    opening = Paragraph(
        "Records as they were entered; dates stay as partial as they are. Columns in which nothing is recorded are "
        f"left out, and so are values that identify a person directly. A listing stops after {MOST_ROWS:,} rows."
    )
    return Chapter("listings", "Listings", (opening, *_tables(trial_data)))


def _tables(trial_data: TrialData) -> Iterator[Table]:
    for title, kind in LISTED.items():
        frame = trial_data[kind]
        if frame.height:
            yield _table(title, kind, frame)


def _table(title: str, kind: type, frame: pl.DataFrame) -> Table:
    columns = columns_of(kind)
    shown = [
        name
        for name, column in columns.items()
        if column.question.identifying != NOT_SHOWN and frame[name].null_count() < frame.height
    ]
    listed = frame.select(shown).sort(shown[:2], nulls_last=True, maintain_order=True)
    lines = [_row(values) for values in listed.head(MOST_ROWS).iter_rows()]
    notes = () if listed.height <= MOST_ROWS else (f"The first {MOST_ROWS:,} of {listed.height:,} rows.",)
    heads = tuple(name.replace("_", " ") for name in shown)
    words = tuple(place for place, name in enumerate(shown) if frame.schema[name] == pl.String or place == 0)
    return Table(title, heads, tuple(lines), notes, words=words, folded=f"{title}: {listed.height:,} rows")


def _row(values: tuple[object, ...]) -> Row:
    return row(*(_text(value) for value in values))


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return (
        f"{value:g}"
        if isinstance(value, float)
        else str(value).replace("_", " ")
        if isinstance(value, str) and value.islower()
        else str(value)
    )
