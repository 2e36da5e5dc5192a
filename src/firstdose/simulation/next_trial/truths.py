"""What is true of the arms: as the settings state it, or drawn from what is believed, one truth a trial."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from firstdose.simulation.counted_random import trial_keys, uniforms
from firstdose.simulation.next_trial.arms import Arm
from firstdose.simulation.next_trial.endpoints import Elicited, NextEndpoint
from firstdose.simulation.next_trial.plan import MONTHS, Floats, Plan
from firstdose.simulation.next_trial.streams import BELIEF, within_unit

NO_EFFECT, CELLS, LOWER_DOSES, DRUG, INTERACTION, NATURAL = range(6)  # places of the numbers that a belief needs


ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Truth:
    """Effects on the scale on which they add up, logarithms of ratios or differences; one row a trial, or one for all.

    ``cells`` (T, A) is the effect of each arm's cells without the drug; the others are (T, 1). ``natural`` comes on top
    of the course that the settings state.
    """

    cells: Floats
    drug: Floats
    interaction: Floats
    procedure: Floats
    natural: Floats

    def states(self, arms: tuple[Arm, ...], share: float = 1.0) -> tuple[Floats, Floats]:
        """Effects in each arm off and on the drug, (T, A) each, of which a measure shows a share."""
        injected = np.array([arm.injection for arm in arms], dtype=np.float64)
        given = np.array([arm.cells > 0 for arm in arms], dtype=np.float64)
        off = self.procedure * injected + self.cells
        on = off + self.drug + self.interaction * given
        return share * off, share * on


def stated_truth(plan: Plan) -> Truth:
    """The effects that the settings state."""
    effects = plan.endpoint.effects
    by_dose = {each.dose: on_scale(each.value, plan.endpoint) for each in effects.cells}
    cells = np.array([[by_dose[arm.cells] if arm.cells else 0.0 for arm in plan.design.arms]])
    drug, interaction, procedure = (
        np.array([[on_scale(each.value, plan.endpoint)]])
        for each in (effects.drug, effects.interaction, effects.procedure)
    )
    return Truth(cells, drug, interaction, procedure, np.zeros((1, 1)))


def believed_truths(plan: Plan, trials: range, seed: int) -> Truth:
    """One draw from the prior for each trial; ValueError where the endpoint has none."""
    prior = plan.endpoint.prior
    if prior is None:
        raise ValueError(f"endpoint {plan.endpoint.id} states no prior")
    keys = trial_keys(seed, BELIEF, np.arange(trials.start, trials.stop))

    def chance(place: int) -> Floats:
        return within_unit(uniforms(keys, np.full(1, place)))

    top = elicited_value(prior.cells, chance(CELLS), plan.endpoint)
    top = np.where(chance(NO_EFFECT) < prior.no_effect.value, 0.0, top)
    lowest = prior.lower_doses.lowest + (prior.lower_doses.highest - prior.lower_doses.lowest) * chance(LOWER_DOSES)
    stated = stated_truth(plan)
    natural = stated.natural
    if prior.natural_course is not None:
        natural = elicited_value(prior.natural_course, chance(NATURAL), plan.endpoint)[:, None]
    interaction = stated.interaction
    if prior.interaction is not None:
        # Cells that do nothing do nothing beside the drug either.
        interaction = elicited_value(prior.interaction, chance(INTERACTION), plan.endpoint)[:, None]
        interaction = np.where(top[:, None] == 0, 0.0, interaction)
    return Truth(
        top[:, None] * _share_of_top(plan, lowest),
        elicited_value(prior.drug, chance(DRUG), plan.endpoint)[:, None],
        interaction,
        stated.procedure,
        natural,
    )


def on_scale(value: float, endpoint: NextEndpoint) -> float:
    """An effect on the scale on which effects add up."""
    return float(np.log(value)) if endpoint.is_ratio else value


def elicited_value(elicited: Elicited, chance: Floats, endpoint: NextEndpoint) -> Floats:
    """The quantiles at chances strictly between 0 and 1 of what was elicited, on the scale on which effects add up."""
    lower, median, upper = (on_scale(each, endpoint) for each in (elicited.lower, elicited.median, elicited.upper))
    reach = float(ndtri(0.5 + elicited.certainty / 2))
    normal = ndtri(chance)
    return np.asarray(median + normal / reach * np.where(normal < 0, median - lower, upper - median))


def _share_of_top(plan: Plan, lowest: Floats) -> Floats:
    """The share of the highest dose's effect that each arm's dose has (T, A): rising with the logarithm of the dose."""
    doses = np.array([each.dose for each in plan.endpoint.effects.cells])
    given = np.array([arm.cells for arm in plan.design.arms])
    if len(doses) == 1:
        height = np.ones(len(given))
    else:
        height = np.log(np.maximum(given, doses[0]) / doses[0]) / np.log(doses[-1] / doses[0])
    return np.asarray(np.where(given > 0, lowest[:, None] + (1.0 - lowest[:, None]) * height, 0.0))


def months_on_drug(arm: Arm, until: float) -> float:
    """Months on the drug up to a month."""
    if arm.drug_until_month is None:
        return 0.0
    return max(0.0, min(arm.drug_until_month, until) - arm.drug_from_month)


def mean_changes(plan: Plan, truth: Truth) -> Floats:
    """Mean change at the last month in each arm (T, A)."""
    change, until = plan.endpoint.change, plan.endpoint.at_month
    assert change is not None
    off, on = truth.states(plan.design.arms)
    natural = change.natural_course.value + truth.natural
    if change.course == "level":
        taken = np.array([arm.takes_drug_at(until) for arm in plan.design.arms])
        return np.asarray(natural + np.where(taken, on, off))
    months = np.array([months_on_drug(arm, until) for arm in plan.design.arms])
    return np.asarray((natural * until + off * (until - months) + on * months) / MONTHS)


def worsening_rates(plan: Plan, truth: Truth) -> tuple[Floats, Floats]:
    """Worsenings per person-month in each arm off and on the drug, (T, A) each: the sum over the components."""
    worsening = plan.endpoint.worsening
    assert worsening is not None
    sums: list[Floats] = [np.zeros((1, 1)), np.zeros((1, 1))]
    for component in worsening.components:
        states = truth.states(plan.design.arms, component.share_of_effect)
        rate = component.yearly_rate.value / MONTHS
        sums = [total + rate * np.exp(truth.natural + state) for total, state in zip(sums, states, strict=True)]
    return sums[0], sums[1]


def benefit(plan: Plan) -> float:
    """By how much the treated of the first comparison do better under the stated effects, the mean over its pairs.

    Difference of mean changes in the better direction, or logarithm of the ratio of worsenings expected by the last
    month; 0 where the comparison has nothing to show.
    """
    truth, until = stated_truth(plan), plan.endpoint.at_month
    if plan.endpoint.change is not None:
        height = mean_changes(plan, truth)[0] * (1.0 if plan.endpoint.change.better == "higher" else -1.0)
    else:
        off, on = worsening_rates(plan, truth)
        taken = np.array([months_on_drug(arm, until) for arm in plan.design.arms])
        height = -np.log(off[0] * (until - taken) + on[0] * taken)
    found = float(plan.contrasts[0] @ height)
    return 0.0 if abs(found) < ROUNDING else found
