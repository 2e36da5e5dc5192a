"""The virtual reference trial, made once for all tests of these standards, and its exports with their definitions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from firstdose.analysis import derive
from firstdose.analysis.tables.making import analysis_tables
from firstdose.cdisc.adam.exporting import export_adam
from firstdose.cdisc.define import ANALYSIS, write_define
from firstdose.cdisc.writing.exporting import Export, export_sdtm
from firstdose.protocol import Protocol, read_protocol
from firstdose.records import TrialData, write_folder
from firstdose.records.analysis_data import AnalysisData
from firstdose.records.analysis_tables import AnalysisTables
from firstdose.simulation.virtual_trial import read_scenario, virtual_trials
from tests.cdisc.reference_files import CREATED, EXAMPLE, Rows, known_abundances, rows_of, transport_frame


@pytest.fixture(scope="session")
def protocol() -> Protocol:
    return read_protocol(EXAMPLE / "protocol.yaml")


@pytest.fixture(scope="session")
def trial_data(protocol: Protocol) -> TrialData:
    scenario = read_scenario(EXAMPLE / "scenario.yaml")
    return next(iter(virtual_trials(protocol, scenario, seed=20231127, numbers=range(1)))).trial_data


@pytest.fixture(scope="session")
def derived(protocol: Protocol, trial_data: TrialData) -> AnalysisData:
    return derive(protocol, trial_data)


@pytest.fixture(scope="session")
def tables(protocol: Protocol, trial_data: TrialData, derived: AnalysisData) -> AnalysisTables:
    """What ADaM is made of; two metabolites of known abundances besides."""
    return analysis_tables(protocol, replace(derived, abundances=known_abundances(trial_data)))


@pytest.fixture(scope="session")
def recorded(trial_data: TrialData, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Rows]:
    """Records as plain rows of text."""
    folder = write_folder(trial_data, tmp_path_factory.mktemp("records"))
    return lambda name: rows_of(folder / f"{name}.csv")


@pytest.fixture(scope="session")
def sdtm_export(protocol: Protocol, trial_data: TrialData, tmp_path_factory: pytest.TempPathFactory) -> Export:
    """SDTM as transport files, with CSV and the definition in the same folder."""
    folder = tmp_path_factory.mktemp("sdtm")
    export_sdtm(protocol, trial_data, folder, created=CREATED, file_format="csv")
    export = export_sdtm(protocol, trial_data, folder, created=CREATED)
    write_define(protocol, export.datasets, folder, created=CREATED)
    return export


@pytest.fixture(scope="session")
def adam_export(protocol: Protocol, tables: AnalysisTables, tmp_path_factory: pytest.TempPathFactory) -> Export:
    """ADaM as transport files, with CSV and the definition in the same folder."""
    folder = tmp_path_factory.mktemp("adam")
    export_adam(protocol, tables, folder, created=CREATED, file_format="csv")
    export = export_adam(protocol, tables, folder, created=CREATED)
    write_define(protocol, export.datasets, folder, created=CREATED, standard=ANALYSIS)
    return export


@pytest.fixture(scope="session")
def sdtm(sdtm_export: Export) -> Callable[[str], pl.DataFrame]:
    """A dataset of SDTM as pyreadstat reads it, which reads no text as an empty one."""
    folder = sdtm_export.files[0].parent
    return lambda name: transport_frame(folder / f"{name}.xpt")


@pytest.fixture(scope="session")
def adam(adam_export: Export) -> Callable[[str], pl.DataFrame]:
    """A dataset of ADaM as pyreadstat reads it, with nothing for empty texts."""
    folder: Path = adam_export.files[0].parent
    return lambda name: transport_frame(folder / f"{name}.xpt").with_columns(pl.col(pl.String).replace("", None))
