"""What a person was given: when, at which level, how much of it, and what of that is not known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from firstdose.dosing.known import UNKNOWN, WHERE_DAYS_END_LAST, Span, span_of
from firstdose.dosing.recorded import Records
from firstdose.protocol import Protocol
from firstdose.protocol.escalation import dose_in_words
from firstdose.records import Dosing
from firstdose.safety.evaluability import is_within_tolerance, level_of_dose


@dataclass(frozen=True)
class Administration:
    """A person's dosing, first to last where the product is given several times.

    Doses are in the unit of the dose levels; None is not known. ``zone`` is that of the site; where it is not recorded
    it is the one where days end last, so that nothing is over too early.
    """

    subject: str
    dosings: tuple[Dosing, ...]
    start: Span
    zone: tzinfo
    cohort: str | None = None
    level_assigned: int | None = None
    dose_assigned: float | None = None
    dose_given: float | None = None
    flags: tuple[str, ...] = ()

    @property
    def batch(self) -> str | None:
        """The batch of the first dosing."""
        return self.dosings[0].batch


def administration_of(protocol: Protocol, records: Records, subject: str) -> Administration | None:
    """What a person had been given by now; None for somebody who had not been dosed."""
    given = [dosing for dosing in records.dosings.get(subject, ()) if records.was_given(dosing)]
    if not given:
        return None
    first, zone = given[0], records.zone_of(given[0])
    cohort = first.cohort or _cohort_of_slot(records, subject)
    level = _level_assigned(protocol, records, first, cohort)
    dose = _dose_assigned(protocol, first, level)
    return Administration(
        subject=subject,
        dosings=tuple(given),
        start=_start(given, zone, records.as_of),
        zone=zone or WHERE_DAYS_END_LAST,
        cohort=cohort,
        level_assigned=level,
        dose_assigned=dose,
        dose_given=_dose_given(protocol, first, dose),
        flags=tuple(_flags(protocol, records, given, zone, level, dose)),
    )


def _start(given: Sequence[Dosing], zone: tzinfo | None, as_of: datetime) -> Span:
    """When the procedure began; from the first to the last where there were several.

    What is known now began by now, so a partial date ends there.
    """
    spans = [span_of(dosing.procedure_start or dosing.product_start, zone) for dosing in given]
    firsts, lasts = [span.first for span in spans if span.first], [span.last for span in spans if span.last]
    if len(firsts) < len(spans):
        return UNKNOWN
    return Span(min(firsts), min(max(lasts), as_of))


def _cohort_of_slot(records: Records, subject: str) -> str | None:
    """The cohort of the slot that a person held."""
    slot = records.slot(subject, was_dosed=True)
    return slot.cohort if slot else None


def _level_assigned(protocol: Protocol, records: Records, dosing: Dosing, cohort: str | None) -> int | None:
    """As recorded with the dosing, else the cohort's, else the one whose dose was assigned."""
    if dosing.level_assigned is not None:
        return dosing.level_assigned
    recorded = records.cohorts.get(cohort or "")
    if recorded is not None:
        return recorded.dose_level
    if dosing.dose_assigned is None or not _is_in_unit(protocol, dosing):
        return None
    return level_of_dose(dosing.dose_assigned, protocol.dose_levels.values, None)


def _dose_assigned(protocol: Protocol, dosing: Dosing, level: int | None) -> float | None:
    """As recorded in the unit of the levels, else the dose of the level."""
    if dosing.dose_assigned is not None and _is_in_unit(protocol, dosing):
        return dosing.dose_assigned
    doses = protocol.dose_levels.values
    return doses[level - 1] if level is not None and 1 <= level <= len(doses) else None


def _dose_given(protocol: Protocol, dosing: Dosing, assigned: float | None) -> float | None:
    """As recorded; where only the words are, the full dose or none. Part of a dose is not a number."""
    if dosing.dose_given is not None:
        return dosing.dose_given if _is_in_unit(protocol, dosing) or dosing.dose_given == 0 else None
    return {"full": assigned, "none": 0.0}.get(dosing.given or "")


def _is_in_unit(protocol: Protocol, dosing: Dosing) -> bool:
    """Whether doses are in the unit of the levels; without a unit they are taken to be."""
    unit = dosing.dose_unit
    return unit is None or unit.split() == protocol.dose_levels.unit.split()


def _flags(
    protocol: Protocol,
    records: Records,
    given: Sequence[Dosing],
    zone: tzinfo | None,
    level: int | None,
    assigned: float | None,
) -> Iterator[str]:
    """What is missing, contradicts itself, or was taken from elsewhere."""
    dosing, doses, unit = given[0], protocol.dose_levels.values, protocol.dose_levels.unit
    if dosing.procedure_start is None:
        used = "that of the cells is used" if dosing.product_start else "and that of the cells neither"
        yield f"the start of the procedure is not recorded, {used}"
    if zone is None:
        yield "the zone of the site is not recorded: a day counts as over once it is over everywhere"
    if len(given) > 1:
        yield f"dosed {len(given)} times: the window is open from the first to its end after the last"
    if not _is_in_unit(protocol, dosing):
        yield f"doses are in {dosing.dose_unit}, not in {unit}"
    elif dosing.dose_unit is None and dosing.dose_given is not None:
        yield f"the unit of the dose is not recorded; taken to be {unit}"
    if dosing.dose_given is None and dosing.given == "full":
        yield "the dose given is recorded as full, without a number"
    if level is None:
        yield "the level assigned is not recorded"
    elif not 0 <= level <= len(doses):
        yield f"the level assigned, {level}, is not one of the protocol's"
    elif level and assigned is not None and not is_within_tolerance(doses[level - 1], assigned, None):
        its_dose = dose_in_words(doses[level - 1])
        yield f"the dose assigned, {dose_in_words(assigned)}, is not that of level {level}, {its_dose}"
    cohort = records.cohorts.get(dosing.cohort or "")
    if cohort is not None and level is not None and level != cohort.dose_level:
        yield f"level {level} was assigned in cohort {cohort.cohort}, which has level {cohort.dose_level}"
    held = [slot.cohort for slot in records.slots.get(dosing.subject, ()) if slot.state not in ("released",)]
    if dosing.cohort and held and dosing.cohort not in held:
        yield f"dosed in cohort {dosing.cohort}, with a slot in {held[-1]}"
