"""Whoever gets at the database: what is found out afterwards. Names begin with the item."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from firstdose.conduct.ledger import Head, Ledger, LedgerError, WrongKey, back_up, rebuild, restore, verify
from firstdose.conduct.ledger.entry import COLUMNS
from tests.conduct.ledger.places import COORDINATOR, KEY, OTHER_KEY, Clock, Place, changed, entered, filled, new_place
from tests.conduct.ledger.seals import first_bad, naive_seal, resealed
from tests.conduct.ledger.servers import APPLICATION, OWNER, Server, programs

SWAP = ((3, 100), (6, 3), (100, 6))


def replace_all(place: Place, rows: Sequence[Sequence[Any]]) -> None:
    with place.unguarded() as connection:
        connection.execute("DELETE FROM ledger_entries")
        for row in rows:
            place.put_entry(connection, row)


def test_the_seal_is_what_the_page_says(place: Place, ledger: Ledger) -> None:
    filled(ledger)
    rows = place.stored_entries()
    assert [row[-1] for row in rows] == [naive_seal(row, KEY) for row in rows]
    assert [row[-2] for row in rows] == ["0" * 64, *(row[-1] for row in rows[:-1])]
    assert [row[0] for row in rows] == list(range(1, 9))


def test_item_2_an_edited_entry_is_named(place: Place, ledger: Ledger) -> None:
    filled(ledger)
    place.tamper("UPDATE ledger_entries SET reason = 'as in the source' WHERE sequence = 6")
    found = verify(ledger)
    assert first_bad(found) == 6
    assert "was altered" in found.faults[0].words


def test_item_2_guards_that_are_gone_or_changed_are_named(place: Place, ledger: Ledger) -> None:
    filled(ledger)
    if place.kind == "sqlite":
        place.run("DROP TRIGGER ledger_entries_no_update")
        place.run("DROP TRIGGER ledger_records_no_delete")
        place.run("CREATE TRIGGER ledger_records_no_delete BEFORE DELETE ON ledger_records BEGIN SELECT 1; END")
        place.run("DROP INDEX ledger_entries_request")
        expected = {"ledger_entries_no_update", "ledger_records_no_delete", "ledger_entries_request"}
    else:
        place.run("ALTER TABLE ledger_entries DISABLE TRIGGER ledger_entries_no_change")
        place.run("DROP TRIGGER ledger_records_no_delete ON ledger_records")
        place.run(
            "CREATE TRIGGER ledger_records_no_delete BEFORE DELETE ON ledger_records "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()"
        )
        place.run(
            "CREATE OR REPLACE FUNCTION ledger_entry_in_order() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN RETURN NEW; END'"
        )
        place.run("DROP INDEX ledger_entries_request")
        expected = {
            "ledger_entries_no_change",
            "ledger_records_no_delete",
            "ledger_entry_in_order",
            "ledger_entries_request",
        }
    found = verify(ledger)
    assert all("guard" in fault.words for fault in found.faults)
    assert {fault.words.split()[-1] for fault in found.faults} == expected


def test_item_3_a_chain_made_again_without_the_key_is_found_out(place: Place, ledger: Ledger) -> None:
    filled(ledger)
    rows = [list(row) for row in place.stored_entries()]
    rows[4][COLUMNS.index("changes")] = '[["pulse","61","70"]]'
    replace_all(place, resealed(rows, OTHER_KEY))
    found = verify(ledger)
    assert first_bad(found) == 1
    with pytest.raises(WrongKey, match="not sealed with this key"):
        place.open()


def test_item_3_a_chain_made_again_with_the_key_is_found_out_by_a_head(place: Place, ledger: Ledger) -> None:
    filled(ledger)
    heads = [ledger.head()]
    rows = [list(row) for row in place.stored_entries()]
    rows[4][COLUMNS.index("reason")] = "as in the source"
    replace_all(place, resealed(rows, KEY))
    assert verify(ledger).is_whole  # with the key in the wrong hands, only what is outside can tell
    assert first_bad(verify(ledger, heads)) == 8


@pytest.mark.parametrize("gone", [1, 3, 8])
def test_item_4_truncation_is_found_out_by_a_head(place: Place, ledger: Ledger, gone: int) -> None:
    filled(ledger)
    heads = [ledger.head()]
    kept = 8 - gone
    place.tamper(f"DELETE FROM ledger_entries WHERE sequence > {kept}", "DELETE FROM ledger_records")
    rebuild(place.as_owner())  # and the records made to fit what is left
    assert verify(ledger).is_whole  # nothing in the database tells of what it no longer holds
    found = verify(ledger, heads)
    assert first_bad(found) == kept + 1
    assert "cut short, or restored from an older copy" in found.faults[0].words


def test_item_5_two_entries_that_changed_places_are_named(place: Place, ledger: Ledger) -> None:
    filled(ledger)
    place.tamper(*(f"UPDATE ledger_entries SET sequence = {to} WHERE sequence = {of}" for of, to in SWAP))
    assert first_bad(verify(ledger)) == 3


def test_item_5_a_gap_is_named(place: Place, ledger: Ledger) -> None:
    filled(ledger)
    place.tamper("DELETE FROM ledger_entries WHERE sequence = 4")
    found = verify(ledger)
    assert first_bad(found) == 4
    assert found.faults[0].words == "is missing: entry 5 follows entry 3"


def test_item_5_a_repeated_sequence_is_named(place: Place, ledger: Ledger) -> None:
    """The table is made again without its key, or it would refuse the second one."""
    filled(ledger)
    names = ", ".join(COLUMNS)
    with place.raw() as connection:
        connection.execute(f"CREATE TABLE again AS SELECT {names} FROM ledger_entries")
        connection.execute("INSERT INTO again SELECT * FROM again WHERE sequence = 5")
        connection.execute("DROP TABLE ledger_entries")
        connection.execute("CREATE TABLE ledger_entries AS SELECT * FROM again")
    found = verify(place.as_owner())
    assert first_bad(found) == 5
    assert "there twice" in found.faults[0].words


def test_item_6_a_record_edited_past_the_entries_is_named(place: Place, ledger: Ledger) -> None:
    filled(ledger)
    place.tamper("""UPDATE ledger_records SET fields = '{"pulse":"99"}' WHERE record = 'S01-2'""")
    found = verify(ledger)
    assert first_bad(found) == 6  # the last entry about it
    assert "vital_sign S01-2 is not what its entries say" in found.faults[0].words


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM ledger_records WHERE record = 'S01-2'", "S01-2 is missing"),
        ("INSERT INTO ledger_records VALUES ('vital_sign', 'S09-1', '{}', 3, 0)", "S09-1 is in no entry"),
        ("UPDATE ledger_records SET head = 2 WHERE record = 'S01-2'", "S01-2 is not what"),
        ("UPDATE ledger_records SET is_removed = 2 WHERE record = 'S01-2'", "S01-2 is not what"),
        ("UPDATE ledger_records SET fields = 'nothing' WHERE record = 'S01-2'", "S01-2 is not what"),
        ("UPDATE ledger_records SET fields = '[1]' WHERE record = 'S01-2'", "S01-2 is not what"),
    ],
)
def test_item_6_any_other_way_too(place: Place, ledger: Ledger, statement: str, words: str) -> None:
    filled(ledger)
    place.tamper(statement)
    assert [words in fault.words for fault in verify(ledger).faults] == [True]


def test_item_6_rebuilding_mends_the_records_and_keeps_the_guards(place: Place, ledger: Ledger) -> None:
    filled(ledger)
    before = place.stored_records()
    place.tamper("DELETE FROM ledger_records WHERE record <> 'S01-1'", "UPDATE ledger_records SET fields = '{}'")
    if place.kind == "postgresql":
        with pytest.raises(LedgerError):
            rebuild(ledger)
    assert rebuild(place.as_owner()) == 4
    assert place.stored_records() == before
    assert verify(ledger).is_whole
    ledger.write(COORDINATOR, [changed("S01-1", "pulse", "81", "82")])
    assert verify(ledger).is_whole


def test_item_8_an_older_file_put_back_is_found_out(tmp_path: Path) -> None:
    place = new_place("sqlite", tmp_path)
    ledger = place.create()
    filled(ledger)
    place.close()
    assert place.path is not None
    shutil.copy(place.path, tmp_path / "older")
    later = place.open()
    later.write(COORDINATOR, [entered("S02-1", pulse="64")])
    seen = later.head()
    place.close()
    shutil.copy(tmp_path / "older", place.path)
    found = verify(place.open(), [seen])
    assert first_bad(found) == 9
    assert "older copy" in found.faults[0].words
    place.close()


@pytest.mark.postgresql
def test_item_8_an_older_dump_put_back_is_found_out(server: Server, tmp_path: Path) -> None:
    """With the server's own programs, as whoever looks after it would; it is whole, and older than what was seen."""
    database = server.new_database()
    place = Place("postgresql", server.url(OWNER, database), server.url(APPLICATION, database))
    filled(place.create())
    dump, folder = tmp_path / "older.dump", programs()
    assert folder is not None
    subprocess.run([folder / "pg_dump", "--format=custom", "-f", dump, place.owner_url], check=True)
    later = place.open()
    later.write(COORDINATOR, [entered("S02-1", pulse="64")])
    seen = later.head()
    place.close()
    back = server.new_database()
    subprocess.run([folder / "pg_restore", "--exit-on-error", "-d", server.url(OWNER, back), dump], check=True)
    restored = Ledger.open(server.url(APPLICATION, back), KEY, Clock())
    assert verify(restored).is_whole
    assert not restored.database.faults_of_rights()
    (fault,) = verify(restored, [seen]).faults
    assert "was seen before and is missing: the ledger ends at 8" in fault.words
    restored.close()


def test_item_9_two_branches_of_one_ledger_are_found_out(kind: str, tmp_path: Path) -> None:
    """The same copy restored twice, and both written to."""
    first, second = new_place(kind, tmp_path, "first"), new_place(kind, tmp_path, "second")
    ledger = first.create()
    filled(ledger)
    back_up(ledger, tmp_path / "copy", Clock().now)
    other = restore(tmp_path / "copy", second.owner_url, KEY, Clock())
    ledger.write(COORDINATOR, [entered("S02-1", pulse="64")])
    other.write(COORDINATOR, [entered("S02-1", pulse="65")])
    assert verify(ledger).is_whole
    assert verify(other).is_whole
    heads = [ledger.head(), other.head()]
    assert first_bad(verify(ledger, heads)) == first_bad(verify(other, heads)) == 9
    assert "forked" in verify(other, heads).faults[0].words
    # Merged: the other's entry after the own one.
    moved = [10, *second.stored_entries()[-1][1:]]
    with first.unguarded() as connection:
        first.put_entry(connection, moved)
    assert first_bad(verify(ledger)) == 10
    other.close()
    first.close()


def test_a_wrong_key_is_told_before_anything_is_written(place: Place, ledger: Ledger) -> None:
    filled(ledger)
    with pytest.raises(WrongKey, match="Give the key"):
        place.open(OTHER_KEY)
    assert len(verify(place.open(OTHER_KEY, to_verify=True)).faults) == 8


def test_a_head_is_read_as_it_is_printed(ledger: Ledger) -> None:
    filled(ledger)
    assert Head.of_text(f" {ledger.head()}\n") == ledger.head()
    for text in ("", "8", f"8:{'g' * 64}", f"-1:{'0' * 64}", f"²:{'0' * 64}", f"8:{'0' * 63}"):
        with pytest.raises(ValueError, match="is not a head"):
            Head.of_text(text)


@pytest.mark.parametrize(
    "text", ["[]x", "{}", "[[1,2,3]]", '[["pulse",null]]', "[" * 100_000, '[ ["pulse","61","81"]]']
)
def test_an_entry_that_cannot_be_read_is_named_and_stops_nothing(place: Place, ledger: Ledger, text: str) -> None:
    filled(ledger)
    place.tamper("UPDATE ledger_entries SET changes = ? WHERE sequence = 5", values=[text])
    found = verify(ledger)
    assert first_bad(found) == 5
    assert "cannot be read" in found.faults[0].words
    assert found.entries == 7


@pytest.mark.parametrize("value", [b"\xff\xfe", 7.5, "\ud800".encode("utf-8", "surrogatepass")])
@pytest.mark.parametrize("column", ["account", "changes", "seal"])
def test_what_is_no_text_is_named(tmp_path: Path, column: str, value: object) -> None:
    """SQLite keeps anything in any column: bytes, and by a cast bytes that pass for text."""
    place = new_place("sqlite", tmp_path)
    ledger = place.create()
    filled(ledger)
    cast = "CAST(? AS TEXT)" if isinstance(value, bytes) and value != b"\xff\xfe" else "?"
    place.tamper(f"UPDATE ledger_entries SET {column} = {cast} WHERE sequence = 5", values=[value])
    assert first_bad(verify(ledger)) == 5
    place.close()
