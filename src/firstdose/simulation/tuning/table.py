"""Every setting with every figure as one table: a row a setting, in the order of the plan."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from firstdose.simulation.tuning.measures import FIGURES, Summary
from firstdose.simulation.tuning.space import AS_WRITTEN
from firstdose.simulation.tuning.tuned import Tuned

SETTING_COLUMNS = (
    "number", "design", "settings", "guards", "cohort_size", "max_participants", "start_level", "stop_within_cohort",
)  # fmt: skip
OUTCOME_COLUMNS = ("outcome", "keeps_constraints", "on_front", "wins", "method", "states", "trials", "problem")
STATISTICS = ("mean", "standard_error", "lowest", "highest")


def table_rows(found: Tuned) -> Iterator[list[Any]]:
    """The headings, then a row for each setting that was looked at; the protocol as written is number 0.

    A figure's column is named by its scenarios, its name and the statistic over them, such as
    `all.correct_selection.mean`.
    """
    groups = list(_groups(found))
    figures = [f"{group}.{figure}.{name}" for group in groups for figure in FIGURES for name in STATISTICS]
    yield [*SETTING_COLUMNS, *OUTCOME_COLUMNS, *_goal_columns(found), *figures]
    searched = found.searched
    for number in sorted(searched.evaluations.keys() | searched.impossible.keys()):
        yield [
            *_setting(found, number),
            *_outcome(found, number),
            *_goals(found, number),
            *_figures(found, number, groups),
        ]


def _groups(found: Tuned) -> Iterator[str]:
    """The groups of scenarios that have figures, the same for every setting."""
    for each in found.searched.evaluations.values():
        if each.figures:
            yield from each.figures
            return


def _goal_columns(found: Tuned) -> list[str]:
    aims = [f"aim_{place}" for place in range(1, len(found.plan.aims) + 1)]
    return aims + [f"constraint_{place}" for place in range(1, len(found.plan.constraints) + 1)]


def _setting(found: Tuned, number: int) -> list[Any]:
    plain = found.setting(number).as_plain()
    plain |= {key: json.dumps(plain[key], ensure_ascii=False) for key in ("settings", "guards")}
    return [number, *(plain[name] for name in SETTING_COLUMNS[1:])]


def _outcome(found: Tuned, number: int) -> list[Any]:
    if number in found.searched.impossible:
        return ["impossible", None, None, None, None, None, None, found.searched.impossible[number]]
    each = found.searched.evaluations[number]
    known = "as written" if number == AS_WRITTEN else "evaluated"
    chosen = [number in found.keeping, number in found.front, number == found.winner]
    marks = [None, None, None] if number == AS_WRITTEN or each.problem else [int(mark) for mark in chosen]
    return [known, *marks, each.method, each.states, each.trials, each.problem or None]


def _goals(found: Tuned, number: int) -> list[float | None]:
    goals = found.plan.goals
    each = found.searched.evaluations.get(number)
    if each is None or not each.figures:
        return [None] * len(goals)
    return [goal.value(each.figures) for goal in goals]


def _figures(found: Tuned, number: int, groups: list[str]) -> list[float | None]:
    each = found.searched.evaluations.get(number)
    if each is None or not each.figures:
        return [None] * (len(groups) * len(FIGURES) * len(STATISTICS))
    return [value for group in groups for name in FIGURES for value in _statistics(each.figures[group][name])]


def _statistics(summary: Summary) -> tuple[float | None, ...]:
    return summary.mean, summary.standard_error, summary.lowest, summary.highest
