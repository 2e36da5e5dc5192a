"""When a reason is asked for, and what counts as one.

What is filled in for the first time needs none, whichever role does it; what replaces, empties, removes or restores
something that was entered needs one, in words.
"""

from __future__ import annotations

import unicodedata

from firstdose.conduct.desk import Work
from firstdose.conduct.ledger import Draft, Refused

REASONS = (
    "typing error",
    "read wrongly in the source",
    "the source was corrected",
    "known only now",
    "answer to a query",
    "entered for another person or visit",
)
"""Reasons to choose from; others are typed."""
FEWEST_LETTERS = 3
LONGEST_READ = 2_000


def needs_reason(draft: Draft) -> bool:
    """Whether a draft must say why."""
    return draft.overwrites or draft.action in ("remove", "restore")


def is_reason(text: str) -> bool:
    """Whether a text can be a reason: some letters or digits, of any script, not all the same."""
    letters = [each for each in text[:LONGEST_READ] if unicodedata.category(each)[0] in "LN"]
    has_words_as_signs = any(unicodedata.category(each) == "Lo" for each in letters)
    if has_words_as_signs:  # such as Chinese, where a word may be one sign or two
        return True
    return len(letters) >= FEWEST_LETTERS and len({each.casefold() for each in letters}) > 1


def refuse_poor_reason(_: Work, draft: Draft) -> None:
    """The rule of the desk: a reason that is asked for says something.

    Raises Refused.
    """
    if needs_reason(draft) and not is_reason(draft.reason):
        raise Refused("say in words why this is changed; dots, dashes and pictures do not say it")
