"""As of a past moment, an export holds what the committee's pack holds: same hash, nobody who came later, no fault."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from firstdose.records import occurrence_of
from firstdose.records.catalogue import RECORDS
from tests.conduct.running import first_cohort
from tests.dosing.trial import PROTOCOL
from tests.web.another_site import Clock, browser_of, place_of, site_with_clock
from tests.web.browsing import SECRET
from tests.web.sites import Sites

ENTERED = ["2026-02-02T09:30", "2026-02-09", "2026-02-16T12:00", "2026-03-19T15:30", "2026-03-20"]
TOLD = ["2018-12-31", "2019-06-30", "2020-01-31T12:00", "2021-05-07"]


def fill(configuration: Any) -> None:
    """A trial of which people entered every step: a cohort in February, an event, and somebody new in March 2026."""
    from firstdose.web import starting

    running = first_cohort(place_of(configuration, PROTOCOL))
    running.at("2026-03-19T15:00").event("P2", "2026-02-15", grade="2")
    running.at("2026-03-20T09:00").person("P4", consent="2026-03-20T08:00+01:00")
    people = [starting.Person("past-statistician", "Past", "statistician", "*", SECRET)]
    starting.add_people(running.ledger, people)
    running.ledger.close()


@pytest.fixture
def clock(sites: Sites, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    with site_with_clock(sites, fill, monkeypatch) as found:
        found.at("2026-03-21T12:00")
        yield found


def check_moment(browser: Any, as_of: str, folder: Path) -> pl.DataFrame:
    """Export and pack as of a moment agree, and the export is read back without a fault; its subjects."""
    from firstdose.cli.data_folder import read_data
    from firstdose.records.trial_data import without_names
    from firstdose.web.committee_packs import made_packs, pdf_of
    from firstdose.web.trial import the_trial

    assert browser.post("/safety/packs/", {"as_of": as_of}).status_code == 302
    made = made_packs(the_trial())[0]
    assert pdf_of(the_trial(), made).startswith(b"%PDF")
    answer = browser.post("/export/", {"as_of": as_of})
    assert answer.status_code == 200, answer.content
    packed = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    manifest = json.loads(packed.read("manifest.json"))
    packed.extractall(folder)
    reading, _ = read_data(folder / "records", the_trial().protocol)
    assert [str(each) for each in reading.problems] == []
    data = reading.trial_data
    assert datetime.fromisoformat(manifest["as_of"]) == made.moment
    assert manifest["data_hash_of_all"] == made.facts["data_hash"]
    assert manifest["data_hash_of_all_without_names"] == made.facts["hash_without_names"]
    assert data.content_hash == manifest["data_hash"] == made.facts["hash_without_names"]
    assert without_names(data) == data
    page = browser.get("/export/").content.decode()
    assert made.facts["data_hash"] in page
    people = set(data.frames["subjects"]["subject"])
    day = made.moment.date().isoformat()
    assert data.frames["subjects"].filter(pl.col("consent").str.slice(0, 10) > day).is_empty()
    for name, frame in data.frames.items():
        if "subject" in frame.columns:
            assert set(frame["subject"].drop_nulls()) <= people, name
        occurrence = occurrence_of(RECORDS[name])
        if occurrence:
            assert frame.filter(pl.col(occurrence).str.slice(0, 10) > day).is_empty(), name
    return data.frames["subjects"]


def test_of_a_trial_told_into_the_ledger(site: Any, signed_in: Any, tmp_path: Path) -> None:
    browser = signed_in("statistician")
    counts = [check_moment(browser, as_of, tmp_path / str(number)).height for number, as_of in enumerate(TOLD)]
    assert 0 < counts[0] < counts[1] < counts[-1]
    assert site.fresh().trial_data.frames["subjects"]["birth"].null_count() == 0, "so the hashes can differ"
    assert counts[-1] <= site.fresh().trial_data.frames["subjects"].height


def test_of_a_trial_that_people_entered(clock: Clock, tmp_path: Path) -> None:
    browser = browser_of("past-statistician")
    counts = [check_moment(browser, as_of, tmp_path / str(number)).height for number, as_of in enumerate(ENTERED)]
    assert counts == [1, 2, 3, 3, 4]


def test_a_day_alone_is_its_end_wherever_it_is_asked_for(clock: Clock) -> None:
    from firstdose.conduct.past_moments import NoPastMoment, past_moment

    end = past_moment("2026-03-20", clock())
    assert end.isoformat() == "2026-03-20T23:59:59.999999+00:00"
    for text, words in (("2026-03-21", "still to come"), ("20 March", "write the moment as"), ("", "write the moment")):
        with pytest.raises(NoPastMoment, match=words):
            past_moment(text, clock())
        if text:
            for address in ("/export/", "/safety/packs/"):
                answer = browser_of("past-statistician").post(address, {"as_of": text})
                assert answer.status_code == 409
                assert words in answer.content.decode()


def test_an_export_is_analysed_by_itself_with_the_protocol_that_was_in_force(clock: Clock, tmp_path: Path) -> None:
    """The folder alone is named; the same protocol and the same data have the same hashes as in the pack."""
    from firstdose.conduct.amendments import in_force
    from firstdose.web.trial import the_trial
    from tests.cli.running import DONE, WRONG_INPUT, WRONG_USAGE, run

    check_moment(browser_of("past-statistician"), "2026-03-20", tmp_path / "export")
    version = in_force(the_trial().ledger)
    assert version is not None
    manifest = json.loads((tmp_path / "export" / "manifest.json").read_text())
    for number, named in enumerate((tmp_path / "export", tmp_path / "export" / "records")):
        out = tmp_path / f"results {number}"
        ran = run("analyse", named, "--out", out)
        assert ran.status == DONE, ran.err
        assert "No problem was found in the data." in ran.out
        origin = json.loads((out / "provenance.json").read_text())
        assert (origin["protocol_hash"], origin["data_hash"]) == (version.content_hash, manifest["data_hash"])
    from firstdose.web.spreadsheets import csv_lines

    listed = tmp_path / "export" / "conduct" / "held_events.csv"
    listed.parent.mkdir(exist_ok=True)
    waits = {"held": "1", "subject": "P2", "record_type": "adverse_events", "typed": '{"term":"Se\\"izure"}'}
    waits |= {"seen": "{}", "why": "-known only now", "since": "2026-03-20T10:00:00+00:00", "state": "waiting"}
    ended = waits | {"held": "2", "typed": '{"term":"Cough"}', "state": "withdrawn"}
    listed.write_bytes(b"".join(csv_lines(list(waits), [list(waits.values()), list(ended.values())])))
    ran = run("report", tmp_path / "export", "--only", "pack", "--out", tmp_path / "report")
    assert ran.status == DONE, ran.err
    words = "not known to anything told here: adverse event of P2 (Se&quot;izure), held since 20 March 2026, 10:00"
    pack = (tmp_path / "report" / "committee-pack.html").read_text("utf-8")
    assert words in pack.replace("&#34;", "&quot;").replace('Se"izure', "Se&quot;izure")
    assert "Cough" not in pack
    ran = run("analyse", tmp_path / "export", "--out", tmp_path / "told")
    assert "held since 20 March 2026, 10:00" in ran.out
    assert "held since 20 March 2026, 10:00" in (tmp_path / "told" / "summary.html").read_text("utf-8")
    listed.write_text("held,state\n1,waiting\n")
    ran = run("report", tmp_path / "export", "--only", "pack", "--out", tmp_path / "broken")
    assert (ran.status, "held_events.csv: what was held outside" in ran.err) == (WRONG_INPUT, True)
    listed.unlink()
    assert run("export", tmp_path / "export", "--to", "all", "--out", tmp_path / "cdisc").status == DONE
    assert run("export", tmp_path / "export", "--to", "usdm", "--out", tmp_path / "usdm").status == DONE
    own = tmp_path / "own.yaml"
    (tmp_path / "export" / "protocol.yaml").rename(own)
    ran = run("analyse", tmp_path / "export", "--out", tmp_path / "none")
    assert ran.status == WRONG_INPUT
    assert "there is no protocol.yaml in this folder; name the protocol file before it" in ran.err
    assert run("analyse", own, tmp_path / "export", "--out", tmp_path / "named").status == DONE
    for command in ("analyse", "report", "export"):
        ran = run(command, own, "--out", tmp_path / "no data")
        assert ran.status == WRONG_USAGE
        assert "name the folder of the trial's data" in ran.err


def test_every_version_of_the_protocol_is_in_an_export_and_the_one_in_force_by_then_is_named(clock: Clock) -> None:
    from firstdose.conduct.amendments import approve, in_force, load
    from firstdose.conduct.desk import Desk
    from firstdose.conduct.ledger import Author
    from firstdose.web.trial import the_trial

    trial = the_trial()
    first = in_force(trial.ledger)
    assert first is not None
    text = first.content.replace("title: A trial}", 'title: A trial, version: "9.1"}')
    assert text != first.content
    for account, step in (("dora", "load"), ("erik", "approve")):
        with Desk(trial.ledger, trial.protocol).work(Author(account, "data_manager")) as work:
            if step == "load":
                load(work, text.encode())
            else:
                approve(work, "9.1", "the vote of the committee")
    browser = browser_of("past-statistician")
    both = {"protocol.yaml": text, f"protocol_versions/{first.version}.yaml": first.content}
    for as_of, expected in (("", both), ("2026-03-01", {"protocol.yaml": first.content})):
        packed = zipfile.ZipFile(io.BytesIO(b"".join(browser.post("/export/", {"as_of": as_of}).streaming_content)))
        files = {name: packed.read(name).decode() for name in packed.namelist() if name.endswith(".yaml")}
        assert files == expected, as_of
