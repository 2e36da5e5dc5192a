"""Decisions that people expect otherwise, or that the rounding of a bound or a tie settles in other software."""

import pytest

from firstdose.designs.history import parse_outcomes
from firstdose.designs.recommendation import Recommendation
from firstdose.validation.intervals import boundaries
from firstdose.validation.rules import one_cohort, rule_of

LEVELS = 3


def advice(
    design: str, target: float, participants: int, dlts: int, level: int = 2, **settings: object
) -> Recommendation:
    rule = rule_of(design, LEVELS, target=target, settings=settings)
    return rule.decide(parse_outcomes(one_cohort(participants, dlts, level), LEVELS))


@pytest.mark.parametrize("half", range(1, 16))
def test_boin_deescalates_at_a_bound_of_exactly_one_half(half: int) -> None:
    """R's BOIN 2.7.2 stays here: it rounds the bound 1/2 upwards."""
    assert advice("boin", 0.4, 2 * half, half, p_saf=0.2, p_tox=0.6).next_level == 1


@pytest.mark.parametrize("target", [0.1, 0.2, 0.25, 0.3, 0.33, 0.4, 0.45])
@pytest.mark.parametrize("half", [1, 2, 5, 9])
def test_boin_deescalates_at_one_half_for_every_target(target: float, half: int) -> None:
    """The bound is 1/2 wherever the toxic rate is one minus the target."""
    assert advice("boin", target, 2 * half, half, p_tox=1 - target).next_level == 1


@pytest.mark.parametrize("target", [0.55, 0.6, 0.7, 0.75])
@pytest.mark.parametrize("half", [1, 2, 5, 9])
def test_boin_escalates_at_one_half_for_every_target(target: float, half: int) -> None:
    assert advice("boin", target, 2 * half, half, p_saf=1 - target, p_tox=0.99).next_level == 3


def test_boin_deescalates_on_1_of_3_at_target_25_percent() -> None:
    assert advice("boin", 0.25, 3, 1).next_level == 1
    assert advice("boin", 0.30, 3, 1).next_level == 2


def test_boin_eliminates_on_2_of_3_at_target_20_percent() -> None:
    assert advice("boin", 0.20, 3, 2, level=1).stop_reason == "too_toxic"
    assert advice("boin", 0.25, 3, 2, level=1).action == "dose"


def test_boin_eliminates_from_three_participants_only() -> None:
    assert advice("boin", 0.20, 2, 2, level=1).action == "dose"
    assert advice("boin", 0.20, 3, 3, level=1).stop_reason == "too_toxic"


@pytest.mark.parametrize(("target", "action"), [(0.1, "stop"), (0.2, "stop"), (0.25, "dose"), (0.3, "dose")])
def test_keyboard_eliminates_on_1_of_1_up_to_20_percent(target: float, action: str) -> None:
    assert advice("keyboard", target, 1, 1, level=1).action == action


@pytest.mark.parametrize("width", [0.02, 0.03, 0.04, 0.05])
def test_mtpi_deescalates_where_stay_and_deescalate_weigh_the_same(width: float) -> None:
    """1 of 2 at a target of 0.25: 1.12 for both at a half-width of 0.05, by hand from Beta(2, 2)."""
    assert advice("mtpi", 0.25, 2, 1, epsilon1=width, epsilon2=width).next_level == 1


@pytest.mark.parametrize("target", [0.15, 0.2, 0.25, 0.3, 0.33])
def test_mtpi2_and_keyboard_move_alike_at_equal_widths(target: float) -> None:
    sizes = list(range(1, 25))
    mtpi2, keyboard = (boundaries(rule_of(name, LEVELS, target=target), sizes) for name in ("mtpi2", "keyboard"))
    assert mtpi2["escalate_if_le"] == keyboard["escalate_if_le"]
    assert mtpi2["deescalate_if_ge"] == keyboard["deescalate_if_ge"]
