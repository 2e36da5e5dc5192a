"""Factors that make samples comparable."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from firstdose.methods._counts import FloatArray


def quotient_factors(abundance: ArrayLike, reference: ArrayLike | None = None) -> FloatArray:
    """Probabilistic quotient factors of samples (N,): the median of a sample's quotients to the reference.

    abundance (N, G) on the raw scale, samples in rows, NaN where missing; reference (G,), by default the median over
    the samples. Divide each sample by its factor. Quotients to a reference that is missing or not positive are left
    out, and so are missing values. Not for absolute concentrations. Source: Dieterle, Ross, Schlotterbeck and Senn,
    Anal Chem 2006;78:4281. Raises ValueError for other shapes, infinite or negative abundances, and a sample without
    a positive factor.
    """
    raw = np.asarray(abundance, dtype=np.float64)
    if raw.ndim != 2 or not raw.size or np.isinf(raw).any() or (raw < 0).any():
        raise ValueError(f"abundance {raw.shape} needs shape (N, G) and values that are not negative, NaN if missing")
    typical = _medians(raw.T) if reference is None else np.asarray(reference, dtype=np.float64)
    if typical.shape != (raw.shape[1],):
        raise ValueError(f"reference {typical.shape} needs a value for each of {raw.shape[1]} metabolites")
    with np.errstate(invalid="ignore", divide="ignore"):
        quotients = np.where(typical > 0, raw / typical, np.nan)
    factors = _medians(quotients)
    if not (factors > 0).all():
        place = int(np.argmax(~(factors > 0)))
        raise ValueError(f"sample {place} has no positive median quotient: too many values are missing or zero")
    return factors


def densest_levels(log2: ArrayLike) -> FloatArray:
    """What sets samples (N,) apart on the log2 scale in most metabolites alike, though up to half of them changed.

    log2 (N, G), samples in rows, NaN where missing. Of a sample's differences to the median of each metabolite the
    narrowest range that holds half of them is sought, and its median taken; NaN for a sample without any value.
    Changes of a part of the metabolites to one side draw the median of all differences along, and this one less; it
    varies more for that. Source of the narrowest half: Rousseeuw and Leroy, Stat Neerl 1988;42:103.
    """
    values = np.asarray(log2, dtype=np.float64)
    if values.ndim != 2 or np.isinf(values).any():
        raise ValueError(f"log2 abundances {values.shape} need shape (N, G) and no infinite values")
    levels = np.full(len(values), np.nan)
    for place, row in enumerate(values - _medians(values.T)):
        known = np.sort(row[~np.isnan(row)])
        half = len(known) // 2
        if len(known):
            first = int(np.argmin(known[half:] - known[: len(known) - half]))
            levels[place] = np.median(known[first : first + half + 1])
    return levels


def _medians(rows: FloatArray) -> FloatArray:
    """Medians of the values that are there (N,); NaN for a row without any."""
    ordered = np.sort(rows, axis=1)  # NaN come last
    count = (~np.isnan(rows)).sum(axis=1)
    at = np.arange(len(rows))
    low, high = ordered[at, np.maximum(count - 1, 0) // 2], ordered[at, np.minimum(count // 2, rows.shape[1] - 1)]
    return np.where(count > 0, (low + high) / 2, np.nan)
