"""TA, TE, TV, TI and TS: what the protocol planned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import polars as pl

from firstdose.cdisc.long_texts import parts_of
from firstdose.cdisc.terms import COUNTRIES
from firstdose.cdisc.writing.drafts import Draft
from firstdose.protocol import Protocol
from firstdose.protocol.schedule import Visit

TRIAL_PHASES = {"1": "I", "1a": "IA", "1b": "IB", "1/2": "I/II", "2": "II"}
TEXT_COLUMN = "TSVAL"
INTERVENTIONAL, NO = "INTERVENTIONAL", "N"
CODES_OF_COUNTRIES = {name: code for code, name in COUNTRIES.items()}


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


def trial_design(protocol: Protocol) -> list[Draft]:
    """The datasets that the protocol alone gives; those without a row are left out."""
    made = {
        "TA": _arms(protocol),
        "TE": _elements(),
        "TV": _visits(protocol),
        "TI": _criteria(protocol),
        "TS": _summary(protocol),
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


def _visits(protocol: Protocol) -> Iterator[dict[str, Any]]:
    """The visits planned; the day of dosing, day 0 of the protocol, is day 1."""
    planned = protocol.schedule.every_visit if protocol.schedule else ()
    for number, visit in enumerate(planned, start=1):
        yield {
            "VISITNUM": float(number),
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


def _summary(protocol: Protocol) -> Iterator[dict[str, Any]]:
    """The parameters that the protocol states; a long value goes on in TSVAL1, TSVAL2."""
    numbers: dict[str, int] = {}
    for code, name, value in _parameters(protocol):
        if value is None:
            continue
        numbers[code] = numbers.get(code, 0) + 1
        first, *further = parts_of(str(value))
        row = {"TSSEQ": numbers[code], "TSPARMCD": code, "TSPARM": name, TEXT_COLUMN: first}
        yield row | {f"{TEXT_COLUMN}{place}": text for place, text in enumerate(further, start=1)}


def _parameters(protocol: Protocol) -> Iterator[tuple[str, str, Any]]:
    """Code, name and value of each parameter; a value that the protocol does not state is nothing."""
    trial, product, levels = protocol.trial, protocol.product, protocol.dose_levels
    phase = TRIAL_PHASES.get(trial.phase) if trial.phase else None
    yield "TITLE", "Trial Title", trial.title
    yield "TPHASE", "Trial Phase Classification", phase and f"PHASE {phase} TRIAL"
    yield "STYPE", "Study Type", INTERVENTIONAL
    yield "INDIC", "Trial Disease/Condition Indication", trial.condition
    yield "HLTSUBJI", "Healthy Subject Indicator", trial.condition and NO
    for country in trial.countries:
        yield "FCNTRY", "Planned Country of Investigational Sites", CODES_OF_COUNTRIES.get(country)
    yield "SPONSOR", "Clinical Study Sponsor", trial.sponsor
    yield "TRT", "Investigational Therapy or Treatment", product and product.name
    yield "ROUTE", "Route of Administration", product and product.route
    for dose in levels.values:
        yield "DOSE", "Dose per Administration", f"{dose:.15g}"
    yield "DOSU", "Dose Units", levels.unit
    yield "NARMS", "Planned Number of Arms", len(arm_codes(protocol))
    yield "PLANSUB", "Planned Number of Subjects", trial.planned_participants and trial.planned_participants[1]
    for entry in trial.registrations:
        yield "REGID", "Registry Identifier", entry.id
    for endpoint in protocol.endpoints:
        if endpoint.objective == "primary":
            yield "OUTMSPRI", "Primary Outcome Measure", endpoint.text
        elif endpoint.objective == "secondary":
            yield "OUTMSSEC", "Secondary Outcome Measure", endpoint.text
        else:
            yield "OUTMSEXP", "Exploratory Outcome Measure", endpoint.text
    yield "SDTIGVER", "SDTM IG Version", "3.4"
    yield "SDTMVER", "SDTM Version", "2.0"
