"""Runs every check between keys on the sections that could be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from firstdose.protocol import escalation_checks, plan_checks
from firstdose.protocol.escalation import DoseLevels, Escalation
from firstdose.protocol.population import Population
from firstdose.protocol.problems import Finding, Places
from firstdose.protocol.product import Product
from firstdose.protocol.schedule import Schedule
from firstdose.protocol.trial import Trial


def check_consistency(sections: Mapping[str, Any], places: Places) -> Iterator[Finding]:
    """Everything on which the sections disagree; a section that could not be read is left out."""
    yield from _check_rule(sections.get("dose_levels"), sections.get("escalation"), sections.get("product"))
    yield from _check_people(sections.get("trial"), sections.get("population"), sections.get("product"))
    yield from _check_days(sections.get("schedule"), sections.get("escalation"))
    yield from plan_checks.check_treatments(sections.get("background_treatments", ()))
    yield from plan_checks.check_events_of_special_interest(sections.get("events_of_special_interest", ()))
    yield from _check_analysis(sections)
    if sections.get("attribution"):
        treatments = sections.get("background_treatments", ())
        yield from plan_checks.check_attribution(sections["attribution"], treatments, sections.get("schedule"))
    if sections.get("metabolism"):
        yield from plan_checks.check_metabolism(sections["metabolism"], sections.get("schedule"))
    yield from plan_checks.check_assumptions(sections.get("assumed", ()), places)


def _check_rule(doses: DoseLevels | None, escalation: Escalation | None, product: Product | None) -> Iterator[Finding]:
    """Dose levels, escalation and product."""
    if doses:
        yield from escalation_checks.check_doses(doses)
    if escalation:
        yield from escalation_checks.check_escalation(escalation)
    if doses and escalation:
        yield from escalation_checks.check_start_level(escalation, doses)
    if doses and product:
        yield from escalation_checks.check_dose_units(product, doses)


def _check_people(trial: Trial | None, population: Population | None, product: Product | None) -> Iterator[Finding]:
    """Lists of the trial, its population and its product."""
    if trial:
        yield from plan_checks.check_identifiers("trial.centres", (centre.id for centre in trial.centres))
        planned = trial.planned_participants
        if planned and planned[0] > planned[1]:
            rule = "the fewest must not exceed the most"
            yield Finding("trial.planned_participants", planned, rule, "exchange the two numbers")
    if population:
        yield from plan_checks.check_identifiers("population.criteria", (c.id for c in population.criteria))
    if product:
        yield from plan_checks.check_identifiers("product.release_criteria", (c.id for c in product.release_criteria))
        yield from plan_checks.check_whose_cells(product)


def _check_days(schedule: Schedule | None, escalation: Escalation | None) -> Iterator[Finding]:
    """The schedule, and whether it reaches the end of the DLT window."""
    if schedule:
        yield from plan_checks.check_schedule(schedule)
        if escalation and escalation.dlt:
            yield from plan_checks.check_window_is_seen(escalation.dlt.window_days, schedule)


def _check_analysis(sections: Mapping[str, Any]) -> Iterator[Finding]:
    """Endpoints, estimands, analysis sets and benchmarks."""
    lists = ("analysis_sets", "endpoints", "estimands", "natural_history")
    sets, endpoints, estimands, benchmarks = (sections.get(name, ()) for name in lists)
    for name in lists:
        yield from plan_checks.check_identifiers(name, (item.id for item in sections.get(name, ())))
    if sections.get("schedule"):
        yield from plan_checks.check_endpoints(endpoints, sections["schedule"])
    yield from plan_checks.check_estimands(estimands, endpoints, sets)
    yield from plan_checks.check_natural_history(benchmarks)
