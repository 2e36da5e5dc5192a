"""Isotonic DLT rates against the R packages BOIN and Iso; call and versions stand beside the figures."""

import json
from importlib.resources import files
from typing import Any

import numpy as np
import pytest

from firstdose.methods.isotonic import isotonic_fit

FIGURES = json.loads(
    files("firstdose").joinpath("validation/figures/escalation/boin_select_mtd.json").read_text("utf-8")
)


@pytest.mark.parametrize("row", FIGURES["datasets"], ids=lambda row: f"{row['ntox']} of {row['npts']}")
def test_isotonic_estimates_of_boin(row: dict[str, Any]) -> None:
    participants, dlts = np.array(row["npts"]), np.array(row["ntox"])
    a, b = dlts + 0.05, participants - dlts + 0.05
    weights = (a + b) ** 2 * (a + b + 1) / (a * b)
    fit = isotonic_fit(a / (a + b), weights, participants > 0)[0]
    np.testing.assert_allclose(fit[participants > 0], np.atleast_1d(row["iso_phat_full_treated"]), rtol=1e-8)
