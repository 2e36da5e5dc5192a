"""ODM through the pages: what a role sees and no more, every entry once, the head printed."""

from __future__ import annotations

import io
import uuid
import zipfile
from typing import Any

from tests.cdisc.odm_reading import NAMESPACE, Database, parsed, read_groups, read_snapshot
from tests.web.browsing import Client

HOSTILE = "<script>\x0b&]]> \\u000B"


def exported(browser: Any, **more: str) -> zipfile.ZipFile:
    answer = browser.post("/export/", {"as_of": "", **more})
    assert answer.status_code == 200, answer.content
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def root_of(packed: zipfile.ZipFile, name: str) -> Any:
    return parsed(io.BytesIO(packed.read(f"odm/{name}.xml")))


def test_without_the_tick_there_is_no_odm(site: Any, signed_in: Client) -> None:
    assert not any(name.startswith("odm/") for name in exported(signed_in("statistician")).namelist())


def test_the_page_gives_history_and_state_of_what_the_role_sees(site: Any, signed_in: Client) -> None:
    subject, birth = f"X-{uuid.uuid4().hex[:8]}", "1961-08-17"
    coordinator, data_manager = signed_in("coordinator"), signed_in("data_manager")
    person = {"subject": subject, "centre": "01", "consent": "2026-01-02", "birth": birth}
    coordinator.post("/participants/new/", person)
    coordinator.post(f"/participants/{subject}/adverse_events/new/", {"number": "1", "term": HOSTILE})
    before = site.ledger.head()
    packed = exported(data_manager, odm="yes")
    assert not any(birth.encode() in packed.read(f"odm/{name}.xml") for name in ("history", "state"))
    history, state = root_of(packed, "history"), root_of(packed, "state")
    for root in (history, state):
        words = root.get("Description")
        assert f"Ledger head {before}." in words
        assert "As the role data_manager sees it at all sites, without what identifies anybody." in words
        assert root.get("Granularity") is None
    database, sequences = Database(), set()
    for group in read_groups(history):
        database.apply(group)
        if group.transactions[-1] != "Context":
            sequences.add(int((group.audit or {})["SourceID"]))
    assert sequences == set(range(1, before.sequence + 1))
    records = read_snapshot(state)
    assert database.state() == records
    stored = {(each.record_type, each.record): each for each in site.ledger.records() if not each.is_removed}
    assert set(records) == set(stored)
    event = ("adverse_events", f"{subject}/1")
    assert records[event]["term"] == stored[event].fields["term"]
    assert "\x0b" in records[event]["term"]


def test_a_site_gets_its_own_participants_and_nothing_that_names_others(site: Any, signed_in: Client) -> None:
    subject, birth = f"B-{uuid.uuid4().hex[:8]}", "1961-08-18"
    person = {"subject": subject, "centre": "01", "consent": "2026-01-02", "birth": birth}
    signed_in("coordinator").post("/participants/new/", person)
    centre = {each.fields["subject"]: each.fields.get("centre") for each in site.ledger.records("subjects")}
    theirs = [name for name, where in centre.items() if where != "01"]
    packed = exported(signed_in("investigator"), odm="yes")
    for name in ("odm/history.xml", "odm/state.xml"):
        assert not any(other.encode() in packed.read(name) for other in theirs), name
        assert birth.encode() in packed.read(name)
    found = {each.get("SubjectKey") for each in root_of(packed, "history").iter(f"{NAMESPACE}SubjectData")}
    assert subject in found
    assert found <= {name for name, where in centre.items() if where == "01"}
