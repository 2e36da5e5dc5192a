"""Criteria against the record: every answer checked where the protocol states a condition, three-valued.

The ages are counted by hand from the dates in the tests.
"""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.conduct.automatic_queries import check_all, check_record
from firstdose.conduct.catalogue import Query
from firstdose.conduct.criteria import BY_PEOPLE, Checked, checked_criteria
from firstdose.conduct.criterion_values import completed_years
from firstdose.conduct.ledger import Refused
from firstdose.conduct.own_records import all_of
from tests.conduct.running import Running
from tests.conduct.workplace import DATA_MANAGER, NURSE
from tests.dosing.trial import protocol

CRITERIA = """
    - {id: I4, kind: inclusion, text: from 18 to 60 years, expression: 18 <= age_years <= 60}
    - {id: I2, kind: inclusion, text: EDSS, expression: 6.5 <= edss <= 8}
    - {id: I3, kind: inclusion, text: progression, expression: edss_change_over_2_years >= 0.5}
    - {id: I5, kind: inclusion, text: no alternative, expression: not alternative_available}
    - {id: E2, kind: exclusion, text: men, expression: sex == "male"}
    - {id: I6, kind: inclusion, text: course, expression: course == "secondary progressive"}
"""


@pytest.fixture
def screened(running: Running) -> Running:
    """P1 gave consent on 5 January 2026; the protocol's criteria have conditions; nothing else is recorded."""
    running.protocol = protocol(lambda text: text.rstrip() + CRITERIA)
    running.person("P1")
    return running


def checked(running: Running, criterion: str) -> Checked:
    found = checked_criteria(running.ledger, "P1", running.protocol)
    return next(each for each in found if each.criterion.id == criterion)


def answer(running: Running, criterion: str, said: str) -> None:
    """An answer as a form writes it, with the queries that follow."""
    running.enter("criterion_answers", subject="P1", criterion=criterion, answer=said)
    with running.work(NURSE) as work:
        check_record(work, "criterion_answers", f"P1/{criterion}")


def step(running: Running, number: int, said: str, assessed: str) -> None:
    known = {"measure": "edss", "item": "step", "answer": said, "assessed": assessed}
    running.enter("assessments", subject="P1", number=str(number), **known)


def open_queries(running: Running) -> list[str]:
    return [each.words for each in all_of(running.ledger, Query) if each.state == "open"]


def confirm(running: Running) -> None:
    running.eligible("P1")


@pytest.mark.parametrize(
    ("birth", "outcome", "words"),
    [
        ("1950-03-12", "contradicts", "age 75 contradicts I4 (18 <= age <= 60), which is answered yes"),
        ("1965-01-06", "agrees", "agrees with the record: age 60"),
        ("1965-01-05", "contradicts", "age 61 contradicts I4"),
        ("2008-01-05", "agrees", "agrees with the record: age 18"),
        ("2008-01-06", "contradicts", "age 17 contradicts I4"),
        ("1980", "agrees", "agrees with the record: age 45 or 46"),
        ("1965", "unknown", "cannot be checked: age 60 or 61 leaves it open"),
        ("1965-01", "unknown", "cannot be checked: age 60 or 61 leaves it open"),
        ("", "unknown", "cannot be checked: the age on the day of consent is not recorded"),
        ("last spring", "unknown", "cannot be checked: the age on the day of consent is not recorded"),
    ],
)
def test_age_is_counted_on_the_day_of_consent(screened: Running, birth: str, outcome: str, words: str) -> None:
    screened.enter("criterion_answers", subject="P1", criterion="I4", answer="yes")
    if birth:
        screened.change("subjects", "P1", birth=birth)
    found = checked(screened, "I4")
    assert found.outcome == outcome
    assert words in found.words


def test_the_age_as_recorded_stands_in_for_the_date_of_birth(screened: Running) -> None:
    screened.change("subjects", "P1", age_years="60.5")
    assert checked(screened, "I4").words == "by the record it is not met: age 60.5"
    screened.change("subjects", "P1", birth="1980")
    assert checked(screened, "I4").words == "by the record it is met: age 45 or 46"


@given(birth=st.dates(date(1900, 1, 1), date(2020, 1, 1)), day=st.dates(date(2020, 1, 2), date(2030, 1, 1)))
def test_years_are_completed_on_the_birthday(birth: date, day: date) -> None:
    """Counted here year by year."""
    years = 0
    while (birth.year + years + 1, birth.month, birth.day) <= (day.year, day.month, day.day):
        years += 1
    assert completed_years(birth, day) == years


def test_the_first_step_since_consent_is_that_of_screening(screened: Running) -> None:
    assert "the EDSS since consent is not recorded" in checked(screened, "I2").words
    step(screened, 1, "6", "2025-12-01")
    assert checked(screened, "I2").outcome == "unknown", "before consent"
    step(screened, 2, "7", "2026-01-05T11:00")
    step(screened, 3, "9", "2026-02-05")
    assert checked(screened, "I2").words == "by the record it is met: EDSS 7"
    assert "or that of two years before" in checked(screened, "I3").words
    screened.enter("disease_histories", subject="P1", diagnosis="MS", edss_2_years_before="7.0")
    assert checked(screened, "I3").words == "by the record it is not met: change of the EDSS over 2 years 0"
    step(screened, 4, "6", "2026-01-05T15:00")
    assert checked(screened, "I2").words == "cannot be checked: EDSS 6 or 7 leaves it open"


def test_several_values_that_are_not_recorded_are_one_sentence(running: Running) -> None:
    both = "    - {id: I7, kind: inclusion, text: both, expression: edss >= 6.5 and age_years >= 18}\n"
    running.protocol = protocol(lambda text: f"{text.rstrip()}\n{both}")
    running.person("P1")
    words = "the age on the day of consent and the EDSS since consent are not recorded"
    assert checked(running, "I7").words == f"cannot be checked: {words}"


def test_what_no_form_asks_for_is_said_beside_what_is_not_recorded(running: Running) -> None:
    either = "    - {id: I7, kind: inclusion, text: either, expression: edss >= 6.5 or not alternative_available}\n"
    running.protocol = protocol(lambda text: f"{text.rstrip()}\n{either}")
    running.person("P1")
    words = "cannot be checked: the EDSS since consent is not recorded; no form asks for alternative available"
    assert checked(running, "I7").words == words
    step(running, 1, "6", "2026-01-05T11:00")
    assert checked(running, "I7").words == "cannot be checked: no form asks for alternative available"
    assert checked(running, "I7").outcome == "unknown"


def test_exclusions_texts_and_values_that_no_record_has(screened: Running) -> None:
    for name in ("I1", "I5"):
        assert checked(screened, name).outcome == "by_people"
        assert checked(screened, name).words == BY_PEOPLE
    screened.change("subjects", "P1", sex="male")
    screened.enter("disease_histories", subject="P1", diagnosis="MS", course="secondary_progressive")
    answer(screened, "E2", "no")
    assert checked(screened, "E2").words == 'sex male contradicts E2 (sex == "male"), which is answered no'
    answer(screened, "I6", "unknown")
    assert checked(screened, "I6").words == "by the record it is met: course secondary progressive"
    screened.change("subjects", "P1", sex="unknown")
    assert checked(screened, "E2").outcome == "unknown", "what is recorded as unknown is not known"


def test_a_contradiction_opens_a_query_that_closes_when_it_is_mended(screened: Running) -> None:
    screened.change("subjects", "P1", birth="1950-03-12")
    answer(screened, "I4", "yes")
    (words,) = open_queries(screened)
    assert "age 75 contradicts I4" in words
    screened.change("subjects", "P1", birth="1970-03-12")
    with screened.work(NURSE) as work:
        check_record(work, "subjects", "P1")
    assert open_queries(screened) == []


def test_every_record_is_looked_at_together_too(screened: Running) -> None:
    """A record that came by another way, and what all rules together ask, is asked about once."""
    screened.change("subjects", "P1", birth="1950-03-12")
    screened.enter("criterion_answers", subject="P1", criterion="I4", answer="yes")
    for _ in range(2):
        with screened.work(DATA_MANAGER) as work:
            check_all(work)
        assert sum("contradicts I4" in each for each in open_queries(screened)) == 1


def test_nobody_is_confirmed_or_dosed_against_the_record(screened: Running) -> None:
    """Without the values, people judge; with a value that contradicts, nobody does."""
    for each in ("I4", "I2", "I3", "I5", "I6"):
        answer(screened, each, "yes")
    answer(screened, "E2", "no")
    screened.open()
    screened.reserve("P1", "C1")
    confirm(screened)
    assert "age" not in " ".join(screened.words("P1"))
    screened.change("subjects", "P1", birth="1950-03-12")
    assert any("age 75 contradicts I4" in each for each in screened.words("P1"))
    with pytest.raises(Refused, match=r"cannot be confirmed as eligible: age 75 contradicts I4 .*; correct the answer"):
        confirm(screened)
    screened.change("subjects", "P1", birth="1970-03-12")
    screened.later(hours=1)
    confirm(screened)
    assert not any("contradicts" in each for each in screened.words("P1"))
