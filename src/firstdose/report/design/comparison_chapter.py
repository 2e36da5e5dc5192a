"""The chapter of the design report that sets the protocol's design beside others."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.designs import DESIGNS
from firstdose.designs.states import Stop
from firstdose.report.design.characteristics_tables import CORRECT_NOTE, name
from firstdose.report.design.comparison_pictures import draw_comparison
from firstdose.report.design.content import DesignReport
from firstdose.report.design.evaluation import Compared
from firstdose.report.design.scenario_pictures import correct_answer
from firstdose.report.documents.blocks import Block, Bullets, Cell, Chapter, Paragraph, Picture, Row, Table, row, rows
from firstdose.report.documents.wording import listed, number, percent, percent_figure


def comparison_chapter(content: DesignReport) -> Chapter:
    """The protocol's design beside others."""
    shown = [each for each in content.compared if each.figures is not None]
    refused = [each for each in content.compared if each.figures is None]
    blocks: list[Block] = []
    if len(shown) == 1 and not refused:
        blocks.append(Paragraph("The protocol names no designs to compare its own with."))
        return Chapter("comparison", "Comparison with other designs", tuple(blocks))
    but = ", except as stated below" if differs(content) else ""
    blocks.append(
        Paragraph(
            f"Each design runs under the protocol's dose levels, cohort size, maximum and further rules{but}, and "
            f"under the same scenarios.{_own_size_words(content, shown)}{_simulated_words(shown)}"
        )
    )
    if differs(content):
        blocks.append(Bullets(tuple(_differences(content, shown))))
    if content.target is not None:
        blocks.append(
            Picture(
                "Correct selection and share of participants treated above the MTD; discs carry the scenario's "
                "number, the upright line is the mean, the protocol's own design is dark",
                _comparison_alternative(shown),
                draw_comparison(shown),
            )
        )
        blocks.append(_means_table(content, shown))
    blocks.append(_detailed_table(content, shown))
    blocks.append(
        Table(
            "The designs and their settings",
            ("design", "key", "title", "settings"),
            rows([(each.short_name, each.name, each.title, settings_words(each)) for each in shown]),
            words=(0, 1, 2, 3),
        )
    )
    blocks += _without_safety_stop(shown)
    blocks += [Paragraph(f"{each.short_name} could not be compared: {each.refused}.") for each in refused]
    return Chapter("comparison", "Comparison with other designs", tuple(blocks))


def differs(content: DesignReport) -> bool:
    """Whether designs are compared under rules that are not all the same."""
    others = [each for each in content.compared if each.figures is not None and not each.is_own]
    return any(each.left_out or each.added for each in others) or bool(others and content.rule.own_stops)


def _differences(content: DesignReport, shown: list[Compared]) -> Iterator[str]:
    """Further rules that only some of the compared designs run under."""
    for each in shown:
        if each.left_out:
            yield f"{each.short_name} runs without this further rule: {'; '.join(each.left_out)}."
        if each.added:
            yield f"{each.short_name} has by its own settings this further rule: {'; '.join(each.added)}."
    if content.rule.own_stops:
        own = next(each.short_name for each in shown if each.is_own)
        stops = "; ".join(text.removesuffix(".") for text in content.rule.own_stops)
        yield f"What {own} does by its own settings holds for it alone: {stops}."


def _without_safety_stop(shown: list[Compared]) -> list[Block]:
    """Designs that never stopped for toxicity in any scenario."""
    names = [
        each.short_name
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
    means = (f"{each.short_name}: mean correct selection {percent(_mean(each, 'correct_selection'))}" for each in shown)
    return f"{'; '.join(means)}."


def _mean(compared: Compared, figure: str, *, only_with_mtd: bool = False) -> float | None:
    assert compared.figures is not None
    scenarios = [each for each in compared.figures.scenarios if each.true_mtd or not only_with_mtd]
    values = [getattr(each, figure) for each in scenarios]
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _means_table(content: DesignReport, shown: list[Compared]) -> Table:
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
        lines.append(row(Cell(each.short_name, "own" if each.is_own else ""), *cells))
    curves = next((each.random.curves for each in shown if each.random), 0)
    notes = [
        "Means over the scenarios, each with equal weight; above MTD: over those with an MTD. The protocol's own "
        "design is in bold." + _expansion_words(content)
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
            lines.append(row(Cell(each.short_name, "own" if each.is_own else ""), *cells, *further))
    columns = ("design", "none", *(f"level {level}" for level in levels), "participants", "DLTs")
    return Table(
        "Designs side by side: selection (% of trials), mean participants and DLTs"
        + (", share above the MTD (%)" if scored else ""),
        (*columns, *(("above MTD",) if scored else ())),
        tuple(lines),
        notes=tuple(note for note in (CORRECT_NOTE if scored else "", _expansion_words(content).strip()) if note),
    )


def _expansion_words(content: DesignReport) -> str:
    return " Participants and DLTs include the expansion." if content.expansion_participants else ""


def _own_size_words(content: DesignReport, shown: list[Compared]) -> str:
    """Designs that know one cohort size only, where it is not the protocol's."""
    sizes = {each.short_name: DESIGNS[each.name].own_cohort_size for each in shown}
    other = [f"{name} treats cohorts of {size}" for name, size in sizes.items() if size and size != content.cohort_size]
    return f" {listed(other)}, whatever the protocol's cohort size is." if other else ""


def _simulated_words(shown: list[Compared]) -> str:
    """Designs whose figures carry simulation error, where others' do not."""
    simulated = [each.short_name for each in shown if each.figures and each.figures.method != "exact"]
    if not simulated or len(simulated) == len(shown):
        return ""
    return f" Figures of {listed(simulated)} come from simulated trials; the others are exact."
