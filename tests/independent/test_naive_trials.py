"""The plain-Python Monte Carlo that the benchmarks time gives the exact figures, within its error."""

import math

import pytest

from benchmarks import naive, rules
from firstdose.designs.rule import EscalationRule
from firstdose.simulation.operating_characteristics import operating_characteristics

LARGEST_Z = 4.5


@pytest.mark.parametrize(
    ("design", "rule", "trials", "cohort_size"),
    [
        (naive.NaiveBoin(), rules.boin(), 4000, 3),
        (naive.NaiveBoin(), rules.boin(1), 2000, 1),
        (naive.NaiveCrm(), rules.crm(), 800, 3),
        (naive.NaiveBlrm(), rules.blrm(), 120, 3),
    ],
    ids=["boin", "boin singles", "crm", "blrm"],
)
def test_naive_trials_agree_with_the_exact_figures(
    design: naive.NaiveDesign, rule: EscalationRule, trials: int, cohort_size: int
) -> None:
    (exact,) = operating_characteristics(rule, rules.one_scenario()).scenarios
    found = naive.simulate(design, rules.TRUTH, trials, cohort_size, seed=5)
    for chance, share in zip(exact.selected, found.selected, strict=True):
        error = math.sqrt(max(chance * (1 - chance), 1 / trials) / trials)
        assert abs(share - chance) <= LARGEST_Z * error
    for level, distribution in enumerate(exact.participants_distribution):
        mean = exact.mean_participants[level]
        variance = sum(chance * (count - mean) ** 2 for count, chance in distribution.items())
        error = math.sqrt(max(variance, 0.01) / trials)
        assert abs(found.participants[level] - mean) <= LARGEST_Z * error
        assert found.dlts[level] <= found.participants[level]
