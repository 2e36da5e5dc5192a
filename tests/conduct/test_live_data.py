"""The data that are kept up to date entry by entry are those that a reading of the whole ledger gives."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.conduct.ledger import Author, Draft, FieldChange, Ledger, Refused
from firstdose.conduct.live_data import LiveData
from firstdose.conduct.snapshot import OF_DOSING, snapshot_now
from firstdose.records import RECORDS, AdverseEvent
from firstdose.records.frames import records_of

NURSE = Author("nurse", "coordinator", "01", "Europe/Rome")
DAY = date(2026, 3, 2)
NAMES = st.sampled_from([("adverse_events", "P1/1"), ("adverse_events", "P1/2"), ("visits", "P2/M1")])
TEXTS = st.sampled_from(["Headache", "Nausea", "", "2", "3", "not a grade", "2026-03-01", "01.03.2026"])
STEPS = st.tuples(
    st.sampled_from(["write", "write", "remove", "restore", "look", "look at dosing"]), NAMES, TEXTS, TEXTS
)
FIELDS = {"adverse_events": ("term", "grade"), "visits": ("start", "state")}
KEYS = {"adverse_events": ("subject", "number"), "visits": ("subject", "visit")}


def step(ledger: Ledger, action: str, name: tuple[str, str], texts: tuple[str, str]) -> None:
    """Write a record, remove it, or bring it back, where that can be done."""
    kind, record = name
    stored = ledger.record(kind, record)
    if action == "write":
        wanted = dict(zip(KEYS[kind], record.split("/"), strict=True)) | dict(zip(FIELDS[kind], texts, strict=True))
        changes = tuple(
            FieldChange(field, stored.fields.get(field), text or None)
            for field, text in wanted.items()
            if stored.fields.get(field) != (text or None)
        )
        draft = Draft("change" if stored.fields else "create", kind, record, changes, "typed")
    else:
        draft = Draft(action, kind, record, (), "by mistake")  # type: ignore[arg-type]
    with suppress(Refused, ValueError):  # nothing to change, to remove or to bring back
        ledger.write(NURSE, [draft])


@settings(max_examples=40, deadline=None)
@given(steps=st.lists(STEPS, max_size=25))
def test_data_kept_up_to_date_are_those_read_anew(steps: list[tuple[str, tuple[str, str], str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'ledger.sqlite3'}"
        ledger = Ledger.create(url, bytes(range(32)), lambda: datetime(2026, 3, 2, 9, tzinfo=UTC))
        live = LiveData(ledger)
        for action, name, *texts in [*steps, ("look", ("", ""), "", "")]:
            if not action.startswith("look"):
                step(ledger, action, name, (texts[0], texts[1]))
                continue
            kinds = tuple(RECORDS) if action == "look" else OF_DOSING
            known, anew = live.of(kinds, DAY), snapshot_now(ledger, DAY)
            assert all(known.frames[kind].equals(anew.trial_data.frames[kind]) for kind in kinds)
            for kind in kinds:
                made = list(records_of(RECORDS[kind], anew.trial_data.frames[kind]))
                assert list(known.records(RECORDS[kind])) == made
            assert live.unusable(tuple(RECORDS)) == anew.unusable.height
            unreadable = {each.row for each in anew.problems if each.effect in ("rejected", "left empty")}
            named = {ledger.record(kind, record).head for kind, record in live.unreadable(tuple(RECORDS))}
            assert named == unreadable
            assert known is live.of(kinds, DAY), "nothing is made again where nothing was entered"
        ledger.close()


def test_a_record_is_made_again_only_when_it_changed_and_is_what_each_state_said(tmp_path: Path) -> None:
    ledger = Ledger.create(
        f"sqlite:///{tmp_path / 'ledger.sqlite3'}", bytes(range(32)), lambda: datetime(2026, 3, 2, 9, tzinfo=UTC)
    )
    for record, term in (("P1/1", "Headache"), ("P1/2", "Nausea")):
        step(ledger, "write", ("adverse_events", record), (term, "2"))
    live = LiveData(ledger)
    before = live.of(OF_DOSING, DAY)
    first, second = before.records(AdverseEvent)
    step(ledger, "write", ("adverse_events", "P1/1"), ("Headache", "3"))
    after = live.of(OF_DOSING, DAY)
    changed, same = after.records(AdverseEvent)
    assert same is second
    assert (first.grade, changed.grade) == (2, 3)
    assert [each.grade for each in before.records(AdverseEvent)] == [2, 2], "what was read before stays as it was"
    assert list(live.of(tuple(RECORDS), DAY).records(AdverseEvent)) == [changed, same]
    ledger.close()
