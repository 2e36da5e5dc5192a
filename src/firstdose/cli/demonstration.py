"""The demonstration: the reference trial from its protocol file over a virtual trial to its report; trials replayed."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

import typer

from firstdose.cli.clock import today
from firstdose.cli.engines import characteristics
from firstdose.cli.inputs import input_errors, read_rule, read_scenarios
from firstdose.cli.output import progress
from firstdose.cli.report_command import report
from firstdose.cli.simulate_command import simulate
from firstdose.cli.tables import show_characteristics, show_tree
from firstdose.designs.history import History
from firstdose.report.design.report import write_design_report
from firstdose.report.documents.index_page import Link, index_page
from firstdose.report.published.replay import read_published
from firstdose.report.published.replay_page import write_published_trials
from firstdose.simulation.pathways import pathways

REFERENCE = "nsc-spms"
TRUTH = "0.05,0.10,0.15,0.25"
SEED = 1
TRIAL, REPORT = "virtual-trial", "report"
INTRODUCTION = (
    "The reference trial NCT03282760: allogeneic neural stem cells at 5, 10, 16 or 24 million cells, injected once "
    "into the brain's ventricles of people with progressive multiple sclerosis."
)


def run_demo(out: Path) -> None:
    """Write everything into a folder, telling on the way what is done and how to do it alone."""
    with as_file(files("firstdose") / "examples") as examples:
        if not (examples / REFERENCE / "protocol.yaml").is_file():
            raise FileNotFoundError(2, "the examples are missing from this installation", str(examples))
        _demonstrate(examples, out)


def _demonstrate(examples: Path, out: Path) -> None:
    file = examples / REFERENCE / "protocol.yaml"
    typer.echo(f"{INTRODUCTION}\n")
    _say("The protocol file is read and checked", f"firstdose check examples/{REFERENCE}/protocol.yaml")
    read, rule = read_rule(file)
    _say("How its rule behaves, exactly", f"firstdose oc examples/{REFERENCE}/protocol.yaml --truth {TRUTH}")
    scenarios = read_scenarios(rule, [TRUTH], "steps", 0, 0)
    show_characteristics(characteristics(rule, scenarios, "exact", 0.0, 5_000_000, 0, 0))
    _say("What each coming outcome would lead to", f"firstdose pathways examples/{REFERENCE}/protocol.yaml --cohorts 1")
    show_tree(pathways(rule, History(), 1))
    typer.echo("")
    _say(
        "The design report, to attach to the protocol",
        f"firstdose design examples/{REFERENCE}/protocol.yaml --out {out}",
    )
    with input_errors(), progress("design report") as bar:
        written = list(write_design_report(read, rule, out, today(), bar.say))
    _say(
        "Published trials under each design",
        "firstdose decide examples/published/levy2006/protocol.yaml --outcomes ...",
    )
    with input_errors(), progress("published trials"):
        trials = list(read_published(examples / "published"))
        written.append(write_published_trials(trials, out, today()))
    for path in written:
        typer.echo(f"wrote {path}")
    typer.echo("")
    _make_trial(file, out)
    _report_trial(file, out)
    typer.echo(f"wrote {_write_index(out)}")


def _make_trial(file: Path, out: Path) -> None:
    """A virtual trial of the reference protocol; one that an earlier demonstration made is replaced."""
    where = out / TRIAL
    _say(
        "A virtual trial, whose truth is known",
        f"firstdose simulate examples/{REFERENCE}/protocol.yaml --seed {SEED} --out {where}",
    )
    simulate(file, SEED, where, overwrite=True)
    typer.echo("")


def _report_trial(file: Path, out: Path) -> None:
    """The report of that trial, with its results, a page for each person, and the committee's pack."""
    where = out / REPORT
    _say("Its report", f"firstdose report examples/{REFERENCE}/protocol.yaml {out / TRIAL} --out {where}")
    report(file, where, out / TRIAL, overwrite=True)
    typer.echo("")


def _say(what: str, command: str) -> None:
    typer.echo(f"# {what}: {command}")


PAGES = {
    "Before the trial": {
        "design-report.html": "The design report: how the rule behaves, exactly",
        "design-report.pdf": "The same as PDF",
        "published-trials.html": "Published trials under each design",
    },
    "The virtual trial": {
        f"{REPORT}/trial-report.html": "The trial report",
        f"{REPORT}/trial-report.pdf": "The same as PDF",
        f"{REPORT}/committee-pack.html": "The safety committee's pack for the next dose decision",
        f"{REPORT}/committee-pack.pdf": "The same as PDF, two pages",
        f"{REPORT}/people/index.html": "A timeline of each person",
        f"{REPORT}/people.pdf": "All timelines as PDF",
    },
    "For other programs": {
        f"{REPORT}/tables.docx": "Every table, for a word processor",
        f"{REPORT}/results.csv": "Every figure with its interval, method and records",
        f"{REPORT}/problems.csv": "What is wrong with the records",
    },
}
"""What the index leads to, by heading; what was not written is left out."""
INDEX = "index.html"
MADE = (INDEX, TRIAL, *dict.fromkeys(name.split("/")[0] for pages in PAGES.values() for name in pages))
"""What an earlier demonstration left in the folder, and this one replaces."""


def _write_index(out: Path) -> Path:
    """A page that leads to the others."""
    groups = [
        (heading, [Link(name, words) for name, words in pages.items() if (out / name).is_file()])
        for heading, pages in PAGES.items()
    ]
    told = [
        INTRODUCTION,
        "The trial below is simulated: nobody took part in it, and its truth stands beside its records.",
    ]
    index = out / INDEX
    index.write_text(
        index_page("Firstdose demonstration", "Demonstration", told, groups), encoding="utf-8", newline="\n"
    )
    return index
