"""How the figures of an analysis are written: counts with share and interval, numbers, probabilities and days."""

from __future__ import annotations

from firstdose.records.results import EVERYONE, Result
from firstdose.report.wording import NO_BREAK, percent, percent_figure

SMALLEST_P = 0.0005
DIGITS, DIGITS_OF_SPREAD = 4, 3
LARGEST_PLAIN, SMALLEST_PLAIN = 10_000, 0.0001
NOTHING = "–"
MINUS = "−"

WORDS = {
    "sd": "SD",
    "n": "n",
    "p": "p",
    "dlt": "DLT",
    "dlts": "DLTs",
    "mri": "MRI",
    "edss": "EDSS",
    "pira": "PIRA",
    "raw": "RAW",
    "p_doubled": "two-sided p (doubled)",
    "p_distance": "two-sided p (by distance)",
    "p_increasing": "one-sided p (increasing)",
    "p_decreasing": "one-sided p (decreasing)",
    "bh": "BH",
    "auc": "AUC",
    "alt": "ALT",
    "ast": "AST",
}
"""Keys, or words in them, that are not written as they stand."""


def words(key: str) -> str:
    """A key in words: "by_maximum_grade" as "by maximum grade". Text that is no key is left alone."""
    if key in WORDS:
        return WORDS[key]
    if not key.replace("_", "a").isalnum() or not key.islower() or "_" not in key:
        return key
    return " ".join(WORDS.get(part, part) for part in key.split("_"))


def title(key: str) -> str:
    """A key as a heading: "Adverse events", "DLTs"."""
    text = words(key)
    return text[:1].upper() + text[1:]


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
        return percent(value)
    if result.format == "day":
        return f"day{NO_BREAK}{plain(value)}"
    return plain(value, DIGITS_OF_SPREAD if result.statistic == "sd" else DIGITS)


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
    if value != value or value in (float("inf"), float("-inf")):
        return {"nan": NOTHING, "inf": "∞", "-inf": f"{MINUS}∞"}[str(value)]
    if abs(value) >= LARGEST_PLAIN:
        text = f"{value:,.0f}"
    else:
        text = f"{value:.{digits}g}" if value == 0 or abs(value) >= SMALLEST_PLAIN else f"{value:.2e}"
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
    return percent_figure(value) if in_percent else plain(value)
