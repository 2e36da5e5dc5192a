"""What the log of the service says in one line, where the path through the program tells nobody anything."""

from __future__ import annotations

import logging


class InOneLine(logging.Filter):
    """Lets a record pass without the lines of the program that led to it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = record.exc_text = None
        return True
