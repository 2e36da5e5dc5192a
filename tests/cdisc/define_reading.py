"""Define-XML read by the standard library alone, as plain rows: it knows nothing of the writer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

ODM = "{http://www.cdisc.org/ns/odm/v1.3}"
DEF = "{http://www.cdisc.org/ns/def/v2.1}"
HREF = "{http://www.w3.org/1999/xlink}href"
DEFINED = ("ItemGroupDef", "ItemDef", "CodeList", "MethodDef")
DEFINED_BY_DEFINE = ("ValueListDef", "WhereClauseDef", "CommentDef", "Standard")

Element = ElementTree.Element


class Read:
    """A document, with its parts by identifier."""

    def __init__(self, content: bytes) -> None:
        self.root = ElementTree.fromstring(content)
        tags = [*(ODM + tag for tag in DEFINED), *(DEF + tag for tag in DEFINED_BY_DEFINE)]
        self.identifiers = [element.attrib["OID"] for tag in tags for element in self.root.iter(tag)]
        self.by_identifier = {element.attrib["OID"]: element for tag in tags for element in self.root.iter(tag)}

    @classmethod
    def file(cls, path: Path) -> Read:
        return cls(path.read_bytes())

    def groups(self) -> Iterator[Element]:
        return self.root.iter(f"{ODM}ItemGroupDef")

    def group(self, name: str) -> Element:
        return next(group for group in self.groups() if group.attrib["Name"] == name)

    def references(self, group: Element) -> list[Element]:
        return group.findall(f"{ODM}ItemRef")

    def items(self, group: Element) -> list[Element]:
        return [self.by_identifier[each.attrib["ItemOID"]] for each in self.references(group)]

    def item(self, group: str, name: str) -> Element:
        return next(each for each in self.items(self.group(group)) if each.attrib["Name"] == name)

    def terms(self, item: Element) -> list[Element] | None:
        reference = item.find(f"{ODM}CodeListRef")
        if reference is None:
            return None
        found = self.by_identifier[reference.attrib["CodeListOID"]]
        return [*found.findall(f"{ODM}EnumeratedItem"), *found.findall(f"{ODM}CodeListItem")]

    def by_test(self, item: Element) -> dict[tuple[str, str], Element]:
        """The values of a variable: the variable of the condition and its value, and what is said of them."""
        reference = item.find(f"{DEF}ValueListRef")
        found: dict[tuple[str, str], Element] = {}
        for each in self.by_identifier[reference.attrib["ValueListOID"]] if reference is not None else ():
            where = self.by_identifier[one(each, f"{DEF}WhereClauseRef").attrib["WhereClauseOID"]]
            check = one(where, f"{ODM}RangeCheck")
            on = self.by_identifier[check.attrib[f"{DEF}ItemOID"]].attrib["Name"]
            found[on, check.findtext(f"{ODM}CheckValue", "")] = self.by_identifier[each.attrib["ItemOID"]]
        return found


def text_of(element: Element) -> str:
    """What the description of an element says."""
    return element.findtext(f"{ODM}Description/{ODM}TranslatedText") or ""


def one(element: Element, path: str) -> Element:
    """What an element must hold."""
    found = element.find(path)
    assert found is not None, path
    return found
