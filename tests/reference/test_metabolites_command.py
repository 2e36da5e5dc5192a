"""The command `metabolites` against limma 3.54.1: its figures stand in validation/figures/biomarkers.

limma's search for the common correlation ends some millionths early, which moves t by as many parts; the models at
limma's own correlation are compared to 1e-8 elsewhere.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from firstdose.cli import main
from firstdose.validation.comparison import load_figures
from firstdose.validation.moderated_data import DATA_FILE, reference_data
from firstdose.validation.moderated_models import ROBUST_FILE, TESTS_FILE

SIM_VISITS = ("M0", "M3", "M12")
ST48_VISITS = ("0", "10", "30", "60", "120")
CLOSE = 2e-4


def write_inputs(name: str, folder: Path) -> tuple[Path, Path]:
    """The reference data as the files that the command reads, made from the reference's own design."""
    data = reference_data(name)
    raw = next(row for row in load_figures(DATA_FILE)["datasets"] if row["name"] == name).get("abundance")
    values = data.response.T if raw is None else np.array(raw, dtype=np.float64)
    samples = [f"S{number}" for number in range(len(data.person))]
    matrix, sheet = folder / f"{name}.csv", folder / f"{name}_samples.csv"
    with matrix.open("w", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(["metabolite", *samples])
        for metabolite, row in zip(data.metabolites, values, strict=True):
            table.writerow([metabolite, *("" if np.isnan(each) else repr(float(each)) for each in row)])
    design, is_sim = data.design, name != "st48"
    later = design[:, 3:5] if is_sim else design[:, 2:6]
    visits = SIM_VISITS if is_sim else ST48_VISITS
    place = np.where(later.any(axis=1), later.argmax(axis=1) + 1, 0)
    with sheet.open("w", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(["sample", "subject", "visit", "dose", *(["batch"] if is_sim else [])])
        for number, sample in enumerate(samples):
            dose = 10 * 2 ** design[number, 2] if is_sim else design[number, 1]
            batch = [f"B{1 + int(design[number, 1])}"] if is_sim else []
            table.writerow([sample, data.person[number], visits[place[number]], repr(float(dose)), *batch])
    return matrix, sheet


def run(name: str, folder: Path, *options: str) -> pl.DataFrame:
    matrix, sheet = write_inputs(name, folder)
    scale = ["--scale", "log2", "--normalise", "none"] if name != "st48" else ["--dose-scale", "linear"]
    with pytest.raises(SystemExit) as end:
        main(["metabolites", str(matrix), "--samples", str(sheet), "--out", str(folder / "out"), *scale, *options])
    assert end.value.code == 0
    return pl.read_csv(folder / "out" / "metabolites.csv")


def table(name: str, moderation: str, contrast: list[int], model: str = "common_correlation") -> dict[str, Any]:
    tables = [*load_figures(TESTS_FILE)["tables"], *load_figures(ROBUST_FILE)["tables"]]
    key = (name, model, moderation, contrast)
    return next(row for row in tables if (row["dataset"], row["model"], row["moderation"], row["contrast"]) == key)


def compare(found: pl.DataFrame, expected: dict[str, Any], term: str, visit: str | int) -> None:
    rows = found.filter((pl.col("term") == term) & (pl.col("visit").cast(pl.String) == str(visit)))
    for column, key in (("t", "t"), ("p", "p"), ("adjusted_p", "adjusted_p"), ("df", "degrees_of_freedom")):
        ours, theirs = rows[column].to_numpy(), np.array(expected[key], dtype=np.float64)
        assert ours.shape == theirs.shape
        slack = CLOSE * np.abs(theirs) + (CLOSE if column == "t" else 1e-7)
        if column == "p":  # what t moves by, p moves by more in the tails
            slack = slack * 20
        if column == "adjusted_p":
            slack = slack * 100
        assert np.all(np.abs(ours - theirs) <= slack), (column, np.abs(ours - theirs).max())
    for column in ("lower", "upper"):
        assert np.allclose(rows[column].to_numpy(), expected[column], rtol=0, atol=CLOSE)


@pytest.mark.parametrize("moderation", ["plain", "trend", "robust", "trend-robust"])
@pytest.mark.parametrize("name", ["sim", "sim_na", "st48"])
def test_slopes_are_those_of_limma(name: str, moderation: str, tmp_path: Path) -> None:
    found = run(name, tmp_path, "--moderation", moderation)
    last = [0] * (6 if name != "st48" else 9) + [1]
    compare(found, table(name, moderation, last), "dose_slope_change", _last_visit(name))


def test_every_term_of_the_plain_model(tmp_path: Path) -> None:
    found = run("sim", tmp_path)
    compare(found, table("sim", "plain", [0, 0, 0, 0, 0, 1, 0]), "dose_slope_change", "M3")
    assert found.columns == [
        "metabolite", "class", "visit", "term", "estimate", "lower", "upper", "t", "p", "adjusted_p", "df",
    ]  # fmt: skip
    assert found["visit"].unique(maintain_order=True).to_list() == list(SIM_VISITS)
    assert found.filter(pl.col("visit") == "M0")["term"].unique().to_list() == ["dose_slope"]
    slopes = {
        (visit, term): found.filter((pl.col("visit") == visit) & (pl.col("term") == term))["estimate"].to_numpy()
        for visit, term in (("M0", "dose_slope"), ("M12", "dose_slope"), ("M12", "dose_slope_change"))
    }
    assert np.allclose(
        slopes["M0", "dose_slope"] + slopes["M12", "dose_slope_change"], slopes["M12", "dose_slope"], atol=1e-12
    )


def test_the_fit_within_people_stands_beside_it(tmp_path: Path) -> None:
    run("sim", tmp_path)
    expected = table("sim", "plain", [0, 0, 0, 0, 0, 0, 1], "within_people")
    beside = pl.read_csv(tmp_path / "out" / "sensitivities.csv").filter(
        (pl.col("analysis") == "within_people") & (pl.col("visit") == "M12")
    )
    for column in ("lower", "upper", "p"):
        assert np.allclose(beside[column].to_numpy(), expected[column], rtol=1e-8, atol=1e-12)


def _last_visit(name: str) -> str:
    return ST48_VISITS[-1] if name == "st48" else SIM_VISITS[-1]
