"""Tables of the report, made again from exported ADaM files by a program that knows nothing of the one that wrote them.

Truth: `tests/cdisc/rederived_*.py`, which read the files with pyreadstat or csv and count with plain Python.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from firstdose.analysis import analyse, derive
from firstdose.analysis.tables.making import analysis_tables
from firstdose.cdisc import read_sdtm
from firstdose.cdisc.adam.exporting import export_adam
from firstdose.protocol import read_protocol
from firstdose.records.results import Provenance
from tests.cdisc import rederived_events, rederived_people, rederived_rows, rederived_visits, rederived_worsening
from tests.cdisc.rederived_rows import Data, Figures
from tests.cdisc.reference_files import CREATED

EXAMPLES = Path(__file__).parents[2] / "examples"
VIRTUAL, PILOT = "nsc-spms", "cdisc-pilot"
TRANSPORT, DELIMITED = "xpt", "csv"


@dataclass(frozen=True)
class Case:
    """A trial's results, and its exported files as rows."""

    results: pl.DataFrame
    data: Data

    def table(self, chapter: str, table: str) -> pl.DataFrame:
        return self.results.filter(pl.col("chapter") == chapter, pl.col("table") == table)


@pytest.fixture(scope="module", params=[VIRTUAL, PILOT])
def trial(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Case]:
    """The results of a trial, with its files in both forms."""
    protocol = read_protocol(EXAMPLES / request.param / "protocol.yaml")
    if request.param == VIRTUAL:
        derived = request.getfixturevalue("derived")
        files = request.getfixturevalue("adam_export").files[0].parent
    else:
        derived = derive(protocol, read_sdtm(EXAMPLES / request.param / "sdtm").trial_data)
        tables, files = analysis_tables(protocol, derived), tmp_path_factory.mktemp("adam")
        assert not export_adam(protocol, tables, files, created=CREATED).findings
        assert not export_adam(protocol, tables, files, created=CREATED, file_format="csv").findings
    provenance = Provenance(protocol.trial.id, "", derived.data_hash, derived.as_of, 1, "")
    results = analyse(protocol, derived, seed=1, provenance=provenance).frame
    return {
        TRANSPORT: Case(results, rederived_rows.read_transport_files(files)),
        DELIMITED: Case(results, rederived_rows.read_csv_files(files)),
    }


@pytest.fixture(params=[TRANSPORT, DELIMITED])
def case(request: pytest.FixtureRequest, trial: dict[str, Case]) -> Case:
    return trial[request.param]


def figures_of(table: pl.DataFrame) -> Figures:
    """The figures of a table of results by their line."""
    columns = ("what", "within", "when", "group", "statistic", "value")
    return {(what, within, when, group, statistic): value for what, within, when, group, statistic, value in
            table.select(columns).iter_rows()}  # fmt: skip


def agree(found: Figures, expected: Figures, lines: Callable[[tuple[str, ...]], bool] = lambda _: True) -> int:
    """Every figure of the results is found again; returns how many were compared."""
    wanted = {line: value for line, value in expected.items() if lines(line)}
    assert not wanted.keys() - found.keys(), sorted(wanted.keys() - found.keys())[:5]
    for line, value in wanted.items():
        assert found[line] == (None if value is None else pytest.approx(value, rel=1e-9, abs=1e-12)), line
    return len(wanted)


def test_the_program_that_counts_again_imports_nothing_of_the_package() -> None:
    modules = {
        name
        for path in Path(__file__).parent.glob("rederived_*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [])
        + ([node.module or ""] if isinstance(node, ast.ImportFrom) else [])
    }
    assert not {"firstdose", "polars"} & {name.partition(".")[0] for name in modules}
    assert {name for name in modules if name.startswith("tests")} == {"tests.cdisc.rederived_rows"}


def test_people_and_sets(case: Case) -> None:
    sets = figures_of(case.table("populations", "analysis_sets"))
    assert agree(rederived_people.analysis_sets(case.data), sets) >= 12
    baseline = case.results.filter(
        (pl.col("chapter") == "baseline") & pl.col("table").is_in(["people", "sex", "centre"])
    )
    found = rederived_people.people_at_baseline(case.data)
    assert agree(found, figures_of(baseline), lambda line: line[:1] in {key[:1] for key in found}) > 40


def test_dose_limiting_toxicities(case: Case) -> None:
    table = case.table("dlt", "among_evaluable").filter(pl.col("value").is_not_null())
    expected = {group: (int(value), int(of)) for group, value, of in table.select("group", "value", "of").iter_rows()}
    found = rederived_people.dose_limiting_toxicities(case.data)
    assert {group: counts for group, counts in found.items() if counts[1]} == expected


def test_adverse_events_overall(case: Case) -> None:
    found = rederived_events.adverse_event_overview(case.data)
    expected = figures_of(case.table("adverse_events", "overview"))
    compared = agree(found, expected, lambda line: line[0] in rederived_events.QUESTIONS and line[4] != "not_known")
    assert compared >= 48
    assert {line[0] for line in expected} >= {"any adverse event", "serious", "grade 3 or more"}


def test_adverse_events_by_class_and_term(case: Case) -> None:
    found = rederived_events.adverse_events_by_class_and_term(case.data)
    expected = figures_of(case.table("adverse_events", "by_class_and_term"))
    assert found == expected
    assert len(expected) > 300


def test_highest_grades(case: Case) -> None:
    expected = figures_of(case.table("adverse_events", "by_maximum_grade"))
    if any(line[2] for line in expected):
        of_all = {
            line: value for line, value in expected.items() if line[0] == "any adverse event" and "grade" in line[2]
        }
        graded = {line: value for line, value in of_all.items() if line[2].startswith("grade")}
        assert rederived_events.highest_grades(case.data) == graded
    else:
        assert all(row.get("ATOXGRN") is None for row in case.data["ADAE"])


def test_exposure(case: Case) -> None:
    found = rederived_people.exposure(case.data)
    exposures = case.results.filter(pl.col("chapter") == "exposure")
    tables = exposures.filter(pl.col("table").is_in(["dose", "administration", "days_of_treatment"]))
    compared = agree(found, figures_of(tables), lambda line: line[4] != "not_known")
    assert compared > 60


def test_change_of_scores_from_the_baseline(case: Case) -> None:
    expected = figures_of(case.table("scores", "change_by_visit"))
    assert rederived_visits.change_of_scores(case.data) == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert bool(expected) == ("ADQS" in case.data)


def test_confirmed_worsening(case: Case) -> None:
    found = rederived_worsening.confirmed_changes(case.data)
    expected = {
        (what, within, when, group): (int(value), int(of))
        for what, within, when, group, value, of in case.table("disability", "confirmed_change")
        .filter(pl.col("statistic") == "people")
        .select("what", "within", "when", "group", "value", "of")
        .iter_rows()
        if value is not None
    }
    found |= {
        line: counts for line, counts in rederived_worsening.worsening_or_death(case.data).items() if line in expected
    }
    composites = {line for line in expected if " or " in line[1]}
    for definition, measures in {(line[2], line[1]) for line in composites}:
        by_group = rederived_worsening.worsening_on_any_measure(case.data, definition, measures.split(" or "))
        found |= {("worsening", measures, definition, group): counts for group, counts in by_group.items()}
    nobody_evaluable = {line for line in expected.keys() - found.keys() if expected[line] == (0, 0)}
    assert found == {line: counts for line, counts in expected.items() if line not in nobody_evaluable}
    if "ADQS" in case.data:
        assert len(found) > 700
        assert sum(having for having, _ in found.values()) > 10
        onsets = [row for row in case.data["ADQS"] if row["CRIT1FL"] == "Y"]
        edss = [row for row in onsets if row["PARCAT1"] == "EDSS" and row["SAFFL"] == "Y"]
        assert len(edss) == found["worsening", "edss", "worsening_24_weeks", "all"][0]


def test_time_to_worsening(case: Case) -> None:
    found = rederived_worsening.free_of_worsening(case.data)
    table = case.table("disability", "time_to_worsening")
    expected = {
        (within, what, group, when): value
        for what, within, when, group, value in table.select("what", "within", "when", "group", "value").iter_rows()
    }
    assert {line: expected[line] for line in found} == pytest.approx(found)
    without = table.filter(pl.col("text").str.starts_with("0 worsened") | pl.col("value").is_null())
    assert len(found) == table.height - without.height


def test_laboratory_shifts(case: Case) -> None:
    expected = figures_of(case.table("laboratory", "worst_grade_against_baseline"))
    assert rederived_visits.laboratory_shifts(case.data) == expected
    assert len(expected) > 100


def test_laboratory_results_by_visit(case: Case) -> None:
    expected = figures_of(case.table("laboratory", "results_by_visit"))
    found = rederived_visits.laboratory_by_visit(case.data)
    assert agree(found, expected) > 2_000
    assert not found.keys() - expected.keys()


@pytest.mark.parametrize(("table", "value"), [("vital_signs_by_visit", "AVAL"), ("vital_signs_change", "CHG")])
def test_vital_signs_by_visit(case: Case, table: str, value: str) -> None:
    expected = figures_of(case.table("laboratory", table))
    found = rederived_visits.vital_signs_by_visit(case.data, value)
    assert agree(found, expected) > 1_000
    assert not found.keys() - expected.keys()


def test_rates_of_events(case: Case) -> None:
    expected = {**figures_of(case.table("event_rates", "all_events"))}
    known: Figures = {line: value for line, value in expected.items() if value is not None}
    assert agree(rederived_events.event_rates(case.data), known) > 30


def test_rates_of_first_events(case: Case) -> None:
    expected = figures_of(case.table("event_rates", "first_events"))
    whole = {line: value for line, value in expected.items() if value is not None and not line[2]}
    assert rederived_events.first_event_rates(case.data) == pytest.approx(whole)


def test_events_that_were_resolved(case: Case) -> None:
    expected = figures_of(case.table("event_resolution", "time_to_resolution"))
    wanted = {line: value for line, value in expected.items() if line[0] == "any adverse event"}
    found = rederived_events.resolved_events(case.data)
    assert found == {line: wanted[line] for line in found}
    assert len(found) > 4


FAULTS: tuple[tuple[str, str, object, Callable[[rederived_rows.Row], bool], Callable[[Data], object]], ...] = (
    (
        "ADAE",
        "AESER",
        "Y",
        lambda row: bool(row["ANL01FL"] and row["AESER"] == "N"),
        rederived_events.adverse_event_overview,
    ),
    ("ADAE", "ATOXGRN", 5.0, lambda row: bool(row["ANL01FL"]), rederived_events.adverse_event_overview),
    ("ADAE", "ADECOD", "Another", lambda row: bool(row["ANL01FL"]), rederived_events.adverse_events_by_class_and_term),
    ("ADEX", "AVAL", 99.0, lambda row: row["PARAMCD"] == "DOSEGIV", rederived_people.exposure),
    (
        "ADSL",
        "DLTFL",
        "Y",
        lambda row: row["DLTFL"] == "N" and row["DLTEVFL"] == "Y",
        rederived_people.dose_limiting_toxicities,
    ),
    (
        "ADQS",
        "CHG",
        9.5,
        lambda row: bool(row["ANL01FL"] and row["CHG"] is not None),
        rederived_visits.change_of_scores,
    ),
)


@pytest.mark.parametrize(("dataset", "name", "value", "wanted", "figures"), FAULTS)
def test_one_wrong_value_in_a_file_is_seen_in_a_table(
    trial: dict[str, Case],
    dataset: str,
    name: str,
    value: object,
    wanted: Callable[[rederived_rows.Row], bool],
    figures: Callable[[Data], object],
) -> None:
    data = trial[DELIMITED].data
    if dataset not in data or not any(map(wanted, data[dataset])):
        assert dataset in ("ADQS", "ADSL")  # of the trial without scores and without a definition of DLTs
        return
    place = next(n for n, row in enumerate(data[dataset]) if row["SAFFL"] == "Y" and wanted(row))
    rows = [rederived_rows.Row(row, **({name: value} if n == place else {})) for n, row in enumerate(data[dataset])]
    assert figures({**data, dataset: rows}) != figures(data)
