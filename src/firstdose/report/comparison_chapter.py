"""The chapter of the design report that sets the protocol's design beside others."""

from __future__ import annotations

from firstdose.designs.states import Stop
from firstdose.report.blocks import Block, Cell, Chapter, Paragraph, Picture, Row, Table, row, rows
from firstdose.report.characteristics_chapters import CORRECT_NOTE, name
from firstdose.report.comparison_pictures import draw_comparison
from firstdose.report.design_content import DesignReport
from firstdose.report.evaluation import Compared
from firstdose.report.scenario_pictures import correct_answer
from firstdose.report.wording import listed, number, percent, percent_figure


def comparison_chapter(content: DesignReport) -> Chapter:
    """The protocol's design beside others."""
    shown = [each for each in content.compared if each.figures is not None]
    refused = [each for each in content.compared if each.figures is None]
    blocks: list[Block] = []
    if len(shown) == 1 and not refused:
        blocks.append(Paragraph("The protocol names no designs to compare its own with."))
        return Chapter("comparison", "Comparison with other designs", tuple(blocks))
    blocks.append(
        Paragraph(
            "Each design runs under the protocol's dose levels, cohort size, maximum and further rules, and under "
            "the same scenarios. A 3+3 treats cohorts of three whatever the protocol's cohort size is."
        )
    )
    if content.target is not None:
        blocks.append(
            Picture(
                "Correct selection and share of participants treated above the MTD; discs carry the scenario's "
                "number, the upright line is the mean, the protocol's own design is dark",
                _comparison_alternative(shown),
                draw_comparison(shown),
            )
        )
        blocks.append(_means_table(shown))
    blocks.append(_detailed_table(content, shown))
    blocks.append(
        Table(
            "The designs and their settings",
            ("design", "title", "settings"),
            rows([(each.name, each.title, settings_words(each)) for each in shown]),
            words=(0, 1, 2),
        )
    )
    blocks += _without_safety_stop(shown)
    blocks += [Paragraph(f"{each.name} could not be compared: {each.refused}.") for each in refused]
    return Chapter("comparison", "Comparison with other designs", tuple(blocks))


def _without_safety_stop(shown: list[Compared]) -> list[Block]:
    """Designs that never stopped for toxicity in any scenario."""
    names = [
        each.name
        for each in shown
        if each.figures and not any(one.stop_reasons.get(Stop.TOO_TOXIC.name.lower()) for one in each.figures.scenarios)
    ]
    if not names:
        return []
    return [
        Paragraph(
            f"Without a stop for toxicity: {listed(names)}. As compared here, such a design never ends a trial "
            "because every level is too toxic; in practice it would be given a safety rule."
        )
    ]


def settings_words(compared: Compared) -> str:
    """The settings of a design on one line."""
    return "; ".join(f"{key}: {value}" for key, value in compared.settings) or "none"


def _comparison_alternative(shown: list[Compared]) -> str:
    return (
        "; ".join(f"{each.name}: mean correct selection {percent(_mean(each, 'correct_selection'))}" for each in shown)
        + "."
    )


def _mean(compared: Compared, figure: str, *, only_with_mtd: bool = False) -> float | None:
    assert compared.figures is not None
    scenarios = [each for each in compared.figures.scenarios if each.true_mtd or not only_with_mtd]
    values = [getattr(each, figure) for each in scenarios]
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _means_table(shown: list[Compared]) -> Table:
    with_random = any(each.random for each in shown)
    columns = ["design", "correct (%)", "participants", "DLTs", "above MTD (%)", "observed rate above target (%)"]
    columns += ["correct, random curves: mean (%)", "middle half (%)"] if with_random else []
    lines = []
    for each in shown:
        cells = [
            percent_figure(_mean(each, "correct_selection")),
            number(_mean(each, "mean_total_participants")),
            number(_mean(each, "mean_total_dlts")),
            percent_figure(_mean(each, "share_above_mtd", only_with_mtd=True)),
            percent_figure(_mean(each, "observed_rate_above_target")),
        ]
        if with_random:
            random = each.random
            cells += (
                [percent_figure(random.correct), "–".join(map(percent_figure, random.quartiles))]
                if random
                else ["–", "–"]
            )
        lines.append(row(Cell(each.name, "own" if each.is_own else ""), *cells))
    curves = next((each.random.curves for each in shown if each.random), 0)
    notes = [
        "Means over the scenarios, each with equal weight; above MTD: over those with an MTD. The protocol's own "
        "design is in bold."
    ]
    notes += [f"Random curves: {curves} rising curves, the same for each design (see Methods)."] if curves else []
    return Table("Designs side by side, means over the scenarios", tuple(columns), tuple(lines), notes=tuple(notes))


def _detailed_table(content: DesignReport, shown: list[Compared]) -> Table:
    levels = range(1, len(content.doses) + 1)
    scored = content.target is not None
    lines: list[Row] = []
    for index, scenario in enumerate(content.figures.scenarios):
        lines.append(Row(group=name(index, scenario)))
        right = correct_answer(content.figures, scenario)
        for each in shown:
            assert each.figures is not None
            found = each.figures.scenarios[index]
            chances = enumerate([found.none_selected, *found.selected])
            cells = [Cell(percent_figure(chance), "correct" if level == right else "") for level, chance in chances]
            further = [number(found.mean_total_participants), number(found.mean_total_dlts)]
            further += [percent_figure(found.share_above_mtd)] if scored else []
            lines.append(row(Cell(each.name, "own" if each.is_own else ""), *cells, *further))
    columns = ("design", "none", *(f"level {level}" for level in levels), "participants", "DLTs")
    return Table(
        "Designs side by side: selection (% of trials), mean participants and DLTs"
        + (", share above the MTD (%)" if scored else ""),
        (*columns, *(("above MTD",) if scored else ())),
        tuple(lines),
        notes=(CORRECT_NOTE,) if scored else (),
    )
