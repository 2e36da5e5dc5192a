"""One participant's course: the dose assigned and given, the level it counts at, DLTs, evaluability, follow-up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from firstdose.dosing.administrations import Administration
from firstdose.dosing.judging import FollowUp
from firstdose.dosing.known import day_number
from firstdose.dosing.leaving import Ending
from firstdose.dosing.toxicity import CountedEvent
from firstdose.protocol.expression import Answer
from firstdose.safety.evaluability import Evaluability, Status

NOT_FOLLOWED = FollowUp()


@dataclass(frozen=True)
class ParticipantCourse:
    """One participant who was dosed, or who holds a slot and was not.

    ``level_given`` is the level that the dose given counts as, None where it lies between levels or is not known.
    ``level_counted`` is the level at which the participant counts: a DLT at the level given, all else at the level
    assigned. ``cohort_number`` is the cohort's in the order of beginning, from 1. ``day`` is the last day of the site's
    calendar, as a number, on which the procedure can have been. ``by_calendar`` says of somebody evaluable without a
    DLT that nothing is recorded since the window ended; it is empty where something is.
    """

    subject: str
    cohort: str | None
    cohort_number: int | None
    slot: int | None
    is_sentinel: bool | None
    level_assigned: int | None
    level_given: int | None
    level_counted: int | None
    evaluability: Evaluability
    given: Administration | None = None
    events: tuple[CountedEvent, ...] = ()
    endings: tuple[Ending, ...] = ()
    follow_up: FollowUp = NOT_FOLLOWED
    replaces: str | None = None
    replaced_by: str | None = None
    flags: tuple[str, ...] = ()
    by_calendar: str = ""

    @property
    def status(self) -> Status:
        return self.evaluability.status

    @property
    def is_dosed(self) -> bool:
        return self.given is not None

    @property
    def has_dlt(self) -> Answer:
        """Yes, no so far, or None while an event waits."""
        return self.evaluability.has_dlt

    @property
    def dose_assigned(self) -> float | None:
        return self.given.dose_assigned if self.given else None

    @property
    def dose_given(self) -> float | None:
        return self.given.dose_given if self.given else None

    @property
    def batch(self) -> str | None:
        return self.given.batch if self.given else None

    @property
    def zone(self) -> tzinfo | None:
        """The zone of the site; where it is not recorded, the one where days end last."""
        return self.given.zone if self.given else None

    @property
    def procedure_start(self) -> datetime | None:
        """The first instant at which the procedure can have begun; midnight where only its day is known."""
        first = self.given.start.first if self.given else None
        return first.astimezone(self.given.zone) if self.given and first else None

    @property
    def day(self) -> int | None:
        last = self.given.start.last if self.given else None
        return day_number(last, self.given.zone) if self.given and last else None
