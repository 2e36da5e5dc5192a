"""Operating characteristics for the report: the protocol's rule and those it is compared with."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from firstdose.designs.building import build_design
from firstdose.designs.rule import EscalationRule
from firstdose.protocol import ProblemsFound, Protocol
from firstdose.report.design.rule_words import show_setting
from firstdose.report.documents.wording import rate
from firstdose.simulation.exact import DEFAULT_BUDGET, TooManyStates, walk
from firstdose.simulation.figures import OperatingCharacteristics
from firstdose.simulation.monte_carlo import monte_carlo
from firstdose.simulation.operating_characteristics import figures_of_endings
from firstdose.simulation.scenarios import Scenarios, random_monotone, steps_around_each_mtd

YARDSTICK_RATE = 0.25
RANDOM_CURVES = 500
SIMULATED_TRIALS = 10_000

Progress = Callable[[str], None]


def silent(message: str) -> None:
    """No report of progress."""
    del message


@dataclass(frozen=True)
class RandomSummary:
    """Figures over random curves: correct selection (mean, lower and upper quartile, lowest), and means of others."""

    curves: int
    correct: float
    quartiles: tuple[float, float]
    lowest: float
    participants: float
    dlts: float
    share_above_mtd: float


@dataclass(frozen=True)
class Compared:
    """One design of the comparison; ``refused`` says why it cannot be built for this protocol.

    ``left_out`` are the protocol's further rules that it runs without, ``added`` those that it has beyond them.
    """

    name: str
    title: str
    source: str
    settings: tuple[tuple[str, str], ...]
    is_own: bool
    figures: OperatingCharacteristics | None
    random: RandomSummary | None
    refused: str = ""
    left_out: tuple[str, ...] = ()
    added: tuple[str, ...] = ()

    @property
    def short_name(self) -> str:
        """The name by which people know the design: "BOIN", "3+3"."""
        inside = re.search(r"\(([^)]+)\)", self.title)
        return inside[1] if inside else self.title.removesuffix(" design")


@dataclass(frozen=True)
class Engine:
    """How figures are computed: the exact engine within its budget of states, else simulated trials."""

    budget: int = DEFAULT_BUDGET
    trials: int = SIMULATED_TRIALS
    seed: int = 1
    curves: int = RANDOM_CURVES
    not_evaluable: float = 0.0

    def figures(
        self, rule: EscalationRule, scenarios: Scenarios, progress: Progress = silent
    ) -> tuple[OperatingCharacteristics, RandomSummary | None]:
        """The rule's figures for the scenarios, and over random curves where it has a target and is exact."""
        name, with_losses = rule.design.name, rule.counts_dosed and self.not_evaluable > 0

        def tell(cohort: int, states: int) -> None:
            progress(f"walking {name}, cohort {cohort}, {states:,} states")

        try:
            endings = walk(rule, self.budget, tell, with_losses=with_losses)
        except TooManyStates:
            progress(f"simulating {name}, which has more states than {self.budget:,}")
            return self._simulated(rule, scenarios), None
        shown = figures_of_endings(rule, endings, scenarios, not_evaluable=self.not_evaluable)
        if rule.frame.target is None or not self.curves:
            return shown, None
        random = random_monotone(rule.frame.levels, rule.frame.target, self.curves, self.seed)
        over = figures_of_endings(rule, endings, random, not_evaluable=self.not_evaluable, distributions=False)
        return shown, summarise_random(over)

    def _simulated(self, rule: EscalationRule, scenarios: Scenarios) -> OperatingCharacteristics:
        return monte_carlo(rule, scenarios, trials=self.trials, seed=self.seed, not_evaluable=self.not_evaluable)


def usual_scenarios(rule: EscalationRule) -> Scenarios:
    """The steps around each possible MTD; around 25 % when the protocol has no target to define one."""
    levels, target = rule.frame.levels, rule.frame.target
    if target is not None:
        return steps_around_each_mtd(levels, target)
    steps = steps_around_each_mtd(levels, YARDSTICK_RATE)
    names = (*(f"{rate(YARDSTICK_RATE)} at level {level}" for level in range(1, levels + 1)), "all more toxic")
    return Scenarios(steps.truths, names[: len(steps)], "steps")


def summarise_random(figures: OperatingCharacteristics) -> RandomSummary:
    """Means and quartiles over the curves of a family."""
    correct = np.array([scenario.correct_selection for scenario in figures.scenarios], dtype=np.float64)
    lower, upper = (float(value) for value in np.quantile(correct, (0.25, 0.75)))
    return RandomSummary(
        len(figures.scenarios),
        float(correct.mean()),
        (lower, upper),
        float(correct.min()),
        float(np.mean([scenario.mean_total_participants for scenario in figures.scenarios])),
        float(np.mean([scenario.mean_total_dlts for scenario in figures.scenarios])),
        float(np.mean([scenario.share_above_mtd or 0.0 for scenario in figures.scenarios])),
    )


def compare(
    protocol: Protocol,
    rule: EscalationRule,
    own: tuple[OperatingCharacteristics, RandomSummary | None],
    scenarios: Scenarios,
    engine: Engine,
    progress: Progress,
) -> tuple[Compared, ...]:
    """The protocol's rule and each comparator that it names, under the same scenarios and guards."""
    found = [_compared(rule, True, own)]
    for name, settings in protocol.escalation.comparators.items():
        if name == protocol.escalation.design:
            continue
        progress(f"comparing with {name}")
        try:
            other = build_design(protocol, name, settings)
        except ProblemsFound as problems:
            why = "; ".join(problem.rule for problem in problems.problems)
            found.append(Compared(name, name, "", (), False, None, None, why))
            continue
        compared = _compared(other, False, engine.figures(other, scenarios, progress))
        found.append(replace(compared, left_out=_only_in(rule, other), added=_only_in(other, rule)))
    return tuple(found)


def _only_in(rule: EscalationRule, other: EscalationRule) -> tuple[str, ...]:
    """The further rules of one rule that another does not have, in words."""
    words = {guard.words() for guard in other.guards}
    return tuple(text for guard in rule.guards if (text := guard.words()) not in words)


def _compared(
    rule: EscalationRule,
    is_own: bool,
    figures: tuple[OperatingCharacteristics, RandomSummary | None],
) -> Compared:
    design = rule.design
    values = ((key, getattr(design, key)) for key in type(design).setting_names())
    shown = tuple((key, show_setting(value)) for key, value in values if value is not None)
    return Compared(design.name, design.title, design.source, shown, is_own, *figures)
