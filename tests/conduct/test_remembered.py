"""What is remembered of records is what looking at them anew says, whatever was entered since."""

from __future__ import annotations

import pytest

from firstdose.conduct import remembered as module
from firstdose.conduct.entering import check_records
from firstdose.conduct.ledger import Draft
from firstdose.conduct.remembered import Remembered
from tests.conduct.workplace import NURSE, Workplace

EVENTS = "adverse_events"


def test_odd_records_are_counted_as_they_are_now_and_looked_at_once(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[int] = []

    def check(record_type: str, records: list[dict[str, str]]) -> list[tuple[object, ...]]:
        looked_at.append(len(records))
        return list(check_records(record_type, records))

    monkeypatch.setattr(module, "check_records", check)
    known = Remembered()

    def odd() -> int:
        return known.odd(EVENTS, [each for each in place.ledger.records(EVENTS) if not each.is_removed])

    place.enter(EVENTS, subject="P01", number="1", term="Headache", grade="2")
    place.enter(EVENTS, subject="P01", number="2", term="Nausea", grade="many")
    assert (odd(), odd()) == (1, 1)
    place.change(EVENTS, "P01/1", start="2026-03-02", end="2026-03-01")
    assert odd() == 2, "an end before the start"
    place.change(EVENTS, "P01/2", grade="1")
    assert odd() == 1
    assert looked_at == [2, 1, 1]


def test_records_are_counted_without_those_removed(place: Workplace) -> None:
    place.enter(EVENTS, subject="P01", number="1", term="Headache")
    place.enter(EVENTS, subject="P01", number="2", term="Nausea")
    place.enter("subjects", subject="P01")
    assert place.ledger.present(EVENTS) == 2
    with place.work(NURSE) as work:
        work.append(Draft("remove", EVENTS, "P01/2", reason="by mistake"))
        assert (work.present(EVENTS), work.present("subjects"), work.present("deaths")) == (1, 1, 0)
    assert place.ledger.present(EVENTS) == 1
