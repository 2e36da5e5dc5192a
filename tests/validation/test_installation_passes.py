"""On a sound machine every check passes, for both kinds of database, and nothing is left behind."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import psycopg
import pytest

from firstdose.conduct.ledger import LedgerError
from firstdose.validation.installation import Check, Finding, Installation, examine
from firstdose.validation.installation.check import Status
from tests.conduct.ledger.servers import APPLICATION, OWNER, PASSWORD, WITH_PASSWORD, Server, running_server
from tests.validation.benches import statuses

SITE = (Finding("site_made", "The site", "asked", "done", "expected", "seen", "passed"),)
THINGS = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"


def clock() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("checks")


@pytest.fixture(scope="module")
def told() -> list[tuple[int, int, str]]:
    return []


@pytest.fixture(scope="module")
def sound(folder: Path, told: list[tuple[int, int, str]]) -> Installation:
    """This machine, examined beside a file that stands for the database of a site."""
    (folder / "site.sqlite3").write_bytes(b"not to be touched")
    return examine(
        clock,
        f"sqlite:///{folder / 'site.sqlite3'}",
        lambda *_: SITE,
        lambda done, of, name: told.append((done, of, name)),
    )


def test_every_check_passes_or_says_why_it_cannot_be_made(sound: Installation) -> None:
    assert {name: status for name, status in statuses(sound.findings).items() if status != "passed"} in (
        {},
        {"program_files": "not checked"},  # where the tests run from a folder of sources
    )
    assert sound.passed
    assert len(sound.findings) > 20


def test_each_says_what_was_asked_done_expected_and_seen(sound: Installation) -> None:
    names = [finding.name for finding in sound.findings]
    assert len(set(names)) == len(names)
    for finding in sound.findings:
        assert all(finding.as_json.values()), finding
        assert finding.status in get_args(Status)
        assert Finding.of_json(json.loads(json.dumps(finding.as_json))) == finding


def test_what_is_there_is_left_alone_and_what_was_made_is_taken_away(sound: Installation, folder: Path) -> None:
    assert [path.name for path in folder.iterdir()] == ["site.sqlite3"]
    assert (folder / "site.sqlite3").read_bytes() == b"not to be touched"
    assert str(folder) in sound.facts["Files of the checks"]


def test_the_machine_is_named(sound: Installation) -> None:
    assert {"Machine", "Operating system", "Firstdose", "Python", "Databases", "Packages"} <= set(sound.facts)
    assert sound.facts["Databases"].startswith("SQLite 3.")
    assert "PostgreSQL was not examined" in sound.facts["Databases"]


def test_progress_tells_each_name(sound: Installation, told: list[tuple[int, int, str]]) -> None:
    steps = len(sound.findings)
    assert [number for number, _, _ in told] == list(range(steps + 1))
    assert {of for _, of, _ in told} == {steps}
    assert [name for _, _, name in told][-2:] == ["site", ""]
    assert [name for _, _, name in told][:-2] == [finding.name for finding in sound.findings[:-1]]


def test_an_address_that_names_no_database_is_refused() -> None:
    with pytest.raises(LedgerError, match="must be sqlite"):
        examine(clock, "mysql://somebody@localhost/trial")


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="can make no folder of their own there"):
        examine(clock, f"sqlite:///{tmp_path / 'none' / 'site.sqlite3'}")


def test_without_a_folder_that_of_the_system_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from firstdose.validation.installation import examining

    seen: list[Path] = []

    def none(_: object, __: object, folder: Path) -> tuple[Check, ...]:
        seen.append(folder)
        return ()

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(examining, "_checks", none)
    assert not examine(clock).passed, "nothing was checked"
    assert seen[0].parent == tmp_path


@pytest.mark.postgresql
def test_on_a_server_all_but_its_settings_pass_and_nothing_is_left(
    monkeypatch: pytest.MonkeyPatch, sound: Installation
) -> None:
    """The server of the tests writes nothing to the disk (fsync is off), which is told; files were examined above."""
    from firstdose.validation.installation import examining

    every = examining._checks
    monkeypatch.setattr(examining, "_checks", lambda clock, places, folder: every(clock, places[1:], folder))
    server = running_server()
    url = server.url(OWNER, server.new_database())
    found = examine(clock, url)
    assert [name for name, status in statuses(found.findings).items() if status == "failed"] == ["postgresql_settings"]
    assert not found.passed
    seen = {finding.name: finding.seen for finding in found.findings}
    assert seen["postgresql_settings"].startswith("fsync = off")
    assert {name.removeprefix("postgresql_") for name in seen if name.startswith("postgresql_")} == {
        name.removeprefix("sqlite_") for name in statuses(sound.findings) if name.startswith("sqlite_")
    }
    assert "PostgreSQL" in found.facts["Databases"]
    with psycopg.connect(url) as connection:
        schemas = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'firstdose%'").fetchall()
    assert schemas == []


@pytest.fixture
def server() -> Server:
    return running_server()


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("CREATE TABLE patients (name text)", "public.patients"),
        ("CREATE VIEW seen AS SELECT 1", "public.seen"),
        ("CREATE SEQUENCE numbers", "public.numbers"),
        ("CREATE SCHEMA elsewhere", "schema elsewhere"),
        ("CREATE SCHEMA elsewhere CREATE TABLE patients (name text)", "elsewhere.patients"),
        ("CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'", "public.one()"),
        ("SELECT lo_create(0)", "large object"),
    ],
)
def test_a_database_that_holds_anything_is_refused_and_left_as_it_is(
    server: Server, statement: str, named: str
) -> None:
    url = server.url(OWNER, server.new_database())
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())
        before = connection.execute("SELECT count(*) FROM pg_class").fetchone()
        with pytest.raises(LedgerError, match="not empty") as refused:
            examine(clock, url)
        assert connection.execute("SELECT count(*) FROM pg_class").fetchone() == before
    assert named in str(refused.value)
    assert "nothing was done" in str(refused.value)


@pytest.mark.postgresql
def test_the_ledger_of_a_trial_is_refused(server: Server) -> None:
    from firstdose.conduct.ledger import Ledger
    from tests.conduct.ledger.places import KEY, Clock

    url = server.url(OWNER, server.new_database())
    Ledger.create(url, KEY, Clock()).close()
    with pytest.raises(LedgerError, match=r"it holds public\.ledger_"):
        examine(clock, url)


@pytest.mark.postgresql
def test_a_role_that_may_make_nothing_is_told_what_to_do(server: Server) -> None:
    name = server.new_database()
    with pytest.raises(LedgerError, match="name the test database's owner"):
        examine(clock, server.url(APPLICATION, name))


@pytest.mark.postgresql
def test_no_password_is_told(server: Server) -> None:
    url = server.url(f"{WITH_PASSWORD}:{PASSWORD.replace(' ', '%20')}", server.new_database())
    with pytest.raises(LedgerError) as refused:
        examine(clock, url)
    assert PASSWORD not in str(refused.value)
