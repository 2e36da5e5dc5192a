"""Brain volume change between two scans, as per cent per year of the time that truly lay between them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from firstdose.measures.change import NO_RULE
from firstdose.measures.item import Answers, Item, numeric
from firstdose.measures.measure import Doubt, Measure
from firstdose.measures.result import Missing, Result, Score

DAYS_PER_YEAR = 365.25
FEWEST_DAYS = 90  # over less, the error of measurement exceeds a year's change once annualised


def annualise(percentage_change: float, days: float) -> float:
    """The yearly change that, compounded over these days, gives the percentage change."""
    if days <= 0:
        raise ValueError(f"days {days} must be positive")
    remaining = 1 + percentage_change / 100
    return 100 * (float(remaining ** (DAYS_PER_YEAR / days)) - 1)


def days_between(answers: Answers) -> int | None:
    """Days from the first scan to the second."""
    first, second = answers.get("first_scan"), answers.get("second_scan")
    return (second - first).days if isinstance(first, date) and isinstance(second, date) else None


def score_volume(answers: Answers) -> Result:
    """The change per cent per year; a change of scanner and recent steroids are remarked upon."""
    change, days = numeric(answers.get("percentage_change")), days_between(answers)
    if change is None or days is None:
        return Missing("the change or the date of a scan is not a number or date")
    if days <= 0:
        return Missing(f"the second scan is {-days} days before the first" if days else "both scans are of one day")
    remarks = [f"only {days} days between the scans"] if days < FEWEST_DAYS else []
    remarks += ["another scanner for the second scan"] if answers.get("scanner_changed") is True else []
    remarks += ["steroids before a scan (pseudo-atrophy)"] if answers.get("recent_steroids") is True else []
    parts = {"percentage_change": change, "years": days / DAYS_PER_YEAR}
    return Score(annualise(change, days), "% per year", parts, remarks=tuple(remarks))


def check_dates(answers: Answers) -> Iterator[Doubt]:
    """The second scan is later than the first."""
    days = days_between(answers)
    if days is not None and days <= 0:
        rule = f"must be later than the first scan ({answers['first_scan']})"
        yield Doubt("second_scan", answers["second_scan"], rule, "correct one of the dates")


BRAIN_VOLUME = Measure(
    name="brain_volume",
    title="Brain volume change",
    source=(
        "Smith SM et al. Accurate, robust, and automated longitudinal and cross-sectional brain change analysis. "
        "NeuroImage 2002;17:479-489."
    ),
    items=(
        Item(
            name="percentage_change",
            question="Brain volume change from the first scan to the second",
            kind="number",
            unit="%",
            lowest=-30,
            highest=30,
        ),
        Item(name="first_scan", question="Date of the first scan", kind="date"),
        Item(name="second_scan", question="Date of the second scan", kind="date"),
        Item(
            name="scanner_changed",
            question="Was the second scan made on another scanner or protocol?",
            kind="yes or no",
            required=False,
        ),
        Item(
            name="recent_steroids",
            question="Were steroids given within 30 days before a scan?",
            kind="yes or no",
            required=False,
        ),
    ),
    unit="% per year",
    worse="lower",
    minimum_change=NO_RULE,
    scoring=score_volume,
    consistency=check_dates,
    sdtm={"DOMAIN": "NV", "NVLOC": "BRAIN"},
)
