"""What the database refuses, and what is kept: records that follow their entries, copies, moments that passed."""

from __future__ import annotations

from datetime import UTC
from functools import partial

from firstdose.conduct.ledger import (
    Conflict,
    Draft,
    FieldChange,
    Head,
    Ledger,
    Refused,
    back_up,
    replay,
    restore,
    verify,
)
from firstdose.conduct.snapshot import snapshot
from firstdose.validation.installation.bench import AUTHOR, ENTRIES, START, Bench, SteppingClock, short
from firstdose.validation.installation.check import Check, Departure, counted, expect

SPOILING = (
    "UPDATE ledger_entries SET reason = 'other' WHERE sequence = 2",
    "DELETE FROM ledger_entries WHERE sequence = 8",
    "DELETE FROM ledger_entries",
    "UPDATE ledger_records SET fields = '{}'",
    "DELETE FROM ledger_records",
    "INSERT INTO ledger_records VALUES ('vital_signs', 'P9', '{}', 1, 0)",
)
ONE_GUARD = {
    "sqlite": ("DROP TRIGGER ledger_entries_no_update", "ledger_entries_no_update"),
    "postgresql": ("ALTER TABLE ledger_entries DISABLE TRIGGER ledger_entries_no_change", "ledger_entries_no_change"),
}
SETTINGS = {
    "sqlite": (("PRAGMA journal_mode", ("wal",)), ("PRAGMA synchronous", (2,))),
    "postgresql": (
        ("SHOW fsync", ("on",)),
        ("SHOW full_page_writes", ("on",)),
        ("SHOW synchronous_commit", ("on", "remote_write", "remote_apply", "local")),
        ("SHOW server_encoding", ("UTF8",)),
    ),
}
"""What must be in force for that what was acknowledged stays: FULL is the second step of SQLite's synchronous."""
WORDS_OF_SETTINGS = {
    "sqlite": "journal_mode is wal (write-ahead log) and synchronous is 2 (FULL)",
    "postgresql": "fsync and full_page_writes are on, synchronous_commit is not off, the encoding is UTF8",
}


def checks(bench: Bench) -> tuple[Check, ...]:
    """The checks of what is kept in one kind of database."""
    return (
        Check(
            bench.named("refuses_change"),
            bench.part,
            "EMA computerised systems, 21 CFR 11.10(e): the audit trail can be neither edited nor switched off",
            f"{len(SPOILING)} statements of SQL that change, delete or add entries and records are given to the "
            "database past the program",
            "The database refuses each of them, and nothing has changed",
            partial(_refuses_change, bench),
        ),
        Check(
            bench.named("missing_guard"),
            bench.part,
            "EMA computerised systems: that a guard was taken away is noticed",
            "One of the database's guards is taken away",
            "verify names that guard",
            partial(_missing_guard, bench),
        ),
        Check(
            bench.named("settings"),
            bench.part,
            "21 CFR 11.10(c): what was acknowledged is on the disk",
            "The database is asked for the settings that are in force",
            WORDS_OF_SETTINGS[bench.place.kind],
            partial(_settings, bench),
        ),
        Check(
            bench.named("records_follow"),
            bench.part,
            "21 CFR 11.10(a), (e): the data are what the audit trail says",
            "A small trial's records are made again from its entries alone",
            "They equal the records that are kept, field by field",
            partial(_records_follow, bench),
        ),
        Check(
            bench.named("reason"),
            bench.part,
            "EMA computerised systems, ICH E6(R3) Annex 1, 4: a change says why",
            "A value is changed without a reason, and with one of spaces alone",
            "Both are refused, and nothing has changed",
            partial(_reason, bench),
        ),
        Check(
            bench.named("two_editors"),
            bench.part,
            "ICH E6(R3) Annex 1, 4: no value is overwritten unseen",
            "Two people open the same field; both save another value",
            "The second is refused, and is told what was seen, what is stored and what was wanted",
            partial(_two_editors, bench),
        ),
        Check(
            bench.named("past_moment"),
            bench.part,
            "21 CFR 11.10(b), (e): what was known at a moment can be shown later",
            "The data are read, more is entered and changed, and they are read again as of the first moment",
            "The hash of the data is the same as then, and another than now",
            partial(_past_moment, bench),
        ),
        Check(
            bench.named("backup"),
            bench.part,
            "21 CFR 11.10(c), EU Annex 11: a backup can be restored",
            "A ledger is backed up, and restored to another place",
            "It has the same head and the same records; verify finds nothing",
            partial(_backup, bench),
        ),
    )


def _refuses_change(bench: Bench) -> str:
    with bench.ledger() as ledger:
        before = ledger.everything()
        for statement in SPOILING:
            try:
                with ledger.database.writing() as session:
                    session.run(statement)
            except Refused:
                expect(ledger.everything() == before, f"the records have changed, by: {statement}")
            else:
                raise Departure(f"carried out by the database: {statement}")
        found = verify(ledger)
        expect(found.is_whole, "afterwards verify found a fault")
    return f"{len(SPOILING)} of {len(SPOILING)} statements refused; {counted(ENTRIES, 'entry', 'entries')} as before"


def _missing_guard(bench: Bench) -> str:
    statement, guard = ONE_GUARD[bench.place.kind]
    with bench.ledger() as ledger:
        with ledger.database.writing() as session:
            session.run(statement)
        named = [fault.words for fault in verify(ledger).faults]
    expect(any(guard in words for words in named), f"the guard {guard} is gone, and verify says: {named or 'nothing'}")
    return next(words for words in named if guard in words)


def _settings(bench: Bench) -> str:
    seen = []
    with bench.ledger() as ledger, ledger.database.reading() as session:
        for question, right in SETTINGS[bench.place.kind]:
            value = session.rows(question)[0][0]
            seen.append((f"{question.split()[1]} = {value}", value in right))
    words = ", ".join(each for each, _ in seen)
    expect(all(is_right for _, is_right in seen), words)
    return words


def _records_follow(bench: Bench) -> str:
    with bench.trial() as trial:
        trial.person("P1")
        trial.change("subjects", "P1", "misread the letter", consent="2026-01-05T07:30+01:00")
        with trial.ledger.entries() as entries:
            again = replay(entries)
        kept = {(each.record_type, each.record): each for each in trial.ledger.records()}
    different = [" ".join(name) for name in sorted(again.keys() | kept.keys()) if again.get(name) != kept.get(name)]
    expect(not different, f"different: {', '.join(different)}")
    expect(bool(kept), "there are no records")
    return f"{counted(len(kept), 'record')} equal"


def _reason(bench: Bench) -> str:
    change = (FieldChange("pulse", "81", "71"),)
    with bench.ledger() as ledger:
        head = ledger.head()
        for words in ("", " \t\u200b"):
            try:
                ledger.write(AUTHOR, [Draft("change", "vital_signs", "P1", change, words)])
            except Refused as refused:
                said = str(refused)
            else:
                raise Departure("a value was changed without a reason")
        expect(ledger.head() == head, "something was written")
    return f"refused: {said}"


def _two_editors(bench: Bench) -> str:
    with bench.ledger() as ledger:
        seen = ledger.record("vital_signs", "P1").fields["pulse"]
        first, second = (
            Draft("change", "vital_signs", "P1", (FieldChange("pulse", seen, new),), "read again") for new in "78"
        )
        ledger.write(AUTHOR, [first])
        try:
            ledger.write(AUTHOR, [second])
        except Conflict as conflict:
            told = conflict.fields
        else:
            raise Departure("the second value was written over the first")
        stored = ledger.record("vital_signs", "P1").fields["pulse"]
    expect(stored == "7", f"stored: {stored}")
    words = "; ".join(f"{each.field}: seen {each.seen}, stored {each.stored}, wanted {each.wanted}" for each in told)
    expect(words == f"pulse: seen {seen}, stored 7, wanted 8", words)
    return f"refused; {words}"


def _past_moment(bench: Bench) -> str:
    with bench.trial() as trial:
        trial.person("P1")
        moment = trial.now.astimezone(UTC)
        then = snapshot(trial.ledger, moment)
        trial.at("2026-02-05T08:00").change("subjects", "P1", "misread the letter", consent="2026-01-05T07:30+01:00")
        trial.person("P2")
        again, now = snapshot(trial.ledger, moment), snapshot(trial.ledger, trial.now)
    expect(again.content_hash == then.content_hash, "the data as of the first moment have another hash")
    expect(again.head == then.head, "the data as of the first moment have another head")
    expect(now.content_hash != then.content_hash, "the data of now are the same: nothing was shown")
    return f"as of {moment:%Y-%m-%d %H:%M} UTC twice {then.content_hash[:12]}..., now {now.content_hash[:12]}..."


def _backup(bench: Bench) -> str:
    copy = bench.new_file("backup.gz")
    with bench.ledger() as ledger:
        before = ledger.everything()
        back_up(ledger, copy, START)
    restored = restore(copy, bench.place.new_url(), bench.key, SteppingClock(), (before[0],))
    try:
        return same_as_before(restored, before)
    finally:
        restored.close()


def same_as_before(restored: Ledger, before: tuple[Head, object]) -> str:
    """That a restored ledger has the head and the records of the first, and is whole."""
    head, records = restored.everything()
    expect(head == before[0], f"the head is {head}, and was {before[0]}")
    expect(records == before[1], "the records are others")
    found = verify(restored, (before[0],))
    expect(found.is_whole, "verify found a fault in what was restored")
    return f"head {short(head)} before and after; {counted(len(records), 'record')} equal"
