"""Who was dosed at which level and with what outcome, and whether the next participant may be dosed.

The only implementation of both: the live trial, the simulated one, the advice and the report call it. Nothing here
reads a clock or a disk: the moment is an argument.
"""

from __future__ import annotations

from firstdose.dosing.advice import recommendation
from firstdose.dosing.courses import course_of
from firstdose.dosing.gate import Gate, may_be_dosed
from firstdose.dosing.histories import TreatedCohort, TrialHistory, history_of
from firstdose.dosing.intervals import Dosed, Earliest, Wait, earliest_dosing
from firstdose.dosing.levels import by_level, level_counted, level_given, with_open_place
from firstdose.dosing.participant import ParticipantCourse
from firstdose.dosing.question import Reason
from firstdose.dosing.versions import AmendedProtocol, amended, protocol_followed, protocol_of_version

__all__ = [
    "AmendedProtocol",
    "Dosed",
    "Earliest",
    "Gate",
    "ParticipantCourse",
    "Reason",
    "TreatedCohort",
    "TrialHistory",
    "Wait",
    "amended",
    "by_level",
    "course_of",
    "earliest_dosing",
    "history_of",
    "level_counted",
    "level_given",
    "may_be_dosed",
    "protocol_followed",
    "protocol_of_version",
    "recommendation",
    "with_open_place",
]
