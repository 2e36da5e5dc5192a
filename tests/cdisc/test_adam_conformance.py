"""Each conformance check of ADaM datasets finds what it is for, and the gate holds; long texts go on in variables."""

import csv
import tempfile
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from firstdose.analysis import derive
from firstdose.analysis.tables.making import analysis_tables
from firstdose.cdisc.adam.checking import check_analysis_datasets
from firstdose.cdisc.adam.datasets import analysis_datasets
from firstdose.cdisc.adam.exporting import export_adam
from firstdose.cdisc.writing.datasets import Dataset
from firstdose.cdisc.writing.exporting import Export
from firstdose.protocol import read_protocol
from firstdose.records import AdverseEvent, Dosing, LabResult, Subject, TrialData, read_partial_date_time
from firstdose.records.analysis_tables import AnalysisTables
from firstdose.records.derived import EventAnalysis
from tests.cdisc.sdtm_trials import trials

PROTOCOL = read_protocol(Path(__file__).parents[2] / "examples" / "nsc-spms" / "protocol.yaml")
CREATED = datetime(2026, 3, 31)
PERSON = Subject(subject="P1", centre="01", sex="female", country="Italy", age_years=50)
WITHOUT_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)


def at(text: str) -> Any:
    return read_partial_date_time(text)


DOSING = Dosing(
    subject="P1", number=1, level_assigned=1, dose_assigned=5, dose_given=5, given="full",
    procedure_start=at("2026-03-10T09:00"), zone="Europe/Rome",
)  # fmt: skip


def result(number: int, drawn: str, value: float) -> LabResult:
    test: dict[str, Any] = {"test": "ALT", "name": "Alanine aminotransferase", "unit": "U/L"}
    return LabResult(subject="P1", number=number, **test, result=value, range_low=7, range_high=45, drawn=at(drawn))


RESULTS = (result(1, "2026-03-01", 20), result(2, "2026-03-09", 30), result(3, "2026-04-10", 100))


def event(number: int = 1, **fields: Any) -> AdverseEvent:
    return AdverseEvent(subject="P1", number=number, **{"term": "fever", "preferred_term": "Pyrexia", **fields})


def tables_of(*records: Any) -> AnalysisTables:
    return analysis_tables(PROTOCOL, derive(PROTOCOL, TrialData.of([PERSON, DOSING, *records])))


def exported(folder: Path, *records: Any, file_format: Any = "xpt") -> Export:
    return export_adam(PROTOCOL, tables_of(*records), folder, created=CREATED, file_format=file_format)


def frame_of(export: Export, name: str) -> pl.DataFrame:
    (frame,) = (each.frame for each in export.datasets if each.name == name)
    return frame


def changed(name: str, *changes: pl.Expr) -> list[Dataset]:
    """The datasets of a small trial, one of which is changed."""
    datasets = analysis_datasets(PROTOCOL, tables_of(event(start=at("2026-03-12")), *RESULTS))
    return [replace(each, frame=each.frame.with_columns(changes)) if each.name == name else each for each in datasets]


def found(datasets: list[Dataset]) -> set[tuple[str, str, int | None, str | None]]:
    findings = check_analysis_datasets(datasets, "csv")
    return {(each.effect, each.dataset, each.row, each.variable) for each in findings}


@pytest.mark.parametrize("file_format", ["xpt", "csv", "dataset-json"])
def test_where_there_is_nobody_nothing_is_written(tmp_path: Path, file_format: Any) -> None:
    empty = analysis_tables(PROTOCOL, derive(PROTOCOL, TrialData.of([])))
    export = export_adam(PROTOCOL, empty, tmp_path, created=CREATED, file_format=file_format)
    assert [(each.effect, each.dataset, each.row) for each in export.findings] == [("refused", "ADSL", None)]
    assert [path.name for path in tmp_path.iterdir()] == ["conformance.csv"]


def test_records_that_conform_are_written(tmp_path: Path) -> None:
    export = exported(tmp_path, event(start=at("2026-03-12")), *RESULTS)
    assert not export.findings
    assert sorted(path.name for path in export.files) == ["adae.xpt", "adex.xpt", "adlb.xpt", "adsl.xpt", "adtte.xpt"]
    rows = frame_of(export, "ADLB").select("ADY", "AVAL", "BASE", "CHG", "ABLFL", "ONTRTFL").rows()
    assert rows == [
        (-9, 20, 30, None, None, None),
        (-1, 30, 30, None, "Y", None),
        (32, 100, 30, 70, None, "Y"),
    ]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-03-12", (date(2026, 3, 12), None, 3)),
        ("2026-03", (date(2026, 3, 10), "D", 1)),  # it counts as treatment-emergent, so it began with treatment
        ("2026-04", (date(2026, 4, 1), "D", 23)),
        ("2026", (date(2026, 3, 10), "M", 1)),
        ("2026-02", (date(2026, 2, 1), "D", -37)),
        (None, (None, None, None)),
    ],
)
def test_a_partial_start_is_completed_and_flagged(
    tmp_path: Path, written: str | None, expected: tuple[date | None, str | None, int | None]
) -> None:
    """Counted by hand from treatment on 10 March 2026, which is day 1."""
    export = exported(tmp_path, event(start=at(written) if written else None, end=at("2026-05")))
    frame = frame_of(export, "ADAE")
    row = frame.row(0, named=True)
    assert (row.get("ASTDT"), row.get("ASTDTF"), row.get("ASTDY")) == expected
    assert (row["AENDT"], row["AENDTF"]) == (date(2026, 5, 31), "D")
    assert row.get("AESTDTC") == written
    assert not export.is_refused


def test_the_first_of_the_highest_grade_is_flagged(tmp_path: Path) -> None:
    events = [
        event(1, start=at("2026-03-12"), grade=2),
        event(2, start=at("2026-03-14"), grade=3),
        event(3, start=at("2026-03-13"), grade=3, preferred_term="Headache"),
        event(4, start=at("2026-01-01"), grade=4),  # before treatment: not counted
    ]
    frame = frame_of(exported(tmp_path, *events), "ADAE").select("AESEQ", "AOCCIFL", "AOCCPIFL", "ANL01FL", "TRTEMFL")
    assert frame.rows() == [
        (1, None, None, "Y", "Y"),
        (2, None, "Y", "Y", "Y"),
        (3, "Y", "Y", "Y", "Y"),
        (4, None, None, None, "N"),
    ]


def test_what_the_analysis_counted_as_emergent_is_emergent_in_the_file(tmp_path: Path) -> None:
    """An event without a start counts, and one that may have begun after treatment; that is marked as assumed."""
    events = [
        event(1),  # no start at all
        event(2, start=at("2026-03")),  # before or after the 10th
        event(3, start=at("2026-03-12")),
        event(4, start=at("2026-02")),
        event(5, end=at("2026-03-01")),  # ended before treatment
    ]
    tables = tables_of(*events)
    frame = frame_of(exported(tmp_path, *events), "ADAE")
    names = ("AESEQ", "TRTEMFL", "TREMASFL", "ANL01FL")
    assert frame.select(names).rows() == [
        (1, "Y", "Y", "Y"),
        (2, "Y", "Y", "Y"),
        (3, "Y", None, "Y"),
        (4, "N", None, None),
        (5, "N", None, None),
    ]
    counted = tables.data[EventAnalysis].filter("counts")["number"].to_list()
    assert frame.filter(pl.col("TRTEMFL") == "Y")["AESEQ"].to_list() == counted
    assert "start date missing" in frame["TREMRSN"][0]


def test_letters_that_a_transport_file_cannot_hold_are_refused_by_name(tmp_path: Path) -> None:
    export = exported(tmp_path, event(term="Übelkeit"))
    assert [(each.dataset, each.row, each.variable) for each in export.findings] == [("ADAE", 1, "AETERM")]
    assert not list(tmp_path.glob("*.xpt"))
    assert not exported(tmp_path, event(term="Übelkeit"), file_format="csv").is_refused


def test_a_long_text_goes_on_in_further_variables(tmp_path: Path) -> None:
    text = " ".join(f"word{number}" for number in range(100))
    frame = frame_of(exported(tmp_path, event(term=text)), "ADAE")
    parts = [frame[name][0] for name in ("AETERM", "AETERM1", "AETERM2", "AETERM3")]
    assert "".join(parts) == text
    assert max(map(len, parts)) <= 200


def test_two_units_of_one_test_are_two_parameters(tmp_path: Path) -> None:
    other = replace(result(4, "2026-03-09", 0.5), unit="ukat/L")
    frame = frame_of(exported(tmp_path, *RESULTS, other), "ADLB")
    assert frame.select("PARAMCD", "PARAM").unique().height == 2
    assert frame.filter(pl.col("ABLFL") == "Y")["AVAL"].sort().to_list() == [0.5, 30]


FAULTS = [
    ("ADLB", pl.lit(None, pl.Float64).alias("BASE"), ("refused", "ADLB", 3, "CHG")),
    ("ADLB", pl.col("BASE") + 1, ("refused", "ADLB", 1, "BASE")),
    ("ADLB", pl.col("CHG") * 2, ("refused", "ADLB", 3, "CHG")),
    ("ADLB", pl.lit("Y").alias("ABLFL"), ("refused", "ADLB", 1, "ABLFL")),
    ("ADLB", pl.lit(7, pl.Int64).alias("LBSEQ"), ("refused", "ADLB", 1, "LBSEQ")),
    ("ADLB", pl.lit("P2").alias("USUBJID"), ("refused", "ADLB", 2, "USUBJID")),
    ("ADLB", pl.lit(None, pl.String).alias("PARAM"), ("refused", "ADLB", 1, "PARAM")),
    ("ADLB", pl.concat_str("PARAM", "LBSEQ").alias("PARAM"), ("told", "ADLB", 2, "PARAM")),
    ("ADLB", pl.lit("ALANINEAMINO").alias("PARAMCD"), ("refused", "ADLB", 1, "PARAMCD")),
    ("ADLB", pl.lit("x" * 201).alias("AVALU"), ("refused", "ADLB", 1, "AVALU")),
    ("ADLB", pl.lit("YES").alias("SAFFL"), ("told", "ADLB", 1, "SAFFL")),
    ("ADLB", pl.lit("1").alias("AVAL"), ("refused", "ADLB", None, "AVAL")),
    ("ADLB", pl.lit(float("inf")).alias("ANRHI"), ("refused", "ADLB", 1, "ANRHI")),
    ("ADLB", pl.lit(5, pl.Int64).alias("ADT"), ("refused", "ADLB", None, "ADT")),
    ("ADLB", pl.lit(date(2020, 1, 1)).alias("ADY"), ("refused", "ADLB", None, "ADY")),
    ("ADSL", pl.lit(None, pl.String).alias("SEX"), ("told", "ADSL", 1, "SEX")),
    ("ADSL", pl.lit(date(2020, 1, 1)).alias("TRTEDT"), ("told", "ADSL", 1, "TRTEDT")),
    ("ADTTE", pl.lit(3, pl.Int64).alias("CNSR"), ("refused", "ADTTE", 1, "CNSR")),
    ("ADTTE", pl.lit(None, pl.Int64).alias("CNSR"), ("refused", "ADTTE", 1, "CNSR")),
    ("ADTTE", pl.lit(date(2020, 1, 1)).alias("ADT"), ("told", "ADTTE", 1, "ADT")),
]


@pytest.mark.parametrize(("name", "change", "expected"), FAULTS)
def test_a_fault_is_found_where_it_is(name: str, change: pl.Expr, expected: tuple[Any, ...]) -> None:
    assert expected in found(changed(name, change))


def test_there_is_no_fault_without_a_change() -> None:
    assert not found(changed("ADLB"))


@settings(max_examples=4, deadline=None, phases=WITHOUT_SHRINKING)
@given(data=st.data())
def test_any_trial_is_written_whole_or_refused_by_name(data: st.DataObject) -> None:
    """Of generated records: no check finds a defect of the export itself, and every term is there at full length."""
    records = data.draw(trials(PROTOCOL, is_ascii=False))
    tables = analysis_tables(PROTOCOL, derive(PROTOCOL, TrialData.of(records)))
    with tempfile.TemporaryDirectory() as folder:
        export = export_adam(PROTOCOL, tables, folder, created=CREATED, file_format="csv")
        assert not [each for each in export.findings if "report this defect" in each.fix]
        terms = {(each.subject, each.number): each.term for each in records if isinstance(each, AdverseEvent)}
        if terms and not export.is_refused:
            with (Path(folder) / "adae.csv").open(encoding="utf-8", newline="") as stream:
                rows = {(row["USUBJID"], int(row["AESEQ"])): row for row in csv.DictReader(stream)}
            for key, term in terms.items():
                if key in rows:
                    whole = "".join(text for name, text in rows[key].items() if name.startswith("AETERM"))
                    assert whole == term.rstrip(" ")
