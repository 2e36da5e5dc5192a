import dataclasses
import re
from collections.abc import Iterator
from typing import Any

import pytest

from firstdose.protocol import Protocol, json_schema, protocol_reference
from firstdose.protocol.describe import keys_of, section_of
from firstdose.protocol.plan import ProtocolSections


def sections(section: type = ProtocolSections) -> Iterator[type]:
    yield section
    for key in keys_of(section).values():
        inner = section_of(key.annotation)
        if inner:
            yield from sections(inner)


SECTIONS = list(dict.fromkeys(sections()))


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.__name__)
def test_every_key_says_what_it_means(section: type) -> None:
    assert section.__doc__
    for key in keys_of(section).values():
        assert key.meaning.words.endswith(".")


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.__name__)
def test_every_section_is_frozen(section: Any) -> None:
    assert section.__dataclass_params__.frozen


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.__name__)
def test_every_key_is_on_the_page_and_in_the_schema(section: type) -> None:
    page, schema = protocol_reference(), json_schema()
    definition = schema if section is ProtocolSections else schema["$defs"][section.__name__]
    assert definition["additionalProperties"] is False
    for key in keys_of(section).values():
        assert f"\n| `{key.name}` |" in page
        assert key.meaning.words in definition["properties"][key.name]["description"]


def test_every_row_of_the_page_has_four_cells() -> None:
    rows = [line for line in protocol_reference().splitlines() if line.startswith("|")]
    assert rows
    assert {len(re.split(r"(?<!\\)\|", row)) for row in rows} == {6}


def test_limits_are_in_page_and_schema_alike() -> None:
    target = json_schema()["$defs"]["Escalation"]["properties"]["target_dlt_rate"]
    assert {"exclusiveMinimum": 0, "exclusiveMaximum": 1, "type": "number"} in target["anyOf"]
    assert "| `target_dlt_rate` | a number, above 0 and below 1 | not stated |" in protocol_reference()


def test_the_protocol_has_the_keys_of_the_file_and_its_places() -> None:
    own = {field.name for field in dataclasses.fields(Protocol)} - set(keys_of(ProtocolSections))
    assert own == {"places"}
