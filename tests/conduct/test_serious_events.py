"""Reports of serious events: noted when sent, for events that are serious, and no earlier."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from firstdose.conduct.alerts import Watched, alerts
from firstdose.conduct.clocks import clocks
from firstdose.conduct.ledger import Draft, Refused
from firstdose.conduct.ledger.entry import Action
from firstdose.conduct.serious_events import SeriousEvents, entered_as_serious, report_event, safety_reports
from firstdose.conduct.snapshot import snapshot
from tests.conduct.running import BOTH_KINDS
from tests.conduct.workplace import MONITOR, NURSE, Workplace


@pytest.fixture(params=BOTH_KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """Each test is run on both kinds of database."""
    return str(request.param)


@pytest.fixture
def serious(place: Workplace) -> Workplace:
    """An event that turned out to be serious an hour after it was entered; awareness was not noted."""
    place.enter("subjects", subject="P01", consent="2026-01-05")
    place.enter("adverse_events", subject="P01", number="1", term="seizure", start="2026-03-01", serious="no")
    place.later(hours=1)
    place.change("adverse_events", "P01/1", serious="Yes", serious_hospital="yes", expectedness="expected")
    return place


def test_item_50_the_clock_starts_no_later_than_the_entry(serious: Workplace) -> None:
    """Entered as serious on 2 March at 10:00 UTC."""
    entered = entered_as_serious(serious.ledger)
    assert entered == {("P01", 1): datetime(2026, 3, 2, 10, tzinfo=UTC)}
    data = snapshot(serious.ledger, serious.now).trial_data
    (clock,) = clocks(data, datetime(2026, 3, 3, 10, 0, 1, tzinfo=UTC), entered=entered)
    assert clock.is_overdue is True
    serious.change("adverse_events", "P01/1", serious="y")
    assert entered_as_serious(serious.ledger) == entered, "the first time counts"


def test_a_report_that_was_sent_ends_the_alert(serious: Workplace) -> None:
    serious.later(hours=2)
    with serious.work(NURSE) as work:
        report_event(work, "P01", 1, "within_24_hours", serious.now - timedelta(minutes=5), "sponsor", "R-17")
    (report,) = safety_reports(serious.ledger)
    assert str(report.sent) == "2026-03-02T12:55:00+01:00", "as the clocks at the site showed it"
    data, entered = snapshot(serious.ledger, serious.now).trial_data, entered_as_serious(serious.ledger)
    before = alerts(Watched(serious.protocol, data, serious.now, entered=entered))
    assert [each.kind for each in before] == ["safety_report"]
    assert alerts(Watched(serious.protocol, data, serious.now, entered=entered, reports=[report])) == ()
    with serious.work(NURSE) as work:
        report_event(work, "P01", 1, "follow_up", serious.now)
    assert [each.report for each in safety_reports(serious.ledger)] == [1, 2]


def test_what_cannot_be_a_report_is_refused(serious: Workplace) -> None:
    with pytest.raises(Refused, match="no adverse event 7 of P01"), serious.work(NURSE) as work:
        report_event(work, "P01", 7, "within_24_hours", serious.now)
    with pytest.raises(Refused, match="still to be sent"), serious.work(NURSE) as work:
        report_event(work, "P01", 1, "within_24_hours", serious.now + timedelta(seconds=1))
    with pytest.raises(Refused, match="needs a time zone"), serious.work(NURSE) as work:
        report_event(work, "P01", 1, "within_24_hours", datetime(2026, 3, 2))
    with pytest.raises(Refused, match="enter and change data"), serious.work(MONITOR) as work:
        report_event(work, "P01", 1, "within_24_hours", serious.now)
    serious.change("adverse_events", "P01/1", serious="no")
    with pytest.raises(Refused, match="not noted as serious"), serious.work(NURSE) as work:
        report_event(work, "P01", 1, "within_24_hours", serious.now)


def test_what_is_kept_of_serious_events_is_what_reading_all_of_them_gives(serious: Workplace) -> None:
    """After each entry: a second event, one that is serious no more, one that is removed and restored."""

    def write(serious: Workplace, action: Action) -> None:
        with serious.work(NURSE) as work:
            work.append(Draft(action, "adverse_events", "P01/2", reason="by mistake"))

    kept = SeriousEvents()
    steps: tuple[Callable[[], object], ...] = (
        lambda: None,
        lambda: serious.enter("adverse_events", subject="P01", number="2", term="fall", serious="yes"),
        lambda: serious.change("adverse_events", "P01/1", serious="no"),
        lambda: serious.change("adverse_events", "P01/1", serious="yes"),
        lambda: write(serious, "remove"),
        lambda: write(serious, "restore"),
    )
    seen = []
    for step in steps:
        serious.later(minutes=10)
        step()
        seen.append(kept.entered(serious.ledger))
        assert seen[-1] == entered_as_serious(serious.ledger)
    assert [sorted(number for _, number in each) for each in seen] == [[1], [1, 2], [2], [1, 2], [1], [1, 2]]
