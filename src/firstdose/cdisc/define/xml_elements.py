"""Elements of a Define-XML document: their names in the right spaces, and texts that XML can hold."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

ODM = "http://www.cdisc.org/ns/odm/v1.3"
DEF = "http://www.cdisc.org/ns/def/v2.1"
XLINK = "http://www.w3.org/1999/xlink"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Element = ElementTree.Element


def describe(element: Element, text: str) -> None:
    """A description in English."""
    translated(add(element, "Description"), text)


def translated(element: Element, text: str) -> None:
    """A text in English."""
    add(element, "TranslatedText", **{LANGUAGE: "en"}).text = fit(text)


def add(parent: Element, tag: str, **attributes: Any) -> Element:
    """A new element in another."""
    element = new_element(tag, **attributes)
    parent.append(element)
    return element


def new_element(tag: str, **attributes: Any) -> Element:
    """An element with the attributes that hold something; those of Define-XML itself begin with def_."""
    element = Element(f"{{{DEF}}}{tag[4:]}" if tag.startswith("def:") else f"{{{ODM}}}{tag}")
    for name, value in attributes.items():
        if value is not None and value != "":
            element.set(f"{{{DEF}}}{name[4:]}" if name.startswith("def_") else name, fit(str(value)))
    return element


def fit(text: str) -> str:
    """A text without the characters that no XML document holds; they are written as escapes."""
    return NOT_XML.sub(lambda found: found.group().encode("unicode_escape").decode("ascii"), text)


def yes_or_no(answer: bool) -> str:
    """A condition in the words of the schema."""
    return "Yes" if answer else "No"
