"""What the ledger of a trial keeps: the trial's own records, and those of its conduct."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from firstdose.records import NAMES, RECORDS, PartialDateTime, Question
from firstdose.records.dosing import Action
from firstdose.records.question import record

QueryState = Literal["open", "answered", "closed"]
LockState = Literal["asked", "locked", "unlock_asked", "unlocked"]
ReportKind = Literal["within_24_hours", "within_7_days", "within_15_days", "follow_up"]
REPORT_WORDS: dict[str, str] = {
    "within_24_hours": "to the sponsor, within 24 hours",
    "within_7_days": "to the authorities, within 7 days",
    "within_15_days": "to the authorities, within 15 days",
    "follow_up": "follow-up of an earlier report",
}
VersionState = Literal["loaded", "approved"]
HeldState = Literal["waiting", "recorded", "withdrawn"]


@record
class Query:
    """A question about something entered, until it is answered and closed."""

    query: Annotated[int, Question("Number of the query", lowest=1, is_key=True)]
    about_type: Annotated[str, Question("Kind of record that it is about")]
    about_record: Annotated[str, Question("Record that it is about")]
    about_field: Annotated[str | None, Question("Field that it is about")] = None
    rule: Annotated[str | None, Question("Rule that raised it, where no person did")] = None
    words: Annotated[str, Question("What is asked")]
    state: Annotated[QueryState, Question("State")]
    opened: Annotated[PartialDateTime | None, Question("When it was asked first", is_occurrence=True)] = None
    answer: Annotated[str | None, Question("Answer")] = None
    closing: Annotated[str | None, Question("What closed it")] = None


@record
class SourceCheck:
    """That somebody compared a record with its source; it holds for the record as it was then."""

    check: Annotated[int, Question("Number of the check", lowest=1, is_key=True)]
    about_type: Annotated[str, Question("Kind of record that was compared")]
    about_record: Annotated[str, Question("Record that was compared")]
    head: Annotated[int, Question("Last entry about the record when it was compared", lowest=1)]
    agrees: Annotated[bool, Question("Does it agree with its source?")]
    note: Annotated[str | None, Question("Note")] = None


@record
class Signature:
    """A signature: who signed, what it means, and exactly what was signed. It falls when that changes."""

    signature: Annotated[int, Question("Number of the signature", lowest=1, is_key=True)]
    about_type: Annotated[str, Question("Kind of record that is signed")]
    about_record: Annotated[str, Question("Record that is signed")]
    head: Annotated[int, Question("Last entry about the record when it was signed", lowest=1)]
    content_hash: Annotated[str, Question("Hash of the record as it was signed")]
    ledger_head: Annotated[str, Question("Last entry of the ledger when it was signed")]
    meaning: Annotated[str, Question("What the signature means")]
    signer: Annotated[str, Question("Account of the signer")]
    signer_name: Annotated[str, Question("Full name of the signer", identifying="directly")]
    signed: Annotated[PartialDateTime, Question("When", is_occurrence=True)]


@record
class RoleGrant:
    """That an account may act in a role, at one site or at all."""

    account: Annotated[str, Question("Account", is_key=True)]
    role: Annotated[str, Question("Role", is_key=True)]
    site: Annotated[str, Question("Site; * for all", is_key=True)]
    full_name: Annotated[str | None, Question("Full name", identifying="directly")] = None


@record
class ProtocolVersion:
    """A version of the protocol as it was loaded, and whether it was approved for use."""

    version: Annotated[str, Question("Version", is_key=True)]
    content: Annotated[str, Question("The protocol file")]
    content_hash: Annotated[str, Question("Hash of the file")]
    state: Annotated[VersionState, Question("State")]
    loaded_by: Annotated[str | None, Question("Who loaded it")] = None
    approved: Annotated[PartialDateTime | None, Question("When it was approved")] = None
    approved_by: Annotated[str | None, Question("Who approved it")] = None


@record
class DataLock:
    """A lock of the data up to a day, asked for by one person and confirmed by another."""

    lock: Annotated[int, Question("Number of the lock", lowest=1, is_key=True)]
    cut_off: Annotated[str, Question("Last day of the data that are locked")]
    state: Annotated[LockState, Question("State")]
    asked_by: Annotated[str, Question("Who asked for the last step")]
    confirmed_by: Annotated[str | None, Question("Who confirmed the last step")] = None
    content_hash: Annotated[str | None, Question("Hash of the data locked")] = None


@record
class WaitingPlace:
    """A place on the waiting list, taken while no slot is free."""

    place: Annotated[int, Question("Number of the place", lowest=1, is_key=True)]
    subject: Annotated[str, Question("Identifier of the subject")]
    since: Annotated[PartialDateTime, Question("Since when", is_occurrence=True)]
    ended: Annotated[PartialDateTime | None, Question("Until when", known_at="ended")] = None
    ending: Annotated[str | None, Question("Why it ended")] = None


@record
class PreparedDecision:
    """What the committee sees when it decides, frozen; then what is proposed, which its members sign.

    ``outcomes`` holds cohort, level and letter of everyone dosed, ``deviations`` the departures that halt dosing, and
    ``by_calendar`` of whom nothing is recorded since the end of the window, in words, without those of whom an earlier
    decision says how it is known; all three as JSON.
    """

    preparation: Annotated[int, Question("Number of the preparation", lowest=1, is_key=True)]
    decision: Annotated[int, Question("Number of the decision that it prepares", lowest=1)]
    prepared: Annotated[PartialDateTime, Question("When", is_occurrence=True)]
    cohort: Annotated[str | None, Question("Cohort that is reviewed")] = None
    data_as_of: Annotated[PartialDateTime, Question("Moment whose data are seen")]
    data_hash: Annotated[str, Question("Hash of the data seen")]
    ledger_head: Annotated[str, Question("Last entry of the ledger that is seen")]
    protocol_version: Annotated[str | None, Question("Version of the protocol")] = None
    recommendation: Annotated[str | None, Question("The rule's recommendation, as JSON")] = None
    failure: Annotated[str | None, Question("Why there is no recommendation")] = None
    outcomes: Annotated[str, Question("What the data say of everyone dosed, as JSON")]
    deviations: Annotated[str, Question("Departures that halt dosing, as JSON")]
    by_calendar: Annotated[str | None, Question("Who counts as without DLT by the calendar alone, as JSON")] = None
    action: Annotated[Action | None, Question("Decision that is proposed")] = None
    next_level: Annotated[int | None, Question("Level to treat next", lowest=1)] = None
    reason: Annotated[str | None, Question("Reason, required where it departs from the rule")] = None
    without_dlt: Annotated[str | None, Question("How it is known that those by the calendar alone had no DLT")] = None


@record
class JudgedEvent:
    """An adverse event as it was when members judged whether it is dose-limiting."""

    subject: Annotated[str, Question("Identifier of the subject", is_key=True)]
    event: Annotated[int, Question("Number of the adverse event", lowest=1, is_key=True)]
    adjudication: Annotated[int, Question("Number of the adjudication", lowest=1, is_key=True)]
    content: Annotated[str, Question("What the verdict rests on, as JSON")]


@record
class SafetyReport:
    """That a serious adverse event was reported, as one of its clocks asks."""

    subject: Annotated[str, Question("Identifier of the subject", is_key=True)]
    event: Annotated[int, Question("Number of the adverse event", lowest=1, is_key=True)]
    report: Annotated[int, Question("Number of the report", lowest=1, is_key=True)]
    kind: Annotated[ReportKind, Question("Which report it is", codes=REPORT_WORDS)]
    sent: Annotated[PartialDateTime, Question("When it was sent", is_occurrence=True)]
    recipient: Annotated[str | None, Question("To whom")] = None
    reference: Annotated[str | None, Question("Reference of the recipient")] = None


@record
class Coding:
    """That somebody chose a term of a dictionary for the words of a record; it holds for these words."""

    about_type: Annotated[str, Question("Kind of record that was coded", is_key=True)]
    about_record: Annotated[str, Question("Record that was coded", is_key=True)]
    words: Annotated[str, Question("Words that were coded")]
    chosen: Annotated[str, Question("Term of the dictionary that was chosen")]
    term: Annotated[str, Question("Its preferred term")]
    code: Annotated[str | None, Question("Its code in the dictionary")] = None
    dictionary: Annotated[str, Question("Dictionary")]
    dictionary_version: Annotated[str, Question("Version of the dictionary")]
    dictionary_hash: Annotated[str, Question("Hash of the dictionary")]


@record
class HeldEvent:
    """What became known of somebody's safety under a lock: held as it was typed until the data are open to it.

    ``typed`` and ``seen`` hold what was typed in each field of its form and what stood there before, both as JSON.
    """

    held: Annotated[int, Question("Number of what is held", lowest=1, is_key=True)]
    subject: Annotated[str, Question("Identifier of the subject")]
    record_type: Annotated[str, Question("Kind of record that was typed")]
    changes: Annotated[str | None, Question("Record that it changes, where that was there before")] = None
    typed: Annotated[str, Question("What was typed, as JSON")]
    seen: Annotated[str, Question("What stood in the form before, as JSON")]
    why: Annotated[str | None, Question("Reason that was typed for the change")] = None
    since: Annotated[PartialDateTime, Question("Since when it is held", is_occurrence=True)]
    state: Annotated[HeldState, Question("State")]
    ended: Annotated[PartialDateTime | None, Question("Until when", known_at="ended")] = None
    recorded_as: Annotated[str | None, Question("Record that it became")] = None
    withdrawn_because: Annotated[str | None, Question("Why it was withdrawn")] = None


@record
class ConfirmedWithout:
    """What the protocol asks for before a dosing and was not recorded when eligibility was signed, and why it went on.

    ``not_recorded`` holds what was lacking, by its key and in words, as JSON.
    """

    subject: Annotated[str, Question("Identifier of the subject", is_key=True)]
    signature: Annotated[int, Question("Number of the signature that confirms eligibility", lowest=1, is_key=True)]
    not_recorded: Annotated[str, Question("What was not recorded, as JSON")]
    reason: Annotated[str, Question("Where it stands, or why it went on without it")]


@record
class OpenedByCalendar:
    """Of whom nothing is recorded since the window ended when the rule alone opened a cohort, and how one knows.

    ``by_calendar`` holds who, in words, as JSON.
    """

    cohort: Annotated[str, Question("Identifier of the cohort", is_key=True)]
    by_calendar: Annotated[str, Question("Who counts as without DLT by the calendar alone, as JSON")]
    without_dlt: Annotated[str, Question("How it is known that those by the calendar alone had no DLT")]


CONDUCT_RECORDS: dict[str, type[Any]] = {
    "queries": Query,
    "source_checks": SourceCheck,
    "signatures": Signature,
    "role_grants": RoleGrant,
    "protocol_versions": ProtocolVersion,
    "data_locks": DataLock,
    "waiting_places": WaitingPlace,
    "prepared_decisions": PreparedDecision,
    "judged_events": JudgedEvent,
    "safety_reports": SafetyReport,
    "codings": Coding,
    "held_events": HeldEvent,
    "confirmed_without": ConfirmedWithout,
    "opened_by_calendar": OpenedByCalendar,
}
LEDGER_RECORDS: dict[str, type[Any]] = {**RECORDS, **CONDUCT_RECORDS}
LEDGER_NAMES: dict[type[Any], str] = {**NAMES, **{kind: name for name, kind in CONDUCT_RECORDS.items()}}
