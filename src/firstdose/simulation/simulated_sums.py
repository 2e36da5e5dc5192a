"""Means, distributions and standard errors of simulated trials, in the shapes of the exact engine's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import States, Stop
from firstdose.simulation.ending_sums import Distributions, EndingSums, rate_above_target
from firstdose.simulation.scenarios import true_mtds

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SimulatedTrials:
    """The final states of the trials of one scenario, and participants dosed at each level (trials, levels)."""

    rule: EscalationRule
    states: States
    dosed: NDArray[np.int64]
    truth: Floats

    def columns(self) -> dict[str, Floats]:
        """Every figure of every trial, shape (trials,) or (trials, k); figures are means over trials."""
        states, levels = self.states, self.rule.frame.levels
        return {
            "selected": _indicators(states.selected, levels + 1),
            "participants": states.participants.astype(np.float64),
            "dlts": states.dlts.astype(np.float64),
            "dosed": self.dosed.astype(np.float64),
            "stops": _indicators(states.stop, len(Stop)),
            "mtd_not_reached": states.mtd_not_reached.astype(np.float64),
            "rate_above_target": rate_above_target(self.rule, states.participants, states.dlts).astype(np.float64),
        }

    def standard_errors(self) -> dict[str, Any]:
        """The standard errors of the figures, under the names that the figures have."""
        columns = self.columns()
        errors = {name: _error(column) for name, column in columns.items()}
        return {
            **self._errors_about_the_mtd(columns, errors),
            "selected": errors["selected"][1:].tolist(),
            "none_selected": float(errors["selected"][0]),
            "mtd_not_reached": float(errors["mtd_not_reached"]),
            "mean_participants": errors["participants"].tolist(),
            "mean_dlts": errors["dlts"].tolist(),
            "mean_dosed": errors["dosed"].tolist(),
            "mean_total_participants": float(_error(columns["participants"].sum(axis=1))),
            "mean_total_dlts": float(_error(columns["dlts"].sum(axis=1))),
            "mean_total_dosed": float(_error(columns["dosed"].sum(axis=1))),
            "observed_rate_above_target": float(errors["rate_above_target"]),
            "stop_reasons": {
                reason.name.lower(): float(error) for reason, error in zip(Stop, errors["stops"], strict=True) if error
            },
        }

    def _errors_about_the_mtd(self, columns: dict[str, Floats], errors: dict[str, Floats]) -> dict[str, float]:
        """Standard errors of the figures that need the true MTD; of the share above it, a ratio of means, by the delta
        method.
        """
        target = self.rule.frame.target
        if target is None:
            return {}
        mtd = int(true_mtds(self.truth[None, :], target)[0])
        people = columns["participants"]
        total, above = people.sum(axis=1), people[:, mtd:].sum(axis=1)
        share = above.mean() / total.mean()
        return {
            "correct_selection": float(errors["selected"][mtd]),
            "share_above_mtd": float(_error((above - share * total) / total.mean())),
        }


def sum_trials(simulated: list[SimulatedTrials]) -> EndingSums:
    """The means of each scenario's trials."""
    columns = [trials.columns() for trials in simulated]
    return EndingSums(**{name: np.array([column[name].mean(axis=0) for column in columns]) for name in columns[0]})


def count_trials(simulated: list[SimulatedTrials]) -> Distributions:
    """The distributions of counts over each scenario's trials."""
    most = simulated[0].rule.frame.max_participants + 1
    return Distributions(
        size=np.array([_shares(trials.states.participants.sum(axis=1), most) for trials in simulated]),
        total_dlts=np.array([_shares(trials.states.dlts.sum(axis=1), most) for trials in simulated]),
        participants=np.array([[_shares(at, most) for at in trials.states.participants.T] for trials in simulated]),
        dlts=np.array([[_shares(at, most) for at in trials.states.dlts.T] for trials in simulated]),
    )


def _indicators(values: NDArray[np.integer], count: int) -> Floats:
    return np.asarray(values[:, None] == np.arange(count), dtype=np.float64)


def _shares(counts: NDArray[np.integer], most: int) -> Floats:
    return np.asarray(np.bincount(counts, minlength=most) / len(counts), dtype=np.float64)


def _error(column: Floats) -> Floats:
    return np.asarray(column.std(axis=0, ddof=1) / np.sqrt(len(column)))
