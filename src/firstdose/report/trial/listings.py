"""Listings: the records themselves, person by person, for those who want to look."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from firstdose.records import (
    AdverseEvent,
    Death,
    Deviation,
    Disposition,
    DltAdjudication,
    DoseDecision,
    Dosing,
    Medication,
    Relapse,
    TrialData,
    columns_of,
)
from firstdose.records.catalogue import NAMES
from firstdose.records.frames import identity
from firstdose.report.documents.blocks import Chapter, Paragraph, Row, Table, row
from firstdose.report.documents.tracing import anchor
from firstdose.report.documents.wording import CRITERIA, counted

LISTED: dict[str, type] = {
    "Doses given": Dosing,
    "Decisions on the next dose": DoseDecision,
    "Adverse events": AdverseEvent,
    "Adjudications of dose-limiting toxicity": DltAdjudication,
    "Relapses": Relapse,
    "Medication": Medication,
    "Deviations from the protocol": Deviation,
    "Milestones and ends of participation": Disposition,
    "Deaths": Death,
}
MOST_ROWS = 2_000
MOST_PRINTED = 400
"""Listings with more rows are not in the PDF."""

MOST_UPRIGHT = 11
"""Columns of a listing that is printed upright, as the template says."""

FEWEST_TO_BE_SAME = 4
"""From so many rows on, a column whose values are all the same is told in a note."""

NOT_SHOWN = "directly"


def listings_chapter(trial_data: TrialData) -> Chapter:
    """One table for each kind of record of which there is any; columns without a value are left out.

    A column in which every row says the same is a note under the table.
    """
    opening = Paragraph(
        "Records as they were entered; dates stay as partial as they are. Columns in which nothing is recorded are "
        f"left out, and so are values that identify a person directly. A listing stops after {MOST_ROWS:,} rows."
    )
    return Chapter("listings", "Listings", (opening, *_tables(trial_data)))


def _tables(trial_data: TrialData) -> list[Table]:
    """The listings in their order, those with many columns last: they are printed on pages turned sideways."""
    frames = {title: trial_data[kind] for title, kind in LISTED.items()}
    tables = [_table(title, LISTED[title], frame) for title, frame in frames.items() if frame.height]
    return sorted(tables, key=lambda each: len(each.columns) > MOST_UPRIGHT)


def _table(title: str, kind: type, frame: pl.DataFrame) -> Table:
    columns = columns_of(kind)
    told = [
        name
        for name, column in columns.items()
        if column.question.identifying != NOT_SHOWN and frame[name].null_count() < frame.height
    ]
    same = [name for name in told[1:] if frame.height >= FEWEST_TO_BE_SAME and frame[name].n_unique() == 1]
    shown = [name for name in told if name not in same]
    address = pl.when(identity(kind).is_first_distinct()).then(identity(kind)).alias("address")
    listed = frame.select(*shown, address).sort(shown[:2], nulls_last=True, maintain_order=True)
    lines = [_row(values, NAMES[kind]) for values in listed.head(MOST_ROWS).iter_rows()]
    notes = tuple(f"In all rows, {_heading(name)}: {_text(frame[name][0])}." for name in same)
    notes += () if listed.height <= MOST_ROWS else (f"The first {MOST_ROWS:,} of {listed.height:,} rows.",)
    heads = tuple(map(_heading, shown))
    words = tuple(place for place, name in enumerate(shown) if frame.schema[name] == pl.String or place == 0)
    return Table(
        title,
        heads,
        tuple(lines),
        notes,
        words=words,
        is_printed=listed.height <= MOST_PRINTED,
        folded=f"{title}: {counted(listed.height, 'row')}",
    )


def _heading(name: str) -> str:
    criterion = CRITERIA.get(name)
    return f"serious: {criterion}" if criterion else name.replace("_", " ")


def _row(values: tuple[object, ...], kind: str) -> Row:
    """A record as a row; its last value is its identity, to which figures point, unless an earlier row has the same."""
    *shown, name = values
    return replace(row(*map(_text, shown)), identifier="" if name is None else anchor(f"{kind}:{name}"))


SPELLED = {"dlt": "DLT", "not_dlt": "no DLT"}
"""Answers that are not their keys in words."""


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return (
        f"{value:g}"
        if isinstance(value, float)
        else SPELLED.get(value, value.replace("_", " "))
        if isinstance(value, str) and value.islower()
        else str(value)
    )
