"""Export through the pages: what a role sees and no more, the same for ever, noted, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import uuid
import zipfile
from pathlib import Path
from typing import Any

import pytest

from firstdose.web.spreadsheets import original_cell
from tests.web.browsing import Client

FORMULA = '=HYPERLINK("http://elsewhere")'


def exported(browser: Any, as_of: str = "") -> tuple[Any, zipfile.ZipFile]:
    answer = browser.post("/export/", {"as_of": as_of})
    assert answer.status_code == 200, answer.content
    return answer, zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def table(packed: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(packed.read(name).decode(), newline="")))


def manifest(packed: zipfile.ZipFile) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(packed.read("manifest.json"))
    return found


def test_the_whole_trial_is_read_again_as_it_stands(site: Any, signed_in: Client, tmp_path: Path) -> None:
    from firstdose.records import read_folder

    _, packed = exported(signed_in("statistician"))
    packed.extractall(tmp_path)
    hashes = manifest(packed)["sha256_of_files"]
    assert set(hashes) == set(packed.namelist()) - {"manifest.json"}
    for name, expected in hashes.items():
        assert hashlib.sha256(packed.read(name)).hexdigest() == expected, name
    read = read_folder(tmp_path / "records").trial_data
    assert read.content_hash == manifest(packed)["data_hash"]
    now = site.fresh().trial_data
    assert read.frames["adverse_events"].height == now.frames["adverse_events"].height
    assert read.frames["subjects"]["birth"].null_count() == read.frames["subjects"].height


def test_who_exported_what_is_in_the_ledger_and_its_head_outside(site: Any, signed_in: Client) -> None:
    browser = signed_in("data_manager")
    before = site.ledger.head()
    _, packed = exported(browser)
    entry = site.ledger.history("exports", "data")[-1]
    facts = {change.field: change.new for change in entry.changes}
    assert (entry.account, entry.action) == ("data_manager", "event")
    assert facts["ledger_head"] == manifest(packed)["ledger_head"] == str(before)
    assert before in site.heads.read()
    assert facts["data_hash"] in browser.get("/export/").content.decode()


def test_the_list_of_exports_renews_itself(site: Any, signed_in: Client) -> None:
    """The page asks for its list now and then; it is told nothing while the list is the same, and then the new one."""
    browser = signed_in("data_manager")
    page = browser.get("/export/").content.decode()
    asked = re.search(r'hx-get="(/export/made/\?seen=\d+)" hx-trigger="every \d+s"', page)
    assert asked
    assert browser.get(asked[1]).status_code == 204
    exported(browser)
    answer = browser.get(asked[1], headers={"X-Polled": "yes", "HX-Request": "true"})
    made = site.ledger.history("exports", "data")[-1]
    new = answer.content.decode()
    assert f"seen={made.sequence}" in new
    assert next(each.new for each in made.changes if each.field == "sha256") in new
    assert "(Data manager)" in new
    assert browser.get(f"/export/made/?seen={made.sequence}").status_code == 204


def test_a_past_moment_gives_the_same_for_ever(site: Any, signed_in: Client) -> None:
    browser, moment = signed_in("statistician"), "2018-12-31T12:00"
    _, first = exported(browser, moment)
    people = {each["subject"] for each in table(first, "tables/subjects.csv")}
    consents = {each.fields["subject"]: each.fields.get("consent", "9999") for each in site.ledger.records("subjects")}
    assert people <= {name for name, consent in consents.items() if consent <= "2018-12-31"}
    assert people
    subject = f"E-{uuid.uuid4().hex[:8]}"
    signed_in("coordinator").post("/participants/new/", {"subject": subject, "centre": "01", "consent": "2026-01-02"})
    _, again = exported(browser, moment)
    for name in ("ledger_head", "data_hash", "sha256_of_files"):
        assert manifest(first)[name] == manifest(again)[name]
    assert first.read("ledger.csv") == again.read("ledger.csv")
    assert subject.encode() not in again.read("ledger.csv")


def test_a_site_gets_its_own_participants_and_nothing_that_names_others(
    site: Any, signed_in: Client, tmp_path: Path
) -> None:
    centre = {each.fields["subject"]: each.fields.get("centre") for each in site.ledger.records("subjects")}
    theirs = [name for name, where in centre.items() if where != "01"]
    ours = {name for name, where in centre.items() if where == "01"}
    answer, packed = exported(signed_in("investigator"))
    for name in packed.namelist():
        content = packed.read(name)
        if name.endswith((".csv", ".json")):
            assert not any(other.encode() in content for other in theirs), name
    assert {each["subject"] for each in table(packed, "tables/subjects.csv")} <= ours
    samples = {each.record for each in site.ledger.records("samples") if each.fields["subject"] not in ours}
    told = {each["record"] for each in table(packed, "ledger.csv") if each["record_type"] == "samples"}
    assert samples
    assert told
    assert not samples & told
    assert any(each["birth"] for each in table(packed, "tables/subjects.csv"))
    assert not any(other in answer.headers["Content-Disposition"] for other in theirs)
    assert not manifest(packed)["is_whole"]
    packed.extractall(tmp_path)
    for path in (tmp_path / "records").glob("*.parquet"):
        import polars as pl

        frame = pl.read_parquet(path)
        for column in frame.get_columns():
            if column.dtype == pl.String:
                assert not any(other in text for text in column.drop_nulls() for other in theirs), path.name


def test_what_identifies_is_left_out_for_roles_that_do_not_see_it(site: Any, signed_in: Client) -> None:
    subject, birth = f"B-{uuid.uuid4().hex[:8]}", "1961-07-13"
    person = {"subject": subject, "centre": "01", "consent": "2026-01-02", "birth": birth}
    signed_in("coordinator").post("/participants/new/", person)
    _, packed = exported(signed_in("data_manager"))
    assert not any(birth.encode() in packed.read(name) for name in packed.namelist())
    _, with_names = exported(signed_in("investigator"))
    assert birth.encode() in with_names.read("ledger.csv")
    assert birth.encode() in with_names.read("tables/subjects.csv")


def test_no_cell_is_a_formula_and_each_comes_back(site: Any, signed_in: Client) -> None:
    subject = f"F-{uuid.uuid4().hex[:8]}"
    browser = signed_in("coordinator")
    browser.post("/participants/new/", {"subject": subject, "centre": "01", "consent": "2026-01-02"})
    event = {"number": "1", "term": FORMULA, "description": "-5.2"}
    browser.post(f"/participants/{subject}/adverse_events/new/", event)
    _, packed = exported(signed_in("statistician"))
    row = next(each for each in table(packed, "tables/adverse_events.csv") if each["subject"] == subject)
    assert row["term"] == f"'{FORMULA}"
    assert original_cell(row["term"]) == FORMULA
    lines = [
        each for each in table(packed, "ledger.csv") if each["record"] == f"{subject}/1" and each["field"] == "term"
    ]
    assert original_cell(lines[0]["new"]) == FORMULA
    for name in packed.namelist():
        if name.endswith(".csv"):
            cells = (cell for row in csv.reader(io.StringIO(packed.read(name).decode(), newline="")) for cell in row)
            assert not any(cell.startswith(("=", "@", "\t", "\r")) for cell in cells), name


@pytest.mark.parametrize("moment", ["tomorrow", "2999-01-01T00:00", "1900-01-01", "0001-01-01T00:00+14:00", "\x00"])
def test_a_moment_that_is_none_is_refused(site: Any, signed_in: Client, moment: str) -> None:
    browser = signed_in("data_manager")
    before = site.ledger.head()
    assert browser.post("/export/", {"as_of": moment}).status_code == 409
    assert site.ledger.head() == before


def test_who_may_not_export_does_not(signed_in: Client) -> None:
    for role in ("coordinator", "monitor", "committee_member", "administrator"):
        assert signed_in(role).post("/export/", {}).status_code == 403
