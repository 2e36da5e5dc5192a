"""Dictionaries of terms that people bring: kept as files beside the database, known by the hash of their content.

That one was brought, by whom and which, is an entry in the ledger; every coding holds the hash of its dictionary.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile

from firstdose.conduct.desk import Work
from firstdose.conduct.dictionaries import Dictionary, ctcae, read_dictionary
from firstdose.conduct.ledger import Draft, FieldChange, Refused
from firstdose.web.trial import Trial

DICTIONARIES, ALL = "dictionaries", "all"
SHIPPED = "ctcae"


@dataclass(frozen=True)
class Kept:
    """A dictionary that can be chosen; ``key`` is the hash of its file, or the one that comes with the program."""

    key: str
    name: str
    version: str


def kept_dictionaries(trial: Trial) -> list[Kept]:
    """All dictionaries, the one that comes with the program first, then those that were brought, the last first."""
    shipped = ctcae()
    found = [Kept(SHIPPED, shipped.name, shipped.version)]
    for entry in reversed(trial.ledger.history(DICTIONARIES, ALL)):
        facts = {change.field: change.new or "" for change in entry.changes}
        found.append(Kept(facts["sha256"], facts["name"], facts["version"]))
    return list({each.key: each for each in found}.values())


def dictionary_of(trial: Trial, key: str) -> Dictionary:
    """A dictionary by its key.

    Raises Refused if there is none, or its file is not what it was.
    """
    if key == SHIPPED:
        return ctcae()
    kept = next((each for each in kept_dictionaries(trial) if each.key == key), None)
    if kept is None:
        raise Refused("there is no such dictionary; choose one of those that are listed")
    return _read(_folder(trial) / f"{key}.csv", kept)


def keep_dictionary(trial: Trial, work: Work, content: bytes, name: str, version: str) -> Dictionary:
    """Keep a dictionary that somebody brings, and note it.

    Raises Refused if it cannot be read.
    """
    found = read_dictionary(content, name, version)
    key = hashlib.sha256(content).hexdigest()
    folder = _folder(trial)
    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder, delete=False) as part:
        part.write(content)
        part.flush()
        os.fsync(part.fileno())
    Path(part.name).replace(folder / f"{key}.csv")
    facts = {"name": found.name, "version": found.version, "sha256": key, "content_hash": found.content_hash}
    changes = tuple(FieldChange(field, None, text) for field, text in facts.items())
    work.append(Draft("event", DICTIONARIES, ALL, changes), "code_terms")
    return found


def _folder(trial: Trial) -> Path:
    return trial.configuration.folder / "dictionaries"


@lru_cache(maxsize=4)
def _read(path: Path, kept: Kept) -> Dictionary:
    """The dictionary in a file; read once, since its content never changes under its name."""
    try:
        content = path.read_bytes()
    except OSError:
        raise Refused(f"the file of {kept.name} {kept.version} is not there; bring the dictionary again") from None
    if hashlib.sha256(content).hexdigest() != kept.key:
        raise Refused(f"the file of {kept.name} {kept.version} is not what it was; bring the dictionary again")
    return read_dictionary(content, kept.name, kept.version)
