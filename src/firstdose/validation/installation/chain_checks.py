"""Whether entries that were altered, cut off or replaced by an older copy are found, and by what they are named."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

from firstdose.conduct.ledger import Head, Ledger, LedgerError, WrongKey, back_up, rebuild, restore, verify
from firstdose.conduct.ledger.database import path_of
from firstdose.validation.installation.bench import (
    AUTHOR,
    ENTRIES,
    START,
    Bench,
    SteppingClock,
    entered,
    reason_of,
    short,
)
from firstdose.validation.installation.check import Check, Departure, counted, expect
from firstdose.validation.installation.places import without_guards

WHOLE = "21 CFR 11.10(e), ICH E6(R3) Annex 1, 4: no entry of the audit trail can be altered unseen"
CUT = "21 CFR 11.10(c), (e): entries that were deleted, or a database set back, are found out"
SPOILT = 6
"""The entry that is spoilt: it changes the second record."""


def checks(bench: Bench) -> tuple[Check, ...]:
    """The checks of the chain in one kind of database."""
    return (
        Check(
            bench.named("chain"),
            bench.part,
            "21 CFR 11.10(e), EMA computerised systems: each change is kept with who, when, what and why, in order",
            "A small trial is run by its commands: a batch, a participant, a cohort. Every entry is read again",
            "Each entry follows the one before and bears its keyed hash (HMAC-SHA-256); verify finds nothing",
            partial(_chain, bench),
        ),
        Check(
            bench.named("altered_byte"),
            bench.part,
            WHOLE,
            f"One byte of entry {SPOILT} is changed behind the program's back"
            + (" in the file" if bench.place.kind == "sqlite" else ", the guards switched off"),
            f"verify names entry {SPOILT} as the first bad one",
            partial(_altered_byte, bench),
        ),
        Check(
            bench.named("altered_record"),
            bench.part,
            WHOLE,
            "The guards are switched off and a record is changed without an entry",
            f"verify names the record and its last entry, {SPOILT}",
            partial(_altered_record, bench),
        ),
        Check(
            bench.named("cut_off"),
            bench.part,
            CUT,
            "The guards are switched off, the last three entries deleted and the records made to fit",
            f"verify with the head as it was printed names entry {ENTRIES - 2} as the first that is missing",
            partial(_cut_off, bench),
        ),
        Check(
            bench.named("older_copy"),
            bench.part,
            CUT,
            "A copy is made, more is entered, and the copy is put in the ledger's place",
            "verify with the head as it was printed tells; restoring with that head is refused",
            partial(_older_copy, bench),
        ),
        Check(
            bench.named("wrong_key"),
            bench.part,
            "21 CFR 11.10(e): who has no key can make no chain that passes",
            "The ledger is opened, and verified, with another key",
            "Opening is refused and the key is named as the reason; verify finds fault with entry 1",
            partial(_wrong_key, bench),
        ),
    )


def first_fault(ledger: Ledger, heads: tuple[Head, ...] = ()) -> tuple[int, str]:
    """The first entry that verify names, and its words.

    Raises Departure if verify finds nothing.
    """
    found = verify(ledger, heads)
    if found.is_whole:
        raise Departure(f"verify found nothing wrong with {counted(found.entries, 'entry', 'entries')}")
    return found.faults[0].sequence, found.faults[0].words


def _chain(bench: Bench) -> str:
    with bench.trial() as trial:
        trial.person("P1")
        trial.open()
        found = verify(trial.ledger)
        expect(found.is_whole, "; ".join(f"entry {each.sequence} {each.words}" for each in found.faults[:3]))
        with trial.ledger.entries() as entries:
            seals = [(entry.sequence, entry.previous, entry.seal) for entry in entries]
    expect(len(seals) == found.entries > ENTRIES, f"{counted(len(seals), 'entry', 'entries')}")
    expect([each[0] for each in seals] == list(range(1, len(seals) + 1)), "the entries are not numbered without gaps")
    expect(all(a[2] == b[1] for a, b in pairwise(seals)), "an entry does not follow the one before")
    number = f"{counted(len(seals), 'entry', 'entries')}, {counted(found.records, 'record')}"
    return f"{number}; no fault; head {short(found.head)}"


def _altered_byte(bench: Bench) -> str:
    with bench.ledger() as ledger:
        marker = reason_of(SPOILT - ENTRIES // 2)
        path = path_of(f"sqlite:///{ledger.database.name}") if bench.place.kind == "sqlite" else None
        if path is not None:
            ledger.close()
            content = path.read_bytes()
            expect(content.count(marker.encode()) == 1, "the entry was not found once in the file")
            path.write_bytes(content.replace(marker.encode(), marker.replace("m", "M", 1).encode()))
        else:
            with without_guards(ledger, bench.place.kind) as session:
                session.run(
                    "UPDATE ledger_entries SET reason = replace(reason, 'misread', 'Misread') WHERE sequence = ?",
                    [SPOILT],
                )
        sequence, words = first_fault(ledger)
    expect(sequence == SPOILT, f"entry {sequence} is named first, which {words}")
    return f"entry {sequence} {words}"


def _altered_record(bench: Bench) -> str:
    with bench.ledger() as ledger:
        with without_guards(ledger, bench.place.kind) as session:
            session.run("UPDATE ledger_records SET fields = ? WHERE record = ?", ['{"pulse":"99"}', "P2"])
        sequence, words = first_fault(ledger)
    expect(sequence == SPOILT and "P2" in words, f"entry {sequence}: {words}")
    return f"entry {sequence}: {words}"


def _cut_off(bench: Bench) -> str:
    kept = ENTRIES - 3
    with bench.ledger() as ledger:
        head = ledger.head()
        with without_guards(ledger, bench.place.kind) as session:
            session.run("DELETE FROM ledger_entries WHERE sequence > ?", [kept])
            session.run("DELETE FROM ledger_records")
        rebuild(ledger)
        sequence, words = first_fault(ledger, (head,))
    expect(sequence == kept + 1, f"entry {sequence} is named first: {words}")
    return words


def _older_copy(bench: Bench) -> str:
    copy = bench.new_file("older.gz")
    with bench.ledger() as ledger:
        back_up(ledger, copy, START)
        ledger.write(AUTHOR, [entered("P9", pulse="70")])
        head = ledger.head()
    older = restore(copy, bench.place.new_url(), bench.key, SteppingClock())
    try:
        sequence, words = first_fault(older, (head,))
    finally:
        older.close()
    expect(sequence == ENTRIES + 1, f"entry {sequence} is named first: {words}")
    _expect_refused_copy(bench, head)
    return f"{words}; restoring it with the head was refused"


def _expect_refused_copy(bench: Bench, head: Head) -> None:
    """A copy that ends before a head that was seen is not restored."""
    copy = bench.new_file("refused.gz")
    with bench.ledger() as ledger:
        back_up(ledger, copy, START)
    try:
        restore(copy, bench.place.new_url(), bench.key, SteppingClock(), (head,)).close()
    except LedgerError as problem:
        expect(f"entry {head.sequence}" in str(problem), str(problem))
    else:
        raise Departure("an older copy was restored though its head lies before one that was seen")


def _wrong_key(bench: Bench) -> str:
    other = bytes(reversed(bench.key))
    url = bench.place.new_url()
    with bench.created(url):
        pass
    try:
        Ledger.open(url, other, SteppingClock()).close()
    except WrongKey as problem:
        said = str(problem)
    else:
        raise Departure("the ledger was opened with another key")
    with bench.opened(url) as opened:
        opened.key = other
        sequence, words = first_fault(opened)
    expect(sequence == 1, f"entry {sequence} is named first")
    return f"{said.partition(': ')[2].partition('. ')[0]}; verify: entry 1 {words}"
