"""Everything that a role may see, as of a moment, in one ZIP file with a manifest."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

import polars as pl

from firstdose.conduct.amendments import in_force
from firstdose.conduct.catalogue import CONDUCT_RECORDS
from firstdose.conduct.ledger import Entry, Head, StoredRecord
from firstdose.conduct.snapshot import records_at, trial_data_of
from firstdose.records import TrialData, columns_of
from firstdose.records.trial_data import without_names
from firstdose.records.values import write_value
from firstdose.records.writing import write_folder
from firstdose.web.acting import Acting
from firstdose.web.committee_packs import Then
from firstdose.web.export_layout import CONDUCT_FOLDER, MANIFEST, OTHER_VERSIONS, PROTOCOL_FILE, RECORDS_FOLDER
from firstdose.web.odm_files import odm_files
from firstdose.web.seeing import NOT_SHOWN, visible_entries
from firstdose.web.sight import Sight
from firstdose.web.spreadsheets import RULE, csv_lines
from firstdose.web.trial import Trial

AT_A_TIME = 5_000
LEDGER_HEADER = (
    *("sequence", "recorded", "account", "role", "site", "zone", "action", "record_type", "record"),
    *("field", "old", "new", "reason", "form_version", "protocol_version", "clock_note", "write", "previous", "seal"),
)


@dataclass(frozen=True)
class DataHashes:
    """The hash of the data in a file, and those of all data as of its moment, which the committee's pack prints too."""

    in_file: str
    whole: str
    without_names: str


@dataclass(frozen=True)
class Package:
    """A ZIP file, its hash, the last entry that it holds and the hashes of the data."""

    file: IO[bytes]
    sha256: str
    head: Head
    hashes: DataHashes


def make_package(
    trial: Trial, acting: Acting, sequence: int, as_of: datetime, made: datetime, *, with_odm: bool = False
) -> Package:
    """Everything up to an entry that the role sees; ``as_of`` is the moment that it stands for.

    ``records/`` holds the data as this program reads them, ``tables/`` the same for spreadsheets, ``conduct/`` queries,
    checks, signatures and locks, and ``ledger.csv`` every entry, a line a field; ``odm/`` history and state as ODM.
    ``protocol.yaml`` is the version that was in force, so that the folder can be analysed by itself.
    """
    stored, head = records_at(trial.ledger, sequence)
    sight = Sight.of(trial, acting)
    whole = trial_data_of(stored, as_of.date())
    data = seen_data(whole, sight, shows_names=acting.may("see_names"))
    hashes = DataHashes(data.content_hash, whole.content_hash, without_names(whole).content_hash)
    file: IO[bytes] = TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    with zipfile.ZipFile(file, "w") as archive:
        packed = Packer(archive)
        _write_records(packed, data)
        for name, frame in data.frames.items():
            if frame.height:
                rows = ([write_value(value) for value in row] for row in frame.iter_rows())
                packed.write(f"tables/{name}.csv", csv_lines(frame.columns, rows))
        _write_protocol(packed, Then(trial.ledger, sequence))
        for name in CONDUCT_RECORDS:
            _write_conduct(packed, name, [each for each in stored if each.record_type == name], sight, acting)
        rows = (line for entry in _entries(trial, acting, sequence) for line in _lines(entry))
        packed.write("ledger.csv", csv_lines(LEDGER_HEADER, rows))
        is_whole = not sight.others and acting.may("see_names")
        if with_odm:
            entries = partial(_entries, trial, acting, sequence)
            for name, parts in odm_files(entries, acting, head=head, as_of=as_of, made=made, is_whole=is_whole):
                packed.write(name, parts)
        manifest = {
            "trial": trial.protocol.trial.id,
            "as_of": as_of.isoformat(),
            "ledger_head": str(head),
            "clock": trial.ledger.clock_faults(sequence, as_of).words,
            "data_hash": hashes.in_file,
            "data_hash_of_all": hashes.whole,
            "data_hash_of_all_without_names": hashes.without_names,
            "is_whole": is_whole,
            "site": acting.author.site or "all",
            "exported_by": acting.author.account,
            "role": acting.author.role,
            "exported": made.isoformat(timespec="seconds"),
            "cells_of_csv": RULE,
            "sha256_of_files": packed.hashes,
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
        packed.write(MANIFEST, [text.encode()])
    return Package(file, _hash_of(file), head, hashes)


def _hash_of(file: IO[bytes]) -> str:
    """SHA-256 of a file, which is then at its beginning."""
    digest = hashlib.sha256()
    file.seek(0)
    while part := file.read(AT_A_TIME * 100):
        digest.update(part)
    file.seek(0)
    return digest.hexdigest()


def seen_data(data: TrialData, sight: Sight, *, shows_names: bool) -> TrialData:
    """The part of the data that a role sees: its participants, and nothing that names others or identifies."""
    seen = data if shows_names else without_names(data)
    return seen.replace({name: _seen(frame, sight) for name, frame in seen.frames.items()})


def _seen(frame: pl.DataFrame, sight: Sight) -> pl.DataFrame:
    """One kind of record as a role sees it."""
    if "subject" in frame.columns:
        frame = frame.filter(
            pl.col("subject").is_null() | pl.col("subject").str.strip_chars().is_in(list(sight.visible))
        )
    if sight.others:
        texts = [key for key, kind in frame.schema.items() if kind == pl.String and key != "subject"]
        named = list(sight.others)
        hidden = (
            pl.when(pl.col(key).str.contains_any(named)).then(pl.lit(NOT_SHOWN)).otherwise(pl.col(key)).alias(key)
            for key in texts
        )
        frame = frame.with_columns(hidden)
    return frame


def _entries(trial: Trial, acting: Acting, sequence: int) -> Iterator[Entry]:
    """The entries up to one that the role sees, in bounded memory."""
    for after in range(0, sequence, AT_A_TIME):
        with trial.ledger.entries(after=after, up_to=min(after + AT_A_TIME, sequence)) as entries:
            some = list(entries)
        yield from visible_entries(some, trial, acting)


def _lines(entry: Entry) -> Iterator[list[str]]:
    """An entry as lines of a table, one a field."""
    before = [str(entry.sequence), entry.recorded, entry.account, entry.role, entry.site, entry.zone, entry.action]
    after = [entry.reason, entry.form_version, entry.protocol_version, entry.clock_note, str(entry.write)]
    for change in entry.changes or (None,):
        texts = (change.field, change.old or "", change.new or "") if change else ("", "", "")
        yield [*before, entry.record_type, entry.record, *texts, *after, entry.previous, entry.seal]


def _write_protocol(packed: Packer, then: Then) -> None:
    """The protocol that was in force, byte for byte the file that its hash is of; other versions beside it."""
    current = in_force(then)
    for stored in then.records("protocol_versions"):
        is_current = current is not None and stored.fields["version"] == current.version
        name = PROTOCOL_FILE if is_current else f"{OTHER_VERSIONS}/{stored.record}.yaml"
        packed.write(name, [stored.fields["content"].encode()])


def _write_conduct(packed: Packer, name: str, stored: list[StoredRecord], sight: Sight, acting: Acting) -> None:
    """The records of the conduct of one kind that the role sees."""
    columns = columns_of(CONDUCT_RECORDS[name])
    shown = [key for key, each in columns.items() if acting.may("see_names") or each.question.identifying != "directly"]
    rows = [
        [sight.words(each.fields.get(key, "")) for key in shown]
        for each in stored
        if not each.is_removed and sight.shows_conduct(each)
    ]
    if rows:
        packed.write(f"{CONDUCT_FOLDER}/{name}.csv", csv_lines(shown, rows))


def _write_records(packed: Packer, data: TrialData) -> None:
    """The data as this program reads them again, exactly."""
    with TemporaryDirectory() as folder:
        for path in sorted(write_folder(data, Path(folder), "parquet").iterdir()):
            packed.write(f"{RECORDS_FOLDER}/{path.name}", [path.read_bytes()])


class Packer:
    """A ZIP file that is being written, with the hash of each file in it."""

    def __init__(self, packed: zipfile.ZipFile) -> None:
        self._packed = packed
        self.hashes: dict[str, str] = {}

    def write(self, name: str, parts: Iterable[bytes]) -> None:
        """Write a file, part by part; it bears no moment of its own, so that the same content gives the same bytes."""
        digest = hashlib.sha256()
        with self._packed.open(_file_of(name), "w", force_zip64=True) as file:
            for part in parts:
                digest.update(part)
                file.write(part)
        self.hashes[name] = digest.hexdigest()


def _file_of(name: str) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(name)
    found.compress_type = zipfile.ZIP_DEFLATED
    return found
