"""The safety board, kept up to date without a glance from its reader; and packs that the ledger makes again."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from firstdose.conduct.ledger import Author, Head
from firstdose.report.committee.pdf import fitting_pack
from tests.web.browsing import Client


def test_the_board_shows_every_dose_with_its_dlts_and_deaths(site: Any, signed_in: Client) -> None:
    page = signed_in("committee_member").get("/safety/").content.decode()
    for level in range(1, 5):
        assert site.protocol.dose_levels.dose_with_unit(level) in page
    dosings = [each.fields for each in site.ledger.records("dosings") if "product_start" in each.fields]
    given = {fields["subject"] for fields in dosings if fields.get("given") != "no"}
    treated = next(row for row in page.split("<tr>") if "people treated" in row)
    assert re.findall(r"<td>(\d+)</td>", treated)[-1] == str(len(given))
    deaths = next(row for row in page.split("<tr>") if "people who died" in row)
    died = {each.fields.get("subject") for each in site.ledger.records("deaths")} & given
    assert re.findall(r"<td>(\d+)(?: of \d+)?</td>", deaths)[-1] == str(len(died))
    assert "meningitis aseptic" in page.lower()


def test_events_by_period_add_up_to_those_counted_by_dose(signed_in: Client) -> None:
    """Each event began in one period, so that the events of all periods are as many as those of the overview."""
    page = signed_in("statistician").get("/safety/").content.decode()
    total = next(row for row in page.split("<tr>") if "number of events" in row)
    by_period = page.split("Adverse events by period and dose</caption>")[1].split("</table>")[0]
    rows = [row for row in by_period.split("<tr>") if ">any adverse event<" in row]
    counted = [[int(each) for each in re.findall(r"\((\d+)\)", row)] for row in rows]
    assert [sum(column) for column in zip(*counted, strict=True)] == [
        int(each) for each in re.findall(r"<td>(\d+)</td>", total)
    ]


def test_figures_come_anew_only_when_something_was_entered(site: Any, signed_in: Client) -> None:
    browser = signed_in("committee_member")
    seen = re.search(r"figures/\?seen=(\w+)", browser.get("/safety/").content.decode())
    assert seen
    assert seen[1].startswith(site.fresh().content_hash)
    assert browser.get(f"/safety/figures/?seen={seen[1]}").status_code == 204
    signed_in("coordinator")  # an entry, but none of the trial's data
    assert browser.get(f"/safety/figures/?seen={seen[1]}").status_code == 204
    answer = browser.get("/safety/figures/?seen=another")
    assert answer.status_code == 200
    assert f"?seen={seen[1]}" in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_watching_alone_keeps_nobody_signed_in(signed_in: Client) -> None:
    from firstdose.web.middleware import IDLE_SECONDS, LAST_SEEN

    browser = signed_in("committee_member")
    browser.get("/safety/")
    session = browser.session
    before = session[LAST_SEEN] - IDLE_SECONDS + 120
    session[LAST_SEEN] = before
    session.save()
    browser.get("/safety/figures/?seen=1", headers={"HX-Request": "true", "X-Polled": "yes"})
    assert browser.session[LAST_SEEN] == before
    browser.get("/safety/")
    assert browser.session[LAST_SEEN] > before


def test_who_is_signed_out_gets_words_into_the_page_and_no_page_to_sign_in(site: Any) -> None:
    from django.test import Client as Browser

    answer = Browser().get("/safety/figures/?seen=1", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert b"signed out" in answer.content
    assert b"<html" not in answer.content


def test_a_pack_is_noted_in_the_ledger_and_its_head_outside(site: Any, signed_in: Client) -> None:
    browser = signed_in("committee_member")
    before = site.ledger.head()
    answer = browser.post("/safety/packs/", {})
    assert answer.status_code == 302
    entry = site.ledger.history("committee_packs", "pack")[-1]
    facts = {each.field: each.new for each in entry.changes}
    assert (entry.action, entry.account, entry.role) == ("event", "committee_member", "committee_member")
    assert Head.of_text(facts["head"]) == before
    assert before in site.heads.read()
    pdf = browser.get(f"/safety/packs/{entry.sequence}.pdf")
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")
    assert hashlib.sha256(pdf.content).hexdigest() == facts["pdf_hash"]
    assert f"/safety/packs/{entry.sequence}.pdf" in browser.get("/safety/").content.decode()


def test_a_pack_is_the_same_when_it_is_made_again_and_bears_the_head(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from firstdose.web import committee_packs
    from firstdose.web.trial import now

    told: list[Any] = []

    def heard(*given: Any) -> Any:
        document, pdf = fitting_pack(*given)
        told.append(document)
        return document, pdf

    monkeypatch.setattr(committee_packs, "fitting_pack", heard)
    made = committee_packs.make_pack(site, Author("statistician", "statistician"), now())
    site.ledger.write(Author("coordinator", "coordinator"), [])
    site.kept(committee_packs.PACKS, 0, lambda: b"forgotten")
    assert hashlib.sha256(committee_packs.pdf_of(site, made)).hexdigest() == made.facts["pdf_hash"]
    assert len(told) == 2
    for document in told:
        assert ("Last entry of the ledger", str(made.head)) in document.facts
        assert f"entry {made.head.sequence}" in document.footer


def test_a_pack_of_a_past_moment_shows_what_was_known_then(site: Any, signed_in: Client) -> None:
    """As of a day between the first and the last dosing; the people dosed are counted from the entries by then."""
    from firstdose.web.committee_packs import MadePack

    answer = signed_in("statistician").post("/safety/packs/", {"as_of": "2019-06-30"})
    assert answer.status_code == 302
    made = MadePack(site.ledger.history("committee_packs", "pack")[-1])
    assert made.moment == datetime(2019, 6, 30, 23, 59, 59, 999999, UTC)
    with site.ledger.entries() as entries:
        by_then = [each for each in entries if each.instant <= made.moment]
    assert made.head.sequence == by_then[-1].sequence
    from firstdose.conduct.snapshot import snapshot_at

    then = snapshot_at(site.ledger, made.head.sequence, made.moment.date())
    assert then.content_hash == made.facts["data_hash"]
    dosed = {each.record for each in by_then if each.record_type == "dosings"}
    assert 0 < then.trial_data.frames["dosings"].height == len(dosed)
    assert len(dosed) < site.fresh().trial_data.frames["dosings"].height


@pytest.mark.parametrize("as_of", ["soon", "2126-01-01", "1999-01-01", "2026-02-30"])
def test_a_moment_that_there_is_no_pack_of_is_refused(site: Any, signed_in: Client, as_of: str) -> None:
    browser = signed_in("statistician")
    before = site.ledger.head()
    assert browser.post("/safety/packs/", {"as_of": as_of}).status_code == 409
    assert site.ledger.head() == before


def test_the_pack_of_a_decision_is_of_the_data_that_were_frozen(site: Any, signed_in: Client) -> None:
    from firstdose.web.committee_packs import MadePack

    signed_in("statistician").post("/safety/packs/", {"preparation": "1"})
    made = MadePack(site.ledger.history("committee_packs", "pack")[-1])
    prepared = site.ledger.record("prepared_decisions", "1").fields
    assert (str(made.head), made.facts["data_hash"]) == (prepared["ledger_head"], prepared["data_hash"])
    assert signed_in("statistician").post("/safety/packs/", {"preparation": "99"}).status_code == 409


def test_an_inspector_reads_packs_and_makes_none(site: Any, signed_in: Client) -> None:
    browser = signed_in("inspector")
    assert browser.post("/safety/packs/", {}).status_code == 403
    page = browser.get("/safety/").content.decode()
    assert "Make the pack" not in page
    first = site.ledger.history("committee_packs", "pack")[0].sequence
    assert browser.get(f"/safety/packs/{first}.pdf").status_code == 200
    assert browser.get("/safety/packs/1.pdf").status_code == 404


def test_a_pack_and_an_export_of_now_hold_everything_whatever_the_clock_said(
    site: Any, signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once a clock ran ahead: what was entered after that, with the right time, is known now, and is told of."""
    from firstdose.conduct.ledger import Draft, FieldChange, Ledger
    from firstdose.web import committee_packs
    from firstdose.web.trial import now

    note = Draft("event", "notes", "clock", (FieldChange("note", None, "the clock"),))
    author = Author("statistician", "statistician")
    ahead = Ledger(site.ledger.database, site.ledger.key, lambda: now() + timedelta(days=30))
    (early,) = ahead.write(author, [note])
    (right,) = site.ledger.write(author, [note])
    assert right.clock_note
    told: list[tuple[str, ...]] = []

    def heard(decision: Any, day: Any, notices: tuple[str, ...], *more: Any) -> Any:
        told.append(notices)
        return fitting_pack(decision, day, notices, *more)

    monkeypatch.setattr(committee_packs, "fitting_pack", heard)
    browser = signed_in("statistician")
    for names_moment in (False, True):
        before = site.ledger.head()
        asked = {"as_of": now().isoformat()} if names_moment else {}
        assert browser.post("/safety/packs/", asked).status_code == 302
        made = committee_packs.MadePack(site.ledger.history("committee_packs", "pack")[-1])
        assert made.head == before
        assert any("ran ahead" in each and str(early.sequence) in each for each in told[-1])
    for page in ("/safety/", "/export/"):
        assert "clock ran ahead" in browser.get(page).content.decode()


def test_tables_of_a_pack_count_to_the_moment_that_its_recommendation_counts_to(site: Any) -> None:
    """At noon of the last day of the first window it is open in both; the next morning it is over in both."""
    from firstdose.records import Dosing, cut
    from firstdose.records.derived import SubjectAnalysis
    from firstdose.web.committee_packs import decision_of

    trial_data, window = site.fresh().trial_data, timedelta(days=site.protocol.escalation.dlt.window_days)
    first = min(trial_data.records(Dosing), key=lambda each: str(each.procedure_start))
    last_noon = datetime.fromisoformat(str(first.procedure_start)[:10]).replace(hour=12, tzinfo=UTC) + window
    for moment, over in ((last_noon, False), (last_noon + timedelta(days=1), True)):
        known = cut(trial_data, moment.date())
        found = decision_of(site, known, site.ledger.head().sequence, site.protocol, moment)
        (course,) = [each for each in found.courses if each.subject == first.subject]
        counted = found.data[SubjectAnalysis].filter("is_dlt_evaluable")["subject"].to_list()
        assert (course.status.value == "evaluable", first.subject in counted) == (over, over)
