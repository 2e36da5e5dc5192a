"""What one setting does under every curve: exact where the engine can be, else simulated."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import sha256

import firstdose
from firstdose.designs.rule import EscalationRule
from firstdose.simulation.calendar import Calendar, Site, calendar_of, characteristics_in_time
from firstdose.simulation.exact import TooManyStates
from firstdose.simulation.figures import OperatingCharacteristics
from firstdose.simulation.monte_carlo import monte_carlo
from firstdose.simulation.operating_characteristics import operating_characteristics
from firstdose.simulation.scenarios import Scenarios
from firstdose.simulation.tuning.measures import ByScenario, Summary, by_scenario
from firstdose.simulation.tuning.plan import Plan
from firstdose.simulation.tuning.space import Setting

DEFAULT_STATES, DEFAULT_TRIALS = 2_000_000, 2_000
TRIALS_LOOKED_AT = 200
ERRORS = "of curves and people"
"""What standard errors hold: in the key of a part, so that figures with other errors are not taken for its own."""
CURVES_A_PIECE = 20
"""Curves whose simulated trials are one piece of work; the exact engine takes all curves at once."""


@dataclass(frozen=True)
class Engines:
    """How settings are computed: most states in one step of the exact engine, else trials a scenario with a seed.

    The simulated people are the same under every setting and scenario (common random numbers); under the unseen curves
    they are those of the next seed.
    """

    states: int = DEFAULT_STATES
    trials: int = DEFAULT_TRIALS
    seed: int = 1


@dataclass(frozen=True)
class Part:
    """One piece of work: a rule under a family of curves.

    ``calendar`` is for designs that decide in time, whose own share of people who leave then counts;
    ``not_evaluable`` is the share of dosed participants who are replaced under the others. ``kinds`` are those of the
    curves (``families.kinds_of``), all one where it is empty.
    """

    rule: EscalationRule
    scenarios: Scenarios
    engines: Engines = Engines()
    calendar: Calendar | None = None
    not_evaluable: float = 0.0
    kinds: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """What the figures depend on, as one short text: equal parts have equal figures under one version."""
        conditions = (ERRORS, repr(self.engines), repr(self.calendar), self.not_evaluable, self.kinds)
        told = (firstdose.__version__, repr(self.rule), conditions, self.scenarios.names)
        made = sha256(repr(told).encode("utf-8"))
        made.update(self.scenarios.truths.tobytes())
        return made.hexdigest()[:32]


@dataclass(frozen=True)
class Evaluation:
    """The figures of a setting over its scenarios, how they were computed, and on what they rest.

    ``problem`` says why there are none.
    """

    method: str
    states: int | None = None
    trials: int | None = None
    figures: dict[str, dict[str, Summary]] = field(default_factory=dict)
    problem: str = ""


def part_of(
    rule: EscalationRule,
    setting: Setting,
    scenarios: Scenarios,
    engines: Engines,
    plan: Plan,
    kinds: tuple[int, ...] = (),
) -> Part:
    """The work that a setting makes. Raises CalendarError where its conditions in time make no sense."""
    calendar, in_time = None, plan.in_time
    if rule.design.needs_time and in_time is not None:
        calendar = calendar_of(
            setting.escalation,
            (Site(in_time.candidates_per_30_days),),
            screening_failures=in_time.screening_failures,
            meeting_interval_days=in_time.meeting_interval_days,
            leaving=in_time.leaving,
        )
    return Part(rule, scenarios, engines, calendar, plan.not_evaluable, kinds)


def under_each(part: Part) -> tuple[OperatingCharacteristics, ByScenario]:
    """The figures under each curve by itself."""
    found = _characteristics(part)
    return found, by_scenario(found.scenarios, part.kinds)


def pieces_of(part: Part) -> list[Part]:
    """The same work by so many curves each, whose figures do not depend on the other curves."""
    starts = range(0, len(part.scenarios), CURVES_A_PIECE)
    return [_some_curves(part, slice(start, start + CURVES_A_PIECE)) for start in starts]


def _some_curves(part: Part, some: slice) -> Part:
    curves = part.scenarios
    fewer = Scenarios(curves.truths[some], curves.names[some], curves.family)
    return replace(part, scenarios=fewer, kinds=part.kinds[some])


def cautions_of(part: Part) -> tuple[str, ...]:
    """What nobody would want of a setting's trials in time, in words, from a look at some of them."""
    if part.calendar is None:
        return ()
    few = _some_curves(part, slice(CURVES_A_PIECE)).scenarios
    found = characteristics_in_time(
        part.rule, part.calendar, few, trials=TRIALS_LOOKED_AT, seed=part.engines.seed, distributions=False
    )
    return found.cautions


def rows_of(part: Part) -> ByScenario:
    """The figures under each curve by itself, alone."""
    return under_each(part)[1]


def _characteristics(part: Part) -> OperatingCharacteristics:
    engines, lost = part.engines, part.not_evaluable
    if part.calendar is not None:
        timed = characteristics_in_time(
            part.rule, part.calendar, part.scenarios, trials=engines.trials, seed=engines.seed, distributions=False
        )
        return timed.characteristics
    try:
        return operating_characteristics(
            part.rule, part.scenarios, not_evaluable=lost, budget=engines.states, distributions=False
        )
    except TooManyStates:
        return monte_carlo(
            part.rule,
            part.scenarios,
            trials=engines.trials,
            seed=engines.seed,
            not_evaluable=lost,
            distributions=False,
        )
