"""What one setting does under every curve: exact where the engine can be, else simulated."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

import firstdose
from firstdose.designs.rule import EscalationRule
from firstdose.methods.logistic_model import PriorContradicted
from firstdose.simulation.calendar import Calendar, CalendarError, Site, calendar_of, characteristics_in_time
from firstdose.simulation.exact import TooManyStates
from firstdose.simulation.figures import OperatingCharacteristics
from firstdose.simulation.monte_carlo import monte_carlo
from firstdose.simulation.operating_characteristics import operating_characteristics
from firstdose.simulation.scenarios import Scenarios
from firstdose.simulation.tuning.measures import ByScenario, Summary, by_scenario
from firstdose.simulation.tuning.plan import Plan
from firstdose.simulation.tuning.space import Setting

DEFAULT_STATES, DEFAULT_TRIALS = 2_000_000, 2_000


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
    ``not_evaluable`` is the share of dosed participants who are replaced under the others.
    """

    rule: EscalationRule
    scenarios: Scenarios
    engines: Engines = Engines()
    calendar: Calendar | None = None
    not_evaluable: float = 0.0

    @property
    def key(self) -> str:
        """What the figures depend on, as one short text: equal parts have equal figures under one version."""
        conditions = (repr(self.engines), repr(self.calendar), self.not_evaluable)
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


def part_of(rule: EscalationRule, setting: Setting, scenarios: Scenarios, engines: Engines, plan: Plan) -> Part:
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
    return Part(rule, scenarios, engines, calendar, plan.not_evaluable)


def evaluate(part: Part) -> Evaluation:
    """The figures of a part; the same for the same part, wherever it is computed."""
    try:
        found, rows = under_each(part)
    except (PriorContradicted, CalendarError) as error:
        return Evaluation("none", problem=str(error))
    return Evaluation(found.method, found.states, found.trials, rows.summaries())


def under_each(part: Part) -> tuple[OperatingCharacteristics, ByScenario]:
    """The figures under each curve by itself."""
    found = _characteristics(part)
    return found, by_scenario(found.scenarios)


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
