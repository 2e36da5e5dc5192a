"""A second reader of ODM, written from the specification (1.3.2, sections 2.7 to 2.11 and 3.1.3 to 3.1.4).

It knows nothing of the package but how the names of records are made. It applies transactions as the specification
says, and complains where it calls something an error.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, unquote
from xml.etree import ElementTree

NAMESPACE = "{http://www.cdisc.org/ns/odm/v1.3}"
DATA = ("SubjectData", "StudyEventData", "FormData", "ItemGroupData")
SAFE_IN_NAMES = " -_.:()+"
NOT_NAMED_AFTER_PEOPLE = ("samples",)

Record = tuple[str, str]


def typed(text: str) -> str:
    """A text as it was typed, by the rule that the file states."""
    return re.sub(r"\\u([0-9A-F]{4})", lambda found: chr(int(found[1], 16)), text)


@dataclass
class Item:
    field: str
    transaction: str | None
    value: str | None
    notes: dict[str, tuple[str | None, str | None]] = dataclasses.field(default_factory=dict)
    """Annotations by their number: their transaction, and their comment."""


@dataclass
class Group:
    """One item group as it stands in a file, with what it inherits."""

    kind: str
    prefix: str
    keys: tuple[str | None, ...]
    transactions: tuple[str | None, ...]
    audit: dict[str, str] | None
    signature: dict[str, str] | None
    items: list[Item]
    comments: dict[str, str]
    version: str

    @property
    def record(self) -> str:
        subject, key = self.keys[0], self.keys[-1]
        if self.prefix == "EG":
            return (key or "").partition("/")[2]
        if self.prefix == "RG" or self.kind in NOT_NAMED_AFTER_PEOPLE:
            return key or ""
        named = quote(subject or "", safe=SAFE_IN_NAMES)
        return named if key is None else f"{named}/{key}"


def children(element: Any, name: str) -> list[Any]:
    return list(element.findall(NAMESPACE + name))


def read_groups(root: Any) -> Iterator[Group]:
    """All item groups of a document in their order."""
    for part in root:
        if part.tag == NAMESPACE + "ReferenceData":
            for each in children(part, "ItemGroupData"):
                yield _group(each, (None,), (), None, part.get("MetaDataVersionOID"))
        elif part.tag == NAMESPACE + "ClinicalData":
            for subject in children(part, "SubjectData"):
                yield from _within(subject, part.get("MetaDataVersionOID"))


def _within(subject: Any, version: str) -> Iterator[Group]:
    audit = _audit(subject)
    for event in children(subject, "StudyEventData"):
        for form in children(event, "FormData"):
            around = (subject, event, form)
            keys = (typed(subject.get("SubjectKey")), event.get("StudyEventOID"), form.get("FormOID"))
            kinds = tuple(each.get("TransactionType") for each in around)
            for group in children(form, "ItemGroupData"):
                inherited = _audit(group) or _audit(form) or _audit(event) or audit
                yield _group(group, keys, kinds, inherited, version)


def _group(element: Any, keys: Any, kinds: Any, audit: Any, version: str) -> Group:
    prefix, kind = element.get("ItemGroupOID").split(".", 1)
    key = element.get("ItemGroupRepeatKey")
    return Group(
        unquote(kind),
        prefix,
        (*keys, None if key is None else typed(key)),
        (*kinds, element.get("TransactionType")),
        _audit(element) or audit,
        _signature(element),
        [_item(each) for each in children(element, "ItemData")],
        {each.get("SeqNum"): typed(each[0].text or "") for each in children(element, "Annotation")},
        version,
    )


def _audit(element: Any) -> dict[str, str] | None:
    found = element.find(NAMESPACE + "AuditRecord")
    return None if found is None else _told(found)


def _signature(element: Any) -> dict[str, str] | None:
    found = element.find(NAMESPACE + "Signature")
    return None if found is None else _told(found)


def _told(element: Any) -> dict[str, str]:
    texts = {each.tag.removeprefix(NAMESPACE): typed(each.text or "") for each in element}
    return texts | {name: value for each in element for name, value in each.attrib.items()}


def _item(element: Any) -> Item:
    field_name = unquote(element.get("ItemOID").rsplit(".", 1)[1])
    assert (element.get("Value") is None) or (element.get("IsNull") is None)
    notes = {}
    for each in children(element, "Annotation"):
        comment = each.find(NAMESPACE + "Comment")
        notes[each.get("SeqNum")] = (
            each.get("TransactionType"),
            None if comment is None else typed(comment.text or ""),
        )
    value = element.get("Value")
    return Item(field_name, element.get("TransactionType"), None if value is None else typed(value), notes)


@dataclass
class Database:
    """What a receiving system holds after it has applied the transactions, in their order."""

    around: set[tuple[Any, ...]] = dataclasses.field(default_factory=set)
    groups: dict[tuple[Any, ...], dict[str, dict[str, str | None]]] = dataclasses.field(default_factory=dict)
    records: dict[tuple[Any, ...], Record] = dataclasses.field(default_factory=dict)
    signed: list[tuple[Record, dict[str, str]]] = dataclasses.field(default_factory=list)

    def apply(self, group: Group) -> None:
        """Apply one item group; every element that carries a transaction must have an audit record."""
        assert group.audit is not None
        for depth, kind in enumerate(group.transactions[:-1], start=1):
            self._parent(group.keys[:depth], kind)
        entity, kind = (group.prefix, group.kind, *group.keys), group.transactions[-1]
        if kind == "Context":
            assert entity in self.groups
            assert not group.items
        elif kind == "Insert":
            assert entity not in self.groups, f"{entity} is there already"
            self.groups[entity] = {}
            self.records[entity] = (group.kind, group.record)
        else:
            assert kind in ("Update", "Remove")
            assert entity in self.groups, f"{entity} is not there"
        if kind == "Remove":
            assert not group.items
            del self.groups[entity]
        for item in group.items:
            self._item(self.groups[entity], item)
        if group.signature:
            self.signed.append((self.records[entity], group.signature))

    def _parent(self, keys: tuple[Any, ...], kind: str | None) -> None:
        if kind == "Insert":
            assert keys not in self.around
            self.around.add(keys)
        else:
            assert kind in ("Update", "Context")
            assert keys in self.around

    def _item(self, items: dict[str, dict[str, str | None]], item: Item) -> None:
        held = items.get(item.field)
        if item.transaction == "Insert":
            assert held is None
            held = items[item.field] = {}
        assert held is not None
        if item.transaction == "Remove":
            del items[item.field]
            return
        assert item.transaction in ("Insert", "Update")
        held["value"] = item.value
        for number, (kind, comment) in item.notes.items():
            assert (number in held) == (kind in ("Update", "Remove")), (item, held)
            if kind == "Remove":
                del held[number]
            else:
                held[number] = comment

    def state(self) -> dict[Record, dict[str, str]]:
        """The records as they were typed: the value of an item, or its annotation where it has none."""
        found = {}
        for entity, items in self.groups.items():
            if entity[0] != "EG":
                found[self.records[entity]] = {name: as_kept(held) for name, held in items.items()}
        return found


def as_kept(held: dict[str, str | None]) -> str:
    texts = [text for text in (held.get("value"), held.get("1")) if text is not None]
    assert len(texts) == 1, held
    return texts[0]


def read_snapshot(root: Any) -> dict[Record, dict[str, str]]:
    """The records of a snapshot, in which each stands once."""
    found: dict[Record, dict[str, str]] = {}
    for group in read_groups(root):
        assert group.audit is None
        assert not any(group.transactions)
        name = (group.kind, group.record)
        if name in found:
            assert group.signature
            assert not group.items
            continue
        found[name] = {
            item.field: as_kept({"value": item.value} | {number: text for number, (_, text) in item.notes.items()})
            for item in group.items
        }
    return found


def parsed(file: IO[bytes] | Path) -> Any:
    return ElementTree.parse(file).getroot()
