"""The command that writes a ledger as ODM: every entry of a real ledger, as typed, read by a second reader."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from firstdose.conduct.ledger import Author, Draft, FieldChange, Ledger, read_key, replay
from tests.cdisc.odm_reading import Database, parsed, read_groups, read_snapshot
from tests.cli.running import DONE, WRONG_INPUT, Ran, run
from tests.conduct.ledger.servers import quick_folder

HOSTILE = (
    "\x01\x0b\x1f",
    "\\u0001",
    "\ufffe\uffff",
    "]]><!--<?x &amp; \"'",
    "a\r\nb\tc  ",
    "مرحبا 😀",
    "=1+1",
    "-->\x7f\x85",
)
START = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    found = quick_folder("odm")
    monkeypatch.chdir(found)
    for name in ("DATABASE_URL", "FIRSTDOSE_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    assert run("ledger", "create").status == DONE
    yield found
    shutil.rmtree(found)


@pytest.fixture
def ledger(folder: Path) -> Iterator[Ledger]:
    """A ledger in which people typed what they liked, an entry an hour."""
    now = START - timedelta(hours=1)

    def clock() -> datetime:
        nonlocal now
        now += timedelta(hours=1)
        return now

    found = Ledger.open(f"sqlite:///{folder / 'firstdose.sqlite3'}", read_key(folder / "firstdose.key"), clock)
    for number, text in enumerate(HOSTILE, start=1):
        author = Author(f"anna{text}", "coordinator", text, "Europe/Rome")
        name, subject = f"P{number}/1", FieldChange("subject", None, f"P{number}")
        made = Draft("create", "adverse_events", name, (subject, FieldChange("term", None, text)))
        found.write(author, [made])
        found.write(
            author, [Draft("change", "adverse_events", name, (FieldChange("term", text, f"{text}!"),), f"{text}.")]
        )
    found.write(author, [Draft("create", "batches", text, (FieldChange("product", None, text),))])
    found.write(author, [Draft("event", "accounts", text, (FieldChange(text, None, text),))])
    yield found
    found.close()


def odm(file: str, *more: str) -> Ran:
    return run("ledger", "odm", file, *more)


def test_every_entry_stands_in_the_history_as_typed(ledger: Ledger, folder: Path) -> None:
    ran = odm("history.xml")
    assert ran.status == DONE, ran.err
    with ledger.entries() as entries:
        kept = list(entries)
    assert f"{len(kept):,} entries" in ran.out
    assert f"head {ledger.head()}" in ran.out
    root = parsed(folder / "history.xml")
    assert f"Ledger head {ledger.head()}." in root.get("Description")
    assert str(ledger.head()) in (folder / "firstdose.heads").read_text("utf-8")
    database, told = Database(), {}
    for group in read_groups(root):
        database.apply(group)
        assert group.audit is not None
        assert group.audit["SourceID"] not in told
        told[group.audit["SourceID"]] = group
    assert sorted(told, key=int) == [str(entry.sequence) for entry in kept]
    for entry in kept:
        audit = told[str(entry.sequence)].audit or {}
        assert (audit["DateTimeStamp"], audit.get("ReasonForChange", "")) == (entry.recorded, entry.reason)
        assert {each.field: each.value for each in told[str(entry.sequence)].items} == {
            change.field: change.new for change in entry.changes
        }
    assert database.state() == {name: dict(each.fields) for name, each in replay(kept).items()}
    assert "values and reasons with characters that XML cannot carry" in ran.out


def test_the_snapshot_of_a_past_moment_is_the_state_by_then(ledger: Ledger, folder: Path) -> None:
    ran = odm("state.xml", "--snapshot", "--as-of", "2026-03-02T11:30")
    assert ran.status == DONE, ran.err
    with ledger.entries(up_to=3) as entries:
        kept = list(entries)
    assert kept[-1].recorded < "2026-03-02T11:30"
    root = parsed(folder / "state.xml")
    assert root.get("FileType") == "Snapshot"
    assert f"3:{kept[-1].seal}" in root.get("Description")
    assert read_snapshot(root) == {name: dict(each.fields) for name, each in replay(kept).items()}
    assert "wrote state.xml: 2 records" in ran.out


def test_a_file_that_is_there_is_kept_and_only_the_owner_may_read_a_new_one(ledger: Ledger, folder: Path) -> None:
    (folder / "there.xml").write_text("mine")
    ran = odm("there.xml")
    assert ran.status == WRONG_INPUT
    assert "not overwritten" in ran.err
    assert (folder / "there.xml").read_text() == "mine"
    assert odm("new.xml").status == DONE
    assert (folder / "new.xml").stat().st_mode & 0o077 == 0
    assert not list(folder.glob("*.part"))


def test_a_moment_before_the_first_entry_is_told_as_such(ledger: Ledger, folder: Path) -> None:
    ran = odm("early.xml", "--as-of", "2020-01-01")
    assert ran.err == "--as-of: nothing had been entered by then; name a later moment, or leave it out\n"


@pytest.mark.parametrize("moment", ["yesterday", "2999-01-01T00:00", "2020-01-01", "0001-01-01T00:00+14:00"])
def test_a_moment_that_is_none_is_refused(ledger: Ledger, folder: Path, moment: str) -> None:
    ran = odm("refused.xml", "--as-of", moment)
    assert ran.status == WRONG_INPUT
    assert ran.err
    assert not (folder / "refused.xml").exists()


def test_an_empty_ledger_is_refused(folder: Path) -> None:
    ran = odm("empty.xml")
    assert ran.status == WRONG_INPUT
    assert ran.err == "the ledger holds no entry yet; there is nothing to write\n"
