"""Reads the conditions of trials in time from a file, as strictly as a protocol file."""

from __future__ import annotations

from os import PathLike, fspath
from typing import Annotated

from firstdose.protocol.companion import read_companion, text_of_companion
from firstdose.protocol.escalation import Escalation
from firstdose.protocol.meaning import Meaning, part
from firstdose.simulation.calendar.conditions import (
    Calendar,
    CalendarError,
    CountedAt,
    DltTimes,
    Manufacturing,
    Site,
    calendar_of,
)

WHAT = "conditions"
EVENLY = 0.5
"""Share of DLTs in the second half of the window where they come evenly."""


@part
class SiteConditions:
    """One site."""

    candidates_per_30_days: Annotated[
        float, Meaning("Candidates who come in 30 days.", lowest=0.001, highest=100_000, example=2)
    ]
    opens_on_day: Annotated[
        float, Meaning("Day of the trial on which the site opens.", unit="days", lowest=0, highest=36_500)
    ] = 0.0


@part
class ManufacturingConditions:
    """A product made for each participant, begun when the candidate is found eligible."""

    lead_days: Annotated[float, Meaning("Time that a batch takes.", unit="days", lowest=0, highest=3_650, example=21)]
    failures: Annotated[float, Meaning("Share of batches that fail and are made again.", lowest=0, below=1)] = 0.0
    shortfall: Annotated[
        float,
        Meaning("Share of participants whose product falls short: the dose below is given.", lowest=0, below=1),
    ] = 0.0
    shortfall_by_level: Annotated[
        tuple[Annotated[float, Meaning("A share.", lowest=0, below=1)], ...],
        Meaning(
            "The same for each level, from 0 at the lowest and never falling, such as 0, 0.05, 0.15, 0.3; in the "
            "place of `shortfall`."
        ),
    ] = ()
    feasible_share: Annotated[
        float | None,
        Meaning(
            "A level counts as feasible where at least this share can be given its dose; left out: not reported.",
            above=0,
            highest=1,
            example=0.7,
        ),
    ] = None


@part
class Conditions:
    """The top-level keys of a file of conditions; window, intervals and sentinels are the protocol's."""

    sites: Annotated[tuple[SiteConditions, ...], Meaning("Sites.", fewest_items=1)]
    seasons: Annotated[
        tuple[Annotated[float, Meaning("A factor.", lowest=0, highest=100)], ...],
        Meaning(
            "Factors of accrual in equal parts of a year that begins with the trial, such as twelve for months; "
            "left out: the same all the year."
        ),
    ] = ()
    screening_failures: Annotated[float, Meaning("Share of candidates who are not eligible.", lowest=0, below=1)] = 0.0
    keeps_waiting_list: Annotated[
        bool, Meaning("Whether all who come wait their turn; false: one waits and the others are turned away.")
    ] = True
    manufacturing: Annotated[
        ManufacturingConditions | None, Meaning("How a product is made; left out where it is at hand.")
    ] = None
    outcomes_count_at: Annotated[
        CountedAt,
        Meaning(
            "At which level the outcome of somebody counts who was given less than was assigned: that assigned, that "
            "given, or as in the live trial (a DLT at that given, no DLT not at all)."
        ),
    ] = "assigned"
    dlt_times: Annotated[DltTimes, Meaning("When DLTs come within the window.")] = "uniform"
    late_share: Annotated[
        float,
        Meaning("Share of DLTs in the second half of the window; not for uniform times.", lowest=0.01, highest=0.99),
    ] = EVENLY
    leaving: Annotated[float, Meaning("Share who leave before their window ends.", lowest=0, below=1)] = 0.0
    meeting_interval_days: Annotated[
        float, Meaning("Time between meetings of the committee; 0: any day.", unit="days", lowest=0, highest=10_000)
    ] = 0.0
    decision_lag_days: Annotated[
        float, Meaning("Time from a meeting to the first dosing that it allows.", unit="days", lowest=0, highest=3_650)
    ] = 0.0

    def calendar(self, escalation: Escalation) -> Calendar:
        """The calendar of a protocol under these conditions; CalendarError where they make no sense."""
        own = {name: value for name, value in vars(self).items() if name not in ("sites", "manufacturing")}
        if self.dlt_times == "uniform" and self.late_share != EVENLY:
            raise CalendarError(
                f"late_share is {self.late_share:g}, but with uniform dlt_times half of the DLTs come late: add "
                "`dlt_times: weibull` or `dlt_times: log_logistic`, or leave late_share out"
            )
        making = self.manufacturing
        return calendar_of(
            escalation,
            tuple(Site(each.candidates_per_30_days, each.opens_on_day) for each in self.sites),
            manufacturing=None if making is None else Manufacturing(**vars(making)),
            **own,
        )


def read_conditions(path: str | PathLike[str]) -> Conditions:
    """Read a file of conditions; ProblemsFound holds every problem if there is any."""
    return read_companion(text_of_companion(path, WHAT), fspath(path), WHAT, Conditions).sections
