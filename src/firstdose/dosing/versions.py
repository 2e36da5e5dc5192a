"""The version of the protocol that each participant follows, once it was amended: old participants keep the old one.

A participant's own version says what their DLT window is, which causes count, when they are evaluable, which dose
their level was, and which criteria they must meet. The version in force says what is decided and what is waited for.
Dose levels must keep their numbers from version to version: a history is read by them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from firstdose.protocol import Protocol
from firstdose.records import Subject


@dataclass(frozen=True, kw_only=True)
class AmendedProtocol(Protocol):
    """The protocol in force, with all its versions by the names that subjects' records give them."""

    versions: Mapping[str, Protocol] = field(default_factory=dict, repr=False, compare=False)


def amended(protocol: Protocol, versions: Mapping[str, Protocol]) -> AmendedProtocol:
    """The protocol in force with all its versions, the one in force included."""
    facts = {each.name: getattr(protocol, each.name) for each in fields(Protocol)}
    return AmendedProtocol(**facts, versions=dict(versions))


def protocol_of_version(protocol: Protocol, version: str | None) -> Protocol:
    """The version of this name, which the first one's file need not bear; the one in force where none is known."""
    versions = protocol.versions.values() if isinstance(protocol, AmendedProtocol) else ()
    return next((each for each in versions if each.trial.version == version), protocol)


def protocol_followed(protocol: Protocol, subject: Subject | None) -> Protocol:
    """The protocol that a subject follows: the version noted of them if it is known, else the one in force."""
    if not isinstance(protocol, AmendedProtocol) or subject is None or subject.protocol_version is None:
        return protocol
    return protocol.versions.get(subject.protocol_version, protocol)
