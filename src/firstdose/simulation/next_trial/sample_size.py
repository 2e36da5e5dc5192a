"""How many participants the power that is asked for needs, or why no number does."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from scipy.special import ndtri

from firstdose.simulation.next_trial.arms import ArmDesign
from firstdose.simulation.next_trial.endpoints import NextEndpoint
from firstdose.simulation.next_trial.figures import Power, power_of
from firstdose.simulation.next_trial.plan import Plan
from firstdose.simulation.next_trial.settings import NextTrialSettings
from firstdose.simulation.next_trial.truths import benefit

FEWEST_BLOCKS = 2
HIGHEST = 0.9999
STANDARD_ERRORS = 3.0
"""A power that is no more than so many above the error is no sign of an effect."""


@dataclass(frozen=True)
class SampleSize:
    """The fewest participants found, in whole blocks, and their power; or none, and why. Of the first comparison."""

    design: str
    endpoint: str
    comparison: str
    wanted: float
    participants: int | None
    power: float
    standard_error: float
    words: str

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return dict(vars(self))


def sample_size(
    settings: NextTrialSettings, design: ArmDesign, endpoint: NextEndpoint, trials: int, seed: int
) -> SampleSize:
    """Bisection over whole blocks; every number is tried on the same simulated people, so that power rises with it.

    The power that is told is that of other trials than those which the number was chosen by.
    """
    wanted, most = settings.aim.power, settings.aim.most_participants // design.block
    known: dict[int, Power] = {}

    def tried(blocks: int) -> float:
        if blocks not in known:
            known[blocks] = power_of(Plan(settings, design, endpoint, blocks * design.block), trials, seed)
        return _first(known[blocks])

    def answer(power: Power, words: str, number: int | None) -> SampleSize:
        found = next(iter(power.shown.values()))
        name = design.comparisons[0].id
        return SampleSize(design.id, endpoint.id, name, wanted, number, found.value, found.error, words)

    most = max(most, FEWEST_BLOCKS)
    if tried(most) < wanted:
        return answer(known[most], _why_not(Plan(settings, design, endpoint, most * design.block), known[most]), None)
    low, high = FEWEST_BLOCKS - 1, most
    while high - low > 1:
        middle = _guess(low, high, {blocks: _first(power) for blocks, power in known.items()}, wanted)
        if tried(middle) >= wanted:
            high = middle
        else:
            low = middle
    number = high * design.block
    afresh = power_of(Plan(settings, design, endpoint, number), trials, seed, first=trials)
    return answer(afresh, f"{number} people are enough", number)


def _first(power: Power) -> float:
    return next(iter(power.shown.values())).value


def _guess(low: int, high: int, known: dict[int, float], wanted: float) -> int:
    """Between both, where the root of the number would reach the power as it does at the upper end."""
    above = known[high]
    if low in known or above >= 1 or above <= 0.5:
        return (low + high) // 2
    drift = ndtri(above) + ndtri(0.975)
    guess = math.floor(high * float((ndtri(wanted) + ndtri(0.975)) / drift) ** 2)
    return min(max(guess, low + 1), high - 1)


def _why_not(plan: Plan, power: Power) -> str:
    """Why the largest number is not enough."""
    found, aim = next(iter(power.shown.values())), plan.settings.aim
    error = f"standard error {100 * found.error:.1f}" if found.error else f"all {power.trials:,} trials alike"
    said = (
        f"with {power.participants} people, the most that could be recruited, the power is "
        f"{100 * found.value:.1f} % ({error})"
    )
    better = benefit(plan)
    if better == 0:
        return f"{said}: the effects as stated leave no difference between the arms, so no number of people would do"
    if better < 0:
        return f"{said}: the effects as stated are for the worse, so no number of people would do"
    if found.value <= aim.one_sided_error + STANDARD_ERRORS * found.error:
        return f"{said}, not clearly above the error allowed: too little to say how many people would be needed"
    drift = float(ndtri(min(found.value, HIGHEST)) - ndtri(aim.one_sided_error))
    times = float((ndtri(aim.power) - ndtri(aim.one_sided_error)) / drift) ** 2
    about = math.ceil(times * power.participants / 10) * 10
    return f"{said}; about {about:,} people would be needed, by the normal approximation"
