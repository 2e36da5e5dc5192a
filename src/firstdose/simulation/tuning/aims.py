"""Aims and constraints of a search, in words and as numbers."""

from __future__ import annotations

from typing import Annotated

from firstdose.protocol.meaning import Meaning, part
from firstdose.simulation.tuning.measures import FIGURES, OVER_WORDS, By, FigureName, Over, Summaries

EQUAL_DIGITS = 12
"""Values that agree to so many decimals are equal: the last digits depend on the order of sums."""

OverKey = Annotated[Over, Meaning("The scenarios that it is about: all, with_mtd, or too_toxic (no level is the MTD).")]
ByKey = Annotated[By, Meaning("Whether their mean counts, or the worst of them.")]


def value_of(summaries: Summaries, figure: FigureName, over: Over, by: By, *, high_is_good: bool) -> float:
    """A figure over scenarios, as an aim or a constraint counts it."""
    found = summaries[over][figure]
    if by == "mean":
        return found.mean
    return found.lowest if high_is_good else found.highest


def place_words(figure: FigureName, over: Over, by: By) -> str:
    """A figure with the scenarios it is over, in words."""
    where = f"mean over {OVER_WORDS[over]}" if by == "mean" else f"the worst of {OVER_WORDS[over]}"
    return f"{FIGURES[figure].words} ({where})"


@part
class Aim:
    """One thing to be made as large or as small as possible; the first aim counts most."""

    maximise: Annotated[FigureName | None, Meaning("The figure to make as large as possible.")] = None
    minimise: Annotated[FigureName | None, Meaning("The figure to make as small as possible.")] = None
    over: OverKey = "all"
    by: ByKey = "mean"
    indifference: Annotated[
        float,
        Meaning("Settings this close to the best are as good, and the next aim decides.", lowest=0, example=0.01),
    ] = 0.0

    @property
    def figure(self) -> FigureName:
        """The figure that is aimed at."""
        figure = self.maximise or self.minimise
        assert figure is not None
        return figure

    @property
    def sign(self) -> int:
        """1 where more is better, -1 where less is."""
        return 1 if self.maximise else -1

    def value(self, summaries: Summaries) -> float:
        """The figure itself."""
        return value_of(summaries, self.figure, self.over, self.by, high_is_good=self.sign > 0)

    def score(self, summaries: Summaries) -> float:
        """The figure with its sign, so that more is better, and without the digits that do not count."""
        return round(self.sign * self.value(summaries), EQUAL_DIGITS)

    @property
    def words(self) -> str:
        """The aim in words."""
        verb = "maximise" if self.sign > 0 else "minimise"
        return f"{verb} the {place_words(self.figure, self.over, self.by)}"


@part
class Constraint:
    """One thing that a setting must keep to."""

    figure: Annotated[FigureName, Meaning("The figure that is bounded.")]
    at_least: Annotated[float | None, Meaning("Its lower bound.")] = None
    at_most: Annotated[float | None, Meaning("Its upper bound.")] = None
    over: OverKey = "all"
    by: ByKey = "mean"

    @property
    def bound(self) -> float:
        """The bound, whichever it is."""
        bound = self.at_most if self.at_least is None else self.at_least
        assert bound is not None
        return bound

    def value(self, summaries: Summaries) -> float:
        """The figure itself."""
        return value_of(summaries, self.figure, self.over, self.by, high_is_good=self.at_least is not None)

    def shortfall(self, summaries: Summaries) -> float:
        """By how much a setting fails it; 0 where it holds."""
        beyond = (self.bound - self.value(summaries)) * (1 if self.at_least is not None else -1)
        return max(round(beyond, EQUAL_DIGITS), 0.0)

    @property
    def words(self) -> str:
        """The constraint in words."""
        side = "at least" if self.at_least is not None else "at most"
        bound = f"{100 * self.bound:g} %" if FIGURES[self.figure].is_share else f"{self.bound:g}"
        return f"{place_words(self.figure, self.over, self.by)} is {side} {bound}"

    def shown(self, value: float) -> str:
        """A value of its figure as people read it."""
        return shown(self.figure, value)


def shown(figure: FigureName, value: float) -> str:
    """A value of a figure: a share in percent, a number of people with two decimals."""
    return f"{100 * value:.2f} %" if FIGURES[figure].is_share else f"{value:.2f}"


def difference(figure: FigureName, value: float) -> str:
    """A difference of two values: shares differ by percentage points."""
    return f"{100 * value:.2f} percentage points" if FIGURES[figure].is_share else f"{value:.2f}"
