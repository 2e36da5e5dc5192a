"""The pages on what analyses write: results, methods that they name, files on metabolites."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from docs.pages.words import first_paragraph, prose, row

from firstdose.analysis.analysing import CHAPTERS
from firstdose.analysis.named_methods import METHODS
from firstdose.cli.metabolite_columns import FILES, FLUID, File
from firstdose.cli.metabolite_figure_columns import FIGURE_FILES
from firstdose.records import columns_of
from firstdose.records.derived import ANALYSIS_RECORDS
from firstdose.records.results import TYPES, Result

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
    for name, kind in TYPES.items():
        default = f"`{json.dumps(Result._field_defaults[name])}`" if name in Result._field_defaults else "required"
        yield row(f"`{name}`", COLUMN_WORDS[str(kind)], default.replace("`null`", "nothing"))
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
