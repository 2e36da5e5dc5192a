"""After a decision that goes another way than what is under way, the halt says what to do; who does it may go on."""

from __future__ import annotations

import pytest

from firstdose.conduct.administering import cancel_dosing
from firstdose.conduct.ledger import Refused
from firstdose.conduct.slots import release_slot
from tests.conduct.running import Running
from tests.conduct.test_halts import told
from tests.conduct.workplace import NURSE

LOWER = "decision 2, taken later, is to dose level 1: "


def released(trial: Running, *names: str) -> None:
    for name in names:
        with trial.work(NURSE) as work:
            release_slot(work, name, "the committee goes down")


def test_who_does_what_is_said_opens_the_cohort_that_was_decided(ready: Running) -> None:
    """The dosing prepared for P4, the slots of three, the cohort: each keeps the next step from being taken."""
    ready.prepare("P4")
    ready.later(seconds=1)
    ready.decide("dose", 1, "a seizure in another trial")
    assert told(ready) == [
        LOWER + "cancel the dosing prepared for P4, release the slots of P4, P5 and P6, close cohort C2, "
        "then open a cohort by decision 2"
    ]
    with pytest.raises(Refused, match="cancel it first"):
        released(ready, "P4")
    with ready.work(NURSE) as work:
        cancel_dosing(work, "P4", "the committee goes down")
    released(ready, "P4", "P6")
    assert told(ready) == [LOWER + "release the slot of P5, close cohort C2, then open a cohort by decision 2"]
    with pytest.raises(Refused, match="slot 2 assigned for P5"):
        ready.close("C2", "the committee goes down")
    released(ready, "P5")
    assert told(ready) == [LOWER + "close cohort C2, then open a cohort by decision 2"]
    with pytest.raises(Refused, match="cohort C2 is still open"):
        ready.open(decision=2)
    ready.close("C2", "the committee goes down")
    ready.open(decision=2)
    ready.enrol("P7", "C3")
    assert told(ready) == ready.words("P7") == []


def test_to_stop_opens_nothing_and_to_wait_releases_nothing(ready: Running) -> None:
    ready.decide("stop", reason="a seizure in another trial")
    assert told(ready) == ["decision 2, taken later, is to stop: release the slots of P4, P5 and P6, close cohort C2"]
    ready.decide("wait", reason="the other trial is asked")
    assert told(ready) == [
        "decision 3, taken later, is to wait: dose nobody in cohort C2 until the committee has taken another decision"
    ]


def test_who_was_dosed_keeps_the_slot(ready: Running) -> None:
    ready.dose("P4", "2026-03-21T10:00", "10")
    ready.later(seconds=1)
    ready.decide("dose", 1, "a seizure in another trial")
    (found,) = told(ready)
    assert found.startswith(LOWER + "release the slots of P5 and P6, close cohort C2, ")


def test_a_departure_is_recorded_without_what_was_to_be_done(ready: Running) -> None:
    """Dosed past a decision to stop, by mistake: the deviation says what was departed from."""
    ready.decide("stop", reason="a seizure in another trial")
    ready.later(minutes=10)
    departed = ready.record_given("P4", f"{ready.now:%Y-%m-%dT%H:%M}", "not told", cohort="C2", dose_given="10")
    assert "decision 2, taken later, is to stop" in departed
    assert not any("release the slot" in words for words in departed)
