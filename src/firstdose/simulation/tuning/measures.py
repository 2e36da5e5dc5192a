"""The figures that aims and constraints may speak of, and what becomes of them over a family of scenarios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from firstdose.designs.states import Stop
from firstdose.simulation.figures import ScenarioFigures

Floats = NDArray[np.float64]

FigureName = Literal[
    "correct_selection",
    "selected_above_mtd",
    "selected_below_mtd",
    "none_selected",
    "stopped_too_toxic",
    "share_at_mtd",
    "share_above_mtd",
    "share_with_dlt",
    "participants_at_mtd",
    "participants_above_mtd",
    "mean_participants",
    "mean_dosed",
    "mean_dlts",
]
Over = Literal["all", "with_mtd", "too_toxic"]
By = Literal["mean", "worst"]

FEWEST_FOR_SPREAD = 2
TOO_TOXIC = Stop.TOO_TOXIC.name.lower()


@dataclass(frozen=True)
class Figure:
    """A figure of one scenario: a short name, its words, and whether it is a share (0 to 1) or a number of people."""

    name: str
    words: str
    is_share: bool = True


FIGURES: dict[FigureName, Figure] = {
    "correct_selection": Figure(
        "correct selection", "probability that the true MTD is selected; that none is, where no level is the MTD"
    ),
    "selected_above_mtd": Figure("selected above the MTD", "probability that a level above the true MTD is selected"),
    "selected_below_mtd": Figure(
        "selected below the MTD", "probability that a level below the true MTD, or none, is selected"
    ),
    "none_selected": Figure("none selected", "probability that no level is selected"),
    "stopped_too_toxic": Figure(
        "stopped as too toxic", "probability that the trial stops because the lowest level is too toxic"
    ),
    "share_at_mtd": Figure("share at the MTD", "mean participants at the true MTD as a share of mean participants"),
    "share_above_mtd": Figure(
        "share above the MTD", "mean participants above the true MTD as a share of mean participants"
    ),
    "share_with_dlt": Figure("share with a DLT", "mean DLTs as a share of mean participants"),
    "participants_at_mtd": Figure(
        "participants at the MTD", "mean number of participants at the true MTD", is_share=False
    ),
    "participants_above_mtd": Figure(
        "participants above the MTD", "mean number of participants above the true MTD", is_share=False
    ),
    "mean_participants": Figure("participants", "mean number of evaluable participants", is_share=False),
    "mean_dosed": Figure("participants dosed", "mean number of participants dosed, evaluable or not", is_share=False),
    "mean_dlts": Figure("DLTs", "mean number of DLTs", is_share=False),
}

OVER_WORDS: dict[Over, str] = {
    "all": "all scenarios",
    "with_mtd": "the scenarios that have an MTD",
    "too_toxic": "the scenarios whose every level is too toxic",
}


def figures_of(row: ScenarioFigures) -> dict[FigureName, float]:
    """All figures of one scenario; of a rule whose protocol states a target."""
    mtd = row.true_mtd or 0
    at_mtd = row.mean_participants[mtd - 1] if mtd else 0.0
    above = sum(row.mean_participants[mtd:])
    total, dlts = row.mean_total_participants, row.mean_total_dlts
    return {
        "correct_selection": row.selected[mtd - 1] if mtd else row.none_selected,
        "selected_above_mtd": sum(row.selected[mtd:]),
        "selected_below_mtd": row.none_selected + sum(row.selected[: mtd - 1]) if mtd else 0.0,
        "none_selected": row.none_selected,
        "stopped_too_toxic": row.stop_reasons.get(TOO_TOXIC, 0.0),
        "share_at_mtd": at_mtd / total,
        "share_above_mtd": above / total,
        "share_with_dlt": dlts / total,
        "participants_at_mtd": at_mtd,
        "participants_above_mtd": above,
        "mean_participants": total,
        "mean_dosed": row.mean_total_dosed,
        "mean_dlts": dlts,
    }


@dataclass(frozen=True)
class Summary:
    """One figure over scenarios: mean, its standard error over curves (None for a single one), and both extremes."""

    mean: float
    standard_error: float | None
    lowest: float
    highest: float


def standard_error(values: Floats, kinds: NDArray[np.int64]) -> float | None:
    """The error of a mean over curves of several kinds, of which as many are there whatever is drawn; None for one.

    Kinds that differ make the mean no less certain: only the spread within each kind does. A kind of a single curve
    shows no spread; all curves then count as one kind, which tells too much rather than too little.
    """
    if len(values) < FEWEST_FOR_SPREAD:
        return None
    parts = [values[kinds == kind] for kind in np.unique(kinds)]
    if min(map(len, parts)) < FEWEST_FOR_SPREAD:
        parts = [values]
    return float(np.sqrt(sum(len(part) * part.var(ddof=1) for part in parts)) / len(values))


def summary_of(values: Floats, kinds: NDArray[np.int64]) -> Summary:
    """The summary of one figure's values, one a scenario, each of a kind."""
    return Summary(float(values.mean()), standard_error(values, kinds), float(values.min()), float(values.max()))


Summaries = Mapping[str, Mapping[str, Summary]]
"""By the scenarios that they are over, then by figure."""


@dataclass(frozen=True)
class ByScenario:
    """Every figure of one rule, one value a scenario, which scenarios each group holds, and the kind of each."""

    values: Mapping[FigureName, Floats]
    groups: Mapping[Over, NDArray[np.bool_]]
    kinds: NDArray[np.int64]

    def of(self, figure: FigureName, over: Over) -> Floats:
        """The values of a figure in a group of scenarios."""
        return self.values[figure][self.groups[over]]

    def summaries(self) -> dict[str, dict[str, Summary]]:
        """Every figure over every group that holds a scenario."""
        return {
            over: {figure: summary_of(self.of(figure, over), self.kinds[chosen]) for figure in FIGURES}
            for over, chosen in self.groups.items()
            if chosen.any()
        }


def by_scenario(rows: Sequence[ScenarioFigures], kinds: Sequence[int] = ()) -> ByScenario:
    """The figures of all scenarios as arrays; where no kinds are given, all scenarios are of one."""
    found = [figures_of(row) for row in rows]
    has_mtd = np.array([row.true_mtd is not None for row in rows], dtype=bool)
    groups: dict[Over, NDArray[np.bool_]] = {
        "all": np.ones(len(rows), dtype=bool), "with_mtd": has_mtd, "too_toxic": ~has_mtd,
    }  # fmt: skip
    values = {name: np.array([each[name] for each in found]) for name in FIGURES}
    return ByScenario(values, groups, np.array(kinds or (0,) * len(rows), dtype=np.int64))


def joined(pieces: Sequence[ByScenario]) -> ByScenario:
    """The scenarios of several pieces, one after the other."""
    values = {name: np.concatenate([each.values[name] for each in pieces]) for name in FIGURES}
    groups = {over: np.concatenate([each.groups[over] for each in pieces]) for over in pieces[0].groups}
    return ByScenario(values, groups, np.concatenate([each.kinds for each in pieces]))


def as_plain(summaries: Summaries) -> dict[str, Any]:
    """Summaries as plain data."""
    return {over: {name: asdict(each) for name, each in figures.items()} for over, figures in summaries.items()}


def from_plain(plain: Mapping[str, Any]) -> dict[str, dict[str, Summary]]:
    """The summaries that plain data hold."""
    return {over: {name: Summary(**each) for name, each in figures.items()} for over, figures in plain.items()}
