"""The command `metabolites` on good, odd and bad input."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from firstdose.cli.metabolite_columns import FILES, FLUID
from firstdose.cli.metabolite_figure_columns import FIGURE_FILES
from tests.cli.running import DONE, WRONG_INPUT, Ran, run

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


def test_figures_are_drawn_with_their_data(tmp_path: Path) -> None:
    ran = command(tmp_path, *tables(), "--figures")
    assert ran.status == DONE, ran.err
    found = {each.name for each in (tmp_path / "out" / "figures").iterdir()}
    names = ("volcano", "heat-map", "dose-response", "classes", "samples", "quality")
    assert found == {f"metabolite-{name}.{ending}" for name in names for ending in ("svg", "png", "csv")}
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


def test_a_misspelt_subject_is_told_as_someone_of_one_visit(tmp_path: Path) -> None:
    matrix, sheet = tables()
    assert "of one visit only" not in command(tmp_path, matrix, sheet).err
    sheet[2][1] = "PO"
    assert f"of one visit only, unlike most: {sheet[1][1]}, PO;" in command(tmp_path, matrix, sheet).err


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


def test_bad_cells_and_names_are_listed_and_the_rest_is_analysed(tmp_path: Path) -> None:
    matrix, sheet = tables()
    matrix[1][1] = -4
    matrix[2][0] = "palmitoylcarnitine"
    matrix[3][1:] = ["NA"] * 18
    matrix[4][1:] = [500] * 18
    sheet[2][1] = ""
    sheet[4][3] = 10
    ran = command(tmp_path, matrix, sheet, "--normalise", "none")
    assert ran.status == DONE, ran.err
    listed = problems(tmp_path)
    for words in ("must not be negative", "must occur once", "no value in any sample", "its subject is not known",
                  "more than one dose"):  # fmt: skip
        assert words in listed
    quality = dict(pl.read_csv(tmp_path / "out" / "quality.csv").select("metabolite", "left_out").iter_rows())
    assert quality["acetylcarnitine"] == "never observed"
    assert quality["oleic acid"] == "all its measured values are the same"
    found = figures(tmp_path).filter(pl.col("term") == "dose_slope_change")
    assert found.filter(pl.col("p").is_null())["metabolite"].to_list() == ["acetylcarnitine", "oleic acid"]
    assert found["metabolite"].to_list()[:2] == ["palmitoylcarnitine", "palmitoylcarnitine (2)"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda matrix, sheet: sheet.__setitem__(slice(1, None), []), "no sample can be analysed"),
        (lambda matrix, sheet: sheet[0].__setitem__(3, "amount"), "the dose of its subject is not known"),
        (lambda matrix, sheet: matrix.clear(), "no abundances can be read"),
    ],
)
def test_what_cannot_be_analysed_at_all_is_one_message(change: object, told: str, tmp_path: Path) -> None:
    matrix, sheet = tables()
    change(matrix, sheet)  # type: ignore[operator]
    ran = command(tmp_path, matrix, sheet)
    assert ran.status == WRONG_INPUT
    assert told in ran.err
    assert "Traceback" not in ran.err


def test_why_nothing_can_be_read_is_told_of_that_file_alone(tmp_path: Path) -> None:
    _, sheet = tables()
    ran = command(tmp_path, [], sheet)
    first, second = ran.err.splitlines()
    assert first == f"{tmp_path / 'matrix.csv'}: no abundances can be read"
    assert second.startswith("  matrix.csv: the file holds no table; begin with a header")


def test_files_that_are_not_there(tmp_path: Path) -> None:
    ran = run(
        "metabolites", str(tmp_path / "a.csv"), "--samples", str(tmp_path / "b.csv"), "--out", str(tmp_path / "o")
    )
    assert ran.status == WRONG_INPUT
    assert "no such file" in ran.err


def test_several_fluids_have_a_column_of_their_own(tmp_path: Path) -> None:
    matrix, sheet = tables()
    sheet[0].append("fluid")
    for number, row in enumerate(sheet[1:]):
        row.append("csf" if number < 10 else "serum")
    ran = command(tmp_path, matrix, sheet)
    assert ran.status == DONE, ran.err
    assert figures(tmp_path)["fluid"].unique(maintain_order=True).to_list() == ["cerebrospinal_fluid", "serum"]


def test_raw_values_said_to_be_logarithms_are_one_message(tmp_path: Path) -> None:
    ran = command(tmp_path, *tables(), "--scale", "log2")
    assert ran.status == WRONG_INPUT
    assert "logarithms to base 2" in ran.err
    assert "--scale raw" in ran.err
    assert "Traceback" not in ran.err


def test_one_value_that_is_no_logarithm_is_left_out(tmp_path: Path) -> None:
    matrix, sheet = tables()
    logs: Cells = [matrix[0], *([name, *np.log2(np.array(values, dtype=float))] for name, *values in matrix[1:])]
    logs[1][3] = 123456.0
    ran = command(tmp_path, logs, sheet, "--scale", "log2")
    assert ran.status == DONE, ran.err
    assert "is no logarithm to base 2 of an abundance" in problems(tmp_path)


def test_a_visit_that_nobody_has_is_an_error(tmp_path: Path) -> None:
    ran = command(tmp_path, *tables(), "--visits", "M0,M3,M99")
    assert ran.status == WRONG_INPUT
    assert "M99" in ran.err
    assert "M0, M3" in ran.err


def test_an_order_that_names_do_not_say_is_a_warning(tmp_path: Path) -> None:
    ran = command(tmp_path, *tables(visits=("late", "early")))
    assert "warning" in ran.err
    assert "the order used is late, early, and changes are from late" in ran.err
    assert "--visits" in ran.err
    known = command(tmp_path, *tables(visits=("post", "pre")))
    assert "changes from pre" in known.err
    assert "the order used" not in known.err


def test_decimal_commas_in_the_sheet_are_read(tmp_path: Path) -> None:
    matrix, sheet = tables()
    for row in sheet[1:]:
        row[3] = f"{float(str(row[3])) / 10:.1f}".replace(".", ",")
    ran = command(tmp_path, matrix, sheet)
    assert ran.status == DONE, ran.err
    assert "doses 0.5, 1, 2" in ran.err
    assert "dose: numbers are written with a decimal comma" in ran.err


def test_people_lost_for_how_their_dose_is_written_are_named(tmp_path: Path) -> None:
    matrix, sheet = tables()
    for row in sheet[1:]:
        if row[1] == "P0":
            row[3] = "5 million"
    ran = command(tmp_path, matrix, sheet)
    assert "1 person takes no part" in ran.err
    assert "P0: the dose of its subject is not known" in ran.err


def test_one_dose_cell_may_be_empty_and_names_that_differ_in_capitals_are_told(tmp_path: Path) -> None:
    matrix, sheet = tables()
    sheet[2][3] = ""
    sheet[4][1] = "p1"
    sheet[6][2] = "m3"
    ran = command(tmp_path, matrix, sheet)
    assert ran.status == DONE, ran.err
    told = "1 sample (P0-M3) has no dose of its own and has that of other samples of the same person"
    assert told in ran.err
    assert "P1 | p1" in problems(tmp_path)
    assert "M3 | m3" in problems(tmp_path)


def test_fluids_that_are_not_known_are_noted(tmp_path: Path) -> None:
    matrix, sheet = tables()
    for row, fluid in zip(sheet, ["fluid", *["brain juice"] * 18], strict=True):
        row.append(fluid)
    ran = command(tmp_path, matrix, sheet)
    assert "brain juice (18 samples)" in ran.err


def test_a_folder_is_said_to_be_one(tmp_path: Path) -> None:
    (tmp_path / "samples.csv").write_text("sample,subject,visit,dose\n")
    ran = run("metabolites", str(tmp_path), "--samples", str(tmp_path / "samples.csv"), "--out", str(tmp_path / "o"))
    assert ran.status == WRONG_INPUT
    assert "is a folder" in ran.err


def test_a_row_that_cannot_be_used_is_kept_with_its_text(tmp_path: Path) -> None:
    matrix, sheet = tables()
    sheet[3] = [*sheet[3], "one", "too many"]
    assert command(tmp_path, matrix, sheet).status == DONE
    assert "row set aside in rejected_rows.csv" in problems(tmp_path)
    kept = pl.read_csv(tmp_path / "out" / "rejected_rows.csv")
    assert kept.row(0)[:2] == ("samples.csv", 4)
    assert "too many" in kept["text"][0]


def test_a_sample_outside_the_sheet_is_one_problem(tmp_path: Path) -> None:
    matrix, sheet = tables()
    left = sheet.pop()
    command(tmp_path, matrix, sheet)
    listed = pl.read_csv(tmp_path / "out" / "problems.csv")
    assert listed.filter(pl.col("identity") == left[0]).height == 1


def test_each_problem_names_its_own_file_row_column_value_and_what_became_of_it(tmp_path: Path) -> None:
    """Against a list written by hand: the rows are those of the files that the test writes."""
    matrix, sheet = tables()
    sheet[3][2] = ""  # row 4 of the sheet: no visit
    sheet[5][3] = "5 million"  # row 6 and 7: a dose that is no number, and none at all
    sheet[6][3] = ""
    sheet[8][3] = 20  # row 8 and 9: two doses of one person
    sheet.append(["P99-M0", "P99", "M0", 5, "B1"])  # row 20: not measured
    matrix[0].append("P77-M0")
    for row in matrix[1:]:
        row.append(900.0)
    matrix[3][1:] = [""] * 19
    ran = command(tmp_path, matrix, sheet)
    assert ran.status == DONE, ran.err
    out = "takes part in no analysis"
    found = pl.read_csv(tmp_path / "out" / "problems.csv", infer_schema=False)
    listed = set(found.select("file", "row", "identity", "field", "value", "effect").iter_rows())
    assert listed == {
        ("samples.csv", "4", "P1-M0", "visit", None, out),
        ("samples.csv", "6", "P2-M0", "dose", "5 million", "row kept, this value left out"),
        ("samples.csv", "6", "P2-M0", "dose", None, out),
        ("samples.csv", "7", "P2-M3", "dose", None, out),
        ("samples.csv", "8", "P3-M0", "dose", "10.0", out),
        ("samples.csv", "9", "P3-M3", "dose", "20.0", out),
        ("samples.csv", "20", "P99-M0", "sample", "P99-M0", out),
        ("matrix.csv", "1", "P77-M0", "P77-M0", "P77-M0", out),
        ("matrix.csv", "4", "acetylcarnitine", None, None, out),
    }
    texts = (tmp_path / "out" / "problems.csv").read_text()
    assert not [line for line in texts.splitlines() if "row kept" in line and "no analysis" in line]


def test_samples_in_rows_have_their_own_rows(tmp_path: Path) -> None:
    matrix, sheet = tables()
    matrix[1][3] = "many"
    turned = [list(row) for row in zip(*matrix, strict=True)]
    command(tmp_path, turned, sheet)
    (problem,) = pl.read_csv(tmp_path / "out" / "problems.csv").iter_rows(named=True)
    assert (problem["file"], problem["row"], problem["value"]) == ("matrix.csv", 4, "many")
    assert (problem["identity"], problem["field"]) == ("P1-M0", "palmitoylcarnitine")


def test_names_of_people_that_are_nearly_alike_are_told(tmp_path: Path) -> None:
    matrix, sheet = tables()
    assert "nearly alike" not in command(tmp_path, matrix, sheet).err
    for row in sheet[1:]:
        row[1] = f"P0{str(row[1])[1:]}"
    sheet[10][1] = "PO4"
    assert "names of people that are nearly alike: PO4 and P04;" in command(tmp_path, matrix, sheet).err


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


def test_names_that_a_spreadsheet_would_compute_are_marked_in_every_file(tmp_path: Path) -> None:
    matrix, sheet = tables()
    name = "=cmd|' /C calc'!A0"
    matrix[8][0] = name
    matrix[8][1] = -4
    ran = command(tmp_path, matrix, sheet)
    assert ran.status == DONE, ran.err
    seen = 0
    for path in (tmp_path / "out").glob("*.csv"):
        with path.open(newline="", encoding="utf-8") as stream:
            cells = [cell for row in csv.reader(stream) for cell in row]
        assert not [cell for cell in cells if cell.startswith("=")], path
        seen += "'" + name in cells
    assert seen >= 5
    assert "-4" in problems(tmp_path)
    estimates = figures(tmp_path)["estimate"]
    assert estimates.dtype == pl.Float64
    assert (estimates < 0).any()
