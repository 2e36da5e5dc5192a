"""What a serious event does not say is asked for at once: awareness, expectedness, outcome; and it is saved."""

from __future__ import annotations

from datetime import timedelta

import pytest

from firstdose.conduct.automatic_queries import MENDED, check_all, check_record
from firstdose.conduct.catalogue import Query
from firstdose.conduct.clocks import Clock, clocks
from firstdose.conduct.own_records import all_of
from firstdose.conduct.serious_events import entered_as_serious
from firstdose.conduct.serious_rules import SERIOUS_RULES
from tests.conduct.running import BOTH_KINDS, Running
from tests.conduct.workplace import DATA_MANAGER, NURSE

ASKED = {"aware", "expectedness", "outcome"}
UNRELATED = {"relation_to_product": "not_related", "relation_to_procedure": "unlikely"}
WHOLE = {"aware": "2026-02-03T09:00", "expectedness": "unexpected", "outcome": "not_recovered"}


@pytest.fixture(params=BOTH_KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """The kind of database that a trial is run on."""
    return str(request.param)


@pytest.fixture
def running(running: Running) -> Running:
    running.person("P1")
    return running.at("2026-02-03T10:00")


def event(running: Running, **facts: str) -> None:
    """A serious event as a form writes it, with the queries that follow."""
    unasked(running, **facts)
    follow(running)


def unasked(running: Running, **facts: str) -> None:
    """The same without queries, such as an event that an earlier version of the program took."""
    known = {"subject": "P1", "number": "1", "term": "seizure", "start": "2026-02-02", "serious": "yes"}
    running.enter("adverse_events", **(known | {"serious_hospital": "yes"} | facts))


def follow(running: Running) -> None:
    with running.work(NURSE) as work:
        check_record(work, "adverse_events", "P1/1")


def asked(running: Running, state: str = "open") -> set[str | None]:
    """The fields that are asked about."""
    return {each.about_field for each in all_of(running.ledger, Query) if each.state == state}


def clock(running: Running) -> Clock:
    entered = entered_as_serious(running.ledger)
    return next(
        each
        for each in clocks(running.snapshot.trial_data, running.now, entered=entered)
        if each.kind == "within_24_hours"
    )


def test_it_is_saved_and_asked_about_field_by_field(running: Running) -> None:
    event(running)
    assert running.record("adverse_events", "P1/1").fields["term"] == "seizure"
    assert asked(running) == ASKED
    assert len(all_of(running.ledger, Query)) == len(ASKED)


@pytest.mark.parametrize(
    ("facts", "fields"),
    [
        (WHOLE, set()),
        (UNRELATED, ASKED - {"expectedness"}),
        (UNRELATED | {"relation_to_procedure": "possible"}, ASKED),
        ({"relation_to_product": "not_related"}, ASKED),
        ({"serious": "no", "serious_hospital": "no"}, set()),
        ({"serious": "", "serious_hospital": ""}, set()),
    ],
)
def test_what_is_asked_depends_on_what_is_said(running: Running, facts: dict[str, str], fields: set[str]) -> None:
    event(running, **facts)
    assert asked(running) == fields


def test_each_query_closes_with_its_answer(running: Running) -> None:
    event(running)
    running.change("adverse_events", "P1/1", aware="2026-02-03T09:00")
    follow(running)
    assert asked(running) == ASKED - {"aware"}
    (closed,) = [each for each in all_of(running.ledger, Query) if each.state == "closed"]
    assert (closed.about_field, closed.closing) == ("aware", MENDED)


def test_an_event_that_becomes_serious_is_asked_about_then(running: Running) -> None:
    event(running, serious="no", serious_hospital="no")
    running.change("adverse_events", "P1/1", serious="yes", serious_hospital="yes")
    follow(running)
    assert asked(running) == ASKED


def test_all_are_asked_when_all_records_are_looked_at(running: Running) -> None:
    unasked(running)
    assert asked(running) == set()
    with running.work(DATA_MANAGER) as work:
        check_all(work)
    assert asked(running) == ASKED
    with running.work(DATA_MANAGER) as work:
        assert check_all(work) == (), "nobody is asked twice"


def test_data_that_are_read_are_not_found_fault_with(running: Running) -> None:
    unasked(running)
    rules = {each.rule for each in SERIOUS_RULES}
    assert [each for each in running.snapshot.problems if each.rule in rules] == []


def test_without_awareness_the_clock_counts_from_the_entry_and_says_so(running: Running) -> None:
    event(running)
    entered = running.now
    running.later(hours=23)
    found = clock(running)
    assert found.due.last == entered + timedelta(hours=24)
    assert found.when == (
        "the time for it may have ended already, as it is not recorded when the sponsor became aware; counted from "
        "when the event was entered here as serious: it ends at the latest 4 February 2026, 10:00 (Europe/Rome)"
    )
    running.later(hours=2)
    late = clock(running)
    assert late.is_overdue is True
    assert late.when.endswith("10:00 (Europe/Rome), counted from when the event was entered here as serious")
    running.change("adverse_events", "P1/1", aware="2026-02-03T09:00")
    assert clock(running).when == "overdue since 4 February 2026, 09:00 (Europe/Rome)"
