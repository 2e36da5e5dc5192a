"""What the gate asks of people's decisions and of the rule. Truth is worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from firstdose.records import (
    Cohort,
    Disposition,
    DoseDecision,
    Slot,
)
from tests.dosing.gate_cases import C1, C2, DECISION, gate, rules_of
from tests.dosing.trial import Trial, protocol, time


def test_a_dlt_that_turns_up_after_the_decision_makes_people_decide_again() -> None:
    trial = C2.event("P2", "2026-02-15", recorded=time("2026-03-20T09:00")).verdict("P2", "dlt", "2026-03-20T16:00")
    assert gate(trial, "2026-03-20T08:30").allowed
    found = gate(trial)
    assert [reason.words for reason in found.reasons if reason.rule == DECISION] == [
        "since the decision P2 has turned out to have had a DLT; people decide again"
    ]
    again = trial.decision(2, 2, "2026-03-20T18:00", cohort="C2", reason="benefit outweighs", recommended_next_level=1)
    assert gate(again).allowed
    without_reason = trial.decision(2, 2, "2026-03-20T18:00", cohort="C2", recommended_next_level=1)
    assert not gate(without_reason).allowed


def test_what_the_decision_knew_is_what_was_known_at_the_data_seen() -> None:
    trial = C2.event("P2", "2026-02-15").verdict("P2", "dlt", "2026-03-19T14:00")
    knew = trial.changed(DoseDecision, lambda d: True, recommended_next_level=1, reason="reviewed with care")
    assert gate(knew).allowed
    earlier = knew.changed(DoseDecision, lambda d: True, data_as_of=time("2026-03-19T13:00"))
    assert rules_of(gate(earlier)) == [DECISION]


def test_a_dlt_that_is_taken_back_does_not_halt_dosing() -> None:
    trial = C2.event("P2", "2026-02-15").verdict("P2", "dlt", "2026-02-20T10:00")
    trial = trial.changed(DoseDecision, lambda d: True, recommended_next_level=1, reason="reviewed with care")
    assert gate(trial.verdict("P2", "not_dlt", "2026-03-20T10:00", number=2)).allowed


def test_a_decision_that_the_rule_does_not_give_on_the_data_seen_needs_a_reason() -> None:
    trial = C2.plus(Disposition(subject="P2", number=1, event="withdrawal by subject", occurred=time("2026-02-20")))
    (reason,) = gate(trial).reasons
    assert reason.words == (
        "decision 1 departs from what the rule gives on the data seen (dose level 1), and no reason is recorded"
    )
    assert gate(trial.changed(DoseDecision, lambda d: True, reason="no replacement to be had")).allowed


def test_who_turns_out_not_evaluable_after_the_decision_halts_dosing() -> None:
    facts = {"event": "withdrawal by subject", "occurred": time("2026-02-20"), "recorded": time("2026-03-20T16:00")}
    trial = C2.plus(Disposition(subject="P2", number=1, **facts))
    assert gate(trial, "2026-03-20T15:00").allowed
    assert [reason.words for reason in gate(trial).reasons] == [
        "since the decision P2 has become not evaluable: follow-up ended on day 11 of 28: withdrawal by subject; "
        "people decide again"
    ]
    assert gate(trial.decision(2, 2, "2026-03-20T18:00", reason="no replacement to be had")).allowed


def test_a_stopped_rule_holds_back_unless_people_overrule_it_with_a_reason() -> None:
    toxic = C1
    for name in ("P1", "P2"):
        toxic = toxic.event(name, "2026-02-17").verdict(name, "dlt", "2026-02-19T10:00")
    first = toxic.people(["P9"], "C1").changed(Cohort, lambda c: c.cohort == "C1", size=4)
    first = first.changed(Slot, lambda slot: slot.subject == "P9", slot=4)
    found = gate(first, "2026-03-21T10:00", "P9")
    assert rules_of(found) == ["escalation.design"]
    assert found.reasons[0].words.startswith("whatever the rest of cohort C1 shows, the rule leaves its level: ")
    over = toxic.cohort("C2", 1, "2026-03-20T08:00", decision=1).people(["P4"], "C2")
    ruled: dict[str, Any] = {"recommended_action": "stop", "recommended_next_level": None}
    overruled = over.decision(1, 1, "2026-03-19T15:00", reason="another route", **ruled)
    assert gate(overruled).allowed
    again = overruled.people(["P5"], "C2").changed(Slot, lambda slot: slot.subject == "P5", slot=2)
    again = again.dosed("P4", "2026-03-21T10:00", "C2", 1)
    assert gate(again, "2026-04-10T10:00", "P5").allowed
    again = again.event("P4", "2026-03-22").verdict("P4", "dlt", "2026-03-24T10:00")
    (reason,) = gate(again, "2026-04-10T10:00", "P5").reasons
    assert reason.rule == "escalation.design", "what followed was not known when the rule was overruled"
    silent = gate(over.decision(1, 1, "2026-03-19T15:00", **ruled))
    assert rules_of(silent) == [DECISION, "escalation.design"]


def test_where_no_recommendation_is_recorded_the_rules_own_is_compared() -> None:
    nothing = {"recommended_action": None, "recommended_next_level": None}
    assert gate(C2.changed(DoseDecision, lambda d: True, **nothing)).allowed
    low = C2.changed(Cohort, lambda c: c.cohort == "C2", dose_level=1)
    low = low.changed(DoseDecision, lambda d: True, next_level=1, **nothing)
    assert [reason.words for reason in gate(low).reasons] == [
        "decision 1 departs from what the rule gives on the data seen (dose level 2), and no reason is recorded"
    ]


def test_the_first_cohort_needs_no_decision_but_the_start_level() -> None:
    trial = Trial().batch().cohort("C1", 1).people(["P4"], "C1")
    assert gate(trial).allowed
    high = trial.changed(Cohort, lambda c: True, dose_level=2)
    assert rules_of(gate(high)) == ["escalation.start_level"]


def test_where_no_committee_is_required_the_rules_advice_is_the_limit() -> None:
    free = protocol(lambda text: text.replace("required: true", "required: false"))
    trial = C1.cohort("C2", 2, "2026-03-20T08:00").people(["P4"], "C2")
    assert gate(trial, rules=free).allowed
    assert rules_of(gate(trial)) == [DECISION]
    high = trial.changed(Cohort, lambda c: c.cohort == "C2", dose_level=3)
    assert [reason.words for reason in gate(high, rules=free).reasons] == [
        "cohort C2 has level 3, the rule advised level 2, and no decision says why"
    ]


def test_dosing_inside_a_cohort_stops_once_its_decision_is_settled_where_the_protocol_says_so() -> None:
    def with_target(text: str) -> str:
        return text.replace("three_plus_three", "boin\n  target_dlt_rate: 0.25").replace("{variant: previous}", "{}")

    def stopping(text: str) -> str:
        return with_target(text).replace("cohort_size: 3", "cohort_size: 3\n  stop_within_cohort: true")

    trial = C2.dosed("P4", "2026-03-21T10:00", "C2", 2).dosed("P5", "2026-03-28T10:00", "C2", 2)
    for name in ("P4", "P5"):
        trial = trial.event(name, "2026-03-30").verdict(name, "dlt", "2026-03-31T10:00")
    asked = (trial, "2026-04-10T10:00", "P6")
    assert rules_of(gate(*asked, rules=protocol(stopping))) == ["escalation.stop_within_cohort"]
    down = gate(*asked, rules=protocol(with_target))
    assert rules_of(down) == ["escalation.design"]
    assert down.reasons[0].words.startswith("whatever the rest of cohort C2 shows, the rule leaves its level")
    knowing = trial.decision(2, 2, "2026-04-01T10:00", cohort="C2", reason="reviewed", recommended_next_level=1)
    assert gate(knowing, *asked[1:], rules=protocol(with_target)).allowed


def test_a_cohort_whose_decision_is_settled_is_filled_where_the_protocol_says_so() -> None:
    """The top level is confirmed at no more than 1 DLT of 6: with 0 of 5 it is, whatever the sixth shows."""

    def confirming(text: str) -> str:
        return text.replace("variant: previous", "variant: confirm_six").replace("[5, 10, 16, 24]", "[5]")

    trial = C1.cohort("C2", 1, "2026-03-20T08:00", decision=1).decision(1, 1, "2026-03-19T15:00")
    trial = trial.people(["P4", "P5", "P6"], "C2")
    trial = trial.dosed("P4", "2026-03-21T10:00", "C2", 1).dosed("P5", "2026-03-28T10:00", "C2", 1)
    found = gate(trial, "2026-05-10T10:00", "P6", rules=protocol(confirming))
    assert found.allowed
    assert "the next step does not depend on the places of the cohort that are left" in found.notes


def test_a_trial_without_a_rule_asks_for_no_advice() -> None:
    none = protocol(
        lambda text: text.replace("three_plus_three", "none").replace("  settings: {variant: previous}\n", "")
    )
    assert gate(C2, rules=none).allowed
    assert replace(gate(C2, rules=none), notes=()).reasons == ()
