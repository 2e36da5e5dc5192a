"""Whether the numbers of a scenario agree with each other, and whether it can be played with a protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from firstdose.measures.edss import STEPS
from firstdose.protocol.describe import keys_of
from firstdose.protocol.meaning import is_part
from firstdose.protocol.plan_checks import check_identifiers
from firstdose.protocol.problems import Finding, Path, dotted, suggest
from firstdose.simulation.virtual import metabolite_names, parameters
from firstdose.simulation.virtual.scenario import ScenarioSections
from firstdose.simulation.virtual.scenario_conduct import Centre
from firstdose.simulation.virtual.scenario_laboratory import MetaboliteClass
from firstdose.simulation.virtual.scenario_measures import MeasurementError, YearlyTransitions
from firstdose.simulation.virtual.scenario_safety import Seriousness, Term

ROUNDING = 1e-6


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
