"""A place for a ledger in each kind of database."""

import shutil
from collections.abc import Iterator

import pytest

from firstdose.conduct.ledger import Ledger
from tests.conduct.ledger.places import KINDS, Place, new_place
from tests.conduct.ledger.servers import Server, quick_folder, running_server


@pytest.fixture(params=[pytest.param(kind, marks=[pytest.mark.postgresql] * (kind == "postgresql")) for kind in KINDS])
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of database: each test is run on both."""
    return str(request.param)


@pytest.fixture
def place(kind: str) -> Iterator[Place]:
    """An empty place."""
    folder = quick_folder("ledger")
    found = new_place(kind, folder)
    yield found
    found.close()
    shutil.rmtree(folder)


@pytest.fixture
def ledger(place: Place) -> Ledger:
    """A new ledger there, as the site works with it."""
    return place.create()


@pytest.fixture
def server() -> Server:
    """The server itself; a test that uses it is to be marked postgresql."""
    return running_server()
