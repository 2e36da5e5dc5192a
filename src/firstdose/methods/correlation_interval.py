"""An interval for Spearman's correlation."""

from __future__ import annotations

from math import atanh, sqrt, tanh

from scipy.special import ndtri

FEWEST_PEOPLE = 5


def spearman_interval(correlation: float, people: int, certainty: float = 0.95) -> tuple[float, float] | None:
    """Two-sided interval of a Spearman correlation on Fisher's scale; approximate, and wide for few people.

    The standard error is sqrt((1 + r^2 / 2) / (n - 3)). None for fewer than five people, and for a correlation of 1 or
    -1, where the scale has no end. Source: Bonett and Wright, Psychometrika 2000;65:23.
    Raises ValueError for a correlation outside -1 to 1, or a certainty that is none.
    """
    if not -1 <= correlation <= 1:
        raise ValueError(f"correlation {correlation} must lie between -1 and 1")
    if not 0 < certainty < 1:
        raise ValueError(f"certainty {certainty} must lie strictly between 0 and 1")
    if people < FEWEST_PEOPLE or abs(correlation) == 1:
        return None
    half = float(ndtri((1 + certainty) / 2)) * sqrt((1 + correlation**2 / 2) / (people - 3))
    middle = atanh(correlation)
    return tanh(middle - half), tanh(middle + half)
