"""From the records to what is analysed: people, events, scores and laboratory results on the days of the trial."""

from __future__ import annotations

from datetime import date, datetime
from itertools import chain

import polars as pl

from firstdose.analysis.deriving.analysis_window import within
from firstdose.analysis.deriving.courses import courses_at, event_dlts, flags_as_notes
from firstdose.analysis.deriving.events import EventContext, derive_events
from firstdose.analysis.deriving.follow_up import recorded_dates
from firstdose.analysis.deriving.laboratory import derive_laboratory
from firstdose.analysis.deriving.notes import left_out, notes_frame, without_duplicates
from firstdose.analysis.deriving.people import People, derive_people
from firstdose.analysis.deriving.scores import derive_relapses, derive_scores
from firstdose.analysis.deriving.treatment import days_of, treatments, zones_of_sites
from firstdose.protocol.plan import Protocol
from firstdose.records import AdverseEvent, Dosing, TrialData, cut
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.derived import AnalysisNote, EventAnalysis, RelapseAnalysis, ScoreAnalysis, SubjectAnalysis
from firstdose.records.frames import frame_of
from firstdose.records.partial_date_frames import earliest_day, is_day_before


def derive(protocol: Protocol, trial_data: TrialData, moment: datetime | None = None) -> AnalysisData:
    """Everything that the chapters of the analysis need, by the rules of `safety`, `dosing` and `measures`.

    Days count from the day of the start of the procedure, day 0, in the site's calendar. Records that are dated after
    the day of the data (`trial_data.as_of`), and what became known later, are left out, and so is what happened after
    the protocol's last day of analysis. ``moment`` is when DLT windows are open or closed, where that is not the
    end of the day of the data: that of a live trial. What was assumed, left out or could not be derived stands in the
    notes. The order of the records makes no difference. Raises nothing on what records hold: see
    `records.check_trial_data` for what is wrong with them.
    """
    data, of_records = as_known(trial_data)
    known_by = data.as_of
    treated, of_treatments = treatments(protocol, data.records(Dosing), known_by, zones_of_sites(data))
    days = days_of(treated, known_by)
    zones = [each.anchor.zone for each in treated.values()]
    courses = courses_at(protocol, data, known_by or _last_recorded_day(data), zones, moment)
    people = People(protocol, data, treated, days, courses)
    subjects, of_people = derive_people(people)
    dlts = event_dlts(courses, _events(data)) if protocol.escalation.dlt else {}
    window = protocol.conventions.treatment_emergent_days
    events, of_events = derive_events(data, EventContext(days, treated, people.backgrounds, dlts, window))
    scores, of_scores = derive_scores(protocol, data, days)
    relapses, of_relapses = derive_relapses(data, days)
    laboratory, of_laboratory = derive_laboratory(protocol, data, days)
    notes = chain(
        of_records, of_treatments, flags_as_notes(courses), of_people, of_events, of_scores, of_relapses, of_laboratory
    )
    frames = {
        "subjects": frame_of(SubjectAnalysis, subjects),
        "events": frame_of(EventAnalysis, events),
        "scores": frame_of(ScoreAnalysis, scores),
        "laboratory": laboratory,
        "relapses": frame_of(RelapseAnalysis, relapses),
        "notes": notes_frame(notes),
    }
    return AnalysisData(within(frames, protocol.conventions.analysis_until_day), trial_data)


def as_known(trial_data: TrialData) -> tuple[TrialData, list[AnalysisNote]]:
    """The records up to the day of the data, one of each identity, with notes on the others."""
    once, notes = without_duplicates(trial_data)
    if trial_data.as_of is None:
        return once, notes
    known = cut(once, trial_data.as_of)
    begins = pl.coalesce("procedure_start", "product_start")
    is_planned = is_day_before(pl.lit(trial_data.as_of.isoformat()), begins).fill_null(False)
    known = known.replace({"dosings": known[Dosing].filter(~is_planned)})
    return known, notes + left_out(once, known)


def _last_recorded_day(data: TrialData) -> date | None:
    """The latest day that is recorded; of partial dates the first that they can mean."""
    latest: date | None = recorded_dates(data).select(earliest_day(pl.col("date")).max()).item()
    return latest


def _events(data: TrialData) -> list[tuple[str, int]]:
    """The identities of all adverse events."""
    return list(data[AdverseEvent].select("subject", "number").iter_rows())
