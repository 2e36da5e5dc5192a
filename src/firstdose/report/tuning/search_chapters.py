"""Chapters on the search: the front, what could be chosen, and how it was computed."""

from __future__ import annotations

from firstdose.report.documents.blocks import Block, Chapter, Facts, Paragraph, Row, Table, row
from firstdose.report.documents.wording import counted, listed, rate
from firstdose.report.tuning.wording import extent, one
from firstdose.simulation.tuning import AS_WRITTEN, Aim, Constraint, Tuned
from firstdose.simulation.tuning.aims import EQUAL_DIGITS, difference
from firstdose.simulation.tuning.choosing import RULE_WORDS, Candidate
from firstdose.simulation.tuning.measures import FIGURES
from firstdose.simulation.tuning.plan import Curves
from firstdose.simulation.tuning.search import reasons
from firstdose.simulation.tuning.space import Axis, in_brackets

MOST_ROWS = 40
METHOD_WORDS = {
    "exact": "exact engine, without Monte Carlo error",
    "monte-carlo": "simulated trials, for the exact engine would need too many states",
    "calendar": "simulated trials in time",
    "none": "no figures",
}


def front_chapter(found: Tuned, picture: Block) -> Chapter:
    """The picture of the aims, and the settings on the front."""
    goals = found.plan.goals
    alike = _alike(found)
    lines = []
    for numbers in alike[:MOST_ROWS]:
        number = found.winner if found.winner in numbers else numbers[0]
        assert number is not None
        figures = found.searched.evaluations[number].figures
        name = f"{number}{' (winner)' if number == found.winner else ''}"
        what = found.setting(number).words
        if len(numbers) > 1:
            what += f"; {counted(len(numbers) - 1, 'other setting')} with the same figures"
        lines.append(row(name, what, *(one(goal, goal.value(figures)) for goal in goals)))
    more = len(alike) - MOST_ROWS
    notes = (f"{more:,} more are in tuning.csv, as on_front.",) if more > 0 else ()
    return Chapter(
        "front",
        "What can be had for what",
        (
            Paragraph(
                "Each mark is a setting. Those on the front keep to every constraint, and no other such setting is at "
                "least as good in every aim and better in one: to gain in one aim, something else must be given up."
            ),
            picture,
            Table(
                "Settings on the front, the best in the first aim first",
                ("setting", "what it is", *(_column(goal) for goal in goals)),
                tuple(lines),
                notes=notes,
                words=(0, 1),
            ),
        ),
    )


def _column(goal: Aim | Constraint) -> str:
    return FIGURES[goal.figure].name + ("" if goal.over == "all" else f", {goal.over.replace('_', ' ')}")


def _alike(found: Tuned) -> list[list[int]]:
    """The settings on the front, the best in the first aim first; those with the same figures together."""
    groups: dict[tuple[float, ...], list[int]] = {}
    for number in _best_first(found):
        figures = found.searched.evaluations[number].figures
        key = tuple(round(goal.value(figures), EQUAL_DIGITS) for goal in found.plan.goals)
        groups.setdefault(key, []).append(number)
    return list(groups.values())


def _best_first(found: Tuned) -> list[int]:
    chosen = [each for each in found.searched.candidates() if each.number in found.front]

    def order(each: Candidate) -> tuple[float, ...]:
        return (*(-aim.score(each.figures) for aim in found.plan.aims), each.max_participants, each.number)

    return [each.number for each in sorted(chosen, key=order)]


def searched_chapter(found: Tuned) -> Chapter:
    """What could be chosen, and what became of it."""
    blocks: list[Block] = [Paragraph(extent(found))]
    lines: list[Row] = []
    for branch in found.searched.space.branches:
        lines.append(Row((), group=f"{branch.design}: {counted(len(branch), 'setting')}"))
        lines += [_axis_row(axis) for axis in branch.own_axes if len(axis.values) > 1]
    lines.append(Row((), group="Every design; one that knows a single cohort size keeps it"))
    widest = max(found.searched.space.branches, key=lambda each: sum(len(axis.values) for axis in each.shared_axes))
    lines += [_axis_row(axis) for axis in widest.shared_axes]
    blocks.append(Table("What could be chosen", ("setting", "values"), tuple(lines), words=(0, 1)))
    why = reasons(found.searched)
    if why:
        listed_rows = tuple(row(reason, f"{count:,}") for reason, count in why[:MOST_ROWS])
        blocks.append(Table("Combinations that make no protocol", ("why", "settings"), listed_rows))
    return Chapter("searched", "What was searched", tuple(blocks))


def _axis_row(axis: Axis) -> Row:
    return row(axis.name.replace("_", " "), "; ".join(_value(value) for value in axis.values))


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return " and ".join(f"{name}{in_brackets(settings)}" for name, settings in value) or "no guard"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "its default" if value is None else f"{value:g}" if isinstance(value, int | float) else str(value)


def methods_chapter(found: Tuned) -> Chapter:
    """Aims, constraints, curves, engines, and the rule by which the winner is chosen."""
    plan, made = found.plan, found.families
    engines = "; ".join(f"{counted(count, 'setting')}: {METHOD_WORDS[name]}" for name, count in found.methods.items())
    if AS_WRITTEN in found.searched.evaluations:
        engines += f"; the protocol as written: {METHOD_WORDS[found.searched.evaluations[AS_WRITTEN].method]}"
    if set(found.methods) - {"exact", "none"}:
        engines += (
            f". Simulated: {found.engines.trials:,} trials a curve, seed {found.engines.seed}, the same people under "
            "every setting; standard errors hold the simulation's own error"
        )
    aims = [f"{each.words}{_indifference(each)}" for each in plan.aims]
    return Chapter(
        "methods",
        "How it was computed",
        (
            Facts(
                (
                    ("Aims, the most important first", "; ".join(aims)),
                    ("Constraints", "; ".join(each.words for each in plan.constraints) or "none"),
                    ("Curves of the search", _curves(plan.scenarios, len(made.seen))),
                    ("Unseen curves", _curves(plan.unseen, len(made.unseen))),
                    ("Not evaluable, and replaced", rate(plan.not_evaluable)),
                    ("Computed by", engines),
                    ("The winner", RULE_WORDS),
                )
            ),
            Paragraph("Formulas, and the tests that prove them: docs/methods/tuning.md."),
        ),
    )


def _indifference(aim: Aim) -> str:
    return f" (differences up to {difference(aim.figure, aim.indifference)} count as none)" if aim.indifference else ""


def _curves(curves: Curves, total: int) -> str:
    kinds = []
    if curves.random:
        kinds.append(f"{curves.random:,} random")
    if curves.too_toxic:
        kinds.append(f"{curves.too_toxic:,} random whose every level is too toxic")
    if curves.listed:
        kinds.append(f"{len(curves.listed):,} listed")
    seed = f" (seed {curves.seed})" if curves.random + curves.too_toxic else ""
    return f"{counted(total, 'curve')}: {listed(kinds)}{seed}; each counts the same"
