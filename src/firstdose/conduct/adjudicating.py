"""Verdicts of the safety committee on whether an event is dose-limiting; a later one replaces an earlier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from firstdose.conduct.catalogue import JudgedEvent
from firstdose.conduct.desk import Work
from firstdose.conduct.identity import name_of
from firstdose.conduct.judged import judged_content
from firstdose.conduct.ledger import Entry, Refused, StoredRecord
from firstdose.conduct.naming import field_words, value_words
from firstdose.conduct.own_records import create
from firstdose.conduct.participants import records_now, this_moment
from firstdose.protocol.escalation import Cause
from firstdose.records import AdverseEvent, DltAdjudication
from firstdose.records.events import Verdict

VERDICTS: tuple[Verdict, ...] = ("dlt", "not_dlt", "undecided")


def adjudicate(
    work: Work,
    subject: str,
    event: int,
    verdict: Verdict,
    members: Sequence[str],
    *,
    reason: str = "",
    causes: Mapping[Cause, bool] | None = None,
    seen_head: int | None = None,
) -> Entry:
    """Record a verdict on an adverse event as it stands.

    ``members`` are the names of those who took part, ``seen_head`` the last entry about the event when they saw it.
    While the verdict is "undecided" the gate stays shut. Raises Refused if the event is not there or was changed since
    it was seen, nobody took part, a verdict is changed without a reason, or a DLT is attributed to none of the causes
    that the protocol asks of one.
    """
    work.require("adjudicate")
    found = _event(work, subject, event, seen_head)
    names = list(dict.fromkeys(" ".join(name.split()) for name in members if name.strip()))
    if not names:
        raise Refused("a verdict needs the names of the members who took part")
    if verdict not in VERDICTS:
        raise Refused(f"a verdict is one of: {', '.join(map(_said, VERDICTS))}")
    if verdict == "dlt":
        _check_attribution(work, causes or {})
    numbers = [int(each.fields["adjudication"]) for each in _verdicts(work, subject, event)]
    earlier = [each for each in _verdicts(work, subject, event) if not each.is_removed]
    last = max(earlier, key=lambda each: int(each.fields["adjudication"]), default=None)
    if last is not None and last.fields["verdict"] not in (verdict, "undecided") and not reason.strip():
        raise Refused(f"the verdict was {_said(last.fields['verdict'])}; say why it is changed")
    number = 1 + max(numbers, default=0)
    create(
        work,
        JudgedEvent(subject=subject, event=event, adjudication=number, content=judged_content(found)),
        by="adjudicate",
    )
    return create(
        work,
        DltAdjudication(
            subject=subject,
            event=event,
            adjudication=number,
            adjudicated=this_moment(work),
            verdict=verdict,
            members="; ".join(names),
            reason=reason.strip() or None,
            **{f"caused_by_{cause}": answer for cause, answer in (causes or {}).items()},
        ),
        by="adjudicate",
    )


def _check_attribution(work: Work, causes: Mapping[Cause, bool]) -> None:
    """Refuse a DLT of which every cause that could make it one is denied; a cause that is not answered is none."""
    definition = work.protocol.escalation.dlt
    asked = definition.attribution if definition else ()
    if asked and all(causes.get(cause) is False for cause in asked):
        questions = " ".join(field_words("dlt_adjudications", f"caused_by_{cause}") for cause in asked)
        raise Refused(
            f"by the protocol a DLT is attributed to one of these, and all are answered no: {questions} "
            "Correct the verdict or the answers"
        )


def _said(verdict: str) -> str:
    """A verdict in words."""
    return value_words("dlt_adjudications", "verdict", verdict)


def _event(work: Work, subject: str, number: int, seen_head: int | None) -> AdverseEvent:
    """The event, as it was seen."""
    stored = work.record("adverse_events", name_of("adverse_events", subject, number))
    events = work.dosing_data.records(AdverseEvent)
    found = next((each for each in events if (each.subject, each.number) == (subject, number)), None)
    if found is None:
        raise Refused(
            f"there is no adverse event {number} of {subject} that could be judged; enter it first, or correct it"
        )
    if seen_head is not None and stored.head != seen_head:
        raise Refused(f"adverse event {number} of {subject} was changed since you saw it: look at it again, then judge")
    records = records_now(work)
    if not any(map(records.was_given, records.dosings.get(subject, ()))):
        raise Refused(f"{subject} was not dosed; an event before dosing cannot be dose-limiting")
    return found


def _verdicts(work: Work, subject: str, event: int) -> list[StoredRecord]:
    """All verdicts ever recorded on an event."""
    wanted = (subject, str(event))
    return [
        each
        for each in work.records("dlt_adjudications")
        if (each.fields.get("subject"), each.fields.get("event")) == wanted
    ]
