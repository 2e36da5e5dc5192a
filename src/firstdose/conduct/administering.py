"""Dosings: prepared where the gate allows it, and recorded as they took place, whether it allowed them or not.

What has happened is never refused. A dosing that departs from what was allowed asks for a reason, leaves a critical
deviation, and halts all further dosing until people have decided with knowledge of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from firstdose.conduct.departures import departures, start_of
from firstdose.conduct.desk import Work
from firstdose.conduct.entering import draft_of
from firstdose.conduct.gating import HALTING, REASON_GIVEN, gate_in, may_not_be_dosed
from firstdose.conduct.identity import name_of
from firstdose.conduct.in_short import reasons_in_short
from firstdose.conduct.ledger import Draft, Entry, Refused
from firstdose.conduct.naming import change_words
from firstdose.conduct.own_records import create
from firstdose.conduct.participants import participant, protocol_of, records_now, without_others, zone_of
from firstdose.conduct.prepared_beside import prepared_beside
from firstdose.conduct.slots import mark_dosed
from firstdose.conduct.typed_before import before_its_preparation
from firstdose.conduct.typed_dosing import as_dosing, unread
from firstdose.dosing.recorded import is_no_place
from firstdose.records import Deviation, Dosing, PartialDateTime
from firstdose.records.date_words import instant_words, moment_words
from firstdose.records.values import write_value

RULE_FIELDS = (
    "cohort",
    "level_assigned",
    "dose_assigned",
    "dose_given",
    "dose_unit",
    "given",
    "batch",
    "procedure_start",
    "product_start",
    "zone",
)
"""What the rule, the intervals and the windows rest on: a correction of it is decided on."""
LONGEST_DESCRIPTION = 5_000


def prepare_dosing(work: Work, subject: str, batch: str) -> Entry:
    """Prepare a dosing: the batch and the cells of the level are assigned to a participant, now.

    Raises Refused with every reason why the participant may not be dosed.
    """
    work.require("record_dosing")
    participant(work, subject)
    if records_now(work).planned(subject):
        raise Refused(f"a dosing of {subject} is prepared already; record it, or cancel it first")
    found = gate_in(work, subject, batch=batch or None)
    if not found.allowed or found.level is None:
        words = "\n".join(f"- {without_others(work, each.words)}" for each in reasons_in_short(found.reasons))
        raise Refused(f"{may_not_be_dosed(subject)}:\n{words}")
    if not batch.strip():
        raise Refused("choose the batch that is to be given; none is chosen beforehand")
    today = work.now.astimezone(zone_of(work)).date()
    beside = prepared_beside(work.protocol, records_now(work), subject, today)
    if beside:
        raise Refused(f"not prepared: {without_others(work, beside)}")
    doses = protocol_of(work, subject).dose_levels
    dosing = Dosing(
        subject=subject,
        number=_next_number(work, "dosings", subject),
        treatment=work.protocol.product.name if work.protocol.product else None,
        cohort=found.cohort,
        level_assigned=found.level,
        dose_assigned=float(doses.values[found.level - 1]),
        dose_unit=doses.unit,
        batch=batch,
        zone=_zone_name(work, subject),
    )
    return create(work, dosing, by="record_dosing", reason="the gate allowed it")


def cancel_dosing(work: Work, subject: str, reason: str) -> Entry:
    """Cancel a dosing that was prepared and did not take place.

    Raises Refused if none is prepared.
    """
    work.require("record_dosing")
    planned = records_now(work).planned(subject)
    if not planned:
        raise Refused(f"no dosing of {subject} is prepared")
    stored = work.record("dosings", name_of("dosings", subject, planned[0].number))
    return work.append(Draft("remove", "dosings", stored.record, reason=reason), "record_dosing")


def record_dosing(work: Work, subject: str, fields: Mapping[str, str | None], reason: str = "") -> tuple[str, ...]:
    """Record a dosing that took place, its fields as typed; the departures that a deviation now tells of.

    ``fields`` are those of a dosing (``procedure_start``, ``dose_given``, ``given``, ``batch``, and so on); what was
    prepared is filled in. Raises Refused if it departs from what was allowed and no reason is given (the words name
    every departure), if it is said to have started before it was prepared and nobody says why, or lies in the future.
    Somebody of whom there is no record can have been dosed too.
    """
    work.require("record_dosing")
    records = records_now(work)
    if subject in records.subjects:
        participant(work, subject)
    planned = next(iter(records.planned(subject)), None)
    number = planned.number if planned else _next_number(work, "dosings", subject)
    stored = work.record("dosings", name_of("dosings", subject, number)) if planned else None
    wanted = _complete(work, subject, number, {**(stored.fields if stored else {}), **fields})
    actual = as_dosing(wanted)
    if actual is None:
        raise Refused("what was recorded of the dosing cannot be read at all; say at least whom it was")
    _refuse_later(work, actual)
    found = (*unread(wanted), *departures(work, actual, planned))
    if found and not reason.strip():
        words = "\n".join(f"- {each}" for each in found)
        raise Refused(
            f"the dosing of {subject} departs from what was allowed:\n{words}\n"
            "Say why; it is then recorded as it took place, with a critical deviation, and dosing halts"
        )
    asked = before_its_preparation(work, actual, start_of(work, actual), stored)
    if asked and not reason.strip():
        raise Refused(asked)
    draft = draft_of(
        "dosings", wanted, stored.fields if stored else {}, stored=stored, reason=reason or "as it took place"
    )
    if draft is None:
        raise Refused("nothing is said of the dosing that was not prepared; enter what was given")
    work.append(draft, "record_dosing")
    _take_slot(work, actual, reason or "dosed")
    if found:
        _deviation(
            work,
            actual,
            f"{_called(actual)} departed from what was allowed: {'; '.join(found)}.{REASON_GIVEN}{reason.strip()}",
        )
    return found


def correct_dosing(
    work: Work, subject: str, number: int, new: Mapping[str, str | None], seen: Mapping[str, str], reason: str
) -> Entry:
    """Correct what is recorded of a dosing that took place; ``seen`` are the fields as they stood in the form.

    Where the rule or an interval rests on it, a critical deviation tells of it, and dosing halts until people decide.
    Raises Refused for a dosing that was only prepared and would be given by this, without having been recorded, and for
    one that would lie in the future; and Conflict if somebody changed the same fields meanwhile.
    """
    work.require("record_dosing")
    stored = work.record("dosings", name_of("dosings", subject, number))
    draft = draft_of("dosings", new, seen, stored=stored, reason=reason)
    if draft is None or not stored.exists:
        raise Refused(f"nothing is to be corrected in dosing {number} of {subject}")
    was = as_dosing(stored.fields)
    was_given = was is not None and records_now(work).was_given(was)
    entry = work.append(draft, "record_dosing")
    told = [change for change in draft.changes if change.field in RULE_FIELDS]
    actual = as_dosing(work.record("dosings", stored.record).fields)
    if actual is not None and (told or not was_given):
        _refuse_later(work, actual)
        if not was_given and records_now(work).was_given(actual):
            raise Refused(f"dosing {number} of {subject} is prepared, not recorded: record it as it took place instead")
    if actual is not None and was_given and any(change.field == "cohort" for change in told):
        _take_slot(work, actual, reason)
    if told and was_given and actual is not None:
        words = "; ".join(change_words("dosings", each) for each in told)
        _deviation(
            work, actual, f"{_called(actual)} was corrected after it was recorded: {words}.{REASON_GIVEN}{reason}"
        )
    return entry


def _take_slot(work: Work, actual: Dosing, reason: str) -> None:
    """Mark the slot of the cohort in which somebody was dosed, if that cohort is recorded; not where nothing began."""
    if (
        actual.cohort
        and records_now(work).was_given(actual)
        and work.record("cohorts", name_of("cohorts", actual.cohort)).exists
    ):
        mark_dosed(work, actual.subject, actual.cohort, actual.procedure_start or actual.product_start, reason)


def _refuse_later(work: Work, actual: Dosing) -> None:
    """What took place did not take place later than now.

    Raises Refused.
    """
    if start_of(work, actual).by(work.now) is False:
        now = instant_words(work.now, zone_of(work))
        raise Refused(f"the dosing is said to start later than now, {now}; correct the time")


def _complete(work: Work, subject: str, number: int, fields: Mapping[str, str | None]) -> dict[str, str | None]:
    """What was typed, with cohort, level, dose and unit as they were assigned where nothing is said of them."""
    found = records_now(work)
    slot = found.slot(subject)
    cohort = fields.get("cohort") or (slot.cohort if slot else None)
    recorded = found.cohorts.get(cohort or "")
    doses = protocol_of(work, subject).dose_levels
    assigned: dict[str, object] = {"cohort": cohort, "dose_unit": doses.unit, "zone": _zone_name(work, subject)}
    if recorded is not None and 1 <= recorded.dose_level <= len(doses.values):
        assigned["level_assigned"] = recorded.dose_level
        assigned["dose_assigned"] = float(doses.values[recorded.dose_level - 1])
    texts = {name: write_value(value) or None for name, value in assigned.items()}  # type: ignore[arg-type]
    said = {name: text for name, text in fields.items() if text and text.strip()}
    return {**texts, **said, "subject": subject, "number": str(number)}


def _called(actual: Dosing) -> str:
    """What a dosing is called: by when it was, since its number counts also those that were prepared and cancelled."""
    started = actual.procedure_start or actual.product_start
    when = moment_words(started) if started else ""
    return f"the dosing of {when}" if when else "the dosing"


def _deviation(work: Work, actual: Dosing, words: str) -> None:
    """The critical deviation that halts dosing."""
    when: PartialDateTime | None = actual.procedure_start or actual.product_start
    create(
        work,
        Deviation(
            subject=actual.subject,
            number=_next_number(work, "deviations", actual.subject),
            description=words[:LONGEST_DESCRIPTION],
            category=HALTING,
            degree="critical",
            occurred=when,
            action="dosing is halted until people decide",
        ),
        by="record_dosing",
    )


def _next_number(work: Work, record_type: str, subject: str) -> int:
    """The next number of a person's records of a kind, removed ones counted."""
    mine = (each.record for each in work.records(record_type) if each.fields.get("subject") == subject)
    return 1 + max((int(name.rpartition("/")[2]) for name in mine), default=0)


def _zone_name(work: Work, subject: str) -> str | None:
    """The zone of the author's site; where that is UTC, the one recorded of the participant's centre, if any is."""
    zone = zone_of(work)
    if is_no_place(zone):
        zone = records_now(work).zone_at(subject)
    return zone.key if isinstance(zone, ZoneInfo) else None
