"""What a trial in time rests on beside its rule: accrual, windows, intervals, meetings, when DLTs come, who leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from firstdose.protocol.escalation import Escalation

DltTimes = Literal["uniform", "weibull"]
SentinelDlt = Literal["committee_review", "end_cohort", "continue"]


class CalendarError(ValueError):
    """Conditions that make no sense; the message says which, why and how to mend them."""


@dataclass(frozen=True)
class Site:
    """Candidates who are screened at one site, as a Poisson process that begins on a day of the trial."""

    candidates_per_30_days: float
    opens_on_day: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """The conditions of a trial in time. Times are days from the opening of the trial; they need not be whole.

    ``whole_days`` rounds as the protocol's calendar does: people come and are dosed on whole days, and a window ends
    with the end of its last day. ``keeps_waiting_list`` keeps every candidate who comes while nobody may be dosed;
    without it one waits and the others are turned away. ``late_share`` is the share of DLTs in the second half of the
    window (Weibull; uniform times are late with one half). ``leaving`` is the share of participants who leave before
    their window ends: without a DLT until then they are not evaluable. Meetings of the committee come every
    ``meeting_interval_days`` from day 0 (0: on any day); a cohort may be dosed ``decision_lag_days`` after one.
    """

    window_days: float
    sites: tuple[Site, ...]
    screening_failures: float = 0.0
    keeps_waiting_list: bool = True
    dlt_times: DltTimes = "uniform"
    late_share: float = 0.5
    leaving: float = 0.0
    between_participants_days: float = 0.0
    between_cohorts_days: float = 0.0
    sentinels: int = 0
    sentinel_interval_days: float = 0.0
    sentinel_dlt: SentinelDlt = "continue"
    meeting_interval_days: float = 0.0
    decision_lag_days: float = 0.0
    whole_days: bool = False

    def __post_init__(self) -> None:
        for name in (
            "window_days", "between_participants_days", "between_cohorts_days", "sentinel_interval_days",
            "meeting_interval_days", "decision_lag_days", "sentinels",
        ):  # fmt: skip
            if not 0 <= getattr(self, name) < float("inf"):
                raise CalendarError(f"{name} is {getattr(self, name)}: give a number of at least 0")
        if not self.sites or sum(site.candidates_per_30_days for site in self.sites) <= 0:
            raise CalendarError("sites: nobody comes; give at least one site with candidates_per_30_days above 0")
        if any(site.candidates_per_30_days < 0 or site.opens_on_day < 0 for site in self.sites):
            raise CalendarError("sites: rates and days of opening are at least 0")
        for name in ("screening_failures", "leaving"):
            if not 0 <= getattr(self, name) < 1:
                raise CalendarError(f"{name} is {getattr(self, name)}: give a share of at least 0 and below 1")
        if not 0 < self.late_share < 1:
            raise CalendarError(f"late_share is {self.late_share}: give a share between 0 and 1")

    @property
    def window_length(self) -> float:
        """Days from a dosing to the first moment after its window."""
        return self.window_days + 1 if self.whole_days else self.window_days


def calendar_of(escalation: Escalation, sites: tuple[Site, ...], **conditions: object) -> Calendar:
    """The calendar of a protocol: its window and intervals in whole days; the rest is given.

    Raises CalendarError where the protocol has no DLT window.
    """
    if escalation.dlt is None:
        raise CalendarError("escalation.dlt is missing: trials in time need its window_days")
    sentinel = escalation.sentinel
    planned: dict[str, object] = {
        "window_days": escalation.dlt.window_days,
        "between_participants_days": escalation.interval_between_participants_days or 0,
        "between_cohorts_days": escalation.interval_between_cohorts_days or 0,
        "whole_days": True,
    }
    if sentinel is not None:
        planned |= {
            "sentinels": sentinel.participants,
            "sentinel_interval_days": sentinel.interval_days,
            "sentinel_dlt": sentinel.on_dlt,
        }
    return Calendar(sites=sites, **{**planned, **conditions})  # type: ignore[arg-type]
