"""Dose-limiting toxicity: the window in the site's calendar, attribution, and the adjudicated answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from firstdose.protocol.escalation import Cause, DltDefinition
from firstdose.protocol.expression import Answer, every, some
from firstdose.records.attribution import Relation
from firstdose.safety.moments import Moment, local_day

RELATED: frozenset[Relation] = frozenset({"possible", "probable", "related"})


def trial_day(instant: datetime, procedure_start: datetime, zone: tzinfo) -> int:
    """Days of the site's calendar since the procedure, whose own day is day 0.

    Hours play no part: a procedure at 23:50 is on day 0 for ten minutes, and day 1 begins at midnight.
    """
    return (local_day(instant, zone) - local_day(procedure_start, zone)).days


def window_end(procedure_start: datetime, window_days: int, zone: tzinfo) -> datetime:
    """The first instant after the window, which ends with its last day: at midnight after day ``window_days``."""
    following = local_day(procedure_start, zone) + timedelta(days=window_days + 1)
    return datetime.combine(following, time(), zone)


def is_window_complete(now: datetime, procedure_start: datetime, window_days: int, zone: tzinfo) -> bool:
    """Whether the whole last day of the window has passed."""
    return trial_day(now, procedure_start, zone) > window_days


def began_in_window(start: Moment, procedure_start: datetime, window_days: int, zone: tzinfo) -> Answer:
    """Whether an event began at or after the start of the procedure and by the last day of the window.

    An event of the procedure's day whose time is not known counts as after it; a partial date may leave it open.
    """
    anchor = Moment.at(procedure_start, zone)
    began_before = start.before(anchor)
    return every([None if began_before is None else not began_before, start.within_days_after(anchor, window_days)])


def is_related(relation: Relation | None, related: frozenset[Relation] = RELATED) -> Answer:
    """Whether a judgement counts as related; not yet judged is unknown."""
    return None if relation is None else relation in related


def is_attributed(relations: Mapping[Cause, Relation | None], definition: DltDefinition) -> Answer:
    """Whether an event is related to at least one of the causes that the protocol names; each is judged apart."""
    return some(is_related(relations.get(cause)) for cause in definition.attribution)


@dataclass(frozen=True)
class Adjudication:
    """A decision whether an event is a DLT; a later one replaces it."""

    decided_at: datetime
    is_dlt: bool


def adjudicated(adjudications: Iterable[Adjudication], as_of: datetime) -> Answer:
    """The latest decision taken by an instant; unknown before the first. Of two at one instant the DLT stands."""
    taken = [(decision.decided_at, decision.is_dlt) for decision in adjudications if decision.decided_at <= as_of]
    return max(taken)[1] if taken else None


def is_dlt(candidate: Answer, adjudications: Iterable[Adjudication], as_of: datetime) -> Answer:
    """Whether an event is a DLT: people's decision where there is one; else no candidate is no, the rest open."""
    decided = adjudicated(adjudications, as_of)
    return (False if candidate is False else None) if decided is None else decided
