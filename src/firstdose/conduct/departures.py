"""In what a dosing that took place departs from what was allowed: each departure in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo

from firstdose.conduct.desk import Work
from firstdose.conduct.gating import gate_in
from firstdose.conduct.in_short import reasons_in_short
from firstdose.conduct.naming import record_words
from firstdose.conduct.participants import protocol_of, records_now, without_others, zone_of
from firstdose.dosing import Reason
from firstdose.dosing.courses import Courses
from firstdose.dosing.known import Span, day_number, last_meant, span_of, zone_named
from firstdose.protocol.escalation import dose_in_words
from firstdose.records import Dosing
from firstdose.records.wording import counted
from firstdose.safety.evaluability import is_within_tolerance

NOT_JUDGED = (
    "whether the sentinel, the intervals and the decision allowed it could not be judged: its cohort is not recorded, "
    "or was not opened by then"
)


def departures(work: Work, actual: Dosing, planned: Dosing | None) -> tuple[str, ...]:
    """What speaks against a dosing as it took place, the dose first, by the data as they are before it is recorded.

    ``planned`` is the dosing as it was prepared, None if it was not. The gate is asked as of the actual start, that
    is the end of the minute that was typed; where it is not known to the minute, as of now.
    """
    return tuple(dict.fromkeys(_departures(work, actual, planned)))


def start_of(work: Work, actual: Dosing) -> Span:
    """When a dosing started, as far as is known."""
    return span_of(actual.procedure_start or actual.product_start, _zone_of(work, actual))


def dose_departures(work: Work, actual: Dosing, planned: Dosing | None) -> Iterator[str]:
    """What departs in the dose and in how much of it was given."""
    if actual.given is None:
        yield "how much of the dose was given is not recorded"
    elif actual.given != "full" or actual.interrupted:
        why = f": {actual.interruption_reason}" if actual.interruption_reason else ""
        how = {"full": "full dose", "none": "no dose"}.get(actual.given, "part of the dose")
        yield f"{'interrupted, ' if actual.interrupted else ''}{how} given{why}"
    protocol = protocol_of(work, actual.subject)
    level, assigned = _assigned(work, actual, planned)
    if actual.level_assigned != level:
        yield f"recorded for {_level_words(actual.level_assigned)}, {_level_words(level)} was assigned"
    typed = actual.dose_assigned
    if assigned is not None and typed is not None and not is_within_tolerance(assigned, typed, None):
        yield f"{dose_in_words(typed)} recorded as the dose assigned, which was {dose_in_words(assigned)}"
    tolerance = protocol.product.dose_tolerance if protocol.product else None
    unit = actual.dose_unit or protocol.dose_levels.unit
    if unit.split() != protocol.dose_levels.unit.split():
        yield f"the dose is recorded in {unit}, not in {protocol.dose_levels.unit}"
    elif actual.dose_given is None:
        yield "the dose given is not recorded as a number"
    elif assigned is None:
        yield "no dose was assigned"
    elif not is_within_tolerance(assigned, actual.dose_given, tolerance):
        side = "below" if actual.dose_given < assigned else "above"
        given = dose_in_words(actual.dose_given)
        yield f"given {given} {unit} of {dose_in_words(assigned)} assigned, {side} the tolerance"


def _assigned(work: Work, actual: Dosing, planned: Dosing | None) -> tuple[int | None, float | None]:
    """The level and the dose that were assigned: as prepared, or else those of the cohort; never as they were typed.

    Only where no cohort is recorded there is nothing else to go by.
    """
    cohort = records_now(work).cohorts.get((planned.cohort if planned else None) or actual.cohort or "")
    level = (planned.level_assigned if planned else None) or (cohort.dose_level if cohort else actual.level_assigned)
    if planned is not None and planned.dose_assigned is not None:
        return level, planned.dose_assigned
    doses = protocol_of(work, actual.subject).dose_levels.values
    return level, doses[level - 1] if level is not None and 1 <= level <= len(doses) else actual.dose_assigned


def _level_words(level: int | None) -> str:
    return "no level" if level is None else f"level {level}"


def _departures(work: Work, actual: Dosing, planned: Dosing | None) -> Iterator[str]:
    yield from dose_departures(work, actual, planned)
    start = start_of(work, actual)
    is_exact = start.first is not None and start.first == start.last
    if not is_exact:
        yield _inexact_words(work, actual, start)
    typed = last_meant(actual.procedure_start or actual.product_start, start)
    moment: datetime = typed if is_exact and typed is not None else work.now
    found = gate_in(work, actual.subject, as_of=min(moment, work.now), batch=actual.batch, cohort=actual.cohort)
    if actual.cohort != found.cohort:
        yield f"dosed in cohort {actual.cohort or '(none)'}, with a slot in {found.cohort or 'none'}"
    if not actual.batch:
        yield "the batch is not recorded"
    elif planned is not None and planned.batch and actual.batch != planned.batch:
        yield f"batch {actual.batch} given, {planned.batch} assigned"
    for reason in reasons_in_short(found.reasons):
        yield without_others(work, _said(reason))
    if found.earliest is None:
        yield NOT_JUDGED
    yield from (without_others(work, words) for words in _dosed_since(work, actual, start))


def _inexact_words(work: Work, actual: Dosing, start: Span) -> str:
    """What is lacking in the start of a dosing, by which it cannot be told when that was."""
    started, zone = actual.procedure_start or actual.product_start, _zone_of(work, actual)
    if started is None or started.minute is None or zone is None or start.first is None or start.last is None:
        return "when the dosing started is not recorded to the minute"
    meant = (each.astimezone(zone).isoformat(timespec="minutes") for each in (start.first, start.last))
    return (
        f"when the dosing started is not clear: the clocks were changed that night and showed {started} twice, or not "
        f"at all. Write it with its offset from UTC: {' or '.join(meant)}"
    )


def _zone_of(work: Work, actual: Dosing) -> tzinfo | None:
    """The zone of the site of a dosing."""
    return zone_named(actual.zone) or records_now(work).zone_at(actual.subject)


def _dosed_since(work: Work, actual: Dosing, start: Span) -> Iterator[str]:
    """Who was dosed after this dosing and too soon after it, since it was not recorded then."""
    apart, records = work.protocol.escalation.interval_between_participants_days, records_now(work)
    zone = _zone_of(work, actual) or zone_of(work)
    if not apart or start.first is None or start.last is None or zone is None:
        return
    day = day_number(start.last, zone)
    for course in Courses(work.protocol, records).all:
        since = course.given.start.first if course.given and course.subject != actual.subject else None
        if since is not None and since >= start.first and course.day is not None and course.day - day < apart:
            words = (
                f"{course.subject} was dosed {counted(course.day - day, 'day')} after it, which was not recorded then"
            )
            yield f"{words}: {counted(apart, 'day')} must lie between two participants"


def _said(reason: Reason) -> str:
    """A reason in words; a departure before this one by its name, so that none tells of all that were before."""
    kind, _, record = reason.records[0].partition(" ") if reason.records else ("", "", "")
    return (
        f"dosing was halted by {record_words(kind, record)}"
        if kind == "deviations"
        else reason.departed or reason.words
    )
