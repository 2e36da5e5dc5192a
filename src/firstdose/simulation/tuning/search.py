"""The search: every setting where there are few, else a random start and steps from the best ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from random import Random

from firstdose.protocol.problems import ProblemsFound
from firstdose.simulation.machines import RunParts, in_this_process
from firstdose.simulation.scenarios import Scenarios
from firstdose.simulation.tuning.choosing import Candidate, front, keeping, least_failing, winner
from firstdose.simulation.tuning.evaluating import evaluate
from firstdose.simulation.tuning.evaluation import Engines, Evaluation, Part, part_of
from firstdose.simulation.tuning.families import kinds_of
from firstdose.simulation.tuning.journal import Journal
from firstdose.simulation.tuning.plan import Plan
from firstdose.simulation.tuning.space import AS_WRITTEN, Space

Progress = Callable[[int, int, str], None]

DEFAULT_MOST_SETTINGS = 5_000
"""Settings looked at; where the plan has more, half are drawn at random and the rest are steps from the best."""
MOST_CENTRES = 20


def silent(done: int, total: int, what: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Effort:
    """How much is looked at, and the seed of what is drawn."""

    most_settings: int = DEFAULT_MOST_SETTINGS
    seed: int = 1


@dataclass
class Searched:
    """What a search found: figures by the number of the setting, why others are impossible, and how it went.

    ``drawn`` settings were drawn at random, 0 where all were looked at; ``steps`` counts the rounds from the best ones;
    ``ended_by_itself`` says that no step was left. ``taken`` counts the evaluations that the journal held.
    """

    space: Space
    evaluations: dict[int, Evaluation] = field(default_factory=dict)
    impossible: dict[int, str] = field(default_factory=dict)
    drawn: int = 0
    steps: int = 0
    ended_by_itself: bool = True
    taken: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether every setting of the plan was looked at."""
        return self.drawn == 0

    @property
    def looked_at(self) -> int:
        """Settings of the plan that were looked at, possible or not."""
        return len((self.evaluations.keys() | self.impossible.keys()) - {AS_WRITTEN})

    def candidates(self) -> list[Candidate]:
        """The settings of the plan that have figures, in its order."""
        return [
            Candidate(number, found.figures, self.space.setting(number).escalation.max_participants)
            for number, found in sorted(self.evaluations.items())
            if number != AS_WRITTEN and not found.problem
        ]


@dataclass
class Work:
    """A search under way."""

    plan: Plan
    scenarios: Scenarios
    engines: Engines
    effort: Effort
    run: RunParts
    journal: Journal
    progress: Progress
    found: Searched

    def everything(self) -> None:
        """Look at the protocol's own setting, then at all others or at as many as the effort allows."""
        space, most = self.found.space, self.effort.most_settings
        if space.size <= most:
            self.look_at(range(space.size + 1), space.size + 1)
            return
        drawn = draw(space, max(most // 2, 1), self.effort.seed)
        self.found.drawn = len(drawn)
        self.look_at([AS_WRITTEN, *drawn], most + 1)
        while batch := self._steps():
            room = most - self.found.looked_at
            self.found.ended_by_itself = len(batch) <= room
            if room <= 0:
                return
            self.found.steps += 1
            self.look_at(batch[:room], most + 1)
        self.found.ended_by_itself = True

    def _steps(self) -> list[int]:
        """Settings one step from the best ones, the winner's first, that were not looked at."""
        seen = self.found.evaluations.keys() | self.found.impossible.keys()
        beside = (other for centre in self._best() for other in self.found.space.neighbours(centre))
        return [number for number in dict.fromkeys(beside) if number not in seen]

    def _best(self) -> list[int]:
        candidates = self.found.candidates()
        if not candidates:
            return []
        kept = keeping(candidates, self.plan.constraints)
        first = winner(kept, self.plan.aims)
        if first is None:
            return [least_failing(candidates, self.plan.constraints).number]
        others = front(kept, self.plan.aims)[: MOST_CENTRES - 1]
        return [first.number, *(each.number for each in others if each.number != first.number)]

    def look_at(self, numbers: Iterable[int], total: int) -> None:
        """Evaluate settings, those that the journal holds apart; the order in which they come does not matter."""
        waiting: list[tuple[int, Part]] = []
        for number in numbers:
            part = self._part(number)
            if part is None:
                continue
            key = part.key
            if key in self.journal.known:
                self.found.evaluations[number] = self.journal.known[key]
                self.found.taken += 1
            else:
                waiting.append((number, part))
        before = len(self.found.evaluations) + len(self.found.impossible)
        results = self.run(evaluate, [part for _, part in waiting])
        for done, (place, evaluation) in enumerate(results, start=1):
            number, part = waiting[place]
            setting = self.found.space.setting(number)
            self.journal.write(part.key, {"setting": setting.as_plain()}, evaluation)
            self.found.evaluations[number] = evaluation
            self.progress(before + done, total, "")

    def _part(self, number: int) -> Part | None:
        space = self.found.space
        setting = space.setting(number)
        try:
            rule = space.rule(setting)
        except ProblemsFound as wrong:
            first = wrong.problems[0]
            self.found.impossible[number] = f"{first.place.key}: {first.rule}"
            return None
        if rule.design.needs_time and self.plan.in_time is None:
            self.found.impossible[number] = f"{setting.design} needs `in_time`"
            return None
        return part_of(rule, setting, self.scenarios, self.engines, self.plan, kinds_of(self.plan.scenarios))


def search(
    space: Space,
    plan: Plan,
    scenarios: Scenarios,
    *,
    engines: Engines | None = None,
    effort: Effort | None = None,
    run: RunParts = in_this_process,
    journal: Journal | None = None,
    progress: Progress = silent,
) -> Searched:
    """Evaluate the settings of a plan under a family of curves.

    The same plan, seed and effort give the same settings and figures, however the parts are run and however often the
    search was interrupted. Raises CalendarError where trials in time cannot be.
    """
    work = Work(
        plan,
        scenarios,
        engines or Engines(),
        effort or Effort(),
        run,
        journal or Journal(),
        progress,
        Searched(space),
    )
    work.everything()
    return work.found


def draw(space: Space, count: int, seed: int) -> list[int]:
    """Numbers of settings drawn without replacement, in order: as many of each design, as far as it has them."""
    shares: dict[int, int] = {}
    for place in sorted(range(len(space.branches)), key=lambda each: len(space.branches[each])):
        left = len(space.branches) - len(shares)
        shares[place] = min(len(space.branches[place]), (count - sum(shares.values())) // left)
    random = Random(seed)
    drawn: list[int] = []
    for place, (branch, end) in enumerate(zip(space.branches, space.ends, strict=True)):
        drawn += sorted(random.sample(range(end - len(branch) + 1, end + 1), shares[place]))
    return drawn


def reasons(searched: Searched) -> Sequence[tuple[str, int]]:
    """Why settings are impossible, each reason with the number of settings, the most frequent first."""
    counts: dict[str, int] = {}
    for number, reason in sorted(searched.impossible.items()):
        if number != AS_WRITTEN:
            counts[reason] = counts.get(reason, 0) + 1
    return sorted(counts.items(), key=lambda each: -each[1])
