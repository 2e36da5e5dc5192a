"""What a ledger holds, as far as the opening of an ODM file must know it before the first entry is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote

from firstdose.cdisc.odm.markup import carried
from firstdose.cdisc.odm.places import is_of_people, known_columns, moving_fields, place_of, visit_of
from firstdose.conduct.ledger import Entry

SIGNATURES = "signatures"
Record = tuple[str, str]
Site = tuple[str, str]


@dataclass(frozen=True)
class Given:
    """A signature: by whom and where, when, what it means, and what was signed as its last entry left it."""

    account: str
    role: str
    site: Site
    moment: str
    meaning: str
    about: Record
    head: str


@dataclass
class Survey:
    """What was found: its size grows with the trial's people, fields, versions and signatures, not with its entries."""

    entries: int = 0
    escaped: int = 0
    """Values and reasons that hold what XML cannot carry as it is."""
    users: dict[tuple[str, str], None] = field(default_factory=dict)
    full_names: dict[str, str] = field(default_factory=dict)
    sites: dict[Site, dict[str, str]] = field(default_factory=dict)
    """Each site and zone; for each version of the protocol stated there, the first day."""
    versions: dict[str, str | None] = field(default_factory=dict)
    """The versions of the protocol, with the text of the file where it is in the ledger."""
    visits: dict[str, None] = field(default_factory=dict)
    longest: dict[str, dict[str, int]] = field(default_factory=dict)
    """For each kind of record and field, the length of the longest text."""
    reference: dict[str, None] = field(default_factory=dict)
    """The kinds of record of which some are nobody's."""
    happenings: dict[str, None] = field(default_factory=dict)
    """The kinds of what changes no record."""
    moved: set[Record] = field(default_factory=set)
    """The records that were restored, or moved to another participant or visit: they are written anew, whole."""
    returning: set[Record] = field(default_factory=set)
    """The records whose name does not tell their place and about which there is more than what made them."""
    signatures: list[Given] = field(default_factory=list)


def survey_of(entries: Iterable[Entry]) -> Survey:
    """Read all entries once."""
    found = Survey()
    found.versions[""] = None
    for entry in entries:
        _see(found, entry)
    return found


def texts_of(entry: Entry) -> dict[str, str | None]:
    """What an entry leaves in the fields that it names."""
    return {change.field: change.new for change in entry.changes}


def signature_in(entry: Entry) -> Given | None:
    """The signature that an entry gives; None where it gives none."""
    texts = texts_of(entry)
    about, name, head = (texts.get(each) for each in ("about_type", "about_record", "head"))
    if entry.record_type != SIGNATURES or entry.action != "create" or not about or not name or not head:
        return None
    meaning = texts.get("meaning") or ""
    return Given(entry.account, entry.role, (entry.site, entry.zone), entry.recorded, meaning, (about, name), head)


def _see(found: Survey, entry: Entry) -> None:
    found.entries += 1
    found.users.setdefault((entry.account, entry.role))
    site = found.sites.setdefault((entry.site, entry.zone), {})
    site.setdefault(entry.protocol_version, entry.recorded[:10])
    found.versions.setdefault(entry.protocol_version)
    kept = found.longest.setdefault(entry.record_type, {})
    texts = texts_of(entry)
    for name, text in texts.items():
        as_carried = carried(text or "")
        found.escaped += as_carried != (text or "")
        kept[name] = max(kept.get(name, 0), len(as_carried))
    found.escaped += carried(entry.reason) != entry.reason
    if entry.action == "event":
        found.happenings.setdefault(entry.record_type)
    else:
        _see_record(found, entry, texts)


def _see_record(found: Survey, entry: Entry, texts: dict[str, str | None]) -> None:
    """What an entry about a record tells of its place, and of people, versions and signatures."""
    kind, name = entry.record_type, entry.record
    if place_of(kind, name, texts).subject is None:
        found.reference.setdefault(kind)
    if is_of_people(kind) and "visit" in known_columns(kind):
        found.visits.setdefault(visit_of(kind, name, texts))
    moving = moving_fields(kind)
    if entry.action == "restore" or (entry.action != "create" and not moving.isdisjoint(texts)):
        found.moved.add((kind, name))
    if moving and entry.action != "create":
        found.returning.add((kind, name))
    if kind == "role_grants" and texts.get("full_name"):
        found.full_names[unquote(name.split("/")[0])] = texts["full_name"] or ""
    if kind == "protocol_versions" and texts.get("version"):
        found.versions[texts["version"] or ""] = texts.get("content")
    given = signature_in(entry)
    if given is not None:
        found.signatures.append(given)
        found.returning.add(given.about)
