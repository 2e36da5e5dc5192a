"""How the figures of an analysis are written: counts with share and interval, numbers, probabilities and days."""

from __future__ import annotations

from math import isfinite

from firstdose.records.results import EVERYONE, Result
from firstdose.report.documents.wording import NO_BREAK, percent_figure

SMALLEST_P = 0.0005
DIGITS, DIGITS_OF_ESTIMATES = 4, 3
LARGEST_WITHOUT_COMMA, SMALLEST_PLAIN = 1_000, 0.0001
LARGEST_IN_FULL = 1e15
"""From here a number is written with an exponent, as its last digits are not known."""

NOISE = 1e-9
"""What is smaller is what rounding leaves of a zero, such as a sum of changes that cancel out."""
LARGEST_SHARE = 1 + 1e-9
"""Up to here a share is a probability, which rounding may have raised above one."""

ESTIMATES = ("mean", "sd", "monte_carlo_error")
"""Statistics that are estimates whether or not they have an interval."""

NOTHING = "–"
MINUS = "−"


def figure(result: Result, *, with_unit: bool = False, gap: str = " ") -> str:
    """A figure with its interval after a gap, as it stands in a cell; a dash where there is none."""
    if result.value is None:
        return result.text or NOTHING
    if result.format == "text":
        return result.text
    unit = f"{NO_BREAK}{result.unit}" if with_unit and result.unit and result.format not in ("count", "day") else ""
    limits = interval(result)
    return f"{value_of(result)}{unit}{gap if limits else ''}{limits}"


def value_of(result: Result) -> str:
    """The value alone."""
    value = result.value
    if value is None:
        return NOTHING
    if result.format == "count":
        return _count(value, result.of)
    if result.format == "p_value":
        return probability(value)
    if result.format == "proportion":
        return f"{_in_percent(value)}{NO_BREAK}%"
    if result.format == "day":
        return f"day{NO_BREAK}{plain(value).replace(',', '')}"
    if result.format == "rate" and value == 0 and result.of and (result.lower, result.upper) == (None, None):
        return f"0 in {plain(result.of, DIGITS_OF_ESTIMATES)} {result.unit.rpartition(' per ')[2]}s"
    return plain(value, DIGITS_OF_ESTIMATES if _is_estimate(result) else DIGITS)


def interval(result: Result) -> str:
    """The interval in brackets: "[4.3, 48.1 %]", "[up to 18.1 %]"; nothing without one."""
    if result.lower is None and result.upper is None:
        return ""
    in_percent = result.format == "proportion" or (result.format == "count" and result.of is not None)
    lower, upper = (_limit(value, in_percent) for value in (result.lower, result.upper))
    sign = f"{NO_BREAK}%" if in_percent else ""
    if result.side == "upper" or result.lower is None:
        return f"[up to{NO_BREAK}{upper}{sign}]"
    if result.side == "lower" or result.upper is None:
        return f"[from{NO_BREAK}{lower}{sign}]"
    return f"[{lower}, {upper}{sign}]"


def plain(value: float, digits: int = DIGITS) -> str:
    """A number with so many significant digits, large ones whole."""
    if not isfinite(value):
        return {"nan": NOTHING, "inf": "∞", "-inf": f"{MINUS}∞"}[str(value)]
    size = abs(value)
    if size < NOISE:
        return "0"
    if size >= LARGEST_IN_FULL:
        text = f"{value:.{digits - 1}e}".replace("e+", "e")
    elif size >= LARGEST_WITHOUT_COMMA:
        text = f"{value:,.0f}"
    elif size >= 10**digits:
        text = f"{value:.0f}"
    else:
        text = f"{value:.{digits}g}" if size >= SMALLEST_PLAIN else f"{value:.2e}"
    return text.replace("-", MINUS)


def probability(value: float) -> str:
    """A p-value with three decimals; a very small one as less than the smallest shown."""
    return "<0.001" if 0 <= value < SMALLEST_P else f"{value:.3f}"


def group_words(group: str, levels: dict[str, str]) -> str:
    """A group as the head of a column: the level with its dose, or everyone."""
    if group == EVERYONE:
        return "all"
    return levels.get(group, f"level {group}" if group else "level not known")


def _count(value: float, of: float | None) -> str:
    """A count, of how many, and the share."""
    if of is None:
        return plain(value)
    share = f" ({percent_figure(value / of)}{NO_BREAK}%)" if of else ""
    return f"{plain(value)}/{plain(of)}{share}"


def _limit(value: float | None, in_percent: bool) -> str:
    if value is None:
        return NOTHING
    return _in_percent(value) if in_percent else plain(value, DIGITS_OF_ESTIMATES)


def _in_percent(value: float) -> str:
    """A share in percent. One that is no probability, such as of the dose given, may be below 0 or above 1."""
    return percent_figure(value) if 0 <= value <= LARGEST_SHARE else f"{100 * value:.1f}".replace("-", MINUS)


def _is_estimate(result: Result) -> bool:
    """Whether a number is of people in general, whose last digits mean nothing, and not one person's own."""
    is_named = result.statistic in ESTIMATES or result.statistic.startswith("mean_")
    return is_named or result.format == "rate" or (result.lower, result.upper) != (None, None)
