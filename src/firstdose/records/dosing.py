"""The doses: cohorts and their slots, batches of cells, what was given, and the decisions between doses."""

from __future__ import annotations

from typing import Annotated, Literal

from firstdose.records.partial_dates import PartialDate, PartialDateTime
from firstdose.records.question import Question, record

CohortKind = Literal["escalation", "titration", "expansion", "backfill"]
SlotState = Literal["open", "reserved", "assigned", "dosed", "released", "replaced"]
Given = Literal["full", "partial", "none"]
Action = Literal["dose", "wait", "stop"]
BatchState = Literal["quarantine", "released", "rejected", "released_out_of_specification"]


@record
class Cohort:
    """People who are to be given one dose level before the next decision."""

    cohort: Annotated[str, Question("Identifier of the cohort", is_key=True)]
    dose_level: Annotated[int, Question("Dose level, from 1", lowest=0)]
    dose: Annotated[float | None, Question("Dose of the level", lowest=0)] = None
    dose_unit: Annotated[str | None, Question("Unit of the dose")] = None
    kind: Annotated[CohortKind | None, Question("Kind of cohort")] = None
    size: Annotated[int | None, Question("Slots planned", lowest=1)] = None
    opened: Annotated[PartialDateTime | None, Question("When it was opened", is_occurrence=True)] = None
    closed: Annotated[PartialDateTime | None, Question("When it was closed", known_at="closed")] = None
    decision: Annotated[int | None, Question("Number of the decision that opened it", lowest=1)] = None


@record
class Slot:
    """One place in a cohort."""

    cohort: Annotated[str, Question("Identifier of the cohort", is_key=True)]
    slot: Annotated[int, Question("Number of the slot", lowest=1, is_key=True)]
    subject: Annotated[str | None, Question("Subject who holds it", sdtm="USUBJID")] = None
    state: Annotated[SlotState, Question("State")]
    sentinel: Annotated[bool | None, Question("Is this a sentinel, dosed before the others?")] = None
    assigned: Annotated[PartialDateTime | None, Question("When it was assigned", is_occurrence=True)] = None
    replaces: Annotated[str | None, Question("Subject who is replaced")] = None
    reason: Annotated[str | None, Question("Reason of a release or replacement")] = None


@record
class Batch:
    """One batch of the product."""

    batch: Annotated[str, Question("Identifier of the batch", is_key=True)]
    product: Annotated[str | None, Question("Product")] = None
    donor: Annotated[str | None, Question("Donor or cell bank", identifying="indirectly")] = None
    made_for: Annotated[str | None, Question("Subject for whom alone it was made")] = None
    manufactured: Annotated[PartialDate | None, Question("When it was made", is_occurrence=True)] = None
    expires: Annotated[PartialDate | None, Question("Expiry")] = None
    state: Annotated[BatchState | None, Question("State of release")] = None
    released: Annotated[PartialDateTime | None, Question("When it was released", known_at="released")] = None
    passage: Annotated[int | None, Question("Passage", lowest=0, highest=200)] = None
    cells: Annotated[float | None, Question("Cells in the batch", lowest=0)] = None
    cells_unit: Annotated[str | None, Question("Unit of the cells")] = None
    viability_percent: Annotated[float | None, Question("Viability at release", unit="%", lowest=0, highest=100)] = None
    storage: Annotated[str | None, Question("Storage")] = None


@record
class BatchTest:
    """The result of one release test."""

    batch: Annotated[str, Question("Identifier of the batch", is_key=True)]
    test: Annotated[str, Question("Identifier of the test in the protocol", is_key=True)]
    result: Annotated[float | None, Question("Result as a number")] = None
    result_text: Annotated[str | None, Question("Result in words")] = None
    unit: Annotated[str | None, Question("Unit")] = None
    passed: Annotated[bool | None, Question("Did it pass?")] = None
    tested: Annotated[PartialDate | None, Question("When", is_occurrence=True)] = None


@record
class Dosing:
    """One administration, or period of administration, of the product."""

    subject: Annotated[str, Question("Identifier of the subject", sdtm="USUBJID", is_key=True)]
    number: Annotated[int, Question("Number", lowest=1, sdtm="EXSEQ", is_key=True)]
    treatment: Annotated[str | None, Question("Product", sdtm="EXTRT")] = None
    cohort: Annotated[str | None, Question("Identifier of the cohort")] = None
    level_assigned: Annotated[int | None, Question("Dose level assigned, from 1", lowest=0)] = None
    dose_assigned: Annotated[float | None, Question("Dose assigned", lowest=0)] = None
    dose_given: Annotated[float | None, Question("Dose given", lowest=0, sdtm="EXDOSE")] = None
    dose_unit: Annotated[str | None, Question("Unit of both doses", sdtm="EXDOSU")] = None
    given: Annotated[Given | None, Question("How much of the dose was given")] = None
    batch: Annotated[str | None, Question("Batch", sdtm="EXLOT")] = None
    viability_percent: Annotated[float | None, Question("Viability when given", unit="%", lowest=0, highest=100)] = None
    volume_ml: Annotated[float | None, Question("Volume given", unit="mL", lowest=0, highest=1000)] = None
    form: Annotated[str | None, Question("Form", sdtm="EXDOSFRM")] = None
    frequency: Annotated[str | None, Question("Frequency, if given repeatedly", sdtm="EXDOSFRQ")] = None
    route: Annotated[str | None, Question("Route", sdtm="EXROUTE")] = None
    site: Annotated[str | None, Question("Site of the body", sdtm="EXLOC")] = None
    procedure_start: Annotated[
        PartialDateTime | None, Question("Start of the procedure, anaesthesia included", is_beginning=True)
    ] = None
    product_start: Annotated[
        PartialDateTime | None, Question("Start of the cells", sdtm="EXSTDTC", is_occurrence=True)
    ] = None
    product_end: Annotated[
        PartialDateTime | None, Question("End of the cells", sdtm="EXENDTC", known_at="product_end")
    ] = None
    zone: Annotated[str | None, Question("Time zone of the site, such as Europe/Rome")] = None
    interrupted: Annotated[bool | None, Question("Was it interrupted?")] = None
    interruption_reason: Annotated[str | None, Question("Reason of the interruption")] = None
    visit: Annotated[str | None, Question("Visit", sdtm="VISIT")] = None


@record
class DoseDecision:
    """A decision on the next dose, with the recommendation and the data it rests on."""

    decision: Annotated[int, Question("Number of the decision", lowest=1, is_key=True)]
    decided: Annotated[PartialDateTime | None, Question("When", is_occurrence=True)] = None
    cohort: Annotated[str | None, Question("Cohort that was reviewed")] = None
    recommended_action: Annotated[Action | None, Question("What the rule recommends")] = None
    recommended_next_level: Annotated[int | None, Question("Level that the rule would treat next", lowest=1)] = None
    recommended_level: Annotated[int | None, Question("Level that the rule selects at the end", lowest=1)] = None
    recommendation: Annotated[str | None, Question("The rule's reason")] = None
    action: Annotated[Action, Question("Decision")]
    next_level: Annotated[int | None, Question("Level to treat next", lowest=1)] = None
    reason: Annotated[str | None, Question("Reason of the decision, required where it departs from the rule")] = None
    members: Annotated[
        str | None, Question("Members who took part, separated by semicolons", identifying="indirectly")
    ] = None
    data_as_of: Annotated[PartialDateTime | None, Question("Moment whose data were seen")] = None
    data_hash: Annotated[str | None, Question("Hash of the data seen")] = None
    protocol_version: Annotated[str | None, Question("Version of the protocol")] = None

    @property
    def departs(self) -> bool:
        """Whether people decided otherwise than the rule recommended, as that is recorded; not where it is not."""
        recommended = (self.recommended_action, self.recommended_next_level)
        return self.recommended_action is not None and recommended != (self.action, self.next_level)
