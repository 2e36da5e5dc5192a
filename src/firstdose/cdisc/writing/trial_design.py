"""TA, TE, TV and TI: what the protocol planned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import polars as pl

from firstdose.cdisc.writing.drafts import Draft
from firstdose.protocol import Protocol
from firstdose.protocol.schedule import Visit


class Element(NamedTuple):
    """A span of a subject's part in the trial, and the rules for its start and its end."""

    code: str
    name: str
    epoch: str
    start: str
    end: str


ELEMENTS = (
    Element("SCRN", "Screening", "SCREENING", "Informed consent", "Start of the first administration of the product"),
    Element(
        "TRT",
        "Treatment",
        "TREATMENT",
        "Start of the first administration of the product",
        "End of the last administration of the product",
    ),
    Element("FU", "Follow-up", "FOLLOW-UP", "End of the last administration of the product", "End of participation"),
)


def arm_codes(protocol: Protocol) -> dict[str, str]:
    """The code of each arm, by its name: the dose levels, and the control if there is one."""
    levels = protocol.dose_levels
    named = {levels.label(level): f"LEVEL{level}" for level in range(1, len(levels.values) + 1)}
    return {levels.control: "CONTROL", **named} if levels.control else named


def trial_design(protocol: Protocol, numbers: Mapping[str, float]) -> list[Draft]:
    """The datasets that the protocol alone gives; those without a row are left out.

    `numbers` are those of the visits as the other datasets have them.
    """
    made = {
        "TA": _arms(protocol),
        "TE": _elements(),
        "TV": _visits(protocol, numbers),
        "TI": _criteria(protocol),
    }
    drafts = []
    for domain, rows in made.items():
        records = list(rows)
        if records:
            drafts.append(Draft(domain, pl.DataFrame(records, infer_schema_length=None)))
    return drafts


def _arms(protocol: Protocol) -> Iterator[dict[str, Any]]:
    """Each arm with its elements in order."""
    for arm, code in arm_codes(protocol).items():
        for order, element in enumerate(ELEMENTS, start=1):
            yield {
                "ARMCD": code,
                "ARM": arm,
                "TAETORD": order,
                "ETCD": element.code,
                "ELEMENT": element.name,
                "TABRANCH": f"Assigned to {arm}" if order == 1 else None,
                "TATRANS": None,
                "EPOCH": element.epoch,
            }


def _elements() -> Iterator[dict[str, Any]]:
    """The elements and their rules."""
    for each in ELEMENTS:
        yield {"ETCD": each.code, "ELEMENT": each.name, "TESTRL": each.start, "TEENRL": each.end}


def _visits(protocol: Protocol, numbers: Mapping[str, float]) -> Iterator[dict[str, Any]]:
    """The visits planned; the day of dosing, day 0 of the protocol, is day 1."""
    planned = protocol.schedule.every_visit if protocol.schedule else ()
    for visit in planned:
        yield {
            "VISITNUM": numbers[visit.id],
            "VISIT": visit.id,
            "VISITDY": visit.day + (visit.day >= 0),
            "ARMCD": None,
            "TVSTRL": _start_rule(visit),
        }


def _start_rule(visit: Visit) -> str:
    """When a visit may take place, in days from dosing."""
    if visit.window == (0, 0):
        return f"{visit.name}: day {visit.day} from dosing"
    return f"{visit.name}: from day {visit.first_day} to day {visit.last_day} from dosing"


def _criteria(protocol: Protocol) -> Iterator[dict[str, Any]]:
    """The criteria of eligibility."""
    for criterion in protocol.population.criteria if protocol.population else ():
        yield {
            "IETESTCD": criterion.id,
            "IETEST": criterion.text,
            "IECAT": criterion.kind.upper(),
            "TIVERS": protocol.trial.version,
        }
