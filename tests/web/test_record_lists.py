"""Lists of records: numbers in their order, codes in words, visits and measures by their names."""

from __future__ import annotations

import re
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.measures import MEASURES
from firstdose.web.value_words import field_words, in_order, moment_words, value_words
from tests.web.browsing import Client


@pytest.fixture
def subject(signed_in: Client) -> str:
    """A new participant of the first site."""
    name = f"L-{uuid.uuid4().hex[:8]}"
    sent = {"subject": name, "centre": "01", "consent": "2026-01-02"}
    assert signed_in("coordinator").post("/participants/new/", sent).status_code == 302
    return name


def cells(page: str) -> list[list[str]]:
    """The texts of the rows of the page's table."""
    body = page.split("<tbody>")[1].split("</tbody>")[0]
    rows = re.findall(r"<tr.*?</tr>", body, re.S)
    return [[re.sub(r"<[^>]+>", "", each).strip() for each in re.findall(r"<td.*?</td>", row, re.S)] for row in rows]


def test_ten_comes_after_nine_and_codes_are_words(signed_in: Client, subject: str) -> None:
    browser, address = signed_in("coordinator"), f"/participants/{subject}/adverse_events/"
    for number in (11, 2, 10, 1):
        sent = {"number": str(number), "term": "Fever", "relation_to_product": "not_related"}
        assert browser.post(f"{address}new/", sent).status_code == 302
    rows = cells(browser.get(address).content.decode())
    assert [row[0] for row in rows] == ["1", "2", "10", "11"]
    assert all("not related" in row for row in rows)
    assert not any("not_related" in row for row in rows)


def test_assessments_are_listed_by_measure_and_visit_in_words(signed_in: Client, subject: str) -> None:
    browser = signed_in("coordinator")
    sent = {"item:trial_1": "6.5", "item:trial_2": "7.5", "assessed": "2026-02-03"}
    browser.post(f"/participants/{subject}/schedule/M3/timed_walk/", sent)
    rows = cells(browser.get(f"/participants/{subject}/assessments/").content.decode())
    assert len(rows) == 2
    for row in rows:
        assert row[:4] == [row[0], "Month 3", "3 February 2026", "Timed 25-foot walk"]


def test_a_choice_of_a_measure_is_listed_in_its_words(signed_in: Client, subject: str) -> None:
    browser = signed_in("coordinator")
    words = MEASURES["edss"].item("mobility").choices["wheelchair_with_help"]
    browser.post(f"/participants/{subject}/schedule/M3/edss/", {"item:mobility": "wheelchair_with_help"})
    (row,) = cells(browser.get(f"/participants/{subject}/assessments/").content.decode())
    assert words in row
    assert "wheelchair_with_help" not in row


def test_visits_stand_as_they_follow_each_other(signed_in: Client, subject: str) -> None:
    """By the place that each says it has, whatever it is called."""
    browser, address = signed_in("coordinator"), f"/participants/{subject}/visits/"
    for visit, order in (("M12", "15"), ("R3", "1"), ("M2", "5")):
        browser.post(f"{address}new/", {"visit": visit, "order": order, "state": "done", "unscheduled": "no"})
    rows = cells(browser.get(address).content.decode())
    assert [row[0] for row in rows] == ["Run-in", "Month 2", "Month 12"]


def test_a_code_is_left_out_only_where_words_say_it(signed_in: Client, subject: str) -> None:
    """Of a laboratory result whose test has no name but the code, the code is all that tells what it is."""
    browser, address = signed_in("coordinator"), f"/participants/{subject}/lab_results/"
    sent = {"test": "ALT", "name": "Alanine aminotransferase", "result": "20", "unit": "U/L"}
    browser.post(f"{address}new/", {**sent, "number": "1"})
    (row,) = cells(browser.get(address).content.decode())
    assert "ALT" not in row
    assert "Alanine aminotransferase" in row
    browser.post(f"{address}new/", {**sent, "number": "2", "test": "AST", "name": ""})
    rows = cells(browser.get(address).content.decode())
    assert "AST" in rows[1]


@given(st.lists(st.integers(0, 10**6), unique=True))
def test_numbers_in_names_sort_as_numbers(numbers: list[int]) -> None:
    assert sorted((f"P-{each}" for each in numbers), key=in_order) == [f"P-{each}" for each in sorted(numbers)]


@given(st.text(), st.text())
def test_any_two_texts_can_be_put_in_order(one: str, other: str) -> None:
    assert (in_order(one) == in_order(other)) == (one == other)


def test_what_is_no_code_stands_as_it_was_typed() -> None:
    assert value_words("dlt_adjudications", "verdict", "not_dlt") == "not a DLT"
    assert value_words("dlt_adjudications", "verdict", "maybe_so") == "maybe_so"
    assert value_words("adverse_events", "term", "not_related") == "not_related"
    assert value_words("no_such_kind", "field", "a_b") == "a_b"
    assert field_words("adverse_events", "end") == "End"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2025-08-13T10:33", "13 August 2025, 10:33"),
        ("2025-08-13T10:33:20+02:00", "13 August 2025, 10:33"),
        ("2025-08-03T10:33:20Z", "3 August 2025, 10:33 UTC"),
        ("2025-08-13", "13 August 2025"),
        ("2025-08", "August 2025"),
        ("2025", "2025"),
        ("2025-13-01", "2025-13-01"),
        ("2025---14", "2025---14"),
        ("in August", "in August"),
        ("", ""),
    ],
)
def test_moments_are_told_as_people_read_them(typed: str, read: str) -> None:
    assert moment_words(typed) == read


def test_the_list_of_participants_says_how_far_each_has_come(signed_in: Client, subject: str) -> None:
    page = signed_in("coordinator").get("/participants/").content.decode()
    rows = {row[0]: row for row in cells_with_heads(page)}
    assert rows[subject][1:4] == ["01", "in screening", "2 January 2026"]
    assert rows[subject][5] == ""
    assert not any("T" in row[5] for row in rows.values())


def cells_with_heads(page: str) -> list[list[str]]:
    """The texts of the rows of the page's table, heads of rows among them."""
    body = page.split("<tbody>")[1].split("</tbody>")[0]
    rows = re.findall(r"<tr.*?</tr>", body, re.S)
    return [
        [re.sub(r"<[^>]+>", "", each).strip() for each in re.findall(r"<t[dh].*?</t[dh]>", row, re.S)] for row in rows
    ]


def test_a_link_to_a_form_does_not_read_as_a_state_of_the_event(signed_in: Client, subject: str) -> None:
    browser, address = signed_in("coordinator"), f"/participants/{subject}/adverse_events/"
    browser.post(f"{address}new/", {"number": "1", "term": "Fever"})
    page = browser.get(address).content.decode()
    assert cells(page)[0][0] == "1"
    assert not re.search(r">\s*[Oo]pen\b", page.split("<table>")[1])


def test_before_the_dosing_one_sentence_says_that_its_day_is_not_known(signed_in: Client, subject: str) -> None:
    page = signed_in("coordinator").get(f"/participants/{subject}/").content.decode()
    assert page.count("the day of dosing, which is not known yet") == 1
    assert "not known: the day of dosing is not" not in page
