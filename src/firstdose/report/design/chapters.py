"""The first chapters of the design report: summary, rule, decisions, pathways."""

from __future__ import annotations

from firstdose.report.design.content import DesignReport
from firstdose.report.design.pathway_picture import Branch, draw_pathways, grouped, ways
from firstdose.report.design.rule_words import advice_words
from firstdose.report.design.summary import summary_sentences
from firstdose.report.documents.blocks import (
    Block,
    Bullets,
    Chapter,
    Facts,
    Heading,
    Paragraph,
    Picture,
    Row,
    Table,
    row,
    rows,
)
from firstdose.report.documents.wording import counted, run_together, sentence


def summary_chapter(content: DesignReport) -> Chapter:
    """The key figures in plain sentences."""
    return Chapter("summary", "Summary", (Bullets(tuple(summary_sentences(content))),))


def rule_chapter(content: DesignReport) -> Chapter:
    """The rule in words."""
    words = content.rule
    blocks: list[Block] = [
        Facts((("Design", f"{words.title}. {words.summary}"), *words.facts)),
    ]
    if words.settings:
        blocks.append(
            Table(
                "Settings of the design",
                ("setting", "value", "given by", "meaning"),
                rows(
                    [
                        (each.key, each.value, "protocol" if each.stated else "default", each.meaning)
                        for each in words.settings
                    ]
                ),
                words=(0, 1, 2, 3),
            )
        )
    blocks.append(Heading("Further rules"))
    if words.guards:
        blocks += [
            Paragraph("Each step of the design is reviewed by these rules, in this order:"),
            Bullets(words.guards, True),
        ]
    elif not words.own_stops:
        blocks.append(Paragraph("No further rules are stated."))
    if words.own_stops:
        also = "The design's own settings stop the trial as well, before these rules:"
        alone = "The design's own settings stop the trial:"
        blocks += [Paragraph(also if words.guards else alone), Bullets(words.own_stops)]
    blocks += [Heading("The selected level"), Paragraph(words.selection)]
    if words.conduct:
        blocks += [Heading("Conduct"), Facts(words.conduct)]
    return Chapter("rule", "The escalation rule", tuple(blocks))


def pathways_chapter(content: DesignReport) -> Chapter:
    """The next two cohorts as a diagram and as a table."""
    tree = grouped(content.pathways)
    first = tree.advice
    lines = [_way(way) for way in ways(tree)]
    alternative = (
        f"Tree of decisions that starts with {advice_words(first)} and ends in "
        f"{counted(len(lines), 'branch', 'branches')}; the table below the figure lists every branch."
    )
    return Chapter(
        "pathways",
        "Pathways of the first two cohorts",
        (
            Paragraph(
                "What each outcome of the first two cohorts leads to. Outcomes with the same consequences are "
                "drawn together. ▲ one or more levels up, ■ the same level, ▼ down; a dark box with a thick edge "
                "ends the trial." + _whole_cohorts(content)
            ),
            Picture("Decisions after the first and the second cohort", alternative, draw_pathways(content.pathways)),
            Table(
                "Decisions after the first and the second cohort, in words",
                ("DLTs in the first cohort", "then", "DLTs in the second cohort", "then"),
                tuple(lines),
                words=(0, 1, 2, 3),
            ),
        ),
    )


def _whole_cohorts(content: DesignReport) -> str:
    """That the diagram shows whole cohorts, where cohorts may end earlier."""
    ends = []
    if content.sentinels_that_end:
        ends.append("A DLT of a sentinel ends its cohort, which is then decided as it stands")
    if content.stops_within_cohort:
        ends.append("Dosing inside a cohort stops once its decision is settled")
    return f" {'. '.join(ends)}; shown are outcomes of whole cohorts." if ends else ""


def _way(way: tuple[Branch, ...]) -> Row:
    cells = []
    for branch in way[1:]:
        cells += [f"{run_together(branch.dlts)} of {branch.size}", advice_words(branch.advice)]
    return row(*cells, *["–"] * (4 - len(cells)))


def assumptions_chapter(content: DesignReport) -> Chapter:
    """What the protocol file marks as assumed."""
    if not content.assumed:
        return Chapter("assumptions", "Assumptions", (Paragraph("The protocol file marks nothing as assumed."),))
    return Chapter(
        "assumptions",
        "Assumptions",
        (
            Paragraph(
                "The protocol file marks these of its statements as assumed, inferred or not verified. Whoever "
                "signs the protocol should confirm or replace each."
            ),
            Table(
                "Statements marked as assumed",
                ("statement", "why"),
                rows([(path, sentence(why)) for path, why in content.assumed]),
                words=(0, 1),
            ),
        ),
    )
