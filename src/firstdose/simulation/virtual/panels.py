"""What a scenario says of laboratory tests, troughs and vital signs, as tables and arrays: made once for all trials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from firstdose.protocol.product import BackgroundTreatment
from firstdose.simulation.virtual.columns import Floats, Table, table_of
from firstdose.simulation.virtual.scenario_laboratory import LaboratoryTest, VitalSignTest

TROUGH_CATEGORY, TROUGH_SPECIMEN = "trough", "blood"
LONGEST_CODE = 5


@dataclass(frozen=True, eq=False)
class Panel:
    """The laboratory's tests in their order; after them, where troughs have a target, the drug.

    ``words`` holds a table for each field that only depends on the test, ``low`` and ``high`` the normal range, NaN
    where there is none. The other arrays have no entry for the drug: logarithms of geometric means and of the effect
    of treatment, standard deviations of logarithms, and what values are multiplied by before they are rounded.
    """

    trough: BackgroundTreatment | None
    words: dict[str, Table]
    low: Floats
    high: Floats
    mean: Floats
    effect: Floats
    between: Floats
    within: Floats
    scale: Floats


def panel_of(tests: Sequence[LaboratoryTest], treatment: BackgroundTreatment | None) -> Panel:
    """The panel of tests and of the background treatment whose troughs are measured."""
    rows: list[tuple[str | None, ...]] = [
        (each.test, each.name, each.category, each.specimen, None, each.unit) for each in tests
    ]
    limits = [[np.nan if limit is None else limit for limit in (each.low, each.high)] for each in tests]
    target = treatment.trough_target if treatment is not None else None
    if treatment is not None and target is not None:
        drug = treatment.drug
        code, name = drug.upper().replace(" ", "")[:LONGEST_CODE], f"{drug.capitalize()} trough"
        rows.append((code, name, TROUGH_CATEGORY, TROUGH_SPECIMEN, drug, target.unit))
        limits.append([np.nan, np.nan])
    names = ("test", "name", "category", "specimen", "analyte", "unit")
    low, high = np.array(limits).reshape(-1, 2).T
    figures = np.array(
        [(each.geometric_mean, each.ratio_on_treatment, each.between_people, each.within_people) for each in tests]
    ).reshape(-1, 4)
    (mean, effect), (between, within) = np.log(figures[:, :2]).T, figures[:, 2:].T
    return Panel(
        trough=None if target is None else treatment,
        words={name: table_of(row[place] for row in rows) for place, name in enumerate(names)},
        low=low,
        high=high,
        mean=mean,
        effect=effect,
        between=between,
        within=within,
        scale=_scale(tests),
    )


@dataclass(frozen=True, eq=False)
class VitalSigns:
    """The vital signs in their order: their words, and arrays of what they are drawn from."""

    words: dict[str, Table]
    mean: Floats
    between: Floats
    within: Floats
    added: Floats
    scale: Floats


def vital_signs_of(tests: Sequence[VitalSignTest]) -> VitalSigns:
    """The vital signs of a scenario."""
    figures = np.array(
        [(each.mean, each.between_people, each.within_people, each.added_on_treatment) for each in tests]
    )
    mean, between, within, added = figures.reshape(-1, 4).T
    words = {name: table_of(getattr(each, name) for each in tests) for name in ("test", "name", "unit")}
    return VitalSigns(words, mean, between, within, added, _scale(tests))


def _scale(tests: Sequence[LaboratoryTest | VitalSignTest]) -> Floats:
    """What values are multiplied by before they are rounded, for the decimals of each test."""
    return np.asarray(10.0 ** np.array([each.decimals for each in tests]))
