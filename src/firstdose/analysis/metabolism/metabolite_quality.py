"""The quality of each metabolite: missing values, variation in pooled quality controls, and what is left out for it."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from firstdose.analysis.metabolism.sample_factors import varied
from firstdose.protocol.metabolism import Metabolism

Numbers = NDArray[np.float64]
Texts = NDArray[np.str_]
SHARE = 100.0  # percent
NEVER = "never observed"
CONSTANT = "all its measured values are the same"


def metabolite_quality(
    features: pl.DataFrame, measured: Numbers, pooled: tuple[Numbers, Texts], plan: Metabolism
) -> pl.DataFrame:
    """One row for each metabolite: `missing` and `variation` in per cent, `controls`, `left_out` with the reason.

    measured (N, G) are the study samples before any normalisation, NaN where missing, since a factor of the samples
    gives a metabolite that never varies the variation of the factor; pooled the controls on the raw scale (Q, G) with
    their batches (Q,). What cannot be judged, such as the variation without controls, is null and leaves nothing out.
    """
    missing = SHARE * np.isnan(measured).mean(axis=0) if len(measured) else np.full(measured.shape[1], np.nan)
    constant = ~varied(measured) & ((~np.isnan(measured)).sum(axis=0) > 1)
    variation = variation_in_controls(*pooled)
    judged = zip(missing.tolist(), constant.tolist(), variation.tolist(), strict=True)
    reasons = [_reason(lost, same, spread, plan) for lost, same, spread in judged]
    columns = [name for name in ("metabolite", "main_class") if name in features.columns]
    return features.select(columns).with_columns(
        pl.Series("missing", missing).fill_nan(None),
        pl.Series("variation", variation).fill_nan(None),
        pl.Series("controls", (~np.isnan(pooled[0])).sum(axis=0), dtype=pl.Int64),
        pl.Series("left_out", reasons, dtype=pl.String),
    )


def variation_in_controls(raw: Numbers, batches: Texts) -> Numbers:
    """Coefficient of variation (G,) in per cent of controls (Q, G) on the raw scale, within their batches (Q,).

    Batches are terms of the model, so what sets them apart does not count: the squared coefficients of the batches with
    two controls or more are averaged, weighted by their degrees of freedom. NaN where no batch has two.
    """
    total, free = np.zeros(raw.shape[1]), np.zeros(raw.shape[1])
    for batch in np.unique(batches):
        here = raw[batches == batch]
        count = (~np.isnan(here)).sum(axis=0)
        known = np.nan_to_num(here)
        mean = known.sum(axis=0) / np.maximum(count, 1)
        squares = np.where(np.isnan(here), 0.0, np.square(here - mean)).sum(axis=0)
        usable = (count > 1) & (mean > 0)
        total += np.where(usable, squares / np.square(np.where(usable, mean, 1.0)), 0.0)
        free += np.where(usable, count - 1, 0)
    return SHARE * np.sqrt(np.where(free > 0, total / np.maximum(free, 1), np.nan))


def _reason(missing: float, is_constant: bool, variation: float, plan: Metabolism) -> str | None:
    if missing == SHARE:
        return NEVER
    if is_constant:
        return CONSTANT
    if missing > plan.most_missing:
        return f"{missing:.0f} % of its values are missing, more than {plan.most_missing:g} %"
    if variation > plan.most_variation:
        return f"it varies by {variation:.0f} % in pooled quality controls, more than {plan.most_variation:g} %"
    return None
