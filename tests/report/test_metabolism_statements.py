"""What is said of metabolites follows from the rows: the primary class first, and never more than was tested."""

from __future__ import annotations

import numpy as np
import pytest

from firstdose.report.metabolism.rows import FluidRows
from firstdose.report.metabolism.statements import statements
from tests.report.metabolism_cases import analysis, figures


def told(kind: str) -> dict[str, str]:
    return {each.key: each.text for each in statements(figures(kind).rows)}


def test_the_primary_class_stands_first_with_its_interval_and_both_tests() -> None:
    found = told("slope")
    assert next(iter(found)) == "primary"
    primary = next(each for each in analysis("slope").classes if each.is_primary)
    assert f"{primary.slope:.3g}" in found["primary"]
    assert primary.permutation is not None
    assert f"permutation of the doses {primary.permutation.p_doubled:.3f}" in found["primary"]
    assert "leaves 0 out" in found["primary"]
    assert f"below {primary.permutation.smallest_attainable:.2g} one-sided" in found["attainable"]


def test_called_metabolites_are_counted_as_the_adjusted_p_says() -> None:
    fitted = analysis("slope").fitted
    called = int((fitted.term("dose_slope_change", "M12").adjusted_p < 0.05).sum())
    assert called > 0
    assert told("slope")["metabolites"].startswith(f"{called} of 30 single metabolites")


def test_one_dose_has_no_slopes_and_says_why() -> None:
    found = told("one dose")
    assert found["no_slopes"] == "No slope on the dose could be tested: everyone has the same dose."
    assert "could not be made" in found["primary_untestable"]
    assert {"metabolites", "association", "attainable", "batches_apart"}.isdisjoint(found)


def test_batches_that_coincide_with_doses_are_said_and_only_the_change_is_tested() -> None:
    """A batch that shifts all visits of a person alike leaves the change of the slope to be tested."""
    found = told("batch is dose")
    assert "coincide" in found["batch_is_dose"]
    assert "batches_apart" not in found
    assert "p by permutation of the doses" in found["primary"]
    for each in analysis("batch is dose").classes:
        assert each.permutation is not None
        assert np.isfinite(each.slope)


def test_what_classes_are_relative_to_is_said() -> None:
    found = told("slope")
    assert "single metabolites are taken relative to all metabolites" in found["normalisation"]
    assert "answers rest on that choice for amino acids and free fatty acids" in found["normalisation"]
    rows = figures("slope").rows
    sure = [each._replace(warning="") if each.statistic == "normalisation" else each for each in rows.found]
    changed = {each.key: each.text for each in statements(FluidRows(sure))}
    assert "rest on that choice" not in changed["normalisation"]


@pytest.mark.parametrize(("kind", "key"), [("slope", "batches_apart"), ("no batch", "batch_note")])
def test_what_is_known_of_batches(kind: str, key: str) -> None:
    assert key in told(kind)


def test_without_a_primary_class_everything_is_called_exploratory() -> None:
    rows = figures("slope").rows
    plain = [each._replace(text="exploratory") if each.text == "primary" else each for each in rows.found]
    found = {each.key: each.text for each in statements(FluidRows(plain))}
    assert "exploratory" in found["no_primary"]
    assert found["other_classes"].startswith("Of 3 classes")


def test_long_names_are_shortened_in_sentences() -> None:
    assert max(map(len, told("odd")["metabolites"].split(" ("))) < 130


def test_a_panel_too_small_to_be_normalised_is_said() -> None:
    assert told("five")["samples_normalisation"].startswith("Samples were not normalised: 5 metabolites")
    assert "samples_normalisation" not in told("slope")


@pytest.mark.parametrize(
    ("p", "limits", "words"),
    [
        (0.054, (0.1, 0.9), "leaves 0 out, but the primary test is the permutation, and its p is not below 0.05."),
        (0.04, (-0.1, 0.9), "holds 0, but the primary test is the permutation, and its p is below 0.05."),
        (0.04, (0.1, 0.9), "; the interval of the model leaves 0 out."),
        (0.054, (-0.1, 0.9), "; the interval of the model holds 0."),
    ],
)
def test_the_interval_does_not_speak_against_the_primary_test(
    p: float, limits: tuple[float, float], words: str
) -> None:
    """Both are of the same class: where only one of them shows a slope, the sentence says which is the test."""
    rows = figures("slope").rows
    assert rows.primary is not None
    made = []
    for each in rows.found:
        is_of_it = (each.what, each.when) == rows.primary
        if is_of_it and each.statistic == "p by permutation of doses":
            made.append(each._replace(value=p))
        elif is_of_it and each.statistic == "slope of the class":
            made.append(each._replace(lower=limits[0], upper=limits[1]))
        else:
            made.append(each)
    text = {each.key: each.text for each in statements(FluidRows(made))}["primary"]
    assert text.endswith(words)
