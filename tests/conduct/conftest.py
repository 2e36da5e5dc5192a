"""What the tests of the conduct of a trial share."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from firstdose.conduct.ledger import back_up
from tests.conduct.ledger.places import Place, new_place
from tests.conduct.ledger.servers import quick_folder
from tests.conduct.running import Running, first_cohort, second_cohort
from tests.conduct.workplace import Workplace


@pytest.fixture
def place(database: Place) -> Workplace:
    """A trial without any records yet."""
    return Workplace(database)


@pytest.fixture
def database_kind() -> str:
    """The kind of database that a trial is run on; a file of tests may ask for both."""
    return "sqlite"


@pytest.fixture
def database(database_kind: str) -> Iterator[Place]:
    """An empty database of that kind."""
    folder = quick_folder("dosing")
    found = new_place(database_kind, folder)
    yield found
    found.close()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def first_done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of a trial whose first cohort is dosed; made once."""
    return copy_of(first_cohort, tmp_path_factory.mktemp("first"))


@pytest.fixture(scope="session")
def second_begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of a trial whose second cohort is ready to be dosed; made once."""
    return copy_of(second_cohort, tmp_path_factory.mktemp("second"))


def copy_of(steps: Callable[[Place], Running], folder: Path) -> Path:
    """What is in the ledger after some steps, as a copy that each test restores."""
    running = steps(new_place("sqlite", folder))
    back_up(running.ledger, folder / "copy.gz", running.now)
    running.ledger.close()
    return folder / "copy.gz"


@pytest.fixture
def running(database: Place) -> Running:
    """A trial at one site that has a batch, and nobody yet."""
    return Running(database)


@pytest.fixture
def one_cohort(first_done: Path, database: Place) -> Running:
    """P1 to P3 were dosed at level 1 on 2, 9 and 16 February, without a DLT; their cohort is open."""
    return Running(database, copy=first_done).at("2026-02-16T10:00")


@pytest.fixture
def ready(second_begun: Path, database: Place) -> Running:
    """The second level was decided on 19 March; P4 to P6 hold the slots of C2; it is 21 March, 10:00."""
    return Running(database, copy=second_begun).at("2026-03-21T10:00")
