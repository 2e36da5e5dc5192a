"""The figures of one setting as the search compares them, with their errors; where they cannot be, why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import sqrt

from firstdose.methods.logistic_model import PriorContradicted
from firstdose.simulation.calendar import CalendarError
from firstdose.simulation.tuning.common_people import CommonPeople, common_people
from firstdose.simulation.tuning.evaluation import Evaluation, Part, under_each
from firstdose.simulation.tuning.measures import FIGURES, ByScenario, FigureName, Over, Summary

EXACT = "exact"
"""The engine that takes all curves of a family at once, and nobody is simulated."""


def evaluate(part: Part) -> Evaluation:
    """The figures of a part; the same for the same part, wherever it is computed.

    Standard errors of means over curves are those of the choice of curves and, where people are simulated, of the
    people who are the same under all of them.
    """
    try:
        found, rows = under_each(part)
        people = None if found.method == EXACT else common_people(part)
    except (PriorContradicted, CalendarError) as error:
        return Evaluation("none", problem=str(error))
    return Evaluation(found.method, found.states, found.trials, summaries_with_people(rows, people))


def summaries_with_people(rows: ByScenario, people: CommonPeople | None) -> dict[str, dict[str, Summary]]:
    """Every figure over every group, its error with that of the simulated people, if there are any."""
    found = rows.summaries()
    return {over: dict(_with_people(found[over], people, over)) for over in rows.groups if over in found}


def _with_people(
    figures: Mapping[str, Summary], people: CommonPeople | None, over: Over
) -> Iterator[tuple[str, Summary]]:
    for name in FIGURES:
        yield name, replace(figures[name], standard_error=with_people(figures[name].standard_error, people, name, over))


def with_people(error: float | None, people: CommonPeople | None, figure: FigureName, over: Over) -> float | None:
    """The error of a mean over curves: of their choice, and of the people who are the same under all of them."""
    return error if error is None or people is None else sqrt(error**2 + people.variance(figure, over))
