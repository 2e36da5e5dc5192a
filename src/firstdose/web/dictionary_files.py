"""Dictionaries of terms that people bring: kept as files beside the database, known by the hash of their content.

That one was brought, by whom and which, is an entry in the ledger; every coding holds the hash of its dictionary.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile

from firstdose.conduct.coding import CODED
from firstdose.conduct.desk import Work
from firstdose.conduct.dictionaries import Dictionary, ctcae, read_dictionary
from firstdose.conduct.ledger import Draft, FieldChange, Refused
from firstdose.web.trial import Trial

DICTIONARIES, ALL = "dictionaries", "all"
SHIPPED = "ctcae"
KINDS, OF_SHIPPED = "kinds", ("adverse_events",)
KIND_WORDS = {
    "adverse_events": "bring a dictionary of adverse events, such as MedDRA",
    "medical_histories": "bring a dictionary of diseases, such as MedDRA",
    "medications": "bring a dictionary of medicines, such as WHODrug",
}
"""Which dictionary codes a kind of record; those that are sold cannot come with the program."""
assert set(KIND_WORDS) == set(CODED)


@dataclass(frozen=True)
class Kept:
    """A dictionary that can be chosen; ``key`` is the hash of its file, or the one that comes with the program.

    ``kinds`` are the kinds of record that it holds terms for.
    """

    key: str
    name: str
    version: str
    kinds: tuple[str, ...] = tuple(CODED)

    def check_for(self, record_type: str) -> None:
        """Raise Refused for a kind of record that it holds no terms for."""
        if record_type not in self.kinds:
            raise Refused(f"{self.name} {self.version} holds no terms for this; {KIND_WORDS[record_type]}")


def kept_dictionaries(trial: Trial) -> list[Kept]:
    """All dictionaries, the one that comes with the program first, then those that were brought, the last first."""
    shipped = ctcae()
    found = [Kept(SHIPPED, shipped.name, shipped.version, OF_SHIPPED)]
    for entry in reversed(trial.ledger.history(DICTIONARIES, ALL)):
        facts = {change.field: change.new or "" for change in entry.changes}
        kinds = tuple(facts[KINDS].split()) if facts.get(KINDS) else tuple(CODED)
        found.append(Kept(facts["sha256"], facts["name"], facts["version"], kinds))
    return list({each.key: each for each in found}.values())


def dictionary_of(trial: Trial, key: str) -> Dictionary:
    """A dictionary by its key.

    Raises Refused if there is none, or its file is not what it was.
    """
    kept = kept_of(trial, key)
    return ctcae() if key == SHIPPED else _read(_folder(trial) / f"{key}.csv", kept)


def kept_of(trial: Trial, key: str) -> Kept:
    """What is known of a dictionary, by its key.

    Raises Refused if there is none.
    """
    kept = next((each for each in kept_dictionaries(trial) if each.key == key), None)
    if kept is None:
        raise Refused("there is no such dictionary; choose one of those that are listed")
    return kept


def keep_dictionary(
    trial: Trial, work: Work, content: bytes, name: str, version: str, kinds: Sequence[str] = ()
) -> Dictionary:
    """Keep a dictionary that somebody brings, and note it, with the kinds of record that it is for; without any, all.

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
    if kinds:
        facts[KINDS] = " ".join(each for each in CODED if each in kinds)
    changes = tuple(FieldChange(field, None, text) for field, text in facts.items() if text)
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
