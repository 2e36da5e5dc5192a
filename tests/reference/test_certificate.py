"""The certificate says what was compared, with what, and fails when anything does."""

import json
from dataclasses import replace

import pytest

import firstdose
from firstdose.validation import COMPARISONS, Comparison, Outcome
from firstdose.validation.certificate import Certificate, run_all
from firstdose.validation.certificate_page import certificate_page
from firstdose.validation.comparison import Figures, Tally

DATE = "22 November 2026"


def disagrees(figures: Figures, tally: Tally) -> str:
    tally.close("a <place>", 0.25, 0.5)
    return "a note"


def breaks(figures: Figures, tally: Tally) -> str:
    raise KeyError("lambda_e")


@pytest.fixture(scope="module")
def good() -> Comparison:
    return COMPARISONS["crm_indifference"]


@pytest.fixture(scope="module")
def whole() -> Certificate:
    return run_all(DATE)


def test_all_comparisons_in_their_order(whole: Certificate) -> None:
    assert whole.passed
    assert [comparison for comparison, _ in whole.results] == list(COMPARISONS.values())
    assert whole.as_text().endswith(f"{whole.summary}.\n")
    assert whole.summary.startswith(f"{len(COMPARISONS)} of {len(COMPARISONS)} comparisons passed")


def test_names_what_ran_it(whole: Certificate) -> None:
    versions = whole.as_json()["versions"]
    assert versions["Firstdose"] == firstdose.__version__
    assert set(versions) == {"Firstdose", "Python", "numpy", "scipy"}
    for text in (whole.as_text(), certificate_page(whole)):
        assert DATE in text
        assert whole.platform in text
        assert all(number in text for number in versions.values())


def test_json_has_a_row_for_each_comparison(whole: Certificate) -> None:
    document = json.loads(json.dumps(whole.as_json(), allow_nan=False))
    assert document["passed"] is True
    assert [row["name"] for row in document["comparisons"]] == list(COMPARISONS)
    assert all(row["largest_difference"] <= row["tolerance"] for row in document["comparisons"])
    assert all(row["reference_software"] and row["reference_call"] for row in document["comparisons"])


def test_one_failure_fails_the_whole(good: Comparison) -> None:
    bad = replace(good, name="bad", compare=disagrees)
    certificate = run_all(DATE, comparisons=[good, bad])
    assert not certificate.passed
    assert certificate.summary == "1 of 2 comparisons passed (41 figures compared)"
    assert "FAILED  bad: 1 figures, largest difference 0.25" in certificate.as_text()
    assert "differs at a <place>: 0.25, reference 0.5. a note" in certificate.as_text()
    assert [row["passed"] for row in certificate.as_json()["comparisons"]] == [True, False]


def test_a_comparison_that_breaks_has_failed(good: Comparison) -> None:
    certificate = run_all(DATE, comparisons=[replace(good, compare=breaks), good])
    (_, broken), (_, sound) = certificate.results
    assert (broken.passed, sound.passed, certificate.passed) == (False, True, False)
    assert broken.note == "could not be run: KeyError: 'lambda_e'"
    assert (
        json.loads(json.dumps(certificate.as_json(), allow_nan=False))["comparisons"][0]["largest_difference"] is None
    )


def test_no_comparisons_are_no_certificate() -> None:
    assert not run_all(DATE, comparisons=[]).passed


def test_progress_tells_each_name(good: Comparison) -> None:
    told: list[tuple[int, int, str]] = []
    run_all(DATE, lambda done, of, name: told.append((done, of, name)), [good, good])
    assert told == [(0, 2, good.name), (1, 2, good.name), (2, 2, "")]


def test_page_escapes_and_names_failures(good: Comparison) -> None:
    page = certificate_page(run_all(DATE, comparisons=[replace(good, compare=disagrees)]))
    assert "a &lt;place&gt;" in page
    assert "<place>" not in page
    assert 'class="verdict failed">failed' in page
    assert "http" not in page


def test_outcomes_are_told_in_words(good: Comparison) -> None:
    outcome = Outcome(compared=3, largest_difference=1.0, tolerance=0.0, passed=False, note="")
    certificate = Certificate(DATE, {}, "here", ((replace(good, unit="equal"), outcome),))
    assert "3 figures, not all equal" in certificate.as_text()
