"""What hinders a site from starting: what, where, why, and how to mend it in words, without any secret."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from firstdose.conduct.ledger import LedgerError
from firstdose.conduct.ledger.database import open_database
from firstdose.web import starting, starting_rights
from tests.conduct.ledger.places import KEY, new_place
from tests.conduct.ledger.servers import APPLICATION, OWNER, SUPERUSER, WITH_PASSWORD, database_in, running_server
from tests.web.sites import Sites

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
FORM = "must be postgresql://USER@HOST/NAME"


@pytest.fixture
def refusal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], str]:
    """What the start of a site says about the address of its database."""

    def said(url: str) -> str:
        for name, text in {"DATABASE_URL": url, "FIRSTDOSE_FOLDER": str(tmp_path / "site")}.items():
            monkeypatch.setenv(name, text)
        with pytest.raises(LedgerError) as found:
            starting.prepare()
        return str(found.value)

    return said


@pytest.mark.parametrize(
    ("url", "where", "why", "mend"),
    [
        ("postgresql://site@nowhere.invalid/trial", "nowhere.invalid/trial", "cannot be reached", "correct the host"),
        ("postgresql://site:sec%40ret@localhost:1/trial", "localhost:1/trial", "refused", "start the server, or"),
        ("postgresql://site:sec%40ret@localhost", "DATABASE_URL", FORM, "names no database"),
        ("postgresql://site:sec%zzret@localhost/trial", "DATABASE_URL", FORM, "special letters as %40"),
        ("postgresql://site:sec@ret@localhost/trial", "DATABASE_URL", FORM, "special letters as %40"),
        ("postgresql://site:sec/ret@localhost/trial", "DATABASE_URL", FORM, "special letters as %40"),
        ("mysql://site:sec@ret@localhost/trial", "DATABASE_URL", "must be sqlite:///PATH", "or postgresql://"),
        ("trial.sqlite3", "DATABASE_URL", "must be sqlite:///PATH", "or postgresql://"),
        ("", "DATABASE_URL", "must be sqlite:///PATH", "or postgresql://"),
    ],
)
def test_a_wrong_address_is_told_with_what_to_do(
    refusal: Callable[[str], str], url: str, where: str, why: str, mend: str
) -> None:
    words = refusal(url)
    for part in ("DATABASE_URL: ", where, why, mend):
        assert part in words
    assert "sec" not in words


def test_a_file_that_cannot_be_written_is_told(refusal: Callable[[str], str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no database of anybody, but long enough to be taken for one\n" * 50)
    for path, why in (
        (tmp_path / "file" / "trial.sqlite3", "cannot be made (File exists)"),
        (Path("/proc/none/trial.sqlite3"), "cannot be made (No such file or directory)"),
        (tmp_path, "cannot be opened as a database (unable to open database file)"),
        (tmp_path / "file", "cannot be opened as a database (file is not a database)"),
    ):
        words = refusal(f"sqlite:///{path}")
        assert words.startswith(f"DATABASE_URL: {path}: {why}; name a file of SQLite in a folder that the account")


def test_a_folder_that_cannot_be_made_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("FIRSTDOSE_FOLDER", str(tmp_path / "file"))
    monkeypatch.setenv("FIRSTDOSE_FOLDER", os.environ["FIRSTDOSE_FOLDER"])
    with pytest.raises(LedgerError, match=r"file/site: the folder of the site cannot be made \(.*\); name one with"):
        starting.prepare(tmp_path / "file" / "site")


@pytest.mark.postgresql
def test_what_a_server_refuses_is_told(refusal: Callable[[str], str]) -> None:
    server = running_server()
    for url, why, mend in (
        (server.url(WITH_PASSWORD), "no password supplied", "the file that PGPASSFILE names"),
        (
            server.url(f"{WITH_PASSWORD}:wrong-one"),
            f'password authentication failed for user "{WITH_PASSWORD}"',
            "the file that PGPASSFILE names",
        ),
        (server.url(APPLICATION, "missing"), 'database "missing" does not exist', "make it with CREATE DATABASE"),
        (server.url("nobody"), 'role "nobody" does not exist', "make the role with CREATE ROLE"),
    ):
        words = refusal(url)
        assert words.startswith("DATABASE_URL: local server/")
        assert why in words
        assert mend in words
        assert "wrong-one" not in words


def test_what_is_not_the_owner_of_the_same_database_is_refused() -> None:
    site = {"DATABASE_URL": "postgresql://site@server/trial"}
    assert starting_rights.role_of_site(site, "postgresql://owner@server/trial") == "site"
    for environment, owner, words in (
        ({}, "postgresql://owner@server/trial", "set DATABASE_URL to"),
        ({"DATABASE_URL": "sqlite:///trial.sqlite3"}, "postgresql://owner@server/trial", "is for PostgreSQL"),
        (site, "sqlite:///trial.sqlite3", "is for PostgreSQL"),
        (site, "postgresql://owner@server/other", "name two databases"),
        (site, "postgresql://owner@elsewhere/trial", "name two databases"),
        (site, "postgresql://site@server/trial", "must name two roles"),
        ({"DATABASE_URL": "postgresql://server/trial"}, "postgresql://owner@server/trial", "must name two roles"),
    ):
        with pytest.raises(LedgerError, match=words):
            starting_rights.role_of_site(environment, owner)


@pytest.fixture
def on_server(sites: Sites) -> Any:
    """A site on a server that works in its role; and its database."""
    trial = sites.of("postgresql", Path(__file__).name)
    starting_rights.check_as_site(trial.ledger.database)
    return trial


WRONG_RIGHTS = (
    (
        "GRANT UPDATE ON ledger_entries TO {role}",
        "REVOKE UPDATE ON ledger_entries FROM {role}",
        "may UPDATE on",
    ),
    (
        "GRANT UPDATE (reason) ON ledger_entries TO {role}",
        "REVOKE UPDATE (reason) ON ledger_entries FROM {role}",
        "may UPDATE on ledger_entries",
    ),
    (
        "GRANT DELETE ON ledger_records TO {role}",
        "REVOKE DELETE ON ledger_records FROM {role}",
        "may DELETE on",
    ),
    ("GRANT TRUNCATE ON ledger_entries TO PUBLIC", "REVOKE ALL ON ledger_entries FROM PUBLIC", "may TRUNCATE on"),
    ("GRANT TRIGGER ON ledger_records TO {role}", "REVOKE TRIGGER ON ledger_records FROM {role}", "may TRIGGER on"),
    ("REVOKE INSERT ON ledger_entries FROM {role}", "GRANT INSERT ON ledger_entries TO {role}", "may not INSERT on"),
    ("REVOKE DELETE ON django_session FROM {role}", "GRANT DELETE ON django_session TO {role}", "may not DELETE on dj"),
    ("GRANT {owner} TO {role}", "REVOKE {owner} FROM {role}", "could switch off its guards"),
    ("ALTER ROLE {role} SUPERUSER", "ALTER ROLE {role} NOSUPERUSER", "rules the server"),
)


@pytest.mark.postgresql
@pytest.mark.parametrize(("wrong", "mended", "words"), WRONG_RIGHTS)
def test_item_1_a_site_with_too_many_or_too_few_rights_does_not_start(
    on_server: Any, wrong: str, mended: str, words: str
) -> None:
    as_ruler = running_server().url(SUPERUSER, database_in(on_server.configuration.database_url))
    names = {"role": APPLICATION, "owner": OWNER}
    with psycopg.connect(as_ruler, autocommit=True) as server:
        server.execute(wrong.format(**names).encode())
        try:
            with pytest.raises(LedgerError, match=words) as refused:
                starting_rights.check_as_site(on_server.ledger.database)
            assert "firstdose serve --owner" in str(refused.value)
        finally:
            server.execute(mended.format(**names).encode())
    starting_rights.check_as_site(on_server.ledger.database)


@pytest.mark.postgresql
def test_a_site_of_an_older_version_waits_for_its_owner(on_server: Any) -> None:
    as_owner = running_server().url(OWNER, database_in(on_server.configuration.database_url))
    with psycopg.connect(as_owner, autocommit=True) as owner:
        last = owner.execute("DELETE FROM django_migrations WHERE app = 'firstdose_web' RETURNING app, name, applied")
        rows = last.fetchall()
        with pytest.raises(LedgerError, match="older version; the owner renews them: firstdose serve --owner"):
            starting_rights.check_as_site(on_server.ledger.database)
        for row in rows:
            owner.execute("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)", row)
    starting_rights.check_as_site(on_server.ledger.database)


@pytest.mark.postgresql
def test_a_database_without_a_site_is_made_by_its_owner(tmp_path: Path) -> None:
    place = new_place("postgresql", tmp_path)
    with pytest.raises(LedgerError, match=r"its owner makes one: firstdose serve PROTOCOL --owner postgresql://"):
        starting_rights.check_as_site(open_database(place.url))


def test_a_ledger_that_was_made_empty_gets_its_protocol_at_the_first_start(tmp_path: Path) -> None:
    ledger = new_place("sqlite", tmp_path).create(KEY)
    assert not starting.has_protocol(ledger)
    text = Path("src/firstdose/examples/nsc-spms/protocol.yaml").read_text("utf-8")
    starting.add_version(ledger, text, NOW)
    assert starting.has_protocol(ledger)
    ledger.close()


def test_no_account_gets_the_name_of_another(sites: Sites) -> None:
    """As it would where the ledger was restored and its accounts were not."""
    ledger = sites.of("sqlite", Path(__file__).name).ledger
    assert starting.new_account(ledger, "somebody") == "somebody"
    assert starting.new_account(ledger, "administrator") == "administrator-2"
