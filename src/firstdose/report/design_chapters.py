"""The first chapters of the design report: summary, rule, decisions, pathways."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.report.blocks import (
    Block,
    Bullets,
    Cell,
    Chapter,
    Facts,
    Heading,
    Mark,
    Paragraph,
    Picture,
    Row,
    Table,
    row,
    rows,
)
from firstdose.report.decisions import MOST_COLUMNS, CountsTable, ModelTable, SituationsTable, advice_words
from firstdose.report.design_content import DesignReport
from firstdose.report.pathway_picture import Branch, draw_pathways, grouped, ways
from firstdose.report.summary import summary_sentences
from firstdose.report.wording import counted, probability, run_together, sentence

LETTERS: dict[Mark | None, str] = {"escalate": "E", "stay": "S", "deescalate": "D", "eliminate": "X", None: ""}
MOVE_WORDS = {
    "escalate": "escalate",
    "stay": "stay",
    "deescalate": "de-escalate",
    "eliminate": "de-escalate and eliminate the level",
}


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
    else:
        blocks.append(Paragraph("No further rules are stated."))
    blocks += [Heading("The selected level"), Paragraph(words.selection)]
    if words.conduct:
        blocks += [Heading("Conduct"), Facts(words.conduct)]
    return Chapter("rule", "The escalation rule", tuple(blocks))


def decisions_chapter(content: DesignReport) -> Chapter:
    """The decision table."""
    table = content.decisions
    if isinstance(table, CountsTable):
        return Chapter("decisions", "Decision table", tuple(_counts_blocks(content, table)))
    if isinstance(table, SituationsTable):
        return Chapter("decisions", "Decision table", tuple(_situation_blocks(table)))
    return Chapter("decisions", "Prior and first decisions", tuple(_model_blocks(content, table)))


def _counts_blocks(content: DesignReport, table: CountsTable) -> Iterator[Block]:
    yield Paragraph(
        "After each cohort the next step follows from all participants treated so far at the current level "
        "(columns) and the DLTs among them (rows). E: escalate to the next level; S: stay; D: de-escalate to the "
        "level below; X: de-escalate, and give this level and all above it no more. At the highest level E means "
        "stay; at the lowest, D means stay and X ends the trial. An eliminated level is not entered again. "
        "Further rules and the maximum take precedence."
    )
    yield from (_grid(table, first, last) for first, last in _column_ranges(len(table.participants)))
    yield Paragraph("Counts where intuition is often wrong:")
    yield Bullets(tuple(_first_cohorts(content, table)))


def _column_ranges(count: int) -> list[tuple[int, int]]:
    parts = -(-count // MOST_COLUMNS)
    size = -(-count // parts)
    return [(start, min(start + size, count)) for start in range(0, count, size)]


def _grid(table: CountsTable, first: int, last: int) -> Table:
    counts = table.participants[first:last]
    lines = []
    for dlts, moves in zip(table.dlts, table.moves, strict=True):
        if all(move is None for move in moves[first:last]):
            continue
        name = f"≥ {dlts}" if table.is_open and dlts == table.dlts[-1] else str(dlts)
        lines.append(row(name, *(Cell(LETTERS[move], move or "") for move in moves[first:last])))
    return Table(
        f"Next step by counts at the current level, {counts[0]} to {counts[-1]} participants",
        ("DLTs", *map(str, counts)),
        tuple(lines),
        spanner="participants treated at the current level",
        words=(),
        is_grid=True,
    )


def _first_cohorts(content: DesignReport, table: CountsTable) -> Iterator[str]:
    """What each outcome of one and two cohorts at a level leads to, and what eliminates at the maximum."""
    for participants in dict.fromkeys((content.cohort_size, 2 * content.cohort_size)):
        if participants > content.max_participants:
            continue
        groups: dict[Mark | None, list[int]] = {}
        for dlts in range(participants + 1):
            groups.setdefault(table.move(participants, dlts), []).append(dlts)
        outcomes = [f"{run_together(dlts)} DLT: {MOVE_WORDS[move]}" for move, dlts in groups.items() if move]
        yield f"Of {counted(participants, 'participant')} at a level, {'; '.join(outcomes)}."


def _situation_blocks(table: SituationsTable) -> Iterator[Block]:
    yield Paragraph(
        "After each cohort the next step follows from the DLTs at the current level and from where that level "
        "stands. A dash marks counts that the rule cannot meet. Going down to a level that was already treated in 6 "
        "means to stop there: that level is named."
    )
    yield Table(
        "Next step by DLTs at the current level",
        ("DLTs", *table.situations),
        rows([(name, *answers) for name, answers in table.lines]),
        spanner="the current level is",
        words=tuple(range(len(table.situations) + 1)),
    )


def _model_blocks(content: DesignReport, table: ModelTable) -> Iterator[Block]:
    levels = range(1, len(content.doses) + 1)
    prior = table.steps[0]
    yield Paragraph(
        "Decisions follow from a model that is refitted after each cohort, so no table holds them all. These are "
        "what the model expects beforehand, and what it estimates and advises after each outcome of the first two "
        "cohorts."
    )
    names = [
        name
        for name, values in ((table.estimate_words, prior.estimates), (table.overdose_words, prior.overdose))
        if values
    ]
    values = [values for values in (prior.estimates, prior.overdose) if values]
    yield Table(
        "The model before the first participant",
        ("level", f"dose ({content.unit})", *names),
        rows(
            [
                (str(level), f"{content.doses[level - 1]:.15g}", *(probability(each[level - 1]) for each in values))
                for level in levels
            ]
        ),
        words=(),
    )
    for cohorts in (1, 2):
        steps = [step for step in table.steps if len(step.history.split()) == cohorts]
        if not steps:
            continue
        shown = [(step.history, *(probability(value) for value in step.estimates), step.advice) for step in steps]
        yield Table(
            f"After {counted(cohorts, 'cohort')}: {table.estimate_words} and next step",
            ("outcomes", *(f"level {level}" for level in levels), "next step"),
            rows(shown),
            notes=("Outcomes: the level, then a letter a participant, T with and N without a DLT.",),
            words=(0, len(levels) + 1),
        )


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
                "ends the trial."
                + (
                    " Dosing inside a cohort stops once its decision is settled; shown are outcomes of whole cohorts."
                    if content.stops_within_cohort
                    else ""
                )
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
