"""A trial is told as it happened: nothing of somebody who has not come, nothing before what it is part of."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from firstdose.conduct.ledger import Author, Ledger, verify
from firstdose.conduct.retelling import retell
from firstdose.conduct.snapshot import snapshot
from firstdose.records import (
    AdverseEvent,
    Batch,
    Cohort,
    DiseaseHistory,
    Dosing,
    GradeChange,
    Medication,
    PartialDate,
    PartialDateTime,
    Slot,
    Subject,
    TrialData,
    Visit,
)
from tests.conduct.ledger.places import KEY

AUTHOR = Author("firstdose", "system")
LATER = datetime(2027, 1, 1, tzinfo=UTC)


def when(text: str) -> PartialDateTime:
    return PartialDateTime.of(datetime.fromisoformat(text))


def day(text: str) -> PartialDate:
    return when(text).date


RECORDS_OF_ONE: list[Any] = [
    Subject(subject="P1", consent=when("2026-01-05")),
    Subject(subject="P2", consent=when("2026-03-01"), birth=day("1961-07-13")),
    DiseaseHistory(subject="P2", diagnosis="secondary progressive multiple sclerosis"),
    Medication(subject="P2", number=1, drug="amantadine", start=when("2019-05-01")),
    Cohort(cohort="C1", dose_level=1, opened=when("2026-01-10")),
    Cohort(cohort="C2", dose_level=2, opened=when("2026-05-01")),
    Slot(cohort="C1", slot=1, state="dosed", subject="P1", assigned=when("2026-01-11")),
    Slot(cohort="C2", slot=1, state="open"),
    Batch(batch="B1", made_for="P1", manufactured=day("2026-01-06"), released=when("2026-01-15"), state="released"),
    Dosing(subject="P1", number=1, batch="B1", cohort="C1", procedure_start=when("2026-01-20")),
    Visit(subject="P1", visit="V2", planned_day=30, state="missed"),
    Visit(subject="P2", visit="V2", planned_day=30, state="missed"),
    AdverseEvent(subject="P1", number=1, term="seizure", grade=3, start=when("2026-02-01")),
    GradeChange(subject="P1", event=1, change=1, grade=1, changed=when("2026-02-01")),
    GradeChange(subject="P1", event=1, change=2, grade=3, changed=when("2026-02-10")),
    GradeChange(subject="P1", event=1, change=3, grade=0, changed=when("2026-02-20")),
    AdverseEvent(subject="P1", number=2, term="fever", grade=2, start=when("2026-02-01")),
    GradeChange(subject="P1", event=2, change=1, grade=1),
]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    ledger = Ledger.create(f"sqlite:///{tmp_path_factory.mktemp('told') / 'l.sqlite3'}", KEY, lambda: LATER)
    retell(ledger, AUTHOR, TrialData.of(RECORDS_OF_ONE, date(2026, 6, 1)))
    return ledger


def at(ledger: Ledger, text: str) -> TrialData:
    """What had been entered by the end of a day."""
    return snapshot(ledger, datetime.combine(date.fromisoformat(text), time.max, UTC)).trial_data


def test_in_the_end_everything_is_told(told: Ledger) -> None:
    assert snapshot(told, LATER).content_hash == TrialData.of(RECORDS_OF_ONE).content_hash
    assert verify(told, [told.head()]).is_whole


@pytest.mark.parametrize("kind", [Subject, DiseaseHistory, Medication])
def test_nothing_is_known_of_somebody_who_has_not_come(told: Ledger, kind: type) -> None:
    assert "P2" not in at(told, "2026-02-28")[kind]["subject"].to_list()
    assert "P2" in at(told, "2026-03-01")[kind]["subject"].to_list()


def test_a_place_is_not_known_before_its_cohort_and_a_batch_not_before_whom_it_is_for(told: Ledger) -> None:
    assert at(told, "2026-04-30")[Slot]["cohort"].to_list() == ["C1"]
    assert at(told, "2026-05-01")[Slot]["cohort"].to_list() == ["C1", "C2"]
    assert at(told, "2026-01-05")[Batch].height == 0


def test_a_change_of_grade_without_a_date_is_not_known_before_its_event(told: Ledger) -> None:
    assert at(told, "2026-01-31")[GradeChange].height == 0
    assert at(told, "2026-02-01")[GradeChange].height == 2


@pytest.mark.parametrize(
    ("on", "kind", "field", "said"),
    [
        ("2026-02-01", AdverseEvent, "grade", [1, 2]),
        ("2026-02-09", AdverseEvent, "grade", [1, 2]),
        ("2026-02-10", AdverseEvent, "grade", [3, 2]),
        ("2026-02-20", AdverseEvent, "grade", [3, 2]),
        ("2026-01-19", Slot, "state", ["assigned"]),
        ("2026-01-20", Slot, "state", ["dosed"]),
        ("2026-01-14", Batch, "state", ["quarantine"]),
        ("2026-01-15", Batch, "state", ["released"]),
        ("2026-02-19", Visit, "state", []),
        ("2026-02-20", Visit, "state", ["missed"]),
        ("2026-03-01", Visit, "state", ["missed", "missed"]),
    ],
)
def test_what_a_field_said_on_a_day(told: Ledger, on: str, kind: type, field: str, said: list[Any]) -> None:
    """Day 30 after 20 January is 19 February: the day after, the visit was missed. P2 was never dosed."""
    assert at(told, on)[kind][field].to_list() == said


@pytest.mark.parametrize("past", ["2025-02-11", "2025-10-19", "2026-01-27", "2026-05-07", "2026-11-13"])
def test_the_demonstration_has_no_fault_as_of_any_day(demonstrated: Ledger, past: str) -> None:
    found = snapshot(demonstrated, datetime.fromisoformat(f"{past}T12:00+00:00"))
    assert [str(each) for each in found.problems] == []
    assert found.trial_data[Subject].height


@pytest.fixture(scope="module")
def demonstrated(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """The trial under way that the demonstration shows, told into a ledger."""
    from firstdose.web.demonstration import virtual_trial

    protocol_file = Path("src/firstdose/examples/nsc-spms/protocol.yaml").resolve()
    data = virtual_trial(protocol_file, 20231127, date(2026, 11, 22))
    ledger = Ledger.create(f"sqlite:///{tmp_path_factory.mktemp('demo') / 'l.sqlite3'}", KEY, lambda: LATER)
    retell(ledger, AUTHOR, data, "1")
    return ledger
