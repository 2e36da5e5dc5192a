"""The command `export`: the definition that it writes beside datasets, and the protocol as USDM."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from firstdose.records import AdverseEvent, Subject, TrialData, write_folder
from tests.cli.running import DONE, EXAMPLES, WRONG_INPUT, WRONG_USAGE, run

PROTOCOL = EXAMPLES / "nsc-spms" / "protocol.yaml"
CREATED = ("--created", "2026-03-31T12:00:00")
GROUP = "{http://www.cdisc.org/ns/odm/v1.3}ItemGroupDef"
LEAF = "{http://www.cdisc.org/ns/def/v2.1}leaf"
HREF = "{http://www.w3.org/1999/xlink}href"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return trial(tmp_path / "data", "fever")


def trial(folder: Path, term: str) -> Path:
    person = Subject(subject="P1", centre="01", sex="female", country="Italy")
    event = AdverseEvent(subject="P1", number=1, term=term, preferred_term="Pyrexia")
    return write_folder(TrialData.of([person, event]), folder)


@pytest.mark.parametrize(("file_format", "ending"), [("xpt", "xpt"), ("csv", "csv"), ("dataset-json", "json")])
def test_the_definition_names_the_files_beside_it(data: Path, tmp_path: Path, file_format: str, ending: str) -> None:
    out = tmp_path / "out"
    ran = run("export", PROTOCOL, data, "--out", out, "--format", file_format, *CREATED)
    assert ran.status == DONE, ran.err
    groups = list(ElementTree.parse(out / "define.xml").iter(GROUP))
    files = {leaf.attrib[HREF] for group in groups for leaf in group.iter(LEAF)}
    lists = {"conformance.csv", "problems.csv", "rejected_rows.csv"}
    assert files == {path.name for path in out.glob(f"*.{ending}")} - lists
    assert all(file in (out / "define.html").read_text("utf-8") for file in files)


def test_the_definition_belongs_to_the_datasets(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("export", PROTOCOL, trial(tmp_path / "other", "Übelkeit"), "--out", out, *CREATED).status == WRONG_INPUT
    assert not list(out.glob("define.*"))
    assert run("export", PROTOCOL, data, "--out", out, *CREATED).status == DONE
    first = (out / "define.xml").read_bytes()
    assert run("export", PROTOCOL, data, "--out", out, *CREATED).status == WRONG_INPUT
    assert run("export", PROTOCOL, data, "--out", out, *CREATED, "--overwrite").status == DONE
    assert (out / "define.xml").read_bytes() == first
    refused = run("export", PROTOCOL, tmp_path / "other", "--out", out, *CREATED, "--overwrite")
    assert (refused.status, list(out.glob("define.*"))) == (WRONG_INPUT, [])


def test_sdtm_with_its_definition_can_be_read_again(data: Path, tmp_path: Path) -> None:
    assert run("export", PROTOCOL, data, "--out", tmp_path / "first", *CREATED).status == DONE
    ran = run("export", PROTOCOL, tmp_path / "first", "--out", tmp_path / "second", *CREATED)
    assert ran.status == DONE, ran.err
    assert "define" not in ran.err
    assert (tmp_path / "first" / "ae.xpt").read_bytes() == (tmp_path / "second" / "ae.xpt").read_bytes()


def test_the_protocol_is_written_as_usdm(tmp_path: Path) -> None:
    ran = run("export", PROTOCOL, "--to", "usdm", "--out", tmp_path / "out")
    assert (ran.status, ran.err) == (DONE, "")
    document = json.loads((tmp_path / "out" / "usdm.json").read_text("utf-8"))
    assert (document["usdmVersion"], document["study"]["name"]) == ("4.0.0", "NCT03282760")
    again = run("export", PROTOCOL, "--to", "usdm", "--out", tmp_path / "out")
    assert (again.status, "--overwrite" in again.err) == (WRONG_INPUT, True)
    assert run("export", PROTOCOL, "--to", "usdm", "--out", tmp_path / "out", "--overwrite").status == DONE


def test_what_usdm_needs_and_the_protocol_lacks_is_told(tmp_path: Path) -> None:
    ran = run("export", EXAMPLES / "minimal" / "protocol.yaml", "--to", "usdm", "--out", tmp_path)
    assert ran.status == DONE
    assert "population.criteria" in ran.err


def test_data_are_asked_for_and_refused(data: Path, tmp_path: Path) -> None:
    without = run("export", PROTOCOL, "--out", tmp_path / "out")
    assert (without.status, "DATA" in without.err) == (WRONG_USAGE, True)
    needless = run("export", PROTOCOL, data, "--to", "usdm", "--out", tmp_path / "out")
    assert (needless.status, "protocol alone" in needless.err) == (WRONG_USAGE, True)
    (tmp_path / "wrong.yaml").write_text("trial: {}\n")
    assert run("export", tmp_path / "wrong.yaml", "--to", "usdm", "--out", tmp_path / "out").status == WRONG_INPUT
    assert not (tmp_path / "out").exists()
