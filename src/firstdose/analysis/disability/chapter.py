"""The chapter on disability: confirmed worsening and improvement by each named definition, and natural history.

In its tables ``within`` is the measure and ``when`` the definition, so that two definitions stand side by side; curves
and tests over doses have the definition in ``what``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from firstdose.analysis.disability.confirmed import Sought, seek_all
from firstdose.analysis.disability.confirmed_counts import change_counts, composite_counts
from firstdose.analysis.disability.confirmed_people import people_at_risk, people_with_change
from firstdose.analysis.disability.definitions import COMPOSITES, definitions, unknown_definitions
from firstdose.analysis.disability.natural_history import natural_history
from firstdose.analysis.disability.worsening_by_dose import worsening_by_dose
from firstdose.analysis.disability.worsening_curves import worsening_curves
from firstdose.analysis.frame import Frame
from firstdose.analysis.scores.measured import Measured, measured, names_of_measures
from firstdose.records.results import Result

CHAPTER = "disability"
UNABLE = (
    "a person who becomes unable to perform counts as worse than at any score; a person who was unable when last seen "
    "before treatment is not evaluable"
)


def disability(frame: Frame) -> Iterator[Result]:
    """Every measure with a smallest change that counts: definitions, counts, people, curves, doses, natural history.

    The definition that the protocol names first leads; every other known one is run beside it as exploratory, with its
    counts only.
    """
    leading: dict[str, Sought] = {}
    composites: dict[str, list[Sought]] = {}
    names = names_of_measures(frame)
    if not names:
        reason = "the protocol names no measure, and there are no scores"
        yield Result(chapter=CHAPTER, table="definitions", what="none", statistic="definition", warning=reason)
    for name in names:
        each = measured(frame, name)
        usable = definitions(frame, name) if each.person.size else []
        for sought in seek_all(frame, each, usable):
            if sought.definition.leads:
                leading[name] = sought
            if sought.definition.name in COMPOSITES:
                composites.setdefault(sought.definition.name, []).append(sought)
            yield from _figures(frame, sought)
        yield from _not_analysed(frame, each)
    for parts in composites.values():
        if len(parts) > 1:
            yield from composite_counts(frame, parts)
    yield from natural_history(frame, leading)


def leading_sought(frame: Frame, measure: str) -> Sought | None:
    """What the leading definition finds in a measure; None for a measure that no definition is for."""
    return next(seek_all(frame, measured(frame, measure), definitions(frame, measure)[:1]), None)


def _figures(frame: Frame, sought: Sought) -> Iterator[Result]:
    """All figures of one definition for one measure."""
    definition, each = sought.definition, sought.measured
    where: dict[str, Any] = {
        "chapter": CHAPTER,
        "within": each.name,
        "population": each.people.analysis_set,
        "objective": definition.objective,
    }
    yield Result(
        **where,
        table="definitions",
        what=definition.name,
        statistic="definition",
        text=f"{definition.preset.title} ({definition.preset.citation})",
        format="text",
        method="confirmed_change",
    )
    yield from change_counts(frame, sought, where)
    if definition.is_shown_in_full:
        yield from people_at_risk(frame, sought, where)
        yield from people_with_change(sought, where)
    if definition.is_shown_in_full and definition.is_of_worsening:
        yield from worsening_curves(frame, sought, where)
        yield from worsening_by_dose(frame, sought, where)


def _not_analysed(frame: Frame, each: Measured) -> Iterator[Result]:
    """A measure without any score or definition, and definitions that cannot be applied."""
    where: dict[str, Any] = {"chapter": CHAPTER, "table": "definitions", "within": each.name, "statistic": "definition"}
    if not each.person.size:
        reason = f"nobody has a result of the {each.measure.title}"
        yield Result(**where, what="none", format="text", objective=frame.objective(each.name), warning=reason)
    elif not definitions(frame, each.name):
        reason = f"not analysed for confirmed change: {each.measure.minimum_change.words}"
        yield Result(**where, what="none", format="text", warning=reason)
    if each.unable.any():
        yield Result(**where, what="unable to perform", format="text", text=UNABLE)
    for unknown in unknown_definitions(frame, each.name):
        reason = "the protocol names this definition, but it is not known for this measure"
        yield Result(**where, what=unknown, format="text", warning=reason)
