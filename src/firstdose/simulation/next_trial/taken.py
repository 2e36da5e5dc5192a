"""What the trial before says about the next: which number, from whom, and whether it is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

NO_EFFICACY = (
    "A trial without controls gives no prior for efficacy: everybody had the cells, the injection and the drug, so "
    "what they changed cannot be told from the course of the disease, nor from each other. It informs how much people "
    "differ, how many leave, safety, and how an outcome goes with the dose."
)


SHARE = "share"
"""The unit of what is shown in percent."""
FEWEST_FOR_SPREAD, FEWEST_FOR_RATE = 70, 60
"""People that a pilot should have to estimate a spread, or a rate (Teare et al., Trials 2014;15:264)."""


@dataclass(frozen=True)
class Taken:
    """One figure of the trial before. ``key`` is the setting that it replaces, empty where it only informs.

    ``stated`` is what the settings said; limits are at 95 %, none where they cannot be given. ``used`` is what stands
    in the place of the setting where it is not the value itself; ``people`` are those whom the figure rests on.
    """

    what: str
    value: float
    unit: str
    lower: float | None
    upper: float | None
    rests_on: str
    key: str = ""
    stated: float | None = None
    used: float | None = None
    people: int | None = None

    @property
    def is_used(self) -> bool:
        """Whether it replaces a setting."""
        return bool(self.key)

    @property
    def is_spread(self) -> bool:
        """Whether it is the standard deviation of a change."""
        return self.key.endswith("change.sd")

    @property
    def put_in(self) -> float:
        """What stands in the place of the setting."""
        return self.value if self.used is None else self.used

    @property
    def warning(self) -> str:
        """That it rests on few people, and what follows if the settings were right; empty where neither holds."""
        fewest = FEWEST_FOR_SPREAD if self.is_spread else FEWEST_FOR_RATE
        if not self.is_used or self.people is None or self.people >= fewest:
            return ""
        words = f"{self.what}: {self.people} people are few, {fewest} are advised for such a figure"
        if self.lower is None or self.upper is None or self.stated is None:
            return words
        words += f"; {self.limits} would all go with the data"
        if self.lower <= self.stated <= self.upper:
            return words
        words += f", the {self.shown(self.stated)} of the settings not"
        if self.is_spread and self.put_in > 0:
            times = (self.stated / self.put_in) ** 2
            how_many = f"{times:,.0f}" if times >= 10 else f"{times:.2g}"
            words += f", with which about {how_many} times as many people would be needed: find out which is right"
        return words

    @property
    def limits(self) -> str:
        """Both limits."""
        if self.lower is None or self.upper is None:
            return "–"
        return f"{self.figure(self.lower)} to {self.shown(self.upper)}"

    def figure(self, value: float) -> str:
        """A value of this kind: shares in percent, others without their unit."""
        return f"{100 * value:.1f} %" if self.unit == SHARE else f"{value:.3g}"

    def shown(self, value: float) -> str:
        """A value of this kind, with its unit."""
        return self.figure(value) if self.unit == SHARE else f"{self.figure(value)} {self.unit}".strip()

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return dict(vars(self)) | {"is_used": self.is_used, "warning": self.warning}
