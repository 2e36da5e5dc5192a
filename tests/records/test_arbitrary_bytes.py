"""Readers never raise, whatever the bytes; and what can be told apart as a row is accounted for."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstdose.records import read_folder

BEGINNINGS = [
    b"",
    b"subject,number,term\n",
    b"\xff\xfe",
    b"\xfe\xff\x00s",
    b"\xef\xbb\xbfsubject\n",
    b"PAR1",
    b"\x1f\x8b",
]
SUFFIXES = ["csv", "csv.gz", "parquet", "tsv"]


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(max_examples=40)
@given(beginning=st.sampled_from(BEGINNINGS), rest=st.binary(max_size=300))
def test_no_bytes_make_the_reader_raise(suffix: str, beginning: bytes, rest: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, f"adverse_events.{suffix}").write_bytes(beginning + rest)
        Path(folder, "trial_data.json").write_bytes(rest)
        reading = read_folder(folder)
        reading.write_problems(Path(folder, "out"))


cells = st.text(st.sampled_from('a1,";\n\r\x00 é-:2026'), max_size=12)


@settings(max_examples=50)
@given(st.lists(cells, max_size=12))
def test_every_row_is_used_or_rejected(texts: list[str]) -> None:
    content = "subject,centre\n" + "\n".join(texts)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "subjects.csv").write_bytes(content.encode())
        reading = read_folder(folder)
    kept = "".join(
        "".join(filter(None, row)) for row in reading.trial_data.frames["subjects"].select("subject", "centre").rows()
    )
    rejected = "".join(reading.rejected["text"])
    for character in "aé:":
        assert content.count(character) - "subject,centre".count(character) == kept.count(character) + rejected.count(
            character
        )
