"""Measured samples against what a trial recorded."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from firstdose.metabolites import FEATURE_SCHEMA, SAMPLE_SCHEMA, Abundances, Matching, match_samples
from firstdose.records import Problems, Sample, Subject, TrialData, Visit


def abundances(*rows: tuple[str | None, ...]) -> Abundances:
    """One metabolite in samples: (sample, subject, visit, fluid, kind)."""
    made = [
        dict.fromkeys(SAMPLE_SCHEMA) | dict(zip(("sample", "subject", "visit", "fluid", "kind"), row, strict=True))
        for row in rows
    ]
    samples = pl.DataFrame([{**row, "label": row["sample"]} for row in made], schema=SAMPLE_SCHEMA)
    features = pl.DataFrame([("a", "a", "a")], schema=FEATURE_SCHEMA, orient="row")
    return Abundances(np.ones((len(rows), 1)), samples, features, None, "raw", ("first",), Problems.of(()))


RECORDED = [
    Subject(subject="P01"),
    Subject(subject="P02"),
    Visit(subject="P01", visit="M0"),
    Visit(subject="P01", visit="M3"),
    Visit(subject="P02", visit="M0"),
    Sample(sample="P01-M0-CSF", subject="P01", fluid="cerebrospinal_fluid", visit="M0", run="R1"),
    Sample(sample="P01-M3-CSF", subject="P01", fluid="cerebrospinal_fluid", visit="M3"),
    Sample(sample="P02-M0-CSF", subject="P02", fluid="cerebrospinal_fluid", visit="M0"),
    Sample(sample="P02-M0-SER", subject="P02", fluid="serum", visit="M0"),
]
TRIAL = TrialData.of(RECORDED)


def listed(matching: Matching) -> set[tuple[str, str]]:
    return {(row["what"], row["sample"]) for row in matching.unmatched.iter_rows(named=True)}


def test_samples_take_people_visits_fluids_and_runs_from_the_records() -> None:
    rows: list[tuple[str | None, ...]] = [
        (name, None, None, None, "study") for name in ("P01-M0-CSF", "P01-M3-CSF", "P02-M0-CSF")
    ]
    found = match_samples(abundances(*rows), TRIAL)
    samples = found.abundances.samples
    assert samples["subject"].to_list() == ["P01", "P01", "P02"]
    assert samples["visit"].to_list() == ["M0", "M3", "M0"]
    assert samples["batch"].to_list() == ["R1", None, None]
    assert found.abundances.fluid == "cerebrospinal_fluid"
    assert listed(found) == set()  # serum was not measured at all
    assert found.abundances.notes == ("first",)


def test_names_that_differ_in_capitals_and_separators_match_where_that_is_unique() -> None:
    found = match_samples(abundances(("p01_m0_csf", None, None, None, "study")), TRIAL)
    assert found.abundances.samples["subject"].to_list() == ["P01"]
    assert "p01_m0_csf as P01-M0-CSF" in found.abundances.notes[-1]
    twins = TrialData.of([*RECORDED, Sample(sample="P01.M0.CSF", subject="P01", fluid="serum", visit="M0")])
    again = match_samples(abundances(("p01_m0_csf", None, None, None, "study")), twins)
    assert again.abundances.samples["subject"].to_list() == [None]
    assert ("not recorded", "p01_m0_csf") in listed(again)


def test_controls_need_no_record() -> None:
    found = match_samples(
        abundances(("QC1", None, None, None, "pooled_qc"), ("P01-M0-CSF", None, None, None, "study")), TRIAL
    )
    assert ("not recorded", "QC1") not in listed(found)
    assert found.abundances.samples["kind"].to_list() == ["pooled_qc", "study"]


def test_what_does_not_match_is_listed_and_nothing_is_removed() -> None:
    rows: list[tuple[str | None, ...]] = [
        ("P01-M0-CSF", "P02", "M0", "serum", "study"),  # the records say P01 and cerebrospinal fluid
        ("X1", "P09", "M0", "cerebrospinal_fluid", "study"),  # nobody of this name
        ("X2", "P02", "M12", "cerebrospinal_fluid", "study"),  # no such visit
        ("X3", "P02", None, "cerebrospinal_fluid", "study"),
        ("X4", "P01", "M0", "cerebrospinal_fluid", "study"),  # the same person, visit and fluid as the first
    ]
    found = match_samples(abundances(*rows), TRIAL)
    assert found.abundances.samples.height == 5
    assert found.abundances.samples["subject"].to_list()[0] == "P01"
    assert {
        ("disagrees", "P01-M0-CSF"), ("not recorded", "X1"), ("unknown subject", "X1"), ("not recorded", "X2"),
        ("unknown visit", "X2"), ("unknown visit", "X3"), ("repeated", "X4"), ("not measured", "P01-M3-CSF"),
        ("not measured", "P02-M0-CSF"),
    } <= listed(found)  # fmt: skip
    assert found.count("disagrees") == 2
    assert found.count("not measured") == 2
    reasons = found.unmatched.filter(pl.col("what") == "disagrees")["reason"].to_list()
    assert "subject is P02 in the sheet and P01 in the records, which hold" in reasons


@pytest.mark.parametrize("trial", [TrialData(), TrialData.of([Subject(subject="P01")])])
def test_a_trial_without_samples(trial: TrialData) -> None:
    found = match_samples(abundances(("S1", "P01", "M0", None, "study")), trial)
    assert ("not recorded", "S1") in listed(found)
    assert found.abundances.samples["subject"].to_list() == ["P01"]
