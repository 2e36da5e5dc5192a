"""An event that becomes known under a lock, through the pages: kept as typed, halting, recorded or withdrawn."""

from __future__ import annotations

import html
import io
import re
import uuid
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from firstdose.conduct.catalogue import DataLock, HeldEvent
from firstdose.conduct.held import typed_of
from firstdose.conduct.locking import hash_of_locked
from firstdose.conduct.own_records import all_of
from firstdose.web.held_words import OF_ANOTHER_SITE
from tests.web.browsing import Client, Page, fresh_preparation
from tests.web.conftest import PASSWORD
from tests.web.sites import on_both

LATE = {"number": "2", "term": "Status <epilepticus>", "start": "2005-03-01", "grade": "4", "serious": "yes"}
HALT = "is held outside the locked data (held event"


@pytest.fixture
def subject(signed_in: Client) -> str:
    """A new participant of the first site, long ago, with an adverse event of those days."""
    name = f"H-{uuid.uuid4().hex[:8]}"
    browser = signed_in("coordinator")
    browser.post("/participants/new/", {"subject": name, "centre": "01", "consent": "2005-01-02"})
    event = {"number": "1", "term": "Fever", "start": "2005-02-03", "grade": "1"}
    browser.post(f"/participants/{name}/adverse_events/new/", event)
    return name


@pytest.fixture
def lock(site: Any, signed_in: Client, subject: str) -> Iterator[str]:
    """The data of long ago are locked; what is held is withdrawn and the lock opened again, whatever happens."""
    asked = {"step": "ask", "cut_off": "2005-12-31", "reason": "for a test of locks"}
    assert signed_in("data_manager").post("/locks/", asked).status_code == 302
    number = str(max(int(each.record) for each in site.ledger.records("data_locks")))
    step(site, signed_in("statistician"), number, "confirm")
    yield number
    for each in all_of(site.ledger, HeldEvent, state="waiting"):
        sent = {"held": str(each.held), "reason": "the test is over"}
        assert signed_in("coordinator").post("/held/", sent).status_code == 302
    if site.ledger.record("data_locks", number).fields["state"] == "locked":
        unlock(site, signed_in, number)


def step(site: Any, browser: Any, number: str, name: str, reason: str = "") -> None:
    head = str(site.ledger.record("data_locks", number).head)
    sent = {"step": name, "lock": number, "reason": reason, "head": head, "password": PASSWORD}
    assert browser.post("/locks/", sent).status_code == 302


def unlock(site: Any, signed_in: Client, number: str) -> None:
    step(site, signed_in("data_manager"), number, "ask_unlock", "an event became known")
    step(site, signed_in("statistician"), number, "confirm_unlock")


def text(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def plain(answer: Any) -> str:
    """The words of a page as they are read, whatever leads where."""
    return re.sub(r"</?a\b[^>]*>", "", text(answer))


def new_form(subject: str, kind: str = "adverse_events") -> str:
    return f"/participants/{subject}/{kind}/new/"


def last_held(site: Any) -> HeldEvent:
    return all_of(site.ledger, HeldEvent)[-1]


def hold(site: Any, browser: Any, subject: str) -> HeldEvent:
    answer = browser.post(new_form(subject), LATE)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/held/")
    return last_held(site)


def hash_is_whole(site: Any) -> bool:
    (found,) = [each for each in all_of(site.ledger, DataLock) if each.state in ("locked", "unlock_asked")]
    return hash_of_locked(site.fresh().trial_data, date(2005, 12, 31)) == found.content_hash


@on_both
def test_item_51_it_is_held_halts_and_is_recorded_once_the_lock_is_open(
    site: Any, signed_in: Client, subject: str, lock: str
) -> None:
    """The whole way of an event that becomes known under a lock."""
    browser, exported = signed_in("coordinator"), site.data().content_hash
    assert HALT not in plain(browser.get("/"))
    held = hold(site, browser, subject)
    page = text(browser.get("/held/"))
    assert "exactly as it was typed. Nobody is dosed from now on" in page
    assert "two people open the lock" in page
    assert typed_of(held) == LATE | {"subject": subject}
    assert hash_is_whole(site)
    assert site.data().content_hash == exported, "an export holds the same data"
    assert not site.ledger.record("adverse_events", f"{subject}/2").exists
    form = f"{new_form(subject)}?held={held.held}"
    assert f'href="{form}"' in page
    fields = {each["name"]: each.get("value") for tag, each in Page(text(browser.get(form))).elements if "name" in each}
    assert (fields["number"], fields["term"], fields["start"]) == ("2", "Status <epilepticus>", "2005-03-01")
    unlock(site, signed_in, lock)
    assert "Record it now" in text(browser.get("/held/"))
    answer = browser.post(form, LATE)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/participants/{subject}/adverse_events/")
    assert f"held event {held.held} is recorded with it" in text(browser.get("/"))
    assert site.ledger.record("adverse_events", f"{subject}/2").fields["grade"] == "4"
    held = last_held(site)
    assert (held.state, held.recorded_as) == ("recorded", f"{subject}/2")
    assert HALT not in plain(browser.get("/"))
    assert "held outside" not in text(browser.get("/"))
    answer = browser.get(form)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/held/")


def test_every_page_that_speaks_of_dosing_says_that_it_is_halted(
    site: Any, signed_in: Client, subject: str, lock: str, subject_of: Callable[[str], str]
) -> None:
    preparation = fresh_preparation(site)
    member, statistician = signed_in("committee_member"), signed_in("statistician")
    held = hold(site, signed_in("coordinator"), subject)
    words = f"adverse event of {subject} is held outside the locked data (held event {held.held})"
    for address in ("/", "/doses/", f"/doses/{subject_of('01')}/"):
        assert words in plain(signed_in("investigator").get(address)), address
    assert f"No recommendation: {words}" in plain(signed_in("investigator").get("/doses/"))
    assert words[1:] in plain(signed_in("coordinator").get(f"/participants/{subject}/"))
    for address in ("/", "/decisions/", f"/decisions/{preparation}/"):
        assert words in plain(member.get(address)), address
    first = re.search(r"<summary>(.*?) <span", text(member.get("/")))
    assert first
    assert first[1] == "Held outside the locked data"
    proposal = {"step": "propose", "action": "wait", "reason": "for a test"}
    assert member.post(f"/decisions/{preparation}/", proposal).status_code == 409
    answer = statistician.post("/decisions/", {})
    assert answer.status_code == 409
    assert words in plain(answer)


def links(page: str) -> dict[str, str]:
    """Where the words of each link lead."""
    return {re.sub(r"<[^>]*>", "", words): where for where, words in re.findall(r'<a href="([^"]*)">(.*?)</a>', page)}


def test_home_tells_it_once_and_every_page_that_tells_it_leads_to_its_place(
    site: Any, signed_in: Client, subject: str, lock: str, subject_of: Callable[[str], str]
) -> None:
    held = hold(site, signed_in("coordinator"), subject)
    name, place = f"held event {held.held}", f"/held/#held-{held.held}"
    steps = {
        "investigator": (f"Held event {held.held}: have the lock opened, then record it", place),
        "committee_member": (f"Held event {held.held}: look at it", place),
        "data_manager": (f"Held event {held.held}: open the lock, which takes two people", "/locks/"),
    }
    for account, (words, where) in steps.items():
        page = text(signed_in(account).get("/"))
        assert page.count("dosing is halted until it is recorded or withdrawn") == 1, account
        assert (links(page)[name], links(page)[words]) == (place, where), account
    home = links(text(signed_in("investigator").get("/")))
    assert home["held outside the locked data"] == "/held/", "of the recommendation"
    for address in ("/doses/", f"/doses/{subject_of('01')}/", f"/participants/{subject}/", "/locks/"):
        assert links(text(signed_in("investigator").get(address)))[name] == place, address
    assert links(text(signed_in("committee_member").get("/safety/")))[name] == place
    page = text(signed_in("data_manager").get("/locks/"))
    assert page.index(name) < page.index("Ask for a lock"), "where the lock is opened"
    assert f'id="{place.partition("#")[2]}"' in text(signed_in("data_manager").get("/held/"))


def test_its_reports_are_counted_with_those_of_the_other_serious_events(
    site: Any, signed_in: Client, subject: str, lock: str
) -> None:
    held = hold(site, signed_in("coordinator"), subject)
    page = text(signed_in("coordinator").get("/serious/"))
    name = f"{subject}, held event {held.held}"
    assert links(page)[name] == f"/held/#held-{held.held}"
    section = page[page.index(name) :].partition("</section>")[0]
    assert "Held outside the locked data, held since" in section
    assert re.search(r"to the sponsor, within 24 hours.*?class=\"mark due\">running, counted from", section, re.DOTALL)
    assert page.index(name) < page.index("</section>"), "those with a report to be sent come first"
    for account in ("coordinator", "committee_member"):
        listed = re.search(r"<summary>Reports of serious.*?</details>", text(signed_in(account).get("/")), re.DOTALL)
        assert listed, account
        told = f'<a href="/held/#held-{held.held}">{subject}</a>: held event {held.held} ('
        assert told in listed[0], account


def test_another_site_is_told_that_dosing_is_halted_and_not_of_whom(
    site: Any, signed_in: Client, subject: str, lock: str, subject_of: Callable[[str], str]
) -> None:
    held = hold(site, signed_in("coordinator"), subject)
    other = signed_in("other-site-nurse")
    for address in ("/", "/doses/", f"/doses/{subject_of('02')}/", "/held/"):
        page = text(other.get(address))
        assert subject not in page, address
        assert "epilepticus" not in page, address
    for address in ("/", "/doses/"):
        assert OF_ANOTHER_SITE in plain(other.get(address)), address
    assert links(text(other.get("/")))["held outside the locked data"] == "/held/"
    assert OF_ANOTHER_SITE[1:] in text(other.get("/held/"))
    assert "Nothing waits" not in text(other.get("/held/"))
    assert f"{HALT} {held.held})" in plain(other.get(f"/doses/{subject_of('02')}/"))
    sent = {"held": str(held.held), "reason": "not ours at all"}
    assert other.post("/held/", sent).status_code == 404
    assert other.get(f"{new_form(subject_of('02'))}?held={held.held}").status_code == 404
    assert last_held(site).state == "waiting"


def test_the_pack_says_what_it_does_not_know_of(
    site: Any, signed_in: Client, subject: str, lock: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from firstdose.cli.exported_held import held_notices
    from firstdose.conduct.ledger import Author
    from firstdose.web import committee_packs
    from firstdose.web.trial import now

    notices: list[tuple[str, ...]] = []
    made: Any = vars(committee_packs)["fitting_pack"]

    def noted(*given: Any) -> Any:
        notices.append(given[2])
        return made(*given)

    monkeypatch.setattr(committee_packs, "fitting_pack", noted)
    held, author = hold(site, signed_in("coordinator"), subject), Author("statistician", "statistician")
    committee_packs.make_pack(site, author, now())
    answer = signed_in("statistician").post("/export/", {"as_of": ""})
    zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))).extractall(tmp_path)
    assert held_notices(tmp_path / "records")[0] in notices[0], "a pack made of an export says the same"
    assert held_notices(tmp_path) == ()
    monkeypatch.chdir(tmp_path / "records")
    assert held_notices(Path()) == held_notices(tmp_path / "records"), "also from within the folder"
    known = f"adverse event of {subject} (Status <epilepticus>, grade 4, serious), held since"
    assert any("not known to anything told here" in words and known in words for words in notices[0])
    sent = {"held": str(held.held), "reason": "entered for the wrong person"}
    assert signed_in("coordinator").post("/held/", sent).status_code == 302
    committee_packs.make_pack(site, author, now())
    assert not any("not known to anything" in words for words in notices[1])


def test_it_is_withdrawn_with_a_reason_by_who_may_enter_events(
    site: Any, signed_in: Client, subject: str, lock: str
) -> None:
    held = hold(site, signed_in("coordinator"), subject)
    sent = {"held": str(held.held), "reason": "entered for the wrong person"}
    for account in ("monitor", "data_manager", "statistician", "committee_member", "inspector"):
        assert 'name="held"' not in text(signed_in(account).get("/held/")), account
        assert signed_in(account).post("/held/", sent).status_code == 403, account
    assert signed_in("investigator").post("/held/", sent | {"reason": "."}).status_code == 409
    assert last_held(site).state == "waiting"
    assert signed_in("investigator").post("/held/", sent).status_code == 302
    assert last_held(site).state == "withdrawn"
    page = text(signed_in("coordinator").get("/held/"))
    assert "withdrawn: entered for the wrong person" in page
    assert HALT not in plain(signed_in("coordinator").get("/"))


def test_a_locked_event_that_turns_out_worse_is_held_as_a_change_of_it(
    site: Any, signed_in: Client, subject: str, lock: str
) -> None:
    browser, address = signed_in("coordinator"), f"/participants/{subject}/adverse_events/{subject}/1/"
    assert "If it turns out to be worse, save it all the same" in text(browser.get(address))
    seen = {"seen:term": "Fever", "seen:grade": "1", "seen:start": "2005-02-03"}
    typed = {"term": "Fever", "grade": "5", "start": "2005-02-03", "outcome": "fatal"}
    answer = browser.post(address, seen | typed | {"reason": "he died of it"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/held/")
    held = last_held(site)
    assert (held.changes, held.why) == (f"{subject}/1", "he died of it")
    page = text(browser.get("/held/"))
    assert f"change of adverse event 1 of {subject}" in page
    assert "(was 1)" in page
    assert hash_is_whole(site)
    form = f"{address}?held={held.held}"
    assert f'href="{form}"' in page
    page = text(browser.get(form))
    assert "he died of it" in page
    unlock(site, signed_in, lock)
    assert browser.post(form, seen | typed | {"reason": "he died of it"}).status_code == 302
    assert site.ledger.record("adverse_events", f"{subject}/1").fields["grade"] == "5"
    assert (last_held(site).state, last_held(site).recorded_as) == ("recorded", f"{subject}/1")


def fields_of(page: str) -> dict[str, str]:
    """What the form would send, but for what is chosen from lists."""
    found = [each for _, each in Page(page).elements if each.get("name")]
    return {str(each["name"]): each.get("value") or "" for each in found}


def test_two_held_changes_of_one_event_are_listed_as_they_came_and_are_a_conflict(
    site: Any, signed_in: Client, subject: str, lock: str
) -> None:
    browser, address = signed_in("coordinator"), f"/participants/{subject}/adverse_events/{subject}/1/"
    seen = {"seen:term": "Fever", "seen:grade": "1", "seen:start": "2005-02-03"}
    typed = {"term": "Fever", "start": "2005-02-03", "reason": "it was worse"}
    forms = []
    for grade in ("3", "5"):
        assert browser.post(address, seen | typed | {"grade": grade}).headers["Location"] == "/held/"
        forms.append(f"{address}?held={last_held(site).held}")
    page = text(browser.get("/held/"))
    assert page.index(f'href="{forms[0]}"') < page.index(f'href="{forms[1]}"')
    unlock(site, signed_in, lock)
    assert browser.post(forms[1], seen | typed | {"grade": "5"}).status_code == 302
    assert fields_of(text(browser.get(forms[0])))["seen:grade"] == "1", "what stood there when it was typed"
    answer = browser.post(forms[0], seen | typed | {"grade": "3"})
    assert answer.status_code == 409
    assert site.ledger.record("adverse_events", f"{subject}/1").fields["grade"] == "5"
    now = seen | {"seen:grade": "5"}
    assert "it differs in" in text(browser.post(forms[0], now | typed | {"grade": "5"}))
    assert browser.post(forms[0], now | typed | {"grade": "5", "differs": "worse since then"}).status_code == 302
    assert (last_held(site).state, HALT in plain(browser.get("/"))) == ("recorded", False)


def test_a_new_event_that_is_recorded_as_something_else_needs_a_reason_in_its_form(
    site: Any, signed_in: Client, subject: str, lock: str
) -> None:
    browser = signed_in("coordinator")
    held = hold(site, browser, subject)
    form = f"{new_form(subject)}?held={held.held}"
    assert 'name="differs"' not in text(browser.get(new_form(subject)))
    unlock(site, signed_in, lock)
    assert 'name="differs"' in text(browser.get(form))
    milder = LATE | {"grade": "1"}
    answer = browser.post(form, milder)
    assert (answer.status_code, "it differs in" in text(answer)) == (409, True)
    assert browser.post(form, milder | {"differs": "the ward had read it wrongly"}).status_code == 302
    assert site.ledger.history("held_events", str(held.held))[-1].reason == "the ward had read it wrongly"


@pytest.mark.parametrize("button", ["save", "restore"])
def test_a_death_whose_record_was_removed_is_held_and_recorded_in_one_write(
    site: Any, signed_in: Client, subject: str, button: str, request: pytest.FixtureRequest
) -> None:
    browser, address = signed_in("coordinator"), f"/participants/{subject}/deaths/{subject}/"
    assert browser.post(new_form(subject, "deaths"), {"died": "2005-04-01", "cause": "Another"}).status_code == 302
    assert browser.post(address, {"remove": "1", "reason": "of another person"}).status_code == 302
    lock = request.getfixturevalue("lock")
    answer = browser.post(new_form(subject, "deaths"), {"died": "2005-04-03", "cause": "Sepsis"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/held/")
    form = f"{address}?held={last_held(site).held}"
    assert f'href="{form}"' in text(browser.get("/held/"))
    unlock(site, signed_in, lock)
    shown = fields_of(text(browser.get(form)))
    assert (shown["died"], shown["seen:died"]) == ("2005-04-03", "2005-04-01")
    sent = {"died": "2005-04-03", "cause": "Sepsis", "seen:died": "2005-04-01", "seen:cause": "Another"}
    assert browser.post(form, sent | {button: "1", "reason": "he did die"}).status_code == 302
    stored = site.ledger.record("deaths", subject)
    assert (stored.is_removed, stored.fields["died"], stored.fields["cause"]) == (False, "2005-04-03", "Sepsis")
    assert last_held(site).state == "recorded"


def test_a_coding_of_a_locked_event_is_refused_and_halts_nobody(
    site: Any, signed_in: Client, subject: str, lock: str
) -> None:
    browser = signed_in("coordinator")
    before = site.ledger.head()
    sent = {"term": "Fever", "seen:term": "Fever", "preferred_term": "Pyrexia", "reason": "coded by hand"}
    address = f"/participants/{subject}/adverse_events/{subject}/1/"
    assert browser.post(address, sent).status_code == 409
    assert site.ledger.head() == before


@pytest.mark.parametrize("kind", ["deaths", "grade_changes", "dispositions"])
def test_a_death_a_grade_and_an_end_that_became_known_are_held_as_well(
    site: Any, signed_in: Client, subject: str, lock: str, kind: str
) -> None:
    typed = {
        "deaths": {"died": "2005-04-01", "cause": "Sepsis"},
        "grade_changes": {"event": "1", "change": "1", "changed": "2005-02-04", "grade": "4"},
        "dispositions": {"number": "1", "event": "death", "occurred": "2005-04-01"},
    }[kind]
    assert signed_in("coordinator").post(new_form(subject, kind), typed).headers["Location"] == "/held/"
    assert last_held(site).record_type == kind
    assert HALT in plain(signed_in("coordinator").get("/"))


def test_sent_twice_it_is_held_once_and_said_the_same(site: Any, signed_in: Client, subject: str, lock: str) -> None:
    browser, sent = signed_in("coordinator"), LATE | {"request": str(uuid.uuid4())}
    for _ in range(2):
        assert browser.post(new_form(subject), sent).headers["Location"] == "/held/"
        assert "Nobody is dosed from now on" in text(browser.get("/held/"))
    assert len([each for each in all_of(site.ledger, HeldEvent) if each.subject == subject]) == 1


@pytest.mark.parametrize("is_open", [False, True], ids=["locked", "open"])
def test_a_reason_given_before_it_was_typed_anew_is_not_of_that(
    site: Any, signed_in: Client, subject: str, lock: str, is_open: bool
) -> None:
    """Two forms of what is held are open at once: who saves last, with a reason, is shown what stands now."""
    browser, held = signed_in("coordinator"), hold(site, signed_in("coordinator"), subject)
    form = f"{new_form(subject)}?held={held.held}"
    seen = fields_of(text(browser.get(form)))["held_head"]
    worse = LATE | {"grade": "5", "differs": "worse since then"}
    assert signed_in("investigator").post(form, worse).status_code == 302
    if is_open:
        unlock(site, signed_in, lock)
    own = LATE | {"term": "Seizure", "differs": "as the ward calls it"}
    answer = browser.post(form, own | {"held_head": seen})
    assert answer.status_code == 409
    assert "was typed anew since this form was opened" in text(answer)
    now = fields_of(text(answer))["held_head"]
    assert now != seen
    assert browser.post(form, own | {"held_head": now, "grade": "5"}).status_code == 302
    said = typed_of(last_held(site)) if not is_open else site.ledger.record("adverse_events", f"{subject}/2").fields
    assert (said["term"], said["grade"]) == ("Seizure", "5")


def test_what_is_typed_after_a_form_was_sent_is_not_said_to_be_held(
    site: Any, signed_in: Client, subject: str, lock: str
) -> None:
    """Whoever stops a slow page, types on and sends it again under the same name is told that it is not held."""
    browser, sent = signed_in("coordinator"), LATE | {"request": str(uuid.uuid4())}
    assert browser.post(new_form(subject), sent).status_code == 302
    answer = browser.post(new_form(subject), sent | {"grade": "5"})
    assert (answer.status_code, "What was typed since is not" in text(answer)) == (409, True)
    assert fields_of(text(answer))["request"] != sent["request"]
    assert typed_of(last_held(site))["grade"] == "4"


def test_two_are_withdrawn_from_one_page(site: Any, signed_in: Client, subject: str, lock: str) -> None:
    """As by somebody who goes back to the page on which both stand: each is withdrawn by a request of its own."""
    browser = signed_in("coordinator")
    numbers = [hold(site, browser, subject).held for _ in range(2)]
    forms = re.findall(
        r'name="request" value="([^"]+)"><input type="hidden" name="held" value="(\d+)"', text(browser.get("/held/"))
    )
    assert [int(number) for _, number in forms] == numbers
    for key, number in forms:
        sent = {"request": key, "held": number, "reason": "the test is over"}
        assert browser.post("/held/", sent).status_code == 302
    found = [each.state for each in all_of(site.ledger, HeldEvent) if each.held in numbers]
    assert found == ["withdrawn", "withdrawn"]


def test_what_is_typed_anew_under_the_lock_takes_the_place_of_what_was(
    site: Any, signed_in: Client, subject: str, lock: str
) -> None:
    held = hold(site, signed_in("coordinator"), subject)
    form = f"{new_form(subject)}?held={held.held}"
    worse = LATE | {"grade": "5", "differs": "worse since then"}
    assert signed_in("investigator").post(form, worse).headers["Location"] == "/held/"
    stale = signed_in("coordinator").post(form, LATE)
    assert (stale.status_code, f"held event {held.held} says something else" in text(stale)) == (409, True)
    found = [each for each in all_of(site.ledger, HeldEvent) if each.subject == subject]
    assert [typed_of(each)["grade"] for each in found] == ["5"]


def test_a_number_that_was_given_to_another_event_meanwhile_is_the_next(
    site: Any, signed_in: Client, subject: str, lock: str
) -> None:
    browser = signed_in("coordinator")
    held = hold(site, browser, subject)
    later = {"number": "2", "term": "Cough", "start": "2026-03-01"}
    assert browser.post(new_form(subject), later).status_code == 302
    fields = Page(text(browser.get(f"{new_form(subject)}?held={held.held}"))).elements
    assert next(each["value"] for _, each in fields if each.get("name") == "number") == "3"


def test_the_next_lock_is_told_what_waits_and_where(site: Any, signed_in: Client, subject: str, lock: str) -> None:
    held = hold(site, signed_in("coordinator"), subject)
    page = text(signed_in("data_manager").get("/locks/", {"cut_off": "2005-12-31"}))
    assert "Known and held outside the locked data, neither recorded nor withdrawn: 1 event" in page
    assert f'<a href="/held/#held-{held.held}">adverse event of {subject}</a>' in page
