"""3+3 and rolling six once more, by the numbers of participants and DLTs alone."""

from __future__ import annotations

from tests.independent.naive_design import Answer, History, NaiveDesign, Trial, as_judged, at


class ThreePlusThree(NaiveDesign):
    """Storer 1989, and what the protocol's variant says of the end."""

    def __init__(self, trial: Trial, variant: str) -> None:
        super().__init__(trial)
        self.variant = variant

    def size(self, history: History, level: int) -> int:
        treated, _ = at(history, level)
        return 3 - treated % 3

    def toxic_from(self, history: History) -> int:
        """The lowest level at which two or more DLTs were seen; one above the highest when there is none."""
        seen = range(1, len(history) + 1)
        moments = [(as_judged(history[:end]), history[end - 1].level) for end in seen]
        toxic = [level for cohorts, level in moments if at(cohorts, level)[1] >= 2]
        return min([*toxic, self.trial.top + 1])

    def answer(self, history: History) -> Answer:
        here = history[-1].level
        cohorts = as_judged(history)
        n, t = at(cohorts, here)
        barred = self.toxic_from(history)
        if t >= 2:
            below = here - 1
            if below < self.trial.start:
                return Answer(max(below, 1), barred, "too_toxic")
            if at(cohorts, below)[0] >= (3 if self.variant == "previous" else 6):
                return Answer(below, barred, "rule_complete")
            return Answer(below, barred)
        good = (t == 0 and n >= 3) or (t == 1 and n >= 6)
        if not good:
            return Answer(here, barred)
        if here + 1 < barred:
            return Answer(here + 1, barred)
        where = here == self.trial.top or self.variant == "previous"
        accepted_early = self.variant != "confirm_six" and where and t == 0
        if n >= 6 or accepted_early:
            return Answer(here, barred, "rule_complete")
        return Answer(here, barred)

    def select(self, history: History, level: int, stop: str) -> tuple[int, bool]:
        if stop == "maximum":
            return 0, False
        named = self.toxic_from(history) - 1 if stop == "rule_complete" else level
        return named, named == self.trial.top


class RollingSix(NaiveDesign):
    """Skolnik et al. 2008 with every window closed; the MTD needs six with at most one DLT."""

    def size(self, history: History, level: int) -> int:
        return 1

    def answer(self, history: History) -> Answer:
        cohorts, here = as_judged(history), history[-1].level
        toxic = [level for level in range(1, self.trial.levels + 1) if at(cohorts, level)[1] >= 2]
        barred = min([*toxic, self.trial.top + 1])
        if barred == 1:
            return Answer(1, barred, "too_toxic")
        looked_at = min(here, barred - 1)
        n, t = at(cohorts, looked_at)
        if n >= 6 or (t == 0 and n >= 3):
            if here < barred and here + 1 < barred:
                return Answer(here + 1, barred)
            if n >= 6:
                return Answer(looked_at, barred, "rule_complete")
        return Answer(looked_at, barred)

    def select(self, history: History, level: int, stop: str) -> tuple[int, bool]:
        if stop == "maximum":
            return 0, False
        named = self.answer(history).barred_from - 1 if stop == "rule_complete" else level
        return named, named == self.trial.top
