"""Preparing: what is normalised, left out, kept missing, and in which order visits stand."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import numpy as np
import polars as pl
import pytest

from firstdose.analysis.metabolism.metabolite_quality import variation_in_controls
from firstdose.analysis.metabolism.names_alike import misspelt
from firstdose.analysis.metabolism.preparing import left_out_of, prepare
from firstdose.analysis.metabolism.visit_order import ordered_visits
from firstdose.methods.normalisation import quotient_factors
from firstdose.protocol.metabolism import Fluid, Metabolism
from firstdose.records import examinations
from tests.analysis.metabolism.made_abundances import made_abundances


def test_the_fluids_of_the_protocol_are_those_of_the_records() -> None:
    assert get_args(Fluid) == get_args(examinations.Fluid)


def test_quotients_divide_raw_values_and_concentrations_stay() -> None:
    made = made_abundances(2)
    (found,) = prepare(made, Metabolism())
    factors = quotient_factors(made.values)
    assert np.allclose(found.factors, factors, rtol=1e-12)
    assert np.allclose(found.values, np.log2(made.values / factors[:, None]), atol=1e-9)
    (plain,) = prepare(made, Metabolism(normalise="none"))
    assert np.allclose(plain.values, np.log2(made.values), atol=1e-12)
    (concentrations,) = prepare(replace(made, units="µmol/L"), Metabolism())
    assert np.array_equal(concentrations.values, plain.values)
    assert "not normalised" in concentrations.notes[0]
    logs = replace(made, values=np.log2(made.values), scale="log2")
    (same,) = prepare(logs, Metabolism())
    assert np.allclose(same.values, found.values, atol=1e-9)


def test_missing_values_and_zeros_stay_missing() -> None:
    made = made_abundances(3, missing=0.05)
    values = np.array(made.values)
    values[0, 3] = 0.0
    (found,) = prepare(replace(made, values=values), Metabolism(most_missing=100))
    assert np.array_equal(np.isnan(found.values), np.isnan(values) | (values == 0))
    assert found.notes == ("1 value of zero: zero has no logarithm and counts as missing",)


def test_metabolites_with_too_many_missing_values_or_too_much_variation_are_left_out_with_the_reason() -> None:
    made = made_abundances(4)
    values = np.array(made.values)
    values[:20, 0] = np.nan  # 20 of 45
    values[:, 1] = np.nan
    samples = made.samples.with_columns(
        kind=pl.when(pl.int_range(pl.len()) < 42).then(pl.lit("study")).otherwise(pl.lit("pooled_qc"))
    )
    values[42:, 2:] = 1_000.0 * np.array([[0.9], [1.0], [1.1]])
    values[42:, 5] = [1_000, 2_000, 4_000]
    whole = replace(made, values=values, samples=samples.with_columns(batch=pl.lit("B")))
    (found,) = prepare(whole, Metabolism(normalise="none"))
    reasons = dict(found.quality.select("metabolite", "left_out").drop_nulls().iter_rows())
    assert set(reasons) == {"m000", "m001", "m005"}
    assert "48 %" in reasons["m000"]
    assert reasons["m001"] == "never observed"
    assert "quality controls" in reasons["m005"]
    assert found.values.shape == (42, 27)
    assert found.quality["variation"][7] == pytest.approx(10.0)
    (normalised,) = prepare(whole, Metabolism())  # the controls differ by a dilution, which quotients take away
    assert normalised.quality["variation"][7] == pytest.approx(0.0, abs=1e-9)
    assert normalised.quality["left_out"][5] is not None


def test_variation_is_that_within_batches() -> None:
    raw = np.array([[90.0], [110.0], [900.0], [1100.0], [5.0]])
    within = variation_in_controls(raw, np.array(["a", "a", "b", "b", "c"]))
    assert within[0] == pytest.approx(100 * np.sqrt(2) * 0.1)
    assert np.isnan(variation_in_controls(raw[:1], np.array(["a"])))[0]


def test_samples_that_cannot_be_used_are_listed() -> None:
    made = made_abundances(5)
    texts = made.samples["subject"].to_list()
    doses = made.samples["dose"].to_list()
    texts[0] = None
    doses[3:6] = [None] * 3
    doses[6] = 99.0
    samples = made.samples.with_columns(pl.Series("subject", texts), pl.Series("dose", doses))
    told = {
        each.sample: each.reason
        for each in left_out_of(replace(made, samples=samples), Metabolism(visits=("M0", "M3")))
    }
    assert told["P01-M0"] == "its subject is not known"
    assert told["P01-M12"] == "its visit is not one of the analysis"
    assert told["P02-M3"] == "the dose of its subject is not known"
    assert "more than one dose" in told["P03-M0"]
    (found,) = prepare(replace(made, samples=samples), Metabolism(visits=("M0", "M3")))
    assert "P03" not in found.people
    assert found.visit_order == ("M0", "M3")


def test_fluids_are_apart_and_unknown_ones_are_said() -> None:
    made = made_abundances(6)
    fluids = ["serum" if number % 2 else "plasma" for number in range(made.samples.height)]
    both = replace(made, samples=made.samples.with_columns(pl.Series("fluid", fluids)))
    assert [each.fluid for each in prepare(both, Metabolism())] == ["plasma", "serum"]
    assert [each.fluid for each in prepare(both, Metabolism(fluids=("serum", "urine")))] == ["serum"]
    assert prepare(made_abundances(6, fluid=None), Metabolism())[0].fluid == "fluid not stated"


@pytest.mark.parametrize(
    ("names", "order"),
    [
        (("M12", "M0", "M3"), ("M0", "M3", "M12")),
        (("0", "10", "120", "30"), ("0", "10", "30", "120")),
        (("Week 12", "baseline", "Week 2"), ("baseline", "Week 2", "Week 12")),
        (("D0", "M1", "W2", "Y1"), ("D0", "W2", "M1", "Y1")),
        (("M6", "screening", "M0"), ("screening", "M0", "M6")),
        (("post", "pre"), ("pre", "post")),
        (("Day 28", "Day 0", "Day -7"), ("Day -7", "Day 0", "Day 28")),
        (("M0", "M-1", "M6"), ("M-1", "M0", "M6")),
        (("M-12", "M-0", "M-3"), ("M-0", "M-3", "M-12")),
        (("2 h", "30 min", "0 min"), ("0 min", "30 min", "2 h")),
        (("1 week", "0h", "24h"), ("0h", "24h", "1 week")),
        (("end of study", "follow-up", "baseline"), ("baseline", "follow-up", "end of study")),
        (("late", "Baseline", "early"), ("Baseline", "late", "early")),
        (("V2", "V0", "unscheduled"), ("V0", "V2", "unscheduled")),
        (("-1", "0", "5"), ("-1", "0", "5")),
        (("Month\u22121", "Month 2", "Month 1"), ("Month\u22121", "Month 1", "Month 2")),
        (("T0", "T30min", "T2h"), ("T0", "T30min", "T2h")),
        (("wk 4", "wks 2", "BL"), ("BL", "wks 2", "wk 4")),
        (("late", "early", "late"), ("late", "early")),
        (("6 months", "3 months"), ("3 months", "6 months")),
        (("V2", "V10", "V1"), ("V1", "V2", "V10")),
    ],
)
def test_visits_stand_in_time_where_their_names_say_it(names: tuple[str, ...], order: tuple[str, ...]) -> None:
    assert ordered_visits(names).names == order


@pytest.mark.parametrize(
    ("names", "unclear"),
    [
        (("M12", "M0", "M3"), ()),
        (("post", "pre"), ()),
        (("late", "early"), ("late", "early")),
        (("late", "Baseline", "early"), ("late", "early")),
        (("M0", "M3", "unscheduled"), ("unscheduled",)),
        (("day 0", "baseline", "day 3"), ("day 0", "baseline")),
        (("1", "2 h"), ("1", "2 h")),
        (("0 min", "30m", "2m"), ("30m", "2m")),
    ],
)
def test_visits_whose_place_is_not_known_are_said(names: tuple[str, ...], unclear: tuple[str, ...]) -> None:
    assert ordered_visits(names).unclear == unclear


def test_an_order_that_is_not_known_is_a_warning_that_names_it() -> None:
    made = made_abundances(7, visits=("late", "baseline", "early"))
    (found,) = prepare(made, Metabolism())
    assert found.visit_order == ("baseline", "late", "early")
    assert "baseline, late, early" in found.visit_warning
    (planned,) = prepare(made, Metabolism(visits=("baseline", "early", "late")))
    assert (planned.visit_order, planned.visit_warning) == (("baseline", "early", "late"), "")


def test_the_dose_of_a_person_holds_for_all_their_samples() -> None:
    made = made_abundances(8)
    doses = [None if number in (0, 4, 5) else dose for number, dose in enumerate(made.samples["dose"])]
    (found,) = prepare(replace(made, samples=made.samples.with_columns(pl.Series("dose", doses))), Metabolism())
    assert len(found.samples) == made.samples.height
    assert found.doses.tolist() == made.samples["dose"].to_list()
    assert any("3 samples" in note and "of other samples of the same person" in note for note in found.notes)


def test_planned_visits_without_a_sample_are_told() -> None:
    made = made_abundances(3, visits=("M0", "M3"))
    (whole,) = prepare(made, Metabolism(visits=("M0", "M3"), primary_visit="M3"))
    assert whole.visits_missing == ""
    (one,) = prepare(made, Metabolism(visits=("M0", "M3", "M12")))
    assert one.visits_missing == "no sample that can be analysed is of the planned visit M12"
    (two,) = prepare(made, Metabolism(visits=("M0", "M3", "M6"), primary_visit="M12"))
    assert two.visits_missing.endswith("planned visits M6, M12")


def test_whose_dose_was_taken_from_other_samples_is_named() -> None:
    made = made_abundances(3, visits=("M0", "M3"))
    doses = made.samples["dose"].to_list()
    doses[0] = doses[3] = None
    samples = made.samples.with_columns(pl.Series("dose", doses))
    (found,) = prepare(replace(made, samples=samples), Metabolism())
    told = "2 samples (P01-M0, P02-M3) have no dose of their own and have those of other samples of the same person"
    assert told in found.notes


SERIES = [f"P{number:02}" for number in range(1, 16)]


@pytest.mark.parametrize(
    ("wrong", "usual"),
    [
        ("PO4", "P04"),  # the letter O for the digit
        ("P4", "P04"),
        ("P-04", "P04"),
        ("P 04", "P04"),
        ("PI2", "P12"),
        ("PP04", "P04"),  # one slip, and two halves of a person
        ("Q04", "P04"),
        ("P004", "P04"),
        ("P0 4", "P04"),
    ],
)
def test_a_misspelt_name_is_seen_beside_its_own(wrong: str, usual: str) -> None:
    subjects = [name for name in SERIES for _ in range(3)]
    visits = ["M0", "M3", "M12"] * len(SERIES)
    subjects[3 * SERIES.index(usual) + 1] = wrong
    assert misspelt(subjects, visits, np.full(len(subjects), 5.0)) == [(wrong, usual)]


@pytest.mark.parametrize(
    "names",
    [
        SERIES,
        [f"P{number}" for number in range(1, 120)],
        ["I1", "L1", "I2", "L2"],  # two sites
        ["1-11", "11-1", "1-1", "11-11"],
        ["NSC-10", "NSC-13"],
        ["Anna", "anna"],  # capitals: listed in reading
        ["01-001", "01-002", "02-001"],
    ],
)
def test_series_of_names_are_not_called_misspelt(names: list[str]) -> None:
    """Though one has the first visit only and the next the others only, at the same dose."""
    visits = [("M0", "M3")[number % 2] for number in range(len(names))]
    assert misspelt(names, visits, np.full(len(names), 5.0)) == []


def test_another_dose_or_a_shared_visit_speaks_against_one_person() -> None:
    assert misspelt(["Q04", "P04"], ["M3", "M0"], np.array([5.0, 5.0])) == [("P04", "Q04")]
    assert misspelt(["Q04", "P04"], ["M3", "M0"], np.array([5.0, 10.0])) == []
    assert misspelt(["Q04", "P04"], ["M0", "M0"], np.array([5.0, 5.0])) == []
