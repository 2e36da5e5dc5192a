"""Makes what a site needs before its first page: keys, the ledger, the tables of accounts, the protocol in force."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from typing import Any

from firstdose.conduct.amendments import protocol_of_text
from firstdose.conduct.identity import record_name
from firstdose.conduct.ledger import Author, Draft, FieldChange, Ledger, LedgerError, make_key, read_key
from firstdose.conduct.ledger.database import Database, open_database
from firstdose.conduct.roles import ROLES, SYSTEM
from firstdose.records import PartialDateTime
from firstdose.records.values import write_value
from firstdose.web.configuration import Configuration

FIRST_START = "first start of the site"
LARGEST_REQUEST = 60_000_000
"""Bytes of what may be sent at once: a dictionary of terms, and nothing much larger."""


@dataclass(frozen=True)
class Person:
    """Somebody who gets an account, in a role and at a site (``*``: all)."""

    account: str
    full_name: str
    role: str
    site: str
    password: str


def prepare(folder: Path | None = None, owner_url: str | None = None) -> Configuration:
    """Set Django up for a site in a folder; without one, for the site that the environment names.

    With the address of the database's owner, this process works as the owner, to make or renew the tables.
    Raises LedgerError if the folder cannot be written to or the database does not answer.
    """
    if folder is not None:
        os.environ["FIRSTDOSE_FOLDER"] = str(folder)
    if owner_url is not None:
        os.environ["DATABASE_URL"] = owner_url
    os.environ["DJANGO_SETTINGS_MODULE"] = "firstdose.web.settings"
    configuration = Configuration.of(os.environ)
    for each in (configuration.folder, configuration.secret_file.parent):
        _make_folder(each)
    try:
        database_of(configuration).reach()
    except LedgerError as problem:
        named = "--owner" if owner_url else "DATABASE_URL" if "DATABASE_URL" in os.environ else "database of the site"
        raise LedgerError(f"{named}: {problem}") from None
    import django

    django.setup()
    return configuration


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise LedgerError(
            f"{folder}: the folder of the site cannot be made ({problem.strerror}); name one with --folder that this "
            "account may write to"
        ) from None


def database_of(configuration: Configuration) -> Database:
    """The database of a site."""
    return open_database(configuration.database_url)


def has_ledger(configuration: Configuration) -> bool:
    """Whether the site was started before."""
    return database_of(configuration).has_ledger()


def is_begun(configuration: Configuration) -> bool:
    """Whether anything of the site was made already: its file, or its folder where the database is on a server."""
    path = getattr(database_of(configuration), "path", configuration.folder)
    return bool(path.exists())


def accounts_granted() -> list[tuple[str, str]]:
    """The accounts that have a role in the trial of this process, each with its full name."""
    from firstdose.web.trial import the_trial

    ledger = the_trial().ledger
    granted = [each.fields for each in ledger.records("role_grants") if not each.is_removed]
    ledger.close()
    order = list(ROLES)
    granted.sort(key=lambda each: (order.index(each["role"]), each["account"]))
    return list({each["account"]: each.get("full_name", "") for each in granted}.items())


def has_accounts() -> bool:
    """Whether anybody can sign in: not where the ledger was restored from a copy, which holds no passwords."""
    from django.contrib.auth import get_user_model

    users: Any = get_user_model().objects
    return bool(users.exists())


def new_account(ledger: Ledger, wanted: str) -> str:
    """A name that no account of this trial has or had, since accounts are never given to another."""
    taken = {each.fields.get("account") for each in ledger.records("role_grants")}
    return next(name for name in chain([wanted], (f"{wanted}-{at}" for at in count(2))) if name not in taken)


def make_tables() -> None:
    """Make or renew the tables of accounts and sessions; they hold nothing of the trial."""
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)


def make_ledger(configuration: Configuration, protocol_file: str, now: datetime) -> Ledger:
    """A new ledger with the first version of the protocol, approved as it is: the file that the site was started with.

    Raises LedgerError if there is a ledger already.
    """
    key = read_key(configuration.key_file) if configuration.key_file.exists() else make_key(configuration.key_file)
    ledger = Ledger.create(configuration.database_url, key, lambda: now)
    add_version(ledger, protocol_file, now)
    return ledger


def open_ledger(configuration: Configuration, clock: Callable[[], datetime]) -> Ledger:
    """The ledger that is there.

    Raises LedgerError if there is none, or the key is not its key.
    """
    return Ledger.open(configuration.database_url, read_key(configuration.key_file), clock)


def has_protocol(ledger: Ledger) -> bool:
    """Whether it holds a version of the protocol; one that `firstdose ledger create` has made is empty."""
    return bool(ledger.records("protocol_versions"))


def add_version(ledger: Ledger, content: str, now: datetime) -> None:
    """Write the protocol that a site begins with.

    Raises ProblemsFound if it has problems.
    """
    version = protocol_of_text(content).trial.version or "1"
    fields = {
        "version": version,
        "content": content,
        "content_hash": hashlib.sha256(content.encode()).hexdigest(),
        "state": "approved",
        "approved": write_value(PartialDateTime.of(now)),
    }
    changes = tuple(FieldChange(name, None, text) for name, text in fields.items())
    ledger.write(Author("firstdose", SYSTEM), [Draft("create", "protocol_versions", version, changes, FIRST_START)])


def add_people(ledger: Ledger, people: Sequence[Person]) -> None:
    """Make accounts and grant their roles; a password is checked by nobody here, since it is only the first one."""
    from django.contrib.auth import get_user_model

    users: Any = get_user_model().objects
    for person in people:
        if not users.filter(username=person.account).exists():
            user = users.create_user(username=person.account)
            user.set_password(person.password)
            user.save()
        grant(ledger, Author("firstdose", SYSTEM), person)


def add_administrator(ledger: Ledger, wanted: str) -> tuple[str, str]:
    """Make the first account, from which the others are made; its name and a password that serves to set an own one."""
    from django.contrib.auth import get_user_model

    from firstdose.web.passwords import give_password

    users: Any = get_user_model().objects
    account = new_account(ledger, wanted)
    user = users.create_user(username=account)
    grant(ledger, Author("firstdose", SYSTEM), Person(account, "Administrator", "administrator", "*", ""))
    return account, give_password(user)


def grant(ledger: Ledger, author: Author, person: Person) -> None:
    """Grant a role."""
    if person.role not in ROLES:
        raise ValueError(f"there is no role called {person.role}")
    fields = {"account": person.account, "role": person.role, "site": person.site, "full_name": person.full_name}
    changes = tuple(FieldChange(name, None, text) for name, text in fields.items())
    ledger.write(author, [Draft("create", "role_grants", record_name("role_grants", fields), changes)])


SWITCH_SECONDS = 0.0005
"""How long a page may hold the interpreter while another waits for it: a tenth of what is usual, as pages are short and
give it up hundreds of times, at each look into the data."""


def check_listening(host: str, port: int) -> None:
    """Look whether somebody can listen at a port.

    Raises OSError if not, and for a host that is not this machine's.
    """
    import waitress

    try:
        tried = waitress.create_server(lambda *_: (), host=host, port=port, threads=1)
    except ValueError as problem:
        raise OSError(0, str(problem).rstrip(".")) from None
    tried.close()
    tried.task_dispatcher.shutdown()


def server(host: str, port: int) -> Any:
    """What answers requests once it is run. Whose addresses a proxy states is believed to the proxy alone.

    Raises LedgerError if the ledger cannot be opened, OSError if nobody can listen there.
    """
    import waitress
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler
    from django.db import connections

    from firstdose.web.trial import the_trial

    sys.setswitchinterval(SWITCH_SECONDS)
    the_trial().ledger.close()  # a wrong key is told now, not on the first page
    connections.close_all()

    proxy = settings.CONFIGURATION.proxy
    behind = (
        {"trusted_proxy": proxy, "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"}} if proxy else {}
    )
    return waitress.create_server(
        WSGIHandler(),
        host=host,
        port=port,
        threads=8,
        ident=None,
        clear_untrusted_proxy_headers=True,
        max_request_body_size=LARGEST_REQUEST,
        **behind,
    )
