"""The root of a function between two points, without a library that takes long to import."""

from __future__ import annotations

from collections.abc import Callable

MOST_STEPS = 200


def root_between(
    function: Callable[[float], float], lower: float, upper: float, *, absolute: float, relative: float
) -> float:
    """A point within ``absolute`` + ``relative`` times its size of where the function changes its sign.

    Interpolates by the inverse quadratic through the last three points where that is safe, and halves the interval
    elsewhere. Source: Chandrupatla, Adv Eng Softw 1997;28:145. Raises ValueError unless the function has different
    signs at ``lower`` and ``upper``.
    """
    new, other = lower, upper
    at_new, at_other = function(new), function(other)
    for point, height in ((new, at_new), (other, at_other)):
        if height == 0:
            return point
    if (at_new > 0) == (at_other > 0):
        raise ValueError(f"one sign at both ends: {at_new:g} at {lower:g} and {at_other:g} at {upper:g}")
    share = 0.5
    for _ in range(MOST_STEPS):
        point = new + share * (other - new)
        height = function(point)
        if (height > 0) == (at_new > 0):
            old, at_old = new, at_new
        else:
            old, at_old, other, at_other = other, at_other, new, at_new
        new, at_new = point, height
        best, at_best = (new, at_new) if abs(at_new) < abs(at_other) else (other, at_other)
        least = (absolute + relative * abs(best)) / abs(other - new)
        if at_best == 0 or least > 0.5:
            return best
        share = min(max(_share(new, other, old, at_new, at_other, at_old), least), 1.0 - least)
    return best


def _share(new: float, other: float, old: float, at_new: float, at_other: float, at_old: float) -> float:
    """How far the next point lies on the way from the new point to the other end."""
    place, height = (new - other) / (old - other), (at_new - at_other) / (at_old - at_other)
    if not (height**2 < place and (1.0 - height) ** 2 < 1.0 - place):
        return 0.5
    through_other = at_new / (at_other - at_new) * at_old / (at_other - at_old)
    through_old = at_new / (at_old - at_new) * at_other / (at_old - at_other)
    return through_other + (old - new) / (other - new) * through_old
