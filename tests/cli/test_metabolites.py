"""The command `metabolites`: what it writes and tells, and designs of few visits, doses or fluids."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from firstdose.cli.metabolite_columns import FILES, FLUID
from firstdose.cli.metabolite_figure_columns import FIGURE_FILES
from firstdose.cli.output import Progress
from tests.cli.metabolite_tables import NAMES, Cells, command, figures, tables
from tests.cli.running import DONE, WRONG_INPUT


def test_what_it_writes_and_tells(tmp_path: Path) -> None:
    ran = command(tmp_path, *tables())
    assert ran.status == DONE, ran.err
    assert {each.name for each in (tmp_path / "out").iterdir()} == {
        "metabolites.csv", "classes.csv", "sensitivities.csv", "quality.csv", "problems.csv", "unmapped.csv",
        "rejected_rows.csv",
    }  # fmt: skip
    found = figures(tmp_path)
    assert found["metabolite"].unique(maintain_order=True).to_list() == list(NAMES)
    assert found.filter(pl.col("metabolite") == "palmitoylcarnitine")["class"].unique().to_list() == ["acyl_carnitines"]
    assert "nonsense 7" in (tmp_path / "out" / "unmapped.csv").read_text()
    assert "visits in order: M0, M3 (changes from M0)" in ran.err
    assert "9 people, 18 samples, doses 5, 10, 20" in ran.err
    classes = pl.read_csv(tmp_path / "out" / "classes.csv")
    assert classes.filter(pl.col("class") == "acyl_carnitines")["metabolites"].to_list() == [3]
    assert classes.filter(pl.col("smallest_attainable_p") <= 0).is_empty()


def test_figures_are_drawn_with_their_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is told, since together they take seconds and a bar is renewed by what is told."""
    told: list[str] = []
    monkeypatch.setattr(Progress, "say", lambda _, what: told.append(what))
    ran = command(tmp_path, *tables(), "--figures")
    assert ran.status == DONE, ran.err
    found = {each.name for each in (tmp_path / "out" / "figures").iterdir()}
    names = ("volcano", "heat-map", "dose-response", "classes", "samples", "quality")
    assert found == {f"metabolite-{name}.{ending}" for name in names for ending in ("svg", "png", "csv")}
    assert {f"drawing metabolite-{name}" for name in names} <= set(told)
    drawn = pl.read_csv(tmp_path / "out" / "figures" / "metabolite-volcano.csv")
    changes = figures(tmp_path).filter((pl.col("term") == "dose_slope_change") & pl.col("estimate").is_not_null())
    joined = drawn.join(changes, on=["metabolite", "visit"])
    assert joined.height == drawn.height == changes.height
    assert np.allclose(joined["slope"].to_numpy(), joined["estimate"].to_numpy())


def test_every_column_that_is_written_is_described(tmp_path: Path) -> None:
    """Against the headers of the files themselves, with names without a class and problems among them."""
    matrix, sheet = tables()
    matrix[1][1] = -4
    sheet[0].append("fluid")
    for number, row in enumerate(sheet[1:]):
        row.append("csf" if number < 10 else "serum")
    assert command(tmp_path, matrix, sheet, "--figures").status == DONE
    folder, page = tmp_path / "out", (Path(__file__).parents[2] / "docs" / "reference" / "metabolites.md").read_text()
    written = {each.name: each for each in folder.rglob("*.csv")}
    plain = {name.replace("-cerebrospinal_fluid", "").replace("-serum", "") for name in written}
    assert plain == FILES.keys() | FIGURE_FILES.keys()
    for name, path in written.items():
        bare = name.replace("-cerebrospinal_fluid", "").replace("-serum", "")
        file = (FILES | FIGURE_FILES)[bare]
        with_fluid = path.parent == folder and name not in ("unmapped.csv", "problems.csv", "rejected_rows.csv")
        header = next(csv.reader(path.read_text("utf-8").splitlines()))
        assert header == [*file.schema, *([FLUID.name] if with_fluid else [])], name
        section = page.split(f" `{bare}`\n")[1].split("\n#")[0]
        for each in file.columns:
            assert f"| `{each.name}` | {each.kind} | {each.words} |" in section
            assert len(each.words) > 8


def test_a_class_is_named_by_its_adjusted_p_and_the_slope_of_the_table(tmp_path: Path) -> None:
    matrix, sheet = tables()
    for column, (_, _, visit, dose, _) in enumerate(sheet[1:], start=1):
        for row in matrix[1:4]:
            steps = 3 * np.log2(float(str(dose))) if visit == "M3" else 0.0
            row[column] = 2.0 ** (10 + steps + 0.05 * (column % 5))
    ran = command(tmp_path, matrix, sheet)
    classes = pl.read_csv(tmp_path / "out" / "classes.csv")
    called = classes.filter(pl.col("permutation_adjusted_p") < 0.05)
    assert called["class"].to_list() == ["acyl_carnitines"]
    told = [line for line in ran.err.splitlines() if "permutation p" in line]
    assert len(told) == 1
    assert f"acyl_carnitines (3 metabolites), dose_slope_change at M3: {called['estimate'].item():.3f} [" in told[0]


def test_that_no_class_is_called_is_said(tmp_path: Path) -> None:
    ran = command(tmp_path, *tables())
    classes = pl.read_csv(tmp_path / "out" / "classes.csv")
    tested = classes["permutation_p"].count()
    assert not classes.filter(pl.col("permutation_adjusted_p") < 0.05).height
    assert f"no class has an adjusted p below 0.05 at any visit ({tested} tests)" in ran.err


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    files = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        assert command(tmp_path / name, *tables(), "--seed", "3").status == DONE
        files.append({each.name: each.read_bytes() for each in (tmp_path / name / "out").iterdir()})
    assert files[0] == files[1]


def test_visits_may_be_ordered_by_hand(tmp_path: Path) -> None:
    ran = command(tmp_path, *tables(), "--visits", "M3,M0")
    assert "visits in order: M3, M0" in ran.err
    changes = figures(tmp_path).filter(pl.col("term") == "dose_slope_change")
    assert changes["visit"].unique().to_list() == ["M0"]
    assert command(tmp_path, *tables(), "--visits", "M0,M0").status == WRONG_INPUT


def test_one_visit_one_dose_and_zero_dose(tmp_path: Path) -> None:
    ran = command(tmp_path, *tables(visits=("M3",)))
    assert ran.status == DONE, ran.err
    assert "nobody was sampled twice" in ran.err
    assert figures(tmp_path)["term"].unique().to_list() == ["dose_slope"]
    ran = command(tmp_path, *tables(doses=(5,) * 6))
    assert ran.status == DONE, ran.err
    assert "dose_slope_change at M3 cannot be estimated: everyone has the same dose" in ran.err
    known = figures(tmp_path).filter(pl.col("p").is_not_null())
    assert known["term"].unique().to_list() == ["visit_change"]
    zero = tables(doses=(0, 0, 0, 5, 5, 5))
    ran = command(tmp_path, *zero)
    assert ran.status == WRONG_INPUT
    assert "--dose-scale linear" in ran.err
    ran = command(tmp_path, *zero, "--dose-scale", "linear")
    assert ran.status == DONE, ran.err


def test_batch_equal_to_dose_is_said(tmp_path: Path) -> None:
    matrix, sheet = tables()
    for row in sheet[1:]:
        row[4] = f"dose {row[3]}"
    ran = command(tmp_path, matrix, sheet)
    assert ran.status == DONE, ran.err
    assert "dose_slope at M0 cannot be estimated: batch and dose coincide" in ran.err
    slopes = figures(tmp_path).filter(pl.col("term") == "dose_slope")
    assert slopes["estimate"].null_count() == slopes.height


def test_several_fluids_have_a_column_of_their_own(tmp_path: Path) -> None:
    matrix, sheet = tables()
    sheet[0].append("fluid")
    for number, row in enumerate(sheet[1:]):
        row.append("csf" if number < 10 else "serum")
    ran = command(tmp_path, matrix, sheet)
    assert ran.status == DONE, ran.err
    assert figures(tmp_path)["fluid"].unique(maintain_order=True).to_list() == ["cerebrospinal_fluid", "serum"]


def test_what_tests_nothing_says_so_at_the_end(tmp_path: Path) -> None:
    matrix, sheet = tables()
    by_visit: Cells = [[name, *[7.0, 9.0] * (len(matrix[0]) // 2)] for name, *_ in matrix[1:]]
    ran = command(tmp_path, [matrix[0], *by_visit], sheet)
    assert ran.status == DONE, ran.err
    assert "nothing was tested" in ran.err
    assert "nobody was sampled twice" not in ran.err


def test_the_last_visit_at_one_dose_leaves_the_test_between(tmp_path: Path) -> None:
    """As at an interim look: only the lowest dose has reached the last visit."""
    matrix, sheet = tables(visits=("M0", "M3", "M12"))
    late = [row[0] for row in sheet[1:] if row[2] == "M12" and row[3] != 5]
    sheet = [row for row in sheet if row[0] not in late]
    kept = [0, *(place for place, name in enumerate(matrix[0]) if place and name not in late)]
    ran = command(tmp_path, [[row[place] for place in kept] for row in matrix], sheet)
    assert ran.status == DONE, ran.err
    classes = pl.read_csv(tmp_path / "out" / "classes.csv").filter(pl.col("metabolites") > 0)
    between = classes.filter(pl.col("visit") == "M3")
    assert between["permutation_p"].null_count() == 0
    assert between["problem"].null_count() == between.height
    assert between.filter(pl.col("rotation_p").is_not_null())["rotation_problem"].null_count() > 0
    last = classes.filter(pl.col("visit") == "M12")
    assert last["permutation_p"].null_count() == last.height
    assert last["problem"].null_count() == 0
