"""The arms of subjects: as recorded, else the dose level that they were assigned and the one that they were given.

Where doses are escalated nobody records an arm: the level stands with the dosing and with the cohort of the slot.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from firstdose.cdisc.writing.timing import has_begun
from firstdose.dosing import level_given
from firstdose.protocol import Protocol
from firstdose.records import Cohort, Dosing, Slot, TrialData

HELD = ("assigned", "dosed")
"""States of a slot whose level a subject is assigned; one that is only reserved assigns nothing."""
PLANNED_LEVEL, GIVEN_LEVEL, WHAT_WAS_GIVEN = "arm of the level assigned", "arm of the level given", "what was given"
DOSE_NOT_RECORDED = "TREATED, DOSE AND ARM NOT RECORDED"


def arms_of_levels(protocol: Protocol, trial_data: TrialData) -> pl.DataFrame:
    """The arms that dosings and slots say, by USUBJID; of several dosings the first given.

    They are PLANNED_LEVEL and GIVEN_LEVEL; WHAT_WAS_GIVEN is the dose in words.

    A dose given counts as the level whose dose it is within the protocol's tolerance; one that is of no level, or not
    known, was given in the arm assigned. That is the rule of the analysis.
    """
    levels = {each.cohort: each.dose_level for each in trial_data.records(Cohort)}
    assigned: dict[str, int | None] = {}
    given: dict[str, int | None] = {}
    doses: dict[str, str] = {}
    for slot in trial_data.records(Slot):
        if slot.subject and slot.state in HELD and slot.cohort in levels:
            assigned[slot.subject] = levels[slot.cohort]
    for dosing, is_given in reversed(_first_given_first(trial_data)):
        level = dosing.level_assigned if dosing.level_assigned is not None else levels.get(dosing.cohort or "")
        if level is not None:
            assigned[dosing.subject] = level
        if is_given:
            given[dosing.subject] = _level_given(protocol, dosing)
            doses[dosing.subject] = _dose_in_words(protocol, dosing)
    planned = {subject: _arm(protocol, level) for subject, level in assigned.items()}
    actual = {subject: _arm(protocol, level) or planned.get(subject) for subject, level in given.items()}
    rows = [
        (subject, planned.get(subject), actual.get(subject), doses.get(subject)) for subject in {**planned, **actual}
    ]
    schema = dict.fromkeys(("USUBJID", PLANNED_LEVEL, GIVEN_LEVEL, WHAT_WAS_GIVEN), pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")


def _first_given_first(trial_data: TrialData) -> list[tuple[Dosing, bool]]:
    """Every dosing and whether it was given, those given first, then by number."""
    dosings: Iterable[Dosing] = trial_data.records(Dosing)
    marks = trial_data[Dosing].select(has_begun()).to_series().to_list()
    return sorted(zip(dosings, marks, strict=True), key=lambda each: (not each[1], each[0].number))


def _level_given(protocol: Protocol, dosing: Dosing) -> int | None:
    """The level whose dose was given; nothing for a dose in another unit, and where doses are not escalated."""
    unit = dosing.dose_unit or protocol.dose_levels.unit
    is_in_unit = unit.strip().casefold() == protocol.dose_levels.unit.strip().casefold()
    return level_given(protocol, dosing.dose_given) if protocol.escalation.has_rule and is_in_unit else None


def _dose_in_words(protocol: Protocol, dosing: Dosing) -> str:
    """The dose given with its unit."""
    if dosing.dose_given is None:
        return DOSE_NOT_RECORDED
    return f"{dosing.dose_given:.15g} {dosing.dose_unit or protocol.dose_levels.unit}".strip()


def _arm(protocol: Protocol, level: int | None) -> str | None:
    """The name of a level of the protocol, or of its control."""
    doses = protocol.dose_levels
    if level is None or not (1 <= level <= len(doses.values) or (level == 0 and doses.control)):
        return None
    return doses.label(level)
