"""Barthel index, brain volume, lesion counts, neurofilament; and the measures that a protocol names."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstdose.measures import MEASURES, Answer, Missing, Score
from firstdose.measures.brain_volume import DAYS_PER_YEAR, annualise
from firstdose.measures.checking import check_measures
from firstdose.protocol import read_protocol

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples").glob("**/protocol.yaml"))
SCANS: dict[str, Answer] = {"first_scan": date(2025, 1, 1), "second_scan": date(2025, 7, 2), "percentage_change": -1.0}


def test_a_barthel_index_with_an_item_left_out_is_missing() -> None:
    barthel = MEASURES["barthel"]
    everything = {item.name: max(map(int, item.choices)) for item in barthel.items}
    assert barthel.score({**everything}) == Score(100, "points", everything)
    result = barthel.score({**everything, "stairs": None})
    assert isinstance(result, Missing)
    assert result.reason == "not answered: stairs"
    assert barthel.check({**everything, "bathing": 10})


def test_brain_volume_change_is_annualised_by_the_days_between_the_scans() -> None:
    result = MEASURES["brain_volume"].score(SCANS)
    assert isinstance(result, Score)
    assert result.value == pytest.approx(100 * (0.99 ** (365.25 / 182) - 1), rel=1e-12)
    assert result.remarks == ()


@given(st.floats(-10, 10), st.integers(30, 3000))
def test_annual_changes_compound_to_the_change_over_the_whole_time(change: float, days: int) -> None:
    yearly = annualise(change, days)
    assert 100 * ((1 + yearly / 100) ** (days / DAYS_PER_YEAR) - 1) == pytest.approx(change, abs=1e-9)


def test_scans_in_the_wrong_order_are_a_problem_and_missing() -> None:
    wrong = SCANS | {"second_scan": date(2024, 12, 31)}
    assert [problem.place.key for problem in MEASURES["brain_volume"].check(wrong)] == ["second_scan"]
    assert MEASURES["brain_volume"].score(wrong) == Missing("the second scan is 1 days before the first")


def test_what_makes_a_volume_change_doubtful_is_remarked_upon() -> None:
    result = MEASURES["brain_volume"].score(SCANS | {"scanner_changed": True, "recent_steroids": True})
    assert isinstance(result, Score)
    assert len(result.remarks) == 2


def test_enhancing_lesions_without_contrast() -> None:
    lesions = MEASURES["lesion_counts"]
    assert lesions.score({"new_t2": 3, "contrast_given": False}) == Score(
        3, "lesions", {"new_t2": 3}, remarks=("no contrast was given",)
    )
    (problem,) = lesions.check({"new_t2": 3, "contrast_given": False, "enhancing": 0})
    assert problem.place.key == "enhancing"


def test_a_concentration_below_the_limit_is_at_most_the_limit() -> None:
    neurofilament = MEASURES["neurofilament"]
    below: dict[str, Answer] = {"fluid": "csf", "below_limit": True}
    assert neurofilament.score(below | {"limit_of_quantification": 0.4}) == Score(0.4, "pg/mL", bound="at most")
    assert isinstance(neurofilament.score(below), Missing)
    assert neurofilament.score({"fluid": "csf"}) == Missing("not measured")
    assert neurofilament.check(below | {"replicate_1": 3.0})


def test_replicates_far_apart_are_a_problem() -> None:
    answers: dict[str, Answer] = {"replicate_1": 10.0, "replicate_2": 15.1, "fluid": "plasma"}
    assert [p.place.key for p in MEASURES["neurofilament"].check(answers)] == ["replicate_2"]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_the_examples_name_known_measures(path: Path) -> None:
    assert check_measures(read_protocol(path)) == []


def test_an_unknown_measure_is_a_problem_at_its_line() -> None:
    protocol = read_protocol(next(path for path in EXAMPLES if path.parent.name == "nsc-spms"))
    endpoints = tuple(replace(endpoint, measure="edds") for endpoint in protocol.endpoints)
    problems = check_measures(replace(protocol, endpoints=endpoints))
    assert len(problems) == len(endpoints)
    assert problems[0].fix == "did you mean `edss`?"
    assert problems[0].place.key == "endpoints[1].measure"
    assert problems[0].place.line


def test_an_unknown_definition_of_confirmed_change_is_a_problem_of_the_protocol() -> None:
    protocol = read_protocol(next(path for path in EXAMPLES if path.parent.name == "nsc-spms"))
    endpoints = tuple(
        replace(each, confirmed_change=("worsening_24_weeks", "worsening_24_week")) if each.measure == "edss" else each
        for each in protocol.endpoints
    )
    (problem,) = check_measures(replace(protocol, endpoints=endpoints))
    assert problem.value == "worsening_24_week"
    assert "worsening_24_weeks" in problem.fix
