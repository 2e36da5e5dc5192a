"""The chain of structures always ends as announced, says why, and keeps the level of its test."""

from collections import Counter
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from firstdose.methods._counts import FloatArray, IntArray
from firstdose.methods.covariance import STRUCTURES
from firstdose.methods.mixed_model_chain import (
    NOT_ESTIMABLE,
    PRIMARY_ORDER,
    SENSITIVITY_ORDER,
    ChainResult,
    fit_chain,
)
from firstdose.methods.mixed_model_data import NotEstimable
from firstdose.methods.mixed_model_inference import contrasts

Data = tuple[FloatArray, FloatArray, IntArray, IntArray]
SETS, LEVEL, VISITS = 200, 0.05, 4
DOSES = np.log2(np.repeat([5.0, 10.0, 16.0, 24.0], [3, 3, 3, 6]) / 10)


def small_trial(number: int, missing: float = 0.1) -> Data:
    """15 people, four key visits, a common correlation of one half, one visit in ten missed, no effect of dose."""
    random = np.random.default_rng([2025, number])
    response = np.sqrt(0.5) * (random.normal(size=(15, 1)) + random.normal(size=(15, VISITS)))
    response[random.random(response.shape) < missing] = np.nan
    subject, visit = np.divmod(np.arange(15 * VISITS), VISITS)
    dose = DOSES[subject]
    design = np.column_stack([np.eye(VISITS)[visit], dose, dose * visit / (VISITS - 1)])
    return response.ravel(), design, subject, visit


@cache
def chains(order: tuple[str, ...]) -> list[ChainResult]:
    return [fit_chain(*small_trial(number), order=order) for number in range(SETS)]


def level(results: list[ChainResult]) -> float:
    """Share of the tests of dose by time with a p value below the nominal level."""
    p = [contrasts(each.small_sample, [0, 0, 0, 0, 0, 1]).p_value[0] for each in results if each.small_sample]
    return float(np.mean(np.array(p) < LEVEL))


@pytest.mark.parametrize("order", [PRIMARY_ORDER, SENSITIVITY_ORDER], ids=["primary", "sensitivity"])
def test_every_chain_ends_and_keeps_its_level(
    order: tuple[str, ...], record_property: Callable[[str, object], None]
) -> None:
    results = chains(order)
    for result in results:
        assert result.structure in (*order, NOT_ESTIMABLE)
        assert [step.structure for step in result.steps] == list(order[: len(result.steps)])
        assert all(step.reason for step in result.steps[:-1])
        assert result.steps[-1].accepted == (result.structure != NOT_ESTIMABLE)
        assert (result.fit is not None) == result.steps[-1].accepted
    found, error = level(results), np.sqrt(LEVEL * (1 - LEVEL) / SETS)
    record_property("level", found)
    record_property("structures", dict(Counter(result.structure for result in results)))
    assert abs(found - LEVEL) <= 3 * error


def test_the_primary_chain_ends_in_its_first_structure_here() -> None:
    assert {result.structure for result in chains(PRIMARY_ORDER)} == {"toeplitz, heterogeneous"}


def test_a_structure_without_a_maximum_is_passed_over() -> None:
    response, design, subject, visit = small_trial(1, missing=0.0)
    response[visit == 1] = response[visit == 0] + 1
    result = fit_chain(response, design, subject, visit, order=("unstructured", "compound symmetry"))
    assert result.structure == "compound symmetry"
    assert result.steps[0].log_likelihood is not None
    assert result.reason == "unstructured: the correlations of the visits go to the edge of what is possible"


def changed(**changes: object) -> dict[str, object]:
    return dict(zip(("response", "design", "subject", "visit"), small_trial(3), strict=True)) | changes


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"response": np.full(60, 6.5)}, "the outcome never changes within any person"),
        ({"response": np.repeat(DOSES, VISITS)}, "the outcome never changes within any person"),
        ({"response": np.full(60, np.nan)}, "nothing was observed"),
        ({"design": np.ones((60, 2))}, "the 2 columns of the design have rank 1"),
        ({"design": np.eye(60)}, "cannot estimate 60 fixed effects"),
        ({"subject": np.arange(60)}, "nobody was observed twice"),
        (
            {"response": np.where(np.arange(60) < 2 * VISITS, small_trial(3)[0], np.nan), "design": np.ones((60, 1))},
            "2 people seen at least twice cannot carry 2 covariance parameters",
        ),
    ],
)
@pytest.mark.parametrize("order", [PRIMARY_ORDER, tuple(STRUCTURES)], ids=["primary", "all"])
def test_not_estimable(changes: dict[str, object], reason: str, order: tuple[str, ...]) -> None:
    result = fit_chain(**changed(**changes), order=order)  # type: ignore[arg-type]
    assert (result.structure, result.fit) == (NOT_ESTIMABLE, None)
    assert len(result.steps) == len(order)
    assert reason in result.reason


def test_reasons_in_common_are_said_once() -> None:
    result = fit_chain(**changed(response=np.full(60, 6.5)))  # type: ignore[arg-type]
    assert result.reason == f"{' / '.join(PRIMARY_ORDER)}: the outcome never changes within any person"


def test_half_steps_that_hardly_change() -> None:
    """One person moves by half a step once, everybody else never: still an answer, and without a warning."""
    response = np.repeat(6.5 + DOSES, VISITS)
    response[-1] += 0.5
    result = fit_chain(**changed(response=response))  # type: ignore[arg-type]
    assert result.structure in (*PRIMARY_ORDER, NOT_ESTIMABLE)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"order": ()}, "must name structures"),
        ({"order": ("cs",)}, "must name structures"),
        ({"method": "residual"}, "'kenward-roger' or 'satterthwaite'"),
        ({"visit": np.zeros(60)}, "integers from 0"),
        ({"design": np.ones(60)}, "need shapes"),
    ],
)
def test_malformed_input_is_an_error(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message) as error:
        fit_chain(**changed(**changes))  # type: ignore[arg-type]
    assert not isinstance(error.value, NotEstimable)


def test_satterthwaite_on_request() -> None:
    result = fit_chain(*small_trial(5), method="satterthwaite")
    assert result.small_sample is not None
    assert result.small_sample.method == "satterthwaite"
