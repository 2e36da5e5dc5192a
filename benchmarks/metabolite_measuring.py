"""Takes the measurements of metabolites: whole processes, and a naive version here."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks import metabolite_data, naive_metabolites
from benchmarks.analysis_measuring import measured, whole_processes
from benchmarks.case import seconds
from benchmarks.measuring import START, Measured, run_python

REPEATS = 4
ONE_BY_ONE = 2
"""Metabolites of the naive version, which is scaled to all of them."""


def measure_metabolites() -> Iterator[Measured]:
    """The common correlation of many people, and the command on a small trial."""
    with tempfile.TemporaryDirectory() as folder:
        yield _common_correlation(Path(folder, "many.npy"))
        yield _command(Path(folder))


def _common_correlation(path: Path) -> Measured:
    """Beside single metabolites with dense matrices, which must agree."""
    metabolite_data.write_many_people(path)
    times, found = whole_processes("common_correlation", path, repeats=REPEATS)
    values, (design, person) = np.load(path), metabolite_data.many_people_design()
    alone: list[float] = []
    naive = seconds(
        lambda: alone.extend(
            naive_metabolites.correlation(values[:, each], design, person) for each in range(ONE_BY_ONE)
        )
    )
    if not np.allclose(alone, found["each"][:ONE_BY_ONE], atol=2e-4):
        raise AssertionError(f"one by one: {alone}; the package: {found['each'][:ONE_BY_ONE]}")
    people, visits, metabolites = metabolite_data.MANY_PEOPLE, len(metabolite_data.VISITS), metabolite_data.METABOLITES
    what = f"common correlation, {people} people x {visits} visits x {metabolites:,} metabolites, whole process"
    note = f"the fit itself {found['analysis']:.2f} s; naive: {ONE_BY_ONE} metabolites with dense matrices, scaled"
    return measured(what, 1.0, times, naive * metabolites / ONE_BY_ONE, note)


def _command(folder: Path) -> Measured:
    """Reading, classes, quality, normalisation, the model, class tests with 999 permutations, writing."""
    metabolite_data.write_abundances(folder)
    arguments = ["metabolites", str(folder / "abundances.csv"), "--samples", str(folder / "samples.csv")]
    arguments += ["--out", str(folder / "out"), "--visits", ",".join(metabolite_data.VISITS), "--overwrite"]
    times = [seconds(lambda: run_python("-c", START, *arguments)) for _ in range(1 + REPEATS)]
    people, visits, metabolites = len(metabolite_data.DOSES), len(metabolite_data.VISITS), metabolite_data.METABOLITES
    what = f"firstdose metabolites, {people} x {visits} x {metabolites:,}, 999 permutations, whole process"
    return Measured(what, 5.0, times[0], min(times[1:]), statistics.median(times[1:]))
