"""What is true of each figure that the recovery study looks at: parameters of the scenario, or plain counts of people.

Nothing of the analysis, of its methods or of the records is used here: definitions are written out once more, as simply
as possible, for people as they truly were.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firstdose.validation.recovery_courses import edss_change, free_by, rated_courses, true_courses, worsened
from firstdose.validation.recovery_people import DAYS_PER_YEAR, Event, Person, World, mean

FloatArray = NDArray[np.float64]
LAST_SCAN_BEFORE = 1  # days before dosing on which the scan is planned that the first one after it is compared with


@dataclass(frozen=True)
class Truth:
    """A true value: in words, and how it is found."""

    words: str
    find: Callable[[World], float]


Question = Callable[[Event], bool]
QUESTIONS: dict[str, Question] = {
    "any event": lambda _: True,
    "grade 3 or more": lambda event: event.grade >= 3,
    "serious": lambda event: event.is_serious,
    "caused by the product": lambda event: event.cause == "product",
    "caused by the procedure": lambda event: event.cause == "procedure",
}


def _share(question: Question) -> Callable[[World], float]:
    """People with such an event among those dosed."""
    return lambda world: mean(any(map(question, person.events)) for person in world.people)


def _rate(question: Question) -> Callable[[World], float]:
    """Such events per person-year of everybody's time, the day of dosing included."""

    def find(world: World) -> float:
        events = sum(sum(map(question, person.events)) for person in world.people)
        return events / (sum(person.followed_to + 1 for person in world.people) / DAYS_PER_YEAR)

    return find


def _first_rate(question: Question) -> Callable[[World], float]:
    """People with such an event per person-year until their first, that day included."""

    def find(world: World) -> float:
        had, days = 0, 0
        for person in world.people:
            starts = [event.start for event in person.events if question(event)]
            had += bool(starts)
            days += min(starts, default=person.followed_to) + 1
        return had / (days / DAYS_PER_YEAR)

    return find


def _resolved(days: int) -> Callable[[World], float]:
    """Events that truly end within so many days."""
    return lambda world: mean(event.is_resolved_within(days) for person in world.people for event in person.events)


def _judged(cause: str) -> Callable[[World], float]:
    """The chance that at least one of a person's events is judged to be related to a cause."""

    def find(world: World) -> float:
        settings = world.scenario.adverse_events.relatedness
        recognised, mistaken = settings.recognised.value, settings.falsely_attributed.value

        def chance(event: Event) -> float:
            return mistaken if event.cause != cause else 1.0 if event.is_dlt else recognised

        return mean(1 - math.prod(1 - chance(event) for event in person.events) for person in world.people)

    return find


def _dlt_rate(world: World) -> float:
    """The rate at every dose of a scenario in which the dose makes no difference."""
    return world.scenario.toxicity.rate_at_lowest_dose.value


def _planted_slope(world: World) -> float:
    """The change of the yearly change per doubling of the dose."""
    return world.scenario.imaging.brain_volume.slope_per_doubling.value


def _brain_volume(world: World) -> float:
    """The mean yearly change at the doses that were given."""
    settings = world.scenario.imaging.brain_volume
    doublings = mean(person.doublings for person in world.people)
    return settings.yearly_change_percent.mean + settings.slope_per_doubling.value * doublings


def _brain_volume_correlation(world: World) -> float:
    """The rank correlation of dose level and true yearly change."""
    levels = np.array([person.level for person in world.people], dtype=float)
    changes = np.array([person.yearly_brain_volume_change for person in world.people])
    return float(np.corrcoef(_ranks(levels), _ranks(changes))[0, 1])


def _ranks(values: FloatArray) -> FloatArray:
    """Ranks from 0 on; equal values share the mean of theirs."""
    ordered = np.sort(values)
    return np.asarray((np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right") - 1) / 2)


def _new_lesions(world: World) -> float:
    """People with a new lesion by their last planned scan: Poisson with a gamma frailty."""
    settings = world.scenario.imaging.lesions
    spread, yearly = settings.between_people.value, settings.new_per_year.value

    def chance(person: Person) -> float:
        days = world.planned_days("lesion_counts", person.followed_to)
        years = (days[-1] + LAST_SCAN_BEFORE) / DAYS_PER_YEAR if days else 0.0
        return 1 - float((1 + spread * yearly * years) ** (-1 / spread))

    return mean(map(chance, (person for person in world.people if person.followed_to >= 30)))


def _trough_mean(world: World) -> float:
    """The mean of a log-normal distribution between and within people."""
    settings = world.scenario.laboratory.troughs
    return _trough_middle(world) * math.exp((settings.between_people.value**2 + settings.within_people.value**2) / 2)


def _trough_middle(world: World) -> float:
    """Its median: the geometric middle of the target, times the scenario's ratio to it."""
    target = next(each.trough_target for each in world.protocol.background_treatments if each.trough_target)
    return math.sqrt(target.lowest * target.highest) * world.scenario.laboratory.troughs.centre_ratio.value


KEY_VISITS = {"M3": 91, "M6": 183, "M9": 274, "M12": 365}
RESOLVED_BY = (7, 28, 91)
CONFIRMED_AFTER = {"24 weeks": 168, "12 weeks": 84}
BY_DAY = {"24 weeks": (165, 200), "12 weeks": (260, 290)}
"""Days at which curves of worsening are looked at: between the last visit but one at which an onset can be seen and
be confirmed, and the last one; and after it."""

COURSES = {"": ("true courses", true_courses), "rated ": ("true courses, rated anew", rated_courses)}


def _truths() -> Iterator[tuple[str, Truth]]:
    """Every truth with its name."""
    yield "no difference", Truth("parameter: no effect of the dose", lambda _: 0.0)
    yield "equal odds", Truth("parameter: no effect of the dose", lambda _: 1.0)
    yield "planted slope", Truth("parameter: the slope planted", _planted_slope)
    yield "DLT rate", Truth("parameter: the rate at every dose", _dlt_rate)
    yield "brain volume", Truth("parameters: mean and slope, at the doses given", _brain_volume)
    correlation = "true people: rank correlation of level and yearly change"
    yield "brain volume correlation", Truth(correlation, _brain_volume_correlation)
    yield "new lesions", Truth("parameters: rate and spread, up to the last planned scan", _new_lesions)
    yield "trough mean", Truth("parameters: mean of a log-normal distribution", _trough_mean)
    yield "trough middle", Truth("parameters: median of a log-normal distribution", _trough_middle)
    for name, question in QUESTIONS.items():
        yield f"people, {name}", Truth("true events: people with one", _share(question))
        yield f"rate, {name}", Truth("true events over true time", _rate(question))
        yield f"first, {name}", Truth("true events: first ones over the time to them", _first_rate(question))
    for cause in ("product", "procedure"):
        yield f"judged, {cause}", Truth("true events, judged with the errors of the parameters", _judged(cause))
    for days in RESOLVED_BY:
        yield f"resolved by {days}", Truth("true events: how long they last", _resolved(days))
    for visit, day in KEY_VISITS.items():
        yield f"EDSS change, {visit}", Truth("true courses: mean change", edss_change(day))
    for mark, (words, courses) in COURSES.items():
        for time, days in CONFIRMED_AFTER.items():
            name = f"rated worse, {time}" if mark else f"worsened, {time}"
            yield name, Truth(f"{words}: a plain definition", worsened(courses, days))
            for day in BY_DAY[time]:
                name = f"{mark}free of worsening by day {day}, {time}"
                yield name, Truth(f"{words}: a plain definition", free_by(courses, days, day))


TRUTHS: Mapping[str, Truth] = dict(_truths())
"""Every truth by its name."""
