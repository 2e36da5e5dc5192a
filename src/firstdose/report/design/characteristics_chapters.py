"""Chapters of the design report on the true scenarios and on the rule's operating characteristics."""

from __future__ import annotations

from firstdose.designs.states import STOP_WORDS, Stop
from firstdose.report.design.content import DesignReport
from firstdose.report.design.evaluation import YARDSTICK_RATE
from firstdose.report.design.scenario_pictures import (
    correct_answer,
    draw_allocation,
    draw_selection,
    draw_sizes,
    draw_truths,
    mean_in_escalation,
)
from firstdose.report.documents.blocks import Block, Cell, Chapter, Heading, Paragraph, Picture, Table, row, rows
from firstdose.report.documents.wording import counted, listed, number, percent, percent_figure, quantile, rate
from firstdose.simulation.figures import OperatingCharacteristics, ScenarioFigures
from firstdose.simulation.scenarios import TOO_TOXIC_FACTOR

CORRECT_NOTE = "Bold and underlined: the correct answer."


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


def name(index: int, scenario: ScenarioFigures) -> str:
    """A scenario's number and name."""
    return f"{index + 1}: {scenario.name}"


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
        _selection_table(content),
        Heading("Participants and DLTs"),
        Picture(
            "Mean participants at each level"
            + (", the expansion included" if content.expansion_participants else "")
            + _dark(content)
            + ("; dotted: above the MTD" if content.target is not None else ""),
            _alternative(content, "treated"),
            draw_allocation(figures),
        ),
        _allocation_table(content),
        *([_expansion_table(content)] if content.expansion_participants else []),
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
    blocks += [_size_table(content), _stops_table(content)]
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


def _selection_table(content: DesignReport) -> Table:
    scored = content.target is not None
    levels_named = [f"level {level}" for level in range(1, len(content.doses) + 1)]
    lines = []
    for index, each in enumerate(content.figures.scenarios):
        right = correct_answer(content.figures, each)
        chances = enumerate([each.none_selected, *each.selected])
        cells = [Cell(percent_figure(chance), "correct" if level == right else "") for level, chance in chances]
        lines.append(
            row(
                name(index, each),
                *cells,
                *((percent_figure(each.correct_selection),) if scored else ()),
                percent_figure(each.mtd_not_reached),
            )
        )
    return Table(
        "Selection (% of trials)",
        ("scenario", "none", *levels_named, *(("correct",) if scored else ()), "MTD not reached"),
        tuple(lines),
        notes=(
            *((CORRECT_NOTE,) if scored else ()),
            "MTD not reached: the highest level is selected and the MTD may lie above it; these trials count "
            "among those that select it.",
        ),
    )


def _allocation_table(content: DesignReport) -> Table:
    levels = range(1, len(content.doses) + 1)
    replaced = content.figures.not_evaluable > 0
    columns = ["scenario", *(f"level {level}" for level in levels), "all", "DLTs"]
    columns += ["90 % of trials: DLTs at most" + (" (escalation)" if content.expansion_participants else "")]
    columns += ["dosed"] if replaced else []
    columns += ["above MTD (%)", "observed rate above target (%)"] if content.target is not None else []
    lines = []
    for index, each in enumerate(content.figures.scenarios):
        cells = [*(number(mean) for mean in each.mean_participants), number(each.mean_total_participants)]
        cells += [number(each.mean_total_dlts)]
        cells += [str(quantile(each.dlt_distribution, 0.9)) if each.dlt_distribution else "–"]
        cells += [number(each.mean_total_dosed)] if replaced else []
        if content.target is not None:
            cells += [percent_figure(each.share_above_mtd), percent_figure(each.observed_rate_above_target)]
        lines.append(row(name(index, each), *cells))
    notes = ["Means over trials; participants are those evaluable for DLTs."]
    if content.expansion_participants:
        notes = [
            "Means over trials, the expansion included; participants are those evaluable for DLTs. The 90 % of trials "
            "and the observed rate look at the escalation alone."
        ]
    if content.target is not None:
        notes.append(
            "Above MTD: mean participants above the MTD as a share of all. Observed rate above target: trials in "
            "which the share of all participants with a DLT exceeds the target."
        )
    caption = "Participants and DLTs" + (", the expansion included" if content.expansion_participants else "")
    return Table(caption, tuple(columns), tuple(lines), notes=tuple(notes))


def _expansion_table(content: DesignReport) -> Table:
    """What of the means belongs to the expansion."""
    levels = range(1, len(content.doses) + 1)
    return Table(
        "Of these, in the expansion at the selected level",
        ("scenario", *(f"level {level}" for level in levels), "all", "DLTs"),
        rows(
            [
                (
                    name(index, each),
                    *map(number, each.expansion_participants),
                    number(sum(each.expansion_participants)),
                    number(sum(each.expansion_dlts)),
                )
                for index, each in enumerate(content.figures.scenarios)
            ]
        ),
        notes=(
            f"{counted(content.expansion_participants, 'participant')} where a level is selected, none otherwise; "
            "means over trials.",
        ),
    )


def _size_table(content: DesignReport) -> Table:
    lines = []
    for index, each in enumerate(content.figures.scenarios):
        sizes = each.size_distribution
        cells = [number(mean_in_escalation(each))]
        cells += [str(quantile(sizes, share)) for share in (0.1, 0.5, 0.9)] if sizes else ["–"] * 3
        cells += [str(min(sizes)), str(max(sizes))] if sizes else ["–"] * 2
        lines.append(row(name(index, each), *cells))
    return Table(
        "Number of participants in the escalation",
        ("scenario", "mean", "10th percentile", "median", "90th percentile", "fewest", "most"),
        tuple(lines),
        notes=() if content.figures.method == "exact" else ("Fewest and most: among the simulated trials.",),
    )


def _stops_table(content: DesignReport) -> Table:
    scenarios = content.figures.scenarios
    reasons = [stop for stop in Stop if any(each.stop_reasons.get(stop.name.lower()) for each in scenarios)]
    return Table(
        "Why trials end (% of trials)",
        ("scenario", *(STOP_WORDS[stop] for stop in reasons)),
        rows(
            [
                (
                    name(index, each),
                    *(percent_figure(each.stop_reasons.get(stop.name.lower(), 0.0)) for stop in reasons),
                )
                for index, each in enumerate(scenarios)
            ]
        ),
    )
