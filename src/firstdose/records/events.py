"""What happened to people: adverse events with the history of their grades, DLT adjudications, relapses."""

from __future__ import annotations

from typing import Annotated, Literal

from firstdose.records.attribution import Relation
from firstdose.records.partial_dates import PartialDate, PartialDateTime
from firstdose.records.question import Question, record
from firstdose.records.subjects import Severity

ActionTaken = Literal[
    "none", "not_applicable", "interrupted", "reduced", "increased", "delayed", "withdrawn", "unknown"
]
Outcome = Literal["recovered", "recovered_with_sequelae", "recovering", "not_recovered", "fatal", "unknown"]
Expectedness = Literal["expected", "unexpected"]
Verdict = Literal["dlt", "not_dlt", "undecided"]


@record
class AdverseEvent:
    """One adverse event, from its start to its end."""

    subject: Annotated[str, Question("Identifier of the subject", sdtm="USUBJID", is_key=True)]
    number: Annotated[int, Question("Number", lowest=1, sdtm="AESEQ", is_key=True)]
    term: Annotated[str, Question("Event in the investigator's words", sdtm="AETERM")]
    preferred_term: Annotated[str | None, Question("Preferred term", sdtm="AEDECOD")] = None
    organ_class: Annotated[str | None, Question("System organ class", sdtm="AEBODSYS")] = None
    start: Annotated[PartialDateTime | None, Question("Start", sdtm="AESTDTC", is_occurrence=True)] = None
    end: Annotated[PartialDateTime | None, Question("End", sdtm="AEENDTC", known_at="end")] = None
    grade: Annotated[int | None, Question("Highest grade by CTCAE", lowest=1, highest=5, sdtm="AETOXGR")] = None
    severity: Annotated[Severity | None, Question("Severity, where there is no grade", sdtm="AESEV")] = None
    serious: Annotated[bool | None, Question("Serious?", sdtm="AESER")] = None
    serious_death: Annotated[bool | None, Question("Serious: death", sdtm="AESDTH")] = None
    serious_life_threatening: Annotated[bool | None, Question("Serious: life-threatening", sdtm="AESLIFE")] = None
    serious_hospital: Annotated[bool | None, Question("Serious: hospital admission or longer stay", sdtm="AESHOSP")] = (
        None
    )
    serious_disability: Annotated[bool | None, Question("Serious: lasting disability", sdtm="AESDISAB")] = None
    serious_congenital: Annotated[bool | None, Question("Serious: congenital anomaly", sdtm="AESCONG")] = None
    serious_other: Annotated[bool | None, Question("Serious: otherwise medically important", sdtm="AESMIE")] = None
    cancer: Annotated[bool | None, Question("Does it involve cancer?", sdtm="AESCAN")] = None
    overdose: Annotated[bool | None, Question("Did it occur with an overdose?", sdtm="AESOD")] = None
    relation_to_product: Annotated[Relation | None, Question("Related to the cells?", sdtm="AEREL")] = None
    relation_to_procedure: Annotated[Relation | None, Question("Related to the procedure?")] = None
    relation_to_background_treatment: Annotated[
        Relation | None, Question("Related to the background treatment, such as immunosuppression?")
    ] = None
    relation_to_disease: Annotated[Relation | None, Question("Related to the disease?")] = None
    expectedness: Annotated[Expectedness | None, Question("Expected from what is known of the product?")] = None
    special_interest: Annotated[str | None, Question("Event of special interest, as the trial names it")] = None
    aware: Annotated[PartialDateTime | None, Question("When the sponsor became aware", known_at="aware")] = None
    action_with_product: Annotated[ActionTaken | None, Question("Action with the product", sdtm="AEACN")] = None
    action_with_background_treatment: Annotated[
        ActionTaken | None, Question("Action with the background treatment")
    ] = None
    other_action: Annotated[str | None, Question("Other action", sdtm="AEACNOTH")] = None
    outcome: Annotated[Outcome | None, Question("Outcome", sdtm="AEOUT", known_at="end")] = None
    recorded: Annotated[PartialDateTime | None, Question("When it was recorded", sdtm="AEDTC")] = None


@record
class GradeChange:
    """The grade that an adverse event took on at one time."""

    subject: Annotated[str, Question("Identifier of the subject", sdtm="USUBJID", is_key=True)]
    event: Annotated[int, Question("Number of the adverse event", lowest=1, is_key=True)]
    change: Annotated[int, Question("Number of the change", lowest=1, is_key=True)]
    changed: Annotated[PartialDateTime | None, Question("From when", is_occurrence=True)] = None
    grade: Annotated[int, Question("Grade by CTCAE; 0 once it is over", lowest=0, highest=5)]


@record
class DltAdjudication:
    """A verdict on whether an adverse event is dose-limiting; a later one replaces it."""

    subject: Annotated[str, Question("Identifier of the subject", sdtm="USUBJID", is_key=True)]
    event: Annotated[int, Question("Number of the adverse event", lowest=1, is_key=True)]
    adjudication: Annotated[int, Question("Number of the adjudication", lowest=1, is_key=True)]
    adjudicated: Annotated[PartialDateTime | None, Question("When", is_occurrence=True)] = None
    verdict: Annotated[Verdict, Question("Is it dose-limiting?")]
    caused_by_product: Annotated[bool | None, Question("Attributed to the cells?")] = None
    caused_by_procedure: Annotated[bool | None, Question("Attributed to the procedure?")] = None
    caused_by_background_treatment: Annotated[bool | None, Question("Attributed to the background treatment?")] = None
    caused_by_disease: Annotated[bool | None, Question("Attributed to the disease?")] = None
    members: Annotated[
        str | None, Question("Members who took part, separated by semicolons", identifying="indirectly")
    ] = None
    reason: Annotated[str | None, Question("Reason")] = None


@record
class Relapse:
    """A relapse of the disease."""

    subject: Annotated[str, Question("Identifier of the subject", sdtm="USUBJID", is_key=True)]
    number: Annotated[int, Question("Number", lowest=1, is_key=True)]
    onset: Annotated[PartialDate | None, Question("First day", is_occurrence=True)] = None
    end: Annotated[PartialDate | None, Question("Last day", known_at="end")] = None
    confirmed: Annotated[bool | None, Question("Confirmed by examination?")] = None
    severity: Annotated[Severity | None, Question("Severity")] = None
    steroids: Annotated[bool | None, Question("Treated with steroids?")] = None
    description: Annotated[str | None, Question("Symptoms")] = None
