"""What a winner is worth: its figures under the curves of the search and under unseen ones, beside the protocol's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import hypot
from typing import Any, Literal

import numpy as np

from firstdose.simulation.tuning.aims import Aim, Constraint
from firstdose.simulation.tuning.evaluation import Engines, part_of, under_each
from firstdose.simulation.tuning.families import Families
from firstdose.simulation.tuning.measures import ByScenario
from firstdose.simulation.tuning.plan import Plan
from firstdose.simulation.tuning.search import Searched
from firstdose.simulation.tuning.space import AS_WRITTEN


@dataclass(frozen=True)
class Value:
    """A figure over scenarios, with its standard error over them where it is a mean of several."""

    value: float
    standard_error: float | None


@dataclass(frozen=True)
class Score:
    """An aim or a constraint under the curves of the search and under unseen ones, for one setting.

    ``worse`` is by how much it is worse under the unseen ones, negative where it is better. The curves of both families
    are independent, so its standard error is that of a difference. ``keeps`` says whether a constraint holds there.
    """

    goal: Aim | Constraint
    seen: Value
    unseen: Value
    worse: Value
    keeps: bool | None


@dataclass(frozen=True)
class Gain:
    """What the winner gains over the protocol as written in one aim, under the same unseen curves."""

    aim: Aim
    gain: Value


def score_json(score: Score) -> dict[str, Any]:
    """Plain data."""
    kind: Literal["aim", "constraint"] = "aim" if isinstance(score.goal, Aim) else "constraint"
    return {
        "kind": kind, "what": score.goal.words, "seen": vars(score.seen), "unseen": vars(score.unseen),
        "worse": vars(score.worse), "keeps": score.keeps,
    }  # fmt: skip


def scored(
    plan: Plan, made: Families, engines: Engines, searched: Searched, number: int
) -> tuple[tuple[Score, ...], tuple[Score, ...], tuple[Gain, ...]]:
    """The winner's scores, those of the protocol as written, and what the one gains over the other."""
    best = _under_both(plan, made, engines, searched, number)
    own_is_known = AS_WRITTEN in searched.evaluations and not searched.evaluations[AS_WRITTEN].problem
    if not own_is_known:
        return _scores(plan, *best), (), ()
    own = _under_both(plan, made, engines, searched, AS_WRITTEN)
    gains = tuple(Gain(aim, _gain(aim, best[1], own[1])) for aim in plan.aims)
    return _scores(plan, *best), _scores(plan, *own), gains


def _under_both(
    plan: Plan, made: Families, engines: Engines, searched: Searched, number: int
) -> tuple[ByScenario, ByScenario]:
    space = searched.space
    setting = space.setting(number)
    rule = space.rule(setting)
    # others take part under the unseen curves, else luck with those of the search would count there again
    others = replace(engines, seed=engines.seed + 1)
    seen, unseen = (
        under_each(part_of(rule, setting, scenarios, chosen, plan))[1]
        for scenarios, chosen in ((made.seen, engines), (made.unseen, others))
    )
    return seen, unseen


def _scores(plan: Plan, seen: ByScenario, unseen: ByScenario) -> tuple[Score, ...]:
    return tuple(_score(goal, seen, unseen) for goal in plan.goals)


def _score(goal: Aim | Constraint, seen: ByScenario, unseen: ByScenario) -> Score:
    before, after = _value(goal, seen), _value(goal, unseen)
    sign = goal.sign if isinstance(goal, Aim) else 1 if goal.at_least is not None else -1
    errors = (before.standard_error, after.standard_error)
    error = None if errors[0] is None or errors[1] is None else hypot(errors[0], errors[1])
    keeps = None if isinstance(goal, Aim) else goal.shortfall(unseen.summaries()) == 0
    return Score(goal, before, after, Value(sign * (before.value - after.value), error), keeps)


def _value(goal: Aim | Constraint, rows: ByScenario) -> Value:
    summaries = rows.summaries()
    error = summaries[goal.over][goal.figure].standard_error if goal.by == "mean" else None
    return Value(goal.value(summaries), error)


def _gain(aim: Aim, best: ByScenario, own: ByScenario) -> Value:
    """How much better the first is; the error of a mean is that of the differences, curve by curve."""
    gain = aim.sign * (aim.value(best.summaries()) - aim.value(own.summaries()))
    apart = best.of(aim.figure, aim.over) - own.of(aim.figure, aim.over)
    if aim.by == "worst" or len(apart) < 2:
        return Value(gain, None)
    return Value(gain, float(apart.std(ddof=1) / np.sqrt(len(apart))))
