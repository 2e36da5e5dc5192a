"""One comparison with other software: its figures, what counts as agreement, and how it turned out."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

Figures: TypeAlias = dict[str, Any]
Unit: TypeAlias = Literal["equal", "absolute", "relative", "standard errors"]
MOST_PLACES_NAMED = 3


@cache
def load_figures(file: str) -> Figures:
    """The reference figures of a file in this package, with the call and versions that made them (``meta``)."""
    content = files("firstdose").joinpath("validation", "figures", *file.split("/")).read_bytes()
    figures: Figures = json.loads(gzip.decompress(content) if file.endswith(".gz") else content)
    return figures


@dataclass(frozen=True)
class Outcome:
    """How a comparison turned out. ``largest_difference`` is in the comparison's unit; of unequal things it is 1."""

    compared: int
    largest_difference: float
    tolerance: float
    passed: bool
    note: str = ""


@dataclass
class Tally:
    """Counts what is compared, keeps the largest difference and names the places that differ."""

    tolerance: float
    compared: int = 0
    largest: float = 0.0
    failures: list[str] = field(default_factory=list)

    def equal(self, place: str, found: object, expected: object) -> None:
        """Two things that must be the same."""
        self._add(place, 0.0 if found == expected else 1.0, found, expected)

    def close(self, place: str, found: ArrayLike, expected: ArrayLike) -> None:
        """Numbers whose difference must not exceed the tolerance."""
        for one, other in self._pairs(place, found, expected):
            self._add(place, abs(one - other), one, other)

    def close_relative(self, place: str, found: ArrayLike, expected: ArrayLike) -> None:
        """Numbers whose difference, relative to the reference, must not exceed the tolerance."""
        for one, other in self._pairs(place, found, expected):
            scale = abs(other) if other else 1.0
            self._add(place, abs(one - other) / scale, one, other)

    def within_errors(self, place: str, found: ArrayLike, simulated: ArrayLike, errors: ArrayLike) -> None:
        """Exact numbers and simulated ones, whose difference is counted in the simulation's standard errors."""
        pairs = self._pairs(place, found, simulated)
        for (one, other), error in zip(pairs, np.ravel(np.asarray(errors, dtype=np.float64)), strict=True):
            difference = abs(one - other)
            if error > 0:
                difference /= error
            elif difference > 0:
                difference = math.inf
            self._add(place, float(difference), one, other)

    def outcome(self, note: str = "") -> Outcome:
        """The outcome so far. Nothing compared is no agreement."""
        notes = [note] if note else []
        if self.failures:
            named = "; ".join(self.failures[:MOST_PLACES_NAMED])
            more = len(self.failures) - MOST_PLACES_NAMED
            notes.insert(0, f"differs at {named}" + (f"; and {more} more" if more > 0 else ""))
        elif not self.compared:
            notes.insert(0, "nothing was compared")
        passed = bool(self.compared) and not self.failures
        return Outcome(self.compared, self.largest, self.tolerance, passed, ". ".join(notes))

    def _pairs(self, place: str, found: ArrayLike, expected: ArrayLike) -> Sequence[tuple[float, float]]:
        ours, theirs = (np.asarray(values, dtype=np.float64) for values in (found, expected))
        if ours.shape != theirs.shape:
            raise ValueError(f"{place}: shape {ours.shape} cannot be compared with {theirs.shape}")
        return list(zip(ours.ravel().tolist(), theirs.ravel().tolist(), strict=True))

    def _add(self, place: str, difference: float, found: object, expected: object) -> None:
        self.compared += 1
        if math.isnan(difference):
            difference = math.inf
        self.largest = max(self.largest, difference)
        if difference > self.tolerance:
            self.failures.append(f"{place}: {_shown(found)}, reference {_shown(expected)}")


@dataclass(frozen=True)
class Comparison:
    """Figures of other software, and the function that holds Firstdose's own against them.

    ``compare`` fills the tally and returns a note. ``made_by`` names the software where the file's own ``meta`` speaks
    of more than what is compared.
    """

    name: str
    what: str
    file: str
    compare: Callable[[Figures, Tally], str]
    tolerance: float = 0.0
    unit: Unit = "equal"
    made_by: str = ""
    called: str = ""

    @property
    def software(self) -> str:
        """The reference software with its versions."""
        meta = self.figures["meta"]
        if self.made_by or "software" in meta:
            return self.made_by or str(meta["software"])
        packages = ", ".join(f"{name} {version}" for name, version in meta["packages"].items())
        return f"{packages} (R {meta['r_version'].split()[2]})"

    @property
    def call(self) -> str:
        """How the reference software was called."""
        return self.called or str(self.figures["meta"]["call"])

    @property
    def figures(self) -> Figures:
        """The reference figures in this package."""
        return load_figures(self.file)

    def run(self, figures: Figures | None = None) -> Outcome:
        """Compare with the figures in this package, or with those given."""
        tally = Tally(self.tolerance)
        note = self.compare(self.figures if figures is None else figures, tally)
        return tally.outcome(note)


def _shown(value: object) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)
