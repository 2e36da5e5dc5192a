"""A whole rule once more: a naive design, its guards in order, cohort sizes and the maximum, on full histories."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache

from tests.independent.naive_blrm import Blrm
from tests.independent.naive_counting_designs import ThreePlusThree
from tests.independent.naive_crm import Crm
from tests.independent.naive_design import Answer, Given, History, NaiveDesign, as_judged, at

COMPLETION = ("enough_at_level", "precise", "declared")


class NaiveGuard:
    """A condition on a design, asked after each cohort in the order of the protocol."""

    def review(self, answer: Answer, history: History, design: NaiveDesign) -> Answer:
        """The advice as the guard lets it pass."""
        return answer

    def size(self, size: int, history: History, level: int, design: NaiveDesign) -> int:
        """Participants in the next cohort, at this level."""
        return size


class NoSkipping(NaiveGuard):
    def review(self, answer: Answer, history: History, design: NaiveDesign) -> Answer:
        return replace(answer, level=min(answer.level, history[-1].level + 1))


@dataclass
class HighestLevel(NaiveGuard):
    level: int

    def review(self, answer: Answer, history: History, design: NaiveDesign) -> Answer:
        return replace(answer, level=min(answer.level, self.level))


@dataclass
class StopWhenTooToxic(NaiveGuard):
    certainty: float

    def review(self, answer: Answer, history: History, design: NaiveDesign) -> Answer:
        unsafe = design.chance_above_target(as_judged(history)) > self.certainty
        return replace(answer, stop="too_toxic") if unsafe else answer


@dataclass
class StopWhenEnough(NaiveGuard):
    participants: int

    def review(self, answer: Answer, history: History, design: NaiveDesign) -> Answer:
        enough = at(as_judged(history), answer.level)[0] >= self.participants
        return replace(answer, stop="enough_at_level") if enough and not answer.stop else answer


@dataclass
class StopWhenPrecise(NaiveGuard):
    lower: float
    upper: float
    certainty: float

    def review(self, answer: Answer, history: History, design: NaiveDesign) -> Answer:
        if answer.stop:
            return answer
        chance = design.chance_between(as_judged(history), answer.level, self.lower, self.upper)
        return replace(answer, stop="precise") if chance >= self.certainty else answer


@dataclass
class AtLeast(NaiveGuard):
    participants: int

    def review(self, answer: Answer, history: History, design: NaiveDesign) -> Answer:
        seen = sum(cohort.dosed for cohort in as_judged(history))
        return replace(answer, stop="") if answer.stop in COMPLETION and seen < self.participants else answer


@dataclass
class CohortSizes(NaiveGuard):
    by_cohort: tuple[int, ...] = ()
    by_level: tuple[int, ...] = ()

    def size(self, size: int, history: History, level: int, design: NaiveDesign) -> int:
        if self.by_cohort:
            return self.by_cohort[min(len(history), len(self.by_cohort) - 1)]
        return self.by_level[min(level, len(self.by_level)) - 1]


@dataclass
class Titration(NaiveGuard):
    """Singles, one level up each, until the first DLT or the last level of the titration; then it is filled up."""

    until_level: int | None = None

    def ceiling(self, history: History, design: NaiveDesign) -> int:
        """The highest level that may be given: not barred, and not above what a model advises."""
        answer = design.answer(history)
        allowed = answer.barred_from - 1
        return min(allowed, answer.level) if isinstance(design, Crm | Blrm) else allowed

    def ended_with(self, history: History, design: NaiveDesign) -> int | None:
        """The number (from 0) of the cohort after which single participants ended."""
        last = min(self.until_level or design.trial.top, design.trial.top)
        for number, cohort in enumerate(history):
            ceiling = self.ceiling(history[: number + 1], design)
            if cohort.dlts > 0 or cohort.level >= last or cohort.level + 1 > ceiling:
                return number
        return None

    def fills(self, history: History, design: NaiveDesign) -> bool:
        """Whether the next cohort fills the level up to a full one."""
        if self.ended_with(history, design) != len(history) - 1 or not history:
            return False
        return self.ceiling(history, design) >= history[-1].level and design.trial.cohort_size > 1

    def review(self, answer: Answer, history: History, design: NaiveDesign) -> Answer:
        here = history[-1].level
        stop = answer.stop if answer.stop == "too_toxic" else ""
        if self.ended_with(history, design) is None:
            return replace(answer, level=here + 1, stop=stop)
        if self.fills(history, design):
            return replace(answer, level=here, stop=stop)
        return answer

    def size(self, size: int, history: History, level: int, design: NaiveDesign) -> int:
        if self.ended_with(history, design) is None:
            return 1
        if not self.fills(history, design):
            return size
        full = design.trial.cohort_size if isinstance(design, ThreePlusThree) else size
        return max(full - 1, 1)


@dataclass(frozen=True)
class Decision:
    """What the rule says after a history; two cohorts that lead to equal decisions need not be told apart.

    ``level`` and ``barred_from`` are 0 once the trial has stopped, ``selected`` is -1 while it goes on.
    """

    level: int
    barred_from: int
    stop: str
    selected: int
    not_reached: bool


@dataclass
class NaiveRule:
    """A design with its guards."""

    design: NaiveDesign
    guards: list[NaiveGuard] = field(default_factory=list)
    stops_within_cohort: bool = False
    counts_dosed: bool = False

    def __post_init__(self) -> None:
        self.decide = cache(self._decide)

    def _decide(self, history: History) -> Decision:
        """The decision after a history, worked out from its beginning."""
        trial = self.design.trial
        evaluable = tuple(cohort for cohort in history if cohort.dosed)
        answer = Answer(trial.start, trial.top + 1)
        if evaluable:
            answer = self.design.answer(evaluable)
            for guard in self.guards:
                answer = guard.review(answer, evaluable, self.design)
        stop = answer.stop
        if not stop and history and self.counted((*history[:-1], history[-1]._replace(lost=0)), True) >= trial.most:
            stop = "maximum"
        elif not stop and self.counted(history) >= trial.most:
            stop = "maximum"
            evaluable = tuple(cohort._replace(planned=cohort.dosed) for cohort in evaluable)
        if not stop:
            return Decision(answer.level, answer.barred_from, "", -1, False)
        if stop == "too_toxic" or not evaluable:
            return Decision(0, 0, stop, 0, False)
        selected, not_reached = self.design.select(evaluable, answer.level, stop)
        return Decision(0, 0, stop, selected, not_reached)

    def counted(self, history: History, as_planned: bool = False) -> int:
        """Participants as the maximum counts them; ``as_planned`` with the last cohort completed."""
        seen = as_judged(history) if as_planned else history
        return sum(cohort.dosed + (cohort.lost if self.counts_dosed else 0) for cohort in seen)

    def size(self, history: History) -> int:
        """Participants planned for the next cohort."""
        level = self.decide(history).level
        size = self.design.size(history, level)
        for guard in self.guards:
            size = guard.size(size, history, level, self.design)
        return min(size, self.places(history))

    def places(self, history: History) -> int:
        """Participants who may still be dosed."""
        return self.design.trial.most - self.counted(history)

    def is_settled(self, history: History, level: int, dosed: int, dlts: int, planned: int) -> bool:
        """Whether every way to complete the cohort leads to one decision."""
        if dosed == planned:
            return True
        if not self.stops_within_cohort or dosed == 0:
            return False
        completions = (
            self.decide((*history, Given(level, dlts + more, planned, planned))) for more in range(planned - dosed + 1)
        )
        first = next(completions)
        return all(each == first for each in completions)
