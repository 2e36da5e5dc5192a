"""A clinical measure on one page: what is recorded and scored is what a form of each item would have led to."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from firstdose.measures import MEASURES
from tests.web.browsing import Client

WALKED = {"item:trial_1": "6.5", "item:trial_2": "7.5", "assessed": "2026-02-03", "assessor": "rater-09"}


@pytest.fixture
def subject(signed_in: Client) -> str:
    """A new participant of the first site."""
    name = f"M-{uuid.uuid4().hex[:8]}"
    sent = {"subject": name, "centre": "01", "consent": "2026-01-02"}
    assert signed_in("coordinator").post("/participants/new/", sent).status_code == 302
    return name


def held(site: Any, subject: str) -> dict[str, dict[str, str]]:
    """The records of the answers, by item."""
    return {each.fields["item"]: dict(each.fields) for each in site.ledger.records_under("assessments", subject)}


def seen_on(page: str) -> dict[str, str]:
    """What a form says that its author saw."""
    return dict(re.findall(r'name="(seen:item:\w+)" value="(\d*)"', page))


def test_all_items_are_saved_together_and_scored(site: Any, signed_in: Client, subject: str) -> None:
    """The score of the timed walk is the mean of its two trials: 7 s of 6.5 and 7.5."""
    browser, address = signed_in("coordinator"), f"/participants/{subject}/schedule/M3/timed_walk/"
    assert browser.get(address).status_code == 200
    before = site.ledger.head().sequence
    answer = browser.post(address, WALKED)
    assert answer.status_code == 302, answer.content.decode()
    found = held(site, subject)
    assert {item: fields["answer"] for item, fields in found.items()} == {"trial_1": "6.5", "trial_2": "7.5"}
    for item, fields in found.items():
        assert fields["question"] == MEASURES["timed_walk"].item(item).question
        assert (fields["visit"], fields["assessor"], fields["assessed"]) == ("M3", "rater-09", "2026-02-03")
        assert (fields["performed"], fields["unit"]) == ("done", "s")
    with site.ledger.entries(after=before) as entries:
        written = [each for each in entries if each.record_type == "assessments"]
    assert len({each.write for each in written}) == 1
    assert "Score of what is saved: 7 s" in browser.get(address).content.decode()


def test_being_unable_is_an_answer_with_its_reason(site: Any, signed_in: Client, subject: str) -> None:
    browser, address = signed_in("coordinator"), f"/participants/{subject}/schedule/M3/timed_walk/"
    sent = {"item:trial_1": "unable", "item:trial_2": "Unable", "reason_unable": "uses a wheelchair"}
    browser.post(address, {**sent, "assessed": "2026-02-03"})
    for fields in held(site, subject).values():
        assert (fields["performed"], fields["reason"]) == ("unable_to_perform", "uses a wheelchair")
        assert "answer" not in fields
    page = browser.get(address).content.decode()
    assert 'value="unable"' in page
    assert "unable to perform" in page


@pytest.mark.parametrize("measure", MEASURES)
def test_a_choice_stands_where_the_measure_looks_for_it(
    site: Any, signed_in: Client, subject: str, measure: str
) -> None:
    """The last code of every item that has codes is read back by the measure as that code."""
    from firstdose.conduct.snapshot import trial_data_of
    from firstdose.measures.recorded import answers_of
    from firstdose.records import Assessment
    from firstdose.web.trial import now

    chosen = {item.name: list(item.choices)[-1] for item in MEASURES[measure].items if item.choices}
    sent = {f"item:{name}": str(code) for name, code in chosen.items()}
    answer = signed_in("coordinator").post(f"/participants/{subject}/schedule/M3/{measure}/", sent)
    assert answer.status_code == 302
    stored = site.ledger.records_under("assessments", subject)
    rows = list(trial_data_of(stored, now().date()).records(Assessment))
    assert answers_of(MEASURES[measure], rows) == chosen


def test_a_change_needs_a_reason_and_touches_what_was_changed_alone(site: Any, signed_in: Client, subject: str) -> None:
    browser, address = signed_in("coordinator"), f"/participants/{subject}/schedule/M3/timed_walk/"
    browser.post(address, WALKED)
    changed = {**WALKED, **seen_on(browser.get(address).content.decode()), "item:trial_2": "8.5"}
    answer = browser.post(address, changed)
    assert answer.status_code == 409
    assert 'value="8.5"' in answer.content.decode()
    assert held(site, subject)["trial_2"]["answer"] == "7.5"
    assert browser.post(address, {**changed, "reason": "stopwatch read again"}).status_code == 302
    assert held(site, subject)["trial_2"]["answer"] == "8.5"
    histories = {each.fields["item"]: site.ledger.history("assessments", each.record) for each in
                 site.ledger.records_under("assessments", subject)}  # fmt: skip
    assert [len(histories[item]) for item in ("trial_1", "trial_2")] == [1, 2]


def test_two_people_on_one_item_see_both_values(site: Any, signed_in: Client, subject: str) -> None:
    first, second = signed_in("coordinator"), signed_in("investigator")
    address = f"/participants/{subject}/schedule/M3/timed_walk/"
    first.post(address, WALKED)
    seen = seen_on(second.get(address).content.decode())
    assert first.post(address, {**WALKED, **seen, "item:trial_1": "6.6", "reason": "chart"}).status_code == 302
    answer = second.post(address, {**WALKED, **seen, "item:trial_1": "6.9", "reason": "chart"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "<b>6.6</b>" in page
    assert 'value="6.9"' in page
    assert held(site, subject)["trial_1"]["answer"] == "6.6"
    again = {**WALKED, **seen_on(page), "item:trial_1": "6.9", "reason": "chart, seen both"}
    assert second.post(address, again).status_code == 302
    assert held(site, subject)["trial_1"]["answer"] == "6.9"


def test_what_cannot_be_is_kept_as_typed_and_told_of(site: Any, signed_in: Client, subject: str) -> None:
    browser, address = signed_in("coordinator"), f"/participants/{subject}/schedule/M3/edss/"
    browser.post(address, {"item:visual": "9", "item:step": "lots"})
    assert held(site, subject)["visual"]["answer"] == "9"
    assert held(site, subject)["step"]["answer"] == "lots"
    page = browser.get(address).content.decode()
    assert "must be" in page.split('id="findings-item:visual"')[1].split("</div>")[0]


def test_a_form_sent_twice_is_written_once_and_an_empty_one_not_at_all(
    site: Any, signed_in: Client, subject: str
) -> None:
    browser, address = signed_in("coordinator"), f"/participants/{subject}/schedule/M3/timed_walk/"
    browser.post(address, {"item:trial_1": " ", "item:trial_2": "", "assessed": "2026-02-03"})
    assert not held(site, subject)
    for _ in range(2):
        browser.post(address, {**WALKED, "request": "the-same"})
    assert len(held(site, subject)) == 2


def test_there_is_no_other_measure(signed_in: Client, subject: str) -> None:
    assert signed_in("coordinator").get(f"/participants/{subject}/schedule/M3/mood/").status_code == 404


def test_answers_are_checked_scored_and_kept_as_they_are_typed(site: Any, signed_in: Client, subject: str) -> None:
    """Nothing of it is written before it is saved; nobody else sees it; 7 s is the mean of 6.5 and 7.5."""
    browser, address = signed_in("coordinator"), f"/participants/{subject}/schedule/M3/timed_walk/"
    before = site.ledger.last_entry_of(("assessments",))
    part = browser.post(f"{address}check/", {**WALKED, "assessed": "2026-02-30"}).content.decode()
    assert "Score of what is typed: 7 s" in part
    assert "must be a date that exists" in part
    assert site.ledger.last_entry_of(("assessments",)) == before
    page = browser.get(address).content.decode()
    assert "typed before and did not save" in page
    assert 'name="item:trial_1" value="6.5"' in page
    assert 'name="assessed" value="2026-02-30"' in page
    assert 'value="6.5"' not in signed_in("investigator").get(address).content.decode()
    assert browser.post(address, WALKED).status_code == 302
    assert "did not save" not in browser.get(address).content.decode()


def test_what_was_typed_of_a_measure_can_be_discarded(signed_in: Client, subject: str) -> None:
    browser, address = signed_in("coordinator"), f"/participants/{subject}/schedule/M3/timed_walk/"
    browser.post(f"{address}check/", WALKED)
    assert browser.post(address, {**WALKED, "discard": "1"}).status_code == 302
    page = browser.get(address).content.decode()
    assert "did not save" not in page
    assert 'value="6.5"' not in page


def test_what_was_kept_does_not_hide_what_somebody_saved_meanwhile(signed_in: Client, subject: str) -> None:
    browser, address = signed_in("coordinator"), f"/participants/{subject}/schedule/M3/timed_walk/"
    browser.post(f"{address}check/", {"item:trial_1": "6.5", "seen:item:trial_1": ""})
    assert signed_in("investigator").post(address, {"item:trial_1": "9.5"}).status_code == 302
    page = browser.get(address).content.decode()
    assert 'name="item:trial_1" value="6.5"' in page
    answer = browser.post(address, {"item:trial_1": "6.5", **seen_on(page), "reason": "read again"})
    assert answer.status_code == 409
    assert "<b>9.5</b>" in answer.content.decode()


def test_what_is_odd_in_answers_is_said_and_asked_beside_the_item(site: Any, signed_in: Client, subject: str) -> None:
    browser, address = signed_in("coordinator"), f"/participants/{subject}/schedule/M3/timed_walk/"
    said = browser.post(address, {"item:trial_1": "six", "item:trial_2": "7.5"}, follow=True).content.decode()
    number = re.search(r'href="/queries/(\d+)/"', said)
    assert number
    assert "<q>six</q>: must be a" in said
    assert site.ledger.record("queries", number[1]).fields["about_field"] == "answer"
    page = browser.get(address).content.decode()
    assert f'href="/queries/{number[1]}/"' in page.split('id="findings-item:trial_1"')[1].split("field-item:trial_2")[0]
