"""The chapter on decisions: the whole table of a rule, or its first steps."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.protocol.escalation import dose_in_words
from firstdose.report.design.content import DesignReport
from firstdose.report.design.decisions import MARKS, MOST_COLUMNS, MOST_GRIDS, CountsTable
from firstdose.report.design.model_steps import ModelTable
from firstdose.report.design.situations import SituationsTable
from firstdose.report.documents.blocks import (
    Block,
    Bullets,
    Cell,
    Chapter,
    Mark,
    Paragraph,
    Table,
    row,
    rows,
)
from firstdose.report.documents.wording import counted, probability, run_together

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
    yield from _tables(table, where)
    if table.level_one is not None:
        yield Paragraph("At level 1 the design's own settings decide otherwise; this table holds there:")
        yield from _tables(table.level_one, "at level 1")
    most = table.participants[-1]
    if most < content.max_participants:
        text = f"The escalation treats at most {counted(most, 'participant')} at a level, so the table ends there."
        yield Paragraph(text)
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


def _tables(table: CountsTable, where: str) -> Iterator[Table]:
    """Grids, and beyond the largest number of participants that they show a line for each."""
    shown = min(len(table.participants), MOST_GRIDS * MOST_COLUMNS)
    yield from (_grid(table, where, *columns) for columns in _column_ranges(shown))
    if shown < len(table.participants):
        yield _lines(table, where, shown)


def _lines(table: CountsTable, where: str, first: int) -> Table:
    """For each number of participants from a place on, which numbers of DLTs lead to which step."""
    lines = []
    moves = [mark for mark in MARKS if mark in table.marks and mark is not None]
    for count in table.participants[first:]:
        led: dict[Mark | None, list[int]] = {move: [] for move in moves}
        for dlts in range(count + 1):
            led[table.moves[min(dlts, table.dlts[-1])][count - 1]].append(dlts)
        lines.append((str(count), *(run_together(dlts) or "–" for dlts in led.values())))
    return Table(
        f"DLTs that lead to each step {where}, {table.participants[first]} to {table.participants[-1]} participants",
        ("participants", *(LETTERS[move] for move in moves)),
        rows(lines),
        spanner="DLTs among them",
        words=(),
    )


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
                (
                    str(level),
                    dose_in_words(content.doses[level - 1]),
                    *(probability(each[level - 1]) for each in values),
                )
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
