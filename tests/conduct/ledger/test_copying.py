"""Copies made while others write, and what is made of them; names begin with the item of the adversarial list."""

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from firstdose.conduct.ledger import (
    Author,
    Head,
    Ledger,
    LedgerError,
    SeenHeads,
    WrongKey,
    back_up,
    copying,
    make_key,
    read_copy,
    read_key,
    restore,
    verify,
)
from tests.conduct.ledger.places import (
    COORDINATOR,
    KEY,
    KINDS,
    OTHER_KEY,
    START,
    Clock,
    Place,
    entered,
    filled,
    new_place,
)
from tests.patience import PATIENCE_SECONDS

WRITERS = 3


@contextmanager
def writers(ledger: Ledger) -> Iterator[list[int]]:
    """Threads that write as long as this lasts, each with its own connection; how many entries were acknowledged."""
    stopped, done = threading.Event(), [0] * WRITERS

    def write(number: int) -> None:
        while not stopped.is_set():
            name = f"{number}-{done[number]}"
            ledger.write(Author(f"writer.{number}", "coordinator"), [entered(name, pulse="60")])
            done[number] += 1
        ledger.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    try:
        yield done
    finally:
        stopped.set()
        for thread in threads:
            thread.join()


def wait_until(done: list[int], more: int) -> None:
    end, until = time.monotonic() + PATIENCE_SECONDS, sum(done) + more
    while sum(done) < until:
        assert time.monotonic() < end
        time.sleep(0.002)


@pytest.mark.postgresql
@pytest.mark.parametrize("kind", KINDS)
def test_item_22_a_copy_made_during_writes_is_restored_to_the_other_kind_and_back(kind: str, tmp_path: Path) -> None:
    """From a file to a server and back to a file, and the other way round."""
    other_kind = KINDS[1 - KINDS.index(kind)]
    first, second, third = (
        new_place(each, tmp_path, f"place-{at}") for at, each in enumerate([kind, other_kind, kind])
    )
    ledger = first.create()
    filled(ledger)
    with writers(ledger) as done:
        wait_until(done, 20)
        head = back_up(ledger, tmp_path / "copy", START)
        wait_until(done, 10)
    assert verify(ledger, [head]).is_whole
    assert ledger.head().sequence == 8 + sum(done) > head.sequence + 5
    other = restore(tmp_path / "copy", second.owner_url, KEY, Clock(), [head])
    found = verify(other, [head])
    assert found.is_whole, found.faults
    assert found.head == head
    expected = [row for row in first.stored_entries() if row[0] <= head.sequence]
    assert second.stored_entries() == expected
    other.write(COORDINATOR, [entered("afterwards", pulse="60")])
    last = back_up(other, tmp_path / "again", START)
    back = restore(tmp_path / "again", third.owner_url, KEY, Clock(), [head, last])
    assert verify(back, [head, last]).is_whole
    assert third.stored_entries() == second.stored_entries()
    assert third.stored_records() == second.stored_records()
    for each in (other, back):
        each.close()
    first.close()


def test_item_20_reading_all_while_others_write_sees_one_moment(place: Place, ledger: Ledger) -> None:
    filled(ledger)
    with writers(ledger) as done:
        wait_until(done, 10)
        with ledger.entries() as entries:
            first = [next(entries) for _ in range(3)]
            at_most = 8 + sum(done) + WRITERS
            wait_until(done, 30)
            rest = list(entries)
        for _ in range(5):  # entries and records of one moment, or each would seem to be ahead of the other
            assert verify(ledger).is_whole
    assert [entry.sequence for entry in [*first, *rest]] == list(range(1, len(rest) + 4))
    assert len(rest) + 3 <= at_most
    found = verify(ledger)
    assert found.is_whole
    assert found.entries == 8 + sum(done)


def test_the_same_ledger_gives_the_same_copy_and_none_is_overwritten(ledger: Ledger, tmp_path: Path) -> None:
    filled(ledger)
    for name in ("first", "second"):
        assert back_up(ledger, tmp_path / "copies" / name, START) == ledger.head()
    first = tmp_path / "copies" / "first"
    assert first.read_bytes() == first.with_name("second").read_bytes()
    assert first.stat().st_mode & 0o077 == 0
    with pytest.raises(LedgerError, match="not overwritten"):
        back_up(ledger, first, START)
    assert sorted(path.name for path in first.parent.iterdir()) == ["first", "second"]


def lines_of(path: Path) -> list[bytes]:
    return gzip.decompress(path.read_bytes()).split(b"\n")[:-1]


DAMAGES: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "an entry altered": lambda lines: [*lines[:3], lines[3].replace(b"63", b"68"), *lines[4:]],
    "an entry missing": lambda lines: [*lines[:3], *lines[4:]],
    "entries swapped": lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]],
    "no last line": lambda lines: lines[:-1],
    "the last entry missing": lambda lines: [*lines[:-2], lines[-1]],
    "cut short with a last line of its own": lambda lines: [
        *lines[:-2],
        json.dumps({"head": f"7:{json.loads(lines[-3])[-1]}"}).encode(),
    ],
    "something after the end": lambda lines: [*lines, lines[-2]],
    "another format": lambda lines: [lines[0].replace(b"ledger 1", b"ledger 2"), *lines[1:]],
    "no first line": lambda lines: lines[1:],
    "not an entry": lambda lines: [*lines[:3], b"[1, 2]", *lines[4:]],
    "not JSON": lambda lines: [*lines[:3], b"[" * 100_000, *lines[4:]],
    "true for 1": lambda lines: [lines[0], lines[1].replace(b"[1,", b"[true,"), *lines[2:]],
    "nothing": lambda lines: [],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_nothing_is_made_of_a_copy_that_is_damaged(tmp_path: Path, damage: str) -> None:
    source, target = new_place("sqlite", tmp_path, "source"), new_place("sqlite", tmp_path, "target")
    ledger = source.create()
    filled(ledger)
    head = back_up(ledger, tmp_path / "copy", START)
    source.close()
    lines = DAMAGES[damage](lines_of(tmp_path / "copy"))
    (tmp_path / "damaged").write_bytes(gzip.compress(b"".join(line + b"\n" for line in lines)))
    with pytest.raises(LedgerError):
        restore(tmp_path / "damaged", target.url, KEY, Clock(), [head])
    assert target.path is not None
    assert not target.path.exists()


def test_a_copy_that_is_cut_off_or_was_sealed_with_another_key_is_refused(tmp_path: Path, place: Place) -> None:
    source = new_place("sqlite", tmp_path, "source")
    ledger = source.create()
    filled(ledger)
    back_up(ledger, tmp_path / "copy", START)
    source.close()
    content = (tmp_path / "copy").read_bytes()
    for kept in (0, 1, 9, 20, len(content) // 2, len(content) - 1):
        (tmp_path / "cut").write_bytes(content[:kept])
        with pytest.raises(LedgerError, match=r"damaged|cut short|not a copy"):
            restore(tmp_path / "cut", place.owner_url, KEY, Clock())
    with pytest.raises(LedgerError, match="entry 1 was altered, or was not written"):
        restore(tmp_path / "copy", place.owner_url, OTHER_KEY, Clock())
    later = Head(9, "0" * 64)
    with pytest.raises(LedgerError, match=r"entry 9 was seen before.*older"):
        restore(tmp_path / "copy", place.owner_url, KEY, Clock(), [later])
    with pytest.raises(LedgerError, match="damaged"):
        restore(tmp_path / "absent", place.owner_url, KEY, Clock())
    restore(tmp_path / "copy", place.owner_url, KEY, Clock()).close()
    with pytest.raises(LedgerError, match="there is a ledger already"):
        restore(tmp_path / "copy", place.owner_url, KEY, Clock())


def test_a_restore_that_fails_in_its_middle_leaves_no_ledger(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = new_place("sqlite", tmp_path, "source")
    ledger = source.create()
    filled(ledger)
    back_up(ledger, tmp_path / "copy", START)
    source.close()

    def failing(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(copying, "store", failing)
        with pytest.raises(KeyboardInterrupt):
            restore(tmp_path / "copy", place.owner_url, KEY, Clock())
    restored = restore(tmp_path / "copy", place.owner_url, KEY, Clock())
    assert verify(restored).entries == 8
    restored.close()


def test_an_empty_ledger_can_be_copied(tmp_path: Path, place: Place) -> None:
    source = new_place("sqlite", tmp_path, "source")
    head = back_up(source.create(), tmp_path / "copy", START)
    source.close()
    assert list(read_copy(tmp_path / "copy")) == []
    restored = restore(tmp_path / "copy", place.owner_url, KEY, Clock(), [head])
    assert restored.head() == head
    assert verify(restored, [head]).is_whole
    restored.close()


def test_heads_are_kept_one_a_line_and_survive_a_crash(tmp_path: Path) -> None:
    seen = SeenHeads(tmp_path / "new" / "heads")
    assert seen.read() == ()
    heads = [Head(number, f"{number:064x}") for number in (3, 9, 12)]
    seen.add(heads[0], START, "report of the\ncommittee")
    seen.add(heads[1], START, "backup")
    assert seen.read() == tuple(heads[:2])
    assert (
        seen.path.read_text().splitlines()[0] == f"{heads[0]} 2026-03-02T08:30:00.000000+00:00 report of the committee"
    )
    with seen.path.open("a") as file:
        file.write(str(heads[2])[:20])  # a crash in the middle of a line
    assert seen.read() == tuple(heads[:2])
    seen.add(heads[2], START, "backup")
    assert seen.read() == tuple(heads)
    seen.path.write_text("nonsense\n")
    with pytest.raises(ValueError, match="is not a head"):
        seen.read()


def test_a_key_is_made_once_and_read_as_it_was_made(tmp_path: Path) -> None:
    key = make_key(tmp_path / "new" / "key")
    assert read_key(tmp_path / "new" / "key") == key
    assert len(key) == 32
    assert make_key(tmp_path / "other") != key
    with pytest.raises(LedgerError, match="not overwritten"):
        make_key(tmp_path / "other")
    for content in (b"", b"00", b"\xff" * 64, b"g" * 64, b"00" * 33):
        (tmp_path / "bad").write_bytes(content)
        with pytest.raises(WrongKey, match="must hold a key"):
            read_key(tmp_path / "bad")
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(WrongKey, match="cannot be read"):
            read_key(path)
