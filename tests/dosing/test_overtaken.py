"""What is to be done in a cohort that a later decision overtook, by records that were kept elsewhere."""

from __future__ import annotations

from tests.dosing.gate_cases import C2, gate


def test_who_was_dosed_releases_nothing_though_the_slot_still_says_assigned() -> None:
    trial = C2.decision(2, 1, "2026-03-20T17:00").dosed("P5", "2026-03-21T09:00", "C2", 2)
    found = [each.words for each in gate(trial).reasons if "taken later" in each.words]
    assert found == [
        "decision 2, taken later, is to dose level 1: release the slots of P4 and P6, close cohort C2, "
        "then open a cohort by decision 2"
    ]


def test_a_decision_that_opened_a_cohort_is_not_to_open_it_again() -> None:
    trial = C2.decision(2, 1, "2026-03-20T17:00").cohort("C3", 1, "2026-03-20T18:00", decision=2)
    (found,) = [each.words for each in gate(trial).reasons if "taken later" in each.words]
    assert found.endswith("release the slots of P4, P5 and P6, close cohort C2")
