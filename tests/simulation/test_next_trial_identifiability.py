"""What each way to randomise can tell, against what is known of such designs, and its price against variances."""

from typing import Any

import numpy as np
import pytest

from firstdose.simulation.next_trial import CONTRASTS, PHASE_ONE
from firstdose.simulation.next_trial.assessment import identified_by_design
from firstdose.simulation.next_trial.identifiability import identified, periods_of
from tests.simulation.next_trials import (
    STOPPING,
    TWO_ARMS,
    TWO_BY_TWO,
    TWO_DOSES,
    arm,
    example,
    settings_of,
    worsening,
)


def told(design: dict[str, Any]) -> dict[str, Any]:
    arms = settings_of(worsening(), design).designs[0].arms
    return {each.contrast: each for each in identified(arms, 24)}


def answers(design: dict[str, Any]) -> dict[str, str]:
    return {name: each.text for name, each in told(design).items()}


def test_a_sham_arm_beside_the_drug_tells_the_cells_and_no_more() -> None:
    found = answers(TWO_ARMS)
    assert found["cells_on_drug"] == "months 0 to 6"
    assert found["cells_off_drug"] == "months 6 to 24"
    assert found["cells_if_additive"] == "yes"
    assert found["dose"] == "not applicable"
    for name in ("drug_without_cells", "drug_with_cells", "interaction", "procedure", "time"):
        assert found[name] == "no"


def test_a_factorial_tells_drug_and_interaction_too() -> None:
    found = told(TWO_BY_TWO)
    for name in ("cells_on_drug", "drug_without_cells", "drug_with_cells", "interaction"):
        assert found[name].text == "months 0 to 6"
    assert found["procedure"].text == "no"
    # Four cells: a simple effect costs twice, the interaction four times what the plain comparison does.
    assert found["cells_on_drug"].price == pytest.approx(2)
    assert found["interaction"].price == pytest.approx(4)
    assert found["drug_if_additive"].price == pytest.approx(1)


def test_randomised_stopping_tells_the_drug_beside_cells_after_the_stop() -> None:
    found = answers(STOPPING)
    assert found["drug_with_cells"] == "months 6 to 24"
    assert found["drug_without_cells"] == "no"


def test_an_arm_without_injection_tells_the_procedure() -> None:
    untouched = {**arm("untouched", 0), "injection": False}
    found = answers({**TWO_DOSES, "arms": [*TWO_DOSES["arms"], untouched]})
    assert found["procedure"] == "yes"
    without_drug = {**arm("nothing", 0, None), "injection": False}
    assert answers({**TWO_DOSES, "arms": [*TWO_DOSES["arms"], without_drug]})["time"] == "yes"


def test_the_trial_before_tells_doses_only() -> None:
    found = identified_by_design(example())
    before = {each.contrast: each.text for each in found[PHASE_ONE]}
    assert before.pop("dose") == "yes"
    assert set(before.values()) == {"no"}
    assert all(len(each) == len(CONTRASTS) for each in found.values())


def test_periods_begin_and_end_with_the_drug() -> None:
    arms = settings_of(worsening(), STOPPING).designs[0].arms
    assert periods_of(arms, 36) == [(0, 6), (6, 30), (30, 36)]


def test_prices_are_variances_of_least_squares() -> None:
    """Simulated means of arms with one outcome a person: the variance of the estimate, to 3 of its own errors."""
    random, people = np.random.default_rng(41), 120
    found = told(TWO_DOSES)["dose"].price
    assert found is not None
    low, high = random.normal(size=(2, 20_000, people // 3)).mean(axis=2)
    variance = (high - low).var()
    assert variance * people / 4 == pytest.approx(found, rel=3 * np.sqrt(2 / 20_000))
