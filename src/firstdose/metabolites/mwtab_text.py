"""The text form of mwTab, the format of the Metabolomics Workbench, line by line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from firstdose.metabolites.mwtab_content import Block, MwTabContent, SubjectSample, pairs_of
from firstdose.records.decoding import BREAKS, lines_of, open_bytes
from firstdose.records.problems import Collector

START, END = "_START", "_END"
FACTORS_KEY = "SUBJECT_SAMPLE_FACTORS"
_FILE_HEADER = re.compile(r"#\s*METABOLOMICS WORKBENCH\b(?P<rest>.*)", re.IGNORECASE)
_KEY = re.compile(r"(?P<prefix>[A-Z_]+):(?P<key>[^\t]+?)\s*\t(?P<text>.*)")
_BLOCK = re.compile(r"(?P<name>[A-Z][A-Z_]*)(?P<end>_START|_END)")
FEWEST_PARTS = 4  # key, subject, sample and factors


def read_text(path: Path, collector: Collector) -> MwTabContent:
    """The content of a text file; lines that cannot be understood are listed."""
    content = MwTabContent(path.name)
    try:
        with open_bytes(path) as stream:
            _read_lines(enumerate(lines_of(stream, path.name, collector), start=1), content, collector)
    except BREAKS as error:
        rule = f"the file must be readable: {error}"
        collector.add(rule, "copy it again from its source", "not read", file=path.name)
    return content


def _read_lines(lines: Iterator[tuple[int, str]], content: MwTabContent, collector: Collector) -> None:
    """All lines of a file."""
    section = ""
    for number, line in lines:
        text = line.rstrip("\r\n")
        header = _FILE_HEADER.match(text)
        block = _BLOCK.fullmatch(text.strip())
        if header and content.header:
            rule = "the file holds a second study or analysis; only the first was read"
            collector.add(rule, "separate the files", "not read", file=content.file, row=number)
            return
        if header:
            content.header.update(pair for pair in pairs_of(header["rest"].strip(), " ", ":") if pair[1])
        elif block and block["end"] == START:
            _read_block(block["name"], lines, number, content, collector)
        elif text.startswith("#"):
            section = text.lstrip("#").split(":")[0].strip()
        elif text.strip():
            _read_key(text, number, section, content, collector)


def _read_key(text: str, number: int, section: str, content: MwTabContent, collector: Collector) -> None:
    """A line with a key and its text."""
    parts = text.split("\t")
    if parts[0].strip() == FACTORS_KEY:
        _read_sample(parts, number, content, collector)
        return
    found = _KEY.match(text)
    if found and found["prefix"].endswith("_DATA"):
        content.units = found["text"].strip() or None if found["key"] == "UNITS" else content.units
    elif found:
        content.add(section or found["prefix"], found["key"].strip(), found["text"].strip())
    elif len(parts) > 1 and not section:
        content.header[parts[0].strip()] = parts[1].strip()
    else:
        rule, fix = "must be a key and its text, separated by a tabulator", "correct the line"
        collector.add(rule, fix, "not read", file=content.file, row=number, value=text[:200])


def _read_sample(parts: list[str], number: int, content: MwTabContent, collector: Collector) -> None:
    """A line of subject, sample, factors and additional data."""
    cells = [part.strip() for part in parts[1:]] + [""] * FEWEST_PARTS
    if not cells[1]:
        where = {"file": content.file, "row": number, "record": "samples"}
        collector.add(
            "must name a sample", "fill it, or remove the line", "not analysed", **where, value="\t".join(parts)
        )
        return
    content.samples.append(
        SubjectSample(
            subject=cells[0] if cells[0] not in ("", "-") else None,
            sample=cells[1],
            factors=pairs_of(cells[2], "|", ":"),
            additional=pairs_of(cells[3], ";", "="),
            row=number,
        )
    )


def _read_block(
    name: str, lines: Iterator[tuple[int, str]], start: int, content: MwTabContent, collector: Collector
) -> None:
    """The lines of a table up to its end; empty lines are passed over."""
    rows: list[tuple[int, list[str]]] = []
    is_ended = False
    for number, line in lines:
        text = line.rstrip("\r\n")
        if text.strip() == f"{name}{END}":
            is_ended = True
            break
        if text.strip() == "#END" or _FILE_HEADER.match(text):
            break
        if text.strip():
            rows.append((number, [cell.strip().strip('"') for cell in text.split("\t")]))
    if not is_ended:
        rule = f"the table {name} must end with {name}{END}"
        collector.add(rule, "check that the file is whole", "kept", file=content.file, row=start)
    if name in content.blocks:
        rule = f"there must be one table {name}; the second one was not read"
        collector.add(rule, "remove one of them", "not read", file=content.file, row=start)
        return
    header = rows[0][1] if rows else []
    while header and not header[-1]:
        header = header[:-1]
    content.blocks[name] = Block(
        tuple(header), tuple(tuple(cells) for _, cells in rows[1:]), tuple(number for number, _ in rows[1:])
    )


def joined(texts: Iterable[str]) -> str:
    """Several values of one key in one cell."""
    return "; ".join(dict.fromkeys(text for text in texts if text))
