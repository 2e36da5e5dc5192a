"""The reference page of clinical measures: their names and items as records must have them, made from `MEASURES`."""

from __future__ import annotations

from collections.abc import Iterator

from firstdose.measures import MEASURES, Item, Measure

DIRECTIONS = {"higher": "a higher score is worse", "lower": "a lower score is worse"}


def measures_page() -> Iterator[str]:
    """Every measure with its items, as lines of Markdown."""
    yield "# Clinical measures\n"
    yield (
        "What `measure`, `item`, `answer` and `answer_text` of the record [assessments](records.md#assessments) may "
        "hold: one row an item. Numbers stand in `answer`; codes, yes and no, and dates in `answer_text`. Names are "
        "written as they stand here. What no measure can read is listed in `problems.csv` and makes no score.\n"
    )
    yield "| `measure` | what | `item` of a score | unit | direction |\n|---|---|---|---|---|"
    yield from map(_row, MEASURES.values())
    yield ""
    for measure in MEASURES.values():
        yield f"## `{measure.name}`\n"
        yield f"{measure.title}, in {measure.unit}; {DIRECTIONS[measure.worse]}. {measure.source}\n"
        yield f"Smallest change that counts: {measure.minimum_change.words}.\n"
        yield "| `item` | question | answers | unit | needed |\n|---|---|---|---|---|"
        yield from (_item_row(item) for item in measure.items)
        yield ""


def _row(measure: Measure) -> str:
    needed = ", ".join(f"`{item.name}`" for item in measure.items if item.required)
    cells = (f"[`{measure.name}`](#{measure.name})", measure.title, needed, measure.unit, DIRECTIONS[measure.worse])
    return "| " + " | ".join(_cell(each) for each in cells) + " |"


def _item_row(item: Item) -> str:
    needed = "yes" if item.required else "no"
    cells = (f"`{item.name}`", item.question, answers_in_words(item), item.unit or "", needed)
    return "| " + " | ".join(_cell(each) for each in cells) + " |"


def answers_in_words(item: Item) -> str:
    """What may be answered: the kind with its limits, or the codes with their meanings."""
    if item.kind == "choice":
        words = "; ".join(f"`{code}` {meaning}" for code, meaning in item.choices.items())
    else:
        limits = ((" from ", item.lowest), (" to ", item.highest))
        words = item.kind + "".join(f"{word}{limit:g}" for word, limit in limits if limit is not None)
        words += f" ({item.among})" if item.among else ""
    return words + ("; or unable to perform" if item.may_be_unable else "")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
