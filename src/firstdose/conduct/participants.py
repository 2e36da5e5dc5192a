"""Whom the author of a command may write about, when it is, and where."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import tzinfo

from firstdose.conduct.desk import Work
from firstdose.conduct.ledger import Refused
from firstdose.conduct.roles import ROLES
from firstdose.dosing import protocol_followed
from firstdose.dosing.known import zone_named
from firstdose.dosing.question import Question
from firstdose.dosing.recorded import Records
from firstdose.protocol import Protocol
from firstdose.records import PartialDateTime, Subject

EVERYWHERE = ("", "*")
ANOTHER = "a participant of another site"
"""What stands for the name of somebody who is none of the author's business."""


def zone_of(work: Work) -> tzinfo | None:
    """The zone of the author's site; None where there is none of that name."""
    return zone_named(work.author.zone)


def this_moment(work: Work) -> PartialDateTime:
    """Now, to the second, on the clock of the author's site, with its offset from UTC."""
    return PartialDateTime.of(work.now.astimezone(zone_of(work)) if zone_of(work) else work.now)


def records_now(work: Work) -> Records:
    """All that dosing rests on, as it is now."""
    return Records(work.dosing_data, work.now, zone_of(work))


def question_about(work: Work, subject: str) -> Question:
    """What dosing is asked about a person now."""
    return Question(work.protocol, records_now(work), subject, zone_of(work))


def protocol_of(work: Work, subject: str) -> Protocol:
    """The version of the protocol that a person follows; the one in force for somebody of whom there is no record."""
    return protocol_followed(work.protocol, records_now(work).subjects.get(subject))


def participant(work: Work, subject: str) -> Subject:
    """The record of a person whom the author may write about.

    Raises Refused, in the same words, for one who is not there and for another site's.
    """
    found = records_now(work).subjects.get(subject)
    if found is None or not _is_of(work, found):
        raise Refused(f"there is no participant {subject} here; enter the person first, with the consent")
    return found


def called(work: Work, subject: str | None) -> str:
    """What the author may be told of somebody's name: another site's participants are not named."""
    found = records_now(work).subjects.get(subject or "")
    return (subject or "nobody") if found is None or _is_of(work, found) else ANOTHER


def without_others(work: Work, text: str) -> str:
    """A text without the names of another site's participants."""
    return without_names(text, (name for name, each in records_now(work).subjects.items() if not _is_of(work, each)))


def without_names(text: str, names: Iterable[str]) -> str:
    """A text in which names of participants are replaced by words that tell of nobody."""
    for name in sorted(names, key=len, reverse=True):
        if name in text:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", ANOTHER, text)
    return text


def _is_of(work: Work, person: Subject) -> bool:
    """Whether somebody is any of the author's business."""
    role = ROLES.get(work.author.role)
    is_bound = role is not None and role.is_of_site and work.author.site not in EVERYWHERE
    return not is_bound or person.centre in (None, work.author.site)
