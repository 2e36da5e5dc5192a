"""Options that the commands on a ledger share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Database = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        envvar="DATABASE_URL",
        help="sqlite:///PATH or postgresql://USER@HOST/NAME; firstdose.sqlite3 in this folder if left out.",
        show_default=False,
    ),
]
Key = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        envvar="FIRSTDOSE_KEY_FILE",
        help="The key that seals the entries; firstdose.key beside the database if left out.",
        show_default=False,
    ),
]
SeenFile = Annotated[
    Path | None,
    typer.Option(
        "--heads",
        metavar="FILE",
        envvar="FIRSTDOSE_HEADS_FILE",
        help="The heads seen so far; beside the key, ending .heads, if left out.",
        show_default=False,
    ),
]
SeenHead = Annotated[
    list[str] | None,
    typer.Option(metavar="SEQ:SEAL", help="A head from a signed document or export. May be repeated."),
]
Role = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="PostgreSQL: the role that the site works with; it may read and add."),
]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--folder",
        metavar="FOLDER",
        envvar="FIRSTDOSE_FOLDER",
        help="The folder of a site, as `firstdose serve` made it: database, key and heads are those of the site, "
        "unless other options name them.",
        show_default=False,
    ),
]
