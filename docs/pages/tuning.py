"""The page on the plan of a search."""

from __future__ import annotations

from collections.abc import Iterator

from docs.pages.scenario import scenario_section
from docs.pages.words import row

from firstdose.simulation.tuning.measures import FIGURES, OVER_WORDS
from firstdose.simulation.tuning.plan import PlanSections


def tuning_page() -> Iterator[str]:
    """Every key of a plan, and the figures that aims and constraints may name."""
    yield "# The plan of a search\n"
    yield (
        "One YAML file says what `firstdose tune` may choose, what is aimed at, what must be kept to and under which "
        "true curves; the command takes `tuning.yaml` beside the protocol file, or the one that `--plan` names. It is "
        "read as strictly as a protocol file. The page on [the method](../methods/tuning.md) says what is computed.\n"
    )
    yield from scenario_section("", PlanSections)
    yield "## Figures\n"
    yield "What aims and constraints may name. Each is a figure of one curve; `by` says how those of many are taken.\n"
    yield "| figure | what it is | unit |\n|---|---|---|"
    for name, figure in FIGURES.items():
        yield row(f"`{name}`", figure.words, "a share, 0 to 1" if figure.is_share else "people")
    yield "\nThe curves that `over` names:\n"
    yield from (f"- `{name}`: {words}." for name, words in OVER_WORDS.items())
