"""Each check fails where what it looks for is broken: in the database, in the program, in the machine."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from importlib.metadata import FileHash, PackagePath
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest

from firstdose.conduct import deciding, desk
from firstdose.conduct.ledger import EMPTY, Fault, Ledger, Verification, entry, restore, sqlite, writing
from firstdose.conduct.ledger.database import schema_of
from firstdose.conduct.ledger.state import StoredRecord, after
from firstdose.conduct.recommending import Advised
from firstdose.conduct.snapshot import snapshot_now
from firstdose.designs.recommendation import Recommendation
from firstdose.dosing import Gate
from firstdose.validation.installation import (
    Check,
    Departure,
    Finding,
    Installation,
    NotChecked,
    chain_checks,
    decision_checks,
    dosing_checks,
    keeping_checks,
    machine_checks,
    processes,
    small_trial,
)
from firstdose.validation.installation.bench import AUTHOR, Bench, entered
from tests.validation.benches import NOW, file_bench, run_check

Patch = pytest.MonkeyPatch
WHOLE = Verification(EMPTY, 8, 4, ())
ESCALATE = Recommendation("dose", 2, None, "escalate")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return file_bench(tmp_path)


def failed(bench: Bench, name: str) -> str:
    """What was seen by a check that must fail, and not because it broke."""
    found = run_check(bench, name)
    assert found.status == "failed", found
    assert "could not be run" not in found.seen, found
    return found.seen


@pytest.mark.parametrize("name", ["altered_byte", "altered_record", "cut_off", "older_copy", "wrong_key"])
def test_a_verify_that_finds_nothing(bench: Bench, monkeypatch: Patch, name: str) -> None:
    monkeypatch.setattr(chain_checks, "verify", lambda *_: WHOLE)
    assert failed(bench, f"sqlite_{name}") == "verify found nothing wrong with 8 entries"


def test_a_verify_that_finds_fault_with_everything(bench: Bench, monkeypatch: Patch) -> None:
    monkeypatch.setattr(chain_checks, "verify", lambda *_: replace(WHOLE, faults=(Fault(3, "is odd"),)))
    assert failed(bench, "sqlite_chain") == "entry 3 is odd"
    assert "entry 3 is named first" in failed(bench, "sqlite_altered_byte")


def test_seals_that_do_not_depend_on_the_key(bench: Bench, monkeypatch: Patch) -> None:
    monkeypatch.setattr(Ledger, "_check_key", lambda _: None)
    assert failed(bench, "sqlite_wrong_key") == "the ledger was opened with another key"


def test_a_copy_that_is_restored_whatever_was_seen(bench: Bench, monkeypatch: Patch) -> None:
    monkeypatch.setattr(chain_checks, "restore", lambda path, url, key, clock, heads=(): restore(path, url, key, clock))
    assert "an older copy was restored" in failed(bench, "sqlite_older_copy")


def test_a_database_without_its_triggers(bench: Bench, monkeypatch: Patch) -> None:
    create = sqlite.SqliteDatabase.create

    def unguarded(self: sqlite.SqliteDatabase, *arguments: Any, **options: Any) -> None:
        create(self, *arguments, **options)
        with self.writing() as session:
            for guard in [each for each in schema_of("sqlite") if each.startswith("CREATE TRIGGER")]:
                session.run(f"DROP TRIGGER {guard.split()[2]}")

    monkeypatch.setattr(sqlite.SqliteDatabase, "create", unguarded)
    assert failed(bench, "sqlite_refuses_change").startswith("carried out by the database: UPDATE ledger_entries")
    monkeypatch.undo()
    assert run_check(bench, "sqlite_refuses_change").status == "passed"


def test_guards_that_nobody_misses(bench: Bench, monkeypatch: Patch) -> None:
    monkeypatch.setattr(sqlite.SqliteDatabase, "missing_guards", lambda _: ())
    assert "is gone, and verify says: nothing" in failed(bench, "sqlite_missing_guard")


def test_a_database_that_does_not_wait_for_the_disk(bench: Bench, monkeypatch: Patch) -> None:
    connect = sqlite._connection_to

    def careless(path: Path) -> Any:
        connection = connect(path)
        connection.execute("PRAGMA synchronous = OFF")
        return connection

    monkeypatch.setattr(sqlite, "_connection_to", careless)
    assert failed(bench, "sqlite_settings") == "journal_mode = wal, synchronous = 0"


def test_records_that_lose_something(bench: Bench, monkeypatch: Patch) -> None:
    def forgetful(before: StoredRecord, new: entry.Entry) -> StoredRecord:
        found = after(before, new)
        return replace(found, fields={name: text for name, text in found.fields.items() if name != "centre"})

    monkeypatch.setattr(writing, "after", forgetful)
    assert failed(bench, "sqlite_records_follow") == "different: subjects P1"


def test_changes_without_a_reason(bench: Bench, monkeypatch: Patch) -> None:
    monkeypatch.setattr(entry, "has_words", lambda _: True)
    assert failed(bench, "sqlite_reason") == "a value was changed without a reason"


def test_a_value_written_over_another(bench: Bench, monkeypatch: Patch) -> None:
    monkeypatch.setattr(writing, "check_against", lambda *_: None)
    assert failed(bench, "sqlite_two_editors") == "the second value was written over the first"


def test_a_past_that_changes(bench: Bench, monkeypatch: Patch) -> None:
    monkeypatch.setattr(keeping_checks, "snapshot", lambda ledger, as_of: snapshot_now(ledger, as_of.date()))
    assert failed(bench, "sqlite_past_moment") == "the data as of the first moment have another hash"


def test_a_copy_that_is_another(bench: Bench, monkeypatch: Patch) -> None:
    def more(*arguments: Any) -> Ledger:
        ledger = restore(*arguments)
        ledger.write(AUTHOR, [entered("P9", pulse="70")])
        return ledger

    monkeypatch.setattr(keeping_checks, "restore", more)
    assert failed(bench, "sqlite_backup").startswith("the head is 9:")


ANSWERS = "import sys, json\nsys.stdin.readline()\n"
INVENTS = ANSWERS + "while True: print(json.dumps({'request': 'r', 'entries': [[9, 'x']]}), flush=True)"
BY_HALVES = """
import json, sys
from datetime import datetime
from pathlib import Path
from firstdose.conduct.ledger import Author, Draft, FieldChange, Ledger, read_key
job = json.loads(sys.stdin.readline())
moment = datetime.fromisoformat(job["now"])
ledger = Ledger.open(job["url"], read_key(Path(job["key_file"])), lambda: moment)
change = (FieldChange("pulse", None, "1"),)
for number in range(1000):
    names = [f"{job['name']}-{number}-{each}" for each in range(3)]
    drafts = [Draft("create", "vital_signs", name, change) for name in names]
    written = [ledger.write(Author("writer", "coordinator"), [draft])[0] for draft in drafts]
    print(json.dumps({"request": "r", "entries": [[each.sequence, each.seal] for each in written]}), flush=True)
"""
EVERYBODY = ANSWERS + "print('\"ready\"', flush=True)\nfor line in sys.stdin: print('\"reserved\"', flush=True)"
SILENT = "import sys\nsys.stdin.readline()\n"


@pytest.mark.parametrize(
    ("script", "name", "words"),
    [
        (INVENTS, "killed", "acknowledged and not there: r"),
        (BY_HALVES, "killed", "a write is there by half"),
        (SILENT, "killed", "the process writer-0 gave no answer"),
        (EVERYBODY, "last_slot", "round 1: 2 processes got it"),
        (SILENT, "last_slot", "the process P1 gave no answer"),
    ],
)
def test_processes_that_do_not_keep_to_it(
    bench: Bench, monkeypatch: Patch, tmp_path: Path, script: str, name: str, words: str
) -> None:
    child = tmp_path / "child.py"
    child.write_text(script, encoding="utf-8")
    monkeypatch.setattr(processes, "CHILD", child)
    assert words in failed(bench, f"sqlite_{name}")


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("sentinel", "interval_days: 14", "interval_days: 13", "at 23:59 on 18 February: allowed"),
        ("sentinel", "interval_days: 14", "interval_days: 15", "at 0:00 on 19 February: ["),
        ("window", "window_days: 28", "window_days: 27", "the history at 23:59 and at 0:00: ['1N', '1N']"),
        ("signed_decision", "quorum: 2", "quorum: 1", "carried out: take"),
    ],
)
def test_a_rule_that_counts_otherwise(
    bench: Bench, monkeypatch: Patch, name: str, old: str, new: str, words: str
) -> None:
    text = small_trial.protocol_text()
    assert old in text
    monkeypatch.setattr(small_trial, "protocol_text", lambda: text.replace(old, new))
    assert words in failed(bench, name)


def test_a_gate_that_is_always_open(bench: Bench, monkeypatch: Patch) -> None:
    from firstdose.conduct import administering

    def opened(gate_in: Callable[..., Gate]) -> Callable[..., Gate]:
        return lambda *arguments, **options: replace(gate_in(*arguments, **options), reasons=())

    for module in (small_trial, administering):
        monkeypatch.setattr(module, "gate_in", opened(module.gate_in))
    assert failed(bench, "sentinel") == "carried out: prepare P2"
    assert failed(bench, "back_dated_dlt") == "the gate says: allowed"


def test_a_decision_that_never_becomes_stale(bench: Bench, monkeypatch: Patch) -> None:
    monkeypatch.setattr(dosing_checks, "stale_decisions", lambda *_: ())
    assert failed(bench, "back_dated_dlt") == "stale: ()"


def test_a_failure_that_becomes_a_recommendation(bench: Bench, monkeypatch: Patch) -> None:
    monkeypatch.setattr(decision_checks, "recommend", lambda *_, **__: Advised(ESCALATE))
    assert failed(bench, "no_recommendation") == "a recommendation: escalate"


def test_a_rule_that_never_recommends(bench: Bench, monkeypatch: Patch) -> None:
    monkeypatch.setattr(decision_checks, "recommend", lambda *_, **__: Advised(None, "none"))
    assert failed(bench, "no_recommendation") == "whole, the rule gives none either: none"


def test_a_decision_that_cannot_be_followed(bench: Bench, monkeypatch: Patch) -> None:
    monkeypatch.setattr(decision_checks, "is_reproduced", lambda *_: False)
    assert failed(bench, "reproduced") == "head, data or recommendation are others"


def test_a_departure_without_a_reason(bench: Bench, monkeypatch: Patch) -> None:
    monkeypatch.setattr(deciding, "departs", lambda *_: False)
    assert failed(bench, "signed_decision") == "carried out: propose 1, 1"


def test_roles_that_may_everything(bench: Bench, monkeypatch: Patch) -> None:
    monkeypatch.setattr(desk, "may", lambda *_: True)
    assert failed(bench, "authority").startswith("carried out: ")


def machine(name: str, clock: Callable[[], datetime] = lambda: NOW) -> Finding:
    (found,) = [check for check in machine_checks.checks(clock) if check.name == name]
    return found.run()


def ticking(start: datetime, step: float) -> Callable[[], datetime]:
    moments: Iterator[datetime] = (start + timedelta(seconds=number * step) for number in range(100))
    return lambda: next(moments)


@pytest.mark.parametrize(
    ("clock", "words"),
    [
        (ticking(NOW, 0), "the clock went on by 0:00:00"),
        (ticking(NOW, 3600), "the clock went on by 1:00:00"),
        (ticking(NOW, -1), "the clock went on by -1 day"),
        (ticking(datetime.fromisoformat("1970-01-01T00:00+00:00"), 0.2), "before the program was there"),
    ],
)
def test_clocks_that_are_wrong(clock: Callable[[], datetime], words: str) -> None:
    found = machine("clock", clock)
    assert (found.status, words in found.seen) == ("failed", True), found.seen
    assert machine("clock", ticking(NOW, machine_checks.WATCHED_SECONDS)).status == "passed"


def test_time_zones_that_are_unknown_or_wrong(monkeypatch: Patch) -> None:
    def unknown(name: str) -> ZoneInfo:
        raise ZoneInfoNotFoundError(name)

    monkeypatch.setattr(machine_checks, "ZoneInfo", unknown)
    assert "nothing is known of Europe/Rome: install" in machine("time_zones").seen
    monkeypatch.setattr(machine_checks, "ZoneInfo", lambda _: ZoneInfo("UTC"))
    assert machine("time_zones").seen == "Europe/Rome: [0.0, 0.0] minutes from UTC, expected [60, 120]"


class Installed:
    """What an installation left: files in a folder, with their hashes."""

    name = "firstdose"

    def __init__(self, folder: Path) -> None:
        self.files: list[PackagePath] = []
        for name in ("firstdose/__init__.py", "firstdose/web/styles.css", "other/elsewhere.py"):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name, encoding="utf-8")
            listed = PackagePath(name)
            digest = base64.urlsafe_b64encode(hashlib.sha256(name.encode()).digest()).rstrip(b"=").decode()
            listed.hash, listed.size, listed.dist = FileHash(f"sha256={digest}"), len(name), self  # type: ignore[assignment]
            self.files.append(listed)
        self._folder = folder

    def locate_file(self, path: object) -> Path:
        return self._folder / str(path)


def test_files_that_are_not_those_that_were_installed(monkeypatch: Patch, tmp_path: Path) -> None:
    installed = Installed(tmp_path)
    monkeypatch.setattr(machine_checks, "distribution", lambda _: installed)
    assert (machine("program_files").status, machine("program_files").seen) == ("passed", "2 files equal")
    (tmp_path / "firstdose" / "__init__.py").write_text("changed", encoding="utf-8")
    assert machine("program_files").seen == "other than installed: firstdose/__init__.py"
    (tmp_path / "firstdose" / "__init__.py").unlink()
    assert machine("program_files").seen == "other than installed: firstdose/__init__.py (missing)"
    installed.files.clear()
    assert machine("program_files").status == "not checked"


def check(look: Callable[[], str]) -> Finding:
    return Check("name", "part", "asked", "done", "expected", look).run()


def raising(problem: Exception) -> Callable[[], str]:
    def look() -> str:
        raise problem

    return look


def test_what_becomes_of_a_check() -> None:
    assert (check(lambda: "seen").status, check(lambda: "seen").seen) == ("passed", "seen")
    assert check(raising(Departure("other"))).status == "failed"
    assert check(raising(NotChecked("why"))).status == "not checked"
    broken = check(raising(KeyError("lambda_e")))
    assert (broken.status, broken.seen) == ("failed", "could not be run: KeyError: 'lambda_e'")


def test_one_failure_fails_the_installation_and_nothing_checked_is_not_passed() -> None:
    passed, missing, bad = (
        check(look) for look in (lambda: "seen", raising(NotChecked("why")), raising(Departure("other")))
    )
    assert Installation({}, (passed, missing)).passed
    assert not Installation({}, (passed, bad)).passed
    assert not Installation({}, (missing,)).passed
    assert not Installation({}, ()).passed
    found = Installation({}, (passed, missing, bad))
    assert found.summary == "1 of 2 checks of this installation passed; 1 could not be made here"


@pytest.mark.parametrize("document", [{}, {"name": "x"}, {**check(lambda: "seen").as_json, "status": "fine"}])
def test_what_is_no_finding_is_refused(document: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="not a finding"):
        Finding.of_json(document)
