"""The pictures of the documentation, each with the figures that it was drawn from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape, unescape
from pathlib import Path

from docs.pages.places import DOCS, PICTURES

from firstdose.designs.building import build_design
from firstdose.designs.history import History
from firstdose.protocol import read_protocol
from firstdose.simulation.figures import OperatingCharacteristics, ScenarioFigures
from firstdose.simulation.operating_characteristics import operating_characteristics
from firstdose.simulation.pathways import Pathway, pathways
from firstdose.simulation.scenarios import steps_around_each_mtd

REFERENCE_TRIAL = DOCS.parent / "examples" / "nsc-spms" / "protocol.yaml"


def picture_figures() -> dict[Path, str]:
    """Every picture with the figures that it shows, as text."""
    return {path: figures for path, (figures, _) in pictures().items()}


def pictures() -> dict[Path, tuple[str, Callable[[], str]]]:
    """Every picture: the figures that it shows, and the function that draws it."""
    protocol = read_protocol(REFERENCE_TRIAL)
    rule = build_design(protocol)
    found = operating_characteristics(rule, steps_around_each_mtd(rule.frame.levels, rule.frame.rate))
    tree = pathways(rule, History(), cohorts=2)

    def draw_selection() -> str:
        from firstdose.report.design.scenario_pictures import draw_selection

        return draw_selection(found)

    def draw_paths() -> str:
        from firstdose.report.design.pathway_picture import draw_pathways

        return draw_pathways(tree)

    return {
        PICTURES / "selection.svg": ("Selected (%): " + listed(found, lambda row: selection(row)), draw_selection),
        PICTURES / "pathways.svg": ("Next steps: " + "; ".join(steps(tree)), draw_paths),
    }


def listed(found: OperatingCharacteristics, words: Callable[[ScenarioFigures], str]) -> str:
    """A few words on each scenario."""
    return "; ".join(f"{row.name}: {words(row)}" for row in found.scenarios)


def selection(row: ScenarioFigures) -> str:
    """How often each level is selected in a scenario."""
    levels = [f"level {level} {100 * chance:.1f}" for level, chance in enumerate(row.selected, start=1)]
    return ", ".join([*levels, f"none {100 * row.none_selected:.1f}"])


def steps(tree: Pathway) -> Iterator[str]:
    """Every history of a tree with what follows."""
    advice = tree.recommendation
    follows = f"treat {advice.cohort_size} at level {advice.next_level}" if advice.action == "dose" else advice.action
    yield f"{tree.history or 'start'}: {follows}"
    for _, after in tree.outcomes:
        yield from steps(after)


def described(drawing: str, figures: str) -> str:
    """The picture with its figures as its description, for readers who cannot see it."""
    head, tag, rest = re.split(r"(<svg\b[^>]*>)", drawing, maxsplit=1)
    return f"{head}{tag}<desc>{escape(figures)}</desc>{rest}"


def description(drawing: str) -> str:
    """The figures that a picture was drawn from."""
    found = re.search(r"<desc>(.*?)</desc>", drawing, re.DOTALL)
    return unescape(found.group(1)) if found else ""
