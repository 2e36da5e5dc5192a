"""When participants are seen, and what is done then."""

from __future__ import annotations

from typing import Annotated

from firstdose.protocol.meaning import Identifier, Meaning, Text, part

DAYS_AROUND = "write the days before and the days after, both positive, as [3, 3]"
Window = tuple[
    Annotated[int, Meaning("Days before.", lowest=0, advice=DAYS_AROUND)],
    Annotated[int, Meaning("Days after.", lowest=0, advice=DAYS_AROUND)],
]


@part
class Activity:
    """Something that is done at visits."""

    id: Annotated[Identifier, Meaning("Short identifier of the activity.", example="edss")]
    name: Annotated[Text, Meaning("What is done.")]
    measure: Annotated[Identifier | None, Meaning("Name of the clinical measure that it yields.", example="edss")] = (
        None
    )


@part
class Visit:
    """One planned visit."""

    id: Annotated[Identifier, Meaning("Short identifier of the visit.", example="M1")]
    name: Annotated[Text, Meaning("Name of the visit.", example="Month 1")]
    day: Annotated[
        int, Meaning("Planned day, counted from dosing (day 0); negative before it.", unit="days", example=30)
    ]
    window: Annotated[
        Window, Meaning("Days by which the visit may be earlier and later.", unit="days", example=[7, 7])
    ] = (0, 0)
    activities: Annotated[tuple[Identifier, ...], Meaning("Identifiers of the activities at this visit.")] = ()

    @property
    def first_day(self) -> int:
        """The earliest day that is in the window."""
        return self.day - self.window[0]

    @property
    def last_day(self) -> int:
        """The latest day that is in the window."""
        return self.day + self.window[1]


@part
class LongTermFollowUp:
    """Visits at regular intervals after the scheduled ones."""

    every_days: Annotated[int, Meaning("Time between visits.", unit="days", lowest=1, example=183)]
    until_day: Annotated[int, Meaning("Last day, counted from dosing (day 0).", unit="days", lowest=1, example=1826)]
    window: Annotated[Window, Meaning("Days by which a visit may be earlier and later.", unit="days")] = (
        0,
        0,
    )
    activities: Annotated[tuple[Identifier, ...], Meaning("Identifiers of the activities at these visits.")] = ()


@part
class Schedule:
    """The schedule of activities."""

    run_in_days: Annotated[
        int | None,
        Meaning("Time of observation before dosing; no visit is earlier.", unit="days", lowest=0, example=91),
    ] = None
    activities: Annotated[tuple[Activity, ...], Meaning("Everything that is done at visits.")] = ()
    visits: Annotated[tuple[Visit, ...], Meaning("Visits in order of their day.")] = ()
    long_term_follow_up: Annotated[LongTermFollowUp | None, Meaning("Visits after the last scheduled one.")] = None

    @property
    def every_visit(self) -> tuple[Visit, ...]:
        """The visits, and after them those of the long-term follow-up, which are called F and their day: F548."""
        follow_up = self.long_term_follow_up
        if follow_up is None:
            return self.visits
        last = max((visit.day for visit in self.visits), default=0)
        days = range(last + follow_up.every_days, follow_up.until_day + 1, follow_up.every_days)
        later = (
            Visit(
                id=f"F{day}",
                name=f"Follow-up, day {day}",
                day=day,
                window=follow_up.window,
                activities=follow_up.activities,
            )
            for day in days
        )
        return (*self.visits, *later)
