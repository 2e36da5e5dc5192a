"""--LOBXFL beside a plain search through the records, and by hand where dates are known in part; terms."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from firstdose.cdisc import read_sdtm
from firstdose.cdisc.nci_codes import NCI_LISTS
from firstdose.cdisc.writing.datasets import sdtm_datasets
from firstdose.cdisc.writing.exporting import Export, export_sdtm
from firstdose.cdisc.writing.terminology import CODE_LISTS
from firstdose.protocol import Protocol, read_protocol
from firstdose.records import (
    Dosing,
    LabResult,
    Medication,
    Subject,
    TrialData,
    read_partial_date_time,
)
from tests.cdisc.reference_files import Rows

EXAMPLE = Path(__file__).parents[2] / "examples" / "nsc-spms"
PROTOCOL = read_protocol(EXAMPLE / "protocol.yaml")
TREATED = "2026-03-10T10:30"
AFTER_TREATMENT = next(each.id for each in PROTOCOL.schedule.visits if each.day > 0) if PROTOCOL.schedule else ""
Drawn = tuple[str | None, float | None]


def dosing(start: str | None, number: int = 1, given: str = "full") -> Dosing:
    when = read_partial_date_time(start) if start else None
    return Dosing(subject="P1", number=number, treatment="cells", given=given, product_start=when)  # type: ignore[arg-type]


def results(*drawn: Drawn, visit: str | None = None) -> list[LabResult]:
    return [
        LabResult(
            subject="P1",
            number=number,
            test="ALT",
            result=result,
            drawn=read_partial_date_time(when) if when else None,
            visit=visit,
        )
        for number, (when, result) in enumerate(drawn, start=1)
    ]


def flagged(*records: object, protocol: Protocol = PROTOCOL) -> list[int]:
    """The numbers of the laboratory results that have the flag."""
    person = Subject(subject="P1", centre="01", sex="female", country="Italy")
    datasets = sdtm_datasets(protocol, TrialData.of([person, *records]))
    frame = next(each.frame for each in datasets if each.name == "LB")
    assert set(frame["LBLOBXFL"].drop_nulls()) <= {"Y"}
    return frame.filter(pl.col("LBLOBXFL") == "Y")["LBSEQ"].to_list()


@pytest.mark.parametrize(
    ("drawn", "expected"),
    [
        ([("2026-03-01", 1.0), ("2026-03-09", 2.0), ("2026-03-11", 3.0)], [2]),
        ([("2026-03-09", 1.0), ("2026-03-01", 2.0)], [1]),  # the order of dates, not of numbers
        ([("2026-03-01", 1.0), ("2026-03-09", None)], [1]),  # a result without a value is none
        ([("2026-03-09T08:00", 1.0), ("2026-03-10T10:29", 2.0)], [2]),
        ([("2026-03-09T08:00", 1.0), ("2026-03-10T10:30", 2.0)], [1]),  # at the same time is not before
        ([("2026-03-09T08:00", 1.0), ("2026-03-10T10:31", 2.0)], [1]),
        ([("2026-03-09T08:00", 1.0), ("2026-03-10", 2.0)], [2]),  # a time that is not known: before
        ([("2026-03-09", 1.0), ("2026-03-09", 2.0)], [2]),
        ([("2026-03-09", 1.0), (None, 2.0)], [1]),
        ([("2026-03-11", 1.0)], []),
        ([("2026-02", 1.0)], []),  # not dated to the day
        ([("2026-03-05", 1.0), ("2026-03", 2.0)], []),  # the second may have been later
        ([("2026-03-05", 1.0), ("2026-02", 2.0)], [1]),
        ([("2026-03-05", 1.0), ("2026-04", 2.0)], [1]),
        ([("2026-03-05", 1.0), ("2026", 2.0)], []),
    ],
)
def test_the_last_result_before_treatment_has_the_flag(drawn: list[Drawn], expected: list[int]) -> None:
    assert flagged(dosing(TREATED), *results(*drawn)) == expected


def test_a_result_of_the_day_at_a_later_visit_is_not_before() -> None:
    assert flagged(dosing(TREATED), *results(("2026-03-10", 1.0), visit=AFTER_TREATMENT)) == []
    assert flagged(dosing("2026-03-10"), *results(("2026-03-10T08:00", 1.0))) == [1]


def test_without_a_known_first_dose_nothing_has_the_flag() -> None:
    drawn = results(("2026-03-01", 1.0))
    assert flagged(*drawn) == []
    assert flagged(dosing("2026-03"), *drawn) == []
    assert flagged(dosing(None), *drawn) == []
    assert flagged(dosing(TREATED, given="none"), *drawn) == []


def test_the_first_of_several_doses_counts() -> None:
    drawn = results(("2026-03-01", 1.0), ("2026-03-10T09:00", 2.0), ("2026-03-12", 3.0))
    assert flagged(dosing("2026-03-20", 1), dosing("2026-03-10T08:00", 2), *drawn) == [1]


def test_each_specimen_has_a_last_result_of_its_own() -> None:
    when = read_partial_date_time("2026-03-01")
    drawn = [
        LabResult(subject="P1", number=number, test="GLUC", specimen=specimen, result=5.0, drawn=when)
        for number, specimen in enumerate(("serum", "urine", None, "serum"), start=1)
    ]
    assert flagged(dosing(TREATED), *drawn) == [2, 3, 4]


def test_a_protocol_without_a_schedule_has_flags_too() -> None:
    drawn = results(("2026-03-10", 1.0))
    assert flagged(dosing(TREATED), *drawn, protocol=replace(PROTOCOL, schedule=None)) == [1]


def test_every_flag_of_the_reference_trial_is_found_by_a_plain_search(
    recorded: Callable[[str], Rows], sdtm_export: Export
) -> None:
    """Times of the day are compared as text, which is enough there; scores are no rows of their own."""
    later = {each.id for each in PROTOCOL.schedule.visits if each.day > 0} if PROTOCOL.schedule else set()

    first = {row["subject"]: row["product_start"] for row in recorded("dosings") if row["given"] != "none"}
    kinds = {
        "lab_results": ("drawn", "result", ["test", "category", "specimen", "analyte"]),
        "vital_signs": ("measured", "result", ["test", "position", "location"]),
        "assessments": ("assessed", "answer", ["measure", "item"]),
    }
    expected: set[tuple[str, str, int]] = set()
    for kind, (date, result, same) in kinds.items():
        best: dict[tuple[str, ...], tuple[str, int]] = {}
        for row in recorded(kind):
            text = f"{result}_text"
            if (
                row["subject"] not in first
                or not (row[result] or row.get(text))
                or row.get("performed", "") not in ("", "done")
            ):
                continue
            when, start = row[date], first[row["subject"]]
            if len(when) == 10 or len(start) == 10:
                is_before = when[:10] < start[:10] or (when[:10] == start[:10] and row["visit"] not in later)
            else:
                is_before = when < start
            key = (row["subject"], *(row.get(name, "") for name in same))
            if len(when) >= 10 and is_before:
                best[key] = max(best.get(key, ("", 0)), (when, int(row["number"])))
        expected |= {(kind, key[0], number) for key, (_, number) in best.items()}
    names = {"LB": "lab_results", "VS": "vital_signs"}
    names |= dict.fromkeys(("FT", "NV", "QS", "RS"), "assessments")
    (supplements,) = (each.frame for each in sdtm_export.datasets if each.name == "SUPPLB")
    of_assessments = supplements.filter(pl.col("QNAM") == "LBASSNO").select("USUBJID", "IDVARVAL", "QVAL")
    assessed = {(subject, int(number)): int(own) for subject, number, own in of_assessments.iter_rows()}
    found = {
        ("assessments", subject, assessed[subject, number])
        if each.name == "LB" and (subject, number) in assessed
        else (names[each.name], subject, number)
        for each in sdtm_export.datasets
        if each.name in names and f"{each.name}LOBXFL" in each.frame.columns
        for subject, number in each.frame.filter(pl.col(f"{each.name}LOBXFL") == "Y")
        .select("USUBJID", f"{each.name}SEQ")
        .iter_rows()
    }
    assert {kind for kind, *_ in found} == set(kinds)
    assert found == expected


def test_why_a_drug_was_stopped_and_an_undifferentiated_sex_come_back(tmp_path: Path) -> None:
    person = Subject(subject="P1", centre="01", sex="undifferentiated", country="Italy")
    drug = Medication(subject="P1", number=1, drug="x", reason_stopped="rash")
    data = TrialData.of([person, drug, dosing(TREATED), *results(("2026-03-01", 1.0))])
    export = export_sdtm(PROTOCOL, data, tmp_path, created=datetime(2026, 3, 31))
    assert not [each for each in export.findings if each.variable in ("SEX", "CMRSDISC")]
    frames = {each.name: each.frame for each in export.datasets}
    assert frames["DM"]["SEX"].to_list() == ["INTERSEX"]
    assert frames["CM"]["CMRSDISC"].to_list() == ["rash"]
    assert "SUPPCM" not in frames
    reading = read_sdtm(tmp_path)
    assert list(reading.trial_data.records(Medication)) == [drug]
    assert reading.trial_data[Subject]["sex"].to_list() == ["undifferentiated"]
    assert not [note for note in reading.notes if "LOBXFL" in note]


def test_listed_terms_are_those_of_the_package_that_the_definition_names() -> None:
    for name in CODE_LISTS.keys() & NCI_LISTS.keys():
        unknown = set(CODE_LISTS[name].terms) - set(NCI_LISTS[name].terms)
        assert not unknown, (name, unknown)
