"""The CRM: estimates, skeletons and indifference intervals, against dfcrm."""

from __future__ import annotations

from typing import Any

import numpy as np

from firstdose.designs.crm import Crm
from firstdose.designs.history import parse_outcomes
from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import Integers
from firstdose.methods.skeleton import equidistant_parameters, indifference_intervals
from firstdose.validation.comparison import Comparison, Figures, Tally
from firstdose.validation.rules import one_cohort, rule_of


def _rule(row: dict[str, Any], levels: int, **settings: Any) -> EscalationRule:
    given = {"model": row["model"], "intercept": row["intcpt"], "restrict": False, **settings}
    return rule_of("crm", levels, target=row["target"], settings=given)


def _design(rule: EscalationRule) -> Crm:
    assert isinstance(rule.design, Crm)
    return rule.design


def _rule_with_prior(row: dict[str, Any]) -> EscalationRule:
    return _rule(row, len(row["prior"]), skeleton=row["prior"], prior_variance=row["scale"] ** 2)


def _counts(row: dict[str, Any]) -> tuple[Integers, Integers]:
    return np.array([row["participants"]]), np.array([row["dlts"]])


def _name(row: dict[str, Any]) -> str:
    return f"{row['model']}, {row['dlts']} of {row['participants']}"


def compare_estimates(figures: Figures, tally: Tally) -> str:
    """The posterior mean, the DLT rates at it, and the level that an unrestricted rule treats next."""
    for row in figures["datasets"]:
        rule, levels = _rule_with_prior(row), len(row["prior"])
        tally.close(_name(row), _design(rule).posterior.mean(*_counts(row))[0], row["estimate"])
        tally.close(_name(row), _design(rule).estimates(*_counts(row))[0], row["ptox"])
        counts = enumerate(zip(row["participants"], row["dlts"], strict=True), start=1)
        history = " ".join(one_cohort(n, y, level) for level, (n, y) in counts if n)
        tally.equal(f"{_name(row)}, level", rule.decide(parse_outcomes(history, levels)).next_level, row["mtd"])
    return ""


def compare_variances(figures: Figures, tally: Tally) -> str:
    """The posterior variance."""
    for row in figures["datasets"]:
        found = _design(_rule_with_prior(row)).posterior.variance(*_counts(row))
        tally.close(_name(row), found[0], row["post_var"])
    return ""


def compare_skeletons(figures: Figures, tally: Tally) -> str:
    """Skeletons from an indifference interval."""
    for row in figures["settings"]:
        rule = _rule(row, row["nlevel"], half_width=row["halfwidth"], prior_mtd=row["nu"])
        place = f"{row['model']}, half-width {row['halfwidth']:g}, target {row['target']:g}, prior MTD {row['nu']}"
        tally.close_relative(place, _design(rule).rates, row["skeleton"])
    return ""


def compare_indifference(figures: Figures, tally: Tally) -> str:
    """Where the method changes from one level to the next, and the rates that it takes for one another there."""
    for row in figures["settings"]:
        skeleton, target = tuple(row["prior"]), row["target"]
        place = f"skeleton {row['prior']}"
        changes = equidistant_parameters(skeleton, target)
        tally.close(f"{place}, parameter", changes, [interval[0] for interval in row["Hset"][1:]])
        tally.close(f"{place}, parameter", changes, [interval[1] for interval in row["Hset"][:-1]])
        for level, (found, expected) in enumerate(
            zip(indifference_intervals(skeleton, target), row["iint"], strict=True), start=1
        ):
            for ours, theirs in zip(found.tolist(), expected, strict=True):
                if theirs is None:
                    tally.equal(f"{place}, level {level}", bool(np.isnan(ours)), True)
                else:
                    tally.close(f"{place}, level {level}", ours, theirs)
    return "dfcrm finds these roots to about 1e-6; its outermost limits, the ends of its own search, are not compared"


COMPARISONS = (
    Comparison(
        "crm_estimates",
        "CRM, empiric and logistic: posterior mean, DLT rates at it, level closest to the target",
        "escalation/crm_estimates.json",
        compare_estimates,
        1e-6,
        "absolute",
    ),
    Comparison(
        "crm_variances",
        "CRM, empiric and logistic: posterior variance",
        "escalation/crm_estimates.json",
        compare_variances,
        1e-5,
        "absolute",
    ),
    Comparison(
        "crm_skeletons",
        "CRM, empiric and logistic: skeletons from indifference intervals",
        "escalation/getprior_skeletons.json",
        compare_skeletons,
        1e-8,
        "relative",
    ),
    Comparison(
        "crm_indifference",
        "CRM: indifference intervals of a skeleton",
        "escalation/crmsens.json",
        compare_indifference,
        1e-5,
        "absolute",
    ),
)
