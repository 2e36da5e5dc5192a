"""People note times to the minute, the ledger its own to the second: a minute that was typed is all of that minute."""

from __future__ import annotations

from datetime import datetime

import pytest

from firstdose.conduct.ledger import Refused
from firstdose.conduct.slots import assign_slot, release_slot
from firstdose.conduct.staleness import stale_decisions
from firstdose.dosing.known import last_meant, span_of
from firstdose.records import Deviation, Dosing
from firstdose.records.partial_date_text import read_partial_date_time
from tests.conduct.running import Running
from tests.conduct.workplace import NURSE
from tests.dosing.trial import ROME

BEFORE = (
    "the dosing of P4 is said to have started before it was prepared here: 21 March 2026, 10:04 (Europe/Rome), "
    "prepared 21 March 2026, 10:05 (Europe/Rome). Correct the time; or, if it is right, say why"
)


def is_stale(trial: Running) -> bool:
    return bool(stale_decisions(trial.ledger, trial.snapshot.trial_data, trial.protocol, trial.now))


def place_again(trial: Running) -> None:
    """P4 holds another slot since ten seconds past 10:05."""
    with trial.work(NURSE) as work:
        release_slot(work, "P4", "another day")
    trial.at("2026-03-21T10:05:10").reserve("P4", "C2")
    with trial.work(NURSE) as work:
        assign_slot(work, "P4")


def test_a_dosing_in_the_minute_of_its_slot_departs_from_nothing(ready: Running) -> None:
    place_again(ready)
    ready.at("2026-03-21T10:05:30").prepare("P4")
    ready.at("2026-03-21T10:05:50")
    assert ready.record_given("P4", "2026-03-21T10:05", dose_given="10") == ()


def test_a_dosing_before_the_minute_of_its_slot_departs(ready: Running) -> None:
    place_again(ready)
    with pytest.raises(Refused, match=r"was assigned later, 21 March 2026, 10:05:10 \(Europe/Rome\)"):
        ready.at("2026-03-21T10:07").record_given("P4", "2026-03-21T10:04", dose_given="10", batch="B1")


@pytest.mark.parametrize(("start", "stale"), [("10:05", False), ("10:04", True), ("10:05:20", True), ("10:06", False)])
def test_a_decision_in_the_minute_of_a_dosing_does_not_go_stale_by_it(
    ready: Running, start: str, *, stale: bool
) -> None:
    """The decision rests on the data of half past 10:05; a dosing that is noted to the second may lie before it."""
    ready.at("2026-03-21T10:03").prepare("P4")
    ready.at("2026-03-21T10:05:30").decide("dose", 2, "seen in the ward")
    ready.at("2026-03-21T10:06:50").record_given("P4", f"2026-03-21T{start}", dose_given="10")
    assert is_stale(ready) == stale
    assert any("decision 2 is stale: P4" in each for each in ready.at("2026-03-28T10:00").words("P5")) == stale


def test_a_dosing_before_its_own_preparation_is_asked_about_and_is_no_departure(ready: Running) -> None:
    ready.at("2026-03-21T10:05:20").prepare("P4")
    ready.at("2026-03-21T10:06")
    with pytest.raises(Refused) as refused:
        ready.record_given("P4", "2026-03-21T10:04", dose_given="10")
    assert str(refused.value).startswith(BEFORE)
    assert not any(each.given for each in ready.all(Dosing) if each.subject == "P4")
    assert ready.record_given("P4", "2026-03-21T10:04", "written on paper first", dose_given="10") == ()
    assert ready.all(Deviation) == []
    assert ready.record("dosings", "P4/1").fields["procedure_start"] == "2026-03-21T10:04"
    assert ready.ledger.history("dosings", "P4/1")[-1].reason == "written on paper first"
    assert ready.at("2026-03-28T10:00").words("P5") == []


@pytest.mark.parametrize("start", ["2026-03-21T10:05", "2026-03-21T10:06"])
def test_from_the_minute_of_its_preparation_nothing_is_asked(ready: Running, start: str) -> None:
    ready.at("2026-03-21T10:05:20").prepare("P4")
    assert ready.at("2026-03-21T10:06").record_given("P4", start, dose_given="10") == ()


def test_a_dosing_that_was_not_prepared_is_not_asked_when_it_was(ready: Running) -> None:
    assert ready.record_given("P4", "2026-03-21T09:30", dose_given="10", batch="B1") == ()


@pytest.mark.parametrize(
    ("typed", "last"),
    [
        ("2026-03-21T10:05", "2026-03-21T10:05:59.999999+01:00"),
        ("2026-03-21T10:05:07", "2026-03-21T10:05:07+01:00"),
        ("2026-03-21T10", "2026-03-21T10:59:59.999999+01:00"),
        ("2026-03-21", "2026-03-21T23:59:59.999999+01:00"),
    ],
)
def test_what_was_typed_may_mean_as_late_an_instant(typed: str, last: str) -> None:
    moment = read_partial_date_time(typed)
    assert last_meant(moment, span_of(moment, ROME)) == datetime.fromisoformat(last)
