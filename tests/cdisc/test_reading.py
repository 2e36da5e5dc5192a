"""Forms of SDTM that the excerpt does not cover, and bad files."""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.cdisc import dataset_json, read_sdtm, transport
from firstdose.cdisc.domains import DOMAINS, naming_of, variable_of
from firstdose.cdisc.terms import TERMS
from firstdose.records import (
    AdverseEvent,
    Assessment,
    Death,
    LabResult,
    Medication,
    Reading,
    Subject,
    Visit,
    columns_of,
)
from firstdose.records.values import Unreadable, read_value
from tests.cdisc.writing import write_json, write_ndjson, write_transport

DM = "STUDYID,USUBJID,SUBJID,BRTHDTC,AGE,AGEU,SEX,DTHFL,DTHDTC\nS,S-1,1,1970-05,55,YEARS,F,,\n"


def read(tmp_path: Path, **datasets: str | bytes) -> Reading:
    for name, content in datasets.items():
        data = content if isinstance(content, bytes) else content.encode()
        (tmp_path / f"{name}.csv").write_bytes(data)
    return read_sdtm(tmp_path)


@pytest.mark.parametrize("variable", TERMS)
def test_every_term_means_a_code_of_its_field(variable: str) -> None:
    columns = [
        column
        for domain, record_types in DOMAINS.items()
        for record_type in record_types
        for field, column in columns_of(record_type).items()
        if variable_of(record_type, field, domain) == variable
    ]
    assert columns or variable == "RDOMAIN"
    for column in columns:
        for code in TERMS[variable].values():
            assert read_value(column, code) is not None


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_domain_takes_its_own_variables(domain: str) -> None:
    for record_type in DOMAINS[domain]:
        variables = {variable_of(record_type, field, domain) for field in columns_of(record_type)} - {""}
        assert set(naming_of(record_type, variables, domain).values()) == variables
        own = {v for v in variables if not v.startswith(domain)}
        allowed = {"USUBJID", "VISIT", "VISITNUM", "VISITDY", "SVSTDTC"}
        assert domain == "DM" or own <= allowed


def test_questionnaires_become_assessments_with_what_could_not_be_done(tmp_path: Path) -> None:
    qs = (
        "USUBJID,QSSEQ,QSCAT,QSTESTCD,QSTEST,QSORRES,QSORRESU,QSSTRESN,QSSTAT,QSREASND,QSDTC,VISITNUM\n"
        "S-1,1,edss,SCORE,EDSS score,7.5,,7.5,,,2026-03-14T09:00,3\n"
        "S-1,2,barthel,FEED,Feeding,WITH HELP,,5,,,2026-03-14,3\n"
        "S-1,3,timed_walk,T25FW,Walk,,s,,NOT DONE,EDSS 7.5,2026-03-14,3\n"
    )
    rows = read(tmp_path, dm=DM, qs=qs).trial_data[Assessment]
    picked = rows.select("measure", "answer", "answer_text", "standard_answer", "performed", "reason", "visit").rows()
    assert picked == [
        ("edss", 7.5, None, 7.5, None, None, "3"),
        ("barthel", None, "WITH HELP", 5.0, None, None, "3"),
        ("timed_walk", None, None, None, "not_done", "EDSS 7.5", "3"),
    ]


def test_grades_actions_and_outcomes_are_translated(tmp_path: Path) -> None:
    ae = (
        "USUBJID,AESEQ,AETERM,AETOXGR,AEACN,AEOUT,AESER,AEREL,AESTDTC\n"
        "S-1,1,fever,GRADE 3,DRUG WITHDRAWN,RECOVERED/RESOLVED WITH SEQUELAE,Y,NOT RELATED,2026-03\n"
        "S-1,2,fever,9,TELEPORTED,FATAL,N,PERHAPS,UN-UNK-2026\n"
    )
    reading = read(tmp_path, dm=DM, ae=ae)
    first, second = reading.trial_data.records(AdverseEvent)
    assert (first.grade, first.action_with_product, first.outcome) == (3, "withdrawn", "recovered_with_sequelae")
    assert (first.serious, first.relation_to_product, str(first.start)) == (True, "not_related", "2026-03")
    assert (second.grade, second.action_with_product, second.relation_to_product) == (9, None, None)
    assert str(second.start) == "2026"
    effects = {(p.row, p.field, p.value): p.effect for p in reading.problems}
    assert effects[(3, "AETOXGR", "9")] == "kept"
    assert effects[(3, "AEACN", "TELEPORTED")] == effects[(3, "AEREL", "PERHAPS")] == "left empty"


def test_a_death_comes_from_demographics(tmp_path: Path) -> None:
    reading = read(tmp_path, dm=DM + "S,S-2,2,,80,YEARS,M,Y,2026-04\nS,S-3,3,,80,YEARS,M,,2026-05-01\n")
    deaths = {death.subject: str(death.died) for death in reading.trial_data.records(Death)}
    assert deaths == {"S-2": "2026-04", "S-3": "2026-05-01"}


def test_an_age_in_months_is_listed(tmp_path: Path) -> None:
    (problem,) = read(tmp_path, dm="USUBJID,AGE,AGEU\nS-1,11,MONTHS\n").problems
    assert (problem.row, problem.field, problem.value) == (2, "AGEU", "MONTHS")


def test_drugs_still_taken_are_ongoing(tmp_path: Path) -> None:
    cm = "USUBJID,CMSEQ,CMTRT,CMENRTPT\nS-1,1,TACROLIMUS,ONGOING\nS-1,2,ASPIRIN,BEFORE\nS-1,3,IRON,\n"
    assert read(tmp_path, dm=DM, cm=cm).trial_data[Medication]["ongoing"].to_list() == [True, False, None]


def test_variables_without_a_field_are_named(tmp_path: Path) -> None:
    reading = read(tmp_path, dm=DM, sv="USUBJID,VISITNUM,VISIT,EPOCH,SVUPDES\nS-1,1,M1,RUN-IN,\n")
    assert reading.notes == ("sv.csv: no field takes EPOCH",)
    assert reading.trial_data[Visit]["order"].to_list() == [1.0]


def test_a_missing_required_variable_rejects_the_rows(tmp_path: Path) -> None:
    reading = read(tmp_path, dm=DM, lb="USUBJID,LBTESTCD,LBORRES\nS-1,ALT,5\n")
    assert reading.rejected.rows() == [("lb.csv", 2, "S-1,ALT,5")]
    assert not reading.trial_data[LabResult].height


def test_the_same_dataset_twice_is_read_once(tmp_path: Path) -> None:
    write_json(pl.DataFrame({"USUBJID": ["S-1"]}), tmp_path / "dm.json")
    reading = read(tmp_path, dm=DM)
    assert reading.trial_data[Subject].height == 1
    assert [problem.rule for problem in reading.problems] == ["must be the only file of its dataset; dm.csv is read"]


def test_other_datasets_are_noted(tmp_path: Path) -> None:
    assert read(tmp_path, dm=DM, ts="TSSEQ\n1\n").notes == (
        "ts.csv: the dataset TS was not read; nothing here needs it",
    )


def test_a_transport_file_in_windows_1252_is_read_with_a_note(tmp_path: Path) -> None:
    write_transport(pl.DataFrame({"USUBJID": ["S-1"], "COUNTRY": ["ZZrich"]}), tmp_path / "dm.xpt")
    path = tmp_path / "dm.xpt"
    path.write_bytes(path.read_bytes().replace(b"ZZrich", b"Z\xfcrich"))
    reading = read_sdtm(tmp_path)
    assert reading.trial_data[Subject]["country"].to_list() == ["Zürich"]
    assert reading.notes == ("dm.xpt: the text is not UTF-8 and was read as Windows-1252",)


@pytest.mark.parametrize("count", [0, 1, 2, 4, 5])
@pytest.mark.parametrize(
    ("ending", "write", "module"),
    [("xpt", write_transport, transport), ("json", write_json, dataset_json), ("ndjson", write_ndjson, dataset_json)],
)
def test_files_are_read_in_parts(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    count: int,
    ending: str,
    write: Callable[[pl.DataFrame, Path], None],
    module: ModuleType,
) -> None:
    monkeypatch.setattr(module, "ROWS_AT_ONCE", 2)
    ages = [str(40 + number) for number in range(count)]
    frame = pl.DataFrame({"USUBJID": [f"S-{age}" for age in ages], "AGE": ages}, schema={"USUBJID": str, "AGE": str})
    write(frame, tmp_path / f"dm.{ending}")
    reading = read_sdtm(tmp_path)
    assert reading.trial_data[Subject]["age_years"].to_list() == [float(age) for age in ages]
    assert not len(reading.problems)


def test_variables_in_small_letters_are_read_and_doubles_listed(tmp_path: Path) -> None:
    reading = read(tmp_path, dm="usubjid,Usubjid,firstdose row\nS-1,S-2,7\n")
    assert reading.trial_data[Subject]["subject"].to_list() == ["S-1"]
    assert {problem.field for problem in reading.problems} == {"Usubjid", "firstdose row"}


HEAD = {"datasetJSONVersion": "1.1.0", "name": "DM", "columns": [{"name": "USUBJID"}, {"name": "AGE"}]}


@pytest.mark.parametrize(
    ("document", "rule"),
    [
        ("{", "must be JSON in UTF-8"),
        ("[]", "must be a Dataset-JSON 1.1 document"),
        ('{"a": 1}', "must be a Dataset-JSON 1.1 document"),
        ("[" * 200_000, "must be JSON in UTF-8"),
        (json.dumps({**HEAD, "columns": [{"name": "A"}, {"name": "A"}]}), "must be a Dataset-JSON 1.1 document"),
        (json.dumps({**HEAD, "rows": {}}), "must be a Dataset-JSON 1.1 document"),
        (json.dumps({**HEAD, "rows": [["S-1"]]}), "must be a list of 2 values"),
        (json.dumps({**HEAD, "rows": [["S-1", {}]]}), "must be a list of 2 values"),
        (json.dumps({**HEAD, "rows": [], "records": 3}), "must hold as many rows as it states: 3; it holds 0"),
    ],
)
def test_bad_dataset_json_is_a_problem(tmp_path: Path, document: str, rule: str) -> None:
    (tmp_path / "dm.json").write_text(document, "utf-8")
    rules = [problem.rule for problem in read_sdtm(tmp_path).problems]
    assert any(found.startswith(rule) for found in rules)


def test_a_bad_line_of_ndjson_is_rejected_with_its_text(tmp_path: Path) -> None:
    lines = [json.dumps(HEAD), '["S-1", 50]', "oh no", '["S-2", NaN]']
    (tmp_path / "dm.ndjson").write_text("\n".join(lines), "utf-8")
    reading = read_sdtm(tmp_path)
    assert reading.trial_data[Subject]["subject"].to_list() == ["S-1", "S-2"]
    assert reading.rejected.rows() == [("dm.ndjson", 3, "oh no")]


@pytest.fixture(scope="module")
def transport_file(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("xpt") / "ae.xpt"
    write_transport(pl.DataFrame({"USUBJID": ["S-1"], "AESEQ": ["1"], "AETERM": ["fever"]}), path)
    return path.read_bytes()


@settings(max_examples=60)
@given(place=st.integers(0, 2_000), damage=st.binary(min_size=1, max_size=40), cut=st.integers(0, 2_000))
def test_a_damaged_transport_file_does_not_make_the_reader_raise(
    transport_file: bytes, place: int, damage: bytes, cut: int
) -> None:
    content = transport_file[:place] + damage + transport_file[place + len(damage) :]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "ae.xpt").write_bytes(content[: max(cut, place)])
        read_sdtm(folder)


@settings(max_examples=60)
@given(ending=st.sampled_from(["json", "ndjson", "xpt", "csv"]), content=st.binary(max_size=300))
def test_no_bytes_make_the_reader_raise(ending: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, f"ae.{ending}").write_bytes(content)
        read_sdtm(folder)


documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["columns", "rows", "name"]), inner),
    max_leaves=10,
)


@settings(max_examples=60)
@given(columns=documents, rows=documents)
def test_no_document_makes_the_reader_raise(columns: object, rows: object) -> None:
    for described in (columns, [{"name": "USUBJID"}, {"name": "AGE"}]):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "dm.json").write_text(json.dumps({"columns": described, "rows": rows}), "utf-8")
            read_sdtm(folder)


def test_unreadable_says_rule_and_fix() -> None:
    with pytest.raises(Unreadable, match="must be yes or no; write yes"):
        read_value(columns_of(AdverseEvent)["serious"], "perhaps")
