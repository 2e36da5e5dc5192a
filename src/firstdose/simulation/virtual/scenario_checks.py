"""Whether the numbers of a scenario agree with each other, and whether it can be played with a protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from firstdose.measures.edss import STEPS
from firstdose.protocol.describe import keys_of
from firstdose.protocol.meaning import is_part
from firstdose.protocol.plan import Protocol
from firstdose.protocol.plan_checks import check_identifiers
from firstdose.protocol.problems import ABSENT, Finding, Path, Place, Problem, dotted, suggest
from firstdose.simulation.virtual import metabolite_names, parameters
from firstdose.simulation.virtual.entry_rules import Entrant, entry_rules, failing
from firstdose.simulation.virtual.scenario import Scenario, ScenarioSections
from firstdose.simulation.virtual.scenario_conduct import Centre
from firstdose.simulation.virtual.scenario_laboratory import MetaboliteClass
from firstdose.simulation.virtual.scenario_measures import MeasurementError, YearlyTransitions
from firstdose.simulation.virtual.scenario_safety import Seriousness, Term

ROUNDING = 1e-6
LONGEST_RECRUITMENT_MONTHS = 240
FEWEST_KEPT = 0.05


def check_values(scenario: ScenarioSections) -> Iterator[Finding]:
    """Every part whose numbers contradict each other."""
    for path, each in parts_of(scenario):
        check = CHECKS.get(type(each))
        if check is not None:
            yield from check(dotted(path), each)
    yield from _check_lists(scenario)
    yield from _check_course(scenario)
    yield from _check_toxicity(scenario)


def parts_of(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every part inside a part, itself included, with its path in the file."""
    if isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from parts_of(item, (*path, number))
    elif is_part(type(value)):
        yield path, value
        section: type = type(value)
        for name in keys_of(section):
            yield from parts_of(getattr(value, name, None), (*path, name))


def _rising(key: str, name: str, values: Sequence[float]) -> Iterator[Finding]:
    """Values that must rise."""
    if any(later <= earlier for earlier, later in pairwise(values)):
        yield Finding(f"{key}.{name}", list(values), "must be in rising order, none twice", "sort them")


def _as_many(key: str, name: str, values: Sequence[Any], others: Sequence[Any], words: str) -> Iterator[Finding]:
    """Two lists of one length."""
    if len(values) != len(others):
        rule = f"must have as many items as {words}: {len(others)}, not {len(values)}"
        yield Finding(f"{key}.{name}", len(values), rule, "add or remove items")


def _adds_up(key: str, shares: Sequence[float]) -> Iterator[Finding]:
    """Shares that must add up to 1."""
    if abs(sum(shares) - 1) > ROUNDING:
        yield Finding(key, list(shares), f"must add up to 1, not to {sum(shares):g}", "correct the shares")


def _check_distribution(key: str, each: parameters.Distribution) -> Iterator[Finding]:
    yield from _rising(key, "values", each.values)
    yield from _as_many(key, "shares", each.shares, each.values, "values")
    yield from _adds_up(f"{key}.shares", each.shares)


def _check_by_step(key: str, each: parameters.SharesByStep | parameters.AmountsByStep) -> Iterator[Finding]:
    yield from _rising(key, "steps", each.steps)
    name = "shares" if isinstance(each, parameters.SharesByStep) else "amounts"
    yield from _as_many(key, name, getattr(each, name), each.steps, "steps")


def _check_range(key: str, each: Any) -> Iterator[Finding]:
    if each.lowest > each.highest:
        yield Finding(f"{key}.lowest", each.lowest, f"must not exceed highest ({each.highest:g})", "exchange them")


def _check_transitions(key: str, each: YearlyTransitions) -> Iterator[Finding]:
    yield from _rising(key, "steps", each.steps)
    yield from _as_many(key, "rows", each.rows, each.steps, "steps")
    for number, row in enumerate(each.rows, start=1):
        place = f"{key}.rows[{number}]"
        if len(row) != len(each.steps):
            rule = f"must have one probability for each step: {len(each.steps)}, not {len(row)}"
            yield Finding(place, list(row), rule, "add or remove items")
        yield from _adds_up(place, row)


def _check_error(key: str, each: MeasurementError) -> Iterator[Finding]:
    if each.half_step + each.whole_step > 1:
        rule = f"with half_step ({each.half_step:g}) must not exceed 1"
        yield Finding(f"{key}.whole_step", each.whole_step, rule, "correct one of the two shares")


def _check_term(key: str, each: Term) -> Iterator[Finding]:
    if min(each.grades) < 0 or sum(each.grades) <= 0:
        rule = "must not be negative, and one must be above 0"
        yield Finding(f"{key}.grades", list(each.grades), rule, "for example [6, 3, 1, 0]")


def _check_seriousness(key: str, each: Seriousness) -> Iterator[Finding]:
    if not all(0 <= share <= 1 for share in each.by_grade):
        yield Finding(f"{key}.by_grade", list(each.by_grade), "must be probabilities from 0 to 1", "correct them")


def _check_zone(key: str, each: Centre) -> Iterator[Finding]:
    try:
        ZoneInfo(each.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield Finding(f"{key}.zone", each.zone, "must be a time zone that is known", "for example Europe/Rome")


def _check_class(key: str, each: MetaboliteClass) -> Iterator[Finding]:
    names = metabolite_names.NAMES.get(each.id)
    if names is None:
        rule = "must be a class whose metabolites have names here"
        yield Finding(f"{key}.id", each.id, rule, suggest(each.id, metabolite_names.NAMES))
    elif each.metabolites.value > len(names):
        rule = f"there are names for at most {len(names)} metabolites of this class"
        yield Finding(f"{key}.metabolites.value", each.metabolites.value, rule, f"write {len(names)} or fewer")


CHECKS: dict[type, Callable[[str, Any], Iterator[Finding]]] = {
    parameters.Distribution: _check_distribution,
    parameters.SharesByStep: _check_by_step,
    parameters.AmountsByStep: _check_by_step,
    parameters.BoundedSpread: _check_range,
    parameters.Days: _check_range,
    parameters.Between: _check_range,
    YearlyTransitions: _check_transitions,
    MeasurementError: _check_error,
    Term: _check_term,
    Seriousness: _check_seriousness,
    Centre: _check_zone,
    MetaboliteClass: _check_class,
}


def _check_lists(scenario: ScenarioSections) -> Iterator[Finding]:
    """What a list names, it names once."""
    yield from check_identifiers("conduct.centres", (each.id for each in scenario.conduct.centres))
    yield from check_identifiers("metabolites.classes", (each.id for each in scenario.metabolites.classes))
    named: dict[str, tuple[str, list[str]]] = {
        "laboratory.tests": ("test", [each.test for each in scenario.laboratory.tests]),
        "laboratory.vital_signs": ("test", [each.test for each in scenario.laboratory.vital_signs]),
        "adverse_events.causes": ("cause", [str(each.cause) for each in scenario.adverse_events.causes]),
        "treatments.background_doses": (
            "treatment",
            [each.treatment for each in scenario.treatments.background_doses],
        ),
    }
    for key, (field, names) in named.items():
        for number, name in enumerate(names):
            if name in names[:number]:
                rule = f"stands twice; item {names.index(name) + 1} has it already"
                yield Finding(f"{key}[{number + 1}].{field}", name, rule, "remove one of the two")


def _check_course(scenario: ScenarioSections) -> Iterator[Finding]:
    """Everyone enters at a step of the scale that the course goes on from."""
    entry, course = scenario.people.edss_at_entry, scenario.disability.yearly_transitions
    for number, step in enumerate(entry.values, start=1):
        key = f"people.edss_at_entry.values[{number}]"
        if step not in STEPS:
            yield Finding(key, step, "must be 0, or a half step from 1 to 10", "correct the step")
        elif int(step) not in course.steps:
            rule = f"must be a step that disability.yearly_transitions has: {', '.join(map(str, course.steps))}"
            yield Finding(key, step, rule, "add its row there")
    for number, whole in enumerate(course.steps, start=1):
        if not 0 <= whole <= 9:
            key = f"disability.yearly_transitions.steps[{number}]"
            yield Finding(key, whole, "must be from 0 to 9; death is a rate of its own", "correct the step")


def _check_toxicity(scenario: ScenarioSections) -> Iterator[Finding]:
    """A DLT is of grade 3 or 4."""
    for number, term in enumerate(scenario.toxicity.terms.items, start=1):
        if sum(term.grades[2:]) <= 0:
            rule = "a dose-limiting event needs a weight for grade 3 or 4"
            yield Finding(f"toxicity.terms.items[{number}].grades", list(term.grades), rule, "for example [0, 0, 3, 1]")
    for number, each in enumerate(scenario.adverse_events.causes, start=1):
        if each.cause in ("product", "procedure") and each.per_year.before > 0:
            key = f"adverse_events.causes[{number}].per_year.before"
            rule = "must be 0: nothing of the product or its procedure comes before them"
            yield Finding(key, each.per_year.before, rule, "leave it out")


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
