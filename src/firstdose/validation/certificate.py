"""The certificate: every comparison run on this machine, with the versions of what ran it."""

from __future__ import annotations

import math
import platform
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import firstdose
from firstdose.validation import COMPARISONS, Comparison, Outcome

TEXT_WIDTH = 100
NOTE_INDENT = " " * 8


@dataclass(frozen=True)
class Certificate:
    """Comparisons and their outcomes, in the order they ran. ``date`` is when, in the caller's words."""

    date: str
    versions: dict[str, str]
    platform: str
    results: tuple[tuple[Comparison, Outcome], ...]

    @property
    def passed(self) -> bool:
        """Whether there was a comparison and all of them passed."""
        return bool(self.results) and all(outcome.passed for _, outcome in self.results)

    @property
    def summary(self) -> str:
        """How many comparisons passed."""
        passed = sum(outcome.passed for _, outcome in self.results)
        figures = sum(outcome.compared for _, outcome in self.results)
        return f"{passed} of {len(self.results)} comparisons passed ({figures:,} figures compared)"

    @property
    def environment(self) -> str:
        """What ran the comparisons."""
        return ", ".join([*(f"{name} {number}" for name, number in self.versions.items()), self.platform])

    def as_text(self) -> str:
        """The certificate to print."""
        lines = ["Firstdose: comparisons with other software", f"{self.date}; {self.environment}", ""]
        for comparison, outcome in self.results:
            verdict = "passed" if outcome.passed else "FAILED"
            lines.append(f"{verdict}  {comparison.name}: {agreement(comparison, outcome)}")
            for paragraph in (
                comparison.what,
                f"reference: {comparison.software}; {comparison.call}",
                outcome.note,
            ):
                lines += textwrap.wrap(paragraph, TEXT_WIDTH, initial_indent=NOTE_INDENT, subsequent_indent=NOTE_INDENT)
        return "\n".join([*lines, "", f"{self.summary}.", ""])

    def as_json(self) -> dict[str, Any]:
        """The document that ``firstdose validate --json`` prints. A difference without bound is null."""
        return {
            "date": self.date,
            "versions": self.versions,
            "platform": self.platform,
            "passed": self.passed,
            "comparisons": [
                {
                    "name": comparison.name,
                    "what": comparison.what,
                    "reference_software": comparison.software,
                    "reference_call": comparison.call,
                    "compared": outcome.compared,
                    "largest_difference": _finite(outcome.largest_difference),
                    "tolerance": outcome.tolerance,
                    "unit": comparison.unit,
                    "passed": outcome.passed,
                    "note": outcome.note,
                }
                for comparison, outcome in self.results
            ],
        }


def agreement(comparison: Comparison, outcome: Outcome) -> str:
    """How much was compared, and how far apart it was."""
    figures = f"{outcome.compared:,} figures"
    if comparison.unit == "equal":
        return f"{figures}, all equal" if outcome.passed else f"{figures}, not all equal"
    unit = comparison.unit if comparison.unit == "standard errors" else f"({comparison.unit})"
    return f"{figures}, largest difference {outcome.largest_difference:.2g}, tolerance {outcome.tolerance:g} {unit}"


def run_all(
    date: str,
    progress: Callable[[int, int, str], None] | None = None,
    comparisons: Iterable[Comparison] | None = None,
) -> Certificate:
    """Run the comparisons, all of them by default.

    ``progress`` is called before each with the number done, the number of all, and its name; after the last with "".
    A comparison that cannot be run has failed.
    """
    chosen = tuple(COMPARISONS.values() if comparisons is None else comparisons)
    results = []
    for number, comparison in enumerate(chosen):
        if progress is not None:
            progress(number, len(chosen), comparison.name)
        results.append((comparison, _run(comparison)))
    if progress is not None:
        progress(len(chosen), len(chosen), "")
    versions = {"Firstdose": firstdose.__version__, "Python": platform.python_version()}
    versions |= {name: version(name) for name in ("numpy", "scipy")}
    return Certificate(date, versions, platform.platform(), tuple(results))


def _run(comparison: Comparison) -> Outcome:
    try:
        return comparison.run()
    except Exception as error:
        reason = f"could not be run: {type(error).__name__}: {error}"
        return Outcome(0, math.inf, comparison.tolerance, False, reason)


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None
