"""The words by which a disposition says that somebody's part in the trial ended, or that a milestone was reached."""

from __future__ import annotations

import re

MILESTONES = (
    "informed consent obtained",
    "eligibility criteria met",
    "entered into trial",
    "enrolled",
    "randomized",
    "randomised",
    "treated",
    "dosed",
    "run-in completed",
    "screening completed",
)
COMPLETIONS = ("completed", "complete", "completion", "finished", "end of study", "end of trial")
"""Ways to say that the trial was completed as planned; with `of study`, `the trial` and such they mean the same."""
LEAVINGS = (
    "adverse event",
    "death",
    "died",
    "disease relapse",
    "failure to meet randomization criteria",
    "lack of efficacy",
    "lost to follow-up",
    "non-compliance with study drug",
    "physician decision",
    "pregnancy",
    "progressive disease",
    "protocol deviation",
    "protocol violation",
    "recovery",
    "screen failure",
    "screening failure",
    "site terminated by sponsor",
    "study terminated by sponsor",
    "technical problems",
    "withdrawal by parent/guardian",
    "withdrawal by subject",
    "withdrawal of consent",
    "withdrew consent",
)
"""Reasons of the end as CDISC words them (codelist NCOMPLT), and everyday words; order and case do not matter."""

WITHOUT_MEANING = frozenset({"a", "by", "of", "the", "to", "due", "from", "in", "with"})
"""Small words that may be left out or added."""
ALIKE = {
    "withdrawn": "withdrawal",
    "withdrew": "withdrawal",
    "withdraws": "withdrawal",
    "patient": "subject",
    "participant": "subject",
    "investigator": "physician",
    "events": "event",
    "trial": "study",
    "follow": "followup",
    "failed": "failure",
    "screening": "screen",
    "ae": "adverse event",
}
"""Words that say the same."""


def plain(text: str | None) -> str:
    """Words in small letters, with single spaces."""
    return " ".join((text or "").lower().replace("_", " ").split())


def bag(text: str | None) -> frozenset[str]:
    """The words of an event that mean something, in no order."""
    joined = re.sub(r"\bfollow[ -]?up\b", "followup", plain(text))
    words = (ALIKE.get(word, word) for word in re.findall(r"\w+", joined))
    return frozenset(part for word in words for part in word.split()) - WITHOUT_MEANING


_LEAVINGS = frozenset(map(bag, LEAVINGS)) | {bag("withdrawal")}
_OF_THE_STUDY = frozenset({"study", "subject"})
_COMPLETIONS = frozenset(bag(each) | {"study"} for each in COMPLETIONS)


def is_milestone(event: str) -> bool:
    """Whether the words of an event name a milestone."""
    return plain(event) in MILESTONES


def is_completed(event: str) -> bool:
    """Whether the words of an event say that the person completed the trial."""
    return (bag(event) - _OF_THE_STUDY) | {"study"} in _COMPLETIONS


def is_leaving(event: str) -> bool:
    """Whether the words of an event say that the person left before its completion."""
    words = bag(event)
    return words in _LEAVINGS or words - {"study"} in _LEAVINGS


def is_known_event(event: str) -> bool:
    """Whether the words of an event can be interpreted, without a category."""
    return is_milestone(event) or is_completed(event) or is_leaving(event)
