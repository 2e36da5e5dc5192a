"""A visit at which something was entered, and that nobody entered itself: asked about once, when all is looked at."""

from __future__ import annotations

from firstdose.conduct.automatic_queries import VISIT_ENTERED, check_all, check_record
from firstdose.conduct.catalogue import Query
from firstdose.conduct.ledger import Draft, Entry
from firstdose.conduct.own_records import all_of
from firstdose.conduct.queries import close
from firstdose.conduct.visit_queries import is_not_entered
from tests.conduct.workplace import DATA_MANAGER, MONITOR, NURSE, Workplace


def entered(place: Workplace, *numbers: int, visit: str = "M3", subject: str = "P01") -> None:
    """Vital signs of a visit, with the checks of saving."""
    for number in numbers:
        known = {"test": "pulse", "result": "70", "unit": "beats/min", "performed": "done", "measured": "2026-03-01"}
        place.enter("vital_signs", subject=subject, number=str(number), visit=visit, **known)
        follow(place, "vital_signs", f"{subject}/{number}")


def follow(place: Workplace, record_type: str, record: str) -> None:
    with place.work(NURSE) as work:
        check_record(work, record_type, record)


def checked(place: Workplace) -> tuple[Entry, ...]:
    with place.work(DATA_MANAGER) as work:
        return check_all(work)


def queries(place: Workplace) -> list[tuple[str, str]]:
    return [(each.about_record, each.state) for each in all_of(place.ledger, Query, rule=VISIT_ENTERED)]


def test_nothing_is_asked_while_the_visit_is_being_entered(place: Workplace) -> None:
    entered(place, 1, 2, 3)
    assert queries(place) == []
    assert is_not_entered(place.ledger, place.record("vital_signs", "P01/1"))
    place.enter("visits", subject="P01", visit="M3", state="done", start="2026-03-01")
    assert not is_not_entered(place.ledger, place.record("vital_signs", "P01/1"))
    checked(place)
    assert queries(place) == []


def test_one_query_a_person_and_visit_stays_at_its_record(place: Workplace) -> None:
    entered(place, 10, 2, 3)
    entered(place, 1, visit="M6")
    entered(place, 1, subject="P02")
    checked(place)
    assert sorted(queries(place)) == [("P01/1", "open"), ("P01/2", "open"), ("P02/1", "open")]
    entered(place, 4)
    place.enter("samples", sample="S1", subject="P01", visit="M3")
    checked(place)
    assert sorted(queries(place)) == [("P01/1", "open"), ("P01/2", "open"), ("P02/1", "open")], "of the same visit"
    assert checked(place) == ()


def test_it_is_closed_once_the_visit_is_entered_and_returns_when_it_is_removed(place: Workplace) -> None:
    entered(place, 1, 2)
    checked(place)
    place.enter("visits", subject="P01", visit="M3", state="done", start="2026-03-01")
    follow(place, "visits", "P01/M3")
    assert queries(place) == [("P01/1", "closed")]
    with place.work(NURSE) as work:
        work.append(Draft("remove", "visits", "P01/M3", reason="another person's"))
        check_record(work, "visits", "P01/M3")
    assert queries(place) == [("P01/1", "closed")]
    checked(place)
    assert queries(place) == [("P01/1", "open")]


def test_it_moves_when_its_record_no_longer_names_the_visit(place: Workplace) -> None:
    entered(place, 1, 2)
    checked(place)
    place.change("vital_signs", "P01/1", visit="")
    follow(place, "vital_signs", "P01/1")
    assert queries(place) == [("P01/1", "closed")]
    checked(place)
    assert queries(place) == [("P01/1", "closed"), ("P01/2", "open")]


def test_what_a_person_accepted_is_not_asked_again(place: Workplace) -> None:
    entered(place, 1)
    checked(place)
    (query,) = all_of(place.ledger, Query, rule=VISIT_ENTERED)
    with place.work(MONITOR) as work:
        close(work, query.query, words="by telephone")
    entered(place, 2)
    checked(place)
    assert queries(place) == [("P01/1", "closed")]
