"""The analysis of a trial's exported SDTM is the analysis of its records, figure by figure.

Truth: the analysis of the records themselves. What SDTM does not hold is named here: batches, samples, metabolites.
"""

import polars as pl
import pytest

from firstdose.analysis import analyse, derive
from firstdose.cdisc import read_sdtm
from firstdose.cdisc.writing.exporting import Export
from firstdose.protocol import Protocol
from firstdose.records import DltAdjudication, TrialData
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.results import Provenance

OF_WHAT_IS_NOT_HELD = {"metabolism", "attribution"}
OF_BATCHES = "of the batch at release"
LINE = ["chapter", "table", "what", "within", "when", "group", "statistic"]
FIGURES = ["value", "of", "lower", "upper"]


@pytest.fixture(scope="module")
def from_sdtm(trial_data: TrialData, sdtm_export: Export) -> TrialData:
    reading = read_sdtm(sdtm_export.files[0].parent, trial_data.as_of)
    assert not reading.rejected.height
    return reading.trial_data


def figures_of(protocol: Protocol, derived: AnalysisData) -> pl.DataFrame:
    provenance = Provenance(protocol.trial.id, "", derived.data_hash, derived.as_of, 1, "")
    frame = analyse(protocol, derived, seed=1, provenance=provenance).frame
    kept = ~pl.col("chapter").is_in(OF_WHAT_IS_NOT_HELD) & ~pl.col("what").str.contains(OF_BATCHES, literal=True)
    return frame.filter(kept).select(*LINE, *FIGURES).sort(LINE)


def test_verdicts_come_back(trial_data: TrialData, from_sdtm: TrialData, sdtm_export: Export) -> None:
    keys = ["subject", "event", "adjudication"]
    recorded = trial_data[DltAdjudication].sort(keys)
    last = recorded.filter(pl.col("adjudication") == pl.col("adjudication").max().over("subject", "event"))
    assert 10 < last.height < recorded.height  # of several verdicts on an event the last
    assert last.equals(from_sdtm[DltAdjudication].sort(keys))
    earlier = recorded.height - last.height
    assert sdtm_export.not_held["earlier dlt_adjudications"] == earlier


def test_the_analysis_is_the_same(protocol: Protocol, derived: AnalysisData, from_sdtm: TrialData) -> None:
    expected, found = figures_of(protocol, derived), figures_of(protocol, derive(protocol, from_sdtm))
    assert expected.height > 10_000
    assert found.select(LINE).equals(expected.select(LINE))
    for name in FIGURES:
        pairs = zip(found[name].to_list(), expected[name].to_list(), strict=True)
        assert all(a == (None if b is None else pytest.approx(b, rel=1e-9, abs=1e-12)) for a, b in pairs), name
