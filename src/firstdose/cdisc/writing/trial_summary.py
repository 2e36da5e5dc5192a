"""TS: what kind of trial it is, as far as protocol and records say; what they do not say is marked as not said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import polars as pl

from firstdose.cdisc.long_texts import parts_of
from firstdose.cdisc.nci_codes import NCI_LISTS, PACKAGE
from firstdose.cdisc.terms import COUNTRIES
from firstdose.cdisc.writing.drafts import Draft
from firstdose.cdisc.writing.planned_ages import planned_ages
from firstdose.cdisc.writing.terminology import NO
from firstdose.cdisc.writing.trial_design import arm_codes
from firstdose.cdisc.writing.words_for_terms import in_terms
from firstdose.protocol import Protocol
from firstdose.records.partial_date_text import NotADate, read_partial_date_time

TEXT_COLUMN = "TSVAL"
NO_INFORMATION = "NI"
"""The null flavor of ISO 21090 for what is asked for and nothing here says."""
TERMS, DATES_AND_DURATIONS, COUNTRY_CODES = "CDISC CT", "ISO 8601", "ISO 3166-1 Alpha-3"
TRIAL_PHASES = {"1": "I", "1a": "IA", "1b": "IB", "1/2": "I/II", "2": "II"}
CODES_OF_COUNTRIES = {name: code for code, name in COUNTRIES.items()}
OUTCOMES = {"primary": "OUTMSPRI", "secondary": "OUTMSSEC"}
WHOLE_DAY = 10

NAMES = {
    "ACTSUB": "Actual Number of Subjects",
    "ADAPT": "Adaptive Design",
    "ADDON": "Added on to Existing Treatments",
    "AGEMAX": "Planned Maximum Age of Subjects",
    "AGEMIN": "Planned Minimum Age of Subjects",
    "COMPTRT": "Comparative Treatment Name",
    "CURTRT": "Current Therapy or Treatment",
    "DCUTDESC": "Data Cutoff Description",
    "DCUTDTC": "Data Cutoff Date",
    "DOSE": "Dose per Administration",
    "DOSU": "Dose Units",
    "FCNTRY": "Planned Country of Investigational Sites",
    "HLTSUBJI": "Healthy Subject Indicator",
    "INDIC": "Trial Disease/Condition Indication",
    "INTMODEL": "Intervention Model",
    "INTTYPE": "Intervention Type",
    "LENGTH": "Trial Length",
    "NARMS": "Planned Number of Arms",
    "OBJPRIM": "Trial Primary Objective",
    "OUTMSEXP": "Exploratory Outcome Measure",
    "OUTMSPRI": "Primary Outcome Measure",
    "OUTMSSEC": "Secondary Outcome Measure",
    "PCLAS": "Pharmacologic Class",
    "PLANSUB": "Planned Number of Subjects",
    "RANDOM": "Trial is Randomized",
    "REGID": "Registry Identifier",
    "ROUTE": "Route of Administration",
    "SDTIGVER": "SDTM IG Version",
    "SDTMVER": "SDTM Version",
    "SENDTC": "Study End Date",
    "SEXPOP": "Sex of Participants",
    "SPONSOR": "Clinical Study Sponsor",
    "SSTDTC": "Study Start Date",
    "STOPRULE": "Study Stop Rules",
    "STYPE": "Study Type",
    "TBLIND": "Trial Blinding Schema",
    "TCNTRL": "Control Type",
    "TDIGRP": "Diagnosis Group",
    "TINDTP": "Trial Intent Type",
    "TITLE": "Trial Title",
    "TPHASE": "Trial Phase Classification",
    "TRT": "Investigational Therapy or Treatment",
    "TTYPE": "Trial Type",
}
"""The parameters that are written, and their names in CDISC's terminology."""
WHERE_KNOWN = ("COMPTRT", "DOSE", "DOSU", "OUTMSEXP", "OUTMSSEC", "ROUTE")
"""Those that are left out where they do not apply or are not said; the guide asks for the others in every trial."""


class Parameter(NamedTuple):
    """A value of a parameter: its list of terms, or what its code refers to, if it has either."""

    code: str
    value: object = None
    terms: str = ""
    reference: str = ""
    value_code: str = ""


def trial_summary(protocol: Protocol, dm: Draft, as_of: str | None, package: str = PACKAGE) -> Draft:
    """TS, with a row for each value, and for each parameter asked for that has none.

    `dm` is the draft of DM, from which start and number of subjects are known; `as_of` the day that the data are cut
    at, if they are; `package` the date of the package of terminology whose codes stand in TSVALCD.
    """
    known = [each for each in (*_of_protocol(protocol), *_of_records(dm, as_of)) if each.value is not None]
    said = {each.code for each in known}
    unknown = [Parameter(code) for code in NAMES if code not in said and code not in WHERE_KNOWN]
    numbers: dict[str, int] = {}
    rows = []
    for each in sorted((*known, *unknown), key=lambda parameter: parameter.code):
        numbers[each.code] = numbers.get(each.code, 0) + 1
        rows.append(
            {"TSSEQ": numbers[each.code], "TSPARMCD": each.code, "TSPARM": NAMES[each.code]} | _said(each, package)
        )
    return Draft("TS", pl.DataFrame(rows, infer_schema_length=None))


def intervention_model(protocol: Protocol) -> str:
    """How subjects come to their arms, as a term of INTMODEL."""
    if len(arm_codes(protocol)) == 1:
        return "SINGLE GROUP"
    return "SEQUENTIAL" if protocol.escalation.has_rule else "PARALLEL"


def _said(each: Parameter, package: str) -> dict[str, Any]:
    """The value of a parameter with its code; a long value goes on in TSVAL1, TSVAL2."""
    if each.value is None:
        return {TEXT_COLUMN: None, "TSVALNF": NO_INFORMATION}
    text = str(each.value)
    first, *further = parts_of(text)
    term = NCI_LISTS[each.terms].terms.get(text) if each.terms else None
    found: dict[str, Any] = {
        TEXT_COLUMN: first,
        "TSVALNF": None,
        "TSVALCD": term or each.value_code or None,
        "TSVCDREF": TERMS if term else each.reference or None,
        "TSVCDVER": package if term else None,
    }
    return found | {f"{TEXT_COLUMN}{place}": part for place, part in enumerate(further, start=1)}


def _of_protocol(protocol: Protocol) -> Iterator[Parameter]:
    """What the protocol states; a value that it does not state is nothing."""
    trial, product, levels, escalation = protocol.trial, protocol.product, protocol.dose_levels, protocol.escalation
    phase = TRIAL_PHASES.get(trial.phase) if trial.phase else None
    youngest, oldest = planned_ages(protocol.population)
    yield Parameter("TITLE", trial.title)
    yield Parameter("TPHASE", phase and f"PHASE {phase} TRIAL", "TPHASE")
    yield Parameter("STYPE", "INTERVENTIONAL", "STYPE")
    yield Parameter("INTMODEL", intervention_model(protocol), "INTMODEL")
    yield Parameter("TTYPE", "DOSE FINDING" if escalation.has_rule else None, "TTYPE")
    yield Parameter("RANDOM", NO if escalation.has_rule and not levels.control else None, "NY")
    yield Parameter("TCNTRL", None if levels.control else "NONE", "TCNTRL")
    yield Parameter("COMPTRT", levels.control)
    yield Parameter("INDIC", trial.condition)
    yield Parameter("TDIGRP", trial.condition)
    yield Parameter("HLTSUBJI", trial.condition and NO, "NY")
    yield Parameter("AGEMIN", youngest and f"P{youngest}Y", reference=DATES_AND_DURATIONS)
    yield Parameter("AGEMAX", oldest and f"P{oldest}Y", reference=DATES_AND_DURATIONS)
    for country in trial.countries:
        yield Parameter("FCNTRY", CODES_OF_COUNTRIES.get(country), reference=COUNTRY_CODES)
    yield Parameter("SPONSOR", trial.sponsor)
    yield Parameter("TRT", product and product.name)
    yield Parameter("ROUTE", _route(product.route) if product and product.route else None, "ROUTE")
    for dose in levels.values:
        yield Parameter("DOSE", f"{dose:.15g}")
    yield Parameter("DOSU", levels.unit, "UNIT")
    yield Parameter("NARMS", len(arm_codes(protocol)))
    yield Parameter("PLANSUB", trial.planned_participants and trial.planned_participants[1])
    yield Parameter("LENGTH", _length(protocol), reference=DATES_AND_DURATIONS)
    for entry in trial.registrations:
        yield Parameter("REGID", entry.id, reference=entry.registry, value_code=entry.id)
    for endpoint in protocol.endpoints:
        yield Parameter(OUTCOMES.get(endpoint.objective, "OUTMSEXP"), endpoint.text)
    yield Parameter("SDTIGVER", "3.4")
    yield Parameter("SDTMVER", "2.0")


def _of_records(dm: Draft, as_of: str | None) -> Iterator[Parameter]:
    """What the records say: the day of the cut, and start and size of the trial by the subjects with an arm."""
    enrolled = dm.frame.filter(pl.col("ARM").is_not_null())
    yield Parameter("ACTSUB", enrolled.height or None)
    yield Parameter("SSTDTC", _earliest(enrolled["RFICDTC"].to_list()), reference=DATES_AND_DURATIONS)
    yield Parameter("DCUTDTC", as_of, reference=DATES_AND_DURATIONS)
    yield Parameter("DCUTDESC", as_of and "LAST DAY OF WHICH DATA ARE INCLUDED")


def _earliest(dates: list[str | None]) -> str | None:
    """The earliest day; nothing where one of the dates is not wholly known."""
    whole = [text[:WHOLE_DAY] for text in dates if text and len(text) >= WHOLE_DAY and _is_read(text)]
    return min(whole) if whole and len(whole) == len(dates) else None


def _is_read(text: str) -> bool:
    """Whether a text is a date."""
    try:
        return read_partial_date_time(text) is not None
    except NotADate:
        return False


def _route(words: str) -> str:
    """The route in the term that datasets of exposure have for it."""
    return str(in_terms(pl.Series([words.strip()]), "ROUTE")[0])


def _length(protocol: Protocol) -> str | None:
    """From the first to the last planned visit."""
    days = [visit.day for visit in protocol.schedule.every_visit] if protocol.schedule else []
    return f"P{max(days) - min(days)}D" if len(days) > 1 else None
