"""Who had which role when, as the ledger tells it: each grant from the entry that gave it to the one that took it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from firstdose.conduct.ledger import Entry, Ledger
from firstdose.conduct.roles import ROLES, SYSTEM
from firstdose.web.acting import EVERYWHERE
from firstdose.web.sign_ins import ACCOUNTS

GIVEN, TAKEN = ("create", "restore"), "remove"
NOT_OF_THE_ACCOUNT = ("signed in", "signed out")
"""What is told in the ledger alone: it happens every day and changes nothing about an account."""


@dataclass(frozen=True)
class Held:
    """A role that an account had, or has: from the entry that gave it; ``taken`` is None while it is held."""

    account: str
    full_name: str
    role: str
    site: str
    given: Entry
    taken: Entry | None

    @property
    def words(self) -> str:
        """The role in words, with its site."""
        title = ROLES[self.role].title if self.role in ROLES else self.role
        return title if self.site == EVERYWHERE else f"{title}, site {self.site}"

    @property
    def given_by(self) -> str:
        return by_words(self.given)

    @property
    def taken_by(self) -> str:
        return by_words(self.taken) if self.taken else ""


@dataclass(frozen=True)
class Happened:
    """What happened to an account: its entry, what it was, and who did it."""

    entry: Entry

    @property
    def words(self) -> str:
        return self.entry.changes[0].new or ""

    @property
    def by(self) -> str:
        """The administrator who did it; the account itself where nobody else is named."""
        return next((each.new or "" for each in self.entry.changes if each.field == "by"), self.entry.account)


def by_words(entry: Entry) -> str:
    """Who made an entry about people: an account, or the start of the site, before which there was none."""
    return "the start of the site" if entry.role == SYSTEM else entry.account


def roles_held(ledger: Ledger, account: str | None = None) -> tuple[Held, ...]:
    """Every role that accounts had or have, or one of them, in the order in which they were given."""
    stored = ledger.records("role_grants")
    found = [
        held
        for each in stored
        if account in (None, each.fields["account"])
        for held in _of_grant(ledger.history("role_grants", each.record))
    ]
    return tuple(sorted(found, key=lambda held: held.given.sequence))


def what_happened(ledger: Ledger, account: str) -> tuple[Happened, ...]:
    """What happened to an account, other than that somebody signed in or out, the last first."""
    entries = [each for each in reversed(ledger.history(ACCOUNTS, account)) if each.changes]
    found = (Happened(each) for each in entries)
    return tuple(each for each in found if each.words not in NOT_OF_THE_ACCOUNT)


def last_signed_in(ledger: Ledger, account: str) -> Entry | None:
    """The entry of the last time that somebody signed in with an account; None where nobody has."""
    entries = reversed(ledger.history(ACCOUNTS, account))
    return next((each for each in entries if each.changes and each.changes[0].new == "signed in"), None)


def _of_grant(entries: tuple[Entry, ...]) -> Iterator[Held]:
    """The spans for which one grant was held."""
    fields: dict[str, str] = {}
    given: Entry | None = None
    for entry in entries:
        fields |= {each.field: each.new or "" for each in entry.changes if entry.action != TAKEN}
        if entry.action in GIVEN:
            given = entry
        elif entry.action == TAKEN and given is not None:
            yield _held(fields, given, entry)
            given = None
    if given is not None:
        yield _held(fields, given, None)


def _held(fields: dict[str, str], given: Entry, taken: Entry | None) -> Held:
    account = fields.get("account", "")
    return Held(account, fields.get("full_name", account), fields["role"], fields["site"], given, taken)
