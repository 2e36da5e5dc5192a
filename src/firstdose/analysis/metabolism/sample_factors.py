"""The factors that samples are divided by, so that they can be compared, and whether quotients can tell such factors.

A median quotient is that of a sample only while most metabolites do not change with dose. Of a few metabolites, or of
one class above all, it is a change itself: divided by it, what changes seems not to, and the rest the other way.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firstdose.metabolites import Abundances, are_concentrations
from firstdose.methods.normalisation import quotient_factors
from firstdose.protocol.metabolism import Metabolism

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
Texts = NDArray[np.str_]
NO_FLUID = "fluid not stated"
FEWEST = 20
"""Metabolites below which a median quotient says less of a sample than no normalisation."""
LARGEST_SHARE = 0.5
"""Share of one class of the metabolites above which it can set the median quotient alone."""
MIXED = "others"
"""Known metabolites of no other class: no class whose metabolites would change together."""
ALONE = "a single metabolite cannot be divided by itself, so its values were not normalised"


@dataclass(frozen=True, eq=False)
class SampleFactors:
    """Factors (N,), all 1 where nothing is normalised; which samples have no value (N,); what must be told."""

    factors: Numbers
    nothing: Flags
    notes: tuple[str, ...] = ()
    warning: str = ""


def as_log2(study: Abundances) -> tuple[Numbers, int]:
    """Values on the log2 scale, and how many were zero."""
    if study.scale == "log2":
        return np.array(study.values), 0
    positive = study.values > 0
    return np.log2(study.values, out=np.full(study.values.shape, np.nan), where=positive), int(
        (study.values == 0).sum()
    )


def sample_factors(study: Abundances, log2: Numbers, plan: Metabolism) -> SampleFactors:
    """Quotient factors of the samples (N, G), if the plan wants them and they can be told.

    Left to itself the plan has them unless something is against them; asked for, they are made all the same, with a
    warning.
    """
    nothing: Flags = np.asarray(np.isnan(log2).all(axis=1))
    factors = np.ones(len(log2), dtype=np.float64)
    if plan.normalise == "none" or nothing.all():
        return SampleFactors(factors, nothing)
    if are_concentrations(study.units):
        told = f"values are concentrations ({study.units}) and were not normalised"
        return SampleFactors(factors, nothing, (told,))
    varies = varied(log2)
    against = _against_quotients(study, varies)
    if against and plan.normalise == "automatic":
        told = f"samples were not normalised: {against}; normalisation by quotients (pqn) has to be asked for"
        return SampleFactors(factors, nothing, (), told)
    if (~np.isnan(log2).all(axis=0)).sum() == 1:
        return SampleFactors(factors, nothing, (), ALONE)
    # the common level is taken out first, so that large logarithms do not overflow; factors do not depend on it
    level = np.nanmedian(log2)
    factors[~nothing] = quotient_factors(np.exp2(log2[~nothing] - level))
    asked = "samples were normalised by quotients as asked for, although"
    return SampleFactors(factors, nothing, (), f"{asked} {against}" if against else "")


def varied(log2: Numbers) -> Flags:
    """Which metabolites (G,) have two different values or more."""
    lowest, highest = np.where(np.isnan(log2), np.inf, log2), np.where(np.isnan(log2), -np.inf, log2)
    return np.asarray(lowest.min(axis=0, initial=np.inf) < highest.max(axis=0, initial=-np.inf))


def _against_quotients(study: Abundances, varies: Flags) -> str:
    """Why the metabolites that vary (G,) tell no factor of a sample, else ""."""
    count = int(varies.sum())
    if count < FEWEST:
        return (
            f"{count} metabolites with differing values are too few ({FEWEST} are needed) to tell a sample's level "
            "from changes with dose, which would make the others seem to change the other way"
        )
    if "main_class" not in study.features.columns:
        return ""
    classes = Counter(study.features["main_class"].filter(varies).drop_nulls().to_list())
    for name, size in classes.most_common(1):
        if name != MIXED and size > LARGEST_SHARE * count:
            words = name.replace("_", " ")
            return (
                f"{size} of {count} metabolites are {words}, more than half: if these change with dose, all others "
                "would seem to change the other way"
            )
    return ""


def pooled_controls(whole: Abundances, fluid: str, log2: Numbers, is_normalised: bool) -> tuple[Numbers, Texts]:
    """Pooled quality controls of a fluid, or of no stated one, on the raw scale (Q, G), and their batches.

    They are normalised as the study samples (N, G) are, to the same reference: what is judged is what is analysed.
    """
    frame = whole.samples
    chosen = (frame["kind"] == "pooled_qc") & frame["fluid"].is_in([fluid, NO_FLUID])
    pooled = whole.take(samples=chosen.to_numpy())
    controls, _ = as_log2(pooled)
    known = ~np.isnan(controls).all(axis=1) if controls.size else np.zeros(len(controls), dtype=np.bool_)
    batches = np.array(pooled.samples["batch"].fill_null("").to_list(), dtype=np.str_)[known]
    controls = controls[known]
    if not len(controls):
        return controls, batches
    level = np.nanmedian(controls)
    raw = np.exp2(controls - level)  # a common factor does not change a coefficient of variation
    if is_normalised:
        raw = raw / quotient_factors(raw, np.exp2(_medians(log2) - level))[:, None]
    return raw, batches


def _medians(log2: Numbers) -> Numbers:
    """The median of each metabolite (G,), NaN where it was never observed."""
    seen = ~np.isnan(log2).all(axis=0)
    medians = np.full(log2.shape[1], np.nan)
    medians[seen] = np.nanmedian(log2[:, seen], axis=0)
    return medians
