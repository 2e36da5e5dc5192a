"""Define-XML of the virtual reference trial, read by the standard library and held against the datasets' files.

What the document must say is taken from the files: transport files as pyreadstat reads them, CSV by the csv module.
"""

import csv
import re
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyreadstat
import pytest

from firstdose.cdisc.define import TABULATION, define_page, define_xml, definition_of, write_define
from firstdose.cdisc.define.tabulation_words import DATASET_COMMENTS, STRUCTURES
from firstdose.cdisc.writing.exporting import Export, export_sdtm
from firstdose.cdisc.writing.metadata import all_domains
from firstdose.protocol import Protocol
from firstdose.records import AdverseEvent, PartialDate, PartialDateTime, Subject, Supplement, TrialData
from tests.cdisc.define_reading import DEF, HREF, ODM, Read, one, text_of

EXAMPLE = Path(__file__).parents[2] / "examples" / "nsc-spms"
CREATED = datetime(2026, 3, 31, 12, 5, 6)
WHOLE, DECIMAL = re.compile(r"[+-]?\d+"), re.compile(r"[+-]?\d+\.?\d*")
RESULTS = {"ORRES": "TESTCD", "STRESC": "TESTCD", "STRESN": "TESTCD", "QVAL": "QNAM", "TSVAL": "TSPARMCD"}
Columns = dict[str, list[str]]


@pytest.fixture(scope="module")
def exported(sdtm_export: Export) -> Export:
    return sdtm_export


@pytest.fixture(scope="module")
def folder(sdtm_export: Export) -> Path:
    return sdtm_export.files[0].parent


@pytest.fixture(scope="module")
def read(exported: Export, folder: Path) -> Read:
    return Read.file(folder / "define.xml")


@pytest.fixture(scope="module")
def files(exported: Export, folder: Path) -> dict[str, Columns]:
    """Every dataset as text, by column, from CSV."""
    found = {}
    for path in exported.files:
        with path.with_suffix(".csv").open(encoding="utf-8", newline="") as stream:
            names, *rows = csv.reader(stream)
        found[path.stem.upper()] = {name: [row[n] for row in rows] for n, name in enumerate(names)}
    return found


def numbered(text: str) -> str:
    """A number as it is measured: a whole one without its point."""
    return text.removesuffix(".0")


def naive_type(name: str, texts: list[str], is_number: bool, is_whole: bool) -> tuple[str, int, int | None]:
    """The type, length and decimals of one test's values."""
    known = [numbered(text) if is_number else text for text in texts if text]
    longest = max(len(text) for text in known)
    decimals = max(len(text.partition(".")[2]) for text in known)
    if is_number:
        return ("integer", longest, None) if is_whole else ("float", longest, decimals)
    if all(WHOLE.fullmatch(text) for text in known):
        return "integer", longest, None
    if all(DECIMAL.fullmatch(text) for text in known):
        return "float", longest, decimals
    return "text", longest, None


def said_type(item: Any) -> tuple[str, int | None, int | None]:
    length, decimals = item.get("Length"), item.get("SignificantDigits")
    return item.attrib["DataType"], length and int(length), decimals and int(decimals)


def test_each_dataset_is_the_file_as_another_reader_sees_it(read: Read, exported: Export, folder: Path) -> None:
    assert [group.attrib["Name"] for group in read.groups()] == [path.stem.upper() for path in exported.files]
    for group in read.groups():
        leaf = group.find(f"{DEF}leaf")
        assert leaf is not None
        assert leaf.attrib["ID"] == group.attrib[f"{DEF}ArchiveLocationID"]
        columns, about = pyreadstat.read_xport(folder / leaf.attrib[HREF], encoding="ASCII", output_format="dict")
        items = read.items(group)
        assert [item.attrib["Name"] for item in items] == about.column_names
        assert [text_of(item) for item in items] == about.column_labels
        assert text_of(group) == about.file_label
        numbers = {n for n, values in columns.items() if any(isinstance(v, float) for v in values)}
        said = {item.attrib["Name"] for item in items if item.attrib["DataType"] in ("integer", "float")}
        assert numbers <= said
        texts = {n for n, values in columns.items() if any(isinstance(v, str) and v for v in values)}
        assert not texts & said


def test_lengths_are_those_of_the_longest_values(read: Read, files: dict[str, Columns]) -> None:
    measured = 0
    for group in read.groups():
        for item in read.items(group):
            values = [text for text in files[group.attrib["Name"]][item.attrib["Name"]] if text]
            kind, length, decimals = said_type(item)
            if "ate" in kind:
                assert length is None
                continue
            values = [numbered(text) for text in values] if kind != "text" else values
            assert length == max([1, *map(len, values)]), (group.attrib["Name"], item.attrib["Name"])
            if kind == "float":
                assert decimals == max([0, *(len(text.partition(".")[2]) for text in values)])
            measured += 1
    assert measured > 300


def test_dates_have_the_narrowest_type_that_holds_them(read: Read, files: dict[str, Columns]) -> None:
    forms = {
        "date": r"\d{4}-\d\d-\d\d",
        "datetime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*",
        "partialDate": r"\d{4}(-\d\d(-\d\d)?)?",
        "partialDatetime": r"\d{4}(-\d\d(-\d\d(T\d\d(:\d\d(:.*)?)?)?)?)?",
    }
    seen = set()
    for group in read.groups():
        for item in read.items(group):
            name, kind = item.attrib["Name"], item.attrib["DataType"]
            if not name.endswith("DTC"):
                assert "ate" not in kind
                continue
            values = [text for text in files[group.attrib["Name"]][name] if text]
            fitting = [form for form, pattern in forms.items() if all(re.fullmatch(pattern, text) for text in values)]
            assert kind == (fitting[0] if values else "partialDatetime"), (group.attrib["Name"], name)
            seen.add(kind)
    assert {"date", "partialDatetime"} <= seen


def test_terms_are_those_that_the_file_holds(read: Read, files: dict[str, Columns]) -> None:
    described = {name: each for name, domain in all_domains().items() for each in domain.variables.values()}
    assert described
    with_terms = 0
    used: dict[str, set[str]] = {}
    for group in read.groups():
        for item in read.items(group):
            reference = item.find(f"{ODM}CodeListRef")
            if reference is not None:
                values = set(files[group.attrib["Name"]][item.attrib["Name"]]) - {""}
                used.setdefault(reference.attrib["CodeListOID"], set()).update(values)
                with_terms += 1
    assert with_terms > 40
    for identifier, values in used.items():
        element = read.by_identifier[identifier]
        if element.find(f"{ODM}ExternalCodeList") is not None:
            continue
        terms = [*element.findall(f"{ODM}EnumeratedItem"), *element.findall(f"{ODM}CodeListItem")]
        assert {term.attrib["CodedValue"] for term in terms} == values, identifier
        assert len(terms) == len(values)
    assert set(used) == {element.attrib["OID"] for element in read.root.iter(f"{ODM}CodeList")}


def test_codes_of_terms_are_those_of_the_published_terminology(read: Read) -> None:
    """Codes of a few terms, as the NCI publishes them (SDTM terminology, package of 2025-03-28)."""
    published = {
        ("AE", "AESER"): {"Y": "C49488", "N": "C49487"},
        ("DM", "SEX"): {"F": "C16576", "M": "C20197"},
        ("AE", "AEOUT"): {"RECOVERED/RESOLVED": "C49498"},
        ("TS", "TSPARMCD"): {"TITLE": "C49802", "TPHASE": "C48281"},
        ("LB", "LBTESTCD"): {"ALT": "C64433"},
        ("VS", "VSTESTCD"): {"SYSBP": "C25298"},
        ("DS", "DSCAT"): {"DISPOSITION EVENT": "C74590", "PROTOCOL MILESTONE": "C74588"},
    }
    for (group, name), codes in published.items():
        found = {
            term.attrib["CodedValue"]: alias.attrib["Name"]
            for term in read.terms(read.item(group, name)) or ()
            for alias in term.findall(f"{ODM}Alias")
        }
        assert codes.items() <= found.items()


def test_codes_of_tests_come_with_their_names(read: Read, files: dict[str, Columns]) -> None:
    for group in ("LB", "VS", "QS", "FT", "NV", "RS"):
        terms = read.terms(read.item(group, f"{group}TESTCD"))
        assert terms
        said = {t.attrib["CodedValue"]: t.findtext(f"{ODM}Decode/{ODM}TranslatedText") for t in terms}
        assert said == dict(zip(files[group][f"{group}TESTCD"], files[group][f"{group}TEST"], strict=True))


def test_results_are_described_test_by_test(read: Read, files: dict[str, Columns], exported: Export) -> None:
    frames = {each.name: each.frame for each in exported.datasets}
    described = 0
    for group in read.groups():
        dataset = group.attrib["Name"]
        for item in read.items(group):
            name = item.attrib["Name"]
            ending = next((e for e in RESULTS if name in (e, f"{dataset}{e}")), None)
            test = ending and next(
                (t for t in (RESULTS[ending], dataset + RESULTS[ending]) if t in files[dataset]), None
            )
            by_test = read.by_test(item)
            if not test:
                assert not by_test
                continue
            values: dict[tuple[str, str], list[str]] = {}
            for code, value in zip(files[dataset][test], files[dataset][name], strict=True):
                if value:
                    values.setdefault((test, code), []).append(value)
            assert set(by_test) == set(values)
            kind = frames[dataset].schema[name]
            for key, texts in values.items():
                said = said_type(by_test[key])
                if "ate" in said[0]:
                    assert key[1].endswith("DTC")
                    continue
                assert said == naive_type(key[1], texts, kind.is_numeric(), kind.is_integer()), (dataset, name, key)
                described += 1
    assert described > 200


def test_values_beside_records_have_names_labels_and_origins(read: Read, files: dict[str, Columns]) -> None:
    seen = 0
    for dataset, columns in files.items():
        if not dataset.startswith("SUPP"):
            continue
        said = {
            (element.attrib["Name"], text_of(element), one(element, f"{DEF}Origin").attrib["Type"])
            for element in read.by_test(read.item(dataset, "QVAL")).values()
        }
        assert said == set(zip(columns["QNAM"], columns["QLABEL"], columns["QORIG"], strict=True))
        seen += len(said)
    assert seen > 20


def test_parameters_of_the_trial_say_where_they_come_from(read: Read) -> None:
    values = read.by_test(read.item("TS", "TSVAL"))
    origins = {code: one(item, f"{DEF}Origin").attrib["Type"] for (_, code), item in values.items()}
    assert (origins["TITLE"], origins["ACTSUB"], origins["SDTMVER"]) == ("Protocol", "Derived", "Assigned")
    names = {item.attrib["OID"]: code for (_, code), item in values.items()}
    with_method = {
        names[each.attrib["ItemOID"]]: text_of(read.by_identifier[each.attrib["MethodOID"]])
        for each in read.root.iter(f"{ODM}ItemRef")
        if each.attrib["ItemOID"] in names and "MethodOID" in each.attrib
    }
    assert with_method.keys() == {code for code, kind in origins.items() if kind == "Derived"}
    assert "RFICDTC" in with_method["SSTDTC"]


def test_origins_keys_order_and_need_are_the_metadata(read: Read) -> None:
    for name, domain in all_domains().items():
        if name == "SUPPQUAL":
            continue
        group = read.group(name)
        assert one(group, f"{DEF}Class").attrib["Name"] == domain.observation_class.upper()
        references = read.references(group)
        assert [int(each.attrib["OrderNumber"]) for each in references] == list(range(1, len(references) + 1))
        keys = {}
        for reference, item in zip(references, read.items(group), strict=True):
            variable = domain.variables.get(item.attrib["Name"])
            if variable is None:  # a further part of a long value
                assert item.attrib["Name"].startswith("TSVAL")
                continue
            origin = one(item, f"{DEF}Origin")
            assert origin.attrib["Type"] == variable.origin
            assert reference.attrib["Mandatory"] == ("Yes" if variable.core == "Req" else "No")
            assert ("MethodOID" in reference.attrib) == (variable.origin == "Derived"), item.attrib["OID"]
            if "KeySequence" in reference.attrib:
                keys[int(reference.attrib["KeySequence"])] = variable.name
        assert [keys[n] for n in sorted(keys)] == [k for k in domain.keys if k in keys.values()]


def test_variables_without_values_say_so(read: Read, files: dict[str, Columns]) -> None:
    seen = 0
    for group in read.groups():
        columns = files[group.attrib["Name"]]
        for reference, item in zip(read.references(group), read.items(group), strict=True):
            is_empty = not any(columns[item.attrib["Name"]])
            assert (reference.get(f"{DEF}HasNoData") == "Yes") == is_empty
            assert not is_empty or f"{DEF}CommentOID" in item.attrib
            seen += is_empty
    assert seen > 5


def test_everything_referred_to_is_there_once_and_nothing_else(read: Read) -> None:
    assert len(read.identifiers) == len(read.by_identifier)
    referred = {
        value
        for element in read.root.iter()
        for name, value in element.attrib.items()
        if name.removeprefix(DEF).endswith("OID") and name not in ("OID", "FileOID")
    }
    groups = {group.attrib["OID"] for group in read.groups()}
    assert referred | groups == set(read.by_identifier)


def test_every_domain_has_words_of_its_own() -> None:
    assert set(STRUCTURES) == set(all_domains()) - {"SUPPQUAL"}
    assert set(DATASET_COMMENTS) <= set(STRUCTURES)


def test_the_same_data_and_time_give_the_same_bytes(protocol: Protocol, exported: Export, folder: Path) -> None:
    definition = definition_of(protocol, exported.datasets, TABULATION, "xpt", CREATED)
    assert define_xml(definition) == (folder / "define.xml").read_bytes()
    assert define_page(definition) == (folder / "define.html").read_text("utf-8")
    assert b'CreationDateTime="2026-03-31T12:05:06"' in define_xml(definition)


def small(protocol: Protocol, folder: Path, *records: Any) -> Read:
    person = Subject(subject="P1", centre="01", sex="female", country="Italy")
    data = TrialData.of([person, *records])
    export = export_sdtm(protocol, data, folder, created=CREATED, file_format="csv")
    write_define(protocol, export.datasets, folder, created=CREATED, file_format="csv")
    return Read.file(folder / "define.xml")


def test_what_xml_and_html_reserve_or_forbid_is_kept_apart(protocol: Protocol, tmp_path: Path) -> None:
    nasty = "<b>&\"'\x0b</b>"
    supplement = Supplement(
        subject="P1", source="subjects", name="OWN1", label=nasty, value="4.25", origin="somewhere", evaluator=None
    )
    read = small(protocol, tmp_path, supplement)
    ((key, value),) = read.by_test(read.item("SUPPDM", "QVAL")).items()
    assert key == ("QNAM", "OWN1")
    assert text_of(value) == "<b>&\"'\\x0b</b>"
    assert said_type(value) == ("float", 4, 2)
    origin = one(value, f"{DEF}Origin")
    assert (origin.attrib["Type"], text_of(origin)) == ("Other", "somewhere")
    assert "<b>&" not in (tmp_path / "define.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("starts", "kind"),
    [
        ([PartialDate(2026), PartialDate(2026, 3)], "partialDate"),
        ([PartialDate(2026, 3, 1)], "date"),
        ([None], "partialDatetime"),
    ],
)
def test_partial_dates_are_told(protocol: Protocol, tmp_path: Path, starts: list[Any], kind: str) -> None:
    events = [
        AdverseEvent(
            subject="P1",
            number=number,
            term="fever",
            preferred_term="Pyrexia",
            start=None if start is None else PartialDateTime(start),
        )
        for number, start in enumerate(starts, start=1)
    ]
    read = small(protocol, tmp_path, *events)
    assert read.item("AE", "AESTDTC").attrib["DataType"] == kind


class Page(HTMLParser):
    """The identifiers, links and words of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.identifiers: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name == "id":
                self.identifiers.append(value or "")
            elif name in ("href", "src"):
                self.links.append(value or "")

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())


def test_the_page_says_what_the_document_says(read: Read, exported: Export, folder: Path) -> None:
    page = Page()
    page.feed((folder / "define.html").read_text("utf-8"))
    assert len(page.identifiers) == len(set(page.identifiers))
    inside = {link.removeprefix("#") for link in page.links if link.startswith("#")}
    assert inside <= set(page.identifiers)
    beside = {link.partition("#")[0] for link in page.links if not link.startswith("#")}
    assert beside == {"define.xml", "acrf.html", *(path.name for path in exported.files)}
    assert not page.tags & {"script", "img", "link", "iframe"}
    words = set(page.words)
    for group in read.groups():
        assert group.attrib[f"{DEF}Structure"] in words
        for item in read.items(group):
            assert {item.attrib["Name"], text_of(item)} <= words
            for (_, code), value in read.by_test(item).items():
                assert {code, text_of(value)} <= words
    for method in read.root.iter(f"{ODM}MethodDef"):
        assert text_of(method) in words
