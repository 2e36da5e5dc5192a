"""Up to which day anything is recorded of a person, where a DLT window passed by the calendar alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from firstdose.dosing.recorded import Records
from firstdose.records import (
    AdverseEvent,
    Assessment,
    Death,
    Disposition,
    Dosing,
    GradeChange,
    Image,
    LabResult,
    Medication,
    Relapse,
    Sample,
    Subject,
    Visit,
    VitalSign,
)
from firstdose.records.partial_date_frames import earliest_day

FOLLOW_UP = (Visit, Assessment, LabResult, VitalSign, Image, Sample)
"""Records of people being looked at; without any of them there is nothing to miss."""
SIGNS: Mapping[type, tuple[str, ...]] = {
    Visit: ("start", "end"),
    Assessment: ("assessed",),
    LabResult: ("drawn",),
    VitalSign: ("measured",),
    AdverseEvent: ("start", "end"),
    GradeChange: ("changed",),
    Disposition: ("occurred",),
    Subject: ("participation_end",),
    Death: ("died",),
    Relapse: ("onset", "end"),
    Medication: ("start", "end"),
    Image: ("taken",),
    Sample: ("taken",),
    Dosing: ("procedure_start", "product_start"),
}
"""Dates on which something is known of the person; the day on which an event was entered or adjudicated is none."""
NOT_THERE = {"missed", "not_done", "unable_to_perform"}


@dataclass(frozen=True)
class Watch:
    """The last day of somebody's DLT window, and the day on which it is asked."""

    window_ends: date
    today: date


def holds_follow_up(records: Records) -> bool:
    """Whether any visit, assessment, result, vital sign, image or sample is recorded, of anybody on any day."""
    return any(records.trial_data[kind].height for kind in FOLLOW_UP)


def last_seen_before(records: Records, watches: Mapping[str, Watch]) -> dict[str, date | None]:
    """The last day known of those of whom nothing is surely dated on the last day of the window or later.

    A date known in part counts from the first day that it can mean; visits that were missed and what was not done do
    not count, nor what is later than the day on which it is asked.
    """
    left = dict(watches)
    found: dict[str, date | None] = dict.fromkeys(watches)
    for kind, names in SIGNS.items():
        if not left:
            break
        for subject, day in _last_days(records.trial_data[kind], names, left).items():
            known = found[subject]
            found[subject] = day if known is None else max(known, day)
            if day >= watches[subject].window_ends:
                left.pop(subject)
    return {subject: found[subject] for subject in left}


def _last_days(frame: pl.DataFrame, names: tuple[str, ...], watches: Mapping[str, Watch]) -> dict[str, date]:
    """The last day of the dates of a kind of record, by subject."""
    if not frame.height:
        return {}
    todays = [watch.today for watch in watches.values()]
    asked = pl.DataFrame({"subject": list(watches), "today": todays}, schema={"subject": pl.String, "today": pl.Date})
    rows = frame.join(asked, on="subject", how="inner")
    for column in {"state", "performed"} & set(frame.columns):
        rows = rows.filter(~pl.col(column).is_in(NOT_THERE).fill_null(False))
    days = pl.concat([rows.select("subject", "today", day=earliest_day(pl.col(name))) for name in names])
    known = days.filter(pl.col("day") <= pl.col("today"))
    return dict(known.group_by("subject").agg(pl.col("day").max()).iter_rows())
