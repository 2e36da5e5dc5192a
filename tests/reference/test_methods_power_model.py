"""The CRM's posterior and skeletons against the R package dfcrm; call and version stand beside the figures.

Only its Bayesian fits are compared: maximum likelihood and its intervals are not offered here.
"""

import json
from importlib.resources import files
from typing import Any

import numpy as np
import pytest

from firstdose.methods.power_model import OneParameterPosterior
from firstdose.methods.skeleton import (
    equidistant_parameters,
    indifference_intervals,
    skeleton_from_indifference_interval,
)

FIGURES = {
    name: json.loads(files("firstdose").joinpath(f"validation/figures/escalation/{name}.json").read_text("utf-8"))
    for name in ("crm_estimates", "crmsens", "getprior_skeletons")
}


@pytest.mark.parametrize(
    "row",
    FIGURES["crm_estimates"]["datasets"],
    ids=lambda row: f"{row['model']} {row['dlts']} of {row['participants']}",
)
def test_posterior_of_one_trial(row: dict[str, Any]) -> None:
    posterior = OneParameterPosterior(row["model"], tuple(row["prior"]), row["scale"] ** 2, row["intcpt"])
    counts = row["participants"], row["dlts"]
    np.testing.assert_allclose(posterior.mean(*counts), [row["estimate"]], rtol=0, atol=1e-6)
    np.testing.assert_allclose(posterior.variance(*counts), [row["post_var"]], rtol=0, atol=1e-5)
    rates = posterior.rates(*counts)
    np.testing.assert_allclose(rates, [row["ptox"]], rtol=0, atol=1e-6)
    assert np.abs(rates[0] - row["target"]).argmin() + 1 == row["mtd"]


@pytest.mark.parametrize(
    "row",
    FIGURES["getprior_skeletons"]["settings"],
    ids=lambda row: " ".join(map(str, list(row.values())[:5])),
)
def test_skeleton_from_an_indifference_interval(row: dict[str, Any]) -> None:
    skeleton = skeleton_from_indifference_interval(
        row["halfwidth"], row["target"], row["nu"], row["nlevel"], row["model"], row["intcpt"]
    )
    np.testing.assert_allclose(skeleton, row["skeleton"], rtol=1e-8)


@pytest.mark.parametrize("row", FIGURES["crmsens"]["settings"], ids=lambda row: str(row["prior"]))
def test_indifference_intervals(row: dict[str, Any]) -> None:
    """dfcrm finds the points between two levels by an iteration that stops a few millionths early."""
    skeleton = tuple(row["prior"])
    between = equidistant_parameters(skeleton, row["target"])
    np.testing.assert_allclose(between, [upper for _, upper in row["Hset"][:-1]], rtol=0, atol=1e-5)
    intervals = indifference_intervals(skeleton, row["target"])
    np.testing.assert_allclose(intervals, np.array(row["iint"], dtype=float), rtol=0, atol=1e-5)
