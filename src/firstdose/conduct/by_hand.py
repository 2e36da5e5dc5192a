"""What no form may write: records of dosing are made by its commands, which look before they write."""

from __future__ import annotations

from firstdose.conduct.desk import Work
from firstdose.conduct.gating import HALTING
from firstdose.conduct.ledger import Draft, Refused
from firstdose.conduct.naming import field_labels, record_words

BY_COMMAND = {
    "cohorts": "open or close the cohort",
    "slots": "reserve, assign, release or replace",
    "dosings": "prepare, record or correct the dosing",
    "dlt_adjudications": "give another verdict",
    "dose_decisions": "prepare, sign and take a new decision",
    "prepared_decisions": "prepare or propose the decision",
    "judged_events": "give another verdict",
    "confirmed_without": "confirm eligibility again",
    "opened_by_calendar": "open the cohort with its reason",
    "waiting_places": "join or leave the waiting list",
    "held_events": "save the form of the event, record what is held, or withdraw it",
}
"""The kinds of records that only commands write, and what to do instead."""


ON_CRITERIA = "the investigator confirms and signs eligibility on the page of the criteria"
ON_DOSE = "the level is that of the slot and of the dosing, on the page of the dose"
FIELDS_BY_COMMAND: dict[str, dict[str, str]] = {
    "subjects": {
        "eligibility_confirmed": ON_CRITERIA,
        "eligibility_confirmed_by": ON_CRITERIA,
        "arm": ON_DOSE,
        "arm_given": ON_DOSE,
    },
}
"""Fields, in records that forms write, that only a command writes, and where that is done."""
LEFT_BY_HAND = ("action",)
"""What people may write in a deviation that halts dosing: what was done about it."""


def refuse_by_hand(work: Work, draft: Draft) -> None:
    """A rule of the desk: refuses what a form would write past the commands.

    Raises Refused.
    """
    if work.deed is not None or draft.action == "event":
        return
    if draft.record_type in BY_COMMAND:
        what = draft.record_type.replace("_", " ")
        raise Refused(f"{what} are not written by hand: {BY_COMMAND[draft.record_type]} instead")
    kept = FIELDS_BY_COMMAND.get(draft.record_type, {})
    names = [change.field for change in draft.changes if change.field in kept]
    if names:
        places = "; ".join(dict.fromkeys(kept[name] for name in names))
        raise Refused(f"{field_labels(draft.record_type, names)} cannot be written in a form: {places}")
    _refuse_lifting_a_halt(work, draft)


def _refuse_lifting_a_halt(work: Work, draft: Draft) -> None:
    """A departure in dosing halts until people have decided with knowledge of it, not until a form says otherwise.

    Raises Refused.
    """
    if draft.record_type != "deviations" or draft.action not in ("change", "remove"):
        return
    stored = work.record(draft.record_type, draft.record)
    if stored.fields.get("category") != HALTING:
        return
    if draft.action == "remove" or any(change.field not in LEFT_BY_HAND for change in draft.changes):
        raise Refused(
            f"{record_words(draft.record_type, draft.record)} halts dosing until the committee has decided with "
            "knowledge of it: it is neither removed nor altered by hand; write what was done in the action taken"
        )
