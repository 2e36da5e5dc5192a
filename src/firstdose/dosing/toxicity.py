"""Which adverse events of a dosed person are dose-limiting, and which wait for people to say so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from firstdose.dosing.administrations import Administration
from firstdose.dosing.known import Span, moment_of, record_name, span_of
from firstdose.dosing.recorded import Records
from firstdose.protocol.escalation import DltDefinition
from firstdose.protocol.expression import Answer, every
from firstdose.records import AdverseEvent, DltAdjudication, relation_field
from firstdose.safety.dlt import Adjudication, began_in_window, is_attributed, is_dlt
from firstdose.safety.moments import local_day

LONGEST = 60
"""Letters of a term in a name; reports tell events in full."""


@dataclass(frozen=True)
class CountedEvent:
    """An adverse event that is a DLT (True) or waits for adjudication (None), with the records that say so."""

    number: int
    term: str
    is_dlt: Answer
    words: str
    records: tuple[str, ...]
    grade: int | None = None

    @property
    def name(self) -> str:
        """The term, cut where it is long, with the grade, where there is one."""
        term = self.term if len(self.term) <= LONGEST else f"{self.term[: LONGEST - 1].rstrip()}…"
        return f"{term} of grade {self.grade}" if self.grade else term


@dataclass(frozen=True)
class Verdict:
    """One adjudication: its number, when it was made, and what it says (None while undecided)."""

    number: int
    when: Span
    is_dlt: Answer


def counted_events(
    records: Records, administration: Administration, definition: DltDefinition | None
) -> tuple[CountedEvent, ...]:
    """The events of a dosed person that are DLTs, or that may be."""
    return tuple(_counted(records, administration, definition))


def candidacy(event: AdverseEvent, administration: Administration, definition: DltDefinition | None) -> Answer:
    """Whether an event is to be adjudicated; where the day of the procedure is not known, at most an open answer."""
    if definition is None:
        return None
    is_attributed_to_it = attributed(event, definition)
    if is_attributed_to_it is False:  # most events: whether they began in the window takes longer to tell
        return False
    return every([in_window(event, administration, definition), is_attributed_to_it])


def in_window(event: AdverseEvent, administration: Administration, definition: DltDefinition) -> Answer:
    """Whether an event began in the DLT window; open where the day of the procedure is not known."""
    start, zone = administration.start, administration.zone
    if start.first is None or start.last is None or local_day(start.first, zone) != local_day(start.last, zone):
        return None
    return began_in_window(moment_of(event.start, zone), start.first, definition.window_days, zone)


def attributed(event: AdverseEvent, definition: DltDefinition) -> Answer:
    """Whether an event is related to a cause that the protocol names."""
    return is_attributed({cause: getattr(event, relation_field(cause)) for cause in definition.attribution}, definition)


def decided(candidate: Answer, verdicts: Sequence[Verdict], as_of: datetime) -> Answer:
    """Whether an event is a DLT by the latest verdict.

    Open where people were undecided, or where a date leaves open which verdict is the latest. Verdicts whose dates do
    not tell which came first go by their numbers.
    """
    if not verdicts:
        return _answer(candidate, None, as_of)
    taken = [verdict for verdict in verdicts if verdict.when.by(as_of)]
    perhaps = [verdict for verdict in verdicts if verdict.when.by(as_of) is None]
    possible = {_answer(candidate, _latest([*taken, *added]), as_of) for added in ((), *((one,) for one in perhaps))}
    return possible.pop() if len(possible) == 1 else None


def _counted(
    records: Records, administration: Administration, definition: DltDefinition | None
) -> Iterator[CountedEvent]:
    """The events of which one cannot say that they are no DLT."""
    for event in records.events.get(administration.subject, ()):
        candidate = candidacy(event, administration, definition)
        adjudications = records.adjudications.get((event.subject, event.number), [])
        if candidate is False and not adjudications:  # most events
            continue
        verdicts = [_verdict(each, administration) for each in adjudications]
        answer = decided(candidate, verdicts, records.as_of)
        if answer is not False:
            ids = (record_name(event), *map(record_name, adjudications))
            yield CountedEvent(
                event.number, event.term, answer, _words(event, answer, candidate, adjudications), ids, event.grade
            )


def _verdict(adjudication: DltAdjudication, administration: Administration) -> Verdict:
    answer = {"dlt": True, "not_dlt": False}.get(adjudication.verdict)
    return Verdict(adjudication.adjudication, span_of(adjudication.adjudicated, administration.zone), answer)


def _latest(verdicts: Sequence[Verdict]) -> Verdict | None:
    """The verdict that none surely follows; of several the highest number, and of equal numbers the DLT."""
    unsurpassed = [one for one in verdicts if not any(other.when.after(one.when) for other in verdicts)]
    return max(unsurpassed, key=lambda one: (one.number, one.is_dlt is True, one.is_dlt is None), default=None)


def _answer(candidate: Answer, latest: Verdict | None, as_of: datetime) -> Answer:
    """People's verdict where there is one; else what the event's dates and causes say."""
    if latest is None:
        return is_dlt(candidate, (), as_of)
    return None if latest.is_dlt is None else is_dlt(candidate, [Adjudication(as_of, latest.is_dlt)], as_of)


def kept_open(verdict: str, members: str | None) -> bool:
    """Whether a verdict says that nobody has judged yet: it is undecided, by no members."""
    return verdict == "undecided" and not members


def _words(event: AdverseEvent, answer: Answer, candidate: Answer, verdicts: Sequence[DltAdjudication]) -> str:
    """What is said of an event that counts or waits."""
    grade = f" of grade {event.grade}" if event.grade else ""
    named = f"{event.term}{grade} (event {event.number})"
    if answer:
        outside = ", though it is not attributed or did not begin in the window" if candidate is False else ""
        return f"{named} is a DLT{outside}"
    if all(kept_open(each.verdict, each.members) for each in verdicts):
        why = next((each.reason for each in verdicts if each.reason), None)
        return f"{named} waits for adjudication" + (f": {why}" if why else "")
    return f"{named} was adjudicated, but its verdict is open"
