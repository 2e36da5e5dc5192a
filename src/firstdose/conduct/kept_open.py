"""An event that could be a DLT waits for its verdict, whatever is taken back of it before members have judged it.

Who entered an event may correct it, and at once. But what made it a possible DLT is not unsaid by one person alone:
where a correction takes the event out of the window, or says that it is not related, without a verdict on it, the
correction opens one. It is undecided, by no members, and says what was corrected, by whom and when; so the rule, the
gate and the committee's pack wait for it, and members judge the event as it stands now.

An event is removed once members have said that it is no DLT, and not before: what is gone nobody can judge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from firstdose.conduct.desk import LastStep, Work
from firstdose.conduct.identity import key_fields, name_of
from firstdose.conduct.ledger import Draft, Refused
from firstdose.conduct.naming import change_words, record_words
from firstdose.conduct.own_records import create
from firstdose.conduct.participants import protocol_of, records_now, this_moment, zone_of
from firstdose.conduct.roles import ENTERED_BY, ROLES
from firstdose.conduct.typed_dosing import as_event
from firstdose.dosing.administrations import Administration, administration_of
from firstdose.dosing.toxicity import attributed, candidacy, in_window
from firstdose.protocol.escalation import DltDefinition
from firstdose.protocol.expression import Answer
from firstdose.records import CAUSES, AdverseEvent, DltAdjudication, relation_field
from firstdose.records.date_words import instant_words

EVENTS = "adverse_events"
VERDICTS = "dlt_adjudications"
SPEAKING = ("start", *map(relation_field, CAUSES))
"""The fields by which an event is a possible DLT or none."""


def keep_possible_dlts_open(work: Work, draft: Draft) -> None:
    """The rule of the desk: a possible DLT is neither removed nor unsaid before members have judged it.

    Raises Refused for a removal; a correction opens the verdict, in the same write.
    """
    if draft.record_type != EVENTS or draft.action not in ("change", "remove"):
        return
    if draft.action == "change" and not any(each.field in SPEAKING for each in draft.changes):
        return
    verdicts = _verdicts(work, draft.record)
    is_undecided = bool(verdicts) and verdicts[max(verdicts)] == "undecided"
    # also where the correction that opened the verdict took the event out of the window
    if draft.action == "remove" and is_undecided:
        _refuse_unjudged(draft.record)
    stored = work.record(EVENTS, draft.record)
    event = as_event(draft.record, stored.fields)
    given = event and administration_of(protocol_of(work, event.subject), records_now(work), event.subject)
    definition = protocol_of(work, event.subject).escalation.dlt if event else None
    if verdicts or event is None or not given or definition is None or candidacy(event, given, definition) is False:
        return
    if draft.action == "remove":
        _refuse_unjudged(draft.record)
    after = as_event(draft.record, {**stored.fields, **{each.field: each.new for each in draft.changes}})
    if after is not None and _is_unsaid(event, after, given, definition):
        work.at_its_end(OpenVerdict(draft.record, draft))


def _refuse_unjudged(record: str) -> NoReturn:
    """Refuse the removal of an event while its verdict is missing or undecided."""
    raise Refused(
        f"{record_words(EVENTS, record)} could be a dose-limiting toxicity, and members of the safety committee have "
        "not judged it: it is removed only after that. If it was entered by mistake, or for another participant, tell "
        "them: they judge it not a DLT and give that as the reason; then remove it. Meanwhile it can be entered where "
        "it belongs"
    )


def _is_unsaid(before: AdverseEvent, after: AdverseEvent, given: Administration, definition: DltDefinition) -> bool:
    """Whether something that surely spoke for a DLT is not said any more: the attribution, or the start in the window.

    What was left open and is now filled in takes nothing back.
    """
    answers: tuple[tuple[Answer, Answer], ...] = (
        (attributed(before, definition), attributed(after, definition)),
        (in_window(before, given, definition), in_window(after, given, definition)),
    )
    return any(was is True and is_now is not True for was, is_now in answers)


def _verdicts(work: Work, record: str) -> Mapping[int, str]:
    """The verdicts on an event by their numbers, without those that were removed."""
    return {
        int(key_fields(VERDICTS, each.record)["adjudication"]): each.fields.get("verdict", "")
        for each in work.records_under(VERDICTS, record)
        if not each.is_removed
    }


@dataclass(frozen=True)
class OpenVerdict(LastStep):
    """Open the verdict on an event that was corrected."""

    record: str
    draft: Draft = field(compare=False)

    def take(self, work: Work) -> None:
        """Raises Refused or Conflict."""
        keys = key_fields(EVENTS, self.record)
        subject, event = keys["subject"], int(keys["number"])
        everyone = work.records_under(VERDICTS, name_of(EVENTS, subject, event))
        numbers = [int(key_fields(VERDICTS, each.record)["adjudication"]) for each in everyone]
        create(
            work,
            DltAdjudication(
                subject=subject,
                event=event,
                adjudication=1 + max(numbers, default=0),
                adjudicated=this_moment(work),
                verdict="undecided",
                reason=_why(work, self.draft),
            ),
            by=ENTERED_BY[EVENTS],
        )


def _why(work: Work, draft: Draft) -> str:
    """What was corrected, by whom and when."""
    author = work.author
    title = ROLES[author.role].title if author.role in ROLES else author.role
    said = "; ".join(change_words(EVENTS, each) for each in draft.changes if each.field in SPEAKING)
    when = instant_words(work.now, zone_of(work))
    return f"corrected by {author.account} ({title}) on {when}, before anybody had judged it: {said}"
