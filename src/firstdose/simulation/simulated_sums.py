"""Means, distributions and standard errors of simulated trials, in the shapes of the exact engine's.

What is kept of trials is whole numbers only: sums, sums of products and counts. So the parts into which trials are
split add up to the same bits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import States, Stop, over_levels
from firstdose.methods.products import serial_product
from firstdose.simulation.ending_sums import Distributions, EndingSums, rate_above_target
from firstdose.simulation.scenarios import true_mtds

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Tally:
    """Simulated trials of one truth, added up over trials.

    ``sums`` (columns,) and ``products`` (columns, columns) are those of the columns that ``places`` names; they are
    whole numbers, far below 2^53. ``shares`` counts trials by their participants and DLTs, in all and at each level.
    """

    trials: int
    places: dict[str, slice]
    sums: Floats
    products: Floats
    shares: dict[str, Counts]

    def plus(self, other: Tally) -> Tally:
        """The tally of both sets of trials."""
        return Tally(
            self.trials + other.trials,
            self.places,
            self.sums + other.sums,
            self.products + other.products,
            {name: counts + other.shares[name] for name, counts in self.shares.items()},
        )

    def means(self) -> dict[str, Floats]:
        """The mean of every column, by name."""
        return {name: self.sums[place] / self.trials for name, place in self.places.items()}

    def covariance(self) -> Floats:
        """The covariance of the columns over trials."""
        squares = self.products - np.outer(self.sums, self.sums) / self.trials
        return np.asarray(squares / (self.trials - 1), dtype=np.float64)


def tally_trials(rule: EscalationRule, states: States, dosed: NDArray[np.integer]) -> Tally:
    """The tally of trials that have ended, with participants dosed at each level, shape (trials, levels)."""
    levels, most = rule.frame.levels, rule.frame.max_participants + 1
    participants, dlts = states.participants.astype(np.int64), states.dlts.astype(np.int64)
    columns = {
        "selected": states.selected[:, None] == np.arange(levels + 1),
        "participants": participants,
        "dlts": dlts,
        "dosed": dosed,
        "stops": states.stop[:, None] == np.arange(len(Stop)),
        "mtd_not_reached": states.mtd_not_reached[:, None],
        "rate_above_target": rate_above_target(rule, participants, dlts)[:, None],
    }
    ends = np.cumsum([0, *(column.shape[1] for column in columns.values())]).tolist()
    places = {name: slice(start, end) for name, start, end in zip(columns, ends[:-1], ends[1:], strict=True)}
    values = np.concatenate([column.T for column in columns.values()], dtype=np.float64)
    shares = {
        "size": np.bincount(over_levels(participants), minlength=most),
        "total_dlts": np.bincount(over_levels(dlts), minlength=most),
        "participants": np.array([np.bincount(at, minlength=most) for at in participants.T]),
        "dlts": np.array([np.bincount(at, minlength=most) for at in dlts.T]),
    }
    return Tally(len(states), places, values.sum(axis=1), serial_product(values, values.T), shares)


def sum_trials(tallies: list[Tally]) -> EndingSums:
    """The means of each scenario's trials."""
    means = [tally.means() for tally in tallies]
    whole = {name: np.array([mean[name] for mean in means]) for name in tallies[0].places}
    single = {name: whole[name][:, 0] for name in ("mtd_not_reached", "rate_above_target")}
    return EndingSums(**{**whole, **single})


def count_trials(tallies: list[Tally]) -> Distributions:
    """The distributions of counts over each scenario's trials."""
    return Distributions(
        **{name: np.array([tally.shares[name] / tally.trials for tally in tallies]) for name in tallies[0].shares}
    )


def standard_errors(rule: EscalationRule, tally: Tally, truth: Floats, not_evaluable: float) -> dict[str, Any]:
    """The standard errors of the figures, under the names that the figures have.

    Each figure is a weighted sum of columns; a share of participants is a ratio of two, by the delta method.
    """
    weights = _Weights(rule, tally, truth, not_evaluable)
    covariance = tally.covariance()

    def error(*rows: Floats) -> list[float]:
        variances = [float(row @ covariance @ row) for row in rows]
        return [float(np.sqrt(max(variance, 0.0) / tally.trials)) for variance in variances]

    none_selected, *selected = error(*weights.of("selected"))
    participants, dlts, dosed = weights.participants(), weights.dlts(), weights.dosed()
    stops = error(*weights.of("stops"))
    found: dict[str, Any] = {
        "selected": selected,
        "none_selected": none_selected,
        "mtd_not_reached": error(*weights.of("mtd_not_reached"))[0],
        "mean_participants": error(*participants),
        "mean_dlts": error(*dlts),
        "mean_dosed": error(*dosed),
        "mean_total_participants": error(participants.sum(axis=0))[0],
        "mean_total_dlts": error(dlts.sum(axis=0))[0],
        "mean_total_dosed": error(dosed.sum(axis=0))[0],
        "observed_rate_above_target": error(*weights.of("rate_above_target"))[0],
        "stop_reasons": {reason.name.lower(): each for reason, each in zip(Stop, stops, strict=True) if each},
    }
    if rule.frame.target is None:
        return found
    mtd = int(true_mtds(truth[None, :], rule.frame.target)[0])
    above, total = participants[mtd:].sum(axis=0), participants.sum(axis=0)
    of_all = float(total @ tally.sums) / tally.trials
    share = float(above @ tally.sums) / tally.trials / of_all
    ratio = (above - share * total) / of_all
    return {
        "correct_selection": [none_selected, *selected][mtd],
        "share_above_mtd": error(ratio)[0] if mtd else 0.0,
        **found,
    }


@dataclass(frozen=True)
class _Weights:
    """Figures as weighted sums of a tally's columns, shape (figures, columns); means include the expansion."""

    rule: EscalationRule
    tally: Tally
    truth: Floats
    not_evaluable: float

    def of(self, name: str) -> Floats:
        """The columns themselves."""
        return np.eye(len(self.tally.sums))[self.tally.places[name]]

    def participants(self) -> Floats:
        return self.of("participants") + self._expansion()

    def dlts(self) -> Floats:
        return self.of("dlts") + self.truth[:, None] * self._expansion()

    def dosed(self) -> Floats:
        return self.of("dosed") + self._expansion() / (1.0 - self.not_evaluable)

    def _expansion(self) -> Floats:
        return self.rule.expansion_participants * self.of("selected")[1:]
