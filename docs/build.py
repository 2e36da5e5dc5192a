"""Writes the generated pages and pictures: `python docs/build.py --write`; `--check` says which are out of date.

The pages are made from the code alone: each key's own words, types, limits and defaults. A picture holds the figures
that it was drawn from as its description, and is up to date when these are.
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib
import inspect
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape, unescape
from pathlib import Path
from typing import Any, get_args, get_origin

from typer.testing import CliRunner

from firstdose.analysis.analysing import CHAPTERS
from firstdose.analysis.named_methods import METHODS
from firstdose.cdisc.adam.reference import adam_page
from firstdose.cdisc.writing.reference import sdtm_page
from firstdose.cli import app
from firstdose.cli.metabolite_columns import FILES, FLUID, File
from firstdose.cli.metabolite_figure_columns import FIGURE_FILES
from firstdose.designs import DESIGNS, GUARDS
from firstdose.designs.building import MUST_FOLLOW, build_design, settings_of
from firstdose.designs.history import History
from firstdose.designs.recommendation import Recommendation
from firstdose.designs.rule import EscalationRule
from firstdose.designs.states import STOP_WORDS, Stop
from firstdose.measures.reference import measures_page
from firstdose.protocol import json_schema, protocol_reference, read_protocol
from firstdose.protocol.describe import Key, bare, keys_of, section_of
from firstdose.protocol.problems import ProblemsFound
from firstdose.protocol.reading import examine_text
from firstdose.protocol.reference import TABLE_HEAD, key_row
from firstdose.records import columns_of, data_dictionary
from firstdose.records.derived import ANALYSIS_RECORDS
from firstdose.records.results import TYPES, Result
from firstdose.simulation.figures import OperatingCharacteristics, ScenarioFigures
from firstdose.simulation.operating_characteristics import operating_characteristics
from firstdose.simulation.pathways import Pathway, pathways
from firstdose.simulation.scenarios import steps_around_each_mtd
from firstdose.simulation.summary import SUMMARISED
from firstdose.simulation.virtual import parameters
from firstdose.simulation.virtual.scenario import ScenarioSections
from firstdose.validation import COMPARISONS, recovery
from firstdose.validation.recovery_studies import STUDIES
from firstdose.validation.recovery_truths import TRUTHS

DOCS = Path(__file__).resolve().parent
REQUIREMENTS = importlib.import_module(f"{__package__}.requirements" if __package__ else "requirements")
REFERENCE, PICTURES = DOCS / "reference", DOCS / "pictures"
REFERENCE_TRIAL = DOCS.parent / "examples" / "nsc-spms" / "protocol.yaml"
CHAIN_LEVEL = DOCS.parent / "tests" / "recovery" / "chain_level.json"
RECOVERED = Path(recovery.__file__).parent / "calibration" / recovery.ARTEFACT

# Settings with which a design is shown: those that have no default. Several are shown one after the other.
DESIGN_SETTINGS: dict[str, list[dict[str, Any]]] = {
    "three_plus_three": [{"variant": variant} for variant in ("previous", "step_down", "confirm_six")],
    "crm": [{"skeleton": [0.05, 0.12, 0.25, 0.40]}],
    "tite_crm": [{"skeleton": [0.05, 0.12, 0.25, 0.40]}],
    "blrm": [
        {
            "reference_dose": {"value": 2, "unit": "million cells"},
            "prior_mean": [-1.0986, 0],
            "prior_sd": [2, 1],
            "declare": {"participants": 6, "target_probability": 0.5},
        }
    ],
}

GUARD_SETTINGS: dict[str, list[dict[str, Any]]] = {
    "no_skipping": [{}],
    "stop_when_too_toxic": [{"certainty": 0.95}],
    "stop_when_enough": [{"participants": 12}],
    "stop_when_precise": [{"lower": 0.15, "upper": 0.35, "certainty": 0.8}],
    "at_least": [{"participants": 9}],
    "cohort_sizes": [{"by_cohort": [1, 2, 3]}, {"by_level": [1, 3]}],
    "titration": [{}, {"until_level": 2}],
    "highest_level": [{"level": 3}],
}

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
    "dict[str, float]": "name: probability",
    "dict[int, float]": "count: probability",
    "list[dict[int, float]]": "one a level, count: probability",
    "dict[str, Any]": "as named",
    "list[ScenarioFigures]": "one a scenario",
}


def pages() -> dict[Path, str]:
    """Every generated page with its text."""
    return {
        REFERENCE / "protocol.md": protocol_reference().rstrip() + "\n",
        REFERENCE / "protocol.schema.json": json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n",
        REFERENCE / "designs.md": page(designs_page()),
        REFERENCE / "guards.md": page(guards_page()),
        REFERENCE / "commands.md": page(commands_page()),
        REFERENCE / "figures.md": page(figures_page()),
        REFERENCE / "validation.md": page(validation_page()),
        REFERENCE / "records.md": data_dictionary().rstrip() + "\n",
        REFERENCE / "measures.md": page(measures_page()),
        REFERENCE / "scenario.md": page(scenario_page()),
        REFERENCE / "results.md": page(results_page()),
        REFERENCE / "methods.md": page(methods_page()),
        REFERENCE / "metabolites.md": page(metabolite_files_page()),
        REFERENCE / "recovery.md": page(recovery_page()),
        REFERENCE / "sdtm.md": page(sdtm_page()),
        REFERENCE / "adam.md": page(adam_page()),
        DOCS / "validation.md": page(REQUIREMENTS.requirements_page()),
    }


def page(lines: Iterator[str]) -> str:
    """Lines as the text of a page."""
    return "\n".join(lines).rstrip() + "\n"


def designs_page() -> Iterator[str]:
    """Every design: title, source, settings, and how the final level is chosen."""
    yield "# Escalation designs\n"
    yield (
        "A design is named by `escalation.design`; its settings stand in `escalation.settings`. The page on "
        "[methods](../methods/README.md) says how each is computed.\n"
    )
    yield from (f"- [`{name}`](#{name}): {design.title}" for name, design in DESIGNS.items())
    yield ""
    for name, design in DESIGNS.items():
        yield f"## `{name}`\n\n**{design.title}.** {design.summary}\n"
        yield f"{prose(design)}\n"
        yield f"Source: {design.source}\n"
        yield from settings_tables(name, settings_of(design))
        yield "Final level:\n"
        for settings in DESIGN_SETTINGS.get(name, [{}]):
            yield f"- {rule_with(name, settings).design.selection_words()}"
        yield ""


def guards_page() -> Iterator[str]:
    """Every guard: what it does, its settings, and an entry for the protocol file."""
    yield "# Guards\n"
    yield (
        "A guard is a condition on top of the design. Guards stand in `escalation.guards`; they review each step of "
        "the design in the order given, and the trial's maximum comes last.\n"
    )
    for name, (others, effect) in MUST_FOLLOW.items():
        named = ", ".join(f"`{other}`" for other in others)
        yield f"- `{name}` must come after {named}: before such a guard it {effect}."
    yield ""
    for name, guard in GUARDS.items():
        yield f"## `{name}`\n\n{prose(guard)}\n"
        if guard.needs_model:
            yield "For model-based designs only (`crm`, `blrm`); refused with others.\n"
        yield from settings_tables(name, settings_of(guard))
        for settings in GUARD_SETTINGS[name]:
            entry = f"{name}: {inline(settings)}" if settings else name
            yield f"- `- {entry}`: {guard_in_words(name, settings)}."
        yield ""


def settings_tables(place: str, section: type) -> Iterator[str]:
    """The keys of a design or guard, then those of the mappings among them."""
    keys = keys_of(section).values()
    if not keys:
        yield "No settings.\n"
        return
    yield TABLE_HEAD
    yield from map(key_row, keys)
    yield ""
    for key in keys:
        inner = section_of(key.annotation)
        if inner:
            yield f"### `{place}.{key.name}`\n\n{prose(inner)}\n"
            yield from settings_tables(f"{place}.{key.name}", inner)


def prose(part: object) -> str:
    """The words that the code has for a part, in Markdown."""
    return (inspect.getdoc(part) or "").replace("``", "`")


def inline(settings: Mapping[str, Any]) -> str:
    """Settings as a protocol file writes them on one line."""
    return "{" + ", ".join(f"{key}: {value}" for key, value in settings.items()) + "}"


def rule_with(design: str, settings: Mapping[str, Any], guards: tuple[Mapping[str, Any], ...] = ()) -> EscalationRule:
    """The rule of a small protocol with this design and these guards."""
    protocol = {
        "trial": {"id": "REFERENCE", "title": "Reference"},
        "dose_levels": {"unit": "million cells", "values": [1, 2, 3, 4]},
        "escalation": {
            "design": design,
            "target_dlt_rate": 0.25,
            "cohort_size": DESIGNS[design].own_cohort_size or 3,
            "max_participants": 24,
            "settings": dict(settings),
            "guards": list(guards),
        },
    }
    examination = examine_text(json.dumps(protocol))
    if examination.protocol is None or examination.problems:
        raise ProblemsFound(examination.problems)
    return build_design(examination.protocol)


def guard_in_words(name: str, settings: Mapping[str, Any]) -> str:
    """What a guard with these settings says of itself."""
    (design_settings,) = DESIGN_SETTINGS["crm"]
    return rule_with("crm", design_settings, ({name: dict(settings)},)).guards[0].words()


def command_names() -> list[str]:
    """The names of all commands, in the order of the help."""
    alone = [str(command.name or command.callback.__name__) for command in app.registered_commands if command.callback]
    return [*alone, *(str(group.name) for group in app.registered_groups)]


def names_within(name: str) -> list[str]:
    """The names of the commands within a command, in the order of the help; most have none."""
    groups = [group.typer_instance for group in app.registered_groups if group.name == name and group.typer_instance]
    return [
        str(command.name or command.callback.__name__)
        for each in groups
        for command in each.registered_commands
        if command.callback
    ]


def commands_page() -> Iterator[str]:
    """The help of every command."""
    yield "# Commands\n"
    yield (
        "Exit status: 0 done, 1 the input is wrong or unreadable, 2 wrong usage. `--json` prints one JSON document on "
        "standard output and nothing else; messages and progress go to standard error.\n"
    )
    yield from help_of()
    for name in command_names():
        yield f"## `{name}`\n"
        yield from help_of(name)
        for inner in names_within(name):
            yield f"### `{name} {inner}`\n"
            yield from help_of(name, inner)


def help_of(*command: str) -> Iterator[str]:
    """What a command prints with --help, 80 columns wide."""
    found = CliRunner().invoke(app, [*command, "--help"], prog_name="firstdose", env={"COLUMNS": "80"})
    yield "```text"
    yield "\n".join(line.rstrip() for line in found.output.strip().splitlines())
    yield "```\n"


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


def scenario_page() -> Iterator[str]:
    """Every key of a scenario file; the kinds of parameter, which come back everywhere, once at the end."""
    yield "# The scenario file\n"
    yield (
        "One YAML file says what is true in the virtual trials of a protocol; `firstdose simulate` takes "
        "`scenario.yaml` beside the protocol file, or the one that `--scenario` names. It is read as strictly as a "
        "protocol file. Every parameter holds its value with its source. The page on [virtual trials]"
        "(../methods/virtual-trial.md) says what is made of them.\n"
    )
    yield from scenario_section("", ScenarioSections)
    yield "## Kinds of parameter\n"
    for kind in PARAMETERS:
        yield f"### {kind.__name__}\n\n{prose(kind)}\n"
        yield TABLE_HEAD
        yield from map(key_row, keys_of(kind).values())
        yield ""


PARAMETERS: tuple[type, ...] = tuple(
    kind for kind in vars(parameters).values() if isinstance(kind, type) and kind.__module__ == parameters.__name__
)


def scenario_section(place: str, section: type) -> Iterator[str]:
    """A table of a section's keys, each parameter with a link to its kind, then the sections inside it."""
    if place:
        yield f"## `{place}`\n\n{prose(section)}\n"
    yield TABLE_HEAD
    keys = keys_of(section).values()
    yield from map(scenario_row, keys)
    yield ""
    for key in keys:
        inner = section_of(key.annotation)
        if inner is not None and inner not in PARAMETERS:
            is_list = get_origin(bare(key.annotation)) is tuple
            yield from scenario_section(f"{place}.{key.name}".lstrip(".") + ("[]" if is_list else ""), inner)


def scenario_row(key: Key) -> str:
    """One key of a scenario as a row."""
    inner, part = bare(key.annotation), section_of(key.annotation)
    if part is None:
        return key_row(key)
    is_list = get_origin(inner) is tuple
    kind = f"[{part.__name__}](#{part.__name__.lower()})" if part in PARAMETERS else "a section of its own, below"
    needed = "**required**" if key.is_required else "none" if key.default is None else "the defaults of its keys"
    return row(f"`{key.name}`", f"a list, each item {kind}" if is_list else kind, needed, key.meaning.words)


def row(*cells: str) -> str:
    """Cells as a row of a table."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


COLUMN_WORDS = {"String": "text", "Float64": "number", "List(String)": "list of texts"}


def results_page() -> Iterator[str]:
    """The one table of results, the chapters that fill it, and the derived records that they read."""
    yield "# Results\n"
    yield (
        "`firstdose analyse` writes one long table, a row a figure: `results.parquet` in full precision, and the same "
        "as `results.csv`, where records are joined by semicolons. `summary.html` shows it and computes nothing; "
        "`provenance.json` names what it was made from. [Methods that results name](methods.md) has the words "
        "and sources of the keys in `method`.\n"
    )
    yield f"{prose(Result)}\n"
    yield "| column | holds | where it is left out |\n|---|---|---|"
    for field in dataclasses.fields(Result):
        default = "required" if field.default is dataclasses.MISSING else f"`{json.dumps(field.default)}`"
        yield row(f"`{field.name}`", COLUMN_WORDS[str(TYPES[field.name])], default.replace("`null`", "nothing"))
    yield "\n## Chapters\n\nIn the order of the table.\n\n| chapter | what it holds |\n|---|---|"
    yield from (row(f"`{name}`", first_paragraph(chapter)) for name, chapter in CHAPTERS.items())
    yield "\n## Derived records\n"
    yield (
        "What chapters read: made of the [records](records.md) by `derive`, one frame each. Day 0 is the day of the "
        "start of the procedure in the site's calendar.\n"
    )
    for name, record_type in ANALYSIS_RECORDS.items():
        yield f"### `{name}`\n\n{prose(record_type)}\n\n| field | value | required | meaning |\n|---|---|---|---|"
        for column in columns_of(record_type).values():
            key = "*" if column.question.is_key else ""
            needed = "yes" if column.is_required else "no"
            yield row(f"`{column.name}`{key}", column.kind_in_words, needed, column.question.words)
        yield ""


def metabolite_files_page() -> Iterator[str]:
    """Every file that the command for metabolites writes, with its columns."""
    yield "# Files of `firstdose metabolites`\n"
    yield (
        "The command writes these files into the folder of `--out`. Numbers have full precision; a cell is empty where "
        "a figure cannot be made. [How to analyse metabolites](../how-to/analyse-metabolites.md) reads them step by "
        "step; the pages on [the model](../methods/moderated-model.md) and "
        "[names](../methods/metabolite-names.md) say what is computed.\n"
    )
    yield f"A last column `{FLUID.name}` ({FLUID.kind}): {FLUID.words}\n"
    yield from _files(FILES, "")
    yield "## Data of the figures\n"
    yield (
        "Each figure in the folder `figures` is an SVG and a PNG, with the figures that were drawn as CSV. With "
        "several fluids there is a set for each, its name at the end of the file's.\n"
    )
    yield from _files(FIGURE_FILES, "#")


def _files(files: Mapping[str, File], deeper: str) -> Iterator[str]:
    for name, file in files.items():
        yield f"##{deeper} `{name}`\n\nRows: {file.rows[:1].lower()}{file.rows[1:]}\n"
        yield "| column | value | what stands in it |\n|---|---|---|"
        yield from (row(f"`{each.name}`", each.kind, each.words) for each in file.columns)
        yield ""


def first_paragraph(part: object) -> str:
    """The first paragraph of the words that the code has for a part."""
    return " ".join(prose(part).split("\n\n")[0].split())


def methods_page() -> Iterator[str]:
    """Every method that a result may name."""
    yield "# Methods that results name\n"
    yield (
        "The keys in the column `method` of the [results](results.md): each with the sentence that `summary.html` "
        "prints, its source, the code, and the tests that compare it with a truth. A method without code and such "
        "tests of it cannot be named. The pages on [methods](../methods/README.md) give formulas and conventions.\n"
    )
    yield "| method | in words | source | code | tests |\n|---|---|---|---|---|"
    for name, method in METHODS.items():
        tests = ", ".join(f"`{test}`" for test in method.tests)
        yield row(f"`{name}`", method.sentence, method.source, f"`{method.code}`", tests)


def recovery_page() -> Iterator[str]:
    """What the analyses recover from virtual trials, and the level of the chain of mixed models."""
    yield "# What the analyses recover\n"
    yield "The page on [recovery](../methods/recovery.md) says how these figures are made and what is asked of them.\n"
    yield from recovered_figures(json.loads(RECOVERED.read_text("utf-8")))
    yield from chain_figures(json.loads(CHAIN_LEVEL.read_text("utf-8")))


def recovered_figures(read: Mapping[str, Any]) -> Iterator[str]:
    """The committed outcomes of each recovery study."""
    yield (
        f"{read['trials']:,} virtual trials of each study, from {read['scenario']} with seed {read['seed']}; truths "
        f"from {recovery.TRIALS:,} others with seed {read['truth_seed']}; Firstdose {read['version']}. *Share*: of "
        "intervals those that hold the truth, of tests those that reject. *Made*: trials with such a figure.\n"
    )
    for study in STUDIES.values():
        yield f"## Study `{study.name}`\n\nTrials: {study.words}.\n"
        lines = list(recovery.lines_of(read, study))
        reasons = list(dict.fromkeys(line.target.shortfall.reason for line in lines if line.target.shortfall))
        yield "| figure | true | value | made % | at least % | share % | limit % | holds | reason |"
        yield "|---|---|---|---|---|---|---|---|---|"
        yield from (recovered_row(line, reasons) for line in lines)
        yield ""
        if reasons:
            yield "Where less than the nominal coverage, or more than the nominal level, is asked:\n"
        yield from (f"{number}. {reason[0].upper()}{reason[1:]}." for number, reason in enumerate(reasons, start=1))
        yield ""


def recovered_row(line: recovery.Recovered, reasons: Sequence[str]) -> str:
    """What became of one target."""
    target, made = line.target, f"{100 * line.made / line.trials:.1f}"
    truth, value = ("no effect", "") if line.truth is None else (TRUTHS[target.truth].words, f"{line.truth:.4g}")
    share = f"{100 * line.share:.1f}" if line.made else ""
    limit = "" if line.bound is None else f"{'<=' if target.is_level else '>='} {100 * line.bound:.1f}"
    holds = {True: "yes", False: "**no**", None: "not asked"}[line.holds]
    why = f"{reasons.index(target.shortfall.reason) + 1}" if target.shortfall else ""
    return row(target.name, truth, value, made, f"{100 * target.least_made:g}", share, limit, holds, why)


def chain_figures(read: Mapping[str, Any]) -> Iterator[str]:
    """The level of the chain of mixed models, by outcome and order."""
    people, doses = ", ".join(map(str, read["people_at_each"])), ", ".join(f"{dose:g}" for dose in read["doses"])
    missed = f"{100 * read['share_of_visits_missed']:g} %"
    yield "## The chain of mixed models\n"
    yield (
        f"Sets of {sum(read['people_at_each'])} people ({people} at doses {doses}) with {read['visits']} visits, of "
        f"which {missed} are missed, and no effect of dose; seed {read['seed']}. Level: how often the Kenward-Roger "
        f"test of log2 dose by time is below {read['nominal_level']:g}.\n"
    )
    yield "| outcome | order | sets | estimable | level % | +- | ends in |\n|---|---|---|---|---|---|---|"
    for each in read["simulated"]:
        ends = "; ".join(f"{name}: {count:,}" for name, count in each["structures"].items())
        level, error = f"{100 * each['level']:.1f}", f"{100 * each['standard_error']:.1f}"
        yield row(each["outcome"], each["order"], f"{each['sets']:,}", f"{each['estimable']:,}", level, error, ends)


def picture_figures() -> dict[Path, str]:
    """Every picture with the figures that it shows, as text."""
    return {path: figures for path, (figures, _) in pictures().items()}


def pictures() -> dict[Path, tuple[str, Callable[[], str]]]:
    """Every picture: the figures that it shows, and the function that draws it."""
    protocol = read_protocol(REFERENCE_TRIAL)
    rule = build_design(protocol)
    found = operating_characteristics(rule, steps_around_each_mtd(rule.frame.levels, rule.frame.rate))
    tree = pathways(rule, History(), cohorts=2)

    def draw_selection() -> str:
        from firstdose.report.design.scenario_pictures import draw_selection

        return draw_selection(found)

    def draw_paths() -> str:
        from firstdose.report.design.pathway_picture import draw_pathways

        return draw_pathways(tree)

    return {
        PICTURES / "selection.svg": ("Selected (%): " + listed(found, lambda row: selection(row)), draw_selection),
        PICTURES / "pathways.svg": ("Next steps: " + "; ".join(steps(tree)), draw_paths),
    }


def listed(found: OperatingCharacteristics, words: Callable[[ScenarioFigures], str]) -> str:
    """A few words on each scenario."""
    return "; ".join(f"{row.name}: {words(row)}" for row in found.scenarios)


def selection(row: ScenarioFigures) -> str:
    """How often each level is selected in a scenario."""
    levels = [f"level {level} {100 * chance:.1f}" for level, chance in enumerate(row.selected, start=1)]
    return ", ".join([*levels, f"none {100 * row.none_selected:.1f}"])


def steps(tree: Pathway) -> Iterator[str]:
    """Every history of a tree with what follows."""
    advice = tree.recommendation
    follows = f"treat {advice.cohort_size} at level {advice.next_level}" if advice.action == "dose" else advice.action
    yield f"{tree.history or 'start'}: {follows}"
    for _, after in tree.outcomes:
        yield from steps(after)


def described(drawing: str, figures: str) -> str:
    """The picture with its figures as its description, for readers who cannot see it."""
    head, tag, rest = re.split(r"(<svg\b[^>]*>)", drawing, maxsplit=1)
    return f"{head}{tag}<desc>{escape(figures)}</desc>{rest}"


def description(drawing: str) -> str:
    """The figures that a picture was drawn from."""
    found = re.search(r"<desc>(.*?)</desc>", drawing, re.DOTALL)
    return unescape(found.group(1)) if found else ""


def out_of_date() -> list[Path]:
    """Pages and pictures that are missing or no longer say what the code says."""
    wrong = [path for path, text in pages().items() if not path.exists() or path.read_text("utf-8") != text]
    for path, figures in picture_figures().items():
        if not path.exists() or description(path.read_text("utf-8")) != figures:
            wrong.append(path)
    return wrong


def write() -> list[Path]:
    """Write what is out of date; the files written."""
    wrong = out_of_date()
    for path, text in pages().items():
        if path in wrong:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    for path, (figures, draw) in pictures().items():
        if path in wrong:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(described(draw(), figures), "utf-8")
    return wrong


def main() -> int:
    """Write or check; 1 where the check finds a page out of date."""
    parser = argparse.ArgumentParser(description=__doc__)
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--write", action="store_true", help="write what is out of date")
    choice.add_argument("--check", action="store_true", help="name what is out of date")
    asked = parser.parse_args()
    wrong = [os.path.relpath(path, DOCS.parent) for path in (write() if asked.write else out_of_date())]
    for path in wrong:
        print(f"wrote {path}" if asked.write else f"{path} is out of date; run `make docs`", file=sys.stderr)
    return 1 if wrong and asked.check else 0


if __name__ == "__main__":
    raise SystemExit(main())
