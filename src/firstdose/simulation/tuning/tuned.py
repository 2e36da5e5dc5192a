"""A whole search with what came of it: the winner, and its figures under curves that the search did not see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from firstdose.protocol.plan import Protocol
from firstdose.protocol.problems import ProblemsFound
from firstdose.simulation.machines import RunParts, in_this_process
from firstdose.simulation.tuning.aims import difference
from firstdose.simulation.tuning.choosing import Failing, failing, front, keeping, least_failing, winner
from firstdose.simulation.tuning.evaluation import Engines, cautions_of, part_of
from firstdose.simulation.tuning.families import Families, check_groups, families
from firstdose.simulation.tuning.journal import Journal
from firstdose.simulation.tuning.plan import Plan
from firstdose.simulation.tuning.scoring import Gain, Score, score_json, scored
from firstdose.simulation.tuning.search import Effort, Progress, Searched, reasons, search, silent
from firstdose.simulation.tuning.space import AS_WRITTEN, Setting, space_of


class NothingPossible(ValueError):
    """No combination of the plan makes a protocol; the message says why."""


@dataclass(frozen=True)
class Tuned:
    """A search and its outcome; without a winner, ``failing`` says how near the settings came.

    ``front`` are the settings that keep to the constraints and that no other such setting betters. ``cautions`` say
    what nobody would want of the winner's trials in time.
    """

    plan: Plan
    families: Families
    engines: Engines
    effort: Effort
    searched: Searched
    keeping: frozenset[int]
    front: tuple[int, ...]
    winner: int | None
    scores: tuple[Score, ...]
    own_scores: tuple[Score, ...]
    gains: tuple[Gain, ...]
    failing: tuple[Failing, ...]
    cautions: tuple[str, ...] = ()

    def setting(self, number: int) -> Setting:
        """A setting by its number."""
        return self.searched.space.setting(number)

    @property
    def methods(self) -> dict[str, int]:
        """How many settings of the plan were computed by which engine."""
        counts: dict[str, int] = {}
        for number, each in self.searched.evaluations.items():
            if number != AS_WRITTEN:
                counts[each.method] = counts.get(each.method, 0) + 1
        return counts

    def as_json(self) -> dict[str, Any]:
        """Plain data: what was searched, the winner, and its scores."""
        searched = self.searched
        return {
            "name": self.plan.name,
            "settings": searched.space.size,
            "looked_at": searched.looked_at,
            "is_whole": searched.is_whole,
            "impossible": len(searched.impossible.keys() - {AS_WRITTEN}),
            "keeping": len(self.keeping),
            "methods": self.methods,
            "scenarios": {"seen": len(self.families.seen), "unseen": len(self.families.unseen)},
            "winner": None if self.winner is None else {"number": self.winner, **self.setting(self.winner).as_plain()},
            "front": list(self.front),
            "cautions": list(self.cautions),
            "scores": [score_json(each) for each in self.scores],
            "scores_as_written": [score_json(each) for each in self.own_scores],
            "gains": [{"aim": each.aim.words, **vars(each.gain)} for each in self.gains],
            "failing": [
                {"constraint": each.constraint.words, "kept_by": each.kept_by, "nearest": each.nearest,
                 "value": each.value, "shortfall": each.shortfall}
                for each in self.failing
            ],
        }  # fmt: skip


def tune(
    protocol: Protocol,
    plan: Plan,
    *,
    engines: Engines | None = None,
    effort: Effort | None = None,
    run: RunParts = in_this_process,
    journal: Journal | None = None,
    progress: Progress = silent,
) -> Tuned:
    """Search the settings of a plan over a protocol, and score the winner under unseen curves.

    Raises ProblemsFound where aims speak of curves that are not there, TruthError where curves cannot be drawn,
    NothingPossible where no combination makes a protocol, CalendarError where trials in time cannot be.
    """
    target = protocol.escalation.target_dlt_rate
    if target is None:
        raise NothingPossible(
            "escalation.target_dlt_rate is missing: without a target no level is the true MTD; add it"
        )
    engines, effort = engines or Engines(), effort or Effort()
    made = families(plan.scenarios, plan.unseen, len(protocol.dose_levels.values), target)
    problems = [finding.at(plan.places) for finding in check_groups(plan, made, target)]
    if problems:
        raise ProblemsFound(problems)
    space = space_of(plan.search, protocol)
    searched = search(
        space, plan, made.seen, engines=engines, effort=effort, run=run, journal=journal, progress=progress
    )
    candidates = searched.candidates()
    if not candidates:
        raise NothingPossible(_why_nothing(searched))
    kept = keeping(candidates, plan.constraints)
    best = winner(kept, plan.aims)
    scores: tuple[Score, ...] = ()
    own_scores: tuple[Score, ...] = ()
    gains: tuple[Gain, ...] = ()
    told: tuple[str, ...] = ()
    if best is not None:
        setting = space.setting(best.number)
        told = cautions_of(part_of(space.rule(setting), setting, made.seen, engines, plan))
        scores, own_scores, gains = scored(plan, made, engines, searched, best.number, run, progress)
    return Tuned(
        plan,
        made,
        engines,
        effort,
        searched,
        frozenset(each.number for each in kept),
        tuple(each.number for each in front(kept, plan.aims)),
        None if best is None else best.number,
        scores,
        own_scores,
        gains,
        tuple(failing(candidates, plan.constraints)),
        told,
    )


def _why_nothing(searched: Searched) -> str:
    """Why nothing could be evaluated: the reasons, the most frequent first."""
    told = [f"{reason} ({_settings(count)})" for reason, count in reasons(searched)[:3]]
    told += [each.problem for number, each in searched.evaluations.items() if each.problem and number != AS_WRITTEN][:1]
    count = searched.looked_at
    which = "the one setting looked at makes no protocol" if count == 1 else f"none of the {count:,} settings looked at"
    return f"{which}{'' if count == 1 else ' makes a protocol'}: {'; '.join(told)}"


def _settings(count: int) -> str:
    return f"{count:,} setting{'' if count == 1 else 's'}"


def why_no_winner(found: Tuned) -> str:
    """Which constraints fail, how near the settings came to each, and which setting fails least."""
    lines = ["no setting keeps to every constraint:"]
    total = len(found.searched.candidates())
    by_gap = sorted(found.failing, key=lambda each: each.shortfall / max(abs(each.constraint.bound), 1e-6))
    for each in by_gap:
        limit = each.constraint
        if each.kept_by:
            lines.append(f"- {limit.words}: {each.kept_by:,} of {total:,} settings keep to it")
            continue
        lines.append(
            f"- {limit.words}: none of {total:,} settings; setting {each.nearest} comes nearest with "
            f"{limit.shown(each.value)}, short by {difference(limit.figure, each.shortfall)} "
            f"({found.setting(each.nearest).words})"
        )
    least = least_failing(found.searched.candidates(), found.plan.constraints)
    gaps = [
        f"{limit.figure} {limit.shown(limit.value(least.figures))} instead of {limit.shown(limit.bound)}"
        for limit in found.plan.constraints
        if limit.shortfall(least.figures)
    ]
    lines.append(f"setting {least.number} fails least: {', '.join(gaps)} ({found.setting(least.number).words})")
    lines.append("loosen a constraint, or let the search choose among more")
    return "\n".join(lines)
