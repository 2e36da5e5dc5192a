"""Records, written as SDTM and read again, are the same records, but for what the list of limits names."""

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from firstdose.cdisc import read_sdtm
from firstdose.cdisc.long_texts import parts_of
from firstdose.cdisc.writing.checking import FileFormat
from firstdose.cdisc.writing.exporting import export_sdtm
from firstdose.protocol import read_protocol
from firstdose.records import RECORDS, Assessment, LabResult, TrialData, Visit, VitalSign
from tests.cdisc.sdtm_trials import as_it_comes_back, trials

PROTOCOL = read_protocol(Path(__file__).parents[2] / "examples" / "nsc-spms" / "protocol.yaml")
CREATED = datetime(2026, 3, 31, 12)
WITHOUT_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)  # whole trials are too large to make them smaller
NAMED_BY_SDTM = {LabResult: "name", VitalSign: "name", Assessment: "question", Visit: "order"}


def written_and_read(records: list[Any], file_format: FileFormat) -> TrialData:
    with tempfile.TemporaryDirectory() as folder:
        exported = export_sdtm(PROTOCOL, TrialData.of(records), folder, created=CREATED, file_format=file_format)
        assert not exported.is_refused, exported.findings[:3]
        reading = read_sdtm(folder)
        assert not reading.rejected.height, reading.rejected
        assert not [problem for problem in reading.problems if problem.effect == "left empty"]
        return reading.trial_data


def same(expected: TrialData, found: TrialData) -> None:
    """The same rows; the name of a test and the number of a visit are asked for only where they were recorded."""
    for name, kind in RECORDS.items():
        keys = [
            key
            for key in ("subject", "number", "event", "visit", "criterion", "name")
            if key in expected.frames[name].columns
        ]
        ours, theirs = (data.frames[name].sort(keys) for data in (expected, found))
        if filled := NAMED_BY_SDTM.get(kind):
            assert theirs[filled].null_count() == 0
            if ours.height == theirs.height:
                theirs = theirs.with_columns(pl.when(ours[filled].is_not_null()).then(filled).alias(filled))
        if not ours.equals(theirs):
            for column in ours.columns:
                assert ours[column].to_list() == theirs[column].to_list(), (name, column)


@pytest.mark.parametrize("file_format", ["csv", "dataset-json"])
@settings(max_examples=6, deadline=None, phases=WITHOUT_SHRINKING)
@given(data=st.data())
def test_any_letters_come_back_from_csv_and_json(file_format: FileFormat, data: st.DataObject) -> None:
    recorded = data.draw(trials(PROTOCOL, is_ascii=False))
    found = written_and_read(recorded, file_format)
    same(TrialData.of(as_it_comes_back(recorded, PROTOCOL)), found)


@settings(max_examples=6, deadline=None, phases=WITHOUT_SHRINKING)
@given(recorded=trials(PROTOCOL, is_ascii=True))
def test_ascii_comes_back_from_transport_files(recorded: list[Any]) -> None:
    found = written_and_read(recorded, "xpt")
    same(TrialData.of(as_it_comes_back(recorded, PROTOCOL)), found)


@settings(max_examples=200)
@given(st.text(st.sampled_from("ab 頭\n"), min_size=1, max_size=900).map(lambda text: text.rstrip(" ")))
def test_parts_of_a_text_are_the_text(text: str) -> None:
    if " " * 200 in text:
        return
    parts = parts_of(text)
    assert "".join(parts) == text
    assert all(len(part) <= 200 and not part.endswith(" ") for part in parts)
