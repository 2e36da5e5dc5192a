"""What no form may write: records of dosing are made by its commands, which look before they write."""

from __future__ import annotations

from firstdose.conduct.desk import Work
from firstdose.conduct.ledger import Draft, Refused

BY_COMMAND = {
    "cohorts": "open or close the cohort",
    "slots": "reserve, assign, release or replace",
    "dosings": "prepare, record or correct the dosing",
    "dlt_adjudications": "give another verdict",
    "dose_decisions": "prepare, sign and take a new decision",
    "prepared_decisions": "prepare or propose the decision",
    "judged_events": "give another verdict",
    "waiting_places": "join or leave the waiting list",
}
"""The kinds of records that only commands write, and what to do instead."""


def refuse_by_hand(work: Work, draft: Draft) -> None:
    """A rule of the desk: refuses what a form would write past the commands.

    Raises Refused.
    """
    if draft.record_type in BY_COMMAND and work.deed is None and draft.action != "event":
        what = draft.record_type.replace("_", " ")
        raise Refused(f"{what} are not written by hand: {BY_COMMAND[draft.record_type]} instead")
