"""What becomes of the people who give consent: participants, places, cohorts, decisions, as a walk fills them in."""

from __future__ import annotations

from dataclasses import dataclass, field

from firstdose.designs.history import DLT, NO_DLT, NOT_EVALUABLE, PENDING, History
from firstdose.designs.recommendation import Recommendation
from firstdose.dosing import by_level, level_counted, with_open_place
from firstdose.simulation.virtual.plan import NEVER

FAILED, WITHDREW, NOT_NEEDED, DOSED = "failed", "withdrew", "not needed", "dosed"
ESCALATION, EXPANSION = "escalation", "expansion"


@dataclass
class Participant:
    """Someone who gave consent; calendar days, except `left` and `dlt_onset`, which count from dosing."""

    candidate: int
    consent: int
    answered: int
    fate: str = NOT_NEEDED
    fate_day: int = NEVER
    ready: int = NEVER
    cohort: int = 0
    slot: int = 0
    is_sentinel: bool = False
    day: int = NEVER
    level: int = 0
    assigned: float = 0.0
    given: float = 0.0
    level_given: int | None = None
    is_short: bool = False
    is_full: bool = True
    dlt_probability: float = 0.0
    has_latent_dlt: bool = False
    has_dlt: bool = False
    dlt_onset: int = NEVER
    left: int = NEVER
    known: int = NEVER

    def outcome(self, window: int) -> str:
        """The letter of the participant once everything is known."""
        if self.has_dlt:
            return DLT
        return NO_DLT if self.is_full and self.left > window else NOT_EVALUABLE

    def outcome_on(self, day: int, window: int) -> str:
        """The letter as far as it is known on a day."""
        return self.outcome(window) if self.known <= day else PENDING

    def level_on(self, day: int) -> int | None:
        """The level at which the participant counts by what is known on a day."""
        return level_counted(self.level, self.level_given, self.has_dlt if self.known <= day else None)


@dataclass
class SlotHolder:
    """One place of a cohort and who holds it."""

    slot: int
    opened: int
    replaces: int | None = None
    participant: Participant | None = None
    state: str = "open"
    reason: str | None = None


@dataclass
class CohortCourse:
    """One cohort from its opening to its last outcome."""

    number: int
    level: int
    size: int
    opened: int
    kind: str = ESCALATION
    closed: int = NEVER
    slots: list[SlotHolder] = field(default_factory=list)
    participants: list[Participant] = field(default_factory=list)

    def letters(self, day: int, window: int) -> str:
        """The outcomes of those dosed, as far as they are known on a day."""
        return "".join([each.outcome_on(day, window) for each in self.participants])

    def added_to(self, history: History, day: int, window: int, *, has_open_place: bool = False) -> History:
        """A history with this cohort, by the levels at which its people count on a day; a place of it open if asked."""
        parts = by_level(self.level, self.participants, lambda each: each.level_on(day))
        for number, (level, people) in enumerate(parts, start=1):
            letters = "".join([each.outcome_on(day, window) for each in people])
            history = history.then(level, letters, is_part=number < len(parts))
        return with_open_place(history, self.level) if has_open_place else history


@dataclass(frozen=True)
class Decided:
    """A decision with the advice that it follows."""

    cohort: int
    day: int
    advice: Recommendation
    history: str


@dataclass
class Enrolment:
    """Everything that the walk through the calendar finds out."""

    people: list[Participant] = field(default_factory=list)
    cohorts: list[CohortCourse] = field(default_factory=list)
    decisions: list[Decided] = field(default_factory=list)
    history: History = field(default_factory=History)

    @property
    def dosed(self) -> list[Participant]:
        """Those who were dosed, in the order of their dosing."""
        return [participant for cohort in self.cohorts for participant in cohort.participants]
