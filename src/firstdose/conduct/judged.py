"""What a verdict on an event rests on, and whether the event has changed since."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Iterator
from typing import Any

from firstdose.conduct.catalogue import JudgedEvent
from firstdose.conduct.ledger import FieldChange
from firstdose.conduct.naming import change_words
from firstdose.dosing import Reason
from firstdose.dosing.known import record_name
from firstdose.dosing.recorded import Records
from firstdose.records import CAUSES, AdverseEvent, DltAdjudication, GradeChange, relation_field

RULE = "escalation.dlt"
JUDGED_FIELDS = ("term", "start", "grade", "serious", *(relation_field(cause) for cause in CAUSES))


def judged_content(event: AdverseEvent) -> str:
    """What a verdict on an event rests on, as it is kept."""
    content = {name: _plain(getattr(event, name)) for name in JUDGED_FIELDS}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def changed_since_verdict(records: Records, judged: Iterable[JudgedEvent]) -> Iterator[Reason]:
    """The events that are not what members judged any more; a DLT stays one whatever its grade becomes.

    An event that was judged to be no DLT and changed or got worse, and one that was judged otherwise and removed.
    """
    events = {(each.subject, each.number): each for each in records.trial_data.records(AdverseEvent)}
    verdicts = {
        (each.subject, each.event, each.adjudication): each for each in records.trial_data.records(DltAdjudication)
    }
    last = {(each.subject, each.event): each for each in sorted(judged, key=lambda each: each.adjudication)}
    worst = _worst_grades(records, last)
    for (subject, number), basis in last.items():
        event, verdict = events.get((subject, number)), verdicts.get((subject, number, basis.adjudication))
        if verdict is None:
            words = f"{subject}: the verdict on event {number} was removed; members judge it again"
            yield Reason(RULE, words, None, (record_name(event),) if event else ())
        elif not records.is_known(verdict.adjudicated):
            continue
        elif event is None:
            if verdict.verdict != "not_dlt":
                said = "a DLT" if verdict.verdict == "dlt" else "undecided"
                words = f"{subject}: event {number} was judged ({said}) and then removed; restore it, and members judge"
                yield Reason(RULE, words, None, (record_name(verdict),))
        elif verdict.verdict == "not_dlt" and (changed := changed_fields(event, basis)):
            words = f"{subject}: {event.term} (event {number}) was changed after its verdict: {'; '.join(changed)}; "
            words += "members judge it again"
            yield Reason(RULE, words, None, (record_name(event), record_name(verdict)))
        elif verdict.verdict == "not_dlt" and worst.get((subject, number), 0) > _judged_grade(basis):
            words = f"{subject}: {event.term} (event {number}) got worse than it was when it was judged, to grade "
            words += f"{worst[subject, number]} by its changes; correct its highest grade, and members judge it again"
            yield Reason(RULE, words, None, (record_name(event), record_name(verdict)))


def changed_fields(event: AdverseEvent, basis: JudgedEvent) -> list[str]:
    """What of an event differs from what was judged, in words."""
    before = json.loads(basis.content)
    now = {name: _plain(getattr(event, name)) for name in JUDGED_FIELDS}
    return [
        change_words("adverse_events", FieldChange(name, before.get(name), now[name]))
        for name in JUDGED_FIELDS
        if before.get(name) != now[name]
    ]


def _worst_grades(records: Records, events: Container[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """The highest grade that each of some events took on by its changes so far."""
    found: dict[tuple[str, int], int] = {}
    for each in records.trial_data.records(GradeChange):
        if (each.subject, each.event) in events and records.is_known(each.changed):
            found[each.subject, each.event] = max(each.grade, found.get((each.subject, each.event), 0))
    return found


def _judged_grade(basis: JudgedEvent) -> int:
    """The grade that members saw; 0 where none was recorded."""
    return int(json.loads(basis.content).get("grade") or 0)


def _plain(value: Any) -> str | None:
    return None if value is None else str(value)
