"""The schedule of activities in USDM: encounters, activities, and the timeline with its timings and windows."""

from __future__ import annotations

from dataclasses import dataclass

from firstdose.cdisc.usdm.extensions import extensions
from firstdose.cdisc.usdm.objects import Maker, Object, chained
from firstdose.cdisc.usdm.terms import AFTER, BEFORE, DAY, FIXED, START_TO_START, VISIT, Term
from firstdose.measures import MEASURES
from firstdose.protocol import Protocol
from firstdose.protocol.schedule import Visit

ENTRY = "Informed consent"
DOSING_DAY = 0


@dataclass(frozen=True)
class ScheduleObjects:
    """What the schedule is made of."""

    encounters: list[Object]
    activities: list[Object]
    surrogates: list[Object]
    timelines: list[Object]


def schedule_objects(maker: Maker, protocol: Protocol, epochs: dict[str, str]) -> ScheduleObjects:
    """The schedule, of which `epochs` holds the identifiers by name; nothing of a protocol without one."""
    schedule = protocol.schedule
    if schedule is None or not schedule.every_visit:
        return ScheduleObjects([], [], [], [])
    surrogates = {
        each.id: maker.make("BiomedicalConceptSurrogate", name=each.id, label=_title_of(each.measure) or each.name)
        for each in schedule.activities
    }
    activities = {
        each.id: maker.make("Activity", name=each.id, label=each.name, bcSurrogateIds=[surrogates[each.id]["id"]])
        for each in schedule.activities
    }
    identifiers = {name: each["id"] for name, each in activities.items()}
    encounters, timeline = _timeline(maker, protocol, schedule.every_visit, identifiers, epochs)
    return ScheduleObjects(encounters, chained(activities.values()), list(surrogates.values()), [timeline])


def _timeline(
    maker: Maker, protocol: Protocol, visits: tuple[Visit, ...], activities: dict[str, str], epochs: dict[str, str]
) -> tuple[list[Object], Object]:
    """The encounters, and the main timeline: an instance for each visit in order, timed from the day of dosing."""
    in_order = sorted(visits, key=lambda visit: visit.day)
    instances = {
        visit.id: maker.make(
            "ScheduledActivityInstance",
            name=visit.id,
            label=visit.name,
            epochId=_epoch_of(protocol, visit, epochs),
            activityIds=[activities[each] for each in visit.activities],
        )
        for visit in in_order
    }
    anchor = next((instances[visit.id] for visit in in_order if visit.day == DOSING_DAY), None)
    sequence = [instances[visit.id] for visit in in_order]
    if anchor is None:
        anchor = maker.make("ScheduledActivityInstance", name="DOSING", label="Dosing", epochId=epochs["TREATMENT"])
        later = next((n for n, visit in enumerate(in_order) if visit.day > DOSING_DAY), len(in_order))
        sequence.insert(later, anchor)
    timings = {visit.id: _timing(maker, visit, instances[visit.id], anchor) for visit in in_order}
    encounters = [
        maker.make(
            "Encounter",
            name=visit.id,
            label=visit.name,
            type=maker.code(VISIT),
            scheduledAtId=timings[visit.id]["id"],
        )
        for visit in in_order
    ]
    for visit, encounter in zip(in_order, encounters, strict=True):
        instances[visit.id]["encounterId"] = encounter["id"]
    further = [] if anchor["id"] in {each["id"] for each in instances.values()} else [_fixed(maker, anchor)]
    leave = maker.make("ScheduleTimelineExit")
    linked = chained(sequence, previous="", following="defaultConditionId")
    linked[-1]["timelineExitId"] = leave["id"]
    timeline = maker.make(
        "ScheduleTimeline",
        name="MAIN",
        label="Schedule of activities",
        mainTimeline=True,
        entryCondition=ENTRY,
        entryId=sequence[0]["id"],
        plannedDuration=_duration(maker, in_order[-1].day - in_order[0].day),
        exits=[leave],
        timings=[*timings.values(), *further],
        instances=linked,
    )
    return chained(encounters), timeline


def _timing(maker: Maker, visit: Visit, instance: Object, anchor: Object) -> Object:
    """When a visit is planned, in days from dosing, and its window."""
    earlier, later = visit.window
    has_window = (earlier, later) != (0, 0)
    if instance is anchor:  # which may have no window in the model
        window = extensions(maker, "window", visit.window) if has_window else []
        return _fixed(maker, anchor) | ({"extensionAttributes": window} if window else {})
    kind, words = (BEFORE, "before") if visit.day < DOSING_DAY else (AFTER, "after")
    days = abs(visit.day)
    label = f"{days} {'day' if days == 1 else 'days'} {words} dosing"
    timing = _of(maker, visit.id, kind, f"P{days}D", label, instance["id"], anchor["id"])
    if not has_window:
        return timing
    return timing | {
        "windowLower": f"P{earlier}D",
        "windowUpper": f"P{later}D",
        "windowLabel": f"-{earlier} to +{later} days",
    }


def _fixed(maker: Maker, anchor: Object) -> Object:
    """The timing of the day that others are counted from."""
    return _of(maker, anchor["name"], FIXED, "P0D", "day of dosing", anchor["id"], anchor["id"])


def _of(maker: Maker, name: str, kind: Term, value: str, label: str, start: str, to: str) -> Object:
    """A timing of one instance relative to another."""
    return maker.make(
        "Timing",
        name=name,
        type=maker.code(kind),
        value=value,
        valueLabel=label,
        relativeToFrom=maker.code(START_TO_START),
        relativeFromScheduledInstanceId=start,
        relativeToScheduledInstanceId=to,
    )


def _duration(maker: Maker, days: int) -> Object:
    """A time in days."""
    unit = maker.alias(maker.code(DAY))
    return maker.make("Duration", quantity=maker.make("Quantity", value=days, unit=unit), durationWillVary=False)


def _epoch_of(protocol: Protocol, visit: Visit, epochs: dict[str, str]) -> str | None:
    """The epoch of a visit; of one after the first of several administrations it is not known."""
    if visit.day < DOSING_DAY:
        return epochs["SCREENING"]
    if visit.day == DOSING_DAY:
        return epochs["TREATMENT"]
    once = protocol.product is not None and protocol.product.administrations == 1
    return epochs["FOLLOW-UP"] if once else None


def _title_of(measure: str | None) -> str | None:
    """What a known measure is called."""
    known = MEASURES.get(measure or "")
    return known.title if known else None
