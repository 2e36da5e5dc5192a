"""Item 14: two coordinators at the last slot of a cohort, on both kinds of database; exactly one gets it."""

from __future__ import annotations

import threading
from datetime import datetime
from multiprocessing import get_context

import pytest

from firstdose.conduct.desk import Desk
from firstdose.conduct.ledger import Author, Ledger, Refused
from firstdose.conduct.slots import release_slot, reserve_slot
from tests.conduct.ledger.places import KEY
from tests.conduct.running import BOTH_KINDS, SWISS_NURSE, Running
from tests.conduct.workplace import NURSE
from tests.dosing.trial import protocol

ROUNDS = 50


@pytest.fixture(params=BOTH_KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """Each test is run on both kinds."""
    return str(request.param)


def reserve_in(running: Running, author: Author, subject: str, results: list[str]) -> None:
    """What a coordinator does in a thread of her own."""
    ledger = Ledger.open(running.place.url, KEY, lambda: running.now)
    try:
        with Desk(ledger, running.protocol).work(author) as work:
            reserve_slot(work, "C1", subject)
        results.append(subject)
    except Refused as refused:
        results.append(str(refused))
    finally:
        ledger.close()


def test_item_14_of_two_coordinators_at_the_last_slot_exactly_one_gets_it(running: Running) -> None:
    """Fifty rounds of two threads that begin together, each with its own connection; then the slot is released."""
    running.open(size=1)
    running.person("P1")
    running.person("P2", SWISS_NURSE)
    won: list[str] = []
    for _ in range(ROUNDS):
        results: list[str] = []
        threads = [
            threading.Thread(target=reserve_in, args=(running, author, name, results))
            for author, name in ((NURSE, "P1"), (SWISS_NURSE, "P2"))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        (winner,) = [each for each in results if each in ("P1", "P2")]
        (refusal,) = [each for each in results if each != winner]
        assert f"is full: slot {len(won) + 1} reserved for a participant of another site" in refusal
        won.append(winner)
        held = [
            each.fields["subject"] for each in running.ledger.records("slots") if each.fields["state"] == "reserved"
        ]
        assert held == [winner]
        with running.work(NURSE if winner == "P1" else SWISS_NURSE) as work:
            release_slot(work, winner, "next round")
    assert len(won) == ROUNDS


def reserve_in_process(url: str, now: str, site: str, subject: str) -> str:
    """What a coordinator does in a process of her own."""
    moment = datetime.fromisoformat(now)
    ledger = Ledger.open(url, KEY, lambda: moment)
    try:
        with Desk(ledger, protocol()).work(Author(subject, "coordinator", site, "Europe/Rome")) as work:
            reserve_slot(work, "C1", subject)
    except Refused as refused:
        return str(refused)
    return "reserved"


def test_item_14_the_same_in_processes(running: Running) -> None:
    running.open(size=2)
    names = ["P1", "P2", "P3", "P4"]
    for name in names:
        running.person(name)
    with get_context("spawn").Pool(2) as pool:
        jobs = [(running.place.url, running.now.isoformat(), "IT01", name) for name in names]
        answers = pool.starmap(reserve_in_process, jobs, chunksize=1)
    assert answers.count("reserved") == 2
    assert sum("is full" in answer for answer in answers) == 2
