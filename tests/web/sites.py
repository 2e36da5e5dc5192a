"""The site of the tests, once in each kind of database; Django is turned to the one that a test asks for."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from firstdose.web.configuration import Configuration
from tests.conduct.ledger.servers import APPLICATION, OWNER, running_server

BOTH_KINDS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql))
on_both = pytest.mark.parametrize("database_kind", BOTH_KINDS, scope="session")
"""A test of pages that is run on both kinds of database."""


@dataclass
class Sites:
    """Where sites are made, how one is filled, and those that were made."""

    folder: Path
    fill: Callable[[Configuration], None]
    made: dict[str, Configuration] = field(default_factory=dict)
    at: Configuration | None = None

    def of(self, kind: str) -> Any:
        """The trial in a kind of database, of which the pages are now."""
        from firstdose.web.trial import the_trial

        if kind not in self.made:
            self.made[kind] = self._made(kind)
        if self.at is not self.made[kind]:
            self._turn_to(self.made[kind])
        return the_trial()

    def _made(self, kind: str) -> Configuration:
        """A site, made as its owner and left to the role that works with it."""
        from firstdose.web import starting, starting_rights

        folder = self.folder / kind
        configuration = replace(
            Configuration.of(os.environ),
            folder=folder,
            database_url=f"sqlite:///{folder / 'site.sqlite3'}",
            key_file=folder / "ledger.key",
            heads_file=folder / "ledger.heads",
        )
        folder.mkdir()
        if kind == "sqlite":
            starting.database_of(configuration).reach()
            self._turn_to(configuration)
            starting.make_tables()
            self.fill(configuration)
            return configuration
        server = running_server()
        schema = server.new_schema()
        of_owner = replace(configuration, database_url=server.url(OWNER, schema=schema))
        self._turn_to(of_owner)
        starting.make_tables()
        self.fill(of_owner)
        database = starting.database_of(of_owner)
        starting_rights.let_in(database, APPLICATION)
        database.close()
        return replace(configuration, database_url=server.url(APPLICATION, schema=schema))

    def _turn_to(self, configuration: Configuration) -> None:
        """Let pages, accounts and ledger be those of a site."""
        from django.conf import settings
        from django.db import connections

        from firstdose.web.settings import database_of

        self.leave()
        settings.CONFIGURATION = configuration
        databases = connections.configure_settings({"default": database_of(configuration.database_url)})
        connections.settings["default"] = databases["default"]
        del connections["default"]
        self.at = configuration

    def leave(self) -> None:
        """Give back the connections of this thread."""
        from django.db import connections

        from firstdose.web.trial import the_trial

        if self.at is not None and the_trial.cache_info().currsize:
            the_trial().ledger.close()
        the_trial.cache_clear()
        connections.close_all()
