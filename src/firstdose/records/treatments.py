"""Other treatments, and what a source said of a record that has no field of its own."""

from __future__ import annotations

from typing import Annotated, Literal

from firstdose.records.partial_dates import PartialDateTime
from firstdose.records.question import Question, record

Purpose = Literal["background_treatment", "disease_modifying", "steroid", "symptomatic", "rescue", "other"]


@record
class Medication:
    """One drug other than the product, immunosuppression included."""

    subject: Annotated[str, Question("Identifier of the subject", sdtm="USUBJID", is_key=True)]
    number: Annotated[int, Question("Number", lowest=1, sdtm="CMSEQ", is_key=True)]
    drug: Annotated[str, Question("Drug", sdtm="CMTRT")]
    standard_name: Annotated[str | None, Question("Standard name", sdtm="CMDECOD")] = None
    drug_class: Annotated[str | None, Question("Class of the drug", sdtm="CMCLAS")] = None
    purpose: Annotated[Purpose | None, Question("Purpose")] = None
    background_treatment: Annotated[str | None, Question("Which of the protocol's background treatments it is")] = None
    indication: Annotated[str | None, Question("Indication", sdtm="CMINDC")] = None
    event: Annotated[int | None, Question("Number of the adverse event that it treats", lowest=1)] = None
    dose: Annotated[float | None, Question("Dose", lowest=0, sdtm="CMDOSE")] = None
    dose_unit: Annotated[str | None, Question("Unit of the dose", sdtm="CMDOSU")] = None
    frequency: Annotated[str | None, Question("Frequency", sdtm="CMDOSFRQ")] = None
    route: Annotated[str | None, Question("Route", sdtm="CMROUTE")] = None
    start: Annotated[PartialDateTime | None, Question("Start", sdtm="CMSTDTC", is_occurrence=True)] = None
    end: Annotated[PartialDateTime | None, Question("End", sdtm="CMENDTC", known_at="end")] = None
    ongoing: Annotated[bool | None, Question("Still taken?", sdtm="CMENRTPT")] = None
    reason_stopped: Annotated[str | None, Question("Why it was stopped", sdtm="CMRSDISC", known_at="end")] = None
    visit: Annotated[str | None, Question("Visit at which it was recorded", sdtm="VISIT")] = None
    recorded: Annotated[PartialDateTime | None, Question("When it was recorded", sdtm="CMDTC")] = None


@record
class Supplement:
    """Something that a source says of a record and that has no field of its own."""

    subject: Annotated[str, Question("Identifier of the subject", sdtm="USUBJID", is_key=True)]
    source: Annotated[str, Question("Kind of record that it belongs to", sdtm="RDOMAIN", is_key=True)]
    reference: Annotated[str | None, Question("Which identifier tells the record", sdtm="IDVAR")] = None
    reference_value: Annotated[
        str | None,
        Question("That identifier of the record; of the subject itself if empty", sdtm="IDVARVAL", is_key=True),
    ] = None
    name: Annotated[str, Question("Name of the value", sdtm="QNAM", is_key=True)]
    label: Annotated[str | None, Question("The name in words", sdtm="QLABEL")] = None
    value: Annotated[str | None, Question("Value", sdtm="QVAL")] = None
    origin: Annotated[str | None, Question("Where it comes from", sdtm="QORIG")] = None
    evaluator: Annotated[str | None, Question("Who evaluated it", sdtm="QEVAL")] = None
