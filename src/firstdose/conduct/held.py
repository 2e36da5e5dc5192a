"""What became known of somebody's safety under a lock: held outside the locked data, and halting until it is recorded.

Nothing is computed on it: it is none of the data, which the lock keeps as they are. That it waits is enough to halt.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from firstdose.conduct.catalogue import HeldEvent
from firstdose.conduct.desk import Work
from firstdose.conduct.identity import key_fields
from firstdose.conduct.ledger import Refused
from firstdose.conduct.naming import kind_words, record_words, value_words
from firstdose.conduct.own_records import Recorded, all_of
from firstdose.records import RECORDS, AdverseEvent, columns_of, keys_of
from firstdose.records.date_words import moment_words
from firstdose.records.partial_date_text import read_partial_date_time
from firstdose.records.values import Unreadable, read_value

HELD, EVENTS = "held_events", "adverse_events"
HELD_KINDS = ("adverse_events", "grade_changes", "deaths", "dispositions")
"""The kinds of records that tell what befell somebody, and are held where a lock refuses them."""
SERIOUS = "serious"
HALTED = "dosing is halted until it is recorded or withdrawn"
TOLD_OF_IT = {"event": "", "term": "", "cause": "", "grade": "grade ", "severity": "", "died": "died "}
"""What of the typed fields is told at a glance, with the word before it."""


def waiting_held(source: Recorded) -> tuple[HeldEvent, ...]:
    """What is held and neither recorded nor withdrawn."""
    return all_of(source, HeldEvent, state="waiting")


def typed_of(held: HeldEvent) -> dict[str, str]:
    """What was typed in each field of the form, exactly."""
    return dict(json.loads(held.typed))


def seen_of(held: HeldEvent) -> dict[str, str]:
    """What stood in each field of the form before."""
    return dict(json.loads(held.seen))


def told_in(held: HeldEvent) -> dict[str, str]:
    """What it tells, field by field: all that was typed of a new record, of a change what differs from what stood then.

    Without what names the record: nobody changes that, and a new one may be given another number.
    """
    seen, keys = seen_of(held), keys_of(RECORDS[held.record_type])
    named_by = keys[-1:] if held.changes is None else keys
    typed = {name: text for name, text in typed_of(held).items() if name not in named_by}
    return {name: text for name, text in typed.items() if text.strip() != seen.get(name, "").strip()}


def named(held: HeldEvent) -> str:
    """What it is and whose, without anything that was typed in it."""
    if held.changes is None:
        return f"{kind_words(held.record_type)} of {held.subject}"
    return f"change of {record_words(held.record_type, held.changes)}"


def halting_words(held: HeldEvent) -> str:
    """Why nobody is dosed meanwhile."""
    return f"{named(held)} is held outside the locked data (held event {held.held}): {HALTED}"


def held_words(held: Iterable[HeldEvent]) -> str:
    """The same of several."""
    return "; ".join(map(halting_words, held))


def at_a_glance(held: HeldEvent) -> str:
    """The most telling of what was typed: which event, how bad, whether serious."""
    typed = typed_of(held)
    told = [
        before + value_words(held.record_type, name, typed[name])
        for name, before in TOLD_OF_IT.items()
        if typed.get(name) and name not in keys_of(RECORDS[held.record_type])
    ]
    return ", ".join((*told, SERIOUS) if is_serious(held) else told)


def is_serious(held: HeldEvent) -> bool:
    """Whether what was typed says that an event is serious."""
    if held.record_type != EVENTS:
        return False
    try:
        return read_value(columns_of(AdverseEvent)[SERIOUS], typed_of(held).get(SERIOUS, "")) is True
    except Unreadable:
        return False


def event_told(held: HeldEvent) -> AdverseEvent | None:
    """The serious event that is held, as far as what was typed of it can be read; None for anything else."""
    if not is_serious(held):
        return None
    known: dict[str, Any] = {}
    texts = seen_of(held) | typed_of(held) | (key_fields(held.record_type, held.changes) if held.changes else {})
    for name, column in columns_of(AdverseEvent).items():
        with suppress(Unreadable):
            known[name] = read_value(column, texts.get(name, ""))
    known |= {"subject": held.subject, "number": known.get("number") or 0, "term": known.get("term") or "no name given"}
    return AdverseEvent(**known)


def since(held: HeldEvent) -> str:
    """Since when it is known, as it was typed, and since when it is held."""
    aware = typed_of(held).get("aware", "").strip()
    known = f"known since {_moment_as_typed(aware)}; " if aware else ""
    return f"{known}held since {moment_words(held.since)}"


def _moment_as_typed(text: str) -> str:
    """A moment in words; what is none, as it was typed."""
    try:
        found = read_partial_date_time(text)
    except ValueError:
        return text
    return moment_words(found) if found else text


def ended_words(held: HeldEvent) -> str:
    """What became of it."""
    if held.state == "recorded":
        return f"recorded as {record_words(held.record_type, held.recorded_as or '')}"
    return f"withdrawn: {held.withdrawn_because}" if held.state == "withdrawn" else HALTED


def not_in_pack(source: Recorded) -> str:
    """What the committee's pack does not know of; empty where nothing waits."""
    return not_told(waiting_held(source))


def not_told(held: Iterable[HeldEvent]) -> str:
    """The same of what waited when data were exported."""
    told = [f"{named(each)} ({at_a_glance(each) or 'nothing told'}), {since(each)}" for each in held]
    return f"Held outside the locked data, and not known to anything told here: {'; '.join(told)}." if told else ""


def against_deciding(source: Recorded) -> str:
    """Why nothing is decided on the dose now, for what is held; empty where nothing waits."""
    held = held_words(waiting_held(source))
    return f"{held}. Nothing is decided on the dose meanwhile: have the lock opened, then record it" if held else ""


def refuse_while_held(work: Work) -> None:
    """Nothing is decided on the dose on data that lack what is known already.

    Raises Refused.
    """
    against = against_deciding(work)
    if against:
        raise Refused(against)
