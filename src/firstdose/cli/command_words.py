"""What each command does, in so few words that the list of commands shows them whole on a narrow terminal; examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer

IN_FEW_WORDS = {
    "check": "Report every problem of a protocol file",
    "oc": "How the rule behaves: levels, people, DLTs",
    "compare": "Designs side by side on the same curves",
    "design": "Write the design report, as HTML and PDF",
    "decide": "The next step after the outcomes so far",
    "pathways": "What each coming outcome would lead to",
    "simulate": "Make the records of a virtual trial",
    "next": "Plan the randomised trial that follows",
    "tune": "Search a design and its settings",
    "analyse": "Analyse a trial's data",
    "metabolites": "Analyse metabolites alone",
    "report": "Write a trial's report and committee's pack",
    "serve": "Run the site of a trial, in the browser",
    "export": "Write a trial as SDTM, ADaM or USDM",
    "demo": "See everything on the reference trial",
    "validate": "Prove this installation on this machine",
    "ledger": "Make, check and copy the ledger of a trial",
    "create": "Make an empty ledger, and its key",
    "verify": "Check everything; exit status 1 with a fault",
    "backup": "Copy the ledger while it is in use",
    "restore": "Make a ledger from a copy",
    "rebuild": "Make all records afresh from the entries",
    "heads": "Show the head now, and those seen before",
    "odm": "Write the ledger as ODM 1.3.2",
}


DEMO_SITE = "--folder firstdose-demo-site"
EXAMPLES = {
    "check": "examples/minimal/protocol.yaml",
    "oc": "examples/minimal/protocol.yaml --truth 0.05,0.1,0.2,0.35",
    "compare": "examples/minimal/protocol.yaml --designs boin,keyboard",
    "design": "examples/minimal/protocol.yaml --out design",
    "decide": 'examples/minimal/protocol.yaml --outcomes "1NNN 2NNT"',
    "pathways": 'examples/minimal/protocol.yaml --outcomes "1NNN"',
    "simulate": "examples/nsc-spms/protocol.yaml --seed 1 --out virtual",
    "next": "examples/nsc-spms/next_trial.yaml --trials 100 --out next",
    "tune": "examples/nsc-spms/protocol.yaml --out tuned",
    "analyse": "examples/cdisc-pilot/protocol.yaml examples/cdisc-pilot/sdtm --out pilot",
    "metabolites": "examples/metabolites/abundances.csv --samples examples/metabolites/samples.csv --out metabolites",
    "report": "examples/cdisc-pilot/protocol.yaml examples/cdisc-pilot/sdtm --out pilot-report",
    "serve": "--demo",
    "export": "examples/cdisc-pilot/protocol.yaml examples/cdisc-pilot/sdtm --to adam --out adam",
    "demo": "--out demo-output",
    "validate": "--out certificate",
    "create": "--database sqlite:///trial.sqlite3 --key trial.key",
    "verify": DEMO_SITE,
    "backup": f"copy.gz {DEMO_SITE}",
    "restore": f"copy.gz {DEMO_SITE} --database sqlite:///restored.sqlite3",
    "rebuild": DEMO_SITE,
    "heads": f'{DEMO_SITE} --note "report of March"',
    "odm": f"trial.xml {DEMO_SITE}",
}
"""What may follow each command where examples/ is, or beside the site of the demonstration."""
WIDTH_OF_EXAMPLES = 76


def give_words(commands: typer.Typer, within: str = "") -> None:
    """Give each command its words and an example; KeyError for one that has none."""
    for command in commands.registered_commands:
        assert command.callback is not None
        name = command.name or command.callback.__name__
        command.short_help = IN_FEW_WORDS[name]
        command.epilog = _example(" ".join(filter(None, ("firstdose", within, name))), EXAMPLES[name])
    for group in commands.registered_groups:
        group.short_help = IN_FEW_WORDS[str(group.name)]


def _example(command: str, what_follows: str) -> str:
    """The last lines of the help: an example in lines that can be pasted, and where it works."""
    where = ""
    if "examples/" in what_follows:
        where = " (in the folder that holds examples/)"
    elif DEMO_SITE in what_follows:
        where = " (beside the site that `firstdose serve --demo` makes)"
    begun, *options = f"{command} {what_follows}".split(" --")
    lines = [begun]
    for option in options:
        if len(lines[-1]) + len(option) > WIDTH_OF_EXAMPLES - len(" -- \\"):
            lines[-1] += " \\"
            lines.append(f"  --{option}")
        else:
            lines[-1] += f" --{option}"
    return "\n".join(("\b", f"Example{where}:", *(f"  {line}" for line in lines)))
