"""A clinical measure: its items, how they make a score, which way is worse, and the smallest change that counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from firstdose.measures.change import MinimumChange
from firstdose.measures.item import Answer, Answers, Item
from firstdose.measures.result import Missing, Result
from firstdose.protocol.problems import Place, Problem, suggest


class Doubt(NamedTuple):
    """Answers that do not fit together: the item to look at, its answer, the rule and the fix.

    ``asked_by`` is the item whose answer asks for one to this, where this one has none.
    """

    item: str
    answer: Answer
    rule: str
    fix: str
    asked_by: str = ""


def nothing_more(_: Answers) -> Iterator[Doubt]:
    """Some measures have no answers that could contradict each other."""
    yield from ()


@dataclass(frozen=True, kw_only=True)
class Measure:
    """Everything that forms, checks, storage, analysis and exports need to know of a measure."""

    name: str
    title: str
    source: str
    items: tuple[Item, ...]
    unit: str
    worse: Literal["higher", "lower"]
    minimum_change: MinimumChange
    scoring: Callable[[Answers], Result]
    consistency: Callable[[Answers], Iterator[Doubt]] = nothing_more
    lowest: float | None = None
    highest: float | None = None
    scale: Literal["arithmetic", "geometric"] = "arithmetic"
    sdtm: Mapping[str, str] = field(default_factory=dict)

    def item(self, name: str) -> Item:
        """The item of that name."""
        return next(item for item in self.items if item.name == name)

    def check(self, answers: Answers, place: str = "") -> list[Problem]:
        """Every impossible answer, and every contradiction between possible ones; nothing is corrected."""
        file = place or self.name
        return [Problem(Place(file, key=each.item), each.answer, each.rule, each.fix) for each in self.doubts(answers)]

    def doubts(self, answers: Answers) -> list[Doubt]:
        """The same as doubts, which say on which other answer each rests."""
        return list(self._doubts(answers)) or list(self.consistency(answers))

    def score(self, answers: Answers) -> Result:
        """The score; or that the person was unable; or that it is missing, and why."""
        doubts = list(self._doubts(answers))
        if doubts:
            return Missing("; ".join(f"{doubt.item} {doubt.rule}" for doubt in doubts))
        unanswered = [item.name for item in self.items if item.required and answers.get(item.name) is None]
        if unanswered:
            return Missing("not answered: " + ", ".join(unanswered))
        return self.scoring(answers)

    def worsening(self, reference: float, value: float) -> float:
        """The change from one score to another, positive where it is for the worse."""
        return value - reference if self.worse == "higher" else reference - value

    def is_worse(self, reference: float, value: float) -> bool | None:
        """Whether a score is worse than another by at least the minimum change; None without a rule."""
        return self.minimum_change.is_reached(reference, self.worsening(reference, value))

    def is_better(self, reference: float, value: float) -> bool | None:
        """Whether a score is better than another by at least the minimum change; None without a rule."""
        return self.minimum_change.is_reached(reference, -self.worsening(reference, value))

    def _doubts(self, answers: Answers) -> Iterator[Doubt]:
        """Answers that are not possible, and answers to questions that were not asked."""
        names = [item.name for item in self.items]
        for name, answer in answers.items():
            if name not in names:
                yield Doubt(name, answer, f"is not an item of {self.name}", suggest(name, names))
        for item in self.items:
            objection = item.objection(answers.get(item.name))
            if objection is not None:
                yield Doubt(item.name, answers[item.name], *objection)
