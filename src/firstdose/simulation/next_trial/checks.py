"""Whether the numbers of a settings file agree with each other, and whether the trial could be run at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from firstdose.methods.closed_testing import MOST_HYPOTHESES
from firstdose.methods.group_sequential import SMALLEST_STEP
from firstdose.protocol.problems import Finding, suggest
from firstdose.simulation.next_trial.arms import Arm, ArmDesign
from firstdose.simulation.next_trial.endpoint_checks import check_endpoint
from firstdose.simulation.next_trial.settings import Looks, NextTrialSections

FEWEST_A_ARM = 2
MOST_A_MONTH = 10_000.0
MOST_ARMS, MOST_DESIGNS, MOST_ENDPOINTS, MOST_VISITS, MOST_NUMBERS = 8, 8, 8, 40, 20


def check_settings(settings: NextTrialSections) -> Iterator[Finding]:
    """Everything that contradicts itself, cannot be analysed or could never be finished."""
    yield from _not_too_many(settings)
    yield from rising("participants", settings.participants)
    for place, count in enumerate(settings.participants, start=1):
        if count > settings.aim.most_participants:
            rule = f"is more than the {settings.aim.most_participants} people who could be recruited"
            yield Finding(f"participants[{place}]", count, rule, "remove it, or raise aim.most_participants")
    if settings.aim.power <= settings.aim.one_sided_error:
        rule = f"a trial of nothing has a power of {settings.aim.one_sided_error:g} already, which is the error allowed"
        yield Finding("aim.power", settings.aim.power, rule, "ask for more, for example 0.8")
    yield from _check_looks(settings.looks)
    yield from _once("endpoints", [each.id for each in settings.endpoints])
    yield from _once("designs", [each.id for each in settings.designs])
    for number, design in enumerate(settings.designs, start=1):
        yield from _check_design(f"designs[{number}]", design, settings)
    for number, endpoint in enumerate(settings.endpoints, start=1):
        yield from check_endpoint(f"endpoints[{number}]", endpoint, settings)
    yield from _check_time(settings)


def _not_too_many(settings: NextTrialSections) -> Iterator[Finding]:
    """Lists so long that nobody could read the page, or wait for it."""
    lists: list[tuple[str, Sequence[object], int]] = [
        ("designs", settings.designs, MOST_DESIGNS),
        ("endpoints", settings.endpoints, MOST_ENDPOINTS),
        ("participants", settings.participants, MOST_NUMBERS),
    ]
    lists += [(f"designs[{n}].arms", each.arms, MOST_ARMS) for n, each in enumerate(settings.designs, start=1)]
    for number, endpoint in enumerate(settings.endpoints, start=1):
        lists.append((f"endpoints[{number}].visits_months", endpoint.visits_months, MOST_VISITS))
    for key, items, most in lists:
        if len(items) > most:
            yield Finding(key, len(items), f"at most {most} can be handled", "leave some of them out")


def rising(key: str, values: Sequence[float]) -> Iterator[Finding]:
    """Values that must rise."""
    if any(later <= earlier for earlier, later in pairwise(values)):
        yield Finding(key, list(values), "must be in rising order, none twice", "sort them")


def _once(key: str, names: list[str]) -> Iterator[Finding]:
    for name, count in Counter(names).items():
        if count > 1:
            yield Finding(key, name, "the same identifier stands twice", "give each its own")


def _check_looks(looks: Looks) -> Iterator[Finding]:
    yield from rising("looks.information", looks.information)
    if looks.information[-1] != 1:
        yield Finding("looks.information", list(looks.information), "the last look is at 1", "add 1 at the end")
    if any(later - earlier < SMALLEST_STEP for earlier, later in pairwise((0.0, *looks.information))):
        rule = f"looks must be at least {SMALLEST_STEP:g} of the information apart"
        yield Finding("looks.information", list(looks.information), rule, "leave some of them out")
    if looks.futility_below and len(looks.futility_below) != len(looks.information) - 1:
        rule = f"must have one limit for each look before the last: {len(looks.information) - 1}"
        yield Finding("looks.futility_below", list(looks.futility_below), rule, "add or remove limits")


def _check_design(key: str, design: ArmDesign, settings: NextTrialSections) -> Iterator[Finding]:
    yield from _once(f"{key}.arms", [arm.id for arm in design.arms])
    yield from _once(f"{key}.comparisons", [each.id for each in design.comparisons])
    for number, arm in enumerate(design.arms, start=1):
        yield from _check_arm(f"{key}.arms[{number}]", arm)
    seen: dict[object, str] = {}
    for number, arm in enumerate(design.arms, start=1):
        given = (arm.cells, arm.injection, arm.drug_until_month and (arm.drug_from_month, arm.drug_until_month))
        if given in seen:
            rule = f"is given the same as `{seen[given]}`"
            yield Finding(f"{key}.arms[{number}]", arm.id, rule, "let them differ, or make them one arm")
        seen[given] = arm.id
    if len(design.comparisons) > MOST_HYPOTHESES:
        rule = f"at most {MOST_HYPOTHESES} comparisons can be tested together"
        yield Finding(f"{key}.comparisons", len(design.comparisons), rule, "leave some of them out")
    yield from _check_pairs(key, design)
    smallest = min(settings.participants)
    if smallest < FEWEST_A_ARM * design.block:
        rule = f"{smallest} people are fewer than {FEWEST_A_ARM} blocks of {design.block} of `{design.id}`"
        yield Finding("participants", list(settings.participants), rule, "leave out the smallest numbers")


def _check_arm(key: str, arm: Arm) -> Iterator[Finding]:
    if arm.cells > 0 and not arm.injection:
        yield Finding(f"{key}.injection", arm.injection, "cells are given by an injection", "write `injection: true`")
    if arm.drug_until_month is not None and arm.drug_until_month <= arm.drug_from_month:
        rule = f"the drug would end before it begins, in month {arm.drug_from_month:g}"
        yield Finding(f"{key}.drug_until_month", arm.drug_until_month, rule, "write a later month")


def _check_pairs(key: str, design: ArmDesign) -> Iterator[Finding]:
    names = [arm.id for arm in design.arms]
    for number, comparison in enumerate(design.comparisons, start=1):
        for place, pair in enumerate(comparison.pairs, start=1):
            where = f"{key}.comparisons[{number}].pairs[{place}]"
            for side in ("treated", "control"):
                name = getattr(pair, side)
                if name not in names:
                    rule = f"`{design.id}` has no arm of this name"
                    yield Finding(f"{where}.{side}", name, rule, suggest(name, names))
            if pair.treated == pair.control:
                yield Finding(where, pair.treated, "compares an arm with itself", "name two arms")
        arms = [name for pair in comparison.pairs for name in (pair.treated, pair.control)]
        if len(comparison.pairs) > 1 and len(set(arms)) < len(arms):
            rule = "its pairs are strata of one test, so no arm may stand in two of them"
            yield Finding(f"{key}.comparisons[{number}].pairs", arms, rule, "make them comparisons of their own")


def _check_time(settings: NextTrialSections) -> Iterator[Finding]:
    rate, limit = settings.conduct.accrual_per_month.value, settings.conduct.longest_months
    last = max(max(each.visits_months) for each in settings.endpoints)
    smallest = min(settings.participants)
    months = smallest / rate + last
    if rate > MOST_A_MONTH:
        rule = f"nowhere do more than {MOST_A_MONTH:,.0f} people a month come to a trial"
        yield Finding("conduct.accrual_per_month.value", rate, rule, "write people randomised a month, such as 8")
    if months > limit:
        rule = (
            f"{smallest} people at {rate:g} a month take {smallest / rate:,.4g} months to recruit and are followed for "
            f"{last:g}: {months:,.4g} months, more than the {limit:g} that are acceptable"
        )
        yield Finding("conduct.accrual_per_month.value", rate, rule, "add sites, or accept a longer trial")
