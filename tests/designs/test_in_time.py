"""Advice while windows are open and their follow-up is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.designs import DESIGNS
from firstdose.designs.design import Frame
from firstdose.designs.guards import StopWhenEnough, StopWhenTooToxic
from firstdose.designs.history import Cohort, History, OutcomesError, parse_outcomes
from firstdose.designs.in_time import Waiting
from firstdose.designs.recommendation import Recommendation
from firstdose.designs.rolling_six import RollingSix
from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import Seen, Stop
from firstdose.simulation.exact import NeedsTime, walk
from firstdose.simulation.monte_carlo import monte_carlo
from firstdose.simulation.scenarios import listed

SETTINGS = {"tite_boin": {}, "tite_crm": {"skeleton": (0.05, 0.12, 0.25, 0.4)}, "rolling_six": {}}
PARENTS = {"tite_boin": "boin", "tite_crm": "crm"}
EVERY = pytest.mark.parametrize("design", SETTINGS)


def rule_of(design: str, **settings: object) -> EscalationRule:
    size = DESIGNS[design].own_cohort_size or 3
    frame = Frame((5.0, 10.0, 16.0, 24.0), "million cells", 0.25, size, 24)
    given = SETTINGS.get(design, SETTINGS["tite_crm"] if design == "crm" else {})
    return EscalationRule(DESIGNS[design](frame=frame, **{**given, **settings}))


def advice(rule: EscalationRule, outcomes: str, *follow_up: float) -> Recommendation:
    return rule.decide(parse_outcomes(outcomes, 4, follow_up))


def singly(outcomes: str) -> str:
    """A history in cohorts of one."""
    return " ".join(f"{word[0]}{letter}" for word in outcomes.split() for letter in word[1:])


@EVERY
def test_the_engines_without_a_calendar_refuse_them(design: str) -> None:
    with pytest.raises(NeedsTime, match="--method calendar"):
        walk(rule_of(design))
    with pytest.raises(NeedsTime, match=design):
        monte_carlo(rule_of(design), listed([[0.1, 0.2, 0.3, 0.4]], 4), trials=10)


@pytest.mark.parametrize("design", PARENTS)
@given(letters=st.lists(st.text("NT", min_size=3, max_size=3), min_size=1, max_size=5))
def test_with_every_window_closed_they_are_the_designs_that_they_extend(design: str, letters: list[str]) -> None:
    rule, parent, text = rule_of(design), rule_of(PARENTS[design]), ""
    for outcomes in letters:
        now = parent.decide(parse_outcomes(text, 4))
        assert rule.decide(parse_outcomes(text, 4)) == now
        if now.next_level is None:
            return
        text = f"{text} {now.next_level}{outcomes}".strip()


@pytest.mark.parametrize(
    ("outcomes", "follow_up", "action", "level"),
    [
        ("1NNN 2NN?", (0.5,), "dose", 3),  # 2 of 3 completed without a DLT
        ("1NNN 2N??", (0.9, 0.9), "wait", None),  # more than half of the windows are open
        ("1NNN 2NT?", (0.5,), "dose", 1),  # 1 of 3 is above the bound 0.298 whatever comes
        ("1NNN 2TT?", (0.0,), "dose", 1),
        ("1TTT 1N?", (0.1,), "stop", None),  # eliminated before
        ("1NNN 2NTN 2NN?", (0.1,), "dose", 2),  # 1 of 6: up from 0.217 of the open window on
        ("1NNN 2NTN 2NN?", (0.3,), "dose", 3),
        ("1NNN 2N?", (0.4,), "dose", 2),  # a place of the cohort is free
    ],
)
def test_tite_boin_as_its_table_says(
    outcomes: str, follow_up: tuple[float, ...], action: str, level: int | None
) -> None:
    """Decisions of the published table for target 0.25, which tests/reference compares as a whole."""
    found = advice(rule_of("tite_boin"), outcomes, *follow_up)
    assert (found.action, found.next_level) == (action, level), found


@pytest.mark.parametrize(
    ("outcomes", "action", "level"),
    [
        ("1???", "dose", 1),
        ("1NN?", "dose", 1),
        ("1NNN 2?", "dose", 2),
        ("1NTN??", "dose", 1),
        ("1NN??", "dose", 1),
        ("1NN????", "wait", None),
        ("1NNNNN?", "dose", 2),  # at most 1 of 6
        ("1TNNNN?", "wait", None),
        ("1TNNN?", "dose", 1),
        ("1TT?", "stop", None),
        ("1NNN 2TT?", "dose", 1),
        ("1NNNNNN 2TT?", "wait", None),  # level 1 is named once nobody is followed any more
        ("1NNN 2NNN 3NNN 4NNNN?", "dose", 4),  # the top level needs six
    ],
)
def test_rolling_six_as_its_table_says(outcomes: str, action: str, level: int | None) -> None:
    text = singly(outcomes)
    found = advice(rule_of("rolling_six"), text, *(0.5 for _ in range(text.count("?"))))
    assert (found.action, found.next_level) == (action, level), found


# Frankel PH et al., JAMA Netw Open 2020;3(5):e204787, table 2, column "Rolling 6": participants at the level, of whom
# so many are evaluable, DLTs, and what happens. Six evaluable without a DLT are a "rare scenario" that it leaves out.
PUBLISHED_ROLLING_SIX = [
    (range(1, 6), range(1), range(1), "same"),
    (range(6, 7), range(1), range(1), "hold"),
    (range(1, 6), range(1, 2), range(1), "same"),
    (range(6, 7), range(1, 2), range(1), "hold"),
    (range(2, 6), range(2, 3), range(1), "same"),
    (range(6, 7), range(2, 3), range(1), "hold"),
    (range(3, 4), range(3, 4), range(1), "escalate"),
    (range(4, 6), range(3, 4), range(1), "same"),
    (range(6, 7), range(3, 4), range(1), "hold"),
    (range(4, 5), range(4, 5), range(1), "escalate"),
    (range(5, 6), range(4, 5), range(1), "same"),
    (range(6, 7), range(4, 5), range(1), "hold"),
    (range(5, 6), range(5, 6), range(1), "escalate"),
    (range(6, 7), range(5, 6), range(1), "escalate"),
    (range(1, 6), range(1, 6), range(1, 2), "same"),
    (range(6, 7), range(1, 6), range(1, 2), "hold"),
    (range(6, 7), range(6, 7), range(1, 2), "escalate"),
    (range(2, 7), range(2, 7), range(2, 3), "de-escalate"),
    (range(3, 7), range(3, 7), range(3, 7), "de-escalate"),
]
CELLS = [
    (participants, evaluable, dlts)
    for participants in range(1, 7)
    for evaluable in range(participants + 1)
    for dlts in range(evaluable + 1)
]


def rolling_six_does(participants: int, evaluable: int, dlts: int) -> str:
    """What the design does at level 3 of 4, with three participants at each level below."""
    level, at = np.array([3]), np.array([[3, 3, participants, 0]], dtype=np.int16)
    toxic, pending = np.array([[0, 0, dlts, 0]], dtype=np.int16), participants - evaluable
    seen = Seen(at, toxic, level, level - 2, 0 * level, level + 1, np.zeros((1, 0), dtype=np.int16))
    waiting = Waiting(np.full((1, pending), 3, dtype=np.int16), np.full((1, pending), 0.5))
    design = rule_of("rolling_six").design
    assert isinstance(design, RollingSix)
    step, suspended = design.next_step_in_time(seen, waiting)
    assert step.stop[0] == Stop.GOES_ON
    return "hold" if suspended[0] else {2: "de-escalate", 3: "same", 4: "escalate"}[int(step.level[0])]


@pytest.mark.parametrize(("participants", "evaluable", "dlts"), CELLS)
def test_rolling_six_in_every_cell(participants: int, evaluable: int, dlts: int) -> None:
    published = {
        decision
        for treated, known, toxic, decision in PUBLISHED_ROLLING_SIX
        if participants in treated and evaluable in known and dlts in toxic
    }
    if (participants, evaluable, dlts) == (6, 6, 0):
        published = {"escalate"}  # as with one of six who is still followed, or has a DLT
    assert published == {rolling_six_does(participants, evaluable, dlts)}


def test_without_follow_up_every_completion_must_agree() -> None:
    rule = rule_of("tite_boin")
    assert rule.decide(parse_outcomes("1NNN 2NN?", 4)).action == "wait"
    assert rule.decide(parse_outcomes("1NNN 2TT?", 4)).next_level == 1


def test_a_window_whose_follow_up_is_not_known_must_not_matter() -> None:
    """One of two open windows waits for an adjudication: a DLT there would change the step."""
    rule = rule_of("tite_boin")
    known = History((Cohort(1, "NNN"), Cohort(2, "NTNNN?", (0.9,))))
    unknown = History((Cohort(1, "NNN"), Cohort(2, "NTNN??", (0.9, None))))
    assert rule.decide(known).next_level == 3
    assert rule.decide(unknown).action == "wait"
    assert "not known" in rule.decide(unknown).reason
    settled = History((Cohort(1, "NNN"), Cohort(2, "TT??", (0.1, None))))
    assert rule.decide(settled).next_level == 1


def test_a_stop_that_names_a_level_waits_for_every_window() -> None:
    rule = rule_of("tite_boin", stop_at=6)
    found = advice(rule, "1NNN 1NNN 1NN?", 0.9)
    assert found.action == "wait"
    assert "nothing is concluded" in found.reason
    assert rule.decide(parse_outcomes("1NNN 1NNN 1NNN", 4)).recommended_level == 1
    full = advice(rule_of("tite_boin"), " ".join(["1NNT", *["1NNN"] * 6, "1NN?"]), 0.9)
    assert full.action == "wait"


def test_guards_that_differ_with_and_without_open_windows_suspend() -> None:
    plain = rule_of("tite_boin")
    guarded = EscalationRule(plain.design, (StopWhenTooToxic(frame=plain.frame, certainty=0.8),))
    assert advice(plain, "1TNNN?", 0.5).action == "dose"
    # 1 of 3 with uniform prior: P(rate > 0.25) is 0.74; 1 of 2 makes it 0.84
    assert advice(guarded, "1NT?", 0.5).action == "wait"
    assert advice(guarded, "1TT?", 0.5).stop_reason == "too_toxic"
    # dosing would be suspended for 4 of 6 open windows, but 2 DLTs in 6 are too many for this guard whatever comes
    strict = EscalationRule(plain.design, (StopWhenTooToxic(frame=plain.frame, certainty=0.6),))
    assert advice(strict, "1TTN 1???", 0.1, 0.1, 0.1).stop_reason == "too_toxic"
    enough = EscalationRule(plain.design, (StopWhenEnough(frame=plain.frame, participants=6),))
    assert advice(enough, "1NNT 1NNN 1NT?", 0.4).action == "wait"


@EVERY
@given(data=st.data())
def test_a_dlt_in_place_of_an_open_window_never_leads_higher(design: str, data: st.DataObject) -> None:
    letters = data.draw(st.text("NT?", min_size=3, max_size=6).filter(lambda text: "?" in text))
    shares = [data.draw(st.floats(0, 0.99)) for _ in range(letters.count("?"))]
    rule, level = rule_of(design), data.draw(st.integers(2, 3))
    before = History((Cohort(1, "NNN"),))
    found = rule.decide(History((*before.cohorts, Cohort(level, letters, tuple(shares)))))
    toxic = letters.replace("?", "T", 1)
    worse = rule.decide(History((*before.cohorts, Cohort(level, toxic, tuple(shares[1:])))))
    if found.next_level and worse.next_level and len(letters) >= rule.frame.cohort_size:
        assert worse.next_level <= found.next_level


@given(shares=st.lists(st.floats(0, 0.99), min_size=2, max_size=2), more=st.floats(0, 0.99))
@pytest.mark.parametrize("design", ["tite_boin", "tite_crm"])
def test_more_follow_up_without_a_dlt_never_leads_lower(design: str, shares: list[float], more: float) -> None:
    rule = rule_of(design)
    outcomes = "1NNN 2NTN 2N??"
    few = advice(rule, outcomes, *shares)
    many = advice(rule, outcomes, max(shares[0], more), shares[1])
    assert few.next_level is not None
    assert many.next_level is not None
    assert many.next_level >= few.next_level


def test_tite_crm_may_be_told_to_await_completed_windows() -> None:
    assert advice(rule_of("tite_crm"), "1???", 0.1, 0.1, 0.1).next_level == 2
    held = advice(rule_of("tite_crm", fewest_completed=2), "1???", 0.1, 0.1, 0.1)
    assert held.next_level == 1
    assert "fewer than 2" in held.reason


@pytest.mark.parametrize(
    ("follow_up", "words"),
    [((0.5,), "1 shares are given and 2"), ((0.5, 1.0), "share 2 is 1"), ((-0.1, 0.2), "share 1 is -0.1")],
)
def test_follow_up_that_does_not_fit_is_refused(follow_up: tuple[float, ...], words: str) -> None:
    with pytest.raises(OutcomesError, match=words):
        parse_outcomes("1N?? 2NNN", 4, follow_up)


def test_shares_stand_beside_the_open_windows() -> None:
    history = parse_outcomes("1N? 2??", 4, (0.1, 0.2, 0.3))
    assert [cohort.shares for cohort in history.cohorts] == [(0.1,), (0.2, 0.3)]
    assert str(history) == "1N? 2??"
    assert not history.without_follow_up().is_followed
    with pytest.raises(ValueError, match="2 shares"):
        Cohort(1, "N?", (0.1, 0.2))


def test_waiting_counts_by_level() -> None:
    waiting = Waiting(np.array([[1, 2, 2], [3, 0, 0]]), np.array([[0.5, 0.25, 0.5], [0.1, 0.0, 0.0]]))
    assert waiting.at_each(3).tolist() == [[1, 2, 0], [0, 0, 1]]
    count, follow_up = waiting.at(np.array([2, 1]))
    assert count.tolist() == [2, 0]
    assert follow_up.tolist() == [0.75, 0.0]
    assert waiting.any.tolist() == [True, True]
