"""Whether a plan makes sense, by itself and with the protocol whose settings it searches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod
from typing import Any

from firstdose.designs import DESIGNS, GUARDS
from firstdose.designs.building import UNKNOWN_DESIGN, UNKNOWN_GUARD, settings_of
from firstdose.designs.names import suggest_design
from firstdose.protocol.describe import keys_of
from firstdose.protocol.escalation import Escalation
from firstdose.protocol.plan import Protocol
from firstdose.protocol.problems import ABSENT, Finding, Path, Places, Problem, dotted, suggest
from firstdose.protocol.sections import read_part
from firstdose.simulation.tuning.aims import Aim, Constraint
from firstdose.simulation.tuning.measures import FIGURES
from firstdose.simulation.tuning.plan import Curves, Guards, PlanSections
from firstdose.simulation.tuning.ranges import ANY_OF, RangeError, is_searched, values_of

MOST_SETTINGS = 10**12
MOST_AIMS = 5
MOST_GUARD_LISTS = 1_000


def check_plan(plan: PlanSections) -> Iterator[Finding]:
    """What contradicts itself in a plan, whatever the protocol."""
    if len(plan.aims) > MOST_AIMS:
        yield Finding("aims", len(plan.aims), f"at most {MOST_AIMS} aims can be weighed", "leave some of them out")
    for number, aim in enumerate(plan.aims, start=1):
        yield from _check_aim(f"aims[{number}]", aim, plan.aims[: number - 1])
    for number, constraint in enumerate(plan.constraints, start=1):
        yield from _check_constraint(f"constraints[{number}]", constraint)
    for key in ("scenarios", "unseen"):
        curves: Curves = getattr(plan, key)
        if curves.is_empty:
            yield Finding(key, ABSENT, "holds no curve", "add `random: 100`, or listed curves")
    seen, unseen = plan.scenarios, plan.unseen
    if seen.seed == unseen.seed and seen.random + seen.too_toxic and unseen.random + unseen.too_toxic:
        rule = "is the seed of the curves of the search too, so they would not be unseen"
        yield Finding("unseen.seed", unseen.seed, rule, "give another seed")
    for number, curve in enumerate(unseen.listed, start=1):
        if curve in seen.listed:
            rule = "is among the curves of the search too, so it would not be unseen"
            yield Finding(f"unseen.listed[{number}]", list(curve), rule, "take it out of one of the two")


def _check_aim(key: str, aim: Aim, before: tuple[Aim, ...]) -> Iterator[Finding]:
    if (aim.maximise is None) == (aim.minimise is None):
        rule = "an aim names the figure to maximise, or the one to minimise"
        yield Finding(key, ABSENT, rule, "write `- maximise: correct_selection`")
    elif (aim.figure, aim.over, aim.by) in [(each.figure, each.over, each.by) for each in before if _is_one(each)]:
        yield Finding(key, aim.figure, "is aimed at twice", "remove one of the two")
    elif FIGURES[aim.figure].is_share and aim.indifference >= 1:
        rule = f"{aim.figure} lies between 0 and 1, so that this aim would decide nothing"
        yield Finding(f"{key}.indifference", aim.indifference, rule, "write 0.02 for 2 percentage points")


def _is_one(aim: Aim) -> bool:
    return (aim.maximise is None) != (aim.minimise is None)


def _check_constraint(key: str, constraint: Constraint) -> Iterator[Finding]:
    if (constraint.at_least is None) == (constraint.at_most is None):
        yield Finding(key, ABSENT, "a constraint has one bound: at_least or at_most", "write one of the two")
        return
    side = "at_least" if constraint.at_least is not None else "at_most"
    if FIGURES[constraint.figure].is_share and not 0 <= constraint.bound <= 1:
        rule = f"{constraint.figure} lies between 0 and 1"
        yield Finding(f"{key}.{side}", constraint.bound, rule, "write 0.8 for 80 %")
    elif constraint.bound < 0:
        yield Finding(f"{key}.{side}", constraint.bound, f"{constraint.figure} is never below 0", "raise it")


def check_with_protocol(plan: PlanSections, protocol: Protocol, places: Places) -> Iterator[Problem]:
    """What a plan asks for that this protocol does not have."""
    for finding in _findings_with(plan, protocol):
        yield finding.at(places)
    for key in ("cohort_size", "max_participants"):
        sizes = {key: {ANY_OF: list(getattr(plan.search, key))}} if getattr(plan.search, key) else {}
        yield from _check_settings(Escalation, sizes, ("search",), places)
    for name, settings in plan.search.designs.items():
        if name in DESIGNS:
            yield from _check_settings(settings_of(DESIGNS[name]), settings, ("search", "designs", name), places)
    for number, guards in enumerate(plan.search.guards):
        for place, (name, settings) in enumerate(guards):
            path: Path = ("search", "guards", number, place, name)
            if name in GUARDS:
                yield from _check_settings(settings_of(GUARDS[name]), settings, path, places)


def _findings_with(plan: PlanSections, protocol: Protocol) -> Iterator[Finding]:
    levels = len(protocol.dose_levels.values)
    if protocol.escalation.backfill is not None:
        rule = "are searched without backfilling, which the protocol states under escalation.backfill"
        fix = "search with a copy of the protocol without it; look at the winner with it by `firstdose oc`"
        yield Finding("search.designs", list(plan.search.designs), rule, f"{fix} --method calendar")
    for name in plan.search.designs:
        if name not in DESIGNS:
            yield Finding(f"search.designs.{name}", name, UNKNOWN_DESIGN, suggest_design(name))
        elif DESIGNS[name].needs_time and plan.in_time is None:
            rule = "decides while windows are open, so that its figures depend on how fast people come"
            yield Finding(f"search.designs.{name}", name, rule, "add `in_time: {candidates_per_30_days: 3}`")
    if plan.in_time is not None and protocol.escalation.dlt is None:
        rule = "trials in time need the DLT window, which the protocol does not state"
        yield Finding("in_time", ABSENT, rule, "add escalation.dlt to the protocol")
    evaluable = protocol.escalation.evaluable
    if plan.not_evaluable > 0 and evaluable is not None and not evaluable.replaced:
        rule = "is a share of participants who are replaced, and the protocol does not replace them"
        yield Finding("not_evaluable", plan.not_evaluable, rule, "leave it out, or write `replaced: true` there")
    for number, guards in enumerate(plan.search.guards, start=1):
        for place, (name, _) in enumerate(guards, start=1):
            if name not in GUARDS:
                yield Finding(f"search.guards[{number}][{place}]", name, UNKNOWN_GUARD, suggest(name, GUARDS))
    if (count := sum(map(_combinations, plan.search.guards))) > MOST_GUARD_LISTS:
        rule = f"at most {MOST_GUARD_LISTS:,} lists of guards can be tried"
        yield Finding("search.guards", count, rule, "take fewer values or larger steps")
    for level in plan.search.start_level:
        if level > levels:
            yield Finding("search.start_level", level, f"must be one of the {levels} dose levels", "lower it")
    for key in ("scenarios", "unseen"):
        for number, curve in enumerate(getattr(plan, key).listed, start=1):
            if len(curve) != levels:
                rule = f"has {len(curve)} rates, but the protocol has {levels} dose levels"
                yield Finding(f"{key}.listed[{number}]", list(curve), rule, "give one DLT rate for each level")


def _combinations(guards: Guards) -> int:
    """How many lists of guards one list stands for; a choice that cannot be read counts as one."""
    return prod(_count(value) for _, settings in guards for value in settings.values() if is_searched(value))


def _count(choice: Mapping[str, Any]) -> int:
    try:
        return len(values_of(choice))
    except RangeError:
        return 1


def _check_settings(section: type, settings: Mapping[str, Any], path: Path, places: Places) -> Iterator[Problem]:
    """Each setting by itself: whether it exists, whether its choice can be read, and whether each value can."""
    known = keys_of(section)
    for name, value in settings.items():
        here = (*path, name)
        place = places.place(dotted(here))
        if name not in known:
            yield Problem(place, value, f"there is no key `{name}` here", suggest(name, known))
            continue
        try:
            values = values_of(value) if is_searched(value) else (value,)
        except RangeError as error:
            yield Problem(place, value, error.rule, error.fix)
            continue
        for each in values:
            if each is not None:
                _, problems = read_part(section, {name: each}, path, places)
                yield from (found for found in problems if found.place.key.startswith(dotted(here)))
