"""Define-XML held against its published schema and read by odmlib, value by value; Dataset-JSON read by odmlib."""

import json
import re
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from odmlib import odm_parser, schema_manager
from odmlib.dataset_json_1_1 import DatasetJSON
from odmlib.define_2_1.rules.metadata_schema import MetadataSchema
from odmlib.define_loader import XMLDefineLoader
from odmlib.loader import ODMLoader
from odmlib.oid_generator import create_oid_checker

from firstdose.cdisc.adam.exporting import export_adam
from firstdose.cdisc.define import ANALYSIS, write_define
from firstdose.cdisc.writing.exporting import Export, export_sdtm
from firstdose.protocol import Protocol
from firstdose.records import AdverseEvent, Medication, Subject, TrialData
from firstdose.records.analysis_tables import AnalysisTables
from tests.cdisc.reference_files import CREATED


@pytest.fixture(scope="module", params=["sdtm", "adam"])
def exported(
    request: pytest.FixtureRequest,
    protocol: Protocol,
    trial_data: TrialData,
    tables: AnalysisTables,
    tmp_path_factory: pytest.TempPathFactory,
) -> Export:
    folder = tmp_path_factory.mktemp(request.param)
    form: Any = {"created": CREATED, "file_format": "dataset-json"}
    if request.param == "sdtm":
        export = export_sdtm(protocol, trial_data, folder, **form)
        write_define(protocol, export.datasets, folder, **form)
        return export
    export = export_adam(protocol, tables, folder, **form)
    write_define(protocol, export.datasets, folder, standard=ANALYSIS, **form)
    return export


@pytest.fixture(scope="module")
def document(exported: Export) -> Path:
    return exported.files[0].parent / "define.xml"


@pytest.fixture(scope="module")
def root(document: Path) -> Any:
    loader = ODMLoader(XMLDefineLoader(model_package="define_2_1"))
    loader.open_odm_document(str(document))
    return loader.root()


@pytest.fixture(scope="module")
def metadata(root: Any) -> Any:
    return root.Study.MetaDataVersion


def faults(path: Path) -> list[str]:
    schema = odm_parser._compiled_schema(schema_manager.get_schema_path("define", "2.1"))  # type: ignore[no-untyped-call]
    return [f"{error.path}: {error.reason}" for error in schema.iter_errors(str(path))]


def description(element: Any) -> str:
    return str(element.Description.TranslatedText[0]._content)


def test_the_document_fits_the_published_schema(document: Path, tmp_path: Path) -> None:
    assert not faults(document)
    wrong = tmp_path / "define.xml"
    wrong.write_text(document.read_text("utf-8").replace('Comparator="EQ"', 'Comparator="IS"', 1), "utf-8")
    assert faults(wrong)  # the schema does look


def test_the_reader_s_own_checks_find_nothing(root: Any) -> None:
    checker = create_oid_checker("define_2_1")
    assert root.verify_oids(checker)
    assert checker.check_oid_refs()
    assert root.verify_conformance(MetadataSchema())  # type: ignore[no-untyped-call]


def test_another_reader_finds_the_metadata(metadata: Any, exported: Export) -> None:
    items = {item.OID: item for item in metadata.ItemDef}
    assert len(metadata.ItemGroupDef) == len(exported.datasets)
    for group, dataset in zip(metadata.ItemGroupDef, exported.datasets, strict=True):
        described = dataset.domain
        assert (group.Name, description(group)) == (dataset.name, described.label)
        assert group.Class.Name == described.observation_class.upper()
        assert group.leaf.href == f"{dataset.name.lower()}.json"
        assert len(group.ItemRef) == len(dataset.variables)
        for reference, variable in zip(group.ItemRef, dataset.variables, strict=True):
            item = items[reference.ItemOID]
            assert (item.Name, description(item)) == (variable.name, variable.label)
            assert item.Origin[0].Type == variable.origin
            assert (item.DataType in ("integer", "float")) == (variable.kind == "Num")
            key = described.keys.index(variable.name) + 1 if variable.name in described.keys else None
            assert reference.KeySequence == key


def test_terms_and_values_by_test_as_another_reader_finds_them(metadata: Any, exported: Export) -> None:
    items = {item.OID: item for item in metadata.ItemDef}
    lists = {each.OID: each for each in metadata.CodeList}
    clauses = {each.OID: each for each in metadata.WhereClauseDef}
    value_lists = {each.OID: each for each in metadata.ValueListDef}
    frames = {each.name: each.frame for each in exported.datasets}
    compared = 0
    for group in metadata.ItemGroupDef:
        frame = frames[group.Name]
        for reference in group.ItemRef:
            item = items[reference.ItemOID]
            known = frame[item.Name].drop_nulls()
            if item.CodeListRef is not None:
                each = lists[item.CodeListRef.CodeListOID]
                terms = {term.CodedValue for term in chain(each.EnumeratedItem, each.CodeListItem)}
                assert set(map(str, known.to_list())) <= terms or each.ExternalCodeList is not None
            if item.ValueListRef is None:
                continue
            for value in value_lists[item.ValueListRef.ValueListOID].ItemRef:
                (check,) = clauses[value.WhereClauseRef[0].WhereClauseOID].RangeCheck
                test = items[check.ItemOID].Name
                rows = frame.filter(pl.col(test) == check.CheckValue[0]._content)[item.Name].drop_nulls()
                assert rows.len()
                said = items[value.ItemOID]
                if rows.dtype == pl.String and said.Length is not None:
                    assert int(said.Length) == max(map(len, rows.to_list()))
                compared += 1
    assert compared > 100


def test_another_reader_finds_the_datasets_value_by_value(exported: Export, metadata: Any) -> None:
    items = {item.OID for item in metadata.ItemDef}
    groups = {group.OID for group in metadata.ItemGroupDef}
    for dataset, path in zip(exported.datasets, exported.files, strict=True):
        read = DatasetJSON.read_json(str(path))
        assert (read.name, read.label, read.records) == (dataset.name, dataset.domain.label, dataset.frame.height)
        assert read.itemGroupOID in groups
        assert {column.itemOID for column in read.columns} <= items
        assert [column.name for column in read.columns] == dataset.frame.columns
        plain = dataset.frame.with_columns(pl.col(pl.Date).dt.to_string("%Y-%m-%d"))
        assert [tuple(row) for row in read.rows] == plain.rows()


MEMBERS = {
    "datasetJSONCreationDateTime": str,
    "datasetJSONVersion": str,
    "fileOID": str,
    "dbLastModifiedDateTime": str,
    "originator": str,
    "sourceSystem": dict,
    "studyOID": str,
    "metaDataVersionOID": str,
    "metaDataRef": str,
    "itemGroupOID": str,
    "records": int,
    "name": str,
    "label": str,
    "columns": list,
    "rows": list,
}
NEEDED = {"datasetJSONCreationDateTime", "datasetJSONVersion", "itemGroupOID", "records", "name", "label", "columns"}
OF_COLUMNS = {
    "itemOID": str,
    "name": str,
    "label": str,
    "dataType": str,
    "targetDataType": str,
    "length": int,
    "displayFormat": str,
    "keySequence": int,
}
NEEDED_OF_COLUMNS = {"itemOID", "name", "label", "dataType"}
DATA_TYPES = {"string", "integer", "decimal", "float", "double", "boolean", "datetime", "date", "time", "URI"}
"""What the published JSON schema of Dataset-JSON 1.1 lets a document and its columns have, transcribed."""


def test_documents_of_datasets_have_the_form_that_the_schema_asks_for(exported: Export) -> None:
    for path in exported.files:
        document = json.loads(path.read_text("utf-8"))
        assert document.keys() >= NEEDED
        assert all(type(value) is MEMBERS[name] for name, value in document.items())
        assert document["sourceSystem"].keys() == {"name", "version"}
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?", document["datasetJSONCreationDateTime"])
        assert re.fullmatch(r"1\.1(\.\d+)?", document["datasetJSONVersion"])
        for column in document["columns"]:
            assert column.keys() >= NEEDED_OF_COLUMNS
            assert all(type(value) is OF_COLUMNS[name] for name, value in column.items())
            assert column["dataType"] in DATA_TYPES
            assert column.get("targetDataType", "integer") in ("integer", "decimal")
            assert min(column.get("length", 1), column.get("keySequence", 1)) >= 1
        assert all(len(row) == len(document["columns"]) for row in document["rows"])


LONG = " ".join(["頭痛がする", "Übelkeit, σοβαρή", "головная боль"] * 20)


def test_long_texts_and_other_letters_come_to_another_reader_whole(protocol: Protocol, tmp_path: Path) -> None:
    event = AdverseEvent(subject="ΠΑ-01", number=1, term=LONG, preferred_term="頭痛")
    person = Subject(subject="ΠΑ-01", centre="01", sex="female", country="Italy")
    drug = Medication(subject="ΠΑ-01", number=1, drug="парацетамол")
    form: Any = {"created": CREATED, "file_format": "dataset-json"}
    export = export_sdtm(protocol, TrialData.of([person, event, drug]), tmp_path, **form)
    write_define(protocol, export.datasets, tmp_path, **form)
    assert not faults(tmp_path / "define.xml")
    read = {path.stem: DatasetJSON.read_json(str(path)) for path in export.files}
    column = {name: [each.name for each in one.columns] for name, one in read.items()}
    (row,) = read["ae"].rows
    parts = [row[column["ae"].index("AETERM")]]
    names = [column["suppae"].index(name) for name in ("QNAM", "QVAL")]
    further = {values[names[0]]: values[names[1]] for values in read["suppae"].rows}
    assert row[column["ae"].index("USUBJID")] == "ΠΑ-01"
    assert "".join([*parts, *(further[f"AETERM{number}"] for number in range(1, len(further) + 1))]) == LONG
    (drugs,) = read["cm"].rows
    assert drugs[column["cm"].index("CMTRT")] == "парацетамол"
    latin = replace(person, subject="PA-01")
    refused = export_sdtm(protocol, TrialData.of([latin, replace(event, subject="PA-01")]), tmp_path, created=CREATED)
    assert refused.is_refused  # a transport file cannot hold these letters
    assert {(each.dataset, each.variable) for each in refused.findings if each.effect == "refused"} >= {
        ("AE", "AETERM"),
        ("AE", "AEDECOD"),
    }
