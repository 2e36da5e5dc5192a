"""Advice after a history in which somebody was backfilled; worked out by hand.

The target is 0.25: BOIN's bounds are 0.197 and 0.298.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from firstdose.designs.boin import Boin
from firstdose.designs.cohort_size_guards import Titration
from firstdose.designs.design import Frame
from firstdose.designs.guards import StopWhenTooToxic
from firstdose.designs.history import Cohort, OutcomesError, parse_outcomes
from firstdose.designs.recommendation import Recommendation
from firstdose.designs.rule import EscalationRule

DOSES = (5.0, 10.0, 16.0, 24.0)
PLAIN = EscalationRule(Boin(frame=Frame(DOSES, "mg", 0.25, 3, 12)))
RULE = PLAIN.with_backfill(9)


def advice(outcomes: str, rule: EscalationRule = RULE, places: int | None = None) -> Recommendation:
    return rule.decide(parse_outcomes(outcomes, 4), places)


def test_the_letter_b_stands_before_the_level() -> None:
    history = parse_outcomes("1NNN 2NN? b1N?- 3T", 4)
    assert str(history) == "1NNN 2NN? b1N?- 3T"
    assert history.cohorts[2] == Cohort(1, "N?-", is_backfilled=True)
    assert [str(each) for each in history.escalation] == ["1NNN", "2NN?", "3T"]
    assert [str(each) for each in history.backfilled] == ["b1N?-"]
    assert str(parse_outcomes("1NNN b1?", 4, [0.5]).without_follow_up()) == "1NNN b1?"
    assert parse_outcomes("1NNN b1?", 4, [0.5]).cohorts[1].is_backfilled


@pytest.mark.parametrize("wrong", ["B1NN", "1bNN", "bNN", "b0N", "b5N", "b 1N"])
def test_what_is_no_notation_is_refused(wrong: str) -> None:
    with pytest.raises(OutcomesError, match="outcomes: cohort"):
        parse_outcomes(wrong, 4)


def test_a_rule_that_does_not_backfill_refuses_who_was() -> None:
    with pytest.raises(OutcomesError, match="b1NN stands for participants who were backfilled"):
        advice("1NNN 2NNN b1NN", PLAIN)


@pytest.mark.parametrize("outcomes", ["", "1NNN", "1NNT", "1NNN 2NNN 3NTN 3NNT", "1TTT", "1NNN 2NN?", "1NNN 2NTN 1NNN"])
def test_without_anybody_backfilled_the_advice_is_that_of_the_design(outcomes: str) -> None:
    found, plain = advice(outcomes), advice(outcomes, PLAIN)
    assert found.reason.startswith(plain.reason)
    assert (found.action, found.next_level, found.cohort_size) == (plain.action, plain.next_level, plain.cohort_size)
    assert (found.flags, found.recommended_level) == (plain.flags, plain.recommended_level)


@pytest.mark.parametrize(
    ("outcomes", "action", "level", "words"),
    [
        ("1NNN 2NNN b1NN", "dose", 3, "0 of 3 participants at level 2 had a DLT"),
        # 2 of 6 at level 2 against 0 of 3 at level 3; together 2 of 9 = 0.222, between the bounds
        ("1NNN 2NNN 3NNN b2TNT", "dose", 3, "together levels 2 to 3 have 2 of 9"),
        # 3 of 6; together 3 of 9 = 0.333: down, and not to level 2, which calls for de-escalation itself
        ("1NNN 2NNN 3NNN b2TTT", "dose", 1, "together levels 2 to 3 have 3 of 9: the DLT rate 0.333 is at or above"),
        ("1NNN 2NNN 3NNN b2TTT", "dose", 1, "so de-escalate, below level 2."),
        # 2 of 5 and 2 of 3 both call for de-escalation; together 4 of 8
        ("1NNN 2NNN 3TTN b2TT", "dose", 1, "had a DLT, and so had 2 of 3 at level 3; together levels 2 to 3"),
        # down from level 2 anyway
        ("1NNN 2NTT b1TT", "dose", 1, "2 of 3 participants at level 2 had a DLT: the DLT rate 0.667 is at or above"),
        ("1NNN 2TNN b1TTTN", "dose", 1, "1 of 3 participants at level 2 had a DLT"),
        # the same, known only after the third cohort was opened: its own decision knew nothing of it
        ("1NNN 2NNN b1TNT 3NNN", "dose", 4, "together levels 1 to 3 have 2 of 12"),
        # 4 of 7 at level 2: P(rate > 0.25) = 0.973, so level 2 is eliminated
        ("1NNN 2NNN 3NNN b2TTTT", "dose", 1, "so level 2 and above are eliminated"),
        # open windows of those backfilled do not hold the decision, and do not count
        ("1NNN 2NNN 3NNN b2??", "dose", 4, "0 of 3 participants at level 3 had a DLT"),
        # level 1 of 3 + 3 with 5 DLTs is eliminated, and none is left
        ("1TTN b1TT", "stop", None, "no level is left"),
    ],
)
def test_the_decision_knows_who_was_backfilled(outcomes: str, action: str, level: int | None, words: str) -> None:
    found = advice(outcomes)
    assert (found.action, found.next_level) == (action, level), found.reason
    assert words in found.reason


def test_the_trial_of_the_article_s_figure() -> None:
    """Figure 1 of Zhao et al., Clin Cancer Res 2024;30:673, outcomes as the tests of simFastBOIN 2.1 (CRAN) state them.

    Up to level 4 after pooling levels 2 and 3, up to 5 after pooling 3 and 4; level 4 is closed for the 24th
    participant, who is backfilled at 3; and down from 5 to 3 after pooling levels 4 and 5.
    """
    rule = EscalationRule(Boin(frame=Frame((1.0, 2.0, 3.0, 4.0, 5.0), "mg", 0.25, 3, 30))).with_backfill(12)
    # 1 of 5 at level 2, 2 of 5 at level 3 and 2 of 3 at level 4: from level 3 on below it, from level 2 on to level 2
    reason = rule.decide(parse_outcomes("1NNN 2NNN 3NNN b2TN 4TTN b3TT", 5)).reason
    assert "have 5 of 13: the DLT rate 0.385" in reason
    assert "so de-escalate, to level 2: level 2 has 1 of 5. Next: 3 at level 2" in reason
    to_3, to_4 = "1NNN 2NNN", "1NNN 2NNN 3NNN b2TN"
    to_5 = f"{to_4} 4NNN b2NN b3T"
    for history, action, level, is_open in [
        (f"{to_3} 3???", "wait", None, 2),
        (f"{to_3} 3NNN b2TN??", "dose", 4, 2),
        (f"{to_4} 4??? b2??", "wait", None, 3),
        (f"{to_4} 4NNN b2NN b3T?", "dose", 5, 3),
        (f"{to_5} 5TT? b3N b4TT", "dose", 3, 3),
        (f"{to_5} 5TTN b3N b4TT b3?", "dose", 3, 3),
        (f"{to_5} 5TTN b3N b4TT 3NTN b3N b2?T", "dose", 3, 2),
    ]:
        found = rule.decide(parse_outcomes(history, 5))
        assert (found.action, found.next_level, found.backfill_level) == (action, level, is_open), history
        assert not any("departs" in flag for flag in found.flags)


@pytest.mark.parametrize(
    ("outcomes", "is_open", "words"),
    [
        ("1NN?", None, ""),  # none lies below
        ("1NNN 2N", None, ""),  # two places of the cohort are left
        ("1NNN 2NN?", 1, "Meanwhile level 1 (5 mg) is open for backfilling."),
        ("1NNN 2NNN b1N?", 1, "Until that cohort is opened level 1 (5 mg) is open for backfilling."),
        ("1NNN 2NNN 3?NN b2NN", 2, "Meanwhile level 2 (10 mg)"),
        ("1NNN 2NNN 3?NN b2NNN???", 1, "Meanwhile level 1 (5 mg)"),  # nine were treated at level 2
        ("1NNN b1N????? 2NN?", None, "no level is open for backfilling (level 1: 9 were treated there, of at most 9)"),
        # 3 of 6 at level 1, and 3 of 8 together with level 2: closed
        (
            "1NNN b1TTT 2NN?",
            None,
            "level 1: it is closed: 3 of 6 at level 1 had a DLT and 3 of 8 together with level 2",
        ),
        # 2 of 6 at level 2, but 2 of 8 with level 3
        ("1NNN 2NNN 3NN? b2TTN", 2, "is open for backfilling"),
        # 2 of 5 at level 1, and 3 of 8 with level 2; level 2 lies above a closed level
        ("1NNN b1TT 2NTN 3NN?", None, "level 2: level 1 below it is closed"),
        # the escalation has dosed its twelve
        ("1NNN 2NNN 3NNN 4NN?", None, ""),
        ("1NNN 2NNN 3NNN 4NN? b1???", None, ""),
    ],
)
def test_the_level_that_is_open_now(outcomes: str, is_open: int | None, words: str) -> None:
    found = advice(outcomes)
    assert found.backfill_level == is_open
    assert ("open for backfilling" in found.reason) == bool(words)
    assert words in found.reason
    assert found.as_json().get("backfill_level") == is_open


def test_places_that_are_known_otherwise_hold_backfilling_back() -> None:
    assert advice("1NNN 2NN?").backfill_level == 1
    assert advice("1NNN 2NN?", places=1).backfill_level is None
    assert advice("1NNN 2N?", places=0).backfill_level == 1


def test_a_history_does_not_know_of_responses() -> None:
    rule = PLAIN.with_backfill(9, response_rates=(0.1, 0.2, 0.3, 0.4))
    assert advice("1NNN 2NN?", rule).backfill_level is None
    assert "response" in rule.open_for_backfilling(parse_outcomes("1NNN 2NN?", 4)).why_not[0]


def test_no_level_is_named_before_the_windows_of_those_backfilled_close() -> None:
    waits = advice("1NNN 2NNN 3NNN 4NNN b2?N")
    assert (waits.action, waits.recommended_level, waits.stop_reason) == ("wait", None, "")
    assert waits.reason.startswith("1 backfilled window still open: no level is named before it closes.")
    ends = advice("1NNN 2NNN 3NNN 4NNN b2TN")
    assert (ends.action, ends.recommended_level, ends.stop_reason) == ("stop", 4, "maximum")
    # nobody waits to hear that no level is safe
    assert advice("1TTT b1?").stop_reason == "too_toxic"


def test_who_is_backfilled_takes_no_place_of_the_escalation() -> None:
    assert advice("1NNN 2NNN b1NNNNNN 3NNN").cohort_size == 3
    assert advice("1NNN 2NNN b1NNNNNN 3NNN 4NNN").stop_reason == "maximum"
    short = advice("1NNN 2NNN b1NN 3NNN", EscalationRule(Boin(frame=Frame(DOSES, "mg", 0.25, 3, 11))).with_backfill(9))
    assert short.cohort_size == 2


def test_windows_of_those_backfilled_that_may_matter_are_waited_for_while_the_escalation_waits() -> None:
    """2 of 6 at level 2 already; one DLT more of the two windows makes 3 of 7, with level 3 3 of 10: down."""
    settled, open_ = advice("1NNN 2NNN 3NNN b2TTN"), advice("1NNN 2NNN 3NN? b2TTN??")
    assert settled.next_level == 3
    assert open_.action == "wait"
    # with the escalation's windows closed the decision is due, and the two do not count yet
    assert advice("1NNN 2NNN 3NNN b2TTN??").next_level == 3


def test_a_replacement_may_come_after_somebody_was_backfilled() -> None:
    found = advice("1NNN 2NN- b1N 2N")
    assert (found.action, found.next_level) == ("dose", 3)
    assert advice("1NNN 2NN- b1N").cohort_size == 1
    assert advice("1NNN 2NNN b1N-").flags == ("b1N-: 1 not evaluable, left out of the counts",)


def test_departures_are_flagged() -> None:
    assert "the escalation had not been above level 2" in advice("1NNN 2NNN b2N").flags[0]
    assert "before the first cohort" in advice("b1N").flags[0]
    assert not advice("1NNN 2NTN b1N 1NNN").flags  # level 1 below the second cohort's level


@pytest.mark.parametrize(
    ("outcomes", "level", "size"),
    [
        ("1N 2N", 3, 1),
        ("1N 2N b1N", 3, 1),
        ("1N 2N b1?", 3, 1),
        # 1 of 2 at level 1, and 1 of 3 with level 2, both call for de-escalation
        ("1N 2N b1T", 1, 3),
        # 1 of 5 at level 1, and 1 of 6 with level 2, do not: titration ends, and level 2 is filled up
        ("1N 2N b1TNNN", 2, 2),
        ("1N 2N b1TNNN 2NN", 3, 3),
    ],
)
def test_a_backfilled_dlt_ends_titration(outcomes: str, level: int, size: int) -> None:
    frame = Frame(DOSES, "mg", 0.25, 3, 24)
    rule = EscalationRule(Boin(frame=frame), (Titration(frame=frame),)).with_backfill(9)
    found = advice(outcomes, rule)
    assert (found.action, found.next_level, found.cohort_size) == ("dose", level, size), found.reason


def test_nobody_is_backfilled_once_the_end_is_settled() -> None:
    """2 of 5 at level 1: P(rate > 0.25) = 0.83; with level 2 2 of 10, so that its DLTs alone do not close the level."""
    guard = StopWhenTooToxic(frame=PLAIN.frame, certainty=0.8)
    rule, outcomes = replace(PLAIN, guards=(guard,)).with_backfill(9), "1NNN 2NNN 2NN? b1TT"
    assert advice(outcomes, rule).action == "stop"
    assert advice(outcomes, rule).backfill_level is None
    found = rule.open_for_backfilling(parse_outcomes(outcomes, 4))
    assert found.level == 0
    assert all("the escalation ends: no level is acceptably safe" in why for why in found.why_not)
