"""Makes what a site needs before its first page: keys, the ledger, the tables of accounts, the protocol in force."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from firstdose.conduct.amendments import protocol_of_text
from firstdose.conduct.identity import record_name
from firstdose.conduct.ledger import Author, Draft, FieldChange, Ledger, make_key, read_key
from firstdose.conduct.ledger.database import open_database
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


def prepare(folder: Path | None = None) -> Configuration:
    """Set Django up for a site in a folder; without one, for the site that the environment names."""
    if folder is not None:
        os.environ["FIRSTDOSE_FOLDER"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "firstdose.web.settings"
    configuration = Configuration.of(os.environ)
    configuration.folder.mkdir(parents=True, exist_ok=True)
    import django

    django.setup()
    return configuration


def has_ledger(configuration: Configuration) -> bool:
    """Whether the site was started before."""
    return open_database(configuration.database_url).has_ledger()


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


def grant(ledger: Ledger, author: Author, person: Person) -> None:
    """Grant a role."""
    if person.role not in ROLES:
        raise ValueError(f"there is no role called {person.role}")
    fields = {"account": person.account, "role": person.role, "site": person.site, "full_name": person.full_name}
    changes = tuple(FieldChange(name, None, text) for name, text in fields.items())
    ledger.write(author, [Draft("create", "role_grants", record_name("role_grants", fields), changes)])


def serve(host: str, port: int) -> None:
    """Answer requests until stopped. Whose addresses a proxy states is believed to the proxy alone."""
    import waitress
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler

    proxy = settings.CONFIGURATION.proxy
    behind = (
        {"trusted_proxy": proxy, "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"}} if proxy else {}
    )
    waitress.serve(
        WSGIHandler(),
        host=host,
        port=port,
        threads=8,
        ident=None,
        clear_untrusted_proxy_headers=True,
        max_request_body_size=LARGEST_REQUEST,
        **behind,
    )
