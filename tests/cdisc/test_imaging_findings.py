"""Findings of imaging in NV, their sessions in PR, and what links them; read back as assessments and sessions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from firstdose.cdisc import read_sdtm
from firstdose.cdisc.writing.exporting import Export, export_sdtm
from firstdose.protocol import read_protocol
from firstdose.records import Assessment, Image, Subject, TrialData, read_partial_date_time
from tests.cdisc.reference_files import EXAMPLE, Rows

PROTOCOL = read_protocol(EXAMPLE / "protocol.yaml")
PERSON = Subject(subject="P1", centre="01", sex="female", country="Italy")


def image(number: int, visit: str | None, modality: str = "MRI") -> Image:
    return Image(
        subject="P1", number=number, modality=modality, visit=visit, taken=read_partial_date_time("2026-03-01")
    )


def finding(number: int, visit: str | None, measure: str = "lesion_counts", item: str = "new_t2") -> Assessment:
    return Assessment(subject="P1", number=number, measure=measure, item=item, answer=2.0, unit="lesions", visit=visit)


def exported(folder: Path, *records: Any) -> dict[str, pl.DataFrame]:
    data = TrialData.of([PERSON, *records])
    export = export_sdtm(PROTOCOL, data, folder, created=datetime(2026, 3, 31), file_format="csv")
    assert not [each for each in export.findings if each.effect == "refused"]
    assert not [each for each in export.findings if each.dataset == "RELREC"]
    read = read_sdtm(folder).trial_data
    for kind in (Image, Assessment):
        key = ["subject", "number"]
        assert read[kind].select(*key, "visit").sort(key).equals(data[kind].select(*key, "visit").sort(key))
    return {each.name: each.frame for each in export.datasets}


def test_a_finding_is_linked_to_the_one_session_of_its_visit(tmp_path: Path) -> None:
    found = exported(
        tmp_path, image(1, "M0", "mri"), image(2, "M1"), finding(1, "M1"), finding(2, "M0", "brain_volume", "other")
    )
    rows = found["NV"].select("NVSEQ", "NVLNKID", "NVMETHOD", "NVLOC", "NVCAT").rows()
    assert rows == [(1, "IMAGING 2", "MRI", None, "lesion_counts"), (2, "IMAGING 1", "MRI", "BRAIN", "brain_volume")]
    assert found["PR"].select("PRSEQ", "PRLNKID", "PRTRT").rows() == [(1, "IMAGING 1", "mri"), (2, "IMAGING 2", "MRI")]
    relation = found["RELREC"].select("RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "RELTYPE").rows()
    assert relation == [("NV", None, "NVLNKID", None, "MANY"), ("PR", None, "PRLNKID", None, "ONE")]
    assert "QS" not in found


def test_nothing_is_linked_where_the_visit_leaves_it_open(tmp_path: Path) -> None:
    """Two sessions of one visit, a session or finding without a visit, and a finding of another visit."""
    sessions = (image(1, "M0"), image(2, "M0", "PET"), image(3, None))
    found = exported(tmp_path, *sessions, finding(1, "M0"), finding(2, None), finding(3, "M6"))
    assert not {"NVLNKID", "NVMETHOD"} & set(found["NV"].columns)
    assert "RELREC" not in found


def test_every_finding_of_the_reference_trial_is_linked_to_its_session(
    recorded: Callable[[str], Rows], sdtm_export: Export
) -> None:
    frames = {each.name: each.frame for each in sdtm_export.datasets}
    visits = {(row["subject"], row["visit"]): row["number"] for row in recorded("images")}
    seen = 0
    for row in frames["NV"].iter_rows(named=True):
        number = visits.get((row["USUBJID"], row["VISIT"]))
        assert row["NVLNKID"] == (None if number is None else f"IMAGING {number}")
        assert row["NVMETHOD"] == (None if number is None else "MRI")
        seen += number is not None
    of_images = [row for row in recorded("assessments") if row["measure"] in ("brain_volume", "lesion_counts")]
    assert frames["NV"].height == len(of_images) > 1_000
    assert seen > 1_000
    assert not set(frames["QS"]["QSCAT"]) & {"brain_volume", "lesion_counts"}
    names = set(frames["PR"]["PRLNKID"].drop_nulls())
    assert set(frames["NV"]["NVLNKID"].drop_nulls()) <= names
