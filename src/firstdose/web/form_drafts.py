"""What was typed and not saved yet, kept for the person who typed it."""

from __future__ import annotations

from typing import Any

LONGEST_KEY = 200
DISCARD = "discard"
"""What the button that discards a draft is called."""


def keep_draft(account: str, record_type: str, record: str, fields: dict[str, str], seen: dict[str, str]) -> None:
    """Keep what stands in a form; a character that no database of texts keeps (NUL) is left out."""
    fields, seen = ({name: text.replace("\x00", "") for name, text in each.items()} for each in (fields, seen))
    _drafts().update_or_create(
        account=account,
        record_type=record_type,
        record=record[:LONGEST_KEY],
        defaults={"fields": fields, "seen": seen},
    )


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
