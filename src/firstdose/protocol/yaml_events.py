"""The parsing events of a YAML text; every failure of the parser becomes a place and a sentence."""

from __future__ import annotations

from collections.abc import Iterator

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import Event


class MalformedYaml(Exception):
    """The text is no YAML at all; says where it stops being so."""

    def __init__(self, line: int | None, column: int | None, rule: str) -> None:
        """Keep the place beside the words."""
        super().__init__(rule)
        self.line, self.column, self.rule = line, column, rule
        tab = "replace the tab by spaces; " if "'\\t'" in rule else ""
        self.fix = f"{tab}check indentation, colons, quotes and brackets here and on the line before"


def events_of(text: str) -> Iterator[Event]:
    """The parsing events of a text; MalformedYaml where there are none."""
    events = YAML(typ="safe", pure=True).parse(text)
    line = 1
    while True:
        try:
            event = next(events)
        except StopIteration:
            return
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            rule = f"the file is not valid YAML: {' '.join(filter(None, (error.context, error.problem)))}"
            raise MalformedYaml(mark and mark.line + 1, mark and mark.column + 1, rule) from error
        except Exception as error:  # the parser fails in other ways on some malformed escapes and numbers
            raise MalformedYaml(line, 1, "the file is not valid YAML near this line") from error
        line = event.end_mark.line + 1
        yield event
