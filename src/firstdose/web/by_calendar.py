"""Who counts as evaluable by the calendar alone: the DLT window is over, and nothing is recorded since."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from firstdose.dosing.courses import Courses
from firstdose.dosing.recorded import Records
from firstdose.web.trial import Trial, minute_of


def by_calendar_alone(trial: Trial, moment: datetime, visible: Collection[str]) -> dict[str, str]:
    """Those of the visible whose window passed without a DLT by the calendar alone, each in words.

    What dosing rests on holds no visits; this looks at all data, and may be of some seconds ago in a large trial.
    """
    key = (trial.last_entry, minute_of(moment), trial.version)
    found = trial.kept_a_while("by_calendar", key, lambda: _found(trial, moment))
    return {subject: words for subject, words in found.items() if subject in visible}


def _found(trial: Trial, moment: datetime) -> dict[str, str]:
    courses = Courses(trial.protocol, Records(trial.data(), moment, trial.zone))
    return {course.subject: course.by_calendar for course in courses.all if course.by_calendar}
