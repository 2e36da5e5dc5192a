"""The ledger as ODM 1.3.2 in an export: what the role sees of its history, and of its state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from tempfile import TemporaryFile

from firstdose.cdisc.odm import Exported, FileType, write_odm
from firstdose.conduct.ledger import Entry, Head
from firstdose.web.acting import Acting

HISTORY, STATE = "odm/history.xml", "odm/state.xml"
FILES: dict[str, FileType] = {HISTORY: "Transactional", STATE: "Snapshot"}
SENT_AT = 1 << 18


def odm_files(
    entries: Callable[[], Iterable[Entry]],
    acting: Acting,
    *,
    head: Head,
    as_of: datetime,
    made: datetime,
    is_whole: bool,
) -> Iterator[tuple[str, Iterator[bytes]]]:
    """The files with their names, each in parts; a file is made when it is asked for.

    ``entries`` gives those that the role sees, each time it is called.
    """
    where = f"site {acting.author.site}" if acting.author.site else "all sites"
    names = "" if acting.may("see_names") else ", without what identifies anybody"
    seen_by = "" if is_whole else f"As the role {acting.author.role} sees it at {where}{names}"
    exported = Exported(entries, head, as_of, made, seen_by)
    for name, file_type in FILES.items():
        yield name, _parts(exported, file_type)


def _parts(exported: Exported, file_type: FileType) -> Iterator[bytes]:
    """One file, in parts."""
    with TemporaryFile() as file:
        write_odm(exported, file_type, file)
        file.seek(0)
        while part := file.read(SENT_AT):
            yield part
