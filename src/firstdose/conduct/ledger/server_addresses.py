"""The address of a database on a server: its name without secrets, and what to do if none answers."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from firstdose.conduct.ledger.errors import LedgerError

SHOULD_BE = "the address of the database must be postgresql://USER@HOST/NAME, special letters as %40 for @ and so on"
TO_DO = (
    ("peer authentication failed", "name the server in the address, as @localhost/, and give the role a password"),
    (
        "password|authentication failed",
        "put the role's password into the file that PGPASSFILE names, a line HOST:PORT:NAME:ROLE:PASSWORD that "
        "only the account of this program can read",
    ),
    (
        "translate host name|name or service not known|resolve|nodename",
        "correct the host in the address, or make its name known to this machine",
    ),
    ('role ".*" does not exist', "make the role with CREATE ROLE ... LOGIN, or correct it in the address"),
    ('database ".*" does not exist', "make it with CREATE DATABASE ... ENCODING 'UTF8', or correct the name"),
    ("pg_hba", "let the role in from this machine, with a line in the server's pg_hba.conf"),
    ("permission denied for database", "let the role in: GRANT CONNECT ON DATABASE ... TO ..."),
    ("too many|remaining connection slots", "raise max_connections of the server"),
)
OTHERWISE = "start the server, or correct host and port in the address"


def check_parts(parts: dict[str, str]) -> None:
    """Raise LedgerError if what was read of an address is no address of a database on a server."""
    if "@" in parts.get("host", "") + parts.get("dbname", "") or not parts.get("port", "1").isdecimal():
        raise LedgerError(SHOULD_BE)  # a password with such letters is read as host, port or name
    if not parts.get("dbname"):
        raise LedgerError(f"{SHOULD_BE}; this one names no database")


def name_of_server(parts: dict[str, str]) -> str:
    """A database in words, without its password."""
    host = parts.get("host", "")
    where = "local server" if host.startswith("/") or not host else host
    port = f":{parts['port']}" if "port" in parts else ""
    return f"{where}{port}/{parts['dbname']}"


def what_to_do(words: str) -> str:
    """How to mend what a server, or the lack of one, said; it says so in English or in other words."""
    return next((to_do for said, to_do in TO_DO if re.search(said, words, re.IGNORECASE)), OTHERWISE)


def without_password(words: str, url: str) -> str:
    """What was said, without the password of an address."""
    password = unquote(urlsplit(url).password or "")
    return words.replace(password, "...") if password else words
