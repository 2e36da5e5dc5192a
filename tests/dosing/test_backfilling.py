"""Backfilling in a live trial: the history, the advice and the gate. Truth is worked out by hand; times are Rome's.

The target is 0.25, so BOIN's bounds are 0.197 and 0.298; windows of 28 days close at the midnight after day 28.
"""

from __future__ import annotations

from typing import Any

import pytest

from firstdose.dosing import Gate, history_of, may_be_dosed, recommendation
from firstdose.records import Cohort, Dosing, Slot
from tests.dosing.trial import ROME, Trial, at, protocol

BACKFILLS = """  design: boin
  target_dlt_rate: 0.25
  backfill: {most_at_a_level: 6}
"""


def backfills(text: str) -> str:
    text = text.replace("  settings: {variant: previous}\n", "")
    return text.replace("  design: three_plus_three\n", BACKFILLS)


RULES = protocol(backfills)
APART = protocol(lambda text: backfills(text).replace("  backfill: {most_at_a_level: 6}\n", ""))
FREE = protocol(lambda text: backfills(text).replace("  interval_between_participants_days: 7\n", ""))
# C1: level 1, 2 to 16 February, windows over on 17 March; C2: level 2, 20 March to 3 April, windows over on 2 May
C1 = Trial().batch().cohort("C1", 1, size=3).full_cohort("C1", 1, ["P1", "P2", "P3"], "2026-02-02T10:00")
C2 = C1.decision(1, 2, "2026-03-18T12:00").cohort("C2", 2, "2026-03-19T08:00", size=3, decision=1)
C2 = C2.full_cohort("C2", 2, ["P4", "P5", "P6"], "2026-03-20T10:00")
B1 = C2.cohort("B1", 1, "2026-04-04T08:00", kind="backfill", size=3)
WAITING = B1.people(["Q1", "Q2", "Q3"], "B1")
GIVEN = B1.full_cohort("B1", 1, ["Q1", "Q2", "Q3"], "2026-04-10T10:00")  # 10, 17, 24 April; over on 9, 16, 23 May


def toxic(trial: Trial, name: str, start: str) -> Trial:
    return trial.event(name, start).verdict(name, "dlt", start + "T12:00")


def gate(trial: Trial, subject: str, as_of: str, rules: Any = RULES) -> Gate:
    return may_be_dosed(rules, trial.data, subject, at(as_of), zone=ROME)


def words(found: Gate) -> list[tuple[str, str]]:
    return [(each.rule, each.words) for each in found.reasons]


def test_who_is_backfilled_stands_in_the_history() -> None:
    for as_of, expected in [
        ("2026-04-08T12:00", "1NNN 2???"),
        ("2026-04-24T12:00", "1NNN 2N?? b1???"),
        ("2026-05-02T00:00", "1NNN 2NNN b1???"),
        ("2026-05-16T00:00", "1NNN 2NNN b1NN?"),
    ]:
        found = history_of(RULES, GIVEN.data, at(as_of))
        assert str(found.history) == expected
        assert (found.apart, found.missing, found.flags) == ((), (), ())
    beside = found.cohorts[-1]
    assert (beside.cohort, beside.level, beside.is_backfilled) == ("B1", 1, True)
    assert beside.subjects == ("Q1", "Q2", "Q3")
    assert found.last is not None
    assert found.last.cohort == "C2"


def test_without_the_key_they_stay_apart() -> None:
    found = history_of(APART, GIVEN.data, at("2026-05-16T00:00"))
    assert str(found.history) == "1NNN 2NNN"
    assert [each.outcomes for each in found.apart] == ["NN?"]
    assert found.flags == ("cohort B1 (backfill) is apart from the rule: NN?",)
    assert recommendation(APART, GIVEN.data, at("2026-05-16T00:00")).backfill_level is None


def test_an_outcome_stands_where_the_escalation_first_knew_it() -> None:
    """C3 was decided on 12 May, when Q1 (9 May) was known and Q2 (16 May) and Q3 were not."""
    trial = GIVEN.decision(2, 3, "2026-05-12T12:00").cohort("C3", 3, "2026-05-20T08:00", size=3, decision=2)
    trial = trial.full_cohort("C3", 3, ["P7", "P8", "P9"], "2026-05-21T10:00")
    assert str(history_of(RULES, trial.data, at("2026-06-05T12:00")).history) == "1NNN 2NNN b1N 3??? b1NN"
    # it goes by the data that the decision rests on, where they are stated
    late = trial.changed(Cohort, lambda cohort: cohort.cohort == "C3", decision=None)
    assert str(history_of(RULES, late.data, at("2026-06-05T12:00")).history) == "1NNN 2NNN b1NN 3??? b1N"


def test_the_advice_says_what_is_open_and_counts_them() -> None:
    waits = recommendation(RULES, C2.data, at("2026-04-04T12:00"))
    assert (waits.action, waits.backfill_level) == ("wait", 1)
    assert waits.reason.endswith("Meanwhile level 1 (5 million cells) is open for backfilling.")
    due = recommendation(RULES, GIVEN.data, at("2026-05-02T00:00"))
    assert (due.action, due.next_level, due.backfill_level) == ("dose", 3, None)
    assert due.reason.endswith("no level is open for backfilling (level 1: 6 were treated there, of at most 6).")
    # 2 of 6 at level 1 against 0 of 3 at level 2: together 2 of 9 = 0.222, between the bounds
    two = toxic(toxic(GIVEN, "Q1", "2026-04-20"), "Q2", "2026-04-21")
    stays = recommendation(RULES, two.data, at("2026-05-24T00:00"))
    assert (stays.action, stays.next_level) == ("dose", 2)
    assert "together levels 1 to 2 have 2 of 9" in stays.reason


def test_an_outcome_that_waits_for_a_verdict_is_waited_for_where_it_matters() -> None:
    """With Q2's DLT 1 of 5 at level 1 had one, with level 2 1 of 8: up; with Q1's 2 of 6, with level 2 2 of 9: stay."""
    one = toxic(GIVEN, "Q2", "2026-04-21")
    open_ = one.event("Q1", "2026-04-20")
    waits = recommendation(RULES, open_.data, at("2026-05-24T00:00"))
    assert waits.action == "wait"
    assert waits.reason.startswith("of those backfilled, 1 outcome waits for the committee's verdict (Q1, event 1): if")
    assert "if that is a DLT, level 2 is next; by what is known now, 1 of 5 participants at level 1" in waits.reason
    assert (
        recommendation(RULES, open_.verdict("Q1", "not_dlt", "2026-05-01").data, at("2026-05-24T00:00")).next_level == 3
    )
    # without Q2's DLT it does not matter
    assert recommendation(RULES, GIVEN.event("Q1", "2026-04-20").data, at("2026-05-24T00:00")).next_level == 3


def test_while_the_cohort_of_the_escalation_has_places_nothing_is_open() -> None:
    found = recommendation(RULES, C2.data, at("2026-04-01T12:00"))  # P6 is dosed on 3 April
    assert (found.action, found.next_level, found.cohort_size, found.backfill_level) == ("dose", 2, 1, None)


def test_who_may_be_backfilled_is_dosed_while_the_escalation_waits() -> None:
    assert words(gate(WAITING, "Q1", "2026-04-10T12:00")) == []
    (interval,) = words(gate(WAITING, "Q1", "2026-04-09T12:00"))
    assert interval[0] == "escalation.interval_between_participants_days"
    assert gate(WAITING, "Q1", "2026-04-05T12:00", FREE).allowed


@pytest.mark.parametrize(
    ("trial", "as_of", "expected"),
    [
        # one place of C2 is left until 3 April
        (
            WAITING.changed(Cohort, lambda cohort: cohort.cohort == "B1", opened=None),
            "2026-04-02T12:00",
            "1 of the escalation's cohort still to be dosed, and who comes is treated there",
        ),
        # the level of the escalation itself
        (
            WAITING.changed(Cohort, lambda cohort: cohort.cohort == "B1", dose_level=2),
            "2026-04-10T12:00",
            "it is not below the level of the escalation, 2",
        ),
        # two DLTs of three at level 1, and with level 2 two of five known: 0.4
        (
            toxic(toxic(WAITING, "P1", "2026-02-20"), "P2", "2026-02-21"),
            "2026-04-20T12:00",
            "it is closed: 2 of 3 at level 1 had a DLT and 2 of 4 together with level 2",
        ),
        (
            toxic(toxic(toxic(WAITING, "P1", "2026-02-20"), "P2", "2026-02-21"), "P3", "2026-02-22"),
            "2026-04-20T12:00",
            "",
        ),
        # a seizure of P1 without a verdict leaves open whether 1 of 3 had a DLT; nobody at level 2 is known yet
        (
            WAITING.event("P1", "2026-02-20"),
            "2026-04-10T12:00",
            "waits for the outcome of P1: if each is a DLT, it is closed",
        ),
    ],
)
def test_a_level_that_is_not_open_is_a_reason(trial: Trial, as_of: str, expected: str) -> None:
    found = [text for rule, text in words(gate(trial, "Q1", as_of)) if rule == "escalation.backfill"]
    assert len(found) == 1
    assert expected in found[0]


def test_the_advice_names_no_level_that_an_open_verdict_may_close() -> None:
    """P1's seizure leaves open whether 1 of 3 at level 1 had a DLT; with level 2 known it does not matter."""
    trial = WAITING.event("P1", "2026-02-20")
    found = recommendation(RULES, trial.data, at("2026-04-10T12:00"))
    assert found.backfill_level is None
    assert "Whether level 1 is open for backfilling waits for the outcome of P1: if each is a DLT" in found.reason
    assert "Meanwhile level 1" not in found.reason
    settled = recommendation(RULES, trial.verdict("P1", "not_dlt", "2026-03-01").data, at("2026-04-10T12:00"))
    assert settled.backfill_level == 1
    assert recommendation(RULES, trial.data, at("2026-04-30T12:00")).backfill_level == 1


def test_a_dlt_that_is_feared_counts_at_the_level_given() -> None:
    """P4 and P5 of the second cohort were given the dose of level 1: their DLTs would make it 2 of 5 there."""
    trial = WAITING.changed(Dosing, lambda dosing: dosing.subject in ("P4", "P5"), dose_given=5.0)
    trial = trial.event("P4", "2026-03-25").event("P5", "2026-03-29")
    found = [text for rule, text in words(gate(trial, "Q1", "2026-04-10T12:00")) if rule == "escalation.backfill"]
    assert len(found) == 1
    assert "2 of 5 at level 1 had a DLT and 2 of 5 together with level 2" in found[0]


def test_a_level_with_its_cap_is_full() -> None:
    trial = GIVEN.person("Q4").changed(Cohort, lambda cohort: cohort.cohort == "B1", size=None).slot("B1", 4, "Q4")
    reasons = words(gate(trial, "Q4", "2026-05-01T12:00"))
    assert reasons == [
        ("escalation.backfill", "level 1 is not open for backfilling: 6 were treated there, of at most 6"),
    ]


def test_a_dosing_that_cannot_be_placed_leaves_it_unknown() -> None:
    trial = WAITING.person("X").dosed("X", "2026-03-01T10:00", "C1", None, dose_assigned=None)
    trial = trial.changed(Cohort, lambda cohort: cohort.cohort == "C1", dose_level=9)
    found = [text for rule, text in words(gate(trial, "Q1", "2026-04-10T12:00")) if rule == "escalation.backfill"]
    assert len(found) == 1
    assert "is not known" in found[0]


def test_a_lower_level_that_is_open_is_no_reason_but_noted() -> None:
    trial = C2.decision(2, 3, "2026-05-03T12:00").cohort("C3", 3, "2026-05-04T08:00", size=3, decision=2)
    trial = trial.full_cohort("C3", 3, ["P7", "P8", "P9"], "2026-05-05T10:00")  # 5, 12, 19 May
    trial = trial.cohort("B1", 1, "2026-05-20T08:00", kind="backfill").people(["Q1"], "B1")
    found = gate(trial, "Q1", "2026-05-26T12:00")
    assert found.allowed
    assert found.notes[0] == "level 2 is the highest open for backfilling, at which the rule treats who comes"


def test_the_escalation_does_not_wait_for_who_is_backfilled() -> None:
    trial = GIVEN.decision(2, 3, "2026-05-03T12:00").cohort("C3", 3, "2026-05-04T08:00", size=3, decision=2)
    trial = trial.people(["P7"], "C3")
    assert words(gate(trial, "P7", "2026-05-04T12:00")) == []
    # but a DLT of one of them since the decision makes people decide again
    reasons = words(gate(toxic(trial, "Q3", "2026-05-04"), "P7", "2026-05-05T12:00"))
    assert [rule for rule, _ in reasons] == ["escalation.committee_review"]
    assert "since the decision Q3 has turned out to have had a DLT" in reasons[0][1]


def test_a_decision_to_stop_or_to_wait_holds_for_everybody() -> None:
    trial = WAITING.decision(2, None, "2026-04-09T12:00", action="wait")
    reasons = words(gate(trial, "Q1", "2026-04-10T12:00"))
    to_do = "dose nobody in cohort B1 until the committee has taken another decision"
    assert reasons == [("escalation.committee_review", f"decision 2, taken later, is to wait: {to_do}")]


def test_sentinels_are_the_escalations() -> None:
    watched = protocol(
        lambda text: backfills(text).replace(
            "  committee_review:", "  sentinel: {interval_days: 14, on_dlt: committee_review}\n  committee_review:"
        )
    )
    trial = WAITING.changed(Slot, lambda slot: slot.subject == "Q1", state="dosed")
    trial = trial.dosed("Q1", "2026-04-10T10:00", "B1", 1)
    assert words(gate(trial, "Q2", "2026-04-17T12:00", watched)) == []


def test_without_the_key_a_backfill_cohort_needs_a_decision_as_before() -> None:
    rules = [rule for rule, _ in words(gate(WAITING, "Q1", "2026-04-10T12:00", APART))]
    assert "escalation.committee_review" in rules
    assert "escalation.backfill" not in rules
