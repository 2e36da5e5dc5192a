"""A site of a test's own, beside the one that the tests of pages share: filled by the test, gone at its end."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from firstdose.conduct.ledger import Ledger, read_key
from tests.conduct.ledger.servers import quick_folder
from tests.dosing.trial import ROME
from tests.web.browsing import user_of
from tests.web.sites import Sites


@contextmanager
def another_site(shared: Sites, fill: Callable[[Any], None]) -> Iterator[Any]:
    """The trial of a site that ``fill`` has filled; pages are its own meanwhile, and the shared site's afterwards."""
    shared.leave()
    shared.at = None
    mine = Sites(quick_folder("own"), fill)
    try:
        yield mine.of("sqlite", "own")
    finally:
        mine.leave()
        shutil.rmtree(mine.folder)


def browser_of(account: str) -> Any:
    """A browser in which somebody is signed in, whichever site the pages are of."""
    from django.test import Client

    found = Client()
    found.force_login(user_of(account), backend="django.contrib.auth.backends.ModelBackend")
    return found


class Clock:
    """What the site's machine believes the time to be, in Rome."""

    def __init__(self) -> None:
        self.at("2026-01-05T08:00")

    def __call__(self) -> datetime:
        return self.moment

    def at(self, local: str) -> None:
        self.moment = datetime.fromisoformat(local).replace(tzinfo=ROME)


def set_clock(patch: pytest.MonkeyPatch, clock: Clock) -> None:
    """Let everything of the site that asks for the time ask this clock."""
    from firstdose.web import routes, trial

    asked = trial.now
    assert routes.ROUTES, "every page is imported"
    for name, module in list(sys.modules.items()):
        if name.startswith("firstdose.web") and getattr(module, "now", None) is asked:
            patch.setattr(module, "now", clock)


@contextmanager
def site_with_clock(shared: Sites, fill: Callable[[Any], None], patch: pytest.MonkeyPatch) -> Iterator[Clock]:
    """The clock of a site of a test's own, which ``fill`` has filled."""
    found = Clock()
    set_clock(patch, found)
    with another_site(shared, fill):
        yield found


def place_of(configuration: Any, protocol_file: str) -> Any:
    """Where a trial that is run by commands finds the ledger of a site, which is made for it with its protocol."""
    from firstdose.web import starting

    starting.make_ledger(configuration, protocol_file, Clock()()).close()
    key = read_key(configuration.key_file)
    return SimpleNamespace(create=lambda clock: Ledger.open(configuration.database_url, key, clock))
