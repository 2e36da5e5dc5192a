"""Whether visits, treatments, identifiers and references between sections agree with each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from firstdose.protocol.analysis_plan import AnalysisSet, Endpoint, Estimand, EventOfSpecialInterest, NaturalHistory
from firstdose.protocol.attribution import Attribution
from firstdose.protocol.metabolism import Metabolism
from firstdose.protocol.plan import Assumption
from firstdose.protocol.problems import Finding, Places, suggest
from firstdose.protocol.product import BackgroundTreatment, Product
from firstdose.protocol.schedule import LongTermFollowUp, Schedule, Visit

MOST_KEYS_COMPARED = 2000
AUTOLOGOUS = re.compile(r"\bautologous\b", re.IGNORECASE)


def check_identifiers(key: str, identifiers: Iterable[str]) -> Iterator[Finding]:
    """Identifiers of a list are different, upper and lower case aside."""
    first: dict[str, int] = {}
    for number, identifier in enumerate(identifiers, start=1):
        earlier = first.setdefault(identifier.casefold(), number)
        if earlier != number:
            rule = f"identifiers in a list must differ (in more than case); item {earlier} has this one already"
            yield Finding(f"{key}[{number}].id", identifier, rule, "give one of them another identifier")


def check_events_of_special_interest(events: tuple[EventOfSpecialInterest, ...]) -> Iterator[Finding]:
    """Kinds of events are told apart by what is entered, and by what tables call them."""
    yield from check_identifiers("events_of_special_interest", (event.id for event in events))
    first: dict[str, int] = {}
    for number, event in enumerate(events, start=1):
        earlier = first.setdefault(" ".join(event.name.casefold().split()), number)
        if earlier != number:
            rule = f"names of kinds of events must differ (in more than case); item {earlier} has this one already"
            fix = "give one of them another name, or leave one out"
            yield Finding(f"events_of_special_interest[{number}].name", event.name, rule, fix)


def check_whose_cells(product: Product) -> Iterator[Finding]:
    """A product that is called autologous says whether a batch is held for the person whose cells it is made of."""
    if product.autologous is None and AUTOLOGOUS.search(product.kind or ""):
        rule = "a product of each participant's own cells must say so in a key that the dosing gate reads"
        fix = "add autologous: true, so that nobody is given another's cells; or autologous: false if that can be"
        yield Finding("product.autologous", None, rule, fix)


def check_schedule(schedule: Schedule) -> Iterator[Finding]:
    """Visits follow one another, their windows do not meet, and their activities are listed."""
    yield from check_identifiers("schedule.activities", (activity.id for activity in schedule.activities))
    yield from check_identifiers("schedule.visits", (visit.id for visit in schedule.visits))
    for number, pair in enumerate(pairwise(schedule.visits), start=2):
        yield from check_order(number, *pair)
    for number, visit in enumerate(schedule.visits, start=1):
        yield from check_run_in(number, visit, schedule.run_in_days)
        yield from check_activities(f"schedule.visits[{number}]", visit.activities, schedule)
    if schedule.long_term_follow_up:
        yield from check_follow_up(schedule.long_term_follow_up, schedule)


def check_order(number: int, earlier: Visit, later: Visit) -> Iterator[Finding]:
    """A visit comes after the one before it, with no day that could belong to both."""
    key = f"schedule.visits[{number}]"
    if later.day <= earlier.day:
        rule = f"visits must be in order: this one must come after day {earlier.day} (visit {earlier.id})"
        yield Finding(f"{key}.day", later.day, rule, "correct the day, or move the visit up the list")
    elif later.first_day <= earlier.last_day:
        rule = (
            f"windows must not overlap: this one opens on day {later.first_day}, "
            f"that of visit {earlier.id} closes on day {earlier.last_day}"
        )
        yield Finding(f"{key}.window", later.window, rule, "narrow one of the two windows")


def check_run_in(number: int, visit: Visit, run_in_days: int | None) -> Iterator[Finding]:
    """No visit is planned before the run-in begins."""
    if run_in_days is not None and visit.day < -run_in_days:
        rule = f"must not be before the run-in, which begins on day {-run_in_days}"
        yield Finding(f"schedule.visits[{number}].day", visit.day, rule, "correct the day, or lengthen run_in_days")


def check_activities(key: str, activities: tuple[str, ...], schedule: Schedule) -> Iterator[Finding]:
    """The activities of a visit are listed in the schedule."""
    known = [activity.id for activity in schedule.activities]
    for number, activity in enumerate(activities, start=1):
        yield from check_reference(f"{key}.activities[{number}]", activity, known, "schedule.activities")


def check_reference(key: str, identifier: str, known: list[str], where: str) -> Iterator[Finding]:
    """An identifier is one of those listed elsewhere."""
    if identifier not in known:
        fix = suggest(identifier, known) if known else f"add it to {where}"
        yield Finding(key, identifier, f"must be an identifier listed in {where}", fix, where)


def check_follow_up(follow_up: LongTermFollowUp, schedule: Schedule) -> Iterator[Finding]:
    """Long-term follow-up begins after the last visit and its windows do not meet."""
    key = "schedule.long_term_follow_up"
    last = max((visit.day for visit in schedule.visits), default=0)
    if follow_up.until_day <= last:
        rule = f"must be after the last visit (day {last})"
        yield Finding(f"{key}.until_day", follow_up.until_day, rule, "correct the day")
    if sum(follow_up.window) >= follow_up.every_days:
        rule = f"the window must be shorter than the time between visits ({follow_up.every_days} days)"
        yield Finding(f"{key}.window", follow_up.window, rule, "narrow the window")
    yield from check_activities(key, follow_up.activities, schedule)


def check_window_is_seen(window_days: int, schedule: Schedule) -> Iterator[Finding]:
    """Somebody sees the participant at or after the end of the DLT window."""
    if schedule.visits and schedule.long_term_follow_up is None:
        last = max(visit.last_day for visit in schedule.visits)
        if last < window_days:
            rule = f"the schedule must reach the end of the DLT window; its last visit closes on day {last}"
            fix = "add a visit on that day, or shorten the window"
            yield Finding("escalation.dlt.window_days", window_days, rule, fix)


def check_treatments(treatments: tuple[BackgroundTreatment, ...]) -> Iterator[Finding]:
    """A drug stops after it starts, and its trough range is a range."""
    yield from check_identifiers("background_treatments", (treatment.id for treatment in treatments))
    for number, treatment in enumerate(treatments, start=1):
        key = f"background_treatments[{number}]"
        if treatment.stop_day < treatment.start_day:
            rule = f"must not be before start_day ({treatment.start_day})"
            yield Finding(f"{key}.stop_day", treatment.stop_day, rule, "correct one of the two days")
        trough = treatment.trough_target
        if trough and trough.lowest >= trough.highest:
            rule = f"must be below the upper end ({trough.highest:.15g} {trough.unit})"
            yield Finding(f"{key}.trough_target.lowest", trough.lowest, rule, "exchange or correct the two ends")


def check_estimands(
    estimands: tuple[Estimand, ...], endpoints: tuple[Endpoint, ...], sets: tuple[AnalysisSet, ...]
) -> Iterator[Finding]:
    """An estimand names an endpoint and an analysis set that are listed."""
    for number, estimand in enumerate(estimands, start=1):
        key = f"estimands[{number}]"
        yield from check_reference(f"{key}.endpoint", estimand.endpoint, [e.id for e in endpoints], "endpoints")
        known = [analysis_set.id for analysis_set in sets]
        yield from check_reference(f"{key}.analysis_set", estimand.analysis_set, known, "analysis_sets")


def check_attribution(
    plan: Attribution, treatments: tuple[BackgroundTreatment, ...], schedule: Schedule | None
) -> Iterator[Finding]:
    """The drug in question is a background treatment, and visits on and off it are visits of the schedule."""
    if plan.treatment is not None:
        known = [treatment.id for treatment in treatments]
        yield from check_reference("attribution.treatment", plan.treatment, known, "background_treatments")
    visits = [visit.id for visit in schedule.every_visit] if schedule else []
    if bool(plan.visits_on) != bool(plan.visits_off):
        given, other = ("visits_on", "visits_off") if plan.visits_on else ("visits_off", "visits_on")
        rule = f"must stand together with {other}: one list alone does not say what the other visits are"
        yield Finding(f"attribution.{given}", getattr(plan, given), rule, f"add {other}, or take {given} out")
    for name in ("visits_on", "visits_off"):
        for number, visit in enumerate(getattr(plan, name), start=1):
            key = f"attribution.{name}[{number}]"
            yield from check_reference(key, visit, visits, "schedule.visits")
            if name == "visits_off" and visit in plan.visits_on:
                yield Finding(key, visit, "a visit cannot be both on and off the drug", "take it from one of the lists")


def check_metabolism(plan: Metabolism, schedule: Schedule | None) -> Iterator[Finding]:
    """Visits of the analysis stand once and in the schedule, and the primary one is a later one of them."""
    known = [visit.id for visit in schedule.every_visit] if schedule else []
    for number, visit in enumerate(plan.visits, start=1):
        key = f"metabolism.visits[{number}]"
        if known:
            yield from check_reference(key, visit, known, "schedule.visits")
        if visit in plan.visits[: number - 1]:
            yield Finding(key, visit, "stands twice among the visits", "remove one")
    later = list(plan.visits[1:]) or known
    if plan.primary_visit is not None and later:
        where = "metabolism.visits after the first" if plan.visits[1:] else "schedule.visits"
        yield from check_reference("metabolism.primary_visit", plan.primary_visit, later, where)


def check_endpoints(endpoints: tuple[Endpoint, ...], schedule: Schedule) -> Iterator[Finding]:
    """The key visits of an endpoint are visits of the schedule."""
    known = [visit.id for visit in schedule.visits]
    for number, endpoint in enumerate(endpoints, start=1):
        for place, visit in enumerate(endpoint.visits, start=1):
            yield from check_reference(f"endpoints[{number}].visits[{place}]", visit, known, "schedule.visits")


def check_natural_history(benchmarks: tuple[NaturalHistory, ...]) -> Iterator[Finding]:
    """Ranges of the score are ranges, in order, and do not overlap."""
    for number, benchmark in enumerate(benchmarks, start=1):
        key = f"natural_history[{number}].rates"
        for place, rate in enumerate(benchmark.rates, start=1):
            if rate.lowest > rate.highest:
                rule = f"must not be above the upper end ({rate.highest:.15g})"
                yield Finding(f"{key}[{place}].lowest", rate.lowest, rule, "exchange or correct the two ends")
        for place, (lower, higher) in enumerate(pairwise(benchmark.rates), start=2):
            if higher.lowest <= lower.highest:
                rule = f"must be above the range before it, which ends at {lower.highest:.15g}"
                yield Finding(f"{key}[{place}].lowest", higher.lowest, rule, "correct one of the two ranges")


def check_assumptions(assumed: tuple[Assumption, ...], places: Places) -> Iterator[Finding]:
    """What is said to be assumed is stated in the file."""
    for number, assumption in enumerate(assumed, start=1):
        if not places.holds(assumption.path):
            rule = "must be a key that this file states (items of a list count from 1)"
            fix = suggest(assumption.path, list(places.positions)[:MOST_KEYS_COMPARED])
            yield Finding(f"assumed[{number}].path", assumption.path, rule, fix)
