"""What the same simulated people under all curves add to the error of a mean over curves.

Means over curves whose people differ would average the errors of simulation away. The same people err alike under
similar curves; what they have in common stays, and the spread between curves does not show it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import States, Stop
from firstdose.simulation.calendar import outcomes_in_the_end, simulate_in_time
from firstdose.simulation.monte_carlo import simulate
from firstdose.simulation.scenarios import true_mtds
from firstdose.simulation.tuning.evaluation import Part
from firstdose.simulation.tuning.measures import FIGURES, FigureName, Over

Floats = NDArray[np.float64]

MOST_CURVES, MOST_TRIALS = 20, 2_000
"""Curves and trials from which it is estimated; its own error hardly matters beside the others."""
FEWEST_CURVES = 2


@dataclass(frozen=True)
class CommonPeople:
    """By how much each trial departs from the mean, shape (curves, trials, figures), of some curves of a family.

    ``groups`` says which of these curves each group holds; ``trials`` is the number of trials that means rest on.
    """

    departures: Floats
    groups: dict[Over, NDArray[np.bool_]]
    trials: int

    def minus(self, other: CommonPeople | None) -> CommonPeople:
        """Those of the difference of two settings; one that is exact has none."""
        return self if other is None else replace(self, departures=self.departures - other.departures)

    def variance(self, figure: FigureName, over: Over) -> float:
        """What is to be added to the variance of a mean over curves: the mean covariance of two curves' errors.

        From the variance E of a trial's mean over n curves and the mean V of its variances under each, (n E - V) /
        (n - 1), which the spread between curves leaves out, over the number of trials.
        """
        chosen = self.groups[over]
        some = self.departures if chosen.sum() < FEWEST_CURVES else self.departures[chosen]
        values = some[:, :, list(FIGURES).index(figure)]
        curves, alone = len(values), float(values.var(axis=1, ddof=1).mean())
        together = float(values.mean(axis=0).var(ddof=1))
        common = alone if curves < FEWEST_CURVES else (curves * together - alone) / (curves - 1)
        return max(common, 0.0) / self.trials


def common_people(part: Part) -> CommonPeople:
    """How the trials of a simulated setting err, from trials under some of its curves."""
    places = np.unique(np.linspace(0, len(part.scenarios) - 1, MOST_CURVES).round().astype(np.intp))
    truths = part.scenarios.truths[places]
    target = part.rule.frame.target
    assert target is not None
    mtds = true_mtds(truths, target)
    numbers = range(min(part.engines.trials, MOST_TRIALS))
    departures = np.stack(
        [_departures(part, truth, int(mtd), numbers) for truth, mtd in zip(truths, mtds.tolist(), strict=True)]
    )
    groups: dict[Over, NDArray[np.bool_]] = {
        "all": np.ones(len(places), dtype=bool), "with_mtd": mtds > 0, "too_toxic": mtds == 0,
    }  # fmt: skip
    return CommonPeople(departures, groups, part.engines.trials)


def _departures(part: Part, truth: Floats, mtd: int, numbers: range) -> Floats:
    """Each trial's figures less their means under one curve, shape (trials, figures); shares by the delta method."""
    rule, lost = part.rule, part.not_evaluable
    if part.calendar is None:
        states, dosed = simulate(rule, truth, numbers, part.engines.seed, lost)
    else:
        clocks = simulate_in_time(rule, part.calendar, truth, numbers, part.engines.seed)
        states, dosed, lost = outcomes_in_the_end(clocks), clocks.people.dosed_at.astype(np.int64), 0.0
    found = trial_figures(rule, states, dosed, truth, mtd, lost)
    values = np.stack([found[name] for name in FIGURES], axis=1)
    return np.asarray(values - values.mean(axis=0))


def trial_figures(
    rule: EscalationRule, states: States, dosed: NDArray[np.integer], truth: Floats, mtd: int, not_evaluable: float
) -> dict[FigureName, Floats]:
    """Every figure of each trial, whose mean is that of the curve; of shares a number whose spread is the share's."""
    selected = states.selected.astype(np.intp)
    added = rule.expansion_participants * (selected[:, None] == np.arange(1, rule.frame.levels + 1))
    participants = states.participants + added
    total, dlts = participants.sum(axis=1), (states.dlts + truth * added).sum(axis=1)
    at_mtd = participants[:, mtd - 1] if mtd else np.zeros(len(selected))
    above = participants[:, mtd:].sum(axis=1)

    def share(count: Floats) -> Floats:
        of_all = total.mean()
        mean = count.mean() / of_all
        return np.asarray(mean + (count - mean * total) / of_all)

    found = {
        "correct_selection": selected == mtd,
        "selected_above_mtd": selected > mtd,
        "selected_below_mtd": selected < mtd,
        "none_selected": selected == 0,
        "stopped_too_toxic": states.stop == Stop.TOO_TOXIC,
        "share_at_mtd": share(at_mtd),
        "share_above_mtd": share(above),
        "share_with_dlt": share(dlts),
        "participants_at_mtd": at_mtd,
        "participants_above_mtd": above,
        "mean_participants": total,
        "mean_dosed": dosed.sum(axis=1) + added.sum(axis=1) / (1.0 - not_evaluable),
        "mean_dlts": dlts,
    }
    return {name: np.asarray(found[name], dtype=np.float64) for name in FIGURES}
