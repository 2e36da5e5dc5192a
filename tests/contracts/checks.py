"""What every rule must keep to, whatever its design and guards."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

import numpy as np
from scipy.stats import binom, norm

from firstdose.designs.history import History
from firstdose.designs.recommendation import Recommendation
from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import States, Stop
from firstdose.simulation.figures import ScenarioFigures
from firstdose.simulation.monte_carlo import monte_carlo
from firstdose.simulation.operating_characteristics import operating_characteristics
from firstdose.simulation.scenarios import listed
from tests.contracts.walks import Key, state_key, walk_outcomes

EXEMPT = (Stop.MAXIMUM, Stop.RULE_COMPLETE, Stop.ENOUGH_AT_LEVEL, Stop.PRECISE, Stop.DECLARED)
LARGEST_Z = 4.5


def decisions_of_merged_histories(rule: EscalationRule) -> dict[Key, dict[tuple[int, int], set[Recommendation]]]:
    """For every state that several histories share: what is advised after each next outcome of each history."""
    groups: dict[Key, list[tuple[History, int, int]]] = defaultdict(list)
    for outcomes in walk_outcomes(rule):
        sizes = rule.cohort_sizes(outcomes.before)
        for row, history in enumerate(outcomes.histories):
            key = state_key(outcomes.before, row)
            groups[key].append((history, int(outcomes.before.level[row]), int(sizes[row])))
    found: dict[Key, dict[tuple[int, int], set[Recommendation]]] = {}
    for key, members in groups.items():
        if len(members) < 2:
            continue
        advised: dict[tuple[int, int], set[Recommendation]] = defaultdict(set)
        for history, level, size in members:
            for dlts in range(size + 1):
                after = history.then(level, "T" * dlts + "N" * (size - dlts))
                advised[size, dlts].add(rule.decide(after))
        found[key] = advised
    return found


def dose_after(states: States, row: int) -> int | None:
    """The next level, 0 after a stop for toxicity, None after any other stop."""
    stop = Stop(int(states.stop[row]))
    if stop in EXEMPT:
        return None
    return 0 if stop == Stop.TOO_TOXIC else int(states.level[row])


def rises_with_a_dlt(rule: EscalationRule) -> list[str]:
    """Histories after which one more DLT in the next cohort leads to a higher dose."""
    found = []
    for outcomes in walk_outcomes(rule):
        for history, rows in zip(outcomes.histories, outcomes.after, strict=True):
            doses = [dose_after(outcomes.states, int(row)) for row in rows if row >= 0]
            for dlts, (fewer, more) in enumerate(pairwise(doses)):
                if fewer is not None and more is not None and more > fewer:
                    found.append(f"{history}: {dlts} DLTs give {fewer}, {dlts + 1} give {more}")
    return found


def largest_step_up(rule: EscalationRule) -> int:
    """The most levels that any history goes up from one cohort to the next."""
    steps = []
    for outcomes in walk_outcomes(rule):
        for row, rows in enumerate(outcomes.after):
            after = rows[rows >= 0]
            going = after[outcomes.states.stop[after] == Stop.GOES_ON]
            steps += (outcomes.states.level[going] - outcomes.before.level[row]).tolist()
    return int(max(steps))


def check_elimination_is_permanent(rule: EscalationRule) -> int:
    """No eliminated level comes back, is treated or is selected; returns how many histories had an elimination."""
    eliminated = 0
    for outcomes in walk_outcomes(rule):
        for row, rows in enumerate(outcomes.after):
            for after in rows[rows >= 0].tolist():
                highest = int(outcomes.states.highest[after])
                assert highest <= outcomes.before.highest[row]
                if outcomes.states.stop[after] == Stop.GOES_ON:
                    assert outcomes.states.level[after] <= highest
                assert outcomes.states.selected[after] <= highest
                eliminated += highest < rule.frame.levels
    return eliminated


def z_scores(rule: EscalationRule, truths: list[list[float]], trials: int, seed: int) -> dict[str, float]:
    """Every figure of simulated trials less the exact one, in standard errors (of a count: by its exact tail)."""
    scenarios = listed(truths, rule.frame.levels)
    exact = operating_characteristics(rule, scenarios).scenarios
    simulated = monte_carlo(rule, scenarios, trials=trials, seed=seed).scenarios
    return z_scores_of(exact, simulated, trials)


def z_scores_of(exact: list[ScenarioFigures], simulated: list[ScenarioFigures], trials: int) -> dict[str, float]:
    """The same, for figures of trials that were simulated in any way."""
    found = {}
    for index, (true, seen) in enumerate(zip(exact, simulated, strict=True), start=1):
        observed = _chances(seen)
        for name, chance in _chances(true).items():
            found[f"{name} in scenario {index}"] = _z_of_share(observed[name], chance, trials)
        for name, (mean, deviation) in _means(true).items():
            error = max(deviation, 1e-9) / np.sqrt(trials)
            found[f"mean {name} in scenario {index}"] = (_mean(_distributions(seen)[name]) - mean) / error
    return found


def _z_of_share(share: float, chance: float, trials: int) -> float:
    """The two-sided binomial tail of a share of the trials, as the z that has the same."""
    count, bounded = round(share * trials), min(max(chance, 0.0), 1.0)
    tail = min(binom.cdf(count, trials, bounded), binom.sf(count - 1, trials, bounded))
    return float(norm.isf(min(tail, 0.5)))


def _chances(figures: ScenarioFigures) -> dict[str, float]:
    """Every probability among the figures."""
    found = {"none_selected": figures.none_selected, "mtd_not_reached": figures.mtd_not_reached}
    found |= {f"selected {level}": chance for level, chance in enumerate(figures.selected, start=1)}
    found |= {f"stops {name}": figures.stop_reasons.get(name, 0.0) for name in (stop.name.lower() for stop in Stop)}
    for name, distribution in _distributions(figures).items():
        found |= {f"{count} {name}": distribution.get(count, 0.0) for count in range(13)}
    if figures.correct_selection is not None and figures.observed_rate_above_target is not None:
        found["correct_selection"] = figures.correct_selection
        found["observed_rate_above_target"] = figures.observed_rate_above_target
    return found


def _means(figures: ScenarioFigures) -> dict[str, tuple[float, float]]:
    """Mean and standard deviation of every count; counts that hardly ever change are left to their shares."""
    stated = {"participants": figures.mean_total_participants, "DLTs": figures.mean_total_dlts}
    for level, pair in enumerate(zip(figures.mean_participants, figures.mean_dlts, strict=True), start=1):
        stated |= {f"participants at {level}": pair[0], f"DLTs at {level}": pair[1]}
    found = {}
    for name, distribution in _distributions(figures).items():
        mean = _mean(distribution)
        assert abs(mean - stated[name]) < 1e-9, name
        variance = sum((count - mean) ** 2 * chance for count, chance in distribution.items())
        if max(distribution.values()) < 0.99:
            found[name] = (mean, float(np.sqrt(variance)))
    return found


def _mean(distribution: dict[int, float]) -> float:
    return sum(count * chance for count, chance in distribution.items())


def _distributions(figures: ScenarioFigures) -> dict[str, dict[int, float]]:
    found = {"participants": figures.size_distribution, "DLTs": figures.dlt_distribution}
    found |= {f"participants at {level}": each for level, each in enumerate(figures.participants_distribution, 1)}
    return found | {f"DLTs at {level}": each for level, each in enumerate(figures.dlts_distribution, 1)}
