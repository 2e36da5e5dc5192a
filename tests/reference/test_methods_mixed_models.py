"""What the figures of R hold of mixed models, what of it is compared, and how far the searches themselves agree.

The formulas are compared at R's parameters, everywhere; see `firstdose.validation.mixed_models`, which
`test_comparisons` runs. Here stand the counts, and our own optimum against the tolerances of iterating fits. Left out
of R's figures are mmrm's between-within and residual degrees of freedom (other methods), AIC and BIC (they follow
from the log-likelihood), and gls's p values (they take residual degrees of freedom).
"""

import pytest

from firstdose.validation.comparison import Figures, load_figures
from firstdose.validation.mixed_models import COMPARISONS, FILE, _both, _tables

FIGURES = load_figures(FILE)
STANDARD_ERRORS, DEGREES_OF_FREEDOM = 1e-4, 1e-3
# lme4 ends this search 2.8e-6 of log-likelihood below the optimum.
EARLIEST_STOP = "ortho_ri_rs_REML"

fits = pytest.mark.parametrize("row", FIGURES["fits"], ids=lambda row: row["name"])


def test_how_much_is_compared() -> None:
    assert len(FIGURES["fits"]) == 15
    assert len(FIGURES["failures"]) == 1
    methods = [table["method"] for row in FIGURES["fits"] for table in row["tables"] if "degrees_of_freedom" in table]
    assert (methods.count("satterthwaite"), methods.count("kenward-roger")) == (27, 23)
    assert sum(len(row.get("f_tests", [])) for row in FIGURES["fits"]) == 16
    assert sum("predictions" in row for row in FIGURES["fits"]) == 4


def test_every_reference_fit_says_its_call_and_source() -> None:
    assert all(row["call"] for row in (*FIGURES["fits"], *FIGURES["failures"]))
    assert all("R package " in each["source"] for each in FIGURES["datasets"])
    assert len(COMPARISONS) == 8


@fits
def test_own_optimum(row: Figures) -> None:
    """Never below R's, and as near as fits that iterate can agree."""
    ours, _ = _both(FIGURES, row)
    assert ours.convergence.at_maximum
    assert ours.log_likelihood >= row["log_likelihood"] - 1e-8
    assert ours.log_likelihood == pytest.approx(row["log_likelihood"], rel=2e-8)
    for place, table, found in _tables(row, ours):
        tolerance = 3e-4 if row["name"] == EARLIEST_STOP else STANDARD_ERRORS
        assert found.standard_error == pytest.approx(table["standard_error"], rel=tolerance), place
        if "degrees_of_freedom" in table:
            assert found.degrees_of_freedom == pytest.approx(table["degrees_of_freedom"], rel=DEGREES_OF_FREEDOM), place
