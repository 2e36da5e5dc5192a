"""Somebody dosed before the slot was assigned, or without one, is judged by the cohort of the dosing all the same."""

from __future__ import annotations

import pytest

from firstdose.conduct.administering import cancel_dosing
from firstdose.conduct.departures import NOT_JUDGED
from firstdose.conduct.slots import assign_slot
from firstdose.records import Deviation
from tests.conduct.running import Running
from tests.conduct.workplace import NURSE
from tests.dosing.trial import protocol, with_sentinel

SENTINEL_LACKS = "1 of cohort C1's sentinels is still to be dosed: P1"
SEVEN_DAYS = "before 7 days had passed since the dosing of P1 on 2 February 2026"


@pytest.fixture
def watched(running: Running) -> Running:
    """A cohort whose sentinel P1 holds a slot, as does P2, to whom it was assigned at 09:00:30."""
    running.protocol = protocol(with_sentinel)
    running.at("2026-02-01T07:00").open()
    running.at("2026-02-01T08:00").enrol("P1", "C1")
    running.person("P2")
    running.reserve("P2", "C1")
    running.eligible("P2")
    with running.at("2026-02-02T09:00:30").work(NURSE) as work:
        assign_slot(work, "P2")
    return running.at("2026-02-02T11:00")


def given(running: Running, start: str) -> tuple[str, ...]:
    return tuple(running.record_given("P2", start, "in a hurry", batch="B1"))


def test_before_the_minute_of_the_slot_the_sentinel_still_comes_first(watched: Running) -> None:
    assert given(watched, "2026-02-02T08:59") == (
        "dosed in cohort C1, with a slot in none",
        "holds no slot: slot 2 of cohort C1 was assigned later, 2 February 2026, 09:00:30 (Europe/Rome)",
        SENTINEL_LACKS,
    )


@pytest.mark.parametrize("minute", ["09:00", "09:01"])
def test_from_that_minute_only_the_sentinel_is_lacking(watched: Running, minute: str) -> None:
    assert given(watched, f"2026-02-02T{minute}") == (SENTINEL_LACKS,)


def test_the_sentinel_itself_is_told_of_the_slot_alone(watched: Running) -> None:
    found = watched.record_given("P1", "2026-02-01T07:59", "in a hurry", batch="B1")
    assert any(words.startswith("holds no slot: slot 1 of cohort C1 was assigned later") for words in found)
    assert NOT_JUDGED not in found, "the cohort was opened at seven"
    assert not any("sentinels is still to be dosed" in words for words in found)


def test_who_never_had_a_slot_is_no_sentinel_where_that_place_is_taken(watched: Running) -> None:
    """Also before the sentinel's slot was assigned, at eight."""
    watched.person("P3")
    watched.eligible("P3")
    found = watched.record_given("P3", "2026-02-01T07:45", "in a hurry", batch="B1", cohort="C1")
    assert "1 of cohort C1's sentinels is still to be dosed" in found


def test_who_takes_the_sentinels_open_place_is_the_sentinel(running: Running) -> None:
    running.protocol = protocol(with_sentinel)
    running.at("2026-02-01T08:00").open()
    running.person("P3")
    running.eligible("P3")
    found = running.record_given("P3", "2026-02-01T08:00", "in a hurry", batch="B1", cohort="C1")
    assert found == ("dosed in cohort C1, with a slot in none", "holds no slot")


def test_the_intervals_are_judged_without_a_slot(watched: Running) -> None:
    """P1 was dosed at ten; P3, who never had a slot, on the next day in the same cohort."""
    watched.dose("P1", "2026-02-02T11:00")
    watched.at("2026-02-03T11:00").person("P3")
    watched.eligible("P3")
    found = watched.record_given("P3", "2026-02-03T11:00", "in a hurry", batch="B1", cohort="C1")
    assert "holds no slot" in found
    assert SEVEN_DAYS in found
    assert "before 14 days had passed since the dosing of sentinel P1 on 2 February 2026" in found
    assert NOT_JUDGED not in found


def test_another_cohort_than_that_of_the_slot_is_judged(ready: Running) -> None:
    """P4 holds a slot of C2; the dosing is said to be one in C1, which is closed."""
    found = ready.record_given("P4", "2026-03-21T09:30", "by mistake", batch="B1", cohort="C1")
    assert "dosed in cohort C1, with a slot in C2" in found
    assert any(words.startswith("cohort C1 was closed") for words in found)


def test_without_any_cohort_it_is_said_that_nothing_could_be_judged(watched: Running) -> None:
    watched.person("P3")
    watched.eligible("P3")
    assert NOT_JUDGED in watched.record_given("P3", "2026-02-02T11:00", "in a hurry", batch="B1")


def test_a_first_dosing_is_not_called_the_second_since_one_was_cancelled(ready: Running) -> None:
    ready.prepare("P4")
    with ready.work(NURSE) as work:
        cancel_dosing(work, "P4", "fever")
    ready.record_given("P4", "2026-03-21T09:30", "the syringe was overfilled", dose_given="12", batch="B1")
    (deviation,) = ready.all(Deviation)
    assert deviation.description.startswith("the dosing of 21 March 2026, 09:30 departed from what was allowed: ")
    assert "dosing 2" not in deviation.description
