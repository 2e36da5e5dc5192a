"""Abundances of all kinds, analysed for the tests of pictures and words: made in `tests.analysis.metabolism`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import polars as pl

from firstdose.analysis.metabolism.preparing import prepare
from firstdose.analysis.metabolism.whole import FluidAnalysis, analyse_fluid
from firstdose.protocol.metabolism import Metabolism
from firstdose.records.abundances import Abundances
from firstdose.report.metabolism.rows import FluidFigures, figures_of_analyses
from tests.analysis.metabolism.made_abundances import made_abundances

PLAN = Metabolism(primary_class="acyl_carnitines", permutations=99, rotations=99)
LONG = "1-(9Z-octadecenoyl)-2-(4Z,7Z,10Z,13Z,16Z,19Z-docosahexaenoyl)-sn-glycero-3-phosphocholine"
ODD = ("γ-氨基丁酸", "<script>alert(1)</script>", "חומצה", "кислота & co", "$x^2$ {}", "two\nlines", "😀 acid", LONG)


def named(abundances: Abundances, names: Sequence[str]) -> Abundances:
    """The same with other names for the first metabolites."""
    given = [*names, *abundances.metabolite_names[len(names) :]]
    features = abundances.features.with_columns(metabolite=pl.Series(given), name=pl.Series(given))
    return replace(abundances, features=features)


@cache
def analysis(kind: str) -> FluidAnalysis:
    """The analysis of one of the cases."""
    abundances = {
        "slope": lambda: made_abundances(slope=0.9, missing=0.05),
        "one visit": lambda: made_abundances(visits=("M0",)),
        "one dose": lambda: made_abundances(doses=(5.0,) * 9),
        "five": lambda: made_abundances(metabolites=5, slope=0.8),
        "thousand": lambda: made_abundances(metabolites=1000, slope=0.3),
        "odd": lambda: named(made_abundances(slope=0.9, missing=0.1), ODD),
        "batch is dose": lambda: made_abundances(batch="dose", slope=0.5),
        "no batch": lambda: made_abundances(batch="none"),
        "many people": lambda: made_abundances(doses=(5.0, 10.0, 16.0, 24.0) * 20, metabolites=9),
        "six visits": lambda: made_abundances(visits=("D0", "D1", "D7", "M1", "M3", "M12"), slope=0.9),
    }[kind]()
    (prepared,) = prepare(abundances, PLAN)
    return analyse_fluid(prepared, PLAN, seed=1)


@cache
def figures(kind: str) -> FluidFigures:
    """Its figures, for pictures and words."""
    return figures_of_analyses([analysis(kind)], PLAN)[0]
