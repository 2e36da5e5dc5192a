"""What of a scenario does not fit the protocol whose trials it is to make."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.protocol.plan import Protocol
from firstdose.protocol.problems import ABSENT, Finding, Place, Problem
from firstdose.simulation.virtual.entry_rules import Entrant, entry_rules, failing
from firstdose.simulation.virtual.scenario import Scenario

LONGEST_RECRUITMENT_MONTHS = 240
FEWEST_KEPT = 0.05


def check_scenario(protocol: Protocol, scenario: Scenario) -> list[Problem]:
    """Why a virtual trial of this protocol cannot be made with this scenario; empty if it can."""
    return [
        *_protocol_lacks(protocol),
        *(finding.at(scenario.places) for finding in _disagreements(protocol, scenario)),
    ]


def _protocol_lacks(protocol: Protocol) -> Iterator[Problem]:
    """What a virtual trial asks of the protocol."""

    def place(key: str) -> Place:
        return protocol.place(key)

    escalation = protocol.escalation
    if not escalation.has_rule:
        rule = "a virtual trial follows an escalation rule, and this protocol has none"
        yield Problem(place("escalation.design"), escalation.design, rule, "name a design")
    if escalation.backfill is not None:
        rule = "a virtual trial treats nobody beside the escalation, so it would not be a trial of this protocol"
        fix = "leave it out, or simulate the escalation alone with `firstdose oc --method calendar`"
        yield Problem(place("escalation.backfill"), "backfill", rule, fix)
    if escalation.dlt is None:
        rule = "a virtual trial needs the definition of a DLT"
        yield Problem(place("escalation.dlt"), ABSENT, rule, "add definition, attribution and window_days")


def _disagreements(protocol: Protocol, scenario: Scenario) -> Iterator[Finding]:
    """Where scenario and protocol disagree."""
    toxicity, dlt = scenario.toxicity, protocol.escalation.dlt
    levels = len(protocol.dose_levels.values)
    if toxicity.rates_by_level is not None and len(toxicity.rates_by_level.values) != levels:
        rule = f"must have one probability for each dose level of the protocol: {levels}"
        key = "toxicity.rates_by_level.values"
        yield Finding(key, list(toxicity.rates_by_level.values), rule, "add or remove items")
    yield from _too_few_people(protocol, scenario)
    yield from _nobody_enters(protocol, scenario)
    if dlt is not None and toxicity.caused_by not in dlt.attribution:
        rule = f"must be a cause to which the protocol attributes DLTs: {', '.join(dlt.attribution)}"
        yield Finding("toxicity.caused_by", toxicity.caused_by, rule, f"write {dlt.attribution[0]}")


def _too_few_people(protocol: Protocol, scenario: Scenario) -> Iterator[Finding]:
    """The trial must come to an end."""
    conduct, product = scenario.conduct, scenario.product
    shares = {
        "conduct.screening_failure.value": conduct.screening_failure.value,
        "conduct.withdrawn_before_dosing.value": conduct.withdrawn_before_dosing.value,
        "product.short_dose.value": product.short_dose.value,
    }
    kept = 1.0
    for share in shares.values():
        kept *= 1 - share
    if kept < FEWEST_KEPT:
        key = max(shares, key=lambda each: shares[each])
        rule = f"leaves with the other losses {kept:.1%} of the people referred; {FEWEST_KEPT:.0%} are needed"
        yield Finding(key, shares[key], rule, "write a smaller share")
        return
    months = protocol.escalation.max_participants / (conduct.referred_per_month.value * kept)
    if months > LONGEST_RECRUITMENT_MONTHS:
        rule = f"makes recruitment take about {months:,.0f} months; at most {LONGEST_RECRUITMENT_MONTHS} are played"
        key = "conduct.referred_per_month.value"
        yield Finding(key, conduct.referred_per_month.value, rule, "write a larger number")


def _nobody_enters(protocol: Protocol, scenario: Scenario) -> Iterator[Finding]:
    """The people of the scenario are let in by the protocol's criteria."""
    criteria, people = protocol.population.criteria if protocol.population else (), scenario.people
    age, entry = people.age_years, people.edss_at_entry
    rules = entry_rules(criteria, people.edss_rise_over_2_years, age.mean)
    steps = [step for step, share in zip(entry.values, entry.shares, strict=True) if share > 0 and step in rules.rises]
    if not steps:
        rule = "must hold a step at which the protocol's criteria let people of this age and rise in"
        yield Finding("people.edss_at_entry.values", list(entry.values), rule, "look at the criteria of eligibility")
        return
    for name, value in (("lowest", age.lowest), ("highest", age.highest)):
        refused = failing(criteria, Entrant(steps[0], rules.rises[steps[0]][0], value))
        if refused:
            rule = f"must be an age that the protocol lets in; criterion {refused[0].id} does not"
            yield Finding(f"people.age_years.{name}", value, rule, "narrow the range of ages")
