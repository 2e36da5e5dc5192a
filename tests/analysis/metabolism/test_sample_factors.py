"""When samples are divided by quotients, and what that would make of few metabolites or of one class above all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from firstdose.analysis.metabolism.modelling import fit
from firstdose.analysis.metabolism.preparing import Prepared, prepare
from firstdose.analysis.metabolism.quality_figures import sample_figures
from firstdose.analysis.metabolism.sample_factors import ALONE
from firstdose.analysis.metabolism.stable_quotients import is_normalised
from firstdose.protocol.metabolism import Metabolism
from firstdose.records.abundances import Abundances
from tests.analysis.metabolism.made_abundances import made_abundances

PLAN, ASKED = Metabolism(), Metabolism(normalise="pqn")


def of_classes(made: Abundances, sizes: dict[str | None, int]) -> Abundances:
    """The same with classes of these sizes."""
    names = [name for name, size in sizes.items() for _ in range(size)]
    return replace(made, features=made.features.with_columns(pl.Series("main_class", names, dtype=pl.String)))


def prepared(made: Abundances, plan: Metabolism = PLAN) -> Prepared:
    (found,) = prepare(made, plan)
    return found


@pytest.mark.parametrize(("metabolites", "is_enough"), [(2, False), (19, False), (20, True), (30, True)])
def test_quotients_need_twenty_metabolites(metabolites: int, is_enough: bool) -> None:
    made = of_classes(made_abundances(1, metabolites=metabolites), {None: metabolites})
    found, asked = prepared(made), prepared(made, ASKED)
    assert is_normalised(found) == is_enough
    assert is_normalised(asked)
    assert bool(found.normalisation_warning) == bool(asked.normalisation_warning) == (not is_enough)
    if not is_enough:
        assert f"not normalised: {metabolites} metabolites" in found.normalisation_warning
        assert "as asked for, although" in asked.normalisation_warning


@pytest.mark.parametrize(
    ("sizes", "is_normal"),
    [
        ({"phospholipids": 15, "amino_acids": 15}, True),
        ({"phospholipids": 16, "amino_acids": 14}, False),
        ({"phospholipids": 16, None: 14}, False),
        ({"others": 28, "amino_acids": 2}, True),
        ({None: 28, "amino_acids": 2}, True),
    ],
)
def test_no_class_may_set_the_quotients_alone(sizes: dict[str | None, int], is_normal: bool) -> None:
    found = prepared(of_classes(made_abundances(1), sizes))
    assert is_normalised(found) == is_normal
    assert ("16 of 30 metabolites are phospholipids" in found.normalisation_warning) == (not is_normal)


def test_what_never_varies_does_not_count() -> None:
    made = made_abundances(1, metabolites=22)
    values = np.array(made.values)
    values[:, :3] = 400.0
    found = prepared(replace(made, values=values))
    assert not is_normalised(found)
    assert found.values.shape[1] == 19


def test_a_single_metabolite_is_not_divided_by_itself() -> None:
    made = made_abundances(1, metabolites=3)
    values = np.array(made.values)
    values[:, 1:] = np.nan
    found = prepared(replace(made, values=values), ASKED)
    assert found.normalisation_warning == ALONE
    assert found.values[:, 0] == pytest.approx(np.log2(values[:, 0]))


def test_the_page_says_it() -> None:
    made = made_abundances(1, metabolites=12)
    for plan, words in ((PLAN, "were not normalised: 12"), (ASKED, "as asked for, although 12")):
        rows = list(sample_figures(prepared(made, plan), {"chapter": "metabolism"}))
        (told,) = [each for each in rows if each.statistic == "normalisation"]
        assert words in told.warning


def test_null_metabolites_of_a_small_panel_are_not_called_where_its_main_class_rises() -> None:
    """Twelve of sixteen rise; the quotients are their rise, and take it from them and give it to the others."""
    called: dict[str, list[float]] = {"automatic": [], "pqn": []}
    for seed in range(15):
        made = made_abundances(seed, metabolites=16)
        doublings = np.log2(made.samples["dose"].to_numpy() / 10) * (made.samples["visit"] == "M12").to_numpy()
        values = np.array(made.values)
        values[:, :12] *= np.exp2(0.8 * doublings)[:, None]
        made = of_classes(replace(made, values=values), {"acyl_carnitines": 12, "amino_acids": 4})
        for name, plan in (("automatic", PLAN), ("pqn", ASKED)):
            term = fit(prepared(made, plan), plan).term("dose_slope_change", "M12")
            called[name].append(float((term.adjusted_p[12:] <= 0.05).mean()))
    assert np.mean(called["pqn"]) > 0.3
    assert np.mean(called["automatic"]) < 0.1
