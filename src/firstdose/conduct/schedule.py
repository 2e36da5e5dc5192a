"""Each participant's visits as the protocol plans them, with windows as dates, and what has become of each.

Days count from the actual dosing in the calendar of the site; before it from the day for which it is planned, and then
no visit after it is due. Where the day of dosing is known only in part, the windows are spans, and whether a visit is
due or overdue may be unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Literal

from firstdose.dosing.administrations import administration_of
from firstdose.dosing.known import WHERE_DAYS_END_LAST, moment_of, span_of
from firstdose.dosing.leaving import endings, left_between
from firstdose.dosing.recorded import Records
from firstdose.protocol import Protocol
from firstdose.protocol.expression import Answer
from firstdose.protocol.schedule import Visit as VisitPlan
from firstdose.records import TrialData, Visit
from firstdose.safety.moments import MISSING, Moment, local_day

VisitStanding = Literal[
    "done", "partly_done", "missed", "planned", "due", "overdue", "after_dosing", "not_expected", "unknown"
]
STANDING_WORDS: dict[VisitStanding, str] = {
    "done": "done",
    "partly_done": "partly done",
    "missed": "missed",
    "planned": "planned",
    "due": "due",
    "overdue": "overdue",
    "after_dosing": "to be planned once the dosing has taken place",
    "not_expected": "not expected: no longer in the trial",
    "unknown": "not known: the day of dosing is not, or only in part",
}


@dataclass(frozen=True)
class PlannedVisit:
    """One visit of one participant.

    ``opens``, ``planned`` and ``closes`` are the first day of the window, its planned day and the last day, in the
    site's calendar; missing without a day to count from. ``is_in_window`` says of a visit that took place whether it
    was within its window. ``is_counted_from_dosing`` is False while dosing is only planned.
    """

    subject: str
    plan: VisitPlan
    opens: Moment
    planned: Moment
    closes: Moment
    standing: VisitStanding
    is_counted_from_dosing: bool
    took_place: Moment = MISSING
    is_in_window: Answer = None

    @property
    def is_overdue(self) -> Answer:
        """Whether it should have taken place and has not; None where the dates do not say."""
        return None if self.standing == "unknown" else self.standing == "overdue"

    @property
    def words(self) -> str:
        return STANDING_WORDS[self.standing]


def schedules(
    trial_data: TrialData,
    moment: datetime,
    protocol_of: Callable[[str], Protocol],
    planned: Mapping[str, date] | None = None,
) -> dict[str, tuple[PlannedVisit, ...]]:
    """Everyone's visits as of a moment, which has a zone, in the order of the protocol, long-term follow-up included.

    ``protocol_of`` gives the protocol that a subject follows; ``planned`` the day for which somebody's dosing is
    planned, where no dosing with that date is recorded.
    """
    records = Records(trial_data, moment)
    visits: dict[str, dict[str, Visit]] = {}
    for visit in trial_data.records(Visit):
        visits.setdefault(visit.subject, {}).setdefault(visit.visit, visit)
    return {
        subject: tuple(
            _visits_of(protocol_of(subject), records, subject, visits.get(subject, {}), (planned or {}).get(subject))
        )
        for subject in records.subjects
    }


def schedule_of(
    protocol: Protocol, trial_data: TrialData, subject: str, moment: datetime, planned: date | None = None
) -> tuple[PlannedVisit, ...]:
    """One participant's visits as of a moment, which has a zone; see ``schedules``."""
    visits: dict[str, Visit] = {}
    for visit in trial_data.records(Visit):
        if visit.subject == subject:
            visits.setdefault(visit.visit, visit)
    return tuple(_visits_of(protocol, Records(trial_data, moment), subject, visits, planned))


def _visits_of(
    protocol: Protocol, records: Records, subject: str, visits: Mapping[str, Visit], planned: date | None
) -> Iterator[PlannedVisit]:
    """The visits of one participant."""
    if protocol.schedule is None:
        return
    given = administration_of(protocol, records, subject)
    zone = given.zone if given else records.zone_planned(subject) or records.zone_at(subject) or WHERE_DAYS_END_LAST
    day_0 = _day_of_dosing(protocol, records, subject, zone)
    if day_0.is_missing and given is None and planned is not None:
        day_0 = Moment.on(planned)
    left = _day_left(records, subject, zone)
    today = local_day(records.as_of, zone)
    for plan in protocol.schedule.every_visit:
        opens, day, closes = (_later(day_0, days) for days in (plan.first_day, plan.day, plan.last_day))
        visit = visits.get(plan.id)
        took_place = moment_of(visit.start, zone) if visit and visit.state != "missed" else MISSING
        yield PlannedVisit(
            subject=subject,
            plan=plan,
            opens=opens,
            planned=day,
            closes=closes,
            standing=_recorded(visit, took_place, today)
            or _expected(opens, closes, left, today, counts_from_nothing=given is None and plan.first_day > 0),
            is_counted_from_dosing=given is not None,
            took_place=took_place,
            is_in_window=_is_within(took_place, opens, closes),
        )


def _day_of_dosing(protocol: Protocol, records: Records, subject: str, zone: tzinfo) -> Moment:
    """The day of the first dosing, or of the one that is planned; a span where it is known in part."""
    given = administration_of(protocol, records, subject)
    dosings = given.dosings if given else records.planned(subject)
    started = (dosings[0].procedure_start or dosings[0].product_start) if dosings else None
    span = span_of(started, zone)
    if span.first is None or span.last is None:
        return MISSING
    last = min(span.last, records.as_of) if given else span.last
    return Moment(local_day(span.first, zone), local_day(max(span.first, last), zone))


def _day_left(records: Records, subject: str, zone: tzinfo) -> date | None:
    """The day by which somebody had surely left the trial; None where none is sure and dated."""
    last = left_between(endings(records, subject)).last
    return None if last is None else local_day(last, zone)


def _later(day_0: Moment, days: int) -> Moment:
    """So many days after a day."""
    if day_0.earliest is None or day_0.latest is None:
        return MISSING
    try:
        return Moment(day_0.earliest + timedelta(days=days), day_0.latest + timedelta(days=days))
    except OverflowError:  # at the end of the calendar
        return MISSING


def _recorded(visit: Visit | None, took_place: Moment, today: date) -> VisitStanding | None:
    """What is recorded of a visit; nothing of one that has only a date to come."""
    if visit is None:
        return None
    if visit.state is not None:
        return visit.state
    return "done" if took_place.latest is not None and took_place.latest <= today else None


def _expected(
    opens: Moment, closes: Moment, left: date | None, today: date, *, counts_from_nothing: bool
) -> VisitStanding:
    """What becomes of a visit of which nothing is recorded.

    One that counts from a dosing that has not taken place is planned at most, never due or overdue.
    """
    if left is not None and (opens.earliest is None or left < opens.earliest):
        return "not_expected"
    if opens.earliest is not None and today < opens.earliest:
        return "planned"
    if counts_from_nothing:
        return "after_dosing"
    if closes.latest is not None and today > closes.latest:
        return "overdue"
    is_open = opens.latest is not None and today >= opens.latest
    return "due" if is_open and closes.earliest is not None and today <= closes.earliest else "unknown"


def _is_within(took_place: Moment, opens: Moment, closes: Moment) -> Answer:
    """Whether a visit was within its window; None where the dates do not say, or it did not take place."""
    if took_place.is_missing:
        return None
    is_early, is_late = took_place.before(_day(opens)), _day(closes).before(_day(took_place))
    if is_early is True or is_late is True:
        return False
    return True if is_early is False and is_late is False else None


def _day(moment: Moment) -> Moment:
    """A moment without its time of day."""
    return Moment(moment.earliest, moment.latest)
