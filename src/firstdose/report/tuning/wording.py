"""How chapters of a search say figures, and how much was looked at."""

from __future__ import annotations

from firstdose.report.documents.wording import NO_BREAK, counted
from firstdose.simulation.tuning import AS_WRITTEN, Aim, Constraint, Tuned
from firstdose.simulation.tuning.aims import shown
from firstdose.simulation.tuning.measures import FIGURES
from firstdose.simulation.tuning.scoring import Value


def one(goal: Aim | Constraint, value: float) -> str:
    """A figure that does not break over two lines."""
    return shown(goal.figure, value).replace(" ", NO_BREAK)


def with_error(goal: Aim | Constraint, value: Value) -> str:
    """A figure and its standard error: "56.8 ± 1.7 %"."""
    if value.standard_error is None:
        return one(goal, value.value)
    if FIGURES[goal.figure].is_share:
        return f"{100 * value.value:.1f}{NO_BREAK}±{NO_BREAK}{100 * value.standard_error:.1f}{NO_BREAK}%"
    return f"{value.value:.2f}{NO_BREAK}±{NO_BREAK}{value.standard_error:.2f}"


def extent(found: Tuned) -> str:
    """What was searched, and what was not."""
    searched = found.searched
    size = searched.space.size
    if searched.is_whole:
        words = f"All {size:,} settings of the plan were looked at, so that none of them is better by the stated rule."
    else:
        words = (
            f"Of {size:,} settings of the plan {searched.looked_at:,} were looked at: {searched.drawn:,} drawn at "
            f"random (seed {found.effort.seed}), then {counted(searched.steps, 'round')} of steps from the best ones. "
        )
        words += (
            "No setting one step from the best was left. "
            if searched.ended_by_itself
            else "The limit ended the steps. "
        )
        words += "A better setting may be among those not looked at."
    impossible = len(searched.impossible.keys() - {AS_WRITTEN})
    return f"{words} {counted(impossible, 'combination')} made no protocol." if impossible else words
