"""Versions of the protocol: loaded by one person, approved by another; who is in the trial keeps theirs or is moved.

A version is kept as the text of its file, so that what anybody followed can be read for ever.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

from firstdose.conduct.catalogue import ProtocolVersion
from firstdose.conduct.desk import Work
from firstdose.conduct.differences import Difference, compare
from firstdose.conduct.identity import record_name
from firstdose.conduct.ledger import Draft, Entry, FieldChange, Refused
from firstdose.conduct.own_records import Recorded, all_of, as_object, change, create
from firstdose.designs.building import build_design
from firstdose.dosing import AmendedProtocol, amended
from firstdose.protocol import Problem, ProblemsFound, Protocol, examine_text
from firstdose.protocol.reading import LARGEST_FILE_BYTES, decode
from firstdose.records import PartialDateTime

MOST_PROBLEMS_SAID = 20


@lru_cache(maxsize=32)
def protocol_of_text(content: str) -> Protocol:
    """A protocol from the text of its file, with a rule that can be built if it has one.

    Raises ProblemsFound if there is anything wrong with it.
    """
    examination = examine_text(content)
    if examination.protocol is None or examination.problems:
        raise ProblemsFound(examination.problems)
    if examination.protocol.escalation.has_rule:
        build_design(examination.protocol)
    return examination.protocol


def load(work: Work, content: bytes) -> str:
    """Load a version from the content of a file, whatever it may hold; its name. It is not in force yet.

    Raises Refused if it is no protocol, does not name its version, or names one that is there already.
    """
    text = decode(content, "protocol") if len(content) <= LARGEST_FILE_BYTES else ""
    if isinstance(text, Problem):
        raise Refused(f"this is no protocol: {text}")
    if not text:
        raise Refused(f"a protocol file holds text, and has at most {LARGEST_FILE_BYTES:,} bytes")
    try:
        version = protocol_of_text(text).trial.version
    except ProblemsFound as found:
        said = "; ".join(str(problem) for problem in found.problems[:MOST_PROBLEMS_SAID])
        raise Refused(f"this protocol cannot be used: {said}") from None
    if version is None or not version.strip():
        raise Refused("the file does not say which version it is: give it `trial.version`")
    if work.record("protocol_versions", _name(version)).exists:
        raise Refused(f"version {version} is there already: give the new one another `trial.version`")
    loaded = ProtocolVersion(
        version=version, content=text, content_hash=_hash(text), state="loaded", loaded_by=work.author.account
    )
    create(work, loaded)
    return version


def differences(source: Recorded, version: str) -> tuple[Difference, ...]:
    """What a version changes, against the one in force.

    Raises Refused if there is no such version, or none in force.
    """
    before = in_force(source)
    if before is None:
        raise Refused("no version of the protocol is in force")
    return compare(protocol_of_version(source, before.version), protocol_of_version(source, version))


def approve(work: Work, version: str, reason: str, compared_with: str | None = None) -> Entry:
    """Put a version in force, as another person loaded it; who has no version noted is noted to keep the one before.

    ``compared_with`` is the version against which its differences were shown to the approver.
    Raises Refused, also if another one is in force by now, since what it would change was not seen.
    """
    loaded = _version(work, version)
    if loaded.state != "loaded":
        raise Refused(f"version {version} is approved already")
    if not reason.strip():
        raise Refused("say what the approval rests on, such as the vote of the ethics committee")
    before = in_force(work)
    if before is not None and compared_with not in (None, before.version):
        raise Refused(
            f"version {before.version} came into force since version {version} was compared with {compared_with}: look "
            "at what it changes now, then approve it"
        )
    for stored in work.records("subjects") if before else ():
        if before and not stored.is_removed and not stored.fields.get("protocol_version"):
            stays = (FieldChange("protocol_version", None, before.version),)
            words = f"in the trial before version {version}"
            work.append(Draft("change", "subjects", stored.record, stays, words), "manage_versions")
    new = {"state": "approved", "approved": PartialDateTime.of(work.now), "approved_by": work.author.account}
    return change(work, work.record("protocol_versions", _name(version)), new, reason=reason)


def move(work: Work, subject: str, version: str, reason: str) -> Entry:
    """Let somebody follow another version from now on, saying why, such as a new consent.

    Raises Refused.
    """
    stored = work.record("subjects", subject)
    if not stored.exists or stored.is_removed:
        raise Refused(f"there is no subject {subject}")
    if not reason.strip():
        raise Refused("say why the subject is to follow another version")
    old = stored.fields.get("protocol_version")
    if old == version:
        raise Refused(f"{subject} follows version {version} already")
    _check_is_approved(work, version)
    return work.append(Draft("change", "subjects", subject, (FieldChange("protocol_version", old, version),), reason))


def in_force(source: Recorded) -> ProtocolVersion | None:
    """The version that was approved last, by the order of the entries and not by the clock; None if none was."""
    approved = [each for each in source.records("protocol_versions") if each.fields.get("state") == "approved"]
    last = max(approved, key=lambda each: each.head, default=None)  # nothing is entered of one once it is approved
    return None if last is None else as_object(ProtocolVersion, last)


def protocol_in_use(source: Recorded) -> AmendedProtocol:
    """The protocol in force with every version that was approved, so that dosing counts by each subject's own.

    Raises Refused if none is in force.
    """
    newest = in_force(source)
    if newest is None:
        raise Refused("no version of the protocol is in force; load one and let another person approve it")
    approved = [each for each in all_of(source, ProtocolVersion) if each.state == "approved"]
    return amended(
        protocol_of_text(newest.content), {each.version: protocol_of_text(each.content) for each in approved}
    )


def protocol_of_version(source: Recorded, version: str) -> Protocol:
    """The protocol of a version, approved or not.

    Raises Refused if there is no such version.
    """
    return protocol_of_text(_version(source, version).content)


def followers(source: Recorded) -> dict[str | None, tuple[str, ...]]:
    """Who follows which version; None is the key of those for whom none is noted."""
    found: dict[str | None, tuple[str, ...]] = {}
    for stored in source.records("subjects"):
        if not stored.is_removed:
            version = stored.fields.get("protocol_version")
            found[version] = (*found.get(version, ()), stored.record)
    return found


def refuse_wrong_version(work: Work, draft: Draft) -> None:
    """The rule of the desk: a version is never altered, nobody approves what they loaded, nobody follows another one.

    Raises Refused.
    """
    new = {each.field: each.new for each in draft.changes}
    if draft.record_type == "subjects" and new.get("protocol_version") is not None:
        _check_is_approved(work, new["protocol_version"] or "")
    if draft.record_type != "protocol_versions":
        return
    if draft.action == "create":
        if new.get("state") != "loaded" or new.get("loaded_by") != work.author.account:
            raise Refused("a version is loaded first, in the name of who loads it, and approved by another person")
        if new.get("content_hash") != _hash(new.get("content") or ""):
            raise Refused("the hash of a version is that of its file")
        return
    if draft.action != "change" or not new.keys() <= {"state", "approved", "approved_by"}:
        raise Refused("a version of the protocol is never altered or removed: load another")
    before = as_object(ProtocolVersion, work.record("protocol_versions", draft.record))
    if before.state != "loaded" or new.get("state") != "approved" or new.get("approved_by") != work.author.account:
        raise Refused("a version that is loaded can be approved, and nothing else, in the name of who approves it")
    if before.loaded_by == work.author.account:
        raise Refused("who loaded a version cannot approve it: another person must")


def _check_is_approved(source: Recorded, version: str) -> None:
    found = _version(source, version)
    if found.state != "approved":
        raise Refused(f"version {version} of the protocol is not approved")
    if found.version != version:  # a record is found by its name without the spaces around it, a version is not
        raise Refused(f"there is no version {version!r} of the protocol; did you mean {found.version!r}?")


def _version(source: Recorded, version: str) -> ProtocolVersion:
    stored = source.record("protocol_versions", _name(version))
    if not stored.exists or stored.is_removed:
        raise Refused(f"there is no version {version} of the protocol")
    return as_object(ProtocolVersion, stored)


def _name(version: str) -> str:
    """The name of the record of a version."""
    return record_name("protocol_versions", {"version": version})


def _hash(content: str) -> str:
    """SHA-256 of the text of a file."""
    return hashlib.sha256(content.encode()).hexdigest()
