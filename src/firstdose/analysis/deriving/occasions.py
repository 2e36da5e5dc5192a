"""The occasions on which a clinical measure was, or should have been, assessed, each with its result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from firstdose.analysis.deriving.notes import note
from firstdose.analysis.deriving.trial_days import TrialDays, planned_days
from firstdose.measures import MEASURES, Missing, Result
from firstdose.measures.recorded import AnsweredTwice, answers_of
from firstdose.protocol.plan import Protocol
from firstdose.records import Assessment, TrialData, Visit
from firstdose.records.derived import AnalysisNote

Row = Mapping[str, Any]
"""One assessment: its number, and what was answered."""

STATE_WORDS = {
    "missed": "the visit was missed",
    "partly_done": "not assessed at this visit",
    "done": "not assessed at this visit",
}


@dataclass(frozen=True)
class Occasion:
    """One measure of one person at one time; `is_before` treatment, which may rest on an assumption.

    `numbers` are those of the assessments.
    """

    subject: str
    measure: str
    day: int
    visit: str | None
    result: Result
    numbers: tuple[int, ...] = ()
    is_planned: bool = False
    is_before: bool = False
    is_assumed: bool = False

    @property
    def identity(self) -> str:
        """The first assessment; of a missed visit the person and the visit."""
        return f"{self.subject}/{self.numbers[0] if self.numbers else self.visit or ''}"

    @property
    def preference(self) -> tuple[bool, bool, bool, tuple[int, ...]]:
        """Of several on one day the one that sorts first is used."""
        return isinstance(self.result, Missing), not self.is_planned, not self.numbers, self.numbers


def planned_measures(protocol: Protocol) -> dict[str, tuple[str, ...]]:
    """The measures that the protocol plans at each visit, without repeats."""
    schedule = protocol.schedule
    if schedule is None:
        return {}
    yielded = {each.id: each.measure for each in schedule.activities if each.measure}
    return {
        visit.id: tuple(dict.fromkeys(yielded[each] for each in visit.activities if each in yielded))
        for visit in schedule.visits
    }


def recorded_occasions(
    protocol: Protocol, data: TrialData, days: TrialDays
) -> tuple[list[Occasion], list[AnalysisNote]]:
    """What was assessed, scored by the measures' own rules.

    One occasion is what was recorded of a measure at one visit on one day, or at one time where no visit is named. An
    assessment without a date has that of its visit. Assessments without a day that is known, and those of measures
    that are not known here, are left out and noted.
    """
    planned = planned_days(protocol)
    frame = _dated(data)
    frame = days.add(frame, "when", planned)
    occasions: list[Occasion] = []
    notes: list[AnalysisNote] = []
    for place, rows in _together(frame):
        identity = f"{place.subject}/{rows[0]['number']}"
        if place.measure not in MEASURES:
            text = f"no measure called {place.measure} is known; not scored"
            notes.append(note(Assessment, identity, "score", text))
        elif place.day is None:
            why = _why_no_day(place, days)
            notes.append(note(Assessment, identity, "day", f"{why}; this assessment of {place.measure} is left out"))
        else:
            if place.is_dated_by_visit:
                notes.append(note(Assessment, identity, "day", "without a date; that of its visit is used"))
            occasions.append(_scored(place, place.day, rows, place.visit in planned))
    return occasions, notes


@dataclass(frozen=True)
class _Place:
    """Whose assessments belong together, and what is known of when they were."""

    subject: str
    measure: str
    visit: str | None
    time: str | int | None
    day: int | None
    is_before: bool
    is_assumed: bool
    is_dated_by_visit: bool


def _dated(data: TrialData) -> pl.DataFrame:
    """Assessments with `when` they were: as recorded, or else when their visit began."""
    visits = data[Visit].select("subject", "visit", pl.col("start").alias("visit_start"))
    frame = data[Assessment].join(visits, on=["subject", "visit"], how="left", maintain_order="left")
    when = pl.coalesce("assessed", "visit_start").alias("when")
    return frame.with_columns(when, pl.col("assessed").is_null().alias("is_dated_by_visit"))


def _together(frame: pl.DataFrame) -> Iterator[tuple[_Place, Sequence[Row]]]:
    """Assessments of one occasion, in order of their numbers."""
    frame = frame.sort("subject", "number")
    found: dict[tuple[object, ...], tuple[_Place, list[Row]]] = {}
    timing = frame.select(
        "subject", "measure", "visit", "when", "first_day", "last_day", "is_before", "is_assumed", "is_dated_by_visit"
    )
    answers = frame.select("number", "measure", "item", "performed", "reason", "answer", "answer_text")
    for row, assessment in zip(timing.iter_rows(), answers.iter_rows(named=True), strict=True):
        subject, measure, visit, when, first, last, before, assumed, by_visit = row
        day = first if first == last else None
        time = when if visit is None or day is None else day
        key = (subject, measure, visit, time)
        if key not in found:
            found[key] = (_Place(*key, day, bool(before), bool(assumed), by_visit), [])
        found[key][1].append(assessment)
    return iter(found.values())


def _why_no_day(place: _Place, days: TrialDays) -> str:
    """Why it is not known on which day of the trial something was assessed."""
    if place.time is None:
        return "no date is recorded"
    if days.anchor(place.subject).start.is_missing:
        return "not treated on a day that is known, so that there is no day 0"
    return "its day is known only in part"


def _scored(place: _Place, day: int, rows: Sequence[Row], is_planned: bool) -> Occasion:
    """The score of what was answered on one occasion."""
    return Occasion(
        subject=place.subject,
        measure=place.measure,
        day=day,
        visit=place.visit,
        result=result_of(place.measure, rows),
        numbers=tuple(row["number"] for row in rows),
        is_planned=is_planned,
        is_before=place.is_before,
        is_assumed=place.is_assumed,
    )


def result_of(measure: str, rows: Sequence[Row]) -> Result:
    """The score of one occasion; an item that was answered twice in different ways leaves none.

    Where nothing was done, the reasons that were recorded say why.
    """
    if all(row["performed"] == "not_done" for row in rows):
        reasons = dict.fromkeys(row["reason"] for row in rows if row["reason"])
        return Missing("not done: " + "; ".join(reasons) if reasons else "not done")
    try:
        return MEASURES[measure].score(answers_of(MEASURES[measure], rows))
    except AnsweredTwice as contradiction:
        return Missing(str(contradiction))


def missed_occasions(
    protocol: Protocol, data: TrialData, days: TrialDays, recorded: Iterable[Occasion]
) -> list[Occasion]:
    """What should have been assessed at visits that were recorded, and was not, with the reason.

    A visit that took place counts on its own day, one that was missed on its planned day.
    """
    planned, measures = planned_days(protocol), planned_measures(protocol)
    done = {(each.subject, each.measure, each.visit) for each in recorded}
    occasions = []
    for visit in sorted(data.records(Visit), key=lambda each: (each.subject, each.visit)):
        if visit.state is None or not measures.get(visit.visit):
            continue
        day = _day_of(visit, days, planned)
        if day is None:
            continue
        reason = visit.reason or STATE_WORDS[visit.state]
        occasions += [
            Occasion(visit.subject, measure, day, visit.visit, Missing(reason), is_planned=True)
            for measure in measures[visit.visit]
            if (visit.subject, measure, visit.visit) not in done
        ]
    return occasions


def _day_of(visit: Visit, days: TrialDays, planned: Mapping[str, int]) -> int | None:
    """The day of a visit; None where it is not known, or is later than the day of the data."""
    start = days.anchor(visit.subject).start
    if start.earliest is None or start.earliest != start.latest:
        return None
    if visit.state != "missed" and visit.start is not None:
        return days.days(visit.subject, str(visit.start)).exact
    day = planned[visit.visit]
    last = None if days.known_by is None else (days.known_by - start.earliest).days
    return None if last is not None and day > last else day
