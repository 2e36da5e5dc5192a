"""Processes that are killed while they write, and processes that want the last slot at the same instant."""

from __future__ import annotations

import time
from collections import Counter
from functools import partial
from typing import Any

from firstdose.conduct.ledger import Entry, replay, verify
from firstdose.conduct.slots import release_slot
from firstdose.validation.installation.bench import AUTHOR, ENTRIES, Bench, entered
from firstdose.validation.installation.check import Check, counted, expect
from firstdose.validation.installation.child import RECORDS_OF_A_WRITE
from firstdose.validation.installation.processes import Process, running
from firstdose.validation.installation.small_trial import NURSE, OTHER_NURSE, protocol_text

KILLED = 5
ACKNOWLEDGED_FIRST = 4
"""Writes that a process has been told of before it is killed."""
MOMENTS = (0.0, 0.003, 0.006, 0.009, 0.013)
"""How long after, in seconds: a write takes some of these."""
ROUNDS = 6


def checks(bench: Bench) -> tuple[Check, ...]:
    """The checks with other processes, in one kind of database."""
    return (
        Check(
            bench.named("killed"),
            bench.part,
            "21 CFR 11.10(a), (c): entry and record are written together, and nothing acknowledged is lost",
            f"{KILLED} processes write {RECORDS_OF_A_WRITE} records at a time without end, and are killed one after "
            "the other (kill -9) in the middle of it",
            "Every write that was acknowledged is there, all of it; the others are there whole or not at all; verify "
            "finds nothing; writing goes on",
            partial(_killed, bench),
        ),
        Check(
            bench.named("last_slot"),
            bench.part,
            "ICH E6(R3) Annex 1, 4.3.4: a cohort is never overrun",
            f"Two processes of two sites ask for the last slot of a cohort at the same instant, {ROUNDS} times",
            "Each time exactly one gets it; the other is told who has it",
            partial(_last_slot, bench),
        ),
    )


def _killed(bench: Bench) -> str:
    url = bench.place.new_url()
    with bench.created(url) as ledger:
        processes = [Process(bench, url, "write", f"writer-{number}") for number in range(KILLED)]
        with running(*processes):
            for number, process in enumerate(processes):
                for _ in range(ACKNOWLEDGED_FIRST):
                    process.next()
                time.sleep(MOMENTS[number])
                process.kill()
        acknowledged = [write for process in processes for write in process.told]
        with ledger.entries() as entries:
            found = list(entries)
        _expect_all_there(acknowledged, found[ENTRIES:])
        kept = {(each.record_type, each.record): each for each in ledger.records()}
        expect(replay(found) == kept, "the records are not what the entries say")
        ledger.write(AUTHOR, [entered("afterwards", pulse="60")])
        result = verify(ledger)
        expect(result.is_whole, "; ".join(fault.words for fault in result.faults[:3]))
    return (
        f"{KILLED} killed; {counted(len(acknowledged), 'acknowledged write')} all there, of "
        f"{counted(len(found[ENTRIES:]) // RECORDS_OF_A_WRITE, 'write')}; no fault"
    )


def _expect_all_there(acknowledged: list[Any], found: list[Entry]) -> None:
    """That nothing acknowledged is lost, and nothing is there by half."""
    seals = {entry.sequence: entry.seal for entry in found}
    lost = [
        write["request"]
        for write in acknowledged
        if any(seals.get(sequence) != seal for sequence, seal in write["entries"])
    ]
    expect(not lost, f"acknowledged and not there: {', '.join(lost[:3])}")
    sizes = Counter(entry.write for entry in found)
    expect(set(sizes.values()) == {RECORDS_OF_A_WRITE}, "a write is there by half")


def _last_slot(bench: Bench) -> str:
    with bench.trial() as trial:
        trial.person("P1", NURSE)
        trial.person("P2", OTHER_NURSE)
        trial.at("2026-02-01T08:00").open(size=1)
        url = trial.url
        same = {"cohort": "C1", "protocol": protocol_text()}
        processes = [
            Process(bench, url, "claim", name, trial.now, site=site, **same)
            for name, site in (("P1", "A"), ("P2", "B"))
        ]
        winners: Counter[str] = Counter()
        with running(*processes):
            for process in processes:
                process.next()
            for number in range(1, ROUNDS + 1):
                for process in processes:
                    process.ask("now")
                answers = {process.name: process.next() for process in processes}
                won = [name for name, answer in answers.items() if answer == "reserved"]
                expect(len(won) == 1, f"round {number}: {counted(len(won), 'process got', 'processes got')} it")
                told = next(answer for answer in answers.values() if answer != "reserved")
                expect("is full" in told, f"round {number}: the other was told: {told}")
                winners[won[0]] += 1
                with trial.work(NURSE if won[0] == "P1" else OTHER_NURSE) as work:
                    release_slot(work, won[0], "next round")
        expect(verify(trial.ledger).is_whole, "afterwards verify found a fault")
    return f"one each time in {ROUNDS} rounds (P1 {winners['P1']}, P2 {winners['P2']}); no fault"
