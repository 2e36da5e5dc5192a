"""The entry: one change of one record, with who, when, what, why, and under which form and protocol."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, Literal, Self

from firstdose.conduct.ledger.errors import Refused

Action = Literal["create", "change", "remove", "restore", "event"]
NEEDS_REASON = ("remove", "restore")
LONGEST_NAME = 200
LONGEST_REASON = 2_000
LONGEST_VALUE = 100_000
LONGEST_CHANGES = 2_000_000
INVISIBLE = ("Cc", "Cf", "Zs", "Zl", "Zp", "Cn", "Cs")


@dataclass(frozen=True)
class Author:
    """Who writes: the account, the role it acts in, the site and the site's time zone (an IANA name)."""

    account: str
    role: str
    site: str = ""
    zone: str = "UTC"


@dataclass(frozen=True)
class FieldChange:
    """One field: what the author saw in it and what is to stand there, both as typed; None where it is empty."""

    field: str
    old: str | None
    new: str | None


@dataclass(frozen=True)
class Draft:
    """What somebody wants to write about one record.

    ``event`` tells of something that changes no record, such as a sign-in.
    """

    action: Action
    record_type: str
    record: str
    changes: tuple[FieldChange, ...] = ()
    reason: str = ""
    form_version: str = ""
    protocol_version: str = ""

    @property
    def overwrites(self) -> bool:
        """Whether a value that was there is replaced or taken away."""
        return any(change.old is not None for change in self.changes)


@dataclass(frozen=True)
class Entry:
    """What was written. ``sequence`` counts from 1 without gaps and orders the entries, whatever the clock said.

    ``recorded`` is the instant in UTC by the server's clock; ``clock_note`` tells where that clock ran backwards.
    ``write`` is the sequence of the first entry that was written together with this one; ``request`` names what asked
    for it. ``seal`` is a keyed hash over everything here and, by ``previous``, over all entries before.
    """

    sequence: int
    recorded: str
    account: str
    role: str
    site: str
    zone: str
    action: Action
    record_type: str
    record: str
    changes: tuple[FieldChange, ...]
    reason: str
    form_version: str
    protocol_version: str
    clock_note: str
    write: int
    request: str | None
    previous: str
    seal: str = ""

    @property
    def content(self) -> bytes:
        """What the seal is made of: everything but the seal itself, in one unambiguous form."""
        return as_json(self.row[:-1]).encode()

    @property
    def row(self) -> tuple[Any, ...]:
        """The values as a database keeps them, in the order of COLUMNS."""
        values = VALUES_OF(self)
        return (*values[:AT_CHANGES], changes_as_text(self.changes), *values[AT_CHANGES + 1 :])

    @classmethod
    def of_row(cls, row: Sequence[Any]) -> Self:
        """An entry as it is stored.

        Raises ValueError if it is not what this package writes.
        """
        if tuple(map(type, row)) not in ROW_TYPES:
            raise ValueError("the entry does not hold numbers and texts where they belong")
        values = list(row)
        values[AT_CHANGES] = changes_of_text(values[AT_CHANGES])
        return cls(*values)

    @property
    def instant(self) -> datetime:
        """When it was recorded."""
        return datetime.fromisoformat(self.recorded)


as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""JSON as the ledger writes it: without spaces, letters outside ASCII as they are."""

COLUMNS = tuple(field.name for field in fields(Entry))
AT_CHANGES = COLUMNS.index("changes")
VALUES_OF = attrgetter(*COLUMNS)
NUMBERS = ("sequence", "write")
TEXT_OR_NONE = (str, type(None))
ROW_TYPES = tuple(
    tuple(int if name in NUMBERS else request if name == "request" else str for name in COLUMNS)
    for request in TEXT_OR_NONE
)


def changes_as_text(changes: Sequence[FieldChange]) -> str:
    """Changes as they are stored."""
    return as_json([[change.field, change.old, change.new] for change in changes])


def changes_of_text(text: str) -> tuple[FieldChange, ...]:
    """Changes as they were stored.

    Raises ValueError if the text is something else, were it only another way to write the same.
    """
    try:
        found = json.loads(text)
    except RecursionError:
        found = None
    if not isinstance(found, list) or not all(_is_change(each) for each in found):
        raise ValueError("the changes of an entry are a list of field, old and new value")
    changes = tuple(FieldChange(*each) for each in found)
    if changes_as_text(changes) != text:
        raise ValueError("the changes of an entry are not written as this program writes them")
    return changes


def instant_as_text(moment: datetime) -> str:
    """An instant in UTC, to the microsecond and always of the same length."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def check_draft(draft: Draft) -> None:
    """Whether a draft may be written at all.

    Raises Refused: names that are empty or too long, a reason that is missing where something is overwritten or
    removed, and texts that no database can keep.
    """
    for what, name in (("kind of record", draft.record_type), ("name of the record", draft.record)):
        _check_text(what, name, LONGEST_NAME)
        if not name.strip():
            raise Refused(f"the {what} must not be empty")
    _check_text("reason", draft.reason, LONGEST_REASON)
    _check_text("version of the form", draft.form_version, LONGEST_NAME)
    _check_text("version of the protocol", draft.protocol_version, LONGEST_NAME)
    for change in draft.changes:
        _check_text("name of a field", change.field, LONGEST_NAME)
        _check_text(change.field, change.old or "", LONGEST_VALUE)
        _check_text(change.field, change.new or "", LONGEST_VALUE)
    if sum(len(text or "") for change in draft.changes for text in astuple(change)) > LONGEST_CHANGES:
        raise Refused(f"more than {LONGEST_CHANGES:,} characters in one record; split what is to be written")
    named = [change.field for change in draft.changes]
    if len(set(named)) < len(named):
        raise Refused("a field stands twice in what is to be written; give each field once")
    if (draft.overwrites or draft.action in NEEDS_REASON) and not has_words(draft.reason):
        raise Refused("a reason is needed to change or remove what was entered; say why in a few words")


def check_author(author: Author) -> None:
    """Whether it is known who writes.

    Raises Refused if the account or the role is empty, or a text cannot be kept.
    """
    for what, text in (("account", author.account), ("role", author.role)):
        if not has_words(text):
            raise Refused(f"the {what} of the author must not be empty")
    for what, text in zip(("account", "role", "site", "zone"), astuple(author), strict=True):
        _check_text(what, text, LONGEST_NAME)


def check_request(request: str) -> None:
    """Whether a request can be known again by its name.

    Raises Refused if the name is empty or cannot be kept.
    """
    _check_text("name of the request", request, LONGEST_NAME)
    if not has_words(request):
        raise Refused("the name of the request must not be empty")


def has_words(text: str) -> bool:
    """Whether there is anything to see in a text besides spaces and invisible marks."""
    return any(unicodedata.category(letter) not in INVISIBLE for letter in text)


def _is_change(found: Any) -> bool:
    """Whether something is field, old and new value."""
    if type(found) is not list or len(found) != 3:
        return False
    field, old, new = found
    return type(field) is str and type(old) in TEXT_OR_NONE and type(new) in TEXT_OR_NONE


def _check_text(what: str, text: str, longest: int) -> None:
    """Whether a text can be kept as it is in every database."""
    if len(text) > longest:
        raise Refused(f"{what}: {len(text):,} characters are too many; at most {longest:,} can be kept")
    if "\x00" in text:
        raise Refused(f"{what}: holds a character (NUL) that cannot be kept; remove it")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Refused(f"{what}: holds half of a character (a lone surrogate); type it again") from None
