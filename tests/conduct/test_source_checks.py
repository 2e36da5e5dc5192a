"""Source verification: bound to what was compared; it falls when that changes."""

from __future__ import annotations

import pytest

from firstdose.conduct.catalogue import Query
from firstdose.conduct.ledger import Refused
from firstdose.conduct.own_records import all_of
from firstdose.conduct.source_checks import Share, check_source, last_check, share_by_kind, share_of, verification
from tests.conduct.workplace import MONITOR, NURSE, Workplace


@pytest.fixture
def two_events(place: Workplace) -> Workplace:
    for number in ("1", "2"):
        place.enter("adverse_events", subject="P01", number=number, term="headache", grade="3")
    return place


def head(place: Workplace, record: str) -> int:
    return place.record("adverse_events", record).head


def test_a_check_holds_until_the_record_changes(two_events: Workplace) -> None:
    place = two_events
    seen = head(place, "P01/1")
    with place.work(MONITOR) as work:
        assert check_source(work, "adverse_events", "P01/1", seen, agrees=True) == ()
    found = verification(place.ledger)
    assert found == {("adverse_events", "P01/1"): "agrees", ("adverse_events", "P01/2"): "not_checked"}
    assert share_of(found) == Share(2, 1, 0, 0)
    assert share_of(found).verified == 0.5
    stored = place.record("adverse_events", "P01/1")
    state, check = last_check(place.ledger, stored)
    assert (state, check.check if check else None) == ("agrees", 1)
    assert last_check(place.ledger, place.record("adverse_events", "P01/2")) == ("not_checked", None)
    place.change("adverse_events", "P01/1", grade="2")
    assert last_check(place.ledger, place.record("adverse_events", "P01/1"))[0] == "changed_since"
    assert verification(place.ledger)["adverse_events", "P01/1"] == "changed_since"
    place.change("adverse_events", "P01/1", grade="3")
    assert verification(place.ledger)["adverse_events", "P01/1"] == "changed_since"
    seen = head(place, "P01/1")
    with place.work(MONITOR) as work:
        check_source(work, "adverse_events", "P01/1", seen, agrees=True)
    assert share_by_kind(verification(place.ledger))["adverse_events"] == Share(2, 1, 0, 0)


def test_what_was_changed_since_it_was_seen_cannot_be_verified(two_events: Workplace) -> None:
    seen = head(two_events, "P01/1")
    two_events.change("adverse_events", "P01/1", grade="2")
    with pytest.raises(Refused, match="compare it again"), two_events.work(MONITOR) as work:
        check_source(work, "adverse_events", "P01/1", seen, agrees=True)


def test_what_differs_is_asked_about(two_events: Workplace) -> None:
    place = two_events
    seen = head(place, "P01/1")
    with pytest.raises(Refused, match="say what differs"), place.work(MONITOR) as work:
        check_source(work, "adverse_events", "P01/1", seen, agrees=False, note=" ")
    seen = head(place, "P01/1")
    with place.work(MONITOR) as work:
        assert check_source(work, "adverse_events", "P01/1", seen, False, "grade 2 in the chart") == (1,)
    (query,) = all_of(place.ledger, Query)
    assert query.words == "differs from the source: grade 2 in the chart"
    assert share_of(verification(place.ledger)) == Share(2, 0, 1, 0)


def test_only_a_monitor_verifies_and_only_what_is_there(two_events: Workplace) -> None:
    seen = head(two_events, "P01/1")
    with pytest.raises(Refused, match="compare records with their source"), two_events.work(NURSE) as work:
        check_source(work, "adverse_events", "P01/1", seen, agrees=True)
    with pytest.raises(Refused, match="no adverse event 9 of P01"), two_events.work(MONITOR) as work:
        check_source(work, "adverse_events", "P01/9", 0, agrees=True)


def test_there_is_no_share_of_nothing() -> None:
    assert share_of({}).verified is None
