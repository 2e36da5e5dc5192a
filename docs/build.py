"""Writes the generated pages and pictures: `python -m docs.build --write`; `--check` says which are out of date.

The pages are made from the code alone: each key's own words, types, limits and defaults. A picture holds the figures
that it was drawn from as its description, and is up to date when these are.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from itertools import chain
from pathlib import Path

from docs.pages.commands import commands_page
from docs.pages.conditions import conditions_page
from docs.pages.criteria import criterion_names
from docs.pages.designs import designs_page, guards_page
from docs.pages.figures import figures_page, validation_page
from docs.pages.pictures import described, description, picture_figures, pictures
from docs.pages.places import DOCS, REFERENCE
from docs.pages.recovered import recovery_page
from docs.pages.requirements import requirements_page
from docs.pages.results import metabolite_files_page, methods_page, results_page
from docs.pages.scenario import scenario_page
from docs.pages.tuning import tuning_page
from docs.pages.words import page

from firstdose.cdisc.adam.reference import adam_page
from firstdose.cdisc.writing.reference import sdtm_page
from firstdose.measures.reference import measures_page
from firstdose.protocol import json_schema, protocol_reference
from firstdose.records import data_dictionary


def pages() -> dict[Path, str]:
    """Every generated page with its text."""
    return {
        REFERENCE / "protocol.md": page(chain([protocol_reference().rstrip()], criterion_names())),
        REFERENCE / "protocol.schema.json": json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n",
        REFERENCE / "designs.md": page(designs_page()),
        REFERENCE / "guards.md": page(guards_page()),
        REFERENCE / "commands.md": page(commands_page()),
        REFERENCE / "figures.md": page(figures_page()),
        REFERENCE / "validation.md": page(validation_page()),
        REFERENCE / "records.md": data_dictionary().rstrip() + "\n",
        REFERENCE / "measures.md": page(measures_page()),
        REFERENCE / "scenario.md": page(scenario_page()),
        REFERENCE / "tuning.md": page(tuning_page()),
        REFERENCE / "conditions.md": page(conditions_page()),
        REFERENCE / "results.md": page(results_page()),
        REFERENCE / "methods.md": page(methods_page()),
        REFERENCE / "metabolites.md": page(metabolite_files_page()),
        REFERENCE / "recovery.md": page(recovery_page()),
        REFERENCE / "sdtm.md": page(sdtm_page()),
        REFERENCE / "adam.md": page(adam_page()),
        DOCS / "validation.md": page(requirements_page()),
    }


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
