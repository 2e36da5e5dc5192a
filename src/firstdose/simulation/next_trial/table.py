"""All figures of an assessment as one long table: a row a figure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from firstdose.simulation.next_trial.assessment import Assessment
from firstdose.simulation.next_trial.figures import Estimate


class FigureRow(NamedTuple):
    """One figure; ``what`` is a comparison, or what else the figure is of."""

    kind: str
    design: str
    endpoint: str
    participants: int | None
    what: str
    value: float | str | None
    standard_error: float | None


def rows_of(found: Assessment) -> Iterator[FigureRow]:
    """Power, assurance, sample sizes and what is identified, in this order."""
    for power in found.powers:
        place = (power.design, power.endpoint, power.participants)
        for name, estimate in power.shown.items():
            yield _row("power", place, name, estimate)
        yield _row("power", place, "any", power.any_shown)
        yield _row("power", place, "all", power.all_shown)
        for look, share in enumerate(power.course.ended_at, start=1):
            yield FigureRow("ended", *place, f"look {look}", share, None)
        yield _row("course", place, "months", power.course.months)
        yield _row("course", place, "recruited", power.course.recruited)
    for told in found.assurances:
        place = (told.design, told.endpoint, told.participants)
        for name, estimate in told.shown.items():
            yield _row("assurance", place, name, estimate)
        for name in ("if_effect", "if_none", "effect_if_shown"):
            conditional = getattr(told, name)
            if conditional is not None:
                yield _row("assurance", place, name, conditional)
    for size in found.sizes:
        error = size.standard_error
        yield FigureRow(
            "sample_size", size.design, size.endpoint, size.participants, size.comparison, size.power, error
        )
    for design, contrasts in found.identified.items():
        for each in contrasts:
            yield FigureRow("identified", design, "", None, each.contrast, each.text, None)


def _row(kind: str, place: tuple[str, str, int], what: str, estimate: Estimate) -> FigureRow:
    known = estimate.value == estimate.value
    return FigureRow(kind, *place, what, estimate.value if known else None, estimate.error if known else None)
