"""Chapters of the design report on the true scenarios and on the rule's operating characteristics."""

from __future__ import annotations

from firstdose.report.design.characteristics_tables import (
    allocation_table,
    expansion_table,
    name,
    selection_table,
    size_table,
    stops_table,
)
from firstdose.report.design.content import DesignReport
from firstdose.report.design.evaluation import YARDSTICK_RATE
from firstdose.report.design.scenario_pictures import (
    draw_allocation,
    draw_selection,
    draw_sizes,
    draw_truths,
    mean_in_escalation,
)
from firstdose.report.documents.blocks import Block, Cell, Chapter, Heading, Paragraph, Picture, Table, row
from firstdose.report.documents.wording import listed, number, percent, percent_figure, rate
from firstdose.simulation.figures import OperatingCharacteristics
from firstdose.simulation.scenarios import TOO_TOXIC_FACTOR


def scenarios_chapter(content: DesignReport) -> Chapter:
    """The true curves."""
    figures = content.figures
    levels = range(1, len(content.doses) + 1)
    lines = [
        row(
            name(index, each),
            *(
                Cell(percent_figure(value), "correct" if level == each.true_mtd else "")
                for level, value in zip(levels, each.truth, strict=True)
            ),
            *(() if content.target is None else (f"level {each.true_mtd}" if each.true_mtd else "none",)),
        )
        for index, each in enumerate(figures.scenarios)
    ]
    toxic = (
        "The protocol states no target, so no level is called the MTD."
        if content.target is None
        else f"The MTD is the level whose true rate is closest to the target {rate(content.target)}, and none "
        f"where level 1 exceeds {TOO_TOXIC_FACTOR:g} times the target ({rate(TOO_TOXIC_FACTOR * content.target)})."
    )
    return Chapter(
        "scenarios",
        "True dose-toxicity scenarios",
        (
            Paragraph(
                f"{family_words(content)} A true rate is the probability of a DLT of a participant who is "
                f"evaluable. {toxic}"
            ),
            Picture(
                "True DLT rates by dose level" + ("; a filled marker is the MTD" if content.target is not None else ""),
                "; ".join(
                    f"{name(index, each)}: {listed(map(percent, each.truth))}"
                    for index, each in enumerate(figures.scenarios)
                )
                + ".",
                draw_truths(figures),
            ),
            Table(
                "True DLT rates (%)",
                ("scenario", *(f"level {level}" for level in levels), *(() if content.target is None else ("MTD",))),
                tuple(lines),
                words=(0,),
            ),
        ),
    )


def family_words(content: DesignReport) -> str:
    """Where the scenarios come from."""
    what = "the target rate" if content.target is not None else f"a rate of {rate(YARDSTICK_RATE)}"
    has_toxic = len(content.figures.scenarios) > len(content.doses)
    families = {
        "steps": f"In each scenario another level has {what}, and the odds of a DLT double from level to level"
        + ("; in the last, every level is more toxic than that." if has_toxic else "."),
        "listed": "The scenarios were listed one by one.",
        "random": "The scenarios are random rising curves.",
    }
    return families.get(content.figures.family, "")


def characteristics_chapter(content: DesignReport) -> Chapter:
    """Selection, allocation, size and stopping of the protocol's rule."""
    figures = content.figures
    blocks: list[Block] = [
        Paragraph(engine_words(content)),
        Heading("Selection"),
        Picture(
            "Probability that each level, or none, is selected (%)" + _dark(content),
            _alternative(content, "selected"),
            draw_selection(figures),
        ),
        selection_table(content),
        Heading("Participants and DLTs"),
        Picture(
            "Mean participants at each level"
            + (", the expansion included" if content.expansion_participants else "")
            + _dark(content)
            + ("; dotted: above the MTD" if content.target is not None else ""),
            _alternative(content, "treated"),
            draw_allocation(figures),
        ),
        allocation_table(content),
        *([expansion_table(content)] if content.expansion_participants else []),
        Heading("Size of the trial and reasons to stop"),
    ]
    if all(each.size_distribution for each in figures.scenarios):
        blocks.append(
            Picture(
                "Distribution of the number of participants"
                + (" in the escalation" if content.expansion_participants else "")
                + "; dashed: the mean",
                _sizes_alternative(content),
                draw_sizes(figures),
            )
        )
    blocks += [size_table(content), stops_table(content)]
    return Chapter("characteristics", "Operating characteristics", tuple(blocks))


def engine_words(content: DesignReport) -> str:
    """How the figures were computed, in one sentence."""
    figures = content.figures
    if figures.method == "exact":
        return (
            f"Exact: every history that the rule allows is counted ({figures.endings or 0:,} distinguishable "
            "endings). The figures carry no simulation error."
        )
    return (
        f"From {figures.trials or 0:,} simulated trials a scenario (seed {figures.seed}), as the exact computation "
        "would exceed its limit of states. Standard errors of selection probabilities are at most "
        f"{percent(largest_error(figures))}."
    )


def largest_error(figures: OperatingCharacteristics) -> float:
    """The largest standard error of a selection probability."""
    return float(max(max(each.standard_errors.get("selected", [0.0])) for each in figures.scenarios))


def _dark(content: DesignReport) -> str:
    return "" if content.target is None else "; dark and pointed at: the correct answer"


def _alternative(content: DesignReport, what: str) -> str:
    parts = []
    for index, each in enumerate(content.figures.scenarios):
        values = (
            [
                f"none {percent(each.none_selected)}",
                *(f"level {at} {percent(v)}" for at, v in enumerate(each.selected, 1)),
            ]
            if what == "selected"
            else [f"level {at} {number(v)}" for at, v in enumerate(each.mean_participants, 1)]
        )
        parts.append(f"{name(index, each)}: {', '.join(values)}")
    return f"Bars for each scenario. {'; '.join(parts)}."


def _sizes_alternative(content: DesignReport) -> str:
    scenarios = content.figures.scenarios
    parts = [
        f"{name(index, each)}: mean {number(mean_in_escalation(each))}, from {min(each.size_distribution)} to "
        f"{max(each.size_distribution)}"
        for index, each in enumerate(scenarios)
    ]
    return f"Bars for each scenario. {'; '.join(parts)}."
