"""One participant: the data, the schedule and the timeline, read without the rest of the trial."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from firstdose.analysis import derive
from firstdose.conduct.schedule import PlannedVisit, schedule_of
from firstdose.dosing.versions import protocol_followed
from firstdose.protocol import Protocol
from firstdose.records import Subject, TrialData
from firstdose.records.date_words import day_words
from firstdose.report.timeline.marks import lives
from firstdose.report.timeline.picture import timeline
from firstdose.safety.moments import Moment
from firstdose.web.subject_records import FORMS
from firstdose.web.trial import Trial

OF_EVERYBODY = ("cohorts", "slots", "batches", "dose_decisions")
"""What a person's days and doses rest on and is not named after the person; little of it."""
OF_PERSON = (*FORMS, "dlt_adjudications")
OF_SCHEDULE = ("subjects", "visits", "dosings", "adverse_events", "dlt_adjudications", "dispositions", "deaths")
"""What the days of somebody's visits rest on, and whether they are still expected: a small part of all."""


@dataclass(frozen=True)
class ScheduledVisit:
    """One visit of a schedule, in words."""

    visit: PlannedVisit

    @property
    def window(self) -> str:
        """The first and the last day of the window."""
        opens, closes = days_in_words(self.visit.opens), days_in_words(self.visit.closes)
        return opens if opens == closes else f"{opens} to {closes}"

    @property
    def planned(self) -> str:
        return days_in_words(self.visit.planned)

    @property
    def took_place(self) -> str:
        return days_in_words(self.visit.took_place)

    @property
    def remark(self) -> str:
        """Whether a visit that took place was outside its window."""
        return "outside its window" if self.visit.is_in_window is False else ""


def person_data(trial: Trial, subject: str, kinds: Collection[str] = OF_PERSON) -> TrialData:
    """The data of some kinds about one participant, with the cohorts, slots, batches and decisions of the trial."""
    trial_data = trial.data()
    of_person = {kind: trial_data.frames[kind].filter(pl.col("subject") == subject) for kind in kinds}
    return TrialData(of_person | {kind: trial_data.frames[kind] for kind in OF_EVERYBODY}, trial_data.as_of)


def person_protocol(trial: Trial, data: TrialData, subject: str) -> Protocol:
    """The version of the protocol that a participant follows."""
    person = next((each for each in data.records(Subject) if each.subject == subject), None)
    return protocol_followed(trial.protocol, person)


def person_schedule(trial: Trial, subject: str, moment: datetime) -> tuple[Protocol, list[ScheduledVisit]]:
    """A participant's visits in order, with the protocol that plans them."""
    data = person_data(trial, subject, OF_SCHEDULE)
    protocol = person_protocol(trial, data, subject)
    return protocol, [ScheduledVisit(each) for each in schedule_of(protocol, data, subject, moment)]


def person_timeline(trial: Trial, subject: str) -> str | None:
    """The picture of a participant's time in the trial as SVG; None where nothing has a day yet."""
    data = person_data(trial, subject)
    protocol = person_protocol(trial, data, subject)
    life = next((each for each in lives(derive(protocol, data)) if each.subject == subject), None)
    return None if life is None else timeline(protocol, life)


def days_in_words(moment: Moment) -> str:
    """A day, or the days between which it lies; empty where nothing is known."""
    ends = [day_words(each) for each in (moment.earliest, moment.latest) if each is not None]
    return " or later, up to ".join(dict.fromkeys(ends))
