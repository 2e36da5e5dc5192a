"""How long each person was followed, and how their part in the trial ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from firstdose.analysis.deriving.trial_days import TrialDays
from firstdose.dosing.leaving import is_end
from firstdose.records import (
    AdverseEvent,
    Assessment,
    Death,
    Disposition,
    Dosing,
    Image,
    LabResult,
    Relapse,
    Sample,
    Subject,
    TrialData,
    Visit,
    VitalSign,
)
from firstdose.records.endings import bag, is_completed
from firstdose.records.frames import in_frame

KNOWN_OF: tuple[tuple[type, tuple[str, ...]], ...] = (
    (Subject, ("participation_end",)),
    (Visit, ("start", "end")),
    (Dosing, ("procedure_start", "product_start", "product_end")),
    (AdverseEvent, ("start", "end")),
    (LabResult, ("drawn",)),
    (VitalSign, ("measured",)),
    (Assessment, ("assessed",)),
    (Image, ("taken",)),
    (Sample, ("taken",)),
    (Relapse, ("onset", "end")),
    (Disposition, ("occurred",)),
    (Death, ("died",)),
)
"""The dates by which something is known of a person."""

COMPLETED = "complet"
"""How the words for something completed begin."""

SCREENING_FAILURE = frozenset({"screen", "failure"})


@dataclass(frozen=True)
class Leaving:
    """That a person left the trial, when and why."""

    because: str
    day: int | None
    record: str


def last_known_days(data: TrialData, days: TrialDays) -> dict[str, int]:
    """The last day of each treated person on which anything is known, counted from the treatment.

    Of a partial date the first possible day counts, which is surely known of; so does the last possible day of a
    start of treatment. What was not done, and visits that were missed, say nothing.
    """
    found: dict[str, int] = {}
    for subject, text in recorded_dates(data).iter_rows():
        first = days.days(subject, text).first
        if first is not None and first > found.get(subject, first - 1):
            found[subject] = first
    return found


def recorded_dates(data: TrialData) -> pl.DataFrame:
    """Subjects and the texts of dates, each once; of times of one day without an offset only one."""
    parts = []
    for record_type, fields in KNOWN_OF:
        frame = data[record_type]
        if "performed" in frame.columns:
            frame = frame.filter(pl.col("performed").ne_missing("not_done"))
        if record_type is Visit:
            frame = frame.filter(pl.col("state").ne_missing("missed"))
        parts += [frame.select("subject", pl.col(field).alias("date")).drop_nulls() for field in fields]
    has_offset = pl.col("date").str.contains(r"T.*[+-][0-9:]+$")
    day = pl.when(has_offset).then(pl.col("date")).otherwise(pl.col("date").str.slice(0, len("2026-03-14")))
    return pl.concat(parts).select("subject", day).unique().sort("subject", "date")


def has_failed_screening(dispositions: Iterable[Disposition]) -> bool:
    """Whether a disposition says so."""
    return any(bag(each.event) >= SCREENING_FAILURE for each in dispositions)


def leaving(dispositions: Sequence[Disposition], days: TrialDays) -> Leaving | None:
    """The first disposition by which a person left the trial before its completion; death and failed screening too."""
    ends = [each for each in dispositions if is_end(each) and not is_completion(each) and not _begins_completed(each)]
    if not ends:
        return None
    found = [(days.days(each.subject, in_frame(each.occurred)), each) for each in ends]
    when, first = min(found, key=lambda one: (one[0].first is None, one[0].first or 0, one[1].number))
    words = f"{first.event}: {first.term}" if first.term and _words(first.term) != _words(first.event) else first.event
    return Leaving(words, when.exact, _identity(first))


def is_completion(disposition: Disposition) -> bool:
    """Whether a disposition says that the person completed the trial."""
    return is_completed(disposition.event)


def _begins_completed(disposition: Disposition) -> bool:
    """Whether the words begin with "completed": a part of the trial, perhaps, and in no case a dropout."""
    return _words(disposition.event).startswith(COMPLETED)


def doubtful_ends(dispositions: Iterable[Disposition]) -> Iterator[tuple[str, str]]:
    """Dispositions that do not tell an end from a milestone, by their identity, with what was made of them."""
    for each in dispositions:
        if is_end(each) is None and not is_completion(each):
            yield (
                _identity(each),
                f"not known whether {each.event!r} ends the part in the trial; not counted as leaving",
            )


def _identity(disposition: Disposition) -> str:
    return f"{disposition.subject}/{disposition.number}"


def _words(text: str) -> str:
    return text.replace("_", " ").strip().casefold()
