"""The virtual reference trial with fewer measurements: its raw rows, and its report, each made once."""

from __future__ import annotations

import csv
import io
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl

from firstdose.analysis import analyse, derive
from firstdose.protocol import Protocol, read_protocol
from firstdose.records import TrialData
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.results import Provenance, Results
from firstdose.report.documents.blocks import Document
from firstdose.report.documents.html_page import render_html
from firstdose.report.trial.report import trial_document
from firstdose.simulation.virtual_trial import read_scenario, virtual_trial

EXAMPLES = Path(__file__).parents[2] / "examples"
REFERENCE = EXAMPLES / "nsc-spms"
DAY = date(2026, 3, 14)
TESTS = ("ALT", "AST", "BILI", "ALP", "TACRO")
MEASURES = ("edss", "timed_walk", "brain_volume", "lesion_counts")
"""What is kept: each kind of table of the report has some of it."""


@cache
def protocol() -> Protocol:
    return read_protocol(REFERENCE / "protocol.yaml")


@cache
def records() -> TrialData:
    made = virtual_trial(protocol(), read_scenario(REFERENCE / "scenario.yaml"), seed=20231127).trial_data
    kept = {
        "lab_results": pl.col("test").is_in(TESTS),
        "assessments": pl.col("measure").is_in(MEASURES),
        "vital_signs": pl.col("test") == "PULSE",
    }
    return made.replace({name: made.frames[name].filter(chosen) for name, chosen in kept.items()})


@cache
def raw(name: str) -> list[dict[str, str]]:
    """The rows of a file of records, as text."""
    return list(csv.DictReader(io.StringIO(records().frames[name].write_csv())))


def analysed(read: Protocol, trial_data: TrialData) -> tuple[AnalysisData, Results]:
    data = derive(read, trial_data)
    origin = Provenance(read.trial.id, "0" * 64, trial_data.content_hash, trial_data.as_of, 1, "0")
    return data, analyse(read, data, seed=1, provenance=origin)


@cache
def analysis() -> tuple[AnalysisData, Results]:
    return analysed(protocol(), records())


@cache
def document() -> Document:
    return trial_document(protocol(), *analysis(), DAY)[0]


@cache
def page() -> str:
    return render_html(document())
