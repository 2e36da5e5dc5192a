"""The excerpt of real SDTM is read completely, and the same from every form of file."""

import csv
import gzip
import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from firstdose.cdisc import read_sdtm
from firstdose.cdisc.terms import TERMS
from firstdose.protocol import read_protocol
from firstdose.records import NAMES, RECORDS, AdverseEvent, Dosing, LabResult, Maybe, Reading, Subject
from tests.cdisc.writing import write_json, write_ndjson, write_transport

PILOT = Path(__file__).parents[2] / "examples" / "cdisc-pilot"


def dataset(name: str) -> list[dict[str, str]]:
    """A dataset, read as plainly as can be."""
    (path,) = PILOT.glob(f"sdtm/{name}.csv*")
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))


def repeats_its_number(row: dict[str, str], variable: str) -> bool:
    """Whether a standard result in words is the number that stands beside it."""
    if variable != "LBSTRESC" or not row["LBSTRESN"]:
        return False
    try:
        return float(row["LBSTRESC"]) == float(row["LBSTRESN"])
    except ValueError:
        return False


@pytest.fixture(scope="module")
def reading() -> Reading:
    return read_sdtm(PILOT / "sdtm")


def test_every_row_of_every_dataset_is_read(reading: Reading) -> None:
    counts = {name: frame.height for name, frame in reading.trial_data.frames.items() if frame.height}
    assert counts == {
        "subjects": 31,
        "deaths": 3,
        "adverse_events": 161,
        "medications": 960,
        "dispositions": 97,
        "dosings": 66,
        "lab_results": 2316,
        "medical_histories": 387,
        "visits": 382,
        "vital_signs": 3273,
        "supplements": 294,
    }
    assert not reading.rejected.height
    files = ("dm", "ae", "cm", "ds", "ex", "lb", "mh", "sv", "vs", "suppae", "suppdm")
    assert sum(counts.values()) - counts["deaths"] == sum(len(dataset(name)) for name in files)


def test_the_contradictions_in_the_data_are_listed_and_nothing_is_left_empty(reading: Reading) -> None:
    assert reading.problems.by_rule() == {
        "an event that meets a criterion of seriousness should be serious": 5,
        "must not be after death": 1,
    }
    assert {problem.effect for problem in reading.problems} == {"kept"}


@pytest.mark.parametrize(
    ("record_type", "name"), [(kind, name) for name, kind in (("ae", AdverseEvent), ("ex", Dosing), ("lb", LabResult))]
)
def test_no_value_is_lost(reading: Reading, record_type: type, name: str) -> None:
    """For every variable that a field takes, as many values are there as in the file, and the same texts."""
    from firstdose.cdisc.domains import naming_of

    rows, frame = dataset(name), reading.trial_data[record_type]
    naming = naming_of(record_type, rows[0])
    assert len(naming) > 8
    for variable in set(naming.values()):
        fields = [field for field, source in naming.items() if source == variable]
        found = frame.select(pl.coalesce(pl.col(field).cast(pl.String) for field in fields)).to_series()
        written = [row[variable] for row in rows if row[variable] and not repeats_its_number(row, variable)]
        assert found.count() == len(written), variable
        if variable not in TERMS and frame[fields[0]].dtype == pl.String:
            assert Counter(found.drop_nulls()) == Counter(written), variable


def test_terms_become_codes(reading: Reading) -> None:
    related = Counter(reading.trial_data[AdverseEvent]["relation_to_product"].drop_nulls())
    raw = Counter(row["AEREL"] for row in dataset("ae") if row["AEREL"])
    names = {"NONE": "not_related", "REMOTE": "unlikely", "POSSIBLE": "possible", "PROBABLE": "probable"}
    assert related == {names[term]: count for term, count in raw.items()}


def test_results_that_are_no_numbers_are_kept_as_text(reading: Reading) -> None:
    labs = reading.trial_data[LabResult]
    assert labs.filter(pl.col("result").is_not_null() & pl.col("result_text").is_not_null()).is_empty()
    assert labs.filter(pl.col("result").is_null() & pl.col("result_text").is_null()).is_empty()


def test_partial_dates_stay_partial(reading: Reading) -> None:
    starts = [event.start for event in reading.trial_data.records(AdverseEvent) if event.start]
    assert Counter(map(str, starts)) == Counter(row["AESTDTC"] for row in dataset("ae"))
    partial = [start for start in starts if not start.date.is_complete]
    assert partial
    assert all(start.is_before(start) is Maybe.UNKNOWN for start in partial)


def test_arms_are_those_of_the_protocol(reading: Reading) -> None:
    levels = read_protocol(PILOT / "protocol.yaml").dose_levels
    arms = set(reading.trial_data[Subject]["arm_given"]) - {"Screen Failure"}
    assert arms == {levels.label(level) for level in range(3)}
    doses = set(reading.trial_data[Dosing]["dose_given"])
    assert doses == {0.0, *levels.values}


@pytest.mark.parametrize(
    ("write", "ending"), [(write_transport, "xpt"), (write_json, "json"), (write_ndjson, "ndjson")]
)
def test_other_forms_of_file_give_the_same_data(
    reading: Reading, tmp_path: Path, write: Callable[[pl.DataFrame, Path], None], ending: str
) -> None:
    for path in (PILOT / "sdtm").glob("*.csv*"):
        name = path.name.split(".")[0]
        if name not in ("cm", "mh"):
            write(pl.DataFrame(dataset(name)).with_columns(pl.all().replace("", None)), tmp_path / f"{name}.{ending}")
    other = read_sdtm(tmp_path)
    assert not other.rejected.height
    for record, frame in reading.trial_data.frames.items():
        if record not in ("medications", "medical_histories"):
            assert other.trial_data.frames[record].equals(frame), record
    assert set(NAMES.values()) == set(RECORDS)
