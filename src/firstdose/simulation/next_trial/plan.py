"""One trial as it would be run: who is in which arm, when looks are taken, which contrasts are tested and how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from firstdose.methods.closed_testing import ClosedTest, Multiplicity, closed_test
from firstdose.methods.group_sequential import Spending
from firstdose.simulation.next_trial.arms import ArmDesign, Comparison
from firstdose.simulation.next_trial.endpoints import NextEndpoint
from firstdose.simulation.next_trial.settings import NextTrialSettings

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MONTHS = 12.0


@dataclass(frozen=True, eq=False)
class Plan:
    """A design, an endpoint and a number of participants under the settings of a file."""

    settings: NextTrialSettings
    design: ArmDesign
    endpoint: NextEndpoint
    participants: int

    @property
    def arm(self) -> Integers:
        """The arm of each participant (N,), in the order of recruitment: blocks with every arm's share.

        People are alike but for their arm, so that the order inside a block changes nothing.
        """
        shares = [arm.share for arm in self.design.arms]
        turns = [number for turn in range(max(shares)) for number, share in enumerate(shares) if turn < share]
        return np.resize(np.array(turns, dtype=np.int64), self.participants)

    @property
    def look_sizes(self) -> tuple[int, ...]:
        """Participants at each look: the first to be recruited, whose endpoint is then complete."""
        return tuple(max(1, round(share * self.participants)) for share in self.settings.looks.information)

    @property
    def contrasts(self) -> Floats:
        """One row a comparison, one column an arm: the mean over pairs of treated less control."""
        found = np.zeros((len(self.design.comparisons), len(self.design.arms)))
        for row, comparison in enumerate(self.design.comparisons):
            for treated, control in self.pairs_of(comparison):
                found[row, treated] += 1.0 / len(comparison.pairs)
                found[row, control] -= 1.0 / len(comparison.pairs)
        return found

    def pairs_of(self, comparison: Comparison) -> tuple[tuple[int, int], ...]:
        """The numbers of the arms in each pair."""
        return tuple(
            (self.design.number_of(pair.treated), self.design.number_of(pair.control)) for pair in comparison.pairs
        )

    @property
    def correlation(self) -> Floats:
        """Of the statistics of the comparisons at one look, where people vary alike in all arms."""
        spread = self.contrasts / np.sqrt(np.array([arm.share for arm in self.design.arms], dtype=np.float64))
        lengths = np.linalg.norm(spread, axis=1)
        return np.asarray(spread @ spread.T / np.outer(lengths, lengths))

    @property
    def test(self) -> ClosedTest:
        """The closed test of the comparisons over the looks."""
        looks = self.settings.looks
        return _closed_test(
            self.design.multiplicity,
            tuple(map(tuple, self.correlation.tolist())),
            looks.information,
            self.settings.aim.one_sided_error,
            looks.spending,
        )


@lru_cache(maxsize=64)
def _closed_test(
    method: Multiplicity,
    correlation: tuple[tuple[float, ...], ...],
    information: Sequence[float],
    error: float,
    spending: Spending,
) -> ClosedTest:
    return closed_test(method, np.array(correlation), information, error, spending)
