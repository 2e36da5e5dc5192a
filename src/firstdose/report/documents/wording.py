"""Numbers and lists in words: the only place that rounds for the reader."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from firstdose.records.wording import counted as counted

SMALLEST_PERCENT = 0.0005
NO_BREAK = "\u00a0"

CRITERIA = {
    "serious_death": "death",
    "serious_life_threatening": "life-threatening",
    "serious_hospital": "hospital admission or longer stay",
    "serious_disability": "lasting disability",
    "serious_congenital": "congenital anomaly",
    "serious_other": "otherwise medically important",
}
"""Why an event is serious, in words, by the field of the record."""


def percent(value: float | None) -> str:
    """A probability as "38.2 %"."""
    return "–" if value is None else f"{percent_figure(value)}{NO_BREAK}%"


def percent_figure(value: float | None) -> str:
    """A probability in percent without its sign, for columns headed by one: "38.2"."""
    if value is None:
        return "–"
    if value <= 0:
        return "0"
    if value < SMALLEST_PERCENT:
        return "<0.1"
    if value >= 1:
        return "100"
    return ">99.9" if value > 1 - SMALLEST_PERCENT else f"{100 * value:.1f}"


def rate(value: float) -> str:
    """A rate that somebody chose, with as many digits as it has: "25 %", "12.5 %"."""
    return f"{100 * value:.3g}{NO_BREAK}%"


def number(value: float | None, digits: int = 1) -> str:
    """A mean, to one decimal."""
    return "–" if value is None else f"{value:.{digits}f}"


def probability(value: float) -> str:
    """An estimate between 0 and 1, to three decimals."""
    return f"{value:.3f}"


def listed(items: Iterable[str], joint: str = "and") -> str:
    """Items as a phrase: "a, b and c"."""
    words = list(items)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joint} {words[-1]}" if words else "none"


def run_together(counts: Sequence[int]) -> str:
    """Whole numbers with runs drawn together: "0, 2–3"."""
    runs: list[list[int]] = []
    for count in sorted(counts):
        if runs and count == runs[-1][-1] + 1:
            runs[-1].append(count)
        else:
            runs.append([count])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def between(values: Sequence[float], show: str = "percent") -> str:
    """The range of figures: "21.3 % to 45.0 %", or the one figure when all are shown alike."""
    lowest, highest = (percent(value) if show == "percent" else number(value) for value in (min(values), max(values)))
    return lowest if lowest == highest else f"{lowest} to {highest}"


def sentence(text: str) -> str:
    """The text with a capital first letter and a full stop."""
    stripped = text.strip()
    ended = stripped if stripped.endswith((".", "!", "?")) else f"{stripped}."
    return ended[:1].upper() + ended[1:]


def quantile(distribution: dict[int, float], share: float) -> int:
    """The smallest count reached with at least this probability."""
    total = 0.0
    for count in sorted(distribution):
        total += distribution[count]
        if total >= share - 1e-9:
            return count
    return max(distribution)
