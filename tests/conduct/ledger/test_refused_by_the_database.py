"""Whoever gets at the database: what it refuses itself. Names begin with the item."""

import sqlite3
from pathlib import Path

import psycopg
import pytest

from firstdose.conduct.ledger import Ledger, LedgerError, WrongKey, verify
from firstdose.conduct.ledger.entry import COLUMNS
from tests.conduct.ledger.places import OTHER_KEY, Place, filled, new_place
from tests.conduct.ledger.seals import first_bad, naive_seal
from tests.conduct.ledger.servers import APPLICATION, OWNER

CHANGING = (
    "UPDATE ledger_entries SET reason = 'other' WHERE sequence = 2",
    "UPDATE ledger_entries SET sequence = 99 WHERE sequence = 8",
    "DELETE FROM ledger_entries WHERE sequence = 8",
    "DELETE FROM ledger_entries",
    "DELETE FROM ledger_records",
    "UPDATE ledger_records SET fields = '{}'",
    "UPDATE ledger_records SET head = head + 1",
    "UPDATE ledger_records SET record = 'S01-9' WHERE record = 'S01-1'",
    "INSERT INTO ledger_records VALUES ('vital_sign', 'S01-9', '{}', 1, 0)",
)
OF_SQLITE = (
    "INSERT OR REPLACE INTO ledger_entries SELECT * FROM ledger_entries WHERE sequence = 2",
    "UPDATE OR REPLACE ledger_entries SET sequence = 1 WHERE sequence = 2",
    "INSERT OR REPLACE INTO ledger_records SELECT record_type, record, '{}', head, 0 FROM ledger_records",
    "INSERT INTO ledger_records SELECT record_type, record, '{}', head, 0 FROM ledger_records WHERE true "
    "ON CONFLICT (record_type, record) DO UPDATE SET fields = excluded.fields",
)
OF_POSTGRESQL = (
    "TRUNCATE ledger_entries",
    "TRUNCATE ledger_records",
    "TRUNCATE ledger_entries, ledger_records CASCADE",
    "DROP TABLE ledger_entries",
    "DROP TRIGGER ledger_entries_no_change ON ledger_entries",
    "ALTER TABLE ledger_entries DISABLE TRIGGER USER",
    "ALTER TABLE ledger_entries ADD COLUMN extra TEXT",
    "ALTER TABLE ledger_entries OWNER TO CURRENT_USER",
    "CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE RULE quiet AS ON INSERT TO ledger_entries DO INSTEAD NOTHING",
    "SET session_replication_role = replica",
)
# What each kind answers: a trigger that aborts, a right that is missing.
REFUSALS = (sqlite3.IntegrityError, psycopg.errors.RaiseException, psycopg.errors.InsufficientPrivilege)


@pytest.mark.parametrize("as_owner", [False, True], ids=["site", "owner"])
@pytest.mark.parametrize("statement", CHANGING)
def test_item_1_the_database_itself_refuses_to_change_or_delete(
    place: Place, ledger: Ledger, statement: str, as_owner: bool
) -> None:
    filled(ledger)
    before = place.stored_entries(), place.stored_records()
    with pytest.raises(REFUSALS):
        place.run(statement, as_owner=as_owner)
    assert (place.stored_entries(), place.stored_records()) == before
    assert verify(ledger).is_whole


def test_item_1_sqlite_refuses_what_replaces(tmp_path: Path) -> None:
    place = new_place("sqlite", tmp_path)
    filled(place.create())
    for statement in OF_SQLITE:
        with pytest.raises(sqlite3.IntegrityError, match="ledger"):
            place.run(statement)
    assert verify(place.open()).is_whole
    place.close()


@pytest.mark.postgresql
def test_item_1_postgresql_refuses_the_role_of_the_site(tmp_path: Path) -> None:
    place = new_place("postgresql", tmp_path)
    filled(place.create())
    for statement in OF_POSTGRESQL:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            place.run(statement, as_owner=False)
    place.run("GRANT ALL ON ledger_entries TO PUBLIC", as_owner=False)  # a warning, and nothing is granted
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        place.run("DELETE FROM ledger_entries", as_owner=False)
    with pytest.raises(psycopg.errors.RaiseException, match="only added to"):
        place.run("TRUNCATE ledger_entries, ledger_records")
    assert verify(place.open()).is_whole
    place.close()


@pytest.mark.postgresql
def test_item_1_a_table_that_hides_the_entries_deceives_no_guard(tmp_path: Path) -> None:
    """The site's role may make temporary tables; one of the same name comes first wherever a name is looked for."""
    place = new_place("postgresql", tmp_path)
    filled(place.create())
    schema = place.url.rpartition("%3D")[2]
    with place.raw(as_owner=False) as connection:
        connection.execute("CREATE TEMPORARY TABLE ledger_entries (LIKE ledger_entries)")
        connection.execute(f"INSERT INTO pg_temp.ledger_entries SELECT * FROM {schema}.ledger_entries")
        connection.execute("UPDATE pg_temp.ledger_entries SET sequence = sequence + 100")
        with pytest.raises(psycopg.errors.RaiseException, match="only by an entry"):
            connection.execute(f"UPDATE {schema}.ledger_records SET fields = '{{}}', head = head + 100")
    assert verify(place.open()).is_whole
    place.close()


@pytest.mark.postgresql
def test_item_1_the_owner_is_not_taken_for_the_role_of_the_site(tmp_path: Path) -> None:
    place = new_place("postgresql", tmp_path)
    place.create()
    for role, words in ((OWNER, "could switch off"), ("server", "could switch off"), ("nobody's", "no role")):
        with pytest.raises(LedgerError, match=words):
            place.as_owner().database.grant(role)
    with pytest.raises(LedgerError, match="only the owner"):
        place.open().database.grant(APPLICATION)
    place.close()


def test_item_7_an_entry_written_past_the_program_is_refused_or_named(place: Place, ledger: Ledger) -> None:
    """A shell or a bulk write: the database wants the next number and the last seal, and the seal takes the key."""
    filled(ledger)
    last = place.stored_entries()[-1]
    at = COLUMNS.index
    with place.raw(as_owner=False) as connection:
        for sequence, previous in ((8, last[-1]), (10, last[-1]), (9, last[-2]), (-1, last[-1]), (0, last[-1])):
            row = [sequence, *last[1:-2], previous, "0" * 64]
            with pytest.raises(REFUSALS):
                place.put_entry(connection, row)
        row = [9, *last[1:-2], last[-1], ""]
        row[at("account")] = "somebody.else"
        row[-1] = naive_seal(row, OTHER_KEY)
        place.put_entry(connection, row)
    found = verify(ledger)
    assert first_bad(found) == 9
    with pytest.raises(WrongKey):
        place.open()


def test_item_7_a_migration_of_the_tables_is_refused_or_named(place: Place, ledger: Ledger) -> None:
    filled(ledger)
    if place.kind == "postgresql":
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            place.run("ALTER TABLE ledger_records ADD COLUMN extra TEXT", as_owner=False)
        assert verify(ledger).is_whole
    else:
        place.run("ALTER TABLE ledger_records ADD COLUMN extra TEXT")
        assert [fault.words.split()[-2:] for fault in verify(ledger).faults] == [["TABLE", "ledger_records"]]


def test_item_7_many_rows_at_once_are_refused_whole(place: Place, ledger: Ledger) -> None:
    filled(ledger)
    rows = [(f"S02-{number}",) for number in range(50)]
    statement = place.marked("INSERT INTO ledger_records VALUES ('vital_sign', ?, '{}', 8, 0)")
    with place.raw(as_owner=False) as connection, pytest.raises(REFUSALS):
        connection.cursor().executemany(statement, rows)
    assert len(place.stored_records()) == 4
