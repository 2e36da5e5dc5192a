"""What nobody would want of trials in time, in plain words beside their figures: years of duration or of waiting."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from firstdose.designs.rule import EscalationRule
from firstdose.records.wording import joined
from firstdose.simulation.calendar.conditions import Calendar

if TYPE_CHECKING:
    from firstdose.simulation.calendar.figures import TimeFigures

DAYS_OF_A_YEAR = 365.25
LONG_YEARS = 5.0
"""Escalations that last longer are told with what makes them so long."""
LONG_WAIT_DAYS = 180.0
MANY_LEAVE, MANY_FAIL, MANY_SHORT = 0.5, 0.9, 0.5
COUNTS_AS_CAUSE = 0.3
"""What adds at least this share of the days that the largest cause adds is named beside it."""


def cautions(
    rule: EscalationRule, calendar: Calendar, names: Sequence[str], found: Sequence[TimeFigures]
) -> tuple[str, ...]:
    """Each a sentence, none where the figures are those of a trial that people would run."""
    said = [*_long(rule, calendar, names, found), *_long_waits(calendar, found)]
    return (*said, *_late_sites(calendar, found), *_conditions(rule, calendar))


def _long(
    rule: EscalationRule, calendar: Calendar, names: Sequence[str], found: Sequence[TimeFigures]
) -> Iterator[str]:
    medians = [time.duration_quantiles["50"] for time in found]
    place = max(range(len(medians)), key=medians.__getitem__)
    years = medians[place] / DAYS_OF_A_YEAR
    if years > LONG_YEARS:
        yield (
            f"with {joined(causes(rule, calendar))}, the trial takes {_number(years)} years in the median (scenario "
            f"{names[place]}, at most {rule.frame.max_participants} participants)"
        )


def causes(rule: EscalationRule, calendar: Calendar) -> list[str]:
    """What makes trials long, in words, what adds most days first."""
    people = rule.frame.max_participants
    cohorts = math.ceil(people / int(rule.cohort_sizes(rule.start())[0]))
    comes_every = 365.0 / calendar.eligible_a_year
    making = calendar.manufacturing
    product = 0.0 if making is None else making.lead_days / (1.0 - making.failures)
    one_by_one = not calendar.keeps_waiting_list
    candidates = f"{_number(calendar.eligible_a_year / 365.0 * 30.0)} eligible candidates in 30 days"
    added = [
        (people * comes_every, candidates),
        (
            (people - cohorts) * calendar.between_participants_days,
            f"{calendar.between_participants_days:g} days between participants",
        ),
        (cohorts * calendar.between_cohorts_days, f"{calendar.between_cohorts_days:g} days between cohorts"),
        (
            cohorts * calendar.sentinel_interval_days if calendar.sentinels else 0.0,
            f"{calendar.sentinel_interval_days:g} days after the sentinel",
        ),
        (cohorts * calendar.window_days, f"a DLT window of {calendar.window_days:g} days"),
        (cohorts * calendar.meeting_interval_days, f"a meeting every {calendar.meeting_interval_days:g} days"),
        (cohorts * calendar.decision_lag_days, f"{calendar.decision_lag_days:g} days from a meeting to a dosing"),
        (product * (people if one_by_one else 1), f"{_number(product)} days in the mean to make a product"),
    ]
    most = max(days for days, _ in added)
    told = [words for days, words in sorted(added, key=lambda each: -each[0]) if days >= COUNTS_AS_CAUSE * most]
    # a stagger is judged beside the accrual that it must not outlast
    return told if candidates in told else [candidates, *told]


def _long_waits(calendar: Calendar, found: Sequence[TimeFigures]) -> Iterator[str]:
    days = max(time.mean_wait_days for time in found)
    if calendar.keeps_waiting_list and days > LONG_WAIT_DAYS:
        yield (
            f"a participant waits {_number(days)} days in the mean before being dosed: candidates come faster than "
            "they may be dosed, and few would wait; `keeps_waiting_list: false` in --conditions turns others away"
        )


def _late_sites(calendar: Calendar, found: Sequence[TimeFigures]) -> Iterator[str]:
    opens = [site.opens_on_day for site in calendar.sites]
    last = min(opens) + _days_to_first_dosing(calendar) + max(time.duration_quantiles["90"] for time in found)
    late = [number for number, day in enumerate(opens, start=1) if day > min(opens) and day > last]
    if late:
        which = f"site {late[0]} opens" if len(late) == 1 else f"{len(late)} sites open"
        yield f"{which} when nine of ten trials have ended: nobody comes from there"


def _days_to_first_dosing(calendar: Calendar) -> float:
    """From the opening of the first site, as nine of ten trials have it at the most; durations begin then."""
    first = min(site.opens_on_day for site in calendar.sites)
    rate = sum(site.candidates_per_30_days for site in calendar.sites if site.opens_on_day == first) / 30.0
    comes = math.log(10.0) / max(rate * (1.0 - calendar.screening_failures), 1e-9)
    making = calendar.manufacturing
    product = 0.0 if making is None else making.lead_days / (1.0 - making.failures)
    return comes + product + (DAYS_OF_A_YEAR if calendar.seasons else 0.0)


def _conditions(rule: EscalationRule, calendar: Calendar) -> Iterator[str]:
    making = calendar.manufacturing
    apart = calendar.between_participants_days
    if rule.design.needs_time and apart >= calendar.window_length > 0:
        yield (
            f"{apart:g} days between participants are longer than the DLT window of {calendar.window_days:g} days: "
            f"every window is closed before the next dosing, so that {rule.design.name} has nothing to decide early"
        )
    if calendar.leaving >= MANY_LEAVE:
        yield (
            f"{100 * calendar.leaving:g} % leave before their window ends: about "
            f"{_number(1 / (1 - calendar.leaving))} people are dosed for each whose outcome counts"
        )
    if calendar.screening_failures >= MANY_FAIL:
        yield (
            f"{100 * calendar.screening_failures:g} % of candidates are not eligible: about "
            f"{_number(1 / (1 - calendar.screening_failures))} are screened for each who is dosed"
        )
    if making is not None and making.lead_days > LONG_YEARS * DAYS_OF_A_YEAR:
        yield (
            f"a product takes {_number(making.lead_days / DAYS_OF_A_YEAR)} years to make, which come before the first "
            "dosing, from which durations are counted"
        )
    if making is not None and calendar.outcomes_count_at == "assigned":
        most = max(making.chances_of_shortfall(rule.frame.levels))
        if most >= MANY_SHORT:
            yield (
                f"{100 * most:g} % of those assigned to a level are given the dose below it, so that what counts there "
                "is mostly the outcome of another dose"
            )


def _number(value: float) -> str:
    """Three digits where it is small, whole numbers where it is not."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
