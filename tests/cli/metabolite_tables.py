"""A small matrix of abundances with its sheet of samples, written, and the command `metabolites` run on them."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import polars as pl

from tests.cli.running import Ran, run

NAMES = (
    "palmitoylcarnitine",
    "CAR 18:1",
    "acetylcarnitine",
    "oleic acid",
    "FA 16:0",
    "alanine",
    "glucose",
    "nonsense 7",
)
DOSES = (5, 5, 5, 10, 10, 10, 20, 20, 20)
VISITS = ("M0", "M3")
Cells = list[list[object]]


def tables(doses: tuple[float, ...] = DOSES, visits: tuple[str, ...] = VISITS) -> tuple[Cells, Cells]:
    """A matrix and a sheet of samples, as rows of cells."""
    random = np.random.default_rng(5)
    samples = [(f"P{who}", visit, dose) for who, dose in enumerate(doses) for visit in visits]
    matrix: Cells = [["metabolite", *(f"{who}-{visit}" for who, visit, _ in samples)]]
    for name in NAMES:
        matrix.append([name, *np.round(np.exp2(random.normal(15, 1, len(samples))), 1).tolist()])
    sheet: Cells = [["sample", "subject", "visit", "dose", "batch"]]
    sheet += [[f"{who}-{visit}", who, visit, dose, f"B{int(who[1:]) % 2}"] for who, visit, dose in samples]
    return matrix, sheet


def command(folder: Path, matrix: Cells, sheet: Cells, *options: str) -> Ran:
    for name, rows in (("matrix.csv", matrix), ("samples.csv", sheet)):
        with (folder / name).open("w", newline="") as stream:
            csv.writer(stream).writerows(rows)
    arguments = (str(folder / "matrix.csv"), "--samples", str(folder / "samples.csv"), "--out", str(folder / "out"))
    return run("metabolites", *arguments, "--permutations", "99", "--no-figures", "--overwrite", *options)


def figures(folder: Path) -> pl.DataFrame:
    return pl.read_csv(folder / "out" / "metabolites.csv", schema_overrides={"visit": pl.String})


def problems(folder: Path) -> str:
    return (folder / "out" / "problems.csv").read_text()
