"""Tables made again from exported ADaM files of trials made at random, with partial dates and missing answers.

Truth: `tests/cdisc/rederived_*.py`, as in `test_adam_rederived.py`.
"""

from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from firstdose.analysis import derive
from firstdose.analysis.analysing import CHAPTERS
from firstdose.analysis.frame import Frame
from firstdose.analysis.tables.making import analysis_tables
from firstdose.cdisc.adam.exporting import export_adam
from firstdose.records.results import frame_of_results
from tests.analysis.trial_records import any_trial, reference_protocol
from tests.cdisc import rederived_events, rederived_people, rederived_rows, rederived_visits
from tests.cdisc.rederived_rows import Data, Figures

CREATED = datetime(2026, 3, 31)


def figures(frame: Frame, chapter: str, *tables: str) -> Figures:
    """The figures of some tables of a chapter, those left out that cannot be known."""
    table = frame_of_results(list(CHAPTERS[chapter](frame))).filter(
        pl.col("table").is_in(tables) & pl.col("value").is_not_null() & (pl.col("statistic") != "not_known")
    )
    columns = ("what", "within", "when", "group", "statistic", "value")
    return {
        (what, within, when, group, statistic): value
        for what, within, when, group, statistic, value in table.select(columns).iter_rows()
    }


def agree(found: Figures, expected: Figures) -> int:
    for line, value in expected.items():
        assert found[line] == pytest.approx(value, rel=1e-9, abs=1e-12), line
    return len(expected)


def written_and_read(seed: int, as_of: date | None, folder: Path) -> tuple[Frame, Data]:
    protocol = reference_protocol()
    derived = derive(protocol, any_trial(seed, as_of))
    export = export_adam(protocol, analysis_tables(protocol, derived), folder, created=CREATED)
    assert not export.is_refused, export.findings[:3]
    return Frame(protocol, derived, 1), rederived_rows.read_transport_files(folder)


@pytest.mark.parametrize("as_of", [None, date(2026, 6, 1)])
@pytest.mark.parametrize("seed", [1, 4, 9, 16])
def test_tables_are_found_again(seed: int, as_of: date | None, tmp_path: Path) -> None:
    frame, data = written_and_read(seed, as_of, tmp_path)
    overview = figures(frame, "adverse_events", "overview")
    asked = {line: value for line, value in overview.items() if line[0] in rederived_events.QUESTIONS}
    compared = agree(rederived_events.adverse_event_overview(data), asked)
    terms = figures(frame, "adverse_events", "by_class_and_term")
    compared += agree(rederived_events.adverse_events_by_class_and_term(data), terms)
    exposure = figures(frame, "exposure", "dose", "administration", "days_of_treatment")
    compared += agree(rederived_people.exposure(data), exposure)
    compared += agree(rederived_events.event_rates(data), figures(frame, "event_rates", "all_events"))
    shifts = figures(frame, "laboratory", "worst_grade_against_baseline")
    compared += agree(rederived_visits.laboratory_shifts(data), shifts)
    compared += agree(rederived_visits.laboratory_by_visit(data), figures(frame, "laboratory", "results_by_visit"))
    assert compared > 30
