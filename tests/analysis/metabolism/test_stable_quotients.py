"""Tests of classes where another class truly changes: what the quotients of all metabolites make of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from firstdose.analysis.metabolism.class_normalisation import ClassesBeside, classes_beside, what_normalisation_changes
from firstdose.analysis.metabolism.class_tests import ClassFit, class_fits
from firstdose.analysis.metabolism.modelling import fit
from firstdose.analysis.metabolism.preparing import prepare
from firstdose.analysis.metabolism.stable_quotients import class_basis, with_factors
from firstdose.methods.normalisation import quotient_factors
from firstdose.protocol.metabolism import Metabolism
from firstdose.records.abundances import Abundances
from tests.analysis.metabolism.made_abundances import made_abundances

PLAN = Metabolism(permutations=199, rotations=99)
RISING = "acyl_carnitines"


def diluted(seed: int, slope: float, metabolites: int = 60, sd: float = 0.2) -> Abundances:
    """A third of the metabolites rises with dose at the last visit; samples differ in dilution."""
    made = made_abundances(seed, slope=slope, metabolites=metabolites)
    levels = np.random.default_rng(seed).normal(0, sd, len(made.values))
    return replace(made, values=made.values * np.exp2(levels)[:, None])


def last_visit(found: tuple[ClassFit, ...]) -> dict[str, ClassFit]:
    return {each.name: each for each in found if each.term.visit == "M12"}


def test_null_classes_do_not_seem_to_fall_where_others_rise() -> None:
    called: dict[str, list[bool]] = {"stable": [], "all": [], "rising": []}
    for seed in range(60):
        (prepared,) = prepare(diluted(seed, 0.5), PLAN)
        fitted = fit(prepared, PLAN)
        basis = class_basis(fitted, PLAN, seed)
        stable, plain = (last_visit(class_fits(each, PLAN, seed)) for each in (basis.fitted, fitted))
        for name, found in stable.items():
            other = plain[name].permutation
            assert found.permutation is not None
            assert other is not None
            if name == RISING:
                called["rising"].append(found.permutation.p_doubled <= 0.05)
            else:
                called["stable"].append(found.permutation.p_doubled <= 0.05)
                called["all"].append(other.p_doubled <= 0.05)
    share = {name: float(np.mean(each)) for name, each in called.items()}
    assert share["all"] > 0.3
    assert share["stable"] < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 60)
    assert share["rising"] > 0.9


def test_the_reference_is_the_metabolites_outside_the_classes_that_change() -> None:
    (prepared,) = prepare(diluted(3, 1.0), PLAN)
    basis = class_basis(fit(prepared, PLAN), PLAN, 1)
    assert RISING in basis.left_out
    outside = [place for name, places in prepared.classes.items() if name not in basis.left_out for place in places]
    assert basis.reference == len(outside) >= 20
    raw = prepared.values + np.log2(prepared.factors)[:, None]
    expected = raw - np.log2(quotient_factors(np.exp2(raw[:, outside])))[:, None]
    np.testing.assert_allclose(basis.fitted.prepared.values, expected, atol=1e-9)
    assert RISING.replace("_", " ") in basis.note


def test_the_primary_class_is_never_its_own_reference() -> None:
    plan = replace(PLAN, primary_class="free_fatty_acids")
    (prepared,) = prepare(diluted(4, 0.0), plan)
    assert "free_fatty_acids" in class_basis(fit(prepared, plan), plan, 1).left_out


def test_with_too_few_left_nothing_is_normalised_and_that_is_said() -> None:
    plan = replace(PLAN, normalise="pqn")
    (prepared,) = prepare(diluted(5, 0.0, metabolites=18), plan)
    basis = class_basis(fit(prepared, plan), plan, 1)
    assert (basis.fitted.prepared.factors == 1).all()
    assert "without normalisation" in basis.note


def without_class(made: Abundances, places: Sequence[int]) -> Abundances:
    """The same with metabolites whose class is not known."""
    place = pl.int_range(pl.len())
    known = pl.when(place.is_in(list(places)).not_()).then(pl.col("main_class"))
    return replace(made, features=made.features.with_columns(known.alias("main_class")))


def test_null_classes_do_not_seem_to_fall_where_metabolites_without_a_class_rise() -> None:
    """A quarter of the metabolites rises, and nobody knows its class: those that are known do not change."""
    called: dict[str, list[bool]] = {"screened": [], "all": []}
    for seed in range(40):
        made = made_abundances(seed, slope=0.0, metabolites=80)
        doublings = np.log2(made.samples["dose"].to_numpy() / 10) * (made.samples["visit"] == "M12").to_numpy()
        levels = np.random.default_rng(seed).normal(0, 0.2, len(doublings))
        values = made.values * np.exp2(levels)[:, None]
        values[:, :20] *= np.exp2(0.5 * doublings)[:, None]
        (prepared,) = prepare(without_class(replace(made, values=values), range(27)), PLAN)
        fitted = fit(prepared, PLAN)
        basis = class_basis(fitted, PLAN, seed)
        for name, each in (("screened", basis.fitted), ("all", fitted)):
            found = last_visit(class_fits(each, PLAN, seed)).values()
            called[name] += [test.permutation.p_doubled <= 0.05 for test in found if test.permutation]
    share = {name: float(np.mean(each)) for name, each in called.items()}
    assert len(called["screened"]) == 80
    assert share["all"] > 0.25
    assert share["screened"] < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 80)


def test_metabolites_without_a_class_are_no_reference_if_they_change_together() -> None:
    (prepared,) = prepare(without_class(diluted(3, 1.0), range(20)), PLAN)
    basis = class_basis(fit(prepared, PLAN), PLAN, 1)
    assert basis.without_class == 20
    assert "all of the 20 metabolites without a class" in basis.note
    outside = [place for name, places in prepared.classes.items() if name not in basis.left_out for place in places]
    assert basis.reference == len(outside)


def test_some_metabolites_without_a_class_that_rise_and_fall_are_no_reference() -> None:
    made = diluted(12, 0.0, metabolites=90)
    doublings = np.log2(made.samples["dose"].to_numpy() / 10) * (made.samples["visit"] == "M12").to_numpy()
    values = np.array(made.values)
    values[:, :3] *= np.exp2(2 * doublings)[:, None]
    values[:, 3:6] *= np.exp2(-2 * doublings)[:, None]
    (prepared,) = prepare(without_class(replace(made, values=values), range(30)), PLAN)
    fitted = fit(prepared, PLAN)
    basis = class_basis(fitted, PLAN, 1)
    assert 6 <= basis.without_class < 20
    assert f"{basis.without_class} of the 30 metabolites without a class" in basis.note
    of_classes = sum(len(places) for name, places in prepared.classes.items() if name not in basis.left_out)
    assert basis.reference == of_classes + 30 - basis.without_class


def test_values_that_were_not_normalised_stay_as_they_are() -> None:
    plan = replace(PLAN, normalise="none")
    (prepared,) = prepare(diluted(6, 0.5), plan)
    fitted = fit(prepared, plan)
    basis = class_basis(fitted, plan, 1)
    assert basis.fitted is fitted
    assert classes_beside(fitted, basis, plan, 1) == ()


def test_what_rests_on_the_normalisation_is_said_and_what_does_not_is_not() -> None:
    (prepared,) = prepare(diluted(6, 0.7, metabolites=90, sd=0.05), PLAN)
    fitted = fit(prepared, PLAN)
    basis = class_basis(fitted, PLAN, 1)
    main = class_fits(basis.fitted, PLAN, 1)
    beside = classes_beside(fitted, basis, PLAN, 1)
    assert [each.name for each in beside] == ["none", "all_metabolites"]
    told = {
        each.name: what_normalisation_changes(number, each, beside)
        for number, each in enumerate(main)
        if each.term.visit == "M12"
    }
    assert told[RISING] == ""
    assert any("relative to all metabolites it is called" in told[name] for name in told if name != RISING)


def test_a_class_is_called_by_the_p_that_calls_it() -> None:
    """p of the primary test as it is, of the others adjusted: only what crosses 5 % that way is told."""
    (prepared,) = prepare(diluted(4, 0.6), PLAN)
    fitted = fit(prepared, PLAN)
    main = class_fits(fitted, PLAN, 1)[0]
    assert main.permutation is not None
    p = {name: replace(main.permutation, p_doubled=value) for name, value in (("small", 0.01), ("large", 0.4))}
    called = replace(main, is_primary=False, permutation=p["small"], adjusted_p=0.02)
    unsure = replace(called, adjusted_p=0.2)  # its p is as small, but it is not called
    for one, other, words in ((called, unsure, "not called (adjusted p 0.2)"), (unsure, called, "called (adjusted p")):
        assert words in what_normalisation_changes(0, one, [ClassesBeside("none", (other,))])
    assert what_normalisation_changes(0, unsure, [ClassesBeside("none", (replace(unsure, adjusted_p=0.3),))]) == ""
    primary = replace(unsure, is_primary=True)
    assert what_normalisation_changes(0, primary, [ClassesBeside("none", (primary,))]) == ""
    other = replace(primary, permutation=p["large"])
    assert "not called (p 0.4)" in what_normalisation_changes(0, primary, [ClassesBeside("none", (other,))])


def test_limits_of_detection_move_with_the_values() -> None:
    (prepared,) = prepare(diluted(9, 0.0), PLAN)
    limited = replace(prepared, limits=np.array(prepared.values) - 1)
    moved = with_factors(limited, np.full(len(prepared.samples), 2.0))
    assert moved.limits is not None
    assert moved.values - moved.limits == pytest.approx(1.0)
    assert moved.values == pytest.approx(prepared.values + np.log2(prepared.factors)[:, None] - 1)


def test_what_is_no_reference_reads_as_a_list() -> None:
    one = without_class(diluted(3, 1.0), [0])
    (prepared,) = prepare(one, PLAN)
    note = class_basis(fit(prepared, PLAN), PLAN, 1).note
    assert note.endswith("outside acyl carnitines, amino acids and the one metabolite without a class")
