"""The virtual reference trial as ADaM files, read by pyreadstat and json alone and compared with the records as CSV."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pyreadstat
import pytest

from firstdose.cdisc.adam.exporting import export_adam
from firstdose.cdisc.adam.metadata import ADAM_ORIGINS, adam_datasets, analysis_variables
from firstdose.cdisc.writing.exporting import Export
from firstdose.protocol import Protocol
from firstdose.records.analysis_tables import AnalysisTables
from tests.cdisc.reference_files import CREATED, Rows


@pytest.fixture(scope="module")
def dosed(recorded: Callable[[str], Rows]) -> dict[str, date]:
    """The day of each person's procedure."""
    return {row["subject"]: date.fromisoformat(row["procedure_start"][:10]) for row in recorded("dosings")}


def study_day(day: date, first: date) -> int:
    away = (day - first).days
    return away + 1 if away >= 0 else away


def test_nothing_is_found_against_the_reference_trial(adam_export: Export) -> None:
    assert not adam_export.findings
    assert " ".join(path.stem for path in adam_export.files) == "adsl adae adex adlb admb adqs adtte advs"


def test_every_value_of_a_transport_file_is_the_one_that_was_made(
    adam_export: Export, adam: Callable[[str], pl.DataFrame]
) -> None:
    for each in adam_export.datasets:
        read = adam(each.name.lower())
        assert read.columns == each.frame.columns
        for name in read.columns:
            found, expected = read[name].to_list(), each.frame[name].to_list()
            assert found == expected, (each.name, name)


def test_the_people_are_those_of_the_records(
    recorded: Callable[[str], Rows], adam: Callable[[str], pl.DataFrame], dosed: dict[str, date]
) -> None:
    frame = adam("adsl")
    subjects = {row["subject"]: row for row in recorded("subjects")}
    assert frame["USUBJID"].to_list() == sorted(subjects)
    codes = {"female": "F", "male": "M", "": None}
    for name, site, sex, start, is_treated in frame.select("USUBJID", "SITEID", "SEX", "TRTSDT", "SAFFL").iter_rows():
        row = subjects[name]
        assert (site, sex, start) == (row["centre"], codes[row["sex"]], dosed.get(name))
        assert is_treated == ("Y" if name in dosed else "N")
    dosings = {row["subject"]: row for row in recorded("dosings")}
    assert {"RACE", "ARM"} <= set(frame.columns)  # required, though no race is recorded here
    assert frame["ARM"].to_list() == [subjects[name]["arm"] or None for name in frame["USUBJID"]]
    given = frame.filter(pl.col("SAFFL") == "Y").select("USUBJID", "TRT01PN", "DOSE01P", "DOSE01A", "TRT01P")
    doses = {1: "A (5 million cells)", 2: "B (10 million cells)", 3: "C (16 million cells)", 4: "D (24 million cells)"}
    for name, level, assigned, amount, planned in given.iter_rows():
        row = dosings[name]
        assert (level, assigned) == (int(row["level_assigned"]), float(row["dose_assigned"]))
        assert amount == (float(row["dose_given"]) if row["dose_given"] else None)
        assert planned == f"Dose level {doses[level]}"


def test_adverse_events_are_those_of_the_records_and_partial_dates_carry_flags(
    recorded: Callable[[str], Rows], adam: Callable[[str], pl.DataFrame], dosed: dict[str, date]
) -> None:
    rows = {(row["subject"], float(row["number"])): row for row in recorded("adverse_events")}
    frame = adam("adae")
    names = ("USUBJID", "AESEQ", "AETERM", "AESTDTC", "ASTDT", "ASTDTF", "ASTDY", "ATOXGRN")
    partial = 0
    for subject, number, term, text, start, imputed, day, grade in frame.select(names).iter_rows():
        row = rows[subject, number]
        assert (term, text) == (row["term"], row["start"] or None)
        assert grade == (float(row["grade"]) if row["grade"] else None)
        if len(row["start"]) >= 10:
            assert (start, imputed) == (date.fromisoformat(row["start"][:10]), None)
            assert day == (study_day(start, dosed[subject]) if subject in dosed else None)
        else:
            partial += 1
            assert imputed == {7: "D", 4: "M"}[len(row["start"])]
            assert start.isoformat().startswith(row["start"])
    assert partial > 0
    assert 0 not in frame["ASTDY"].to_list()


def test_laboratory_results_are_those_of_the_records(
    recorded: Callable[[str], Rows], adam: Callable[[str], pl.DataFrame]
) -> None:
    frame = adam("adlb")
    found = {(row["USUBJID"], row["LBSEQ"]): row for row in frame.iter_rows(named=True)}
    for row in recorded("lab_results"):
        if (key := (row["subject"], float(row["number"]))) in found:
            each = found[key]
            assert each["AVAL"] == (float(row["result"]) if row["result"] else None)
            assert (each["AVALU"], each["LBDTC"]) == (row["unit"] or None, row["drawn"] or None)
            assert each["ADT"] == date.fromisoformat(row["drawn"][:10])
    assert len(found) == frame.height > 2_000


def test_a_baseline_is_the_last_number_before_treatment(
    adam: Callable[[str], pl.DataFrame], dosed: dict[str, date]
) -> None:
    """Found again from the dates in the file; what was drawn on the day of treatment is left to the rule."""
    frame = adam("adlb").filter(pl.col("AVAL").is_not_null())
    seen = 0
    for (subject, _), rows in frame.partition_by("USUBJID", "PARAMCD", as_dict=True).items():
        first = dosed.get(str(subject))
        if first is None or (rows["ADT"] == first).any():
            assert first is not None or not (rows["ABLFL"] == "Y").any()
            continue
        before = rows.filter(pl.col("ADT") < first).sort("ADT", "LBSEQ")
        baseline = rows.filter(pl.col("ABLFL") == "Y")
        assert baseline.height == min(before.height, 1)
        if before.height:
            assert baseline["ADT"][0] == before["ADT"][-1]
            later = rows.filter(pl.col("ADT") > first)
            assert later["CHG"].to_list() == pytest.approx([v - baseline["AVAL"][0] for v in later["AVAL"]])
            seen += 1
    assert seen > 200


def test_metabolites_hold_the_logarithms_of_what_was_measured(adam: Callable[[str], pl.DataFrame]) -> None:
    frame = adam("admb").sort("PARAM", "USUBJID", "AVISITN")
    values = frame["AVAL"] + frame["NORMFACT"].log(2)
    carnitine = frame["PARAM"] == "Carnitine (log2)"
    assert set(values.filter(carnitine).round(9).to_list()) == {3.0, 4.0, 5.0, 6.0, 7.0}
    assert frame["FLUID"].unique().to_list() == ["CEREBROSPINAL FLUID"]
    first = frame.filter(pl.col("AVISITN") == 1)
    later = frame.filter(pl.col("AVISITN") == 2)
    assert (first["ABLFL"] == "Y").all()
    assert later["CHG"].to_list() == pytest.approx((later["AVAL"] - first["AVAL"]).to_list())


def test_times_go_from_their_start_to_their_end(adam: Callable[[str], pl.DataFrame]) -> None:
    frame = adam("adtte")
    assert set(frame["CNSR"].to_list()) <= {0.0, 1.0, 2.0}
    away = (frame["ADT"] - frame["STARTDT"]).dt.total_days()
    first = frame.with_columns(away=away).filter(pl.col("PARCAT1") == "FIRST ADVERSE EVENT")
    assert (first["AVAL"] == first["away"] + 1).all()
    resolution = frame.with_columns(away=away).filter(pl.col("PARCAT1") == "RESOLUTION OF ADVERSE EVENT")
    assert (resolution["AVAL"] == resolution["away"]).all()
    change = frame.filter((pl.col("PARCAT1") == "CONFIRMED CHANGE") & (pl.col("CNSR") == 0))
    assert (change["CNFDT"] > change["ADT"]).all()
    assert change.height > 5


def test_every_time_leads_to_the_record_that_its_date_is_taken_from(adam: Callable[[str], pl.DataFrame]) -> None:
    number = {"ADAE": "AESEQ", "ADQS": "ASEQ"}
    records: dict[tuple[str, str, float | None], dict[str, Any]] = {}
    for name in ("adae", "adqs", "adsl"):
        for row in adam(name).iter_rows(named=True):
            key = (name.upper(), row["USUBJID"], row.get(number.get(name.upper(), "")))
            assert key not in records
            records[key] = row
    followed: dict[str, int] = {}
    for row in adam("adtte").iter_rows(named=True):
        found = records[row["SRCDOM"], row["USUBJID"], row["SRCSEQ"]]
        if row["SRCVAR"] == "ARISKDY":
            assert (row["ADT"] - row["TRTSDT"]).days + 1 == found["ARISKDY"]
        elif row["SRCVAR"]:
            assert row["ADT"] == found[row["SRCVAR"]], row
        else:
            assert row["CNSR"], row
        followed[row["SRCVAR"]] = followed.get(row["SRCVAR"], 0) + 1
        if row["PARCAT1"] == "CONFIRMED CHANGE":
            assert row["STARTDT"] == row["TRTSDT"]
            assert found["PARCAT2"] == "SCORE"
            assert found["PARCAT1"] == row["PARCAT2"]
    assert min(followed["ADT"], followed["ASTDT"], followed["AENDT"], followed["ARISKDY"]) > 20


def test_the_same_data_and_time_give_the_same_bytes(
    protocol: Protocol, tables: AnalysisTables, adam_export: Export, tmp_path: Path
) -> None:
    again = export_adam(protocol, tables, tmp_path, created=CREATED)
    for one, other in zip(adam_export.files, again.files, strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name


def test_labels_lengths_and_formats_in_the_files_are_those_of_the_metadata(adam_export: Export) -> None:
    for path in adam_export.files:
        variables = analysis_variables(path.stem.upper())
        _, about = pyreadstat.read_xport(path, metadataonly=True)
        for name, label in zip(about.column_names, about.column_labels, strict=True):
            assert label == variables[name].label
            is_text = variables[name].kind == "Char"
            assert about.variable_storage_width[name] <= (variables[name].length if is_text else 8)
            assert (about.original_variable_types[name] or "").startswith("DATE") == variables[name].is_date


def test_dataset_json_holds_the_same_values(
    protocol: Protocol, tables: AnalysisTables, adam_export: Export, tmp_path: Path
) -> None:
    written = export_adam(protocol, tables, tmp_path, created=CREATED, file_format="dataset-json")
    for path, each in zip(written.files, adam_export.datasets, strict=True):
        document = json.loads(path.read_text("utf-8"))
        assert document["records"] == len(document["rows"]) == each.frame.height
        for place, column in enumerate(document["columns"]):
            values = [row[place] for row in document["rows"]]
            if column["dataType"] == "date":
                assert (column["targetDataType"], column["displayFormat"]) == ("integer", "DATE9.")
                values = [None if text is None else date.fromisoformat(text) for text in values]
            assert values == each.frame[column["name"]].to_list(), (path.name, column["name"])


def test_flags_of_sets_are_known_of_those_who_were_not_treated(adam: Callable[[str], pl.DataFrame]) -> None:
    flags = adam("adsl").filter(pl.col("SAFFL") == "N").select("ENRLFL", "SAFFL", "DLTEVFL", "PPROTFL")
    assert flags.rows() == [("N", "N", "N", "N")] * 5


def test_what_is_copied_is_what_sdtm_has(
    adam: Callable[[str], pl.DataFrame], sdtm: Callable[[str], pl.DataFrame]
) -> None:
    """Each predecessor of one variable, joined by the number of its record; of SDTM all that the analysis keeps."""
    compared = 0
    for name in ("ADAE", "ADLB", "ADVS", "ADEX"):
        rows = adam(name.lower())
        for variable in analysis_variables(name).values():
            source, _, column = variable.source.partition(".")
            if variable.origin != "Predecessor" or source in ("ADSL", "DM") or variable.name not in rows.columns:
                continue
            column = column.partition(",")[0]
            number = f"{source}SEQ"
            recorded = sdtm(source.lower()).select("USUBJID", number, pl.col(column).alias("recorded"))
            theirs = recorded.with_columns(pl.col(pl.String).replace("", None))
            joined = rows.drop_nulls(number).join(theirs, on=["USUBJID", number], how="left")
            assert joined["recorded"].eq_missing(joined[variable.name]).all(), (name, variable.name)
            compared += joined.height
    assert compared > 15_000


def test_every_variable_is_described_and_says_where_it_comes_from() -> None:
    for dataset in adam_datasets().values():
        assert set(dataset.keys) <= dataset.variables.keys()
        for variable in analysis_variables(dataset.name).values():
            assert len(variable.name) <= 8
            assert 0 < len(variable.label) <= 40
            assert variable.origin in ADAM_ORIGINS
            assert variable.source, (dataset.name, variable.name)
            assert variable.length == 8 if variable.kind == "Num" else 0 < variable.length <= 200


def test_what_is_copied_from_adsl_is_there() -> None:
    """A variable whose source is ADSL.X is that variable of ADSL, of the same type."""
    people = analysis_variables("ADSL")
    for dataset in adam_datasets():
        for variable in analysis_variables(dataset).values():
            if variable.source.startswith("ADSL."):
                parent = people[variable.source.removeprefix("ADSL.")]
                assert (parent.kind, parent.length, parent.display_format) == (
                    variable.kind,
                    variable.length,
                    variable.display_format,
                )
