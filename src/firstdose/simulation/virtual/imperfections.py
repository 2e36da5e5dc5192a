"""What goes wrong when records are kept, on request: late visits, wrong units, exchanged dates, rows entered twice.

Each error is listed in the truth, with whether reading and checking the records can show it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from firstdose.records.catalogue import NAMES
from firstdose.records.events import AdverseEvent
from firstdose.records.examinations import Assessment, Image, LabResult, Visit, VitalSign
from firstdose.records.frames import identity
from firstdose.records.plausible_limits import plausible_limits
from firstdose.records.subjects import Subject
from firstdose.records.treatments import Medication
from firstdose.records.trial_data import TrialData
from firstdose.simulation.virtual.panels import TROUGH_CATEGORY
from firstdose.simulation.virtual.random_streams import Stream, generator
from firstdose.simulation.virtual.scenario import Imperfections
from firstdose.simulation.virtual.truth import ERRORS_SCHEMA

if TYPE_CHECKING:
    from firstdose.simulation.virtual.trial import VirtualTrial

OTHER_UNITS = {"umol/L": "mg/dL", "mmol/L": "mg/dL", "g/dL": "g/L", "10^9/L": "/mm3", "U/L": "ukat/L", "mmHg": "kPa"}
LATE_DAYS = 90
LONGEST_DAY_TEXT = 10
UNKNOWN_VISIT = "M99"
TOO_HIGH_GRADE, TOO_STRONG_FIELD, SHIFTED_POINT = 7, 30.0, 10.0


@dataclass
class Spoiling:
    """The frames while they are spoilt, and the errors so far."""

    frames: dict[type, pl.DataFrame]
    as_of: str
    random: np.random.Generator
    settings: Imperfections
    errors: list[dict[str, Any]] = field(default_factory=list)

    def chosen(self, record_type: type, share: float, eligible: pl.Expr) -> list[int]:
        """Rows of a kind, each with this probability, of those that are eligible and not spoilt already."""
        frame = self.frames[record_type]
        drawn = self.random.random(frame.height) < share
        rows = frame.select(eligible.fill_null(False).alias("is"))["is"].to_numpy() & drawn if frame.height else drawn
        spoilt = {error["row"] for error in self.errors if error["record"] == NAMES[record_type]}
        return [int(row) for row in np.flatnonzero(rows) if int(row) not in spoilt]

    def change(self, kind: str, record_type: type, row: int, values: Mapping[str, Any], found: bool) -> None:
        """Write other values into a row, and note it; the first of the fields is the one that is wrong."""
        frame = self.frames[record_type]
        name = next(iter(values))
        before = frame[name][row]
        self.note(kind, record_type, row, name, before, values[name], found)
        is_row = pl.int_range(pl.len()) == row
        self.frames[record_type] = frame.with_columns(
            pl.when(is_row).then(pl.lit(value, frame.schema[each])).otherwise(pl.col(each)).alias(each)
            for each, value in values.items()
        )

    def note(self, kind: str, record_type: type, row: int, name: str, before: Any, after: Any, found: bool) -> None:
        """List an error."""
        about = self.frames[record_type][row].select(identity(record_type)).item()
        self.errors.append(
            {
                "kind": kind, "record": NAMES[record_type], "identity": about, "field": name,
                "true": _text(before), "recorded": _text(after), "found": found, "row": row,
            }
        )  # fmt: skip


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def spoil(trial: VirtualTrial, settings: Imperfections | None, seed: int, number: int) -> VirtualTrial:
    """The trial with errors in its records, if they are asked for."""
    if settings is None or not settings.applied:
        return trial
    data, as_of = trial.trial_data, trial.trial_data.as_of
    assert as_of is not None
    kinds: tuple[type, ...] = (AdverseEvent, Medication, LabResult, VitalSign, Assessment, Image, Visit, Subject)
    frames = {kind: data[kind] for kind in kinds}
    spoiling = Spoiling(frames, as_of.isoformat(), generator(seed, number, Stream.IMPERFECTIONS), settings)
    for step in STEPS:
        step(spoiling)
    errors = pl.DataFrame(spoiling.errors, schema={**ERRORS_SCHEMA, "row": pl.Int64}).drop("row")
    changed = TrialData({**data.frames, **{NAMES[kind]: each for kind, each in spoiling.frames.items()}}, as_of)
    return replace(trial, trial_data=changed, truth=replace(trial.truth, errors=errors))


def _wrong_units(spoiling: Spoiling) -> None:
    """Another unit beside an unchanged number; most others of the test show it."""
    known = pl.col("unit").is_in(list(OTHER_UNITS)) & pl.col("result").is_not_null()
    for row in spoiling.chosen(LabResult, spoiling.settings.wrong_unit.value, known):
        unit = spoiling.frames[LabResult]["unit"][row]
        spoiling.change("wrong_unit", LabResult, row, {"unit": OTHER_UNITS[unit]}, True)


def _swapped_dates(spoiling: Spoiling) -> None:
    """Start and end exchanged, where both are whole days."""
    whole = [pl.col(each).str.len_chars() == LONGEST_DAY_TEXT for each in ("start", "end")]
    for kind in (AdverseEvent, Medication):
        for row in spoiling.chosen(kind, spoiling.settings.swapped_dates.value, pl.all_horizontal(whole)):
            frame = spoiling.frames[kind]
            start, end = frame["start"][row], frame["end"][row]
            if start < end:
                spoiling.change("swapped_dates", kind, row, {"start": end, "end": start}, True)


def _impossible_values(spoiling: Spoiling) -> None:
    """A grade and a field strength that do not exist; a vital sign with its point in the wrong place.

    That is seen where no living person has the value; ten times the weight of a light person is one that occurs.
    """
    share = spoiling.settings.impossible_value.value
    changes: tuple[tuple[type, str, Callable[[Any], Any]], ...] = (
        (AdverseEvent, "grade", lambda _: TOO_HIGH_GRADE),
        (Image, "field_tesla", lambda _: TOO_STRONG_FIELD),
        (VitalSign, "result", lambda value: value * SHIFTED_POINT),
    )
    for kind, name, wrong in changes:
        for row in spoiling.chosen(kind, share, pl.col(name).is_not_null()):
            value = spoiling.frames[kind][name][row]
            new = wrong(value)
            found = kind is not VitalSign or _is_implausible(spoiling.frames[kind], row, new)
            spoiling.change("impossible_value", kind, row, {name: new}, found)


def _is_implausible(vital_signs: pl.DataFrame, row: int, value: float) -> bool:
    """Whether no living person has a value of the vital sign in this row."""
    limits = plausible_limits().of(NAMES[VitalSign], vital_signs["test"][row])
    within = limits.within(vital_signs["unit"][row]) if limits else None
    return within is not None and not within[0] <= value <= within[1]


def _wrong_visits(spoiling: Spoiling) -> None:
    """Assessments under a visit that nobody had."""
    for row in spoiling.chosen(Assessment, spoiling.settings.wrong_visit.value, pl.col("visit").is_not_null()):
        spoiling.change("wrong_visit", Assessment, row, {"visit": UNKNOWN_VISIT}, True)


def _months_for_days(spoiling: Spoiling) -> None:
    """Month and day of a draw exchanged; seen only where the date becomes one before consent or after the data."""
    frame = spoiling.frames[LabResult]
    month, day = (pl.col("drawn").str.slice(start, 2).cast(pl.Int32, strict=False) for start in (5, 8))
    eligible = (day <= 12) & (day != month) & (pl.col("category") != TROUGH_CATEGORY)
    consents = dict(spoiling.frames[Subject].select("subject", "consent").iter_rows())
    for row in spoiling.chosen(LabResult, spoiling.settings.month_for_day.value, eligible):
        drawn, subject = frame["drawn"][row], frame["subject"][row]
        wrong = f"{drawn[:5]}{drawn[8:10]}-{drawn[5:7]}{drawn[10:]}"
        found = wrong[:10] < consents[subject][:10] or wrong[:10] > spoiling.as_of
        spoiling.change("month_for_day", LabResult, row, {"drawn": wrong}, found)


def _duplicate_rows(spoiling: Spoiling) -> None:
    """Laboratory results entered twice: under the same number, or under one of their own, which no rule can see."""
    rows = spoiling.chosen(LabResult, spoiling.settings.duplicate_row.value, pl.lit(True))
    frame, copies = spoiling.frames[LabResult], []
    last = dict(frame.group_by("subject").agg(pl.col("number").max()).iter_rows())
    for row, is_same in zip(rows, spoiling.random.random(len(rows)) < 0.5, strict=True):
        copy, subject = frame[row], frame["subject"][row]
        if not is_same:
            last[subject] += 1
            copy = copy.with_columns(pl.lit(last[subject], pl.Int64).alias("number"))
        after = copy["number"].item()
        spoiling.note("duplicate_row", LabResult, row, "number", None, after, bool(is_same))
        copies.append(copy)
    spoiling.frames[LabResult] = pl.concat([frame, *copies])


def _late_visits(spoiling: Spoiling) -> None:
    """Recent visits of which nothing has been entered yet but that they took place."""
    recent = (pl.lit(spoiling.as_of).str.to_date() - pl.col("start").str.to_date()).dt.total_days() <= LATE_DAYS
    rows = spoiling.chosen(Visit, spoiling.settings.late_visit.value, recent)
    late = spoiling.frames[Visit][rows].select("subject", "visit")
    for row in rows:
        spoiling.note("late_visit", Visit, row, "visit", None, None, False)
    for kind in (LabResult, VitalSign, Assessment, Image):
        frame = spoiling.frames[kind]
        spoiling.frames[kind] = frame.join(late, on=["subject", "visit"], how="anti", maintain_order="left")
    gone = {NAMES[kind] for kind in (LabResult, VitalSign, Assessment, Image)}
    kept = set(_identities(spoiling, gone))
    spoiling.errors = [each for each in spoiling.errors if each["record"] not in gone or _key(each) in kept]


def _identities(spoiling: Spoiling, names: set[str]) -> Iterator[tuple[str, str]]:
    """What is left of some kinds of record."""
    for kind, frame in spoiling.frames.items():
        if NAMES[kind] in names:
            yield from ((NAMES[kind], each) for each in frame.select(identity(kind)).to_series())


def _key(error: Mapping[str, Any]) -> tuple[str, str]:
    return error["record"], error["identity"]


# Duplicates come before visits are taken out, which moves the rows.
STEPS: tuple[Callable[[Spoiling], None], ...] = (
    _wrong_units,
    _swapped_dates,
    _impossible_values,
    _wrong_visits,
    _months_for_days,
    _duplicate_rows,
    _late_visits,
)
