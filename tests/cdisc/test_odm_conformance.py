"""Files of ODM against the official schema of ODM 1.3.2, and against the rules of its specification beyond the schema.

The schema is CDISC's own, as it comes in the package odmlib (its folder schemas/odm/1.3.2). The other rules are
re-programmed here from the specification's sections 2.7 to 2.13 and 3.1.1 to 3.1.4.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from lxml import etree  # type: ignore[import-untyped]

from firstdose.cdisc.odm import FileType
from firstdose.conduct.catalogue import LEDGER_RECORDS
from firstdose.conduct.ledger import Draft, FieldChange
from firstdose.records import columns_of
from tests.cdisc.odm_ledgers import DATA_MANAGER, HOSTILE_AUTHOR, NURSE, Told, document, write
from tests.cdisc.odm_reading import NAMESPACE, children

PROTOCOL = Path(__file__).resolve().parents[2] / "examples" / "nsc-spms" / "protocol.yaml"
FILE_TYPES: tuple[FileType, ...] = ("Transactional", "Snapshot")


@pytest.fixture(scope="module")
def told() -> Told:
    """A trial with two versions of its protocol, and all that the other tests of ODM try."""
    found = Told()
    text = PROTOCOL.read_text("utf-8")
    for version in ("1", "9.9"):
        content = text.replace('  phase: "1"', f'  phase: "1"\n  version: "{version}"')
        found.create("protocol_versions", version, DATA_MANAGER, version=version, content=content, state="approved")
    found.create("protocol_versions", "broken", DATA_MANAGER, version="broken", content="no: protocol", state="loaded")
    found.create("role_grants", "anna/coordinator/IT01", DATA_MANAGER, account="anna", full_name="Anna <A> & B")
    found.create("subjects", "P1", stated="1", subject="P1", centre="IT01", sex="female", birth="1970-02")
    found.create("subjects", "P 2%2F", HOSTILE_AUTHOR, "9.9", subject="P 2/", birth="UN-UNK-1970", sex="F")
    found.create("visits", "P1/M1", stated="1", subject="P1", visit="M1", start="2026-03-02T08:30+01:00")
    found.create("visits", "P1/odd", subject="P1", visit="odd", state="done", start="2026-02-30")
    for number, result in enumerate(("5", "-0.5", "1e5", "<0.1", " 5", "", "\x01\\u0041", "a\tb\r\nc", "+5"), start=1):
        typed = {"result": result, "result_text": result, "fasting": "yes" if number % 2 else "Yes"}
        found.create("lab_results", f"P1/{number}", NURSE, "", subject="P1", number=str(number), visit="M1", **typed)
        found.change("lab_results", f"P1/{number}", result="7", visit="M2", fasting=None)
    found.remove("lab_results", "P1/1")
    found.restore("lab_results", "P1/1")
    found.remove("lab_results", "P1/2")
    found.create("samples", "S1", sample="S1", fluid="blood")
    found.change("samples", "S1", subject="P1")
    found.create("batches", "B1", HOSTILE_AUTHOR, batch="B1", cells="5000000", viability_percent="91.5")
    found.create("cohorts", "C1", cohort="C1", level="1")
    found.create("slots", "C1/1", cohort="C1", slot="1", subject="P1")
    found.create("dose_decisions", "1", decision="1", reason="x" * 300)
    found.create("queries", "1", query="1", words="why?\x0b", state="open")
    head = str(found.records["subjects", "P1"].head)
    for number, meaning in enumerate(("I confirm eligibility", "I agree"), start=1):
        about = {"about_type": "subjects", "about_record": "P1", "head": head, "signer": "anna", "meaning": meaning}
        found.create("signatures", str(number), DATA_MANAGER, "", signature=str(number), **about)
    found.tell(Draft("event", "accounts", "anna", (FieldChange("event", None, "signed in"),)), clock_note="set back")
    found.tell(Draft("event", "strange.kind", "x/y", (), "", "form 2", "never loaded"))
    return found


@pytest.fixture(scope="module", params=FILE_TYPES)
def root(request: pytest.FixtureRequest, told: Told) -> Any:
    return document(told.entries, request.param)


def official_schema() -> Any:
    """CDISC's schema of ODM 1.3.2."""
    found = find_spec("odmlib")
    if found is None or not found.submodule_search_locations:
        pytest.skip("the package odmlib, in which CDISC's schema comes, is not installed")
    folder = Path(found.submodule_search_locations[0]) / "schemas" / "odm" / "1.3.2"
    return etree.XMLSchema(etree.parse(folder / "ODM1-3-2.xsd"))


@pytest.mark.parametrize("file_type", FILE_TYPES)
def test_a_file_is_valid_by_the_official_schema(file_type: FileType, told: Told) -> None:
    schema = official_schema()
    for entries in (told.entries, told.entries[:1], []):
        file = io.BytesIO()
        write(entries, file_type, file)
        file.seek(0)
        assert schema.validate(etree.parse(file)), schema.error_log
    wrong = file.getvalue().replace(b"<GlobalVariables>", b"<GlobalVariables/><GlobalVariables>")
    assert not schema.validate(etree.fromstring(wrong))


def named(root: Any, name: str) -> list[Any]:
    return list(root.iter(NAMESPACE + name))


def oids(parent: Any, name: str) -> dict[str, Any]:
    return {each.get("OID"): each for each in children(parent, name)}


def test_every_reference_leads_to_a_definition_of_its_version(root: Any) -> None:
    (study,) = children(root, "Study")
    (admin,) = children(root, "AdminData")
    units = {each.get("OID") for each in named(study, "MeasurementUnit")}
    versions = oids(study, "MetaDataVersion")
    for version in versions.values():
        defined = {
            name: set(oids(version, f"{name}Def" if name != "CodeList" else name))
            for name in ("StudyEvent", "Form", "ItemGroup", "Item", "CodeList")
        }
        for name, there in defined.items():
            assert {each.get(f"{name}OID") for each in named(version, f"{name}Ref")} <= there, name
        assert {each.get("MeasurementUnitOID") for each in named(version, "MeasurementUnitRef")} <= units
    for name, attribute, kind in (
        ("UserRef", "UserOID", "User"),
        ("LocationRef", "LocationOID", "Location"),
        ("SignatureRef", "SignatureOID", "SignatureDef"),
    ):
        assert {each.get(attribute) for each in named(root, name)} <= set(oids(admin, kind))
    for each in named(admin, "MetaDataVersionRef"):
        assert each.get("StudyOID") == study.get("OID")
        assert each.get("MetaDataVersionOID") in versions
        date.fromisoformat(each.get("EffectiveDate"))
    for part in (*children(root, "ReferenceData"), *children(root, "ClinicalData")):
        assert part.get("StudyOID") == study.get("OID")
        check_part(part, versions[part.get("MetaDataVersionOID")])


def check_part(part: Any, version: Any) -> None:
    """Whether data stand where the metadata of their version let them."""
    events, forms, groups = (oids(version, f"{name}Def") for name in ("StudyEvent", "Form", "ItemGroup"))
    items, codes = oids(version, "ItemDef"), oids(version, "CodeList")
    for event in named(part, "StudyEventData"):
        allowed = {each.get("FormOID") for each in children(events[event.get("StudyEventOID")], "FormRef")}
        for form in children(event, "FormData"):
            assert form.get("FormOID") in allowed
            within = {each.get("ItemGroupOID") for each in children(forms[form.get("FormOID")], "ItemGroupRef")}
            assert {each.get("ItemGroupOID") for each in children(form, "ItemGroupData")} <= within
    for group in named(part, "ItemGroupData"):
        definition = groups[group.get("ItemGroupOID")]
        assert (definition.get("Repeating") == "Yes") == (group.get("ItemGroupRepeatKey") is not None)
        assert (definition.get("IsReferenceData") == "Yes") == (part.tag == NAMESPACE + "ReferenceData")
        allowed = {each.get("ItemOID") for each in children(definition, "ItemRef")}
        for item in children(group, "ItemData"):
            assert item.get("ItemOID") in allowed
            if item.get("Value") is not None:
                check_value(item.get("Value"), items[item.get("ItemOID")], codes)


def check_value(value: str, item: Any, codes: dict[str, Any]) -> None:
    """Whether a value is in the format of its item: section 2.13."""
    found = item.find(NAMESPACE + "CodeListRef")
    if found is not None:
        assert value in {each.get("CodedValue") for each in codes[found.get("CodeListOID")]}
    kind = item.get("DataType")
    if kind == "text":
        assert len(value) <= int(item.get("Length"))
    elif kind in ("integer", "float"):
        assert value.removeprefix("-")[:1].isdigit()
        assert (int if kind == "integer" else float)(value) is not None
        assert "e" not in value.lower()
    else:
        assert kind in ("partialDate", "partialDatetime")
        day, _, clock = value.partition("T")
        parts = [int(each) for each in day.split("-")]
        assert [len(each) for each in day.split("-")] == [4, 2, 2][: len(parts)]
        date(*parts, *[1] * (3 - len(parts)))
        if clock:
            assert kind == "partialDatetime"
            datetime.fromisoformat(value)


def test_the_rules_of_transactions_and_of_files_are_kept(root: Any) -> None:
    is_history = root.get("FileType") == "Transactional"
    top = [each for part in children(root, "ReferenceData") for each in children(part, "ItemGroupData")]
    top += [each for part in children(root, "ClinicalData") for each in children(part, "SubjectData")]
    assert top
    for each in top:
        assert (each.get("TransactionType") is not None) == is_history
        assert (each.find(NAMESPACE + "AuditRecord") is not None) == is_history
    created = datetime.fromisoformat(root.get("CreationDateTime"))
    assert all(datetime.fromisoformat(each.text) < created for each in named(root, "DateTimeStamp"))
    assert all(each.text.endswith("+00:00") for each in named(root, "DateTimeStamp"))
    assert not any(each.get("TransactionType") == "Upsert" for each in root.iter())


def test_the_metadata_say_what_the_records_say(root: Any) -> None:
    (study,) = children(root, "Study")
    assert {each.get("OID") for each in children(study, "MetaDataVersion")} >= {"MDV", "MDV.9.9", "MDV.broken"}
    version = oids(study, "MetaDataVersion")["MDV.9.9"]
    items = oids(version, "ItemDef")
    for kind, record_type in LEDGER_RECORDS.items():
        for name, column in columns_of(record_type).items():
            item = items[f"I.{kind}.{name}"]
            assert item.find(f"{NAMESPACE}Question/{NAMESPACE}TranslatedText").text == column.question.words
            assert (item.find(f"{NAMESPACE}MeasurementUnitRef") is not None) == bool(column.question.unit)
            limits = {each.get("Comparator"): float(each[0].text) for each in children(item, "RangeCheck")}
            assert limits == {
                comparator: limit
                for comparator, limit in (("GE", column.question.lowest), ("LE", column.question.highest))
                if limit is not None
            }
            assert [each.get("Name") for each in children(item, "Alias")] == list(filter(None, [column.question.sdtm]))
    events = list(planned_events(version))
    assert ("SE.visit.M1", "Scheduled") in events
    assert ("SE.visit.odd", "Unscheduled") in events
    assert not any(kind == "Scheduled" for _, kind in planned_events(oids(study, "MetaDataVersion")["MDV"]))


def planned_events(version: Any) -> Iterator[tuple[str, str]]:
    for oid, each in oids(version, "StudyEventDef").items():
        yield oid, each.get("Type")


def test_the_file_says_what_it_is(told: Told) -> None:
    root = document(told.entries, "Transactional")
    words = root.get("Description")
    assert words.startswith(f"Ledger head {len(told.entries)}:abab")
    assert "\\uXXXX" in words
    assert re.search(r"Values and reasons so written: [1-9]", words)
    assert root.get("Granularity") == "All"
    file = io.BytesIO()
    found = write(told.entries, "Snapshot", file, "As the monitor sees it")
    assert found.records == len(told.state)
    assert found.escaped > 0
    part = etree.fromstring(file.getvalue())
    assert part.get("Granularity") is None
    assert "As the monitor sees it." in part.get("Description")
    assert part.get("FileOID") != root.get("FileOID")
