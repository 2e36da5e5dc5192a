"""The command line: a thin shell. Heavy libraries are imported inside the commands, so that help is quick."""

from __future__ import annotations

from firstdose.cli.application import app, main

__all__ = ["app", "main"]
