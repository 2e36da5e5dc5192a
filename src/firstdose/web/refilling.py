"""Puts what was typed back into a page: the form that was sent is found in it, and its fields are filled again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from html.parser import HTMLParser
from typing import Literal

Attributes = dict[str, str | None]
Sent = Mapping[str, Sequence[str]]

NEVER_KEPT = ("csrfmiddlewaretoken", "password", "code", "request", "draft", "head", "step")
"""What is secret, and what a page itself sends and makes anew."""
OF_THE_PAGE = "seen:"
OF_FORM = "sent"
"""The identifier that a form without one gets."""
NOT_FILLED = ("password", "file", "hidden", "submit", "button", "reset", "image", "list")
CHOSEN = ("checkbox", "radio")
OF_TAG = {"button": "submit", "select": "list"}
"""What a control is that does not say so."""


@dataclass(frozen=True)
class Control:
    """One field, button or choice of a form, with the places where its start tag stands.

    ``ends`` and ``text`` are where its content ends, and the content, of a text area and of a choice in a list.
    """

    tag: str
    name: str
    attributes: Attributes
    starts: int
    content: int
    ends: int = 0
    text: str = ""

    @property
    def kind(self) -> str:
        return self.attributes.get("type") or OF_TAG.get(self.tag, "text")

    @property
    def value(self) -> str:
        """What it sends."""
        given = self.attributes.get("value")
        return given if given is not None else " ".join(self.text.split()) if self.tag == "option" else ""


@dataclass
class Form:
    """One form of a page: its start tag, its controls, and what is folded away around them."""

    start: Control
    controls: list[Control] = field(default_factory=list)
    folded: list[Control] = field(default_factory=list)


def refilled(page: str, sent: Sent) -> tuple[str, str]:
    """A page with what was sent in the fields of the form that sent it, unfolded; and the identifier of that form.

    Without such a form it is the page itself, and an empty text.
    Passwords, codes and files are not filled in, nor what the page says of itself in hidden fields.
    """
    reader = _Forms(page)
    form = next((each for each in reader.forms if _has_sent(each, sent)), None)
    if form is None:
        return page, ""
    identifier = form.start.attributes.get("id") or OF_FORM
    start = form.start.starts, form.start.content, _tag(form.start, "id", identifier)
    edits = sorted((start, *_filled(form.controls, sent), *map(_unfolded, form.folded)))
    parts, at = [], 0
    for starts, ends, text in edits:
        parts += [page[at:starts], text]
        at = ends
    return "".join((*parts, page[at:])), identifier


def typed_texts(sent: Sent) -> list[tuple[str, str]]:
    """What was typed, by name in words, without what is secret and what the page itself sent."""
    return [
        (name.rpartition(":")[2].replace("_", " "), texts[-1])
        for name, texts in sent.items()
        if name not in NEVER_KEPT and not name.startswith(OF_THE_PAGE) and texts and texts[-1].strip()
    ]


def _has_sent(form: Form, sent: Sent) -> bool:
    """Whether a form is the one that sent something: it has all names, the button, and the same hidden values."""
    held: dict[str, list[Control]] = {}
    for each in form.controls:
        held.setdefault(each.name, []).append(each)
    if not sent.keys() - {"csrfmiddlewaretoken"} <= held.keys():
        return False
    fixed = {
        name: {each.value for each in controls}
        for name, controls in held.items()
        if all(each.kind in ("hidden", "submit") and each.tag in ("input", "button") for each in controls)
        and (name not in NEVER_KEPT or name == "step")
        and not name.startswith(OF_THE_PAGE)
    }
    hidden = {name for name in fixed if any(each.kind == "hidden" for each in held[name])}
    return hidden <= sent.keys() and all(set(sent[name]) <= fixed[name] for name in fixed if name in sent)


def _filled(controls: Iterable[Control], sent: Sent) -> Iterable[tuple[int, int, str]]:
    """Where the fields of a form are to be written anew, and with what."""
    for each in controls:
        if each.name in NEVER_KEPT or each.name.startswith(OF_THE_PAGE) or each.kind in NOT_FILLED:
            continue
        texts = sent.get(each.name)
        if each.tag == "option" or each.kind in CHOSEN:
            mark = "selected" if each.tag == "option" else "checked"
            if texts is not None or mark == "checked":
                yield each.starts, each.content, _tag(each, mark, None if each.value in (texts or ()) else False)
        elif texts and each.tag == "textarea":
            yield each.content, each.ends, escape(texts[-1])
        elif texts:
            yield each.starts, each.content, _tag(each, "value", texts[-1])


def _unfolded(folded: Control) -> tuple[int, int, str]:
    return folded.starts, folded.content, _tag(folded, "open", None)


def _tag(control: Control, name: str, value: str | Literal[False] | None) -> str:
    """A start tag with one attribute set, without a value for None, or left out for False."""
    others = {key: text for key, text in control.attributes.items() if key != name}
    attributes = others if value is False else {**others, name: value}
    said = ("" if text is None else f'="{escape(text)}"' for text in attributes.values())
    return f"<{control.tag}{''.join(f' {key}{text}' for key, text in zip(attributes, said, strict=True))}>"


class _Forms(HTMLParser):
    """Finds the forms of a page with the places of their controls."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._folded: list[Control] = []
        self._list = ""
        self._open: Control | None = None
        self._lines = [0, *(at + 1 for at, letter in enumerate(page) if letter == "\n")]
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        starts, written = self._at(), self.get_starttag_text() or ""
        attributes = dict(attrs)
        name = self._list if tag == "option" else attributes.get("name") or ""
        control = Control(tag, name, attributes, starts, starts + len(written))
        if tag == "form":
            self._form = Form(control, folded=list(self._folded))
            self.forms.append(self._form)
        elif tag == "details":
            self._folded.append(control)
        elif tag == "select":
            self._list = name
            self._add(control)
        elif tag in ("option", "textarea"):
            self._open = control
        elif tag in ("input", "button"):
            self._add(control)

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._open = replace(self._open, text=self._open.text + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "details" and self._folded:
            self._folded.pop()
        elif tag == "select":
            self._list = ""
        elif self._open is not None and tag == self._open.tag:
            self._add(replace(self._open, ends=self._at()))
            self._open = None

    def _add(self, control: Control) -> None:
        """Keep a control of the form that is being read; a list of choices is kept for its name."""
        if self._form is not None and control.name:
            self._form.controls.append(control)
            if self._folded and self._folded[-1] not in self._form.folded:
                self._form.folded.append(self._folded[-1])

    def _at(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column
