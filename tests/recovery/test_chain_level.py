"""The chain of mixed models always ends as announced; its level, simulated beforehand, still is the code's level.

`chain_level.json` holds the p value of every simulated set. Some of the sets are made and fitted again here: where the
code, or the library under it, no longer gives these p values, the file must be made again and looked at.
"""

import json
from typing import Any

import pytest

from firstdose.methods.mixed_model_chain import NOT_ESTIMABLE, fit_chain
from tests.recovery import chain_level
from tests.recovery.chain_level import NOMINAL, ORDERS, OUTCOMES, ROUNDING, ending, level_of, rounded, small_trial

DOCUMENT = json.loads(chain_level.FILE.read_text("utf-8"))
SIMULATED: dict[tuple[str, str], dict[str, Any]] = {
    (each["outcome"], each["order"]): each for each in DOCUMENT["simulated"]
}
AGAIN = {"primary": 25, "sensitivity": 7}  # sets of each kind that are made again
IDS = [" ".join(key) for key in SIMULATED]


def test_every_outcome_was_simulated_often_enough_with_this_design() -> None:
    assert SIMULATED.keys() == {(outcome, order) for outcome in OUTCOMES for order in ORDERS}
    assert all(each["sets"] == len(each["p_values"]) >= 2000 for each in SIMULATED.values())
    assert (DOCUMENT["seed"], DOCUMENT["visits"]) == (chain_level.SEED, chain_level.VISITS)
    assert tuple(DOCUMENT["doses"]) == chain_level.DOSES
    assert tuple(DOCUMENT["people_at_each"]) == chain_level.COHORTS
    assert DOCUMENT["versions"].keys() == {"firstdose", "numpy", "scipy"}


@pytest.mark.parametrize("key", SIMULATED, ids=IDS)
def test_the_figures_follow_from_the_p_values(key: tuple[str, str]) -> None:
    each = SIMULATED[key]
    assert level_of(each["p_values"]).items() <= each.items()
    assert sum(each["structures"].values()) == each["sets"]
    assert each["structures"].keys() <= {*ORDERS[each["order"]], NOT_ESTIMABLE}
    assert each["structures"].get(NOT_ESTIMABLE, 0) == each["p_values"].count(None) == each["sets"] - each["estimable"]


@pytest.mark.parametrize("key", SIMULATED, ids=IDS)
def test_the_code_still_gives_these_p_values(key: tuple[str, str]) -> None:
    outcome, order = key
    stored = SIMULATED[key]["p_values"]
    for number in range(0, len(stored), len(stored) // AGAIN[order] - 1):
        found = rounded(ending(outcome, ORDERS[order], number).p_value)
        if stored[number] is None or found is None:
            assert found == stored[number], number
        else:
            assert abs(found - stored[number]) <= 1, number


@pytest.mark.parametrize("key", SIMULATED, ids=IDS)
def test_the_level_is_not_exceeded(key: tuple[str, str]) -> None:
    each = SIMULATED[key]
    assert each["level"] <= NOMINAL + three_errors(each)


def three_errors(each: dict[str, Any]) -> float:
    return float(3 * (NOMINAL * (1 - NOMINAL) / each["estimable"]) ** 0.5)


def test_200_sets_of_half_steps_end_in_a_named_structure_or_not_estimable() -> None:
    """With missing visits; in some of them nobody changes, and in some one person does once."""
    ends = []
    for number in range(200):
        response, design, person, visit = small_trial("half steps", number)
        result = fit_chain(response, design, person, visit, visits=chain_level.VISITS)
        assert result.structure in (*ORDERS["primary"], NOT_ESTIMABLE)
        assert (result.small_sample is None) == (result.structure == NOT_ESTIMABLE)
        assert (result.structure == NOT_ESTIMABLE) == (not result.steps[-1].accepted)
        assert all(step.reason for step in result.steps if not step.accepted)
        ends.append(result)
    nobody_changes = [result for number, result in enumerate(ends) if number % 10 == 0]
    assert {result.structure for result in nobody_changes} == {NOT_ESTIMABLE}
    assert all("never changes" in result.reason for result in nobody_changes)
    assert all(result.structure != NOT_ESTIMABLE for number, result in enumerate(ends) if number % 10 > 1)


def test_p_values_are_kept_to_five_places() -> None:
    assert (rounded(0.049994), rounded(0.049996), rounded(None)) == (4999, 5000, None)
    assert level_of([4999, 5000, None, 0])["level"] == pytest.approx(2 / 3, abs=1e-5)
    assert DOCUMENT["p_values_in_parts_of"] == ROUNDING
