"""Eligibility on the pages: confirmed by its own workflow alone, and every answer against the record."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from firstdose.conduct.confirmation import confirmation_of
from firstdose.conduct.ledger import Author
from firstdose.conduct.own_records import all_of
from firstdose.report.committee.pdf import fitting_pack
from tests.web.browsing import Client
from tests.web.conftest import PASSWORD

NUMBERS = count(1)
WITHOUT = "the values stand in the letter of the hospital"
CRITERIA = ("I1", "I2", "I3", "I4", "I5")


@pytest.fixture
def person(site: Any, signed_in: Client) -> str:
    """Somebody new at the first site, who gave consent in February 2026."""
    subject = f"ELI-{next(NUMBERS)}"
    sent = {"subject": subject, "centre": "01", "consent": "2026-02-02", "sex": "female"}
    assert signed_in("coordinator").post("/participants/new/", sent).status_code == 302
    return subject


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def section(page: str) -> str:
    """What stands under Confirmation."""
    return page.split("Confirmation", 1)[1]


def born(signed_in: Client, subject: str, day: str, seen: str = "") -> Any:
    sent = {"birth": day, "seen:birth": seen, "reason": "read wrongly in the source"}
    return signed_in("coordinator").post(f"/participants/{subject}/subjects/{subject}/", sent)


def answer_all(signed_in: Client, subject: str) -> Any:
    sent = {f"answer:{each}": "yes" for each in CRITERIA}
    return signed_in("coordinator").post(f"/participants/{subject}/eligibility/", sent, follow=True)


def confirm(site: Any, signed_in: Client, subject: str, account: str = "investigator", reason: str = WITHOUT) -> Any:
    head = site.ledger.record("subjects", subject).head
    page = signed_in(account).get(f"/participants/{subject}/eligibility/").content.decode()
    without = {"without": re.findall(r'name="without" value="([^"]+)"', page), "without_reason": reason}
    sent = {"step": "confirm", "head": str(head), "password": PASSWORD, **without}
    return signed_in(account).post(f"/participants/{subject}/eligibility/", sent)


def test_the_ordinary_form_shows_and_never_writes_a_confirmation(site: Any, signed_in: Client, person: str) -> None:
    where, address = signed_in("coordinator"), f"/participants/{person}/subjects/{person}/"
    page = where.get(address).content.decode()
    for name in ("eligibility_confirmed", "eligibility_confirmed_by", "arm", "arm_given"):
        assert f'name="{name}"' not in page, name
    assert f'<a href="/participants/{person}/eligibility/">' in page
    assert f'<a href="/doses/{person}/">' in page
    forged = {"eligibility_confirmed": "2026-02-03T09:00", "eligibility_confirmed_by": "investigator"}
    for sent in (forged, {"arm": "C"}, {"arm_given": "level 3"}):
        for account in ("coordinator", "investigator"):
            answer = signed_in(account).post(address, {**sent, "reason": "forged for a test"})
            assert answer.status_code == 409
            assert "cannot be written in a form" in text_of(answer)
    where.post(f"/participants/{person}/subjects/check/", {**forged, "draft": person})
    page = where.get(address).content.decode()
    assert "2026-02-03T09:00" not in page, "what was typed past the form is not shown as recorded"
    fields = site.ledger.record("subjects", person).fields
    assert not {"eligibility_confirmed", "eligibility_confirmed_by", "arm", "arm_given"} & fields.keys()


def test_an_answer_against_the_record_is_asked_about_and_refused(site: Any, signed_in: Client, person: str) -> None:
    """Born on 12 March 1950: 75 on the day of consent."""
    assert born(signed_in, person, "1950-03-12").status_code == 302
    page = text_of(answer_all(signed_in, person))
    words = "age 75 contradicts I4 (18 &lt;= age &lt;= 60), which is answered yes"
    assert words in page
    assert "a query was opened" in page
    assert "Cannot be confirmed now" in section(page)
    from firstdose.conduct.catalogue import Query

    (query,) = [each for each in all_of(site.ledger, Query) if each.about_record == f"{person}/I4"]
    assert (query.state, query.about_field) == ("open", "answer")
    refused = confirm(site, signed_in, person)
    assert refused.status_code == 409
    assert confirmation_of(site.ledger, person).state == "none"
    assert words in text_of(signed_in("coordinator").get(f"/doses/{person}/"))
    assert born(signed_in, person, "1970-03-12", seen="1950-03-12").status_code == 302
    (query,) = [each for each in all_of(site.ledger, Query) if each.about_record == f"{person}/I4"]
    assert query.state == "closed"
    page = text_of(signed_in("coordinator").get(f"/participants/{person}/eligibility/"))
    assert "agrees with the record: age 55" in page
    assert "cannot be checked: the EDSS since consent is not recorded" in page
    assert confirm(site, signed_in, person).status_code == 302
    assert confirmation_of(site.ledger, person).state == "signed"


def test_what_is_not_recorded_is_listed_and_signed_with_a_reason_alone(
    site: Any, signed_in: Client, person: str
) -> None:
    """Nothing is recorded of P but the answers: no EDSS, no history, no run-in, no baseline."""
    answer_all(signed_in, person)
    address, browser = f"/participants/{person}/eligibility/", signed_in("investigator")
    words = ("the EDSS since consent: not recorded", "course: not recorded, so that I1", "the age on the day")
    visits = ("Run-in (R3): nothing is recorded", "Baseline (M0): nothing is recorded")
    page = section(text_of(browser.get(address)))
    assert [each for each in (*words, *visits) if each not in page] == []
    for poor in ("", "...", "<b>"):
        refused = confirm(site, signed_in, person, reason=poor)
        assert refused.status_code == 409
        assert all(each in text_of(refused) for each in visits)
    assert "&lt;b&gt;</textarea>" in refused.content.decode(), "what was typed stands in the form again"
    assert confirmation_of(site.ledger, person).state == "none"
    assert site.ledger.records_under("confirmed_without", person) == ()
    why = "values & visits in the <letter> of 3 February"
    assert confirm(site, signed_in, person, reason=why).status_code == 302
    shown = "Reason given: values &amp; visits in the &lt;letter&gt; of 3 February"
    assert shown in browser.get(address).content.decode()
    dose = signed_in("coordinator").get(f"/doses/{person}/").content.decode()
    assert "given when eligibility was confirmed: values &amp; visits in the &lt;letter&gt; of 3 February" in dose
    assert "Baseline (M0): nothing is recorded" in dose


def test_what_is_not_recorded_leads_to_the_form_that_asks_for_it(signed_in: Client, person: str) -> None:
    address, browser = f"/participants/{person}/eligibility/", signed_in("coordinator")

    def forms(account: str = "coordinator") -> dict[str, str]:
        page = section(signed_in(account).get(address).content.decode())
        found = re.findall(r'<li><a href="([^"]+)">(.+?)</a>', page)
        return {words.partition(": ")[0]: where for where, words in found}

    own, history = f"/participants/{person}/subjects/{person}/", f"/participants/{person}/disease_histories/"
    assert forms() == {
        "course": f"{history}new/#field-course",
        "the EDSS since consent": f"/participants/{person}/schedule/M0/edss/",
        "the EDSS since consent or that of two years before": f"{history}new/#field-edss_2_years_before",
        "the age on the day of consent": f"{own}#field-birth",
        "Run-in (R3)": f"/participants/{person}/schedule/R3/",
        "Baseline (M0)": f"/participants/{person}/schedule/M0/",
    }
    for where in forms().values():
        answer = browser.get(where.partition("#")[0])
        assert answer.status_code == 200, where
        assert f'id="{where.partition("#")[2]}"' in answer.content.decode() or "#" not in where, where
    assert not any(where.startswith(history) for where in forms("monitor").values()), "who enters no data"
    sent = {"visit": "R3", "state": "done", "start": "2026-02-03"}
    assert browser.post(f"/participants/{person}/visits/new/", sent).status_code == 302
    sent = {"diagnosis": "MS", "edss_2_years_before": "6"}
    assert browser.post(f"{history}new/", sent).status_code == 302
    found = forms()
    assert found["the EDSS since consent or that of two years before"] == f"/participants/{person}/schedule/M0/edss/"
    assert found["course"] == f"{history}{person}/#field-course"
    measures = {words: where for words, where in found.items() if where.endswith("/M0/edss/")}
    assert len(measures) == 3, "the EDSS itself, asked for at a visit that took place, too"


def test_the_list_of_people_says_who_was_confirmed_without_data(site: Any, signed_in: Client, person: str) -> None:
    def row() -> str:
        page: str = signed_in("coordinator").get("/participants/").content.decode()
        return next(each for each in page.split("<tr>") if f">{person}</a>" in each)

    answer_all(signed_in, person)
    assert "without" not in row()
    assert confirm(site, signed_in, person).status_code == 302
    assert f'<a href="/participants/{person}/eligibility/">eligibility confirmed without all data</a>' in row()


def test_the_committees_pack_tells_who_went_on_without(
    site: Any, signed_in: Client, person: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from firstdose.web import committee_packs
    from firstdose.web.trial import now

    told: list[Any] = []

    def heard(*given: Any) -> Any:
        told.append(fitting_pack(*given))
        return told[-1]

    answer_all(signed_in, person)
    assert confirm(site, signed_in, person).status_code == 302
    monkeypatch.setattr(committee_packs, "fitting_pack", heard)
    committee_packs.make_pack(site, Author("statistician", "statistician"), now())
    ((document, _),) = told
    (notice,) = [words for name, words in document.facts if name == "Notice" and "Eligibility was confirmed" in words]
    assert "without all that the protocol asks for before a dosing, with a reason: " in notice
    committee_packs.make_pack(site, Author("statistician", "statistician"), datetime(2020, 1, 1, tzinfo=UTC))
    assert "Eligibility was confirmed" not in str(told[-1][0].facts), "nothing of it was known then"


def test_what_was_removed_since_is_confirmed_again_with_a_reason(site: Any, signed_in: Client, person: str) -> None:
    answer_all(signed_in, person)
    address, coordinator = f"/participants/{person}/", signed_in("coordinator")
    sent = {"visit": "M0", "state": "done", "start": "2026-02-03"}
    assert coordinator.post(f"{address}visits/new/", sent).status_code == 302
    assert confirm(site, signed_in, person).status_code == 302
    page = section(text_of(signed_in("investigator").get(f"{address}eligibility/")))
    assert "Confirm and sign" not in page
    removed = {"action": "remove", "reason": "entered for another person", "remove": "1"}
    answer = coordinator.post(f"{address}visits/{person}/M0/", {**removed, "step": "remove"})
    assert answer.status_code == 302
    assert site.ledger.record("visits", f"{person}/M0").is_removed
    page = section(text_of(signed_in("investigator").get(f"{address}eligibility/")))
    assert "the investigator confirms again, with a reason" in page
    assert "Confirm and sign" in page
    dose = text_of(coordinator.get(f"/doses/{person}/"))
    assert "no reason was given for it when eligibility was confirmed: Baseline (M0): nothing is recorded" in dose
    time.sleep(1 - datetime.now(UTC).microsecond / 1e6)  # nobody signs the same twice in one second
    answer = confirm(site, signed_in, person)
    assert answer.status_code == 302
    assert "no reason was given for it" not in text_of(coordinator.get(f"/doses/{person}/"))


def test_who_may_not_confirm_is_told_that_the_investigator_can(site: Any, signed_in: Client, person: str) -> None:
    answer_all(signed_in, person)
    address = f"/participants/{person}/eligibility/"
    nurse = section(text_of(signed_in("coordinator").get(address)))
    assert "The investigator can now confirm" in nurse
    assert "Cannot be confirmed" not in nurse
    assert confirm(site, signed_in, person, "coordinator").status_code in (403, 409)
    assert confirm(site, signed_in, person).status_code == 302
    for account in ("coordinator", "investigator"):
        page = section(text_of(signed_in(account).get(address)))
        assert ", signed." in page
        assert "Cannot be confirmed" not in page
        assert "does not count" not in page
    assert "birth" not in site.ledger.record("subjects", person).fields
    born(signed_in, person, "1980-01-01")
    page = section(text_of(signed_in("investigator").get(address)))
    assert "does not count: the confirmation of eligibility does not hold any more" in page
    assert "Confirm and sign" in page


def test_who_was_confirmed_on_paper_is_shown_so(site: Any, signed_in: Client) -> None:
    """Those of a trial that was told into the ledger; that they were dosed since speaks against nothing."""
    dosed = {each.fields["subject"] for each in site.ledger.records("dosings")}
    subject = next(
        each.record
        for each in site.ledger.records("subjects")
        if each.fields["centre"] == "01" and each.record in dosed
        if all(entry.role == "system" for entry in site.ledger.history("subjects", each.record))
    )
    page = section(text_of(signed_in("coordinator").get(f"/participants/{subject}/eligibility/")))
    assert "on paper, before the record was kept here" in page
    assert "Cannot be confirmed" not in page
    assert "does not count" not in page


def test_what_no_record_bears_out_is_said_and_written_by_the_investigator(
    site: Any, signed_in: Client, person: str
) -> None:
    """No form asks whether the best treatment failed (I5): the page says so, and asks what the answer rests on."""
    browser, address = signed_in("investigator"), f"/participants/{person}/eligibility/"
    page = browser.get(address).content.decode()
    last = page.split("<legend>I5", 1)[1].split("</fieldset>", 1)[0]
    assert "answered by the investigator; nothing in the record is compared with it" in last
    assert 'name="rests-on:I5"' in last
    assert page.count('name="rests-on:') == 1, "the others are compared with the record"
    sent = {"answer:I5": "yes", "rests-on:I5": "letter of 2 January 2026"}
    assert browser.post(address, sent).status_code == 302
    fields = site.ledger.record("criterion_answers", f"{person}/I5").fields
    assert (fields["answer"], fields["value"]) == ("yes", "letter of 2 January 2026")
    assert 'value="letter of 2 January 2026"' in browser.get(address).content.decode()
    seen = {"seen:I5": "yes", "seen:rests-on:I5": "letter of 2 January 2026"}
    other = {**sent, **seen, "rests-on:I5": "letter of 3 January 2026"}
    answer = browser.post(address, other)
    assert answer.status_code == 409, "a change needs a reason"
    assert re.search(r'name="rests-on:I5"[^>]* value="letter of 3 January 2026"', answer.content.decode())
    assert browser.post(address, {**other, "reason": "misread"}).status_code == 302
    changed = site.ledger.history("criterion_answers", f"{person}/I5")[-1]
    assert [each.field for each in changed.changes] == ["value"]
    assert "disabled" in signed_in("monitor").get(address).content.decode().split('name="rests-on:I5"')[1].split(">")[0]
