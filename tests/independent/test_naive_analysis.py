"""The plain-Python analyses that the benchmarks time find the same as the package."""

from pathlib import Path

import polars as pl
import pytest

from benchmarks import analysis_cases, analysis_data, naive_analysis
from firstdose.methods.confirmed_change_presets import PRESETS, Visits, changes_by
from firstdose.methods.jonckheere import jonckheere_terpstra


def test_confirmed_worsening_of_everyone(tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    analysis_data.write_visits(path, people=600, visits=4_860, seed=7)
    rows = pl.read_csv(path)
    assert (rows["subject"].n_unique(), rows.height) == (600, 4_860)
    person = rows["subject"].rank("dense").to_numpy() - 1
    visits = Visits("edss", person, rows["day"].to_numpy(), rows["value"].to_numpy())
    found = changes_by(PRESETS["worsening_12_weeks"], visits)
    days = rows.partition_by("subject", maintain_order=True)
    ours = {
        days[number]["subject"][0]: days[number]["day"][changes[0].onset]
        for number, changes in zip(found.persons.tolist(), found.changes, strict=True)
        if changes
    }
    assert ours == naive_analysis.worsenings(path)
    assert 100 < len(ours) < 500
    assert analysis_cases.confirmed_worsening(path)["worse"] == len(ours)


def test_the_trend_by_going_through_every_arrangement(tmp_path: Path) -> None:
    values, doses = [0.0, 0.5, 0.5, 0, 1, 0.5, 1, 1.5], [5, 5, 10, 10, 16, 16, 16, 24]
    found = jonckheere_terpstra(values, doses)
    every = naive_analysis.share_at_least(values, [2, 2, 3, 1], found.statistic)
    assert found.p_increasing == pytest.approx(every, rel=1e-12)
    groups = [[0.0, 0.5], [0.5, 0], [1, 0.5, 1], [1.5]]
    assert found.statistic == naive_analysis.pairs_in_order(groups)


def test_the_values_by_dose_are_three_and_three_and_three_and_six_with_ties(tmp_path: Path) -> None:
    path = tmp_path / "values.csv"
    analysis_data.write_values_by_dose(path)
    rows = pl.read_csv(path)
    assert rows.group_by("dose", maintain_order=True).len()["len"].to_list() == [3, 3, 3, 6]
    assert 1 < rows["value"].n_unique() < 10
    assert 0 < analysis_cases.jonckheere_terpstra(path)["p_increasing"] <= 1
