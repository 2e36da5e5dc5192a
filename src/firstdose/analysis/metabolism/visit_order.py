"""The order of visits by their names, where no plan says it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

DAYS = {
    "s": 1 / 86_400, "sec": 1 / 86_400, "second": 1 / 86_400, "min": 1 / 1_440, "minute": 1 / 1_440,
    "h": 1 / 24, "hr": 1 / 24, "hour": 1 / 24, "d": 1.0, "day": 1.0, "w": 7.0, "wk": 7.0, "week": 7.0,
    "m": 30.4375, "mo": 30.4375, "mon": 30.4375, "month": 30.4375, "y": 365.25, "yr": 365.25, "year": 365.25,
}  # fmt: skip
"""Units of time in days, without the s of the plural."""
SHORTER_THAN_DAYS = ("s", "sec", "second", "min", "minute", "h", "hr", "hour")
SCREENINGS = frozenset(("screening", "scr", "screen", "run-in", "runin", "run in"))
BASELINES = frozenset(
    ("baseline", "base line", "bl", "base", "basal", "before", "pre", "pre-dose", "predose", "pre dose",
     "pre-treatment", "pretreatment", "pre treatment", "pre-transplant", "pretransplant", "pre-op", "preop",
     "preoperative", "before treatment", "before dose")
)  # fmt: skip
ENDS = frozenset(
    ("end of study", "end-of-study", "eos", "end of trial", "final", "final visit", "last", "last visit", "study end")
)
FIRST, LAST = float("-inf"), float("inf")
_TIME = re.compile(
    r"(?:visit|v|t|tp|time|timepoint|time point)?[ _]*(?P<unit>[a-z]+?)?(?P<gap>[ _]*)(?P<sign>[-+]?)[ _]*"
    r"(?P<number>\d+(?:\.\d+)?)[ _-]*(?P<after>[a-z]+)?"
)


@dataclass(frozen=True)
class _Time:
    """What a name says: a number with its unit, "" where it has none. `hyphen` says that a - joins unit and number."""

    number: float
    unit: str
    hyphen: bool

    @property
    def days(self) -> float:
        """The time in days, or the number as it is where it has no unit."""
        return self.number * DAYS.get(self.unit, 1.0)


@dataclass(frozen=True)
class VisitOrder:
    """Visits in order, and those whose names do not say when they were: these stand in the order of the file."""

    names: tuple[str, ...]
    unclear: tuple[str, ...] = ()


def ordered_visits(names: Iterable[str]) -> VisitOrder:
    """Visits in time, by names such as M3, week 12, day -7, 30 min, screening, baseline, pre and end of study.

    Units are compared as times; a number without a unit only with others without, or if it is 0. Before whatever is not
    understood come screening and baseline, after it the end of the study; one such visit has its place by that.
    """
    given = tuple(dict.fromkeys(names))
    times = _times(given)
    unknown = tuple(name for name in given if times.get(name) is None)
    known = sorted((name for name in given if name not in unknown), key=lambda name: times[name] or 0.0)
    repeated = tuple(name for name in known if [times[each] for each in known].count(times[name]) > 1)
    ends = [name for name in known if times[name] == LAST]
    order = (*(name for name in known if name not in ends), *unknown, *ends)
    only_words = all(_word(name) in SCREENINGS | BASELINES | ENDS or times[name] == 0 for name in known)
    is_clear = len(unknown) == 0 or (len(unknown) == 1 and bool(known) and only_words)
    return VisitOrder(order, tuple(name for name in order if name in repeated or (not is_clear and name in unknown)))


def _times(names: tuple[str, ...]) -> dict[str, float | None]:
    """The time of each name in days or numbers, None where it cannot be compared with the others."""
    words = {name: _word(name) for name in names}
    found = {name: _time_of(word) for name, word in words.items()}
    read = [each for each in found.values() if each is not None]
    # M-1 beside M0 is a month before; M-1, M-3 and M-12 alone are months behind a hyphen
    is_sign = not all(each.hyphen for each in read)
    units = {each.unit for each in read if each.number}
    is_short = any(each.unit in SHORTER_THAN_DAYS for each in read)
    times: dict[str, float | None] = {}
    for name, word in words.items():
        each = found[name]
        if word in SCREENINGS | BASELINES | ENDS:
            times[name] = FIRST if word in SCREENINGS else LAST if word in ENDS else 0.0
        elif each is None or (each.number and "" in units and len(units) > 1) or (each.unit == "m" and is_short):
            times[name] = None  # no time; numbers without a unit beside others with one; m for months or for minutes
        else:
            times[name] = each.days if is_sign or not each.hyphen else abs(each.days)
    return times


def _word(name: str) -> str:
    return re.sub(r"\s+", " ", re.sub("[−–]", "-", name)).strip().lower()


def _time_of(word: str) -> _Time | None:
    """The time that a word says; None if it says none."""
    found = _TIME.fullmatch(word)
    if found is None or (found["unit"] and found["after"]):
        return None
    unit = found["unit"] or found["after"] or ""
    unit = unit.removesuffix("s") if len(unit) > 1 else unit
    if unit and unit not in DAYS:
        return None
    number = float(found["number"]) * (-1.0 if found["sign"] == "-" else 1.0)
    is_joined = found["sign"] == "-" and not found["gap"] and word[0] != "-"
    return _Time(number, unit, is_joined)
