"""Adverse events that truly happen, as arrays; causes and periods by their places in CAUSES and PERIODS."""

from __future__ import annotations

from dataclasses import dataclass

from firstdose.simulation.virtual.columns import Booleans, Floats, Integers
from firstdose.simulation.virtual.event_tables import CAUSES

BEFORE, EARLY, ON_TREATMENT, WITHDRAWAL, LATER = range(5)
LAST_EARLY_DAY = 30
BACKGROUND = CAUSES.index("background_treatment")
DISEASE = CAUSES.index("disease")
MOST_UNCAPPED = 2
FATAL_GRADE = 5


@dataclass(frozen=True, eq=False)
class Events:
    """One entry an event, by person and start; days count from dosing, an end of NEVER is no end."""

    person: Integers
    cause: Integers
    period: Integers
    term: Integers
    grade: Integers
    start: Integers
    end: Integers
    is_dlt: Booleans
    changes_background: Booleans
    stops_background: Booleans

    def __len__(self) -> int:
        return len(self.person)

    def at(self, places: Integers | Booleans) -> Events:
        """Some of the events."""
        return Events(*(getattr(self, name)[places] for name in self.__dataclass_fields__))


@dataclass(frozen=True, eq=False)
class Course:
    """The events with what they depend on: frailties, and the last day of background treatment with its reason.

    The last day is NEVER where the protocol has no such treatment.
    """

    events: Events
    frailty: Floats
    stop: Integers
    stop_why: Integers


PLANNED, OTHER_REASON, ADVERSE_EVENT, LEFT = range(4)
