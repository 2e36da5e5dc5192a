"""The text of a protocol file: plain values, where each key stands, and what is refused in the writing.

Only the event stream of the YAML library is used: a tree built here keeps every line, reports every
duplicate key instead of the first, and never expands an alias or obeys a tag.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from firstdose.protocol.problems import ABSENT, MOST_PROBLEMS, Path, Place, Places, Problem, Written, dotted
from firstdose.protocol.yaml_events import MalformedYaml, events_of
from firstdose.protocol.yaml_scalars import RefusedScalar, plain_value, text_value

DEEPEST_NESTING = 24
MOST_EVENTS = 50_000
NO_KEY = object()

Leaf = ScalarEvent | AliasEvent
Collection = MappingStartEvent | SequenceStartEvent


@dataclass(frozen=True)
class YamlSource:
    """A protocol file as plain values (None where it holds no mapping), with places and problems."""

    values: dict[str, Any] | None
    places: Places
    problems: tuple[Problem, ...]


@dataclass
class OpenNode:
    """A mapping or a list of which the end has not been read."""

    path: Path
    values: dict[str, Any] | list[Any]
    is_kept: bool
    key: Any = NO_KEY
    is_repeated: bool = False
    key_lines: dict[str, int] = field(default_factory=dict)

    def awaits_key(self) -> bool:
        """Whether the next node is a key of this mapping."""
        return isinstance(self.values, dict) and self.key is NO_KEY

    def next_path(self) -> Path:
        """The path of the value to come."""
        return (*self.path, len(self.values) if isinstance(self.values, list) else str(self.key))

    def receive(self, value: Any) -> None:
        """Take the next value in; a repeated key keeps its first value."""
        if isinstance(self.values, list):
            self.values.append(value)
            return
        if not self.is_repeated:
            self.values[self.key] = value
        self.key, self.is_repeated = NO_KEY, False


class ReadingStops(Exception):
    """The file goes beyond what any protocol needs; what follows is not read."""


@dataclass
class TreeReader:
    """Builds plain values from parsing events and notes every problem on the way."""

    file: str
    what: str = "protocol"
    open_nodes: list[OpenNode] = field(default_factory=list)
    positions: dict[str, tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    root: Any = None
    documents: int = 0
    events: int = 0

    def read(self, event: Event) -> None:
        """Take in one event."""
        self.events += 1
        if self.events > MOST_EVENTS:
            rule = f"a {self.what} file holds at most {MOST_EVENTS:,} keys and values"
            self.refuse(event, ABSENT, rule, "check that this is the right file")
            raise ReadingStops
        if isinstance(event, DocumentStartEvent):
            self.begin_document(event)
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            self.begin_node(event)
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self.end_node()
        elif isinstance(event, ScalarEvent | AliasEvent):
            self.read_leaf(event)

    def begin_document(self, event: DocumentStartEvent) -> None:
        """A file holds one document and no directives."""
        self.documents += 1
        if self.documents > 1:
            rule = f"a {self.what} file holds one document"
            self.refuse(event, Written("---"), rule, "remove this line or split the file")
        if event.version or event.tags:
            rule = "YAML directives are refused; the file is read as YAML 1.2"
            self.refuse(event, Written("%"), rule, "remove the line that begins with %")

    def begin_node(self, event: Collection) -> None:
        """A mapping or a list begins, as a value or (refused) as a key."""
        self.check_marks(event)
        is_mapping = isinstance(event, MappingStartEvent)
        is_kept = not self.refuse_as_key(event, "a mapping" if is_mapping else "a list")
        path = self.here()
        if len(self.open_nodes) >= DEEPEST_NESTING:
            rule = f"mappings and lists nest at most {DEEPEST_NESTING} deep"
            self.refuse(event, ABSENT, rule, f"write the {self.what}'s own keys only")
            raise ReadingStops
        self.note_position(path, event)
        self.open_nodes.append(OpenNode(path, {} if is_mapping else [], is_kept))

    def end_node(self) -> None:
        """The innermost mapping or list is complete."""
        node = self.open_nodes.pop()
        if node.is_kept:
            self.receive(node.values)

    def read_leaf(self, event: Leaf) -> None:
        """A single word, as a key or a value; an alias stands for nothing."""
        self.check_marks(event)
        if self.open_nodes and self.open_nodes[-1].awaits_key():
            self.read_key(event)
            return
        path = self.here()
        self.note_position(path, event)
        self.receive(self.value_of(event, path))

    def value_of(self, event: Leaf, path: Path) -> Any:
        """The value of a word; None where it is refused."""
        if isinstance(event, AliasEvent):
            return None
        try:
            return plain_value(event.value) if event.implicit[0] else text_value(event.value)
        except RefusedScalar as refused:
            self.refuse(event, Written(event.value), refused.rule, refused.fix, path)
            return None

    def read_key(self, event: Leaf) -> None:
        """A key is a word, and stands once in its mapping."""
        node = self.open_nodes[-1]
        word = f"*{event.anchor}" if isinstance(event, AliasEvent) else event.value
        path = (*node.path, word)
        if not isinstance(event, AliasEvent) and not isinstance(self.value_of(event, path), str):
            self.refuse(event, Written(word), "a key must be a word", "write a word, or put the key in quotes", path)
        node.key = word
        node.is_repeated = word in node.key_lines
        if node.is_repeated:
            rule = f"a key stands once in its mapping; line {node.key_lines[word]} has it already"
            self.refuse(event, ABSENT, rule, "keep one of the two and delete the other", path)
        else:
            node.key_lines[word] = event.start_mark.line + 1
            self.note_position(path, event)

    def refuse_as_key(self, event: Collection, what: str) -> bool:
        """Refuse a mapping or a list in the place of a key; its value then belongs to no key."""
        if not (self.open_nodes and self.open_nodes[-1].awaits_key()):
            return False
        self.refuse(event, Written(what), "a key must be a word", "write the key as a single word")
        node = self.open_nodes[-1]
        node.key, node.is_repeated = "?", True
        return True

    def check_marks(self, event: Leaf | Collection) -> None:
        """Refuse tags, anchors and aliases, of which a protocol needs none."""
        path = self.here()
        if isinstance(event, AliasEvent):
            fix = "write the value out where it is needed"
            self.refuse(event, Written(f"*{event.anchor}"), "YAML aliases are refused", fix, path)
        elif event.anchor is not None:
            self.refuse(event, Written(f"&{event.anchor}"), "YAML anchors are refused", "remove the anchor", path)
        if not isinstance(event, AliasEvent) and event.tag is not None:
            self.refuse(event, Written(event.tag), "YAML tags are refused", "remove the tag", path)

    def here(self) -> Path:
        """The path of the node that is being read."""
        if not self.open_nodes:
            return ()
        node = self.open_nodes[-1]
        return node.path if node.awaits_key() else node.next_path()

    def note_position(self, path: Path, event: Event) -> None:
        """Remember where a key was first seen."""
        if path:
            mark = event.start_mark
            self.positions.setdefault(dotted(path), (mark.line + 1, mark.column + 1))

    def receive(self, value: Any) -> None:
        """Hand a finished value to the node around it."""
        if self.open_nodes:
            self.open_nodes[-1].receive(value)
        elif self.documents == 1:
            self.root = value

    def refuse(self, event: Event, value: Any, rule: str, fix: str, path: Path | None = None) -> None:
        """Note a problem at an event."""
        key = dotted(self.here() if path is None else path)
        place = Place(self.file, event.start_mark.line + 1, event.start_mark.column + 1, key)
        self.problems.append(Problem(place, value, rule, fix))
        if len(self.problems) == MOST_PROBLEMS:
            raise ReadingStops


def read_yaml(text: str, file: str, what: str = "protocol") -> YamlSource:
    """Read the text of a protocol file, or of another kind of file, collecting every problem of its writing."""
    reader = TreeReader(file, what)
    try:
        for event in events_of(text):
            reader.read(event)
    except ReadingStops:
        return YamlSource(None, Places(file, reader.positions), tuple(reader.problems))
    except MalformedYaml as malformed:
        place = Place(file, malformed.line, malformed.column)
        problem = Problem(place, ABSENT, malformed.rule, malformed.fix)
        return YamlSource(None, Places(file, reader.positions), (*reader.problems, problem))
    return YamlSource(*_mapping_of(reader))


def _mapping_of(reader: TreeReader) -> tuple[dict[str, Any] | None, Places, tuple[Problem, ...]]:
    """The reader's result, refused if the file is no mapping of keys."""
    places = Places(reader.file, reader.positions)
    if isinstance(reader.root, dict):
        return reader.root, places, tuple(reader.problems)
    is_empty = reader.root is None and not reader.problems
    rule = "the file is empty" if is_empty else f"a {reader.what} file is a mapping of keys"
    value = ABSENT if is_empty else reader.root
    fix = "begin with the keys `trial:`, `dose_levels:` and `escalation:`"
    if reader.what != "protocol":
        fix = f"begin with the keys of a {reader.what} file"
    return None, places, (*reader.problems, Problem(Place(reader.file, 1, 1), value, rule, fix))
