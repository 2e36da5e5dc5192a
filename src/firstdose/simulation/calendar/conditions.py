"""What a trial in time rests on beside its rule: accrual, windows, intervals, meetings, when DLTs come, who leaves."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from firstdose.protocol.escalation import Escalation

DltTimes = Literal["uniform", "weibull", "log_logistic"]
SentinelDlt = Literal["committee_review", "end_cohort", "continue"]

EXTREME_LATE_SHARE = 0.01
"""Of DLTs, fewer in one half of the window have no Weibull or log-logistic time that numbers could hold."""
FEWEST_A_YEAR, LONGEST_DAYS = 0.01, 36_500.0
"""Eligible candidates, and the mean time to a product: with less or more a trial outlives whoever plans it."""
CountedAt = Literal["assigned", "given", "live_trial"]


class CalendarError(ValueError):
    """Conditions that make no sense; the message says which, why and how to mend them."""


@dataclass(frozen=True)
class Site:
    """Candidates who are screened at one site, as a Poisson process that begins on a day of the trial."""

    candidates_per_30_days: float
    opens_on_day: float = 0.0


@dataclass(frozen=True)
class Manufacturing:
    """A product made for each participant, begun when the candidate is found eligible.

    It takes ``lead_days``. The share ``failures`` of batches fails, and another is then made for the same candidate,
    which takes as long again. Where the product falls short the dose of the level below is given: with the chance
    ``shortfall`` at every level above the lowest, or with the chances ``shortfall_by_level``, one a level. A level is
    feasible where at least the share ``feasible_share`` can be given its dose.
    """

    lead_days: float
    failures: float = 0.0
    shortfall: float = 0.0
    shortfall_by_level: tuple[float, ...] = ()
    feasible_share: float | None = None

    @property
    def falls_short(self) -> bool:
        """Whether anybody may be given less than was assigned."""
        return self.shortfall > 0 or any(self.shortfall_by_level)

    def chances_of_shortfall(self, levels: int) -> tuple[float, ...]:
        """The chance of a shortfall at each level; at the lowest nobody is given less."""
        return self.shortfall_by_level or (0.0,) + (self.shortfall,) * (levels - 1)


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """The conditions of a trial in time. Times are days from the opening of the trial; they need not be whole.

    ``whole_days`` rounds as the protocol's calendar does: people come and are dosed on whole days, and a window ends
    with the end of its last day. ``keeps_waiting_list`` keeps every candidate who comes while nobody may be dosed;
    without it one waits and the others are turned away. ``late_share`` is the share of DLTs in the second half of the
    window (Weibull and log-logistic; uniform times are late with one half). ``leaving`` is the share of participants
    who leave before their window ends: without a DLT until then they are not evaluable. Meetings of the committee come
    every ``meeting_interval_days`` from day 0 (0: on any day); a cohort may be dosed ``decision_lag_days`` after one.
    ``seasons`` are factors of accrual in equal parts of a year that begins on day 0, such as twelve for months; without
    them it is the same all the year. ``manufacturing`` is for products that are made for each participant.
    ``outcomes_count_at`` says at which level the outcome of somebody counts who was given less than was assigned (see
    ``doses.count_outcomes``).
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
    seasons: tuple[float, ...] = ()
    manufacturing: Manufacturing | None = None
    outcomes_count_at: CountedAt = "assigned"

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
        if not EXTREME_LATE_SHARE <= self.late_share <= 1 - EXTREME_LATE_SHARE:
            raise CalendarError(f"late_share is {self.late_share}: give a share from 0.01 to 0.99")
        if self.seasons and not (all(0 <= factor < float("inf") for factor in self.seasons) and any(self.seasons)):
            raise CalendarError("seasons: factors of accrual are at least 0, and one of them is above 0")
        if self.eligible_a_year < FEWEST_A_YEAR:
            raise CalendarError(
                f"sites: {self.eligible_a_year:.2g} eligible candidates come in a year, fewer than one in a hundred "
                "years, so that no trial would end; raise candidates_per_30_days (or --accrual) or seasons, or lower "
                "screening_failures"
            )
        self._check_manufacturing()

    @property
    def eligible_a_year(self) -> float:
        """Candidates expected in a year who pass screening, once every site is open."""
        season = sum(self.seasons) / len(self.seasons) if self.seasons else 1.0
        rate = sum(site.candidates_per_30_days for site in self.sites) / 30.0 * 365.0
        return rate * season * (1.0 - self.screening_failures)

    def _check_manufacturing(self) -> None:
        making = self.manufacturing
        if making is None:
            return
        if not 0 <= making.lead_days < float("inf"):
            raise CalendarError(f"manufacturing: lead_days is {making.lead_days}: give a number of at least 0")
        for name in ("failures", "shortfall"):
            if not 0 <= getattr(making, name) < 1:
                raise CalendarError(
                    f"manufacturing: {name} is {getattr(making, name)}: give a share of at least 0 and below 1"
                )
        if making.lead_days / (1.0 - making.failures) > LONGEST_DAYS:
            raise CalendarError(
                f"manufacturing: batches of {making.lead_days:g} days of which the share {making.failures} fails take "
                "more than a hundred years in the mean until one is good; lower lead_days or failures"
            )
        if making.feasible_share is not None and not 0 < making.feasible_share <= 1:
            raise CalendarError(
                f"manufacturing: feasible_share is {making.feasible_share}: give a share above 0 and at most 1"
            )
        if making.shortfall_by_level:
            _check_shortfalls(making)

    @property
    def falls_short(self) -> bool:
        """Whether anybody may be given less than was assigned."""
        return self.manufacturing is not None and self.manufacturing.falls_short

    @property
    def keeps_people_apart(self) -> bool:
        """Whether anything holds back the next participant of a cohort that has begun."""
        return bool(self.between_participants_days or self.sentinels)

    @property
    def dosing_follows_decisions(self) -> bool:
        """Whether days may lie between a decision and the first dosing that it allows."""
        return bool(self.decision_lag_days or self.between_participants_days)

    @property
    def window_length(self) -> float:
        """Days from a dosing to the first moment after its window."""
        return self.window_days + 1 if self.whole_days else self.window_days


def _check_shortfalls(making: Manufacturing) -> None:
    """CalendarError where chances by level cannot be those of a shortfall, which grows with the dose."""
    chances = making.shortfall_by_level
    words = f"manufacturing: shortfall_by_level is {', '.join(f'{chance:g}' for chance in chances)}: "
    if making.shortfall:
        raise CalendarError(words + "give it or shortfall, not both")
    if not all(0 <= chance < 1 for chance in chances):
        raise CalendarError(words + "give shares of at least 0 and below 1")
    if chances[0]:
        raise CalendarError(words + "begin with 0, since there is no dose below the lowest that could be given instead")
    if any(higher < lower for lower, higher in pairwise(chances)):
        raise CalendarError(
            words + "chances may not fall from level to level, since whoever can be given a dose can be given a lower "
            "one; these are shares whose product falls short, not shares who can be given the dose"
        )


def calendar_of(escalation: Escalation, sites: tuple[Site, ...], **conditions: object) -> Calendar:
    """The calendar of a protocol: its window and intervals in whole days; the rest is given.

    Raises CalendarError where the protocol has no DLT window.
    """
    if escalation.dlt is None:
        raise CalendarError(
            "escalation.dlt is missing: trials in time need its window_days; add `dlt:` with definition, attribution "
            "and window_days to the section escalation of the protocol"
        )
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
