"""Cohorts: when one may be opened, with which slots, and when it may be closed."""

from __future__ import annotations

import pytest

from firstdose.conduct.cohorts import reopen_cohort
from firstdose.conduct.ledger import Refused
from firstdose.records import Cohort, Slot
from tests.conduct.running import Running
from tests.conduct.workplace import NURSE, STATISTICIAN
from tests.dosing.trial import protocol, with_sentinel


def test_the_first_cohort_has_the_start_level_and_the_rules_size(running: Running) -> None:
    assert running.open() == "C1"
    (cohort,) = running.all(Cohort)
    assert (cohort.dose_level, cohort.dose, cohort.dose_unit, cohort.size) == (1, 5.0, "million cells", 3)
    assert [(slot.slot, slot.state, slot.sentinel) for slot in running.all(Slot)] == [
        (1, "open", None),
        (2, "open", None),
        (3, "open", None),
    ]


def test_the_protocols_sentinels_are_the_first_slots(running: Running) -> None:
    running.protocol = protocol(with_sentinel)
    running.open()
    assert [slot.sentinel for slot in running.all(Slot)] == [True, False, False]


def test_only_who_prepares_decisions_opens_a_cohort(running: Running) -> None:
    from firstdose.conduct.cohorts import open_cohort

    with pytest.raises(Refused, match="may not open cohorts"), running.work(NURSE) as work:
        open_cohort(work)


def test_the_next_cohort_needs_the_latest_decision_and_the_last_one_closed(one_cohort: Running) -> None:
    one_cohort.at("2026-03-19T15:00")
    with pytest.raises(Refused, match="cohort C1 is still open"):
        one_cohort.open()
    one_cohort.close("C1")
    with pytest.raises(Refused, match="needs a decision"):
        one_cohort.open()
    with pytest.raises(Refused, match="there is none yet"):
        one_cohort.open(decision=1)
    assert one_cohort.decide("dose", 2) == 1
    assert one_cohort.open(decision=1) == "C2"
    assert [each.dose_level for each in one_cohort.all(Cohort)] == [1, 2]
    one_cohort.close("C2", reason="nobody came")
    with pytest.raises(Refused, match="has opened cohort C2 already"):
        one_cohort.open(decision=1)


def test_a_decision_to_stop_opens_nothing(one_cohort: Running) -> None:
    one_cohort.at("2026-03-19T15:00").close("C1")
    one_cohort.decide("stop", reason="sponsor's wish")
    with pytest.raises(Refused, match="decision 1 is to stop"):
        one_cohort.open(decision=1)


def test_a_stale_decision_opens_nothing(one_cohort: Running) -> None:
    one_cohort.at("2026-03-19T15:00").close("C1")
    one_cohort.decide("dose", 2)
    one_cohort.event("P2", "2026-02-15")
    one_cohort.verdict("P2", "dlt")
    with pytest.raises(Refused, match="decision 1 is stale: P2 was without a DLT and is now with a DLT"):
        one_cohort.open(decision=1)


def test_a_cohort_is_not_closed_over_somebody_who_waits_for_the_dose(ready: Running) -> None:
    with pytest.raises(Refused, match="slot 1 assigned for P4"):
        ready.close("C2")


def test_a_cohort_with_open_slots_is_closed_for_a_reason(running: Running) -> None:
    running.open()
    with pytest.raises(Refused, match="3 slots of cohort C1 are still open"):
        running.close("C1")
    running.close("C1", "accrual is over")
    with pytest.raises(Refused, match="was closed"):
        running.close("C1", "again")
    with running.work(STATISTICIAN) as work:
        reopen_cohort(work, "C1", "accrual goes on")
    assert running.all(Cohort)[0].closed is None


def test_without_a_committee_the_rules_level_is_opened(running: Running) -> None:
    running.protocol = protocol(lambda text: text.replace("required: true", "required: false"))
    running.at("2026-02-01T08:00")
    running.open()
    running.close("C1", "a mistake")
    assert running.open() == "C2"
    assert [each.dose_level for each in running.all(Cohort)] == [1, 1], "nobody was dosed: still the start level"
