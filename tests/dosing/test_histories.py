"""The rule's history from records, and its advice. Truth is worked out by hand."""

from __future__ import annotations

from typing import Any

from firstdose.designs.history import PENDING, Cohort, History
from firstdose.dosing import TrialHistory, history_of, recommendation
from firstdose.records import Cohort as CohortRecord
from firstdose.records import Disposition, Dosing, Slot
from tests.dosing.trial import Trial, at, protocol, time, with_sentinel

PLAIN = protocol()
C1 = Trial().batch().cohort("C1", 1).full_cohort("C1", 1, ["P1", "P2", "P3"], "2026-02-02T10:00")
OVER = "2026-03-17T00:00"
"""The first instant at which all windows of C1 are complete: the last was dosed on 16 February."""


def history(trial: Trial, as_of: str = "2026-12-01T12:00", **changes: Any) -> TrialHistory:
    return history_of(changes.get("rules", PLAIN), trial.data, at(as_of))


def toxic(trial: Trial, name: str, start: str, when: str) -> Trial:
    return trial.event(name, start).verdict(name, "dlt", when)


def test_windows_close_one_by_one() -> None:
    assert str(history(C1, "2026-02-01T12:00").history) == ""
    assert str(history(C1, "2026-02-09T09:59").history) == "1?"
    assert str(history(C1, "2026-02-20T12:00").history) == "1???"
    assert str(history(C1, "2026-03-03T00:00").history) == "1N??"
    assert str(history(C1, "2026-03-16T23:59").history) == "1NN?"
    assert str(history(C1, OVER).history) == "1NNN"


def test_every_letter_has_its_subject() -> None:
    trial = toxic(C1, "P2", "2026-02-12", "2026-02-14T12:00")
    left = Disposition(subject="P3", number=1, event="withdrawal by subject", occurred=time("2026-02-20"))
    found = history(trial.plus(left), OVER)
    (cohort,) = found.cohorts
    assert (cohort.cohort, cohort.number, cohort.level) == ("C1", 1, 1)
    assert dict(zip(cohort.subjects, cohort.outcomes, strict=True)) == {"P1": "N", "P2": "T", "P3": "-"}
    assert (found.flags, found.missing, found.apart) == ((), (), ())


def test_cohorts_come_in_the_order_in_which_they_began() -> None:
    trial = Trial().cohort("second", 2, "2026-03-20T08:00").cohort("first", 1).batch()
    trial = trial.full_cohort("second", 2, ["P4"], "2026-03-21T10:00")
    trial = trial.full_cohort("first", 1, ["P1", "P2", "P3"], "2026-02-02T10:00")
    found = history(trial)
    assert str(found.history) == "1NNN 2N"
    assert [each.cohort for each in found.cohorts] == ["first", "second"]


def test_a_replacement_stands_in_its_own_cohort() -> None:
    left = Disposition(subject="P3", number=1, event="withdrawal by subject", occurred=time("2026-02-20"))
    trial = C1.plus(left).changed(Slot, lambda slot: slot.subject == "P3", state="replaced")
    advice = recommendation(PLAIN, trial.data, at(OVER))
    assert (advice.action, advice.next_level, advice.cohort_size) == ("dose", 1, 1)
    trial = (
        trial.person("P4").slot("C1", 4, "P4", state="dosed", replaces="P3").dosed("P4", "2026-03-20T10:00", "C1", 1)
    )
    assert str(history(trial).history) == "1NN-N"
    assert recommendation(PLAIN, trial.data, at("2026-12-01T12:00")).next_level == 2


def test_a_dlt_after_an_overdose_counts_at_the_level_given_before_its_own_cohort() -> None:
    trial = C1.cohort("C2", 2, "2026-03-20T08:00").full_cohort("C2", 2, ["P4", "P5"], "2026-03-21T10:00")
    trial = trial.person("P6").slot("C2", 3, "P6", state="dosed")
    trial = trial.dosed("P6", "2026-04-10T10:00", "C2", 2, dose_given=15.5)
    without = history(trial)
    assert str(without.history) == "1NNN 2NN-"
    found = history(toxic(trial, "P6", "2026-04-12", "2026-04-14T10:00"))
    assert str(found.history) == "1NNN 3T+ 2NN"
    assert [each.cohort for each in found.cohorts] == ["C1", "C2", "C2"]
    assert found.cohorts[1].subjects == ("P6",)
    assert (
        "P6: given level differs from assigned: 15.5 given is the dose of level 3, level 2 was assigned" in found.flags
    )


def test_an_open_window_after_too_small_a_dose_is_flagged() -> None:
    trial = Trial().cohort("C1", 1).person("P1").slot("C1", 1, "P1")
    trial = trial.dosed("P1", "2026-02-02T10:00", "C1", 1, dose_given=1.0)
    found = history(trial, "2026-02-20T12:00")
    assert str(found.history) == "1?"
    assert "P1: ? stands for a DLT or not evaluable, not for no DLT" in found.flags


def test_expansion_and_control_stand_apart_from_the_rule() -> None:
    trial = C1.cohort("X", 1, "2026-03-20T08:00", kind="expansion").full_cohort("X", 1, ["P4"], "2026-03-21T10:00")
    trial = trial.cohort("K", 0, "2026-03-20T08:00").person("P5")
    trial = trial.dosed("P5", "2026-03-25T10:00", "K", None, level_assigned=0, dose_assigned=0.0, dose_given=0.0)
    found = history(trial)
    assert str(found.history) == "1NNN"
    assert [(each.cohort, each.level) for each in found.apart] == [("X", 1), ("K", 0)]
    assert any(flag.startswith("cohort X (expansion) is apart from the rule") for flag in found.flags)


def test_without_records_of_cohorts_those_that_the_dosings_name_serve_with_a_flag() -> None:
    trial = C1.without(lambda record: isinstance(record, CohortRecord | Slot))
    found = history(trial)
    assert str(found.history) == "1NNN"
    assert found.flags == ("no cohorts are recorded: the dosings' own, in the order of the procedures, stand for them",)


def test_without_any_cohort_order_and_level_stand_for_it() -> None:
    trial = Trial()
    starts = [("P1", "2026-02-02", 1), ("P2", "2026-02-09", 1), ("P3", "2026-02-16", 1), ("P4", "2026-04-01", 1)]
    for name, start, level in [*starts, ("P5", "2026-06-01", 2), ("P6", "2026-05-01", 1)]:
        trial = trial.person(name).dosed(name, f"{start}T10:00", None, level)
    found = history(trial)
    assert str(found.history) == "1NNN 1NN 2N"
    assert [each.subjects for each in found.cohorts] == [("P1", "P2", "P3"), ("P4", "P6"), ("P5",)]
    assert "P1: cohort not recorded: order and level of the dosings stand for it" in found.flags


def test_who_cannot_be_placed_leaves_the_rule_without_advice() -> None:
    facts = {"dose_assigned": None, "dose_given": 5.0}
    trial = C1.person("P4").dosed("P4", "2026-03-01T10:00", None, None, **facts)
    found = history(trial)
    assert found.missing == ("P4: the dose level is not recorded",)
    advice = recommendation(PLAIN, trial.data, at("2026-12-01T12:00"))
    assert (advice.action, advice.reason) == ("wait", "no recommendation: P4: the dose level is not recorded.")
    undated = C1.changed(Dosing, lambda dosing: dosing.subject == "P2", procedure_start=None)
    assert "P2: the day of the procedure is not recorded" in history(undated).missing[0]


def test_while_a_cohort_is_open_the_advice_is_to_fill_it() -> None:
    trial = C1.cohort("C2", 2, "2026-03-20T08:00").full_cohort("C2", 2, ["P4"], "2026-03-21T10:00")
    advice = recommendation(PLAIN, trial.data, at("2026-06-01T12:00"))
    assert (advice.action, advice.next_level, advice.cohort_size) == ("dose", 2, 2)
    assert advice.reason == "2 of cohort C2 still to be dosed. Next: 2 at level 2 (10 million cells)."
    closed = trial.changed(CohortRecord, lambda one: one.cohort == "C2", closed=time("2026-05-01T10:00"))
    advice = recommendation(PLAIN, closed.data, at("2026-06-01T12:00"))
    assert advice.reason.startswith("0 of 1 participants at level 2 had a DLT")
    assert any("1 evaluable of 3 planned; taken as complete" in flag for flag in advice.flags)


def test_a_cohort_whose_first_dlt_counts_elsewhere_is_still_filled_at_its_own_level() -> None:
    trial = C1.cohort("C2", 2, "2026-03-20T08:00").person("P4").slot("C2", 1, "P4", state="dosed")
    trial = trial.dosed("P4", "2026-03-21T10:00", "C2", 2, dose_given=5.2)
    trial = toxic(trial, "P4", "2026-03-30", "2026-03-31T10:00")
    assert str(history(trial).history) == "1NNN 1T"
    advice = recommendation(PLAIN, trial.data, at("2026-06-01T12:00"))
    assert (advice.action, advice.next_level, advice.cohort_size) == ("dose", 2, 2)
    assert advice.reason == "2 of cohort C2 still to be dosed. Next: 2 at level 2 (10 million cells)."
    closed = trial.changed(CohortRecord, lambda one: one.cohort == "C2", closed=time("2026-05-01T10:00"))
    assert recommendation(PLAIN, closed.data, at("2026-06-01T12:00")).next_level != 2


def test_a_settled_cohort_is_not_waited_for() -> None:
    trial = C1.cohort("C2", 2, "2026-03-20T08:00").full_cohort("C2", 2, ["P4", "P5"], "2026-03-21T10:00")
    for name in ("P4", "P5"):
        trial = toxic(trial, name, "2026-03-30", "2026-03-31T10:00")
    advice = recommendation(PLAIN, trial.data, at("2026-04-01T12:00"))
    assert (advice.action, advice.recommended_level) == ("stop", 1)
    assert "cohort C2 is open, with 1 of its places left" in advice.flags


def test_a_sentinels_dlt_that_ends_the_cohort_leaves_no_place() -> None:
    ending = protocol(lambda text: with_sentinel(text).replace("on_dlt: committee_review", "on_dlt: end_cohort"))
    trial = C1.cohort("C2", 2, "2026-03-20T08:00").full_cohort("C2", 2, ["P4"], "2026-03-21T10:00")
    trial = toxic(trial, "P4", "2026-03-30", "2026-03-31T10:00")
    advice = recommendation(ending, trial.data, at("2026-04-01T12:00"))
    assert advice.reason.startswith("1 of 1 participants at level 2 had a DLT")
    reviewed = recommendation(protocol(with_sentinel), trial.data, at("2026-04-01T12:00"))
    assert reviewed.reason.startswith("2 of cohort C2 still to be dosed")


def test_nobody_is_replaced_in_a_cohort_that_its_sentinel_has_ended() -> None:
    """P4, the sentinel, had a DLT after the dose of level 1; P5, dosed before it was seen, left."""
    ending = protocol(lambda text: with_sentinel(text).replace("on_dlt: committee_review", "on_dlt: end_cohort"))
    left = Disposition(subject="P5", number=1, event="withdrawal by subject", occurred=time("2026-04-06"))
    trial = C1.cohort("C2", 2, "2026-03-20T08:00").people(["P4", "P5"], "C2").plus(left)
    trial = trial.dosed("P4", "2026-03-21T10:00", "C2", 2, dose_given=5.0).dosed("P5", "2026-04-04T10:00", "C2", 2)
    trial = toxic(trial, "P4", "2026-04-05", "2026-04-06T10:00")
    found = history(trial, "2026-05-20T12:00", rules=ending)
    assert str(found.history) == "1NNN 1T+ 2-"
    advice = recommendation(ending, trial.data, at("2026-05-20T12:00"))
    assert "replaced" not in advice.reason
    assert (advice.action, advice.next_level, advice.cohort_size) == ("dose", 1, 2)  # the 3+3 fills six


def test_an_opened_cohort_in_which_nobody_was_dosed_does_not_change_the_advice() -> None:
    trial = C1.cohort("C2", 2, "2026-03-20T08:00").people(["P4"], "C2")
    advice = recommendation(PLAIN, trial.data, at("2026-03-21T12:00"))
    assert (advice.action, advice.next_level, advice.cohort_size) == ("dose", 2, 3)


def test_a_trial_without_a_dosing_begins_at_its_start_level() -> None:
    advice = recommendation(PLAIN, Trial().data, at("2026-03-21T12:00"))
    assert (advice.action, advice.next_level) == ("dose", 1)


def test_the_history_is_what_the_designs_read() -> None:
    shares = (18 / 29, 11 / 29, 4 / 29)  # whole days that are over, of a window of 28 days and the day of dosing
    assert history(C1, "2026-02-20T12:00").history == History((Cohort(1, PENDING * 3, shares),))
