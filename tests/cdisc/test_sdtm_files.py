"""The virtual reference trial as files, read by pyreadstat and json alone and compared with the records as CSV."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pyreadstat

from firstdose.cdisc.writing.datasets import sdtm_datasets
from firstdose.cdisc.writing.exporting import Export, export_sdtm
from firstdose.cdisc.writing.metadata import ORIGINS, all_domains
from firstdose.protocol import Protocol
from firstdose.records import Subject, TrialData
from tests.cdisc.reference_files import CREATED, Rows


def test_nothing_is_found_against_the_reference_trial(sdtm_export: Export) -> None:
    assert not sdtm_export.findings
    expected = "ae ce cm dm ds dv ec ex ft ie lb mh nv pr qs relrec rs se sv ta te ti ts tv vs"
    assert " ".join(path.stem for path in sdtm_export.files if not path.stem.startswith("supp")) == expected


def test_adverse_events_are_the_records_value_by_value(
    recorded: Callable[[str], Rows], sdtm: Callable[[str], pl.DataFrame]
) -> None:
    relation = {"not_related": "NOT RELATED", "unlikely": "UNLIKELY RELATED", "possible": "POSSIBLY RELATED"}
    relation |= {"probable": "PROBABLY RELATED", "related": "RELATED", "": ""}
    outcome = {"recovered": "RECOVERED/RESOLVED", "recovering": "RECOVERING/RESOLVING", "fatal": "FATAL", "": ""}
    outcome |= {"not_recovered": "NOT RECOVERED/NOT RESOLVED", "unknown": "UNKNOWN"}
    outcome |= {"recovered_with_sequelae": "RECOVERED/RESOLVED WITH SEQUELAE"}
    said = {"yes": "Y", "no": "N", "": ""}
    expected = [
        (
            row["subject"],
            float(row["number"]),
            row["term"],
            row["preferred_term"],
            row["organ_class"],
            said[row["serious"]],
            relation[row["relation_to_product"]],
            outcome[row["outcome"]],
            row["grade"],
            row["start"],
            row["end"],
            row["recorded"],
        )
        for row in recorded("adverse_events")
    ]
    names = ("USUBJID", "AESEQ", "AETERM", "AEDECOD", "AEBODSYS", "AESER", "AEREL", "AEOUT", "AETOXGR")
    assert sdtm("ae").select(*names, "AESTDTC", "AEENDTC", "AEDTC").rows() == sorted(expected)


def test_study_days_have_no_day_zero(recorded: Callable[[str], Rows], sdtm: Callable[[str], pl.DataFrame]) -> None:
    """Counted with the calendar from the first dose, which is day 1; the day before is day -1."""
    first = {row["subject"]: date.fromisoformat(row["product_start"][:10]) for row in recorded("dosings")}
    days, epochs = {}, {}
    for row in recorded("adverse_events"):
        key, known = (row["subject"], float(row["number"])), row["subject"] in first and len(row["start"]) >= 10
        away = (date.fromisoformat(row["start"][:10]) - first[row["subject"]]).days if known else None
        days[key] = None if away is None else away + 1 if away >= 0 else away
        if away is not None:
            epochs[key] = "SCREENING" if away < 0 else "TREATMENT" if away == 0 else "FOLLOW-UP"
    frame = sdtm("ae")
    keys = frame.select("USUBJID", "AESEQ").rows()
    assert dict(zip(keys, frame["AESTDY"].to_list(), strict=True)) == days
    found = dict(zip(keys, frame["EPOCH"].to_list(), strict=True))
    assert {key: found[key] for key in epochs} == epochs
    assert min(day for day in days.values() if day is not None) < 0
    assert 0 not in days.values()


def test_supplements_hold_what_has_no_variable(
    recorded: Callable[[str], Rows], sdtm: Callable[[str], pl.DataFrame]
) -> None:
    rows = sdtm("suppae").filter(pl.col("QNAM") == "AERELPRO").select("USUBJID", "IDVARVAL", "QVAL").rows()
    expected = {
        (row["subject"], row["number"], row["relation_to_procedure"].replace("_", " ").upper())
        for row in recorded("adverse_events")
        if row["relation_to_procedure"]
    }
    assert set(rows) == expected
    assert len(rows) == len(expected)


def test_laboratory_results_are_the_records(
    recorded: Callable[[str], Rows], sdtm: Callable[[str], pl.DataFrame]
) -> None:
    frame = sdtm("lb").filter(pl.col("LBCAT") != "neurofilament")
    expected = sorted(
        (
            row["subject"],
            float(row["number"]),
            row["test"],
            float(row["result"]) if row["result"] else None,
            row["unit"] if row["result"] else "",  # a unit stands only beside a result
        )
        for row in recorded("lab_results")
    )
    numbers = frame["LBORRES"].replace("", None).cast(pl.Float64)
    found = frame.select("USUBJID", "LBSEQ", "LBTESTCD", numbers.alias("number"), "LBORRESU").rows()
    assert found == expected


def test_a_measure_made_in_a_laboratory_stands_behind_its_results(
    recorded: Callable[[str], Rows], sdtm: Callable[[str], pl.DataFrame]
) -> None:
    """Neurofilament is an assessment in the records; SUPPLB has its number there."""
    frame, supplements = sdtm("lb"), sdtm("supplb").filter(pl.col("QNAM") == "LBASSNO")
    numbers = {(row["USUBJID"], float(row["IDVARVAL"])): row["QVAL"] for row in supplements.iter_rows(named=True)}
    own = {(row["subject"], row["number"]): row for row in recorded("assessments") if row["measure"] == "neurofilament"}
    rows = frame.filter(pl.col("LBCAT") == "neurofilament")
    assert rows.height == len(own) == len(numbers) > 400
    last = {row["subject"]: int(row["number"]) for row in recorded("lab_results")}
    for row in rows.iter_rows(named=True):
        recorded_row = own[row["USUBJID"], numbers[row["USUBJID"], row["LBSEQ"]]]
        assert row["LBTEST"] == f"neurofilament: {recorded_row['item']}".replace("_", " ")
        assert row["LBSTRESN"] == (float(recorded_row["answer"]) if recorded_row["answer"] else None)
        assert row["LBSEQ"] > last[row["USUBJID"]]
    assert "neurofilament" not in set(sdtm("qs")["QSCAT"])


def test_the_same_data_and_time_give_the_same_bytes(
    protocol: Protocol, trial_data: TrialData, sdtm_export: Export, tmp_path: Path
) -> None:
    again = export_sdtm(protocol, trial_data, tmp_path, created=CREATED)
    for one, other in zip(sdtm_export.files, again.files, strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name
    _, about = pyreadstat.read_xport(sdtm_export.files[0], metadataonly=True)
    assert (about.creation_time, about.modification_time) == (CREATED, CREATED)


def test_labels_and_names_are_in_the_files(sdtm_export: Export) -> None:
    for path in sdtm_export.files:
        _, about = pyreadstat.read_xport(path, metadataonly=True)
        assert about.table_name == path.stem.upper()
        assert all(name == name.upper() and len(name) <= 8 for name in about.column_names)
        assert all(label and len(label) <= 40 for label in about.column_labels)
        assert max(about.variable_storage_width.values()) <= 200


def test_dataset_json_holds_the_same_values(
    protocol: Protocol, trial_data: TrialData, sdtm_export: Export, tmp_path: Path
) -> None:
    written = export_sdtm(protocol, trial_data, tmp_path, created=CREATED, file_format="dataset-json")
    for path, transport in zip(written.files, sdtm_export.files, strict=True):
        document = json.loads(path.read_text("utf-8"))
        columns, _ = pyreadstat.read_xport(transport, encoding="ASCII", output_format="dict")
        assert document["datasetJSONVersion"] == "1.1.0"
        assert document["records"] == len(document["rows"])
        assert [column["name"] for column in document["columns"]] == list(columns)
        for place, (name, values) in enumerate(columns.items()):
            said = [row[place] for row in document["rows"]]
            kind = {"string": "str", "integer": "int", "float": "float"}[document["columns"][place]["dataType"]]
            assert {type(value).__name__ for value in said} <= {kind, "NoneType"}, name
            assert [None if value == "" else value for value in values] == said, (path.name, name)


def test_every_variable_has_an_origin() -> None:
    variables = [variable for domain in all_domains().values() for variable in domain.variables.values()]
    assert {variable.origin for variable in variables} == set(ORIGINS)
    assert all(len(variable.name) <= 8 and len(variable.label) <= 40 for variable in variables)


def test_the_summary_says_what_kind_of_trial_it_is_and_where(sdtm: Callable[[str], pl.DataFrame]) -> None:
    """Who has the disease under study is no healthy volunteer; countries are codes of three letters."""
    values: dict[str, list[str]] = {}
    for code, value in sdtm("ts").select("TSPARMCD", "TSVAL").iter_rows():
        values.setdefault(code, []).append(value)
    assert (values["STYPE"], values["HLTSUBJI"], values["TPHASE"]) == (["INTERVENTIONAL"], ["N"], ["PHASE I TRIAL"])
    assert sorted(values["FCNTRY"]) == ["CHE", "ITA"]


ASKED_OF_EVERY_TRIAL = """
    ACTSUB ADAPT ADDON AGEMAX AGEMIN CURTRT DCUTDESC DCUTDTC FCNTRY HLTSUBJI INDIC INTMODEL INTTYPE LENGTH NARMS
    OBJPRIM OUTMSPRI PCLAS PLANSUB RANDOM REGID SDTIGVER SDTMVER SENDTC SEXPOP SPONSOR SSTDTC STOPRULE STYPE TBLIND
    TCNTRL TDIGRP TINDTP TITLE TPHASE TRT TTYPE
"""
"""The parameters that the guide's first example of TS has for any trial of a treatment, and the versions."""


def test_what_the_summary_cannot_say_has_a_null_flavor(
    sdtm: Callable[[str], pl.DataFrame], recorded: Callable[[str], Rows]
) -> None:
    frame = sdtm("ts")
    assert set(ASKED_OF_EVERY_TRIAL.split()) <= set(frame["TSPARMCD"])
    for row in frame.iter_rows(named=True):
        assert bool(row["TSVAL"]) != bool(row["TSVALNF"]), row["TSPARMCD"]
        assert row["TSVALNF"] in ("", "NI")
        assert not row["TSVALNF"] or not (row["TSVALCD"] or row["TSVCDREF"] or row["TSVCDVER"])
    said = {code: tuple(rest) for code, *rest in frame.select("TSPARMCD", "TSVAL", "TSVALCD", "TSVCDREF").iter_rows()}
    in_terms = {  # codes of the NCI, package of 2025-03-28
        "HLTSUBJI": ("N", "C49487"),
        "RANDOM": ("N", "C49487"),
        "TCNTRL": ("NONE", "C41132"),
        "TPHASE": ("PHASE I TRIAL", "C15600"),
        "TTYPE": ("DOSE FINDING", "C158289"),
        "STYPE": ("INTERVENTIONAL", "C98388"),
        "INTMODEL": ("SEQUENTIAL", "C142568"),
    }
    assert {code: said[code] for code in in_terms} == {code: (*pair, "CDISC CT") for code, pair in in_terms.items()}
    assert (said["AGEMIN"], said["AGEMAX"]) == (("P18Y", "", "ISO 8601"), ("P60Y", "", "ISO 8601"))
    assert said["LENGTH"][0] == f"P{91 + 365 + 8 * 183}D"  # from the run-in to the visit of year 5
    subjects = [row for row in recorded("subjects") if row["arm"]]
    assert said["ACTSUB"][0] == str(len(subjects))
    assert said["SSTDTC"][0] == min(row["consent"][:10] for row in subjects)
    assert said["REGID"] == ("2015-004855-37", "2015-004855-37", "EudraCT")


def test_dose_limiting_toxicities_stand_beside_their_events(
    sdtm: Callable[[str], pl.DataFrame], recorded: Callable[[str], Rows]
) -> None:
    last = {(row["subject"], row["event"]): row for row in recorded("dlt_adjudications")}
    words = {"dlt": "DLT", "not_dlt": "NOT DLT", "undecided": "UNDECIDED"}
    frame = sdtm("suppae").filter(pl.col("QNAM") == "AEDLT")
    found = {(row["USUBJID"], row["IDVARVAL"]): row["QVAL"] for row in frame.iter_rows(named=True)}
    assert found == {key: words[row["verdict"]] for key, row in last.items()}
    assert set(frame["QEVAL"]) == {"ADJUDICATION COMMITTEE"}
    assert "DLT" in found.values()


def test_arms_follow_from_doses_where_nobody_recorded_them(
    protocol: Protocol, trial_data: TrialData, sdtm: Callable[[str], pl.DataFrame]
) -> None:
    """The reference trial has them recorded; without them, as a running trial is, they are the same."""
    arms = ("arm", "arm_given")
    without = trial_data[Subject].with_columns(pl.lit(None, pl.String).alias(name) for name in arms)
    found = {
        each.name: each.frame
        for each in sdtm_datasets(protocol, TrialData({**trial_data.frames, "subjects": without}, trial_data.as_of))
    }
    names = ("USUBJID", "ARMCD", "ARM", "ACTARMCD", "ACTARM", "ARMNRS")
    assert found["DM"].select(names).rows() == sdtm("dm").select(names).with_columns(
        pl.col(pl.String).replace("", None)
    ).rows()  # fmt: skip
    values = ("TSPARMCD", "TSVAL")
    assert found["TS"].select(values).rows() == sdtm("ts").select(values).with_columns(
        pl.col("TSVAL").replace("", None)
    ).rows()  # fmt: skip
