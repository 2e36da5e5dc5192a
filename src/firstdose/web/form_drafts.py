"""What was typed and not saved yet, kept for the person who typed it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from firstdose.web.acting import TrialRequest
    from firstdose.web.models import FormDraft

LONGEST_KEY = 200
DISCARD = "discard"
"""What the button that discards a draft is called."""


def keep_typed(
    request: TrialRequest, record_type: str, record: str, fields: dict[str, str], seen: dict[str, str]
) -> None:
    """Keep what a form sends while it is typed, unless the form was saved while this was on its way.

    A save writes first and forgets the draft then. So one that is saved between the two looks of this function is
    found by the second, and one that is saved after both forgets what was kept here. What another page of the same
    form keeps meanwhile stays.
    """
    sent, account = request.POST.get("request", "").replace("\x00", ""), request.acting.author.account
    if sent and request.trial.ledger.was_carried_out(sent):
        return
    kept = keep_draft(account, record_type, record, fields, seen)
    if sent and request.trial.ledger.was_carried_out(sent):
        _drafts().filter(pk=kept.pk, changed=kept.changed).delete()


def keep_draft(account: str, record_type: str, record: str, fields: dict[str, str], seen: dict[str, str]) -> FormDraft:
    """Keep what stands in a form; a character that no database of texts keeps (NUL) is left out."""
    fields, seen = ({name: text.replace("\x00", "") for name, text in each.items()} for each in (fields, seen))
    kept: FormDraft = _drafts().update_or_create(
        account=account,
        record_type=record_type,
        record=record[:LONGEST_KEY],
        defaults={"fields": fields, "seen": seen},
    )[0]
    return kept


def kept_draft(account: str, record_type: str, record: str) -> tuple[dict[str, str], dict[str, str]] | None:
    """What was typed into a form and not saved, with what its author saw then."""
    found = _drafts().filter(account=account, record_type=record_type, record=record[:LONGEST_KEY]).first()
    return (dict(found.fields), dict(found.seen)) if found else None


def drop_draft(account: str, record_type: str, record: str) -> None:
    """Forget what was typed, once it is saved."""
    _drafts().filter(account=account, record_type=record_type, record=record[:LONGEST_KEY]).delete()


def _drafts() -> Any:
    """The table; it can be reached only once Django was set up, so that pages can be read before."""
    from firstdose.web.models import FormDraft

    return FormDraft.objects
