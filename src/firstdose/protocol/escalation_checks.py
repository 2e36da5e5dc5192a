"""Whether dose levels, escalation and product agree with each other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from firstdose.protocol.escalation import CommitteeReview, DoseLevels, Escalation
from firstdose.protocol.problems import Finding
from firstdose.protocol.product import DoseTolerance, Product


def check_doses(doses: DoseLevels) -> Iterator[Finding]:
    """Doses rise from level to level, and each level has a name of its own if any has."""
    for level, (lower, higher) in enumerate(pairwise(doses.values), start=2):
        if higher <= lower:
            rule = f"doses must rise: level {level} must be above level {level - 1} ({lower:.15g} {doses.unit})"
            fix = "list the doses in rising order, each once"
            yield Finding(f"dose_levels.values[{level}]", higher, rule, fix)
    if doses.labels and len(doses.labels) != len(doses.values):
        rule = f"there must be one label for each of the {len(doses.values)} dose levels"
        yield Finding("dose_levels.labels", doses.labels, rule, "add or remove labels, or leave the key out")
    for level, label in enumerate(doses.labels, start=1):
        if label in doses.labels[: level - 1]:
            yield Finding(f"dose_levels.labels[{level}]", label, "each level needs its own label", "rename one of them")


def check_escalation(escalation: Escalation) -> Iterator[Finding]:
    """The numbers of the escalation are possible together."""
    if escalation.cohort_size > escalation.max_participants:
        rule = f"a cohort must not be larger than max_participants ({escalation.max_participants})"
        yield Finding("escalation.cohort_size", escalation.cohort_size, rule, "lower it, or raise max_participants")
    yield from check_sentinel(escalation)
    yield from check_backfill(escalation)
    if escalation.committee_review:
        yield from check_committee(escalation.committee_review)


def check_sentinel(escalation: Escalation) -> Iterator[Finding]:
    """Somebody is left to wait for the sentinel, and the wait lies within the DLT window."""
    sentinel, dlt = escalation.sentinel, escalation.dlt
    if sentinel is None:
        return
    key = "escalation.sentinel"
    if sentinel.participants >= escalation.cohort_size:
        rule = f"the sentinels must be fewer than the cohort ({escalation.cohort_size})"
        yield Finding(f"{key}.participants", sentinel.participants, rule, "lower it, or raise cohort_size")
    if dlt and sentinel.interval_days > dlt.window_days:
        rule = f"a sentinel is watched within the DLT window ({dlt.window_days} days), and no longer"
        fix = "shorten the interval or lengthen escalation.dlt.window_days"
        yield Finding(f"{key}.interval_days", sentinel.interval_days, rule, fix)


def check_backfill(escalation: Escalation) -> Iterator[Finding]:
    """There is an escalation beside which lower levels are backfilled, it fills its cohorts, and places are left."""
    if escalation.backfill is None:
        return
    key, most = "escalation.backfill", escalation.backfill.most_at_a_level
    if not escalation.has_rule:
        rule = "lower levels are backfilled beside an escalation, and `design: none` says that there is none"
        yield Finding(f"{key}.most_at_a_level", most, rule, "leave `backfill` out, or write `design: boin`")
        return
    if most <= escalation.cohort_size:
        rule = f"must be above cohort_size ({escalation.cohort_size}), or nobody could ever be backfilled"
        yield Finding(f"{key}.most_at_a_level", most, rule, "raise it, or leave `backfill` out")
    fills = "who comes is backfilled once a cohort is full, so a cohort that ends before is not defined with `backfill`"
    if escalation.stop_within_cohort:
        yield Finding("escalation.stop_within_cohort", True, fills, "write false, or leave `backfill` out")
    if escalation.sentinel is not None and escalation.sentinel.on_dlt == "end_cohort":
        fix = "write `committee_review` or `continue`, or leave `backfill` out"
        yield Finding("escalation.sentinel.on_dlt", "end_cohort", fills, fix)


def check_committee(review: CommitteeReview) -> Iterator[Finding]:
    """The committee can reach its quorum."""
    if review.quorum and review.members and review.quorum > len(review.members):
        rule = f"the quorum must not exceed the number of members ({len(review.members)})"
        yield Finding("escalation.committee_review.quorum", review.quorum, rule, "lower it, or add members")


def check_start_level(escalation: Escalation, doses: DoseLevels) -> Iterator[Finding]:
    """The trial starts at a level that exists."""
    if escalation.start_level > len(doses.values):
        rule = f"must be one of the {len(doses.values)} dose levels"
        yield Finding("escalation.start_level", escalation.start_level, rule, "levels count from 1, the lowest dose")


def check_dose_units(product: Product, doses: DoseLevels) -> Iterator[Finding]:
    """The product is made up in the unit of the dose levels."""
    fix = "write both in one unit; convert the values too"
    if product.unit is not None and product.unit != doses.unit:
        rule = f"must be the unit of the dose levels ({doses.unit})"
        yield Finding("product.unit", product.unit, rule, fix)
    if product.dose_tolerance:
        yield from check_tolerance_unit(product.dose_tolerance, doses.unit)


def check_tolerance_unit(tolerance: DoseTolerance, unit: str) -> Iterator[Finding]:
    """A tolerance is a percentage, or in the unit of the dose levels."""
    key = "product.dose_tolerance"
    if tolerance.unit not in ("%", unit):
        rule = f"must be % or the unit of the dose levels ({unit})"
        yield Finding(f"{key}.unit", tolerance.unit, rule, "write both in one unit; convert the values too")
    if tolerance.unit == "%" and tolerance.below > 100:
        yield Finding(f"{key}.below", tolerance.below, "a dose cannot fall short by more than 100 %", "lower it")
