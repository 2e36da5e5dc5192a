"""Deaths in the DLT window of which nobody has judged the cause: by the rules such a person is not evaluable.

That is so, and people should know of it before they follow the rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from firstdose.dosing.courses import Courses
from firstdose.dosing.known import Recorded
from firstdose.dosing.recorded import Records
from firstdose.records import AdverseEvent
from firstdose.safety.evaluability import Status


@dataclass(frozen=True)
class UnjudgedDeath:
    """Who died in the window, when, as far as it is recorded, and the record that says so, its kind first."""

    subject: str
    died: Recorded | None
    record: str

    @property
    def said(self) -> str:
        """What is to be known of it."""
        return (
            "died before the DLT window was over and counts as not evaluable: no verdict says whether what led to the "
            "death was dose-limiting"
        )

    @property
    def words(self) -> str:
        return f"{self.subject} {self.said}"


def unjudged_deaths(courses: Courses) -> Iterator[UnjudgedDeath]:
    """Who died before the DLT window was over, counts as not evaluable, and of whose death nobody judged the cause."""
    records = courses.records
    for course in courses.all:
        death = next((each for each in course.endings if each.is_death), None)
        if course.status is not Status.NOT_EVALUABLE or death is None:
            continue
        fatal = [each for each in records.events.get(course.subject, ()) if _is_fatal(each)]
        if not any((each.subject, each.number) in records.adjudications for each in fatal):
            yield UnjudgedDeath(course.subject, _died(records, course.subject, fatal), death.record)


def _is_fatal(event: AdverseEvent) -> bool:
    """Whether somebody died of an event."""
    return event.outcome == "fatal" or bool(event.serious_death)


def _died(records: Records, subject: str, fatal: list[AdverseEvent]) -> Recorded | None:
    """When somebody died, by the record of the death, else by the end of the event."""
    dates = (*(each.died for each in records.deaths.get(subject, ())), *(each.end for each in fatal))
    return next((date for date in dates if date is not None), None)
