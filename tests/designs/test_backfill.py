"""Which level is open for backfilling and how its data enter the decision, on counts made by hand; target 0.25.

BOIN's bounds are 0.197 and 0.298. Sources: Zhao et al., Clin Cancer Res 2024;30:673-679; simFastBOIN 2.1, its vignette.
"""

from __future__ import annotations

import numpy as np
import pytest

from firstdose.designs.backfill import level_to_backfill, next_step_with_backfill
from firstdose.designs.boin import Boin
from firstdose.designs.design import Frame
from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import Seen, Stop

DESIGN = Boin(frame=Frame((5.0, 10.0, 16.0, 24.0), "million cells", 0.25, 3, 60))
Counts = tuple[tuple[int, int], ...]


def seen_at(level: int, counts: Counts, highest: int = 4) -> Seen:
    """Participants and DLTs at each level, those above the last given being empty."""
    filled = np.zeros((1, 4, 2), dtype=np.int16)
    filled[0, : len(counts)] = counts
    now = np.array([level])
    nothing = np.zeros((1, 0), dtype=np.int16)
    return Seen(filled[..., 0], filled[..., 1], now, 0 * now + 3, 0 * now, np.array([highest]), nothing)


@pytest.mark.parametrize(
    ("level", "counts", "is_open"),
    [
        (1, ((3, 0),), 0),  # nothing lies below
        (2, ((3, 0), (0, 0)), 1),
        (3, ((3, 0), (3, 0), (0, 0)), 2),  # the highest
        (3, ((3, 0), (12, 1), (0, 0)), 1),  # level 2 has its cap
        (3, ((6, 0), (6, 2), (3, 1)), 1),  # 2 of 6, and 3 of 9 with the next level: closed
        (3, ((6, 0), (6, 2), (3, 0)), 2),  # 2 of 6, but 2 of 9 with the next level
        (3, ((6, 3), (6, 1), (3, 0)), 0),  # 3 of 6, and 4 of 12 with the next level: closed with all above
        (3, ((6, 0), (3, 0), (6, 3)), 2),  # the current level does not matter
        (4, ((3, 0), (3, 0), (3, 0), (0, 0)), 3),
    ],
)
def test_the_level_that_is_open(level: int, counts: Counts, is_open: int) -> None:
    seen = seen_at(level, counts)
    assert level_to_backfill(DESIGN, 12, seen.participants, seen)[0] == is_open


def test_who_is_still_followed_takes_a_place_below_the_cap() -> None:
    seen = seen_at(3, ((3, 0), (3, 0), (0, 0)))
    treated = seen.participants + np.array([[0, 9, 0, 0]])
    assert level_to_backfill(DESIGN, 12, treated, seen)[0] == 1


def test_eliminated_levels_are_not_open() -> None:
    seen = seen_at(3, ((3, 0), (3, 0), (0, 0)), highest=1)
    assert level_to_backfill(DESIGN, 12, seen.participants, seen)[0] == 1


@pytest.mark.parametrize(("responded", "is_open"), [((0, 0, 0, 0), 0), ((0, 0, 1, 0), 0), ((1, 0, 0, 0), 2)])
def test_a_response_at_or_below_a_level_opens_it(responded: tuple[int, ...], is_open: int) -> None:
    seen = seen_at(3, ((3, 0), (3, 0), (3, 0)))
    found = level_to_backfill(DESIGN, 12, seen.participants, seen, np.array([responded], dtype=bool))
    assert found[0] == is_open


@pytest.mark.parametrize(
    ("level", "counts", "backfilled", "next_level"),
    [
        (2, ((6, 0), (3, 0)), (1,), 3),  # no conflict
        (3, ((3, 0), (6, 2), (3, 0)), (2,), 3),  # down against up; together 2 of 9, between the bounds
        (3, ((3, 0), (6, 2), (6, 0)), (2,), 4),  # together 2 of 12: up
        (3, ((3, 0), (6, 3), (3, 0)), (2,), 1),  # together 3 of 9: down, and 3 of 6 at level 2 calls for that too
        (4, ((3, 0), (9, 3), (9, 0), (6, 4)), (2,), 3),  # both call for down: 7 of 24 would stay, 4 of 6 would not
        (4, ((3, 0), (3, 0), (9, 3), (6, 2)), (3,), 2),  # both call for down; 5 of 15: below level 3
        (4, ((6, 2), (9, 1), (9, 1), (6, 5)), (1,), 3),  # 9 of 30: down, to where 4 of 24 had a DLT
        (2, ((6, 2), (3, 1)), (1,), 1),  # 3 of 9: down, and level 1 is the lowest
        (3, ((3, 0), (6, 2), (3, 0)), (), 4),  # a lower level counts only where it was backfilled
        (3, ((6, 2), (9, 2), (3, 0)), (1, 2), 3),  # both call for less: from level 2 on 2 of 12, from level 1 4 of 18
        (3, ((9, 2), (3, 0), (6, 2)), (1,), 2),  # the current level is the more cautious one
        (3, ((3, 3), (3, 0), (3, 0)), (1,), 1),  # level 1 is eliminated: none is left
    ],
)
def test_the_decision(level: int, counts: Counts, backfilled: tuple[int, ...], next_level: int) -> None:
    seen, was = seen_at(level, counts), np.zeros((1, 4), dtype=bool)
    was[0, [each - 1 for each in backfilled]] = True
    step = next_step_with_backfill(DESIGN, seen, was)
    assert step.level[0] == next_level
    assert (step.stop[0] == Stop.TOO_TOXIC) == (counts[0] == (3, 3))


@pytest.mark.parametrize("target", [0.2, 0.25, 0.33])
def test_one_more_dlt_never_leads_higher(target: float) -> None:
    """Of the current level or of a backfilled one; and never higher than without looking at those backfilled."""
    design = Boin(frame=Frame((1.0, 2.0, 3.0, 4.0, 5.0), "mg", target, 3, 60))
    random, trials = np.random.default_rng(5), 20_000
    current = random.integers(1, 6, trials)
    is_given = np.arange(1, 6) <= current[:, None]
    participants = np.where(is_given, random.integers(1, 13, (trials, 5)), 0).astype(np.int16)
    dlts = random.binomial(participants, random.uniform(0, 0.6, (trials, 5))).astype(np.int16)
    was = (random.random((trials, 5)) < 0.7) & (np.arange(1, 6) < current[:, None])

    def next_level(dlts: np.ndarray, backfilled: np.ndarray) -> np.ndarray:
        one, nothing = np.ones(trials, dtype=np.int16), np.zeros((trials, 0), dtype=np.int16)
        seen = Seen(participants, dlts, current, 3 * one, 0 * one, 5 * one, nothing)
        step = next_step_with_backfill(design, seen, backfilled)
        return np.where(step.stop == Stop.TOO_TOXIC, 0, step.level)

    level = next_level(dlts, was)
    assert (level <= next_level(dlts, np.zeros_like(was))).all()
    for each in range(5):
        counts = was[:, each] | (current == each + 1)
        more = dlts.copy()
        more[:, each] += counts & (dlts[:, each] < participants[:, each])
        assert (next_level(more, was) <= level).all()


def test_a_conflicting_level_is_passed_over_even_if_the_current_one_is_eliminated() -> None:
    """5 of 6 at level 4 eliminate it; 3 of 9 at level 3, which was backfilled, call for de-escalation: level 2."""
    seen, was = seen_at(4, ((3, 0), (3, 0), (9, 3), (6, 5))), np.array([[False, False, True, False]])
    step = next_step_with_backfill(DESIGN, seen, was)
    assert (step.highest[0], step.level[0]) == (3, 2)


def test_every_level_is_looked_at_for_elimination() -> None:
    step = next_step_with_backfill(
        DESIGN, seen_at(3, ((3, 0), (6, 4), (3, 0))), np.array([[False, True, False, False]])
    )
    assert (step.highest[0], step.level[0], step.stop[0]) == (1, 1, Stop.GOES_ON)


def test_the_maximum_is_that_of_the_escalation() -> None:
    rule = EscalationRule(DESIGN).with_backfill()
    assert rule.frame.max_participants == 60 + 3 * 12
    assert rule.backfill is not None
    assert rule.backfill.escalation_participants == 60
    with pytest.raises(ValueError, match="already"):
        rule.with_backfill()
