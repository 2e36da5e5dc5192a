"""How chapters look figures of an assessment up, and how they say them."""

from __future__ import annotations

from firstdose.report.documents.blocks import Paragraph
from firstdose.report.documents.wording import NO_BREAK, percent, percent_figure
from firstdose.report.results.wording import DIGITS_OF_ESTIMATES, NOTHING, plain
from firstdose.simulation.next_trial import (
    CONTRASTS,
    Assessment,
    Assurance,
    Estimate,
    Identified,
    Power,
    SampleSize,
    Taken,
)
from firstdose.simulation.next_trial.arms import ArmDesign
from firstdose.simulation.next_trial.endpoints import NextEndpoint
from firstdose.simulation.next_trial.taken import SHARE

DIGITS_OF_SETTINGS = 6
"""Of numbers that somebody wrote down: more would be noise of the computer's."""


def cautions_of(found: Assessment) -> tuple[Paragraph, ...]:
    """What the figures cannot tell: it stands before them."""
    return tuple(Paragraph(f"Mind: {caution}.") for caution in found.cautions)


def powers_of(found: Assessment, design: ArmDesign, endpoint: NextEndpoint) -> list[Power]:
    """Power at each number of participants."""
    return [each for each in found.powers if (each.design, each.endpoint) == (design.id, endpoint.id)]


def assurances_of(found: Assessment, design: ArmDesign, endpoint: NextEndpoint) -> list[Assurance]:
    """Assurance at each number of participants; none where nothing is believed."""
    return [each for each in found.assurances if (each.design, each.endpoint) == (design.id, endpoint.id)]


def size_of(found: Assessment, design: ArmDesign, endpoint: NextEndpoint) -> SampleSize:
    """The number that the power asked for needs."""
    return next(each for each in found.sizes if (each.design, each.endpoint) == (design.id, endpoint.id))


def first_of(power: Power) -> Estimate:
    """The first comparison's power."""
    return next(iter(power.shown.values()))


def with_error(estimate: Estimate | None) -> str:
    """A share in percent and its Monte Carlo standard error: "81.2 ± 0.9"."""
    if estimate is None or estimate.value != estimate.value:
        return "–"
    if estimate.error == 0:
        return percent_figure(estimate.value)
    return f"{percent_figure(estimate.value)}{NO_BREAK}±{NO_BREAK}{100 * estimate.error:.1f}"


def stated(value: float) -> str:
    """A number of the settings, as it was written there: "−0.584"."""
    return plain(value, DIGITS_OF_SETTINGS)


def taken_figure(taken: Taken, value: float | None) -> str:
    """A figure of the trial before without its unit, unless that is percent; a dash where there is none."""
    if value is None:
        return NOTHING
    return percent(value) if taken.unit == SHARE else plain(value, DIGITS_OF_ESTIMATES)


def taken_value(taken: Taken, value: float) -> str:
    """The same with its unit."""
    figure = taken_figure(taken, value)
    return figure if taken.unit == SHARE else f"{figure} {taken.unit}".strip()


def taken_limits(taken: Taken) -> str:
    """Both limits, or a dash."""
    if taken.lower is None or taken.upper is None:
        return NOTHING
    return f"{taken_figure(taken, taken.lower)} to {taken_value(taken, taken.upper)}"


def name_of(design: ArmDesign) -> str:
    """A short name of a design; endpoints have their own words."""
    return design.id.replace("_", " ")


def told_of(each: Identified, drug: str) -> str:
    """A contrast that a design tells, and when: "cells against none, after tacrolimus was stopped at month 6"."""
    first = next(start for start, _, told in each.periods if told)
    if each.contrast == "cells_off_drug":
        return f"cells against none, {f'after {drug} was stopped at month {first:g}' if first else f'without {drug}'}"
    words = CONTRASTS[each.contrast].replace("the drug", drug)
    return words if each.text == "yes" else f"{words} ({each.text})"
