"""A lock of the data stops no trial: places, preparations and the release of batches go on, and a recall is heard."""

from __future__ import annotations

from datetime import date

import pytest

from firstdose.conduct.administering import cancel_dosing
from firstdose.conduct.ledger import Refused
from firstdose.conduct.locking import ask_for_lock, hash_of_locked
from firstdose.conduct.rules import RULES
from firstdose.conduct.slots import release_slot
from firstdose.records import Dosing
from tests.conduct.running import Running
from tests.conduct.workplace import DATA_MANAGER, NURSE, OTHER_DATA_MANAGER, PHARMACIST

CUT_OFF = date(2026, 3, 20)
LOCKED = "the data up to 20 March 2026 are locked"


def lock(running: Running, cut_off: date = CUT_OFF) -> str:
    """Two people lock, though nothing is signed yet; the hash of what is locked."""
    with running.work(DATA_MANAGER) as work:
        number = ask_for_lock(work, cut_off, "an analysis of the first cohort")
    running.confirm_lock(OTHER_DATA_MANAGER, number)
    return hash_of_locked(running.snapshot.trial_data, cut_off)


@pytest.fixture
def ready(ready: Running) -> Running:
    """P4 to P6 hold their slots since 20 March; every rule of the desk is asked."""
    ready.rules = RULES
    return ready


def test_a_batch_is_called_back_whatever_is_locked(ready: Running) -> None:
    before = lock(ready)
    ready.change("batches", "B1", PHARMACIST, reason="contaminated", state="rejected")
    assert ready.words("P4") == ["batch B1 is rejected"]
    ready.change("batches", "B1", PHARMACIST, reason="tested again", state="released", expires="2026-03-20")
    assert ready.words("P4") == ["batch B1 expired on 20 March 2026"]
    assert hash_of_locked(ready.snapshot.trial_data, CUT_OFF) == before
    with pytest.raises(Refused, match=LOCKED):
        ready.change("batches", "B1", PHARMACIST, donor="another")


def test_people_are_dosed_and_recorded_whatever_is_locked(ready: Running) -> None:
    """P4 was prepared before the lock and P5 after it; both held their slots before the cut-off day."""
    ready.at("2026-03-21T10:00").prepare("P4")
    before = lock(ready)
    ready.at("2026-03-21T12:00")
    assert ready.record_given("P4", "2026-03-21T11:00", dose_given="10") == ()
    ready.dose("P5", "2026-03-28T11:00", "10")
    assert ready.record("slots", "C2/1").fields["state"] == "dosed"
    assert hash_of_locked(ready.snapshot.trial_data, CUT_OFF) == before


def test_what_was_prepared_is_cancelled_and_a_place_given_back_whatever_is_locked(ready: Running) -> None:
    ready.prepare("P4")
    before = lock(ready)
    with ready.work(NURSE) as work:
        cancel_dosing(work, "P4", "fever")
        release_slot(work, "P4", "fever")
    assert ready.record("slots", "C2/4").fields["state"] == "open"
    assert hash_of_locked(ready.snapshot.trial_data, CUT_OFF) == before


def test_the_next_cohort_is_opened_whatever_is_locked(one_cohort: Running) -> None:
    one_cohort.rules = RULES
    one_cohort.at("2026-03-19T15:00")
    lock(one_cohort, date(2026, 3, 18))
    one_cohort.close("C1")
    one_cohort.decide("dose", 2)
    assert one_cohort.at("2026-03-20T08:00").open(decision=1) == "C2"


def test_what_took_place_by_the_day_stays_locked(ready: Running) -> None:
    """P1 was dosed on 2 February; a dosing of which something is told is none that is only prepared."""
    lock(ready)
    with pytest.raises(Refused, match=f"{LOCKED}: dosing 1 of P1 is one of them"):
        ready.change("dosings", "P1/1", dose_given="4")
    with pytest.raises(Refused, match=f"{LOCKED}: dosing 1 of P4 is dated, or may be, by that day"):
        ready.record_given("P4", "2026-03-20T11:00", "forgotten in the evening", dose_given="10")
    assert [each.subject for each in ready.all(Dosing)] == ["P1", "P2", "P3"]
