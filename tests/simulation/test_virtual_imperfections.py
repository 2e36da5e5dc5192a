"""Errors in the records of a virtual trial: each is listed in the truth, and found by the reader where that can be."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import polars as pl
import pytest

from firstdose.records import RECORDS, TrialData, read_folder
from firstdose.records.frames import identity
from firstdose.simulation.virtual_trial import Scenario, VirtualTrial, virtual_trial, write_virtual_trial
from tests.simulation.virtual_trials import default, protocol

SEED = 5
KINDS = {
    "late_visit",
    "wrong_unit",
    "swapped_dates",
    "impossible_value",
    "wrong_visit",
    "month_for_day",
    "duplicate_row",
}
RULES = {
    "wrong_unit": "should be in the unit of most others",
    "swapped_dates": "should not be before start",
    "wrong_visit": "must be a visit that the subject had",
    "duplicate_row": "must be unique",
    "impossible_value": "should be",
    "month_for_day": "must not be",
}
CANNOT_BE_FOUND = {("late_visit", "visits"), ("duplicate_row", "lab_results")}
CANNOT_ALWAYS_BE_FOUND = {("month_for_day", "lab_results"), ("impossible_value", "vital_signs")}


def more_often() -> Scenario:
    """Errors of every kind, often enough that each occurs."""
    from dataclasses import replace

    scenario = default().with_imperfections()
    errors = scenario.imperfections
    assert errors is not None
    several = {
        name: replace(getattr(errors, name), value=0.006) for name in ("duplicate_row", "month_for_day", "wrong_visit")
    }
    return replace(scenario, imperfections=replace(errors, **several, late_visit=replace(errors.late_visit, value=0.4)))


@cache
def spoilt() -> VirtualTrial:
    return virtual_trial(protocol(), more_often(), seed=SEED)


@cache
def clean() -> VirtualTrial:
    return virtual_trial(protocol(), default(), seed=SEED)


@pytest.fixture(scope="module")
def problems(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """What reading the spoilt records finds."""
    folder = write_virtual_trial(spoilt(), tmp_path_factory.mktemp("spoilt"))
    reading = read_folder(folder)
    assert reading.rejected.height == 0
    listed = [problem._asdict() for problem in reading.problems]
    return pl.DataFrame(listed, infer_schema_length=None)


def test_nothing_is_wrong_unless_it_is_asked_for() -> None:
    assert clean().truth.errors.height == 0
    assert spoilt().truth.figures == clean().truth.figures
    assert spoilt().truth.events.equals(clean().truth.events)


def test_every_kind_of_error_occurs_and_the_same_seed_makes_the_same_ones() -> None:
    assert set(spoilt().truth.errors["kind"]) == KINDS
    again = virtual_trial(protocol(), more_often(), seed=SEED)
    assert again.truth.errors.equals(spoilt().truth.errors)
    assert again.trial_data == spoilt().trial_data


def keyed(data: TrialData, name: str) -> pl.DataFrame:
    return data.frames[name].with_columns(identity(RECORDS[name]))


def test_the_truth_tells_what_was_there_and_what_was_recorded() -> None:
    changed = spoilt().truth.errors.filter(~pl.col("kind").is_in(["late_visit", "duplicate_row"]))
    assert changed.height > 20
    for row in changed.iter_rows(named=True):
        before, after = (
            keyed(each.trial_data, row["record"]).filter(pl.col("identity") == row["identity"])[row["field"]].to_list()
            for each in (clean(), spoilt())
        )
        assert str(before[0]) == row["true"]
        assert row["recorded"] in [str(value) for value in after]


def test_records_that_are_not_listed_are_as_they_were() -> None:
    errors = spoilt().truth.errors
    late = spoilt().truth.errors.filter(pl.col("kind") == "late_visit")["identity"]
    for name, frame in clean().trial_data.frames.items():
        listed = errors.filter(pl.col("record") == name)["identity"].implode()
        before = keyed(clean().trial_data, name).filter(~pl.col("identity").is_in(listed))
        after = keyed(spoilt().trial_data, name).filter(~pl.col("identity").is_in(listed))
        if name in ("lab_results", "vital_signs", "assessments", "images"):
            visit = pl.concat_str(["subject", "visit"], separator="/")
            before = before.filter(~visit.is_in(late.implode()))
        if name == "lab_results":
            after = after.join(before.select("identity"), on="identity", how="semi", maintain_order="left")
        assert before.equals(after), name
        assert frame.height or not after.height


def test_late_visits_are_recent_and_empty() -> None:
    data = spoilt().trial_data
    late = spoilt().truth.errors.filter(pl.col("kind") == "late_visit")["identity"].to_list()
    assert late
    for subject, visit in (text.split("/") for text in late):
        of_visit = (pl.col("subject") == subject) & (pl.col("visit") == visit)
        assert data.frames["visits"].filter(of_visit).height == 1
        assert all(data.frames[name].filter(of_visit).height == 0 for name in ("assessments", "lab_results", "images"))
        assert clean().trial_data.frames["assessments"].filter(of_visit).height


def test_what_can_be_found_is_found_by_its_rule(problems: pl.DataFrame) -> None:
    errors = spoilt().truth.errors
    for row in errors.filter("found").iter_rows(named=True):
        about = problems.filter((pl.col("record") == row["record"]) & (pl.col("identity") == row["identity"]))
        assert about["rule"].str.contains(RULES[row["kind"]], literal=True).any(), row


def test_what_cannot_be_found_is_of_kinds_that_no_rule_sees(problems: pl.DataFrame) -> None:
    hidden = spoilt().truth.errors.filter(~pl.col("found"))
    kinds = set(hidden.select("kind", "record").iter_rows())
    assert kinds <= CANNOT_BE_FOUND | CANNOT_ALWAYS_BE_FOUND
    assert kinds >= CANNOT_BE_FOUND
    impossible = spoilt().truth.errors.filter(kind="impossible_value", record="vital_signs")
    assert impossible["found"].sum() > impossible.height / 2
    numbers = impossible.filter(~pl.col("found"))["identity"].implode()
    assert problems.filter((pl.col("record") == "vital_signs") & pl.col("identity").is_in(numbers)).height == 0


def test_every_problem_that_is_found_comes_from_an_error(problems: pl.DataFrame) -> None:
    listed = set(spoilt().truth.errors.select("record", "identity").iter_rows())
    for row in problems.iter_rows(named=True):
        assert (row["record"], row["identity"]) in listed, row


def test_written_errors_stand_beside_the_truth(tmp_path: Path) -> None:
    write_virtual_trial(spoilt(), tmp_path)
    written = pl.read_csv(tmp_path / "truth" / "errors.csv", infer_schema_length=0)
    assert written.height == spoilt().truth.errors.height
