"""USDM documents of the example protocols, taken apart and held against the published class model.

`usdm_classes.json` holds, for the classes used, each attribute's type and how often it may stand there, as published
with USDM 4.0.0 (CDISC, digital data flow reference architecture: USDM_API.json and the model's cardinalities).
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from firstdose.cdisc.usdm import usdm_document
from firstdose.protocol import read_protocol

EXAMPLES = Path(__file__).parents[2] / "examples"
PROTOCOLS = sorted(EXAMPLES.rglob("protocol.yaml"))
REFERENCE = EXAMPLES / "nsc-spms" / "protocol.yaml"
CLASSES: dict[str, dict[str, str]] = json.loads((Path(__file__).parent / "usdm_classes.json").read_text("utf-8"))
PLAIN = {"string": str, "boolean": bool, "integer": int, "number": (int, float)}
Object = dict[str, Any]


def objects(part: Any) -> Iterator[Object]:
    """Every object of a document."""
    if isinstance(part, dict):
        if "instanceType" in part:
            yield part
        for value in part.values():
            yield from objects(value)
    elif isinstance(part, list):
        for value in part:
            yield from objects(value)


def document_of(path: Path) -> Object:
    return usdm_document(read_protocol(path))


def design_of(document: Object) -> Object:
    (version,) = document["study"]["versions"]
    (design,) = version["studyDesigns"]
    return dict(design)


def faults(document: Object) -> Iterator[str]:
    """What is against the class model."""
    for each in ({**document, "instanceType": "Wrapper"}, *objects(document)):
        kind = each["instanceType"]
        described = CLASSES[kind]
        yield from (f"{kind} has no {name}" for name in each.keys() - described.keys() - {"instanceType"})
        for name, text in described.items():
            types, _, times = text.rpartition(" ")
            lowest, _, highest = times.partition("..")
            if name not in each:
                if lowest != "0":
                    yield f"{kind} needs {name}"
                continue
            values = each[name] if highest == "*" else [each[name]]
            if not isinstance(values, list) or len(values) < int(lowest):
                yield f"{kind}.{name}: {times}"
                continue
            for value in values:
                found = value.get("instanceType") if isinstance(value, dict) else type(value).__name__
                allowed = types.split("|")
                if found not in allowed and not any(type(value) in _types(each) for each in allowed):
                    yield f"{kind}.{name} is {found}, not {types}"
                if value == "":
                    yield f"{kind}.{name} is empty"


def _types(name: str) -> tuple[type, ...]:
    found = PLAIN.get(name, ())
    return found if isinstance(found, tuple) else (found,)


def value_of(each: Object, key: str) -> Any:
    """The value of an extension attribute."""
    found = [other for other in each["extensionAttributes"] if other["url"] == f"urn:firstdose:protocol:{key}"]
    (attribute,) = found
    (value,) = (value for name, value in attribute.items() if name.startswith("value"))
    return value["value"] if isinstance(value, dict) else value
