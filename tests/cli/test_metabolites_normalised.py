"""The command `metabolites`, with samples normalised and without."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.cli.metabolite_tables import Cells, command, figures, tables
from tests.cli.running import DONE, WRONG_INPUT


def test_classes_stand_beside_themselves_without_normalisation(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    _, sheet = tables()
    names = [f"CAR {carbons}:0" for carbons in range(2, 22)] + [f"TG {carbons}:1" for carbons in range(40, 70)]
    names += [f"PC {carbons}:2" for carbons in range(28, 58)]
    doublings = np.array([float(np.log2(float(str(row[3])) / 10)) * (row[2] == "M3") for row in sheet[1:]])
    rises = (np.arange(len(names)) < 20)[:, None] * doublings
    values = np.exp2(random.normal(15, 1, (len(names), 1)) + random.normal(0, 0.3, (len(names), 18)) + 1.5 * rises)
    matrix: Cells = [["metabolite", *(row[0] for row in sheet[1:])]]
    matrix += [[name, *row] for name, row in zip(names, values.tolist(), strict=True)]
    ran = command(tmp_path, matrix, sheet)
    assert ran.status == DONE, ran.err
    found = {row["class"]: row for row in pl.read_csv(tmp_path / "out" / "classes.csv").iter_rows(named=True)}
    rising = found["acyl_carnitines"]
    assert rising["all_metabolites_estimate"] < rising["estimate"]
    assert rising["estimate"] == pytest.approx(1.5, abs=0.25)
    assert rising["normalisation"] is None
    assert "classes are tested" in ran.err


def many(sheet: Cells, names: list[str], seed: int = 11) -> Cells:
    """A matrix of metabolites without any slope."""
    random = np.random.default_rng(seed)
    values = np.exp2(random.normal(15, 1, (len(names), 1)) + random.normal(0, 0.4, (len(names), len(sheet) - 1)))
    rows = [[name, *row] for name, row in zip(names, values.tolist(), strict=True)]
    return [["metabolite", *(row[0] for row in sheet[1:])], *rows]


MANY = [f"TG {carbons}:1" for carbons in range(40, 56)] + [f"PC {carbons}:2" for carbons in range(28, 43)]


def test_a_metabolite_that_never_varies_is_not_tested_though_samples_are_normalised(tmp_path: Path) -> None:
    """Divided by the factors of the samples it would vary as these do."""
    _, sheet = tables()
    matrix = many(sheet, MANY)
    matrix[5][1:] = [500] * 18
    ran = command(tmp_path, matrix, sheet)
    assert ran.status == DONE, ran.err
    assert "not normalised" not in ran.err
    quality = dict(pl.read_csv(tmp_path / "out" / "quality.csv").select("metabolite", "left_out").iter_rows())
    assert quality[MANY[4]] == "all its measured values are the same"
    assert [name for name, reason in quality.items() if reason] == [MANY[4]]
    assert figures(tmp_path).filter(pl.col("p").is_null())["metabolite"].unique().to_list() == [MANY[4]]
    classes = pl.read_csv(tmp_path / "out" / "classes.csv")
    assert classes["metabolites"].to_list() == [15, 15]


def test_values_that_never_vary_at_all_are_one_message(tmp_path: Path) -> None:
    matrix, sheet = tables()
    constant: Cells = [matrix[0], *([name, *[70.0] * (len(matrix[0]) - 1)] for name, *_ in matrix[1:])]
    ran = command(tmp_path, constant, sheet)
    assert ran.status == WRONG_INPUT
    assert "no metabolite is left to analyse: 8 x all its measured values are the same" in ran.err
    assert "Traceback" not in ran.err


def test_a_small_panel_is_not_normalised_unless_that_is_asked_for(tmp_path: Path) -> None:
    matrix, sheet = tables()
    plain = command(tmp_path, matrix, sheet, "--normalise", "none")
    as_measured = figures(tmp_path)
    ran = command(tmp_path, matrix, sheet)
    assert ran.status == plain.status == DONE, ran.err
    assert "samples were not normalised: 8 metabolites" in ran.err
    assert figures(tmp_path).equals(as_measured)
    asked = command(tmp_path, matrix, sheet, "--normalise", "pqn")
    assert asked.status == DONE
    assert "warning: fluid not stated: samples were normalised by quotients as asked for, although 8" in asked.err
    assert not figures(tmp_path).equals(as_measured)


def test_one_metabolite_alone_is_never_divided_by_itself(tmp_path: Path) -> None:
    matrix, sheet = tables()
    ran = command(tmp_path, matrix[:2], sheet, "--normalise", "pqn")
    assert ran.status == DONE, ran.err
    assert "a single metabolite cannot be divided by itself, so its values were not normalised" in ran.err
    slopes = figures(tmp_path).filter(pl.col("term") == "dose_slope_change")
    assert slopes["p"].null_count() == 0
