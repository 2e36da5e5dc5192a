"""The pages on figures of designs, and on comparisons with other software."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args, get_origin

from firstdose.designs.recommendation import Recommendation
from firstdose.designs.states import STOP_WORDS, Stop
from firstdose.protocol.describe import bare, keys_of
from firstdose.simulation.calendar import DoseFigures, TimeFigures
from firstdose.simulation.figures import OperatingCharacteristics, ScenarioFigures
from firstdose.simulation.summary import SUMMARISED
from firstdose.validation import COMPARISONS

DECISION_KEYS = {
    "action": "`dose`, `wait` (windows are open whose outcome matters) or `stop`.",
    "next_level": "The level to treat next; null unless the action is `dose`.",
    "recommended_level": "The level selected at the end; null before it, and when none is.",
    "reason": "Why, in words.",
    "flags": "What people should look at: departures from the rule, figures next to a bound.",
    "cohort_size": "Participants in the next cohort; null unless the action is `dose`.",
    "stop_reason": "Why the trial ends; null before.",
    "mtd_not_reached": "Whether the MTD may lie above the selected top level.",
}


SHAPES: dict[str, str] = {
    "str": "text",
    "bool": "true or false",
    "int": "whole number",
    "float": "number",
    "list[float]": "one number a level",
    "dict[str, float]": "name: number",
    "dict[int, float]": "count: probability",
    "list[dict[int, float]]": "one a level, count: probability",
    "dict[str, Any]": "as named",
    "list[ScenarioFigures]": "one a scenario",
    "list[float | None]": "one number a level, or null",
    "dict[str, list[float | None]]": "name: one number a level, or null",
}


def figures_page() -> Iterator[str]:
    """The keys of the JSON documents of `oc` and `decide`."""
    yield "# Figures\n"
    yield (
        "What `firstdose oc --json` prints. Probabilities are fractions, at full double precision. A figure is null "
        "where it needs a target and the protocol states none. Means include an expansion at the selected level, "
        "which is shown apart too; distributions are those of the escalation alone.\n"
    )
    yield from figures_table(OperatingCharacteristics)
    yield "## Each scenario\n"
    yield (
        "Distributions are given for at most 20 scenarios (`distributions` says whether they are); counts whose "
        "probability is at most 1e-15 are left out, as are such reasons to stop.\n"
    )
    yield from figures_table(ScenarioFigures)
    yield (
        "## `cautions`\n\nWith `--method calendar`: sentences on what nobody would want of these trials, such as years "
        "of duration, with what causes it; an empty list where there is nothing to mind.\n"
    )
    yield "## `in_time`\n\nIn each scenario with `--method calendar`.\n"
    yield from figures_table(TimeFigures)
    yield (
        "## `doses`\n\nIn each scenario with `--method calendar` where a product may fall short of the dose assigned. "
        "With `--compare-counting` the document has `by_counting`: under `assigned`, `given` and `live_trial` the "
        "scenarios, or `refused` with the reason.\n"
    )
    yield from figures_table(DoseFigures)
    yield "## `summary`\n"
    yield (
        "Printed when no `--truth` is given: `curves` (their number), `figures` (mean, 10th, 50th and 90th percentile "
        f"over the curves of {', '.join(f'`{name}`' for name in SUMMARISED)}) and `correct_selection_by_mtd`.\n"
    )
    yield "## Reasons to stop\n\n| key | meaning |\n|---|---|"
    yield from (f"| `{stop.name.lower()}` | {STOP_WORDS[stop]} |" for stop in Stop if stop != Stop.GOES_ON)
    yield "\n## A decision\n"
    yield "What `firstdose decide --json` prints, and `firstdose pathways --json` at each node.\n"
    yield "| key | meaning |\n|---|---|"
    document = Recommendation("wait", None, None, "").as_json()
    yield from (f"| `{key}` | {DECISION_KEYS[key]} |" for key in document)


def figures_table(document: type) -> Iterator[str]:
    """The keys of a document with their shapes and meanings."""
    yield "| key | value | meaning |\n|---|---|---|"
    for key in keys_of(document).values():
        words = key.meaning.words.replace("|", "\\|")
        yield f"| `{key.name}` | {shape(key.annotation)} | {words} |"
    yield ""


def shape(annotation: Any) -> str:
    """The shape of a figure in words."""
    inner = bare(annotation)
    if get_args(inner) and all(isinstance(choice, str) for choice in get_args(inner)):
        return " or ".join(get_args(inner))
    name = str(inner) if get_origin(inner) else inner.__name__
    return SHAPES[re.sub(r"\b[a-z_.]+\.(?=[A-Z])", "", name)]


def validation_page() -> Iterator[str]:
    """Every comparison with other software."""
    yield "# Comparisons with other software\n"
    yield (
        "`firstdose validate` runs these on your machine and prints a certificate. The reference figures are part of "
        "the package, with the call that made them.\n"
    )
    yield "| comparison | what | reference | call | agreement asked for |\n|---|---|---|---|---|"
    for each in COMPARISONS.values():
        asked = "equal" if each.unit == "equal" else f"{each.tolerance:g} {each.unit}"
        cells = (f"`{each.name}`", each.what, each.software, f"`{each.call}`", asked)
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
