"""The people of the trial: who they are, their consent and eligibility, and how their part in it ended."""

from __future__ import annotations

from typing import Annotated, Literal

from firstdose.records.attribution import Relation
from firstdose.records.partial_dates import PartialDate, PartialDateTime
from firstdose.records.question import Question, record

Sex = Literal["female", "male", "undifferentiated", "unknown"]
Course = Literal["relapsing_remitting", "secondary_progressive", "primary_progressive", "other"]
Answer = Literal["yes", "no", "unknown", "not_applicable"]
Degree = Literal["minor", "major", "critical"]
Severity = Literal["mild", "moderate", "severe"]


@record
class Subject:
    """One person who was asked to take part."""

    subject: Annotated[str, Question("Identifier of the subject", sdtm="USUBJID", is_key=True)]
    centre: Annotated[str | None, Question("Centre", sdtm="SITEID")] = None
    earlier_subject: Annotated[str | None, Question("Identifier that the same person had when screened before")] = None
    consent: Annotated[
        PartialDateTime | None, Question("When consent was given", sdtm="RFICDTC", is_occurrence=True)
    ] = None
    consent_version: Annotated[str | None, Question("Version of the consent form")] = None
    protocol_version: Annotated[str | None, Question("Version of the protocol that the subject follows")] = None
    eligibility_confirmed: Annotated[
        PartialDateTime | None,
        Question("When the investigator confirmed eligibility", known_at="eligibility_confirmed"),
    ] = None
    eligibility_confirmed_by: Annotated[
        str | None, Question("Who confirmed eligibility", identifying="indirectly", known_at="eligibility_confirmed")
    ] = None
    arm: Annotated[str | None, Question("Arm or dose level planned", sdtm="ARM")] = None
    arm_given: Annotated[str | None, Question("Arm or dose level given", sdtm="ACTARM")] = None
    birth: Annotated[PartialDate | None, Question("Date of birth", sdtm="BRTHDTC", identifying="directly")] = None
    age_years: Annotated[
        float | None, Question("Age", unit="years", lowest=0, highest=120, sdtm="AGE", identifying="indirectly")
    ] = None
    sex: Annotated[Sex | None, Question("Sex", sdtm="SEX", identifying="indirectly")] = None
    race: Annotated[str | None, Question("Race", sdtm="RACE", identifying="indirectly")] = None
    ethnicity: Annotated[str | None, Question("Ethnic group", sdtm="ETHNIC", identifying="indirectly")] = None
    country: Annotated[str | None, Question("Country", sdtm="COUNTRY")] = None
    participation_end: Annotated[
        PartialDateTime | None,
        Question("Last day of participation", sdtm="RFPENDTC", known_at="participation_end"),
    ] = None


@record
class CriterionAnswer:
    """The answer to one criterion of eligibility."""

    subject: Annotated[str, Question("Identifier of the subject", sdtm="USUBJID", is_key=True)]
    criterion: Annotated[str, Question("Criterion", sdtm="IETESTCD", is_key=True)]
    answer: Annotated[Answer, Question("Is it met?", sdtm="IEORRES")]
    value: Annotated[str | None, Question("Value that the answer rests on")] = None
    answered: Annotated[PartialDateTime | None, Question("When", sdtm="IEDTC", is_occurrence=True)] = None


@record
class DiseaseHistory:
    """The disease under study before the trial, once for each subject."""

    subject: Annotated[str, Question("Identifier of the subject", sdtm="USUBJID", is_key=True)]
    diagnosis: Annotated[str, Question("Diagnosis")]
    course: Annotated[Course | None, Question("Course")] = None
    onset: Annotated[PartialDate | None, Question("First symptoms")] = None
    diagnosed: Annotated[PartialDate | None, Question("Date of diagnosis")] = None
    progressive_since: Annotated[PartialDate | None, Question("Start of progression")] = None
    relapses_in_2_years: Annotated[
        int | None, Question("Relapses in the two years before consent", lowest=0, highest=50)
    ] = None
    edss_2_years_before: Annotated[float | None, Question("EDSS two years before consent", lowest=0, highest=10)] = None
    treatments_failed: Annotated[str | None, Question("Treatments that failed")] = None


@record
class MedicalHistory:
    """Another condition before the trial."""

    subject: Annotated[str, Question("Identifier of the subject", sdtm="USUBJID", is_key=True)]
    number: Annotated[int, Question("Number", lowest=1, sdtm="MHSEQ", is_key=True)]
    term: Annotated[str, Question("Condition", sdtm="MHTERM")]
    preferred_term: Annotated[str | None, Question("Preferred term", sdtm="MHDECOD")] = None
    organ_class: Annotated[str | None, Question("System organ class", sdtm="MHBODSYS")] = None
    category: Annotated[str | None, Question("Category", sdtm="MHCAT")] = None
    severity: Annotated[Severity | None, Question("Severity", sdtm="MHSEV")] = None
    prespecified: Annotated[bool | None, Question("Asked about by name", sdtm="MHPRESP")] = None
    occurred: Annotated[bool | None, Question("Did it occur?", sdtm="MHOCCUR")] = None
    start: Annotated[PartialDate | None, Question("Start", sdtm="MHSTDTC")] = None
    end: Annotated[PartialDate | None, Question("End", sdtm="MHENDTC", known_at="end")] = None
    visit: Annotated[str | None, Question("Visit", sdtm="VISIT")] = None
    recorded: Annotated[PartialDateTime | None, Question("When it was recorded", sdtm="MHDTC", is_occurrence=True)] = (
        None
    )


@record
class Deviation:
    """A departure from the protocol."""

    subject: Annotated[str, Question("Identifier of the subject", sdtm="USUBJID", is_key=True)]
    number: Annotated[int, Question("Number", lowest=1, sdtm="DVSEQ", is_key=True)]
    description: Annotated[str, Question("What departed from the protocol", sdtm="DVTERM")]
    category: Annotated[str | None, Question("Category", sdtm="DVCAT")] = None
    degree: Annotated[Degree | None, Question("Degree")] = None
    occurred: Annotated[PartialDateTime | None, Question("When", sdtm="DVSTDTC", is_occurrence=True)] = None
    action: Annotated[str | None, Question("Action taken")] = None


@record
class Disposition:
    """A milestone of a subject's part in the trial, or its end."""

    subject: Annotated[str, Question("Identifier of the subject", sdtm="USUBJID", is_key=True)]
    number: Annotated[int, Question("Number", lowest=1, sdtm="DSSEQ", is_key=True)]
    event: Annotated[
        str,
        Question(
            "Milestone or reason for the end, as CDISC words it: completed, withdrawal by subject, lost to follow-up, "
            "adverse event, death, physician decision, screen failure ...; order of words and case do not matter. "
            "Other words need the category",
            sdtm="DSDECOD",
        ),
    ]
    term: Annotated[str | None, Question("In the investigator's words", sdtm="DSTERM")] = None
    category: Annotated[
        str | None,
        Question("Category, PROTOCOL MILESTONE or, for an end in other words, DISPOSITION EVENT", sdtm="DSCAT"),
    ] = None
    visit: Annotated[str | None, Question("Visit", sdtm="VISIT")] = None
    occurred: Annotated[PartialDateTime | None, Question("When", sdtm="DSSTDTC", is_occurrence=True)] = None
    recorded: Annotated[PartialDateTime | None, Question("When it was recorded", sdtm="DSDTC")] = None


@record
class Death:
    """A subject's death."""

    subject: Annotated[str, Question("Identifier of the subject", sdtm="USUBJID", is_key=True)]
    died: Annotated[PartialDateTime | None, Question("When", sdtm="DTHDTC", is_occurrence=True)] = None
    cause: Annotated[str | None, Question("Cause")] = None
    event: Annotated[int | None, Question("Number of the adverse event that led to it", lowest=1)] = None
    relation_to_product: Annotated[Relation | None, Question("Related to the cells?")] = None
    relation_to_procedure: Annotated[Relation | None, Question("Related to the procedure?")] = None
    relation_to_background_treatment: Annotated[
        Relation | None, Question("Related to the background treatment, such as immunosuppression?")
    ] = None
    relation_to_disease: Annotated[Relation | None, Question("Related to the disease?")] = None
    autopsy: Annotated[bool | None, Question("Was an autopsy done?")] = None
