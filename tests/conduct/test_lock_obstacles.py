"""What stands against a lock: each kind found where it was made, told with its records, and gone once it is mended."""

from __future__ import annotations

from datetime import date

import pytest

from firstdose.conduct.ledger import Refused
from firstdose.conduct.lock_obstacles import WORDS, Obstacle, obstacles
from firstdose.conduct.locking import ask_for_lock
from firstdose.conduct.queries import Asked, answer, ask, close
from firstdose.conduct.signatures import REVIEWED, sign_all
from firstdose.conduct.source_checks import check_source
from firstdose.conduct.staleness import stale_decisions
from firstdose.records import FORM_TITLES
from tests.conduct.running import Running
from tests.conduct.test_schedule import WITH_VISITS
from tests.conduct.workplace import DATA_MANAGER, INVESTIGATOR, MONITOR, NURSE, STATISTICIAN

CUT_OFF = date(2026, 3, 19)


def against(place: Running, cut_off: date = CUT_OFF) -> dict[str, Obstacle]:
    stale = stale_decisions(place.ledger, place.snapshot.trial_data, place.protocol, place.now)
    found = obstacles(place.ledger, place.snapshot, place.protocol, place.now, cut_off, stale)
    return {each.kind: each for each in found}


def records(place: Running, kind: str, cut_off: date = CUT_OFF) -> set[str]:
    found = against(place, cut_off).get(kind)
    return {each.record[1] for each in found.concerned if each.record} if found else set()


def unsigned(place: Running) -> set[tuple[str, str] | None]:
    return {each.record for each in against(place)["unsigned"].concerned}


def review(place: Running, *names: tuple[str, str]) -> None:
    """The investigator's signature under records as they are now."""
    purposes = [place.purpose(*name, REVIEWED) for name in names]
    with place.work(INVESTIGATOR) as work:
        sign_all(work, purposes, place.proof(INVESTIGATOR, *purposes))


def test_an_event_without_a_verdict_and_one_changed_since_it_stand_in_the_way(ready: Running) -> None:
    assert "no_verdict" not in against(ready)
    ready.event("P2", "2026-02-15")
    assert records(ready, "no_verdict") == {"P2/1"}
    assert records(ready, "no_verdict", date(2026, 2, 14)) == set(), "it had not occurred by then"
    ready.verdict("P2", "not_dlt")
    assert "no_verdict" not in against(ready)
    ready.change("adverse_events", "P2/1", grade="4")
    assert records(ready, "no_verdict") == {"P2/1"}
    assert against(ready)["no_verdict"].words == "possible DLTs without a verdict that holds: 1 event"
    assert against(ready)["no_verdict"].stands_in_the_way


def test_visits_of_which_nothing_is_recorded_stand_in_the_way_once_their_window_is_over(ready: Running) -> None:
    """P1 to P3 were dosed on 2, 9 and 16 February; month 1 is day 30, give or take 7 days, counted in a calendar."""
    ready.protocol = WITH_VISITS

    def overdue(cut_off: date) -> set[tuple[str, str]]:
        found = against(ready, cut_off).get("visit_overdue")
        return {(each.subject, each.visit) for each in found.concerned} if found else set()

    before = {(name, visit) for name in ("P1", "P2", "P3") for visit in ("M0", "D0")}
    assert overdue(date(2026, 3, 10)) == before
    assert overdue(date(2026, 3, 11)) == before | {("P1", "M1")}
    assert overdue(CUT_OFF) == before | {("P1", "M1"), ("P2", "M1")}
    ready.enter("visits", subject="P1", visit="M1", state="missed")
    ready.enter("visits", subject="P2", visit="M1", start="2026-03-12", state="done")
    assert overdue(CUT_OFF) == before


def test_what_cannot_be_read_and_what_is_not_among_the_data_stand_in_the_way(ready: Running) -> None:
    assert not {"unreadable", "unusable"} & against(ready).keys()
    ready.enter("adverse_events", subject="P1", number="1", term="headache", start="2026-03-01", grade="severe")
    ready.enter("adverse_events", subject="P1", number="2", start="2026-03-02", grade="1")
    ready.enter("adverse_events", subject="P1", number="3", term="cough", start="2026-03-20", grade="mild")
    assert records(ready, "unusable") == {"P1/2"}
    (value,) = against(ready)["unreadable"].concerned
    assert value.record == ("adverse_events", "P1/1"), "the other is of a later day"
    assert "“severe”" in value.words
    ready.change("adverse_events", "P1/1", grade="3")
    ready.change("adverse_events", "P1/2", term="tiredness")
    assert not {"unreadable", "unusable"} & against(ready).keys()


def test_signatures_that_lack_and_those_that_fell_are_told_apart(ready: Running) -> None:
    ready.enter("adverse_events", subject="P1", number="1", term="headache", start="2026-03-01", grade="1")
    event = ("adverse_events", "P1/1")
    assert "fallen" not in against(ready)
    forms = {each.record for each in ready.ledger.records() if each.record_type in FORM_TITLES}
    assert records(ready, "unsigned", date(2026, 3, 20)) == forms, "the signature of eligibility is no review"
    review(ready, event)
    assert event not in unsigned(ready)
    assert "fallen" not in against(ready)
    ready.change("adverse_events", "P1/1", grade="2")
    assert records(ready, "fallen") == {"P1/1"}
    assert event not in unsigned(ready)
    review(ready, event)
    assert "fallen" not in against(ready)


def test_queries_stand_in_the_way_until_they_are_closed(ready: Running) -> None:
    with ready.work(MONITOR) as work:
        ask(work, Asked("subjects", "P1", "Which day?", "consent"))
    assert records(ready, "query") == {"1"}
    with ready.work(NURSE) as work:
        answer(work, 1, "the fifth")
    assert records(ready, "query") == {"1"}, "an answer must still be judged"
    with ready.work(MONITOR) as work:
        close(work, 1, words="agreed")
    assert "query" not in against(ready)


def test_sources_and_stale_decisions_are_told_and_stand_not_in_the_way(ready: Running) -> None:
    ready.event("P2", "2026-02-15")
    ready.verdict("P2", "dlt")
    found = against(ready)
    assert found["stale_decision"].words == "resting on data that have changed since: 1 decision"
    assert not found["stale_decision"].stands_in_the_way
    assert not found["source"].stands_in_the_way
    assert "P1" in records(ready, "source")
    head = ready.record("subjects", "P1").head
    with ready.work(MONITOR) as work:
        check_source(work, "subjects", "P1", head, True)
    assert ("subjects", "P1") not in {each.record for each in against(ready)["source"].concerned}
    only_told = {kind for kind, each in found.items() if not each.stands_in_the_way}
    assert only_told == {"source", "stale_decision"}
    assert found.keys() <= WORDS.keys()


def test_without_a_reason_the_lock_is_refused_for_each_kind_that_stands_in_the_way(ready: Running) -> None:
    ready.protocol = WITH_VISITS
    ready.event("P2", "2026-02-15")
    with pytest.raises(Refused) as refused, ready.work(DATA_MANAGER) as work:
        ask_for_lock(work, CUT_OFF)
    for kind, each in against(ready).items():
        assert (each.words in str(refused.value)) is each.stands_in_the_way, kind
    for reason in (" ", "..", "xx"):
        with pytest.raises(Refused, match="before the lock"), ready.work(DATA_MANAGER) as work:
            ask_for_lock(work, CUT_OFF, reason)
    with ready.work(DATA_MANAGER) as work:
        assert ask_for_lock(work, CUT_OFF, "the committee meets today") == 1


def test_what_comes_up_between_asking_and_confirming_is_not_locked_unseen(ready: Running) -> None:
    """Asked for with nothing in the way, and without a reason; then a query is asked."""
    everything = [
        (each.record_type, each.record)
        for each in ready.ledger.records()
        if each.record_type in FORM_TITLES and each.record_type not in ("subjects", "criterion_answers")
    ]
    review(ready, *everything, *(("subjects", f"P{number}") for number in range(1, 7)))
    answers = [(each.record_type, each.record) for each in ready.ledger.records("criterion_answers")]
    review(ready, *answers)
    assert [kind for kind, each in against(ready).items() if each.stands_in_the_way] == []
    with ready.work(DATA_MANAGER) as work:
        ask_for_lock(work, CUT_OFF)
    with ready.work(MONITOR) as work:
        ask(work, Asked("subjects", "P1", "Which day?", "consent"))
    with pytest.raises(Refused, match=r"since this lock was asked for.*1 query"):
        ready.confirm_lock(STATISTICIAN, 1)
    entry = ready.confirm_lock(STATISTICIAN, 1, "the query changes nothing")
    assert entry.reason.startswith("lock confirmed: the query changes nothing (identity proved again at ")
