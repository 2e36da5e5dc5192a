"""The first chapters of the design report: summary, rule, decisions, pathways."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.report.design.content import DesignReport
from firstdose.report.design.decisions import MOST_COLUMNS, CountsTable, ModelTable, SituationsTable, advice_words
from firstdose.report.design.pathway_picture import Branch, draw_pathways, grouped, ways
from firstdose.report.design.summary import summary_sentences
from firstdose.report.documents.blocks import (
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
from firstdose.report.documents.wording import counted, probability, run_together, sentence

LETTERS: dict[Mark | None, str] = {
    "escalate": "E", "stay": "S", "deescalate": "D", "eliminate": "X", "stop": "F", "stop_eliminate": "XF", None: "",
}  # fmt: skip
MOVE_WORDS: dict[Mark, str] = {
    "escalate": "escalate",
    "stay": "stay",
    "deescalate": "de-escalate",
    "eliminate": "de-escalate and eliminate the level",
    "stop": "finish, and name a level",
    "stop_eliminate": "eliminate the level, finish, and name one below",
}
AT_LEVEL_1: dict[Mark, str] = {**MOVE_WORDS, "eliminate": "end the trial without naming a level"}


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


def decisions_chapter(content: DesignReport) -> Chapter:
    """The decision table."""
    table = content.decisions
    if isinstance(table, CountsTable):
        return Chapter("decisions", "Decision table", tuple(_counts_blocks(content, table)))
    if isinstance(table, SituationsTable):
        return Chapter("decisions", "Decision table", tuple(_situation_blocks(content, table)))
    return Chapter("decisions", "Prior and first decisions", tuple(_model_blocks(content, table)))


def _counts_blocks(content: DesignReport, table: CountsTable) -> Iterator[Block]:
    yield Paragraph(
        "After each cohort the next step follows from all participants treated so far at the current level "
        "(columns) and the DLTs among them (rows). E: escalate to the next level; S: stay; D: de-escalate to the "
        "level below; X: de-escalate, and give this level and all above it no more. At the highest level E means "
        "stay; at the lowest, D means stay, and X ends the trial without naming a level. An eliminated level is not "
        f"entered again. {_finish_words(table)}The protocol's further rules and the maximum take precedence."
    )
    where = "at the current level" if table.level_one is None else "at a level other than level 1"
    yield from (_grid(table, where, *columns) for columns in _column_ranges(len(table.participants)))
    if table.level_one is not None:
        yield Paragraph("At level 1 the design's own settings decide otherwise; this table holds there:")
        ranges = _column_ranges(len(table.participants))
        yield from (_grid(table.level_one, "at level 1", *columns) for columns in ranges)
    most = table.participants[-1]
    if most < content.max_participants:
        yield Paragraph(f"The rule treats at most {counted(most, 'participant')} at a level, so the table ends there.")
    yield Paragraph("Counts where intuition is often wrong:")
    yield Bullets(tuple(_first_cohorts(content, table)))


def _finish_words(table: CountsTable) -> str:
    """What the marks of a trial that finishes mean, as far as they occur."""
    if "stop" not in table.marks:
        return ""
    text = "F: the trial finishes, as enough participants were treated at this level, and a level is named"
    if "stop_eliminate" in table.marks:
        text += "; XF: the same, with this level and all above it eliminated (at the lowest, no level is named)"
    return f"{text}. "


def _column_ranges(count: int) -> list[tuple[int, int]]:
    parts = -(-count // MOST_COLUMNS)
    size = -(-count // parts)
    return [(start, min(start + size, count)) for start in range(0, count, size)]


def _grid(table: CountsTable, where: str, first: int, last: int) -> Table:
    counts = table.participants[first:last]
    lines = []
    for dlts, moves in zip(table.dlts, table.moves, strict=True):
        if all(move is None for move in moves[first:last]):
            continue
        name = f"≥ {dlts}" if table.is_open and dlts == table.dlts[-1] else str(dlts)
        lines.append(row(name, *(Cell(LETTERS[move], move or "") for move in moves[first:last])))
    return Table(
        f"Next step by counts {where}, {counts[0]} to {counts[-1]} participants",
        ("DLTs", *map(str, counts)),
        tuple(lines),
        spanner=f"participants treated {'at level 1' if where == 'at level 1' else 'at the current level'}",
        words=(),
        is_grid=True,
    )


def _first_cohorts(content: DesignReport, table: CountsTable) -> Iterator[str]:
    """What each outcome of one and two cohorts at a level leads to."""
    kinds = [("a level", table, MOVE_WORDS)]
    if table.level_one is not None:
        kinds = [("a level above level 1", table, MOVE_WORDS), ("level 1", table.level_one, AT_LEVEL_1)]
    for where, holds, words in kinds:
        for participants in dict.fromkeys((content.cohort_size, 2 * content.cohort_size)):
            if participants > table.participants[-1]:
                continue
            groups: dict[Mark, list[int]] = {}
            for dlts in range(participants + 1):
                groups.setdefault(holds.move(participants, dlts) or "", []).append(dlts)
            outcomes = [f"{run_together(dlts)} DLT: {words[move]}" for move, dlts in groups.items() if move]
            yield f"Of {counted(participants, 'participant')} at {where}, {'; '.join(outcomes)}."


def _situation_blocks(content: DesignReport, table: SituationsTable) -> Iterator[Block]:
    yield Paragraph(
        "After each cohort the next step follows from the DLTs at the current level and from where that level "
        "stands. A dash marks counts that the rule cannot meet. Going down to a level that was already treated in 6 "
        "means to stop there: that level is named."
        + (
            " After a cohort that a sentinel's DLT has ended, the counts as they stand decide: whatever is missing to "
            "three, or six, comes next at this level, unless two had a DLT."
            if content.sentinels_that_end
            else ""
        )
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
