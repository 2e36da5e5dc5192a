"""A trial told into a ledger comes back as it was; the data as of a moment are those that were known then."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from firstdose.conduct.ledger import Author, Draft, FieldChange, Ledger, verify
from firstdose.conduct.retelling import retell
from firstdose.conduct.snapshot import snapshot, snapshot_at, snapshot_now
from firstdose.conduct.standing import standing
from firstdose.dosing import recommendation
from firstdose.protocol import Protocol, read_protocol
from firstdose.records import AdverseEvent, DoseDecision, PartialDateTime, Slot, TrialData
from firstdose.simulation.virtual_trial import read_scenario, virtual_trials

KEY = bytes(range(32))
NURSE = Author("nurse", "coordinator", "01", "Europe/Rome")
REFERENCE = Path("src/firstdose/examples/nsc-spms/protocol.yaml").resolve()
LATER = datetime(2040, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return read_protocol(REFERENCE)


@pytest.fixture(scope="module")
def virtual(protocol: Protocol) -> TrialData:
    scenario = read_scenario(REFERENCE.with_name("scenario.yaml"))
    return next(iter(virtual_trials(protocol, scenario, seed=20231127, numbers=[0]))).trial_data


@pytest.fixture(scope="module")
def told(virtual: TrialData, tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    path = tmp_path_factory.mktemp("told") / "ledger.sqlite3"
    ledger = Ledger.create(f"sqlite:///{path}", KEY, lambda: LATER)
    retell(ledger, NURSE, virtual)
    return ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger.create(f"sqlite:///{tmp_path / 'ledger.sqlite3'}", KEY, lambda: LATER)


def at(ledger: Ledger, moment: datetime) -> Ledger:
    return Ledger(ledger.database, ledger.key, lambda: moment)


def event(action: str, *changes: tuple[str, str | None, str | None], reason: str = "") -> Draft:
    return Draft(action, "adverse_events", "P1/1", tuple(FieldChange(*each) for each in changes), reason)  # type: ignore[arg-type]


def test_a_trial_told_into_a_ledger_comes_back_as_it_was(told: Ledger, virtual: TrialData) -> None:
    found = snapshot(told, LATER)
    assert found.content_hash == virtual.content_hash
    assert found.unusable.height == 0
    assert verify(told, [found.head]).is_whole


def test_the_rule_says_at_each_decision_what_it_said_then(told: Ledger, virtual: TrialData, protocol: Protocol) -> None:
    decisions = list(virtual.records(DoseDecision))
    assert len(decisions) > 3
    for decision in decisions:
        assert isinstance(decision.decided, PartialDateTime)
        day = decision.decided.date.earliest
        assert day is not None
        evening = datetime(day.year, day.month, day.day, 21, tzinfo=UTC)
        advised = recommendation(protocol, snapshot(told, evening).trial_data, evening)
        assert (advised.action, advised.next_level) == (decision.recommended_action, decision.recommended_next_level)


def test_before_the_first_entry_nothing_is_known(told: Ledger) -> None:
    found = snapshot(told, datetime(1990, 1, 1, tzinfo=UTC))
    assert found.head.sequence == 0
    assert all(frame.height == 0 for frame in found.trial_data.frames.values())


def test_the_past_stays_as_it_was_whatever_is_entered_later(ledger: Ledger) -> None:
    first = datetime(2026, 1, 1, 9, tzinfo=UTC)
    at(ledger, first).write(
        NURSE, [event("create", ("subject", None, "P1"), ("number", None, "1"), ("term", None, "Fever"))]
    )
    then = snapshot(ledger, first).content_hash
    later = first + timedelta(days=3)
    at(ledger, later).write(NURSE, [event("change", ("term", "Fever", "Chill"), reason="source")])
    at(ledger, later).write(NURSE, [event("remove", reason="another person's")])
    assert snapshot(ledger, first).content_hash == then
    assert snapshot(ledger, later).trial_data[AdverseEvent].height == 0


def test_what_is_entered_now_is_seen_whatever_the_clock_said(ledger: Ledger) -> None:
    """A clock that once ran a year ahead: what was entered ahead of an entry with the right time was known by then."""
    begin = datetime(2026, 1, 1, 9, tzinfo=UTC)
    create = event("create", ("subject", None, "P1"), ("number", None, "1"), ("term", None, "Fever"))
    at(ledger, begin + timedelta(days=365)).write(NURSE, [create])
    assert snapshot(ledger, begin).trial_data[AdverseEvent].height == 0
    at(ledger, begin).write(NURSE, [event("change", ("grade", None, "3"))])
    found = snapshot_now(ledger, begin.date())
    assert snapshot(ledger, begin).head == found.head
    assert snapshot(ledger, begin).content_hash == found.content_hash
    assert [each.grade for each in found.trial_data.records(AdverseEvent)] == [3]
    assert found.head == ledger.head()
    assert snapshot_at(ledger, found.head.sequence, begin.date()).content_hash == found.content_hash


def test_what_cannot_be_read_is_missing_in_the_data_and_stands_in_the_list(ledger: Ledger) -> None:
    fields = (("subject", None, "P1"), ("number", None, "1"), ("term", None, "Fever"), ("grade", None, "two"))
    ledger.write(NURSE, [event("create", *fields)])
    found = snapshot(ledger, LATER)
    assert list(found.trial_data.records(AdverseEvent)) == [AdverseEvent(subject="P1", number=1, term="Fever")]
    (grade,) = [each for each in found.problems if each.field == "grade"]
    assert (grade.value, grade.row) == ("two", found.head.sequence)
    assert ledger.record("adverse_events", "P1/1").fields["grade"] == "two"


def test_a_record_that_cannot_be_used_is_told_of_and_kept(ledger: Ledger) -> None:
    ledger.write(NURSE, [event("create", ("subject", None, "P1"), ("number", None, "1"), ("start", None, "2026"))])
    found = snapshot(ledger, LATER)
    assert found.trial_data[AdverseEvent].height == 0
    assert found.unusable.height == 1
    assert ledger.record("adverse_events", "P1/1").fields["start"] == "2026"


def test_what_became_known_later_is_entered_later(ledger: Ledger) -> None:
    fever = AdverseEvent(
        subject="P1",
        number=1,
        term="Fever",
        start=PartialDateTime.of(datetime(2026, 1, 1)),
        end=PartialDateTime.of(datetime(2026, 1, 9)),
        outcome="recovered",
    )
    retell(ledger, NURSE, TrialData.of([fever]))
    before = snapshot(ledger, datetime(2026, 1, 5, tzinfo=UTC))
    (known,) = before.trial_data.records(AdverseEvent)
    assert (known.end, known.outcome) == (None, None)
    (after,) = snapshot(ledger, datetime(2026, 1, 10, tzinfo=UTC)).trial_data.records(AdverseEvent)
    assert after == fever


def test_the_ladder_shows_each_place_as_the_records_have_it(
    told: Ledger, virtual: TrialData, protocol: Protocol
) -> None:
    found = standing(protocol, virtual, LATER)
    places = {(rung.cohort, place.number): place for rung in found.rungs for place in rung.places}
    assert places.keys() == {(slot.cohort, slot.slot) for slot in virtual.records(Slot)}
    verdicts = virtual.frames["dlt_adjudications"]
    limiting = set(verdicts.filter(verdicts["verdict"] == "dlt")["subject"])
    assert {place.subject for place in places.values() if place.state == "dlt"} == limiting
    assert [rung.level for rung in found.rungs] == sorted((rung.level for rung in found.rungs), reverse=True)
    assert found.advice is not None
    assert found.advice.action == "stop"


def test_a_place_is_in_its_window_until_the_window_is_over(virtual: TrialData, protocol: Protocol) -> None:
    from firstdose.records import Dosing

    first = min(str(each.product_start)[:10] for each in virtual.records(Dosing))
    day = date.fromisoformat(first)
    soon = datetime(day.year, day.month, day.day, 23, 59, tzinfo=UTC) + timedelta(days=1)
    states = {place.state for rung in standing(protocol, virtual, soon).rungs for place in rung.places}
    assert "in_window" in states
