"""What went along with the dose so closely that it must be named among the explanations of a slope."""

from __future__ import annotations

from dataclasses import dataclass

from firstdose.analysis.attribution.sources import RUNS_HELD
from firstdose.records.results import Result
from firstdose.report.attribution.rows import AttributionRows

LARGE_SHARE = 0.5
"""From this share of the variance of the dose's ranks on, what went along with the dose is named.

Of a quantity it is the square of Spearman's correlation, of sites and batches Kruskal and Wallis's H / (N - 1).
"""

BESIDE = {
    "date_of_dosing": "the date of dosing",
    "storage_age": "the storage age of the product",
    "trough": "the trough of the drug",
    "site": "the site",
    "batch": "the batch of the product",
    "run": "the run of measurement",
}
EXPLAINS = {
    "storage_age": "the storage age of the product",
    "trough": "an exposure to the drug that differs by dose",
    "site": "a difference between sites",
    "batch": "a difference between batches of the product",
    "run": "a difference between runs of measurement that is not the same in all samples of a run",
}
"""How each of them explains a slope; that cohorts drift in time is always named."""


@dataclass(frozen=True)
class Beside:
    """One thing that went along with the dose: whether the two are separated, and the share, with the rows behind."""

    what: str
    separated: Result | None
    of_share: Result | None
    visit: str = ""

    @property
    def named(self) -> str:
        """What it is, in words, with the visit where visits differ."""
        return BESIDE[self.what] + (f" at {self.visit}" if self.visit else "")

    @property
    def share(self) -> float | None:
        """The share of the variance of the dose's ranks."""
        return None if self.of_share is None else self.of_share.value

    @property
    def is_separated(self) -> bool:
        """Whether no two doses overlap in it."""
        return self.separated is not None and self.separated.text == "yes"

    @property
    def is_large(self) -> bool:
        """Whether it took a large share of the variance of the dose's ranks."""
        return self.share is not None and self.share >= LARGE_SHARE


def beside_the_dose(rows: AttributionRows) -> list[Beside]:
    """Everything that was held against the dose; the trough only where there is a drug."""
    found = []
    for what in BESIDE:
        if what == "trough" and not rows.drug:
            continue
        placed: dict[tuple[str, str], dict[str, Result]] = {}
        for each in rows.where(table="beside_the_dose", what=what):
            place = (each.within, each.when) if what == "run" else ("", "")
            placed.setdefault(place, {})[each.statistic] = each
        several = [
            Beside(what, here.get("separated"), here.get("share_of_rank_variance"), visit)
            for (_, visit), here in placed.items()
        ]
        closest = max(several, key=lambda each: (each.is_separated, each.share or 0.0), default=None)
        if closest is not None or what != "run":
            found.append(closest or Beside(what, None, None))
    return found


def explanations(rows: AttributionRows, outcome: str, *, without: tuple[str, ...] = ()) -> list[str]:
    """What else would explain a slope on dose, in words: a drift, and whatever went along with the dose."""
    named = [each.what for each in beside_the_dose(rows) if each.is_separated or each.is_large]
    people = rows.where(table="comparisons", within=outcome, statistic="people")
    if not any(RUNS_HELD in each.warning for each in people):
        without = (*without, "run")
    return ["a drift between cohorts", *(EXPLAINS[what] for what in named if what in EXPLAINS and what not in without)]
