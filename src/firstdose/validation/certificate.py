"""The certificate, in two parts: figures compared with other software, and this installation examined."""

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
from firstdose.validation.installation import Finding, Installation

TITLE = "Firstdose: certificate of this installation"
FIGURES = "Figures against other software"
INSTALLATION = "This installation"
SCOPE = (
    "This tells what was seen on one machine at one time. Whether the system is fit for a trial is for the sponsor to "
    "judge and to document; the certificate is a part of that."
)
VERDICTS = {"passed": "passed", "failed": "FAILED", "not checked": "not checked"}
TEXT_WIDTH = 100
NOTE_INDENT = " " * 8


@dataclass(frozen=True)
class Certificate:
    """Comparisons and their outcomes in the order they ran, and what was found of this installation, if examined.

    ``date`` is when, in the caller's words.
    """

    date: str
    versions: dict[str, str]
    platform: str
    results: tuple[tuple[Comparison, Outcome], ...]
    installation: Installation | None = None

    @property
    def passed(self) -> bool:
        """Whether both parts passed."""
        return self.figures_passed and (self.installation is None or self.installation.passed)

    @property
    def figures_passed(self) -> bool:
        """Whether there was a comparison and all of them passed."""
        return bool(self.results) and all(outcome.passed for _, outcome in self.results)

    @property
    def summary(self) -> str:
        """How many comparisons passed."""
        passed = sum(outcome.passed for _, outcome in self.results)
        figures = sum(outcome.compared for _, outcome in self.results)
        return f"{passed} of {len(self.results)} comparisons passed ({figures:,} figures compared)"

    @property
    def summaries(self) -> tuple[str, ...]:
        """How many comparisons and checks passed."""
        return (self.summary, *([self.installation.summary] if self.installation else []))

    @property
    def failed(self) -> tuple[str, ...]:
        """The names of the comparisons and checks that failed, in order."""
        findings = self.installation.findings if self.installation else ()
        return (
            *(comparison.name for comparison, outcome in self.results if not outcome.passed),
            *(finding.name for finding in findings if finding.status == "failed"),
        )

    @property
    def environment(self) -> str:
        """What ran the comparisons."""
        return ", ".join([*(f"{name} {number}" for name, number in self.versions.items()), self.platform])

    def as_text(self) -> str:
        """The certificate to print."""
        lines = [TITLE, f"{self.date}; {self.environment}", *_wrapped(SCOPE), "", FIGURES, ""]
        for comparison, outcome in self.results:
            verdict = "passed" if outcome.passed else "FAILED"
            lines.append(f"{verdict}  {comparison.name}: {agreement(comparison, outcome)}")
            lines += _indented(comparison.what, f"reference: {comparison.software}; {comparison.call}", outcome.note)
        if self.installation is not None:
            lines += ["", INSTALLATION, "", *(f"{name}: {fact}" for name, fact in self.installation.facts.items())]
            for part, findings in self.installation.by_part:
                lines += ["", part, *(line for finding in findings for line in _lines_of(finding))]
        lines += ["", *(f"{summary}." for summary in self.summaries)]
        lines += _wrapped(f"FAILED: {', '.join(self.failed)}") if self.failed else []
        return "\n".join([*lines, ""])

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
            "installation": self.installation.as_json() if self.installation else None,
        }


def _lines_of(finding: Finding) -> list[str]:
    """A check of the installation as text."""
    return [
        f"{VERDICTS[finding.status]}  {finding.name}",
        *_indented(
            f"asked for: {finding.requirement}",
            f"done: {finding.done}",
            f"expected: {finding.expected}",
            f"seen: {finding.seen}",
        ),
    ]


def _indented(*paragraphs: str) -> list[str]:
    """Paragraphs below the line to which they belong."""
    return [line for paragraph in paragraphs for line in _wrapped(paragraph, NOTE_INDENT)]


def _wrapped(paragraph: str, indent: str = "") -> list[str]:
    return textwrap.wrap(paragraph, TEXT_WIDTH, initial_indent=indent, subsequent_indent=indent)


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
