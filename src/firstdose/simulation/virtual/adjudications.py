"""Every event that may be dose-limiting is adjudicated: the verdict is what is true, sometimes after a first delay."""

from __future__ import annotations

import numpy as np

from firstdose.records.attribution import CAUSES as JUDGED
from firstdose.records.events import DltAdjudication
from firstdose.simulation.virtual.cast import Cast
from firstdose.simulation.virtual.columns import (
    NOTHING,
    Booleans,
    Column,
    Draft,
    Integers,
    frame,
    numbered,
    pick,
    table_of,
)
from firstdose.simulation.virtual.event_records import FIRST_RELATED
from firstdose.simulation.virtual.event_tables import CAUSES
from firstdose.simulation.virtual.grade_records import RecordedEvents
from firstdose.simulation.virtual.plan import NEVER, Plan
from firstdose.simulation.virtual.random_streams import Stream, generator

VERDICTS = table_of(["dlt", "not_dlt", "undecided"])
IS_DLT, NOT_DLT, UNDECIDED = range(3)
REASONS = table_of(
    ["meets the definition", "below the grade of the definition", "attributed to another cause", "more data asked for"]
)


def adjudication_frame(plan: Plan, cast: Cast, recorded: RecordedEvents, seed: int, number: int) -> Draft:
    """The adjudications: one of each event that may lie in the window and is judged related, of some an earlier one."""
    random = generator(seed, number, Stream.SUBJECT_RECORDS)
    place, days = np.flatnonzero(_may_be_dlt(plan, cast, recorded)), plan.scenario.conduct.adjudication_days
    events = recorded.events.at(place)
    delay = random.integers(days.lowest, days.highest + 1, len(place))
    delay = np.where(events.is_dlt, cast.candidates.adjudication_days[cast.candidate[events.person]], delay)
    day = cast.day[events.person] + np.maximum(events.start + delay, 0)
    decided = _decision_days(cast)[events.person]
    in_window = events.start <= plan.dlt.window_days
    day = np.where(in_window, np.minimum(day, decided), day)
    twice = random.random(len(place)) < plan.scenario.conduct.undecided_at_first.value
    earlier = np.maximum(day - 2, cast.day[events.person] + np.maximum(events.start, 0))
    row = np.concatenate([np.flatnonzero(twice), np.arange(len(place))])
    when = np.concatenate([earlier[twice], day])
    verdict = np.concatenate([np.full(int(twice.sum()), UNDECIDED), np.where(events.is_dlt, IS_DLT, NOT_DLT)])
    order = np.argsort(row, kind="stable")
    order = order[when[order] <= cast.cut]
    return _frame(plan, cast, recorded, place[row[order]], when[order], verdict[order])


def _may_be_dlt(plan: Plan, cast: Cast, recorded: RecordedEvents) -> Booleans:
    """Whether the dates and relations that are recorded leave it possible that an event is dose-limiting."""
    events, calendar = recorded.events, plan.calendar
    causes = [JUDGED.index(cause) for cause in plan.dlt.attribution]
    related = (recorded.relation[:, causes] >= FIRST_RELATED).any(axis=1)
    day = cast.day[events.person] + events.start
    first = calendar.earliest(day, recorded.start_known) - cast.day[events.person]
    last = calendar.latest(day, recorded.start_known) - cast.day[events.person]
    return related & (last >= 0) & (first <= plan.dlt.window_days)


def _decision_days(cast: Cast) -> Integers:
    """The day of the first decision after each person's dosing that rests on it; NEVER without one."""
    by_cohort = {each.cohort: each.day for each in cast.enrolment.decisions}
    return np.array([by_cohort.get(each.cohort, NEVER) for each in cast.dosed], dtype=np.int64)


def _frame(
    plan: Plan, cast: Cast, recorded: RecordedEvents, place: Integers, when: Integers, verdict: Integers
) -> Draft:
    """The frame; what an event is attributed to is its true cause."""
    events = recorded.events.at(place)
    review = plan.protocol.escalation.committee_review
    caused: dict[str, Column] = {
        f"caused_by_{cause}": np.where(verdict == UNDECIDED, NOTHING, events.cause == CAUSES.index(cause))
        for cause in JUDGED
        if cause != "background_treatment" or plan.protocol.background_treatments
    }
    reason = np.where(verdict == UNDECIDED, 3, np.where(plan.is_attributable[events.cause], 1, 2))
    reason = np.where(verdict == IS_DLT, 0, reason)
    return frame(
        DltAdjudication,
        len(place),
        {
            "subject": pick(cast.subject_words, cast.subject[events.person]),
            "event": recorded.number[place],
            "adjudication": numbered(place),
            "adjudicated": plan.calendar.text(when),
            "verdict": pick(VERDICTS, verdict),
            "members": "; ".join(review.members) if review and review.members else None,
            "reason": pick(REASONS, reason),
            **caused,
        },
    )
