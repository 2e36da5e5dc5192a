"""What a winner is worth: its figures under the curves of the search and under unseen ones, beside the protocol's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import hypot
from typing import Any, Literal

from firstdose.simulation.machines import RunParts, in_order, in_this_process
from firstdose.simulation.tuning.aims import Aim, Constraint
from firstdose.simulation.tuning.common_people import CommonPeople, common_people
from firstdose.simulation.tuning.evaluating import EXACT, with_people
from firstdose.simulation.tuning.evaluation import Engines, Part, part_of, pieces_of, rows_of
from firstdose.simulation.tuning.families import Families
from firstdose.simulation.tuning.measures import ByScenario, FigureName, Over, joined, standard_error
from firstdose.simulation.tuning.plan import Plan
from firstdose.simulation.tuning.search import Progress, Searched, silent
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
    plan: Plan,
    made: Families,
    engines: Engines,
    searched: Searched,
    number: int,
    run: RunParts = in_this_process,
    progress: Progress = silent,
) -> tuple[tuple[Score, ...], tuple[Score, ...], tuple[Gain, ...]]:
    """The winner's scores, those of the protocol as written, and what the one gains over the other.

    The work is cut into pieces, which ``run`` does wherever it does the search's own.
    """
    own_is_known = AS_WRITTEN in searched.evaluations and not searched.evaluations[AS_WRITTEN].problem
    settings = [number, AS_WRITTEN] if own_is_known else [number]
    parts = [part for each in settings for part in _parts(plan, made, engines, searched, each)]
    known = _known(parts, run, progress)
    best = known[0], known[1]
    if not own_is_known:
        return _scores(plan, *best), (), ()
    own = known[2], known[3]
    gains = tuple(Gain(aim, _gain(aim, best[1], own[1])) for aim in plan.aims)
    return _scores(plan, *best), _scores(plan, *own), gains


def _parts(plan: Plan, made: Families, engines: Engines, searched: Searched, number: int) -> list[tuple[Part, bool]]:
    """A setting's work under the curves of the search and under unseen ones, and whether it is exact."""
    space = searched.space
    setting = space.setting(number)
    rule = space.rule(setting)
    # others take part under the unseen curves, else luck with those of the search would count there again
    others = replace(engines, seed=engines.seed + 1)
    parts = [
        part_of(rule, setting, scenarios, chosen, plan, kinds)
        for scenarios, kinds, chosen in (
            (made.seen, made.seen_kinds, engines),
            (made.unseen, made.unseen_kinds, others),
        )
    ]
    return [(part, searched.evaluations[number].method == EXACT) for part in parts]


@dataclass(frozen=True)
class Known:
    """What is known of a setting under a family of curves; ``people`` is None where its figures are exact."""

    rows: ByScenario
    people: CommonPeople | None

    def standard_error(self, figure: FigureName, over: Over) -> float | None:
        """The error of a mean over curves."""
        return with_people(self.rows.summaries()[over][figure].standard_error, self.people, figure, over)


def _known(parts: list[tuple[Part, bool]], run: RunParts, progress: Progress) -> list[Known]:
    work = [[part] if is_exact else pieces_of(part) for part, is_exact in parts]
    pieces = [piece for some in work for piece in some]
    simulated = [part for part, is_exact in parts if not is_exact]
    total = len(pieces) + len(simulated)
    found = iter(in_order(run, rows_of, pieces, lambda done, _: progress(done, total, "unseen curves")))
    rows = [joined([next(found) for _ in some]) for some in work]
    people = iter(
        in_order(run, common_people, simulated, lambda done, _: progress(len(pieces) + done, total, "unseen curves"))
    )
    return [Known(each, None if is_exact else next(people)) for each, (_, is_exact) in zip(rows, parts, strict=True)]


def _scores(plan: Plan, seen: Known, unseen: Known) -> tuple[Score, ...]:
    return tuple(_score(goal, seen, unseen) for goal in plan.goals)


def _score(goal: Aim | Constraint, seen: Known, unseen: Known) -> Score:
    before, after = _value(goal, seen), _value(goal, unseen)
    sign = goal.sign if isinstance(goal, Aim) else 1 if goal.at_least is not None else -1
    errors = (before.standard_error, after.standard_error)
    error = None if errors[0] is None or errors[1] is None else hypot(errors[0], errors[1])
    keeps = None if isinstance(goal, Aim) else goal.shortfall(unseen.rows.summaries()) == 0
    return Score(goal, before, after, Value(sign * (before.value - after.value), error), keeps)


def _value(goal: Aim | Constraint, known: Known) -> Value:
    error = known.standard_error(goal.figure, goal.over) if goal.by == "mean" else None
    return Value(goal.value(known.rows.summaries()), error)


def _gain(aim: Aim, best: Known, own: Known) -> Value:
    """How much better the first is; the error of a mean is that of the differences, curve by curve."""
    gain = aim.sign * (aim.value(best.rows.summaries()) - aim.value(own.rows.summaries()))
    if aim.by == "worst":
        return Value(gain, None)
    rows = best.rows
    apart = rows.of(aim.figure, aim.over) - own.rows.of(aim.figure, aim.over)
    error = standard_error(apart, rows.kinds[rows.groups[aim.over]])
    people = own.people if best.people is None else best.people.minus(own.people)
    return Value(gain, with_people(error, people, aim.figure, aim.over))
