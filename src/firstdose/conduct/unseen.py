"""Whom the rule counts as without DLT by the calendar alone, and how people say they know that there was none.

That a window is over says nothing of somebody whom nobody looked at. What goes on from such an outcome, a decision to
dose or a cohort that the rule alone opens, asks for a reason; it holds for the same people in what is decided later.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from firstdose.conduct.catalogue import OpenedByCalendar, PreparedDecision
from firstdose.conduct.ledger import Refused
from firstdose.conduct.own_records import Recorded, all_of
from firstdose.conduct.reasons import is_reason
from firstdose.designs.history import NO_DLT
from firstdose.dosing.courses import Courses
from firstdose.dosing.histories import trial_history
from firstdose.dosing.recorded import Records
from firstdose.protocol import Protocol
from firstdose.records import TrialData
from firstdose.records.dosing import Action

LONGEST_REASON = 2_000

Unseen = Mapping[str, str]
"""Who, and up to which day something is recorded of them, in words."""


@dataclass(frozen=True)
class Explained:
    """How it was known earlier that people had no DLT: in the decision or cohort of this name."""

    where: str
    people: Unseen
    reason: str


def unseen(source: Recorded, protocol: Protocol, trial_data: TrialData, as_of: datetime) -> dict[str, str]:
    """Whom the rule counts as without DLT by the calendar alone, and of whom nobody has said yet how it is known.

    ``trial_data`` are all data of the trial: what dosing rests on holds no visits.
    """
    known = {subject for each in explained(source) for subject in each.people}
    courses = Courses(protocol, Records(trial_data, as_of))
    counted = trial_history(courses).cohorts
    letters = {who: letter for each in counted for who, letter in zip(each.subjects, each.outcomes, strict=True)}
    return {
        subject: words
        for subject, words in courses.unseen.items()
        if letters.get(subject) == NO_DLT and subject not in known
    }


def explained(source: Recorded) -> Iterator[Explained]:
    """What was said of whom with each decision that was taken, and with each cohort that was opened."""
    last = {each.decision: each for each in all_of(source, PreparedDecision)}
    for number, prepared in last.items():
        taken = source.record("dose_decisions", str(number))
        people = of_text(prepared.by_calendar)
        if taken.exists and not taken.is_removed and people and prepared.action == "dose":
            yield Explained(f"decision {number}", people, prepared.without_dlt or "")
    for each in all_of(source, OpenedByCalendar):
        yield Explained(f"the opening of cohort {each.cohort}", of_text(each.by_calendar), each.without_dlt)


def require_reason(people: Unseen, reason: str, what: str) -> None:
    """Refuse what rests on people whom nobody looked at, as far as is recorded, and says nothing of them.

    Raises Refused, with the list.
    """
    if people and not is_reason(reason):
        raise Refused(
            f"{what} rests on people of whom nothing is recorded since their DLT window ended: {listed(people)}. "
            "Say how it is known that they had no DLT, such as by whom and when they were seen, and why it is not "
            "entered; or have it entered first"
        )
    if len(reason) > LONGEST_REASON:
        raise Refused(f"a reason has {LONGEST_REASON:,} characters at most; say it in short")


def require_seen(prepared: PreparedDecision, action: Action, without_dlt: str) -> None:
    """Refuse a decision to dose by people whom nobody looked at; to wait or to stop rests on nobody.

    Raises Refused, also where it was not looked at who they are.
    """
    if action != "dose":
        return
    if prepared.by_calendar is None:
        words = "this was prepared before Firstdose looked for people who count by the calendar alone"
        raise Refused(f"{words}; prepare the decision again")
    require_reason(of_text(prepared.by_calendar), without_dlt, f"a decision to {action}")


def told_in_pack(source: Recorded, protocol: Protocol, trial_data: TrialData, as_of: datetime) -> Iterator[str]:
    """What the committee's pack says of them: who they are, and what was said earlier of whom."""
    people = unseen(source, protocol, trial_data, as_of)
    if people:
        asked = "A decision to dose must say how it is known that they had none"
        yield f"Without DLT by the calendar alone: {'; '.join(people)}. {asked}."
    for each in explained(source):
        reason = each.reason.rstrip(".")
        yield f"Said with {each.where} of {', '.join(each.people)}, by the calendar alone then: {reason}."


def listed(people: Unseen) -> str:
    """Who, and what is known of each, in one sentence."""
    return "; ".join(f"{subject} ({words})" for subject, words in people.items())


def as_text(people: Unseen) -> str:
    """People as they are kept."""
    return json.dumps(people, ensure_ascii=False)


def of_text(text: str | None) -> dict[str, str]:
    """People as they were kept; nobody where that was not looked at."""
    return dict(json.loads(text)) if text else {}
