"""What each command does, in so few words that the list of commands shows them whole on a narrow terminal."""

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


def name_in_few_words(commands: typer.Typer) -> None:
    """Give each command its words; KeyError for one that has none."""
    for command in commands.registered_commands:
        assert command.callback is not None
        command.short_help = IN_FEW_WORDS[command.name or command.callback.__name__]
    for group in commands.registered_groups:
        group.short_help = IN_FEW_WORDS[str(group.name)]
