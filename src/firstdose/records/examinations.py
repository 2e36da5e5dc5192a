"""What was seen at visits: laboratory results, vital signs, assessments, images and samples."""

from __future__ import annotations

from typing import Annotated, Literal

from firstdose.records.partial_dates import PartialDate, PartialDateTime
from firstdose.records.question import Question, record

VisitState = Literal["done", "partly_done", "missed"]
Performed = Literal["done", "not_done", "unable_to_perform"]
RangeFlag = Literal["low", "normal", "high", "abnormal"]
Fluid = Literal["cerebrospinal_fluid", "serum", "plasma", "whole_blood", "urine", "other"]


@record
class Visit:
    """One visit of a subject, planned or not."""

    subject: Annotated[str, Question("Identifier of the subject", sdtm="USUBJID", is_key=True)]
    visit: Annotated[str, Question("Visit", sdtm="VISIT", is_key=True)]
    order: Annotated[float | None, Question("Place in the order of visits", sdtm="VISITNUM")] = None
    planned_day: Annotated[int | None, Question("Planned day", unit="days", sdtm="VISITDY")] = None
    start: Annotated[PartialDateTime | None, Question("Start", sdtm="SVSTDTC", is_occurrence=True)] = None
    end: Annotated[PartialDateTime | None, Question("End", sdtm="SVENDTC", known_at="end")] = None
    state: Annotated[VisitState | None, Question("Did it take place?")] = None
    unscheduled: Annotated[bool | None, Question("Was it unscheduled?")] = None
    reason: Annotated[str | None, Question("Why it was missed, partly done or unscheduled", sdtm="SVREASOC")] = None


@record
class LabResult:
    """One laboratory result, troughs and donor-specific antibodies included."""

    subject: Annotated[str, Question("Identifier of the subject", sdtm="USUBJID", is_key=True)]
    number: Annotated[int, Question("Number", lowest=1, sdtm="LBSEQ", is_key=True)]
    test: Annotated[str, Question("Code of the test", sdtm="LBTESTCD")]
    name: Annotated[str | None, Question("Name of the test", sdtm="LBTEST")] = None
    category: Annotated[str | None, Question("Category", sdtm="LBCAT")] = None
    specimen: Annotated[str | None, Question("Specimen", sdtm="LBSPEC")] = None
    analyte: Annotated[str | None, Question("What exactly, such as the antigen of an antibody")] = None
    result: Annotated[float | None, Question("Result as a number", sdtm="LBORRES")] = None
    result_text: Annotated[str | None, Question("Result that is no number, such as <0.2", sdtm="LBORRES")] = None
    unit: Annotated[str | None, Question("Unit", sdtm="LBORRESU")] = None
    range_low: Annotated[float | None, Question("Lower limit of the normal range", sdtm="LBORNRLO")] = None
    range_high: Annotated[float | None, Question("Upper limit of the normal range", sdtm="LBORNRHI")] = None
    standard_result: Annotated[float | None, Question("Result in the standard unit", sdtm="LBSTRESN")] = None
    standard_text: Annotated[str | None, Question("Standard result that is no number", sdtm="LBSTRESC")] = None
    standard_unit: Annotated[str | None, Question("Standard unit", sdtm="LBSTRESU")] = None
    standard_range_low: Annotated[float | None, Question("Lower limit in the standard unit", sdtm="LBSTNRLO")] = None
    standard_range_high: Annotated[float | None, Question("Upper limit in the standard unit", sdtm="LBSTNRHI")] = None
    flag: Annotated[RangeFlag | None, Question("Against the normal range", sdtm="LBNRIND")] = None
    detection_limit: Annotated[float | None, Question("Limit of detection, in the unit", sdtm="LBLLOD")] = None
    drawn: Annotated[PartialDateTime | None, Question("When it was drawn", sdtm="LBDTC", is_occurrence=True)] = None
    last_intake: Annotated[
        PartialDateTime | None, Question("For a trough: last intake of the drug before the draw")
    ] = None
    fasting: Annotated[bool | None, Question("Fasting?", sdtm="LBFAST")] = None
    laboratory: Annotated[str | None, Question("Laboratory", sdtm="LBNAM")] = None
    visit: Annotated[str | None, Question("Visit", sdtm="VISIT")] = None
    performed: Annotated[Performed | None, Question("Was it done?", sdtm="LBSTAT")] = None
    reason: Annotated[str | None, Question("Why it was not done", sdtm="LBREASND")] = None


@record
class VitalSign:
    """One vital sign."""

    subject: Annotated[str, Question("Identifier of the subject", sdtm="USUBJID", is_key=True)]
    number: Annotated[int, Question("Number", lowest=1, sdtm="VSSEQ", is_key=True)]
    test: Annotated[str, Question("Code of the test", sdtm="VSTESTCD")]
    name: Annotated[str | None, Question("Name of the test", sdtm="VSTEST")] = None
    result: Annotated[float | None, Question("Result as a number", sdtm="VSORRES")] = None
    result_text: Annotated[str | None, Question("Result that is no number", sdtm="VSORRES")] = None
    unit: Annotated[str | None, Question("Unit", sdtm="VSORRESU")] = None
    standard_result: Annotated[float | None, Question("Result in the standard unit", sdtm="VSSTRESN")] = None
    standard_text: Annotated[str | None, Question("Standard result that is no number", sdtm="VSSTRESC")] = None
    standard_unit: Annotated[str | None, Question("Standard unit", sdtm="VSSTRESU")] = None
    position: Annotated[str | None, Question("Position", sdtm="VSPOS")] = None
    location: Annotated[str | None, Question("Site of the body", sdtm="VSLOC")] = None
    time_point: Annotated[str | None, Question("Time point within the visit", sdtm="VSTPT")] = None
    measured: Annotated[PartialDateTime | None, Question("When", sdtm="VSDTC", is_occurrence=True)] = None
    visit: Annotated[str | None, Question("Visit", sdtm="VISIT")] = None
    performed: Annotated[Performed | None, Question("Was it done?", sdtm="VSSTAT")] = None
    reason: Annotated[str | None, Question("Why it was not done", sdtm="VSREASND")] = None


@record
class Assessment:
    """The answer to one item of a clinical measure; being unable to perform it is an answer, not a missing value."""

    subject: Annotated[str, Question("Identifier of the subject", sdtm="USUBJID", is_key=True)]
    number: Annotated[int, Question("Number", lowest=1, sdtm="QSSEQ", is_key=True)]
    measure: Annotated[str, Question("Name of the measure", sdtm="QSCAT")]
    item: Annotated[str, Question("Item of the measure", sdtm="QSTESTCD")]
    question: Annotated[str | None, Question("The item in words", sdtm="QSTEST")] = None
    answer: Annotated[float | None, Question("Answer as a number", sdtm="QSORRES")] = None
    answer_text: Annotated[str | None, Question("Answer in words", sdtm="QSORRES")] = None
    unit: Annotated[str | None, Question("Unit", sdtm="QSORRESU")] = None
    standard_answer: Annotated[float | None, Question("Score of the answer", sdtm="QSSTRESN")] = None
    performed: Annotated[Performed | None, Question("Was it done?", sdtm="QSSTAT")] = None
    reason: Annotated[str | None, Question("Why not, or why the subject was unable", sdtm="QSREASND")] = None
    assessed: Annotated[PartialDateTime | None, Question("When", sdtm="QSDTC", is_occurrence=True)] = None
    visit: Annotated[str | None, Question("Visit", sdtm="VISIT")] = None
    assessor: Annotated[str | None, Question("Who assessed it", sdtm="QSEVALID", identifying="indirectly")] = None
    blinded: Annotated[bool | None, Question("Was the assessor blinded?")] = None


@record
class Image:
    """One imaging session; what is read from it are assessments."""

    subject: Annotated[str, Question("Identifier of the subject", sdtm="USUBJID", is_key=True)]
    number: Annotated[int, Question("Number", lowest=1, is_key=True)]
    modality: Annotated[str, Question("Modality, such as MRI")]
    taken: Annotated[PartialDateTime | None, Question("When", is_occurrence=True)] = None
    visit: Annotated[str | None, Question("Visit", sdtm="VISIT")] = None
    scanner: Annotated[str | None, Question("Scanner")] = None
    field_tesla: Annotated[float | None, Question("Field strength", unit="T", lowest=0, highest=20)] = None
    contrast: Annotated[bool | None, Question("With contrast agent?")] = None
    days_since_steroids: Annotated[
        int | None, Question("Time since the last steroids, if any", unit="days", lowest=0)
    ] = None
    quality: Annotated[Literal["good", "limited", "unusable"] | None, Question("Quality")] = None
    reader: Annotated[str | None, Question("Who read it", identifying="indirectly")] = None
    reader_blinded: Annotated[bool | None, Question("Was the reader blinded to the dose?")] = None
    finding: Annotated[str | None, Question("Finding in words")] = None


@record
class Sample:
    """One biological sample."""

    sample: Annotated[str, Question("Identifier of the sample", is_key=True)]
    subject: Annotated[str, Question("Identifier of the subject", sdtm="USUBJID")]
    fluid: Annotated[Fluid, Question("Fluid")]
    taken: Annotated[PartialDateTime | None, Question("When it was taken", is_occurrence=True)] = None
    visit: Annotated[str | None, Question("Visit", sdtm="VISIT")] = None
    frozen: Annotated[PartialDateTime | None, Question("When it was frozen", known_at="frozen")] = None
    storage_celsius: Annotated[float | None, Question("Temperature of storage", unit="°C", lowest=-200, highest=40)] = (
        None
    )
    volume_ml: Annotated[float | None, Question("Volume", unit="mL", lowest=0, highest=1000)] = None
    thaw_cycles: Annotated[int | None, Question("Times thawed", lowest=0, highest=100)] = None
    run: Annotated[str | None, Question("Batch of the measurement")] = None
    expires: Annotated[PartialDate | None, Question("Kept until")] = None
    comment: Annotated[str | None, Question("Comment")] = None
