"""The site of the tests, filled once in each kind of database; each file of tests works with a copy of its own.

Django is turned to the copy that a test asks for. What the tests of one file enter is not seen by those of another,
whatever the order they run in.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from firstdose.web.configuration import Configuration
from tests.conduct.ledger.servers import APPLICATION, OWNER, database_in, running_server

BOTH_KINDS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql))
on_both = pytest.mark.parametrize("database_kind", BOTH_KINDS, scope="session")
"""A test of pages that is run on both kinds of database."""


@dataclass
class Sites:
    """Where sites are made, how one is filled, those that were, and the copy of one that the pages are of now."""

    folder: Path
    fill: Callable[[Configuration], None]
    filled: dict[str, Configuration] = field(default_factory=dict)
    at: tuple[str, str] | None = None

    def of(self, kind: str, file: str) -> Any:
        """The trial in a kind of database, of which the pages are now: a fresh copy when another file has asked."""
        from firstdose.web.trial import the_trial

        if kind not in self.filled:
            self.filled[kind] = self._filled(kind)
        if self.at != (kind, file):
            self.leave()
            self._turn_to(self._copy(kind))
            self.at = (kind, file)
        trial = the_trial()
        trial.patience = 0.0  # a slow machine keeps pages for a while that a quick one makes anew
        return trial

    def _filled(self, kind: str) -> Configuration:
        """A site, made as its owner and left to the role that works with it."""
        from firstdose.web import starting, starting_rights

        folder = self.folder / f"{kind}-filled"
        folder.mkdir()
        configuration = at_folder(replace(Configuration.of(os.environ), database_url=""), folder)
        if kind == "sqlite":
            starting.database_of(configuration).reach()
            self._turn_to(configuration)
            starting.make_tables()
            self.fill(configuration)
            return configuration
        server = running_server()
        name = server.new_database()
        of_owner = replace(configuration, database_url=server.url(OWNER, name))
        self._turn_to(of_owner)
        starting.make_tables()
        self.fill(of_owner)
        database = starting.database_of(of_owner)
        starting_rights.let_in(database, APPLICATION)
        database.close()
        return replace(configuration, database_url=server.url(APPLICATION, name))

    def _copy(self, kind: str) -> Configuration:
        """A copy of a filled site, in the place of the copy before."""
        filled, folder = self.filled[kind], self.folder / kind
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(filled.folder, folder)
        copy = at_folder(filled, folder)
        if kind == "sqlite":
            return copy
        server = running_server()
        name = server.new_database(f"TEMPLATE {database_in(filled.database_url)}")
        return replace(copy, database_url=server.url(APPLICATION, name))

    def _turn_to(self, configuration: Configuration) -> None:
        """Let pages, accounts and ledger be those of a site."""
        from django.conf import settings
        from django.db import connections

        from firstdose.web.settings import database_of

        self.leave()
        settings.CONFIGURATION = configuration
        databases = connections.configure_settings({"default": database_of(configuration.database_url)})
        connections.settings["default"] = databases["default"]
        connections["default"] = connections.create_connection("default")  # this thread may have had none yet

    def leave(self) -> None:
        """Give back the connections of this thread."""
        from django.db import connections

        from firstdose.web.trial import the_trial

        if the_trial.cache_info().currsize:
            the_trial().ledger.close()
        the_trial.cache_clear()
        connections.close_all()


def at_folder(configuration: Configuration, folder: Path) -> Configuration:
    """The configuration of a site whose files are in a folder; its database too, unless that is a server's."""
    server = configuration.database_url.startswith("postgresql")
    return replace(
        configuration,
        folder=folder,
        database_url=configuration.database_url if server else f"sqlite:///{folder / 'site.sqlite3'}",
        key_file=folder / "ledger.key",
        heads_file=folder / "ledger.heads",
    )
