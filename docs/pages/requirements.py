"""The table of requirements: what must be so, by what it is so, and the tests that show it or why there are none.

It is made of `tests/requirements.toml` and of the tests: one called `test_item_23_…` belongs to attack 23.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "tests" / "requirements.toml"
OF_ATTACK = re.compile(r"test_item_(\d+)_")
ROOMS = {
    "A": "Audit and tampering",
    "B": "Several people at once, and crashes",
    "C": "Access",
    "D": "Files",
    "E": "Clinical logic",
}


@dataclass(frozen=True)
class Attack:
    """Something that goes wrong or that somebody does, and what must come of it."""

    item: int
    room: str
    attack: str
    expected: str = ""
    mechanism: str = ""
    tests: tuple[str, ...] = ()
    why_not: str = ""
    note: str = ""
    one_kind: str = ""

    @property
    def all_tests(self) -> tuple[str, ...]:
        """Those that bear its number, and those that are named."""
        return (*tests_by_attack().get(self.item, ()), *self.tests)

    @property
    def is_on_both(self) -> bool:
        """Whether one of its tests is run on both kinds of database, or each kind has tests of its own."""
        on_server = [test in tests_on_server() for test in self.all_tests]
        return any(test in tests_on_both() for test in self.all_tests) or (any(on_server) and not all(on_server))


@dataclass(frozen=True)
class Rule:
    """What a regulation or guideline asks for."""

    source: str
    requirement: str
    mechanism: str = ""
    items: tuple[int, ...] = ()
    tests: tuple[str, ...] = ()
    why_not: str = ""


@dataclass(frozen=True)
class Requirement:
    """What the program promises besides."""

    requirement: str
    tests: tuple[str, ...]


@cache
def written() -> tuple[tuple[Rule, ...], tuple[Attack, ...], tuple[Requirement, ...]]:
    """What the file of requirements says."""
    read = tomllib.loads(FILE.read_text("utf-8"))
    return (
        tuple(Rule(**_frozen(each)) for each in read["rule"]),
        tuple(Attack(**_frozen(each)) for each in read["attack"]),
        tuple(Requirement(**_frozen(each)) for each in read["program"]),
    )


def _frozen(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}


@cache
def all_tests() -> tuple[str, ...]:
    """Every test function, as "tests/web/test_forms.py::test_name", in the order of the files."""
    return tuple(
        f"{path.relative_to(ROOT).as_posix()}::{node.name}"
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        if "node_modules" not in path.parts
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


@cache
def tests_by_attack() -> dict[int, tuple[str, ...]]:
    """The tests that bear the number of an attack in their names."""
    found: dict[int, tuple[str, ...]] = {}
    for test in all_tests():
        if number := OF_ATTACK.match(test.partition("::")[2]):
            found[int(number[1])] = (*found.get(int(number[1]), ()), test)
    return found


@cache
def tests_on_both() -> frozenset[str]:
    """The tests that are run on SQLite and on PostgreSQL: they, their file, or a fixture of theirs asks for both."""
    return (
        frozenset(
            f"{path.relative_to(ROOT).as_posix()}::{name}"
            for path in sorted((ROOT / "tests").rglob("test_*.py"))
            if _is_ledgers(path) or re.search("postgresql|on_both|BOTH_KINDS", path.read_text("utf-8"))
            for name in _functions_on_both(ast.parse(path.read_text("utf-8")), _is_ledgers(path))
        )
        - tests_on_server()
    )


@cache
def tests_on_server() -> frozenset[str]:
    """The tests that are run on PostgreSQL alone."""
    return frozenset(
        f"{path.relative_to(ROOT).as_posix()}::{node.name}"
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        if "mark.postgresql" in (text := path.read_text("utf-8"))
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef)
        and "pytest.mark.postgresql" in [ast.unparse(each) for each in node.decorator_list]
    )


def _is_ledgers(path: Path) -> bool:
    """The tests of the ledger have fixtures of both kinds beside them."""
    return path.parent == ROOT / "tests" / "conduct" / "ledger"


def _functions_on_both(file: ast.Module, is_ledgers: bool) -> Iterator[str]:
    """The names of the tests of a file that are run on both kinds."""
    functions = {node.name: node for node in file.body if isinstance(node, ast.FunctionDef)}
    is_marked = any(map(_marks_for_both, file.body))
    of_both = {"kind", "place", "ledger"} if is_ledgers else set()
    of_both |= {name for name, node in functions.items() if any(map(_asks_for_both, node.decorator_list))}
    if "database_kind" in of_both:
        of_both |= {"place", "database", "running", "one_cohort", "ready"}
    while more := {name for name, node in functions.items() if name not in of_both and of_both & _wanted(node)}:
        of_both |= more
    yield from (name for name in functions if name.startswith("test_") and (is_marked or name in of_both))


def _marks_for_both(statement: ast.stmt) -> bool:
    """A statement as in ``pytestmark = on_both``, alone or in a list with other marks."""
    if not isinstance(statement, ast.Assign) or [ast.unparse(each) for each in statement.targets] != ["pytestmark"]:
        return False
    marks = statement.value.elts if isinstance(statement.value, ast.List) else [statement.value]
    return "on_both" in map(ast.unparse, marks)


def _asks_for_both(decorator: ast.expr) -> bool:
    """A decorator as in ``@on_both`` or ``@pytest.fixture(params=BOTH_KINDS)``."""
    words = ast.unparse(decorator)
    return words == "on_both" or ("params=" in words and ("BOTH_KINDS" in words or "'postgresql'" in words))


def _wanted(function: ast.FunctionDef) -> set[str]:
    """The fixtures that a function asks for."""
    return {each.arg for each in function.args.args}


def missing() -> list[str]:
    """What is wrong with the table: tests that are not there, attacks without an answer, numbers that mean nothing."""
    rules, attacks, requirements = written()
    files = {test.partition("::")[0] for test in all_tests()}
    numbers = [attack.item for attack in attacks]
    rows: tuple[Rule | Attack | Requirement, ...] = (*rules, *attacks, *requirements)
    named = [test for row in rows for test in row.tests]
    bare = [each.item for each in attacks if not (each.all_tests or each.why_not)]
    return [
        *(f"{test}: there is no such test" for test in named if test not in files and test not in all_tests()),
        *(f"attack {item}: neither a test nor a reason" for item in bare),
        *(f"attack {each.item}: both tests and a reason" for each in attacks if each.all_tests and each.why_not),
        *(
            f"attack {each.item}: on one kind of database only, and no reason (one_kind)"
            for each in attacks
            if each.all_tests and not each.is_on_both and not each.one_kind
        ),
        *(
            f"attack {each.item}: on both kinds, and a reason why not"
            for each in attacks
            if each.is_on_both and each.one_kind
        ),
        *(f"{each.requirement}: shown by nothing" for each in rules if not (each.items or each.tests or each.why_not)),
        *(f"attack {each}: stands there twice" for each in sorted(set(numbers)) if numbers.count(each) > 1),
        *(f"test_item_{each}_: there is no such attack" for each in tests_by_attack() if each not in numbers),
        *(f"attack {each}: is none" for rule in rules for each in rule.items if each not in numbers),
    ]


def requirements_page() -> Iterator[str]:
    """The page."""
    rules, attacks, requirements = written()
    yield "# Requirements and the tests that show them\n"
    yield (
        "What Firstdose must do, by what it does it, and the tests that show it; `make test` runs them all. Where the\n"
        "truth of a test comes from: `tests/published` (papers), `tests/reference` (other software),\n"
        "`tests/independent` (a naive re-programming), `tests/contracts` (what every design and guard must satisfy).\n"
        "This page is made of the tests by `make docs`. It is no claim of validation for regulatory use.\n"
    )
    yield "## Regulations and guidelines\n"
    yield "The requirements are told in our words; the wording of the sources is binding.\n"
    for source in dict.fromkeys(rule.source for rule in rules):
        yield f"### {source}\n"
        yield "| requirement | mechanism | shown by |\n|---|---|---|"
        yield from (_row(each.requirement, each.mechanism, _shown(each)) for each in rules if each.source == source)
        yield ""
    yield "## What people and machines do wrong\n"
    yield (
        "Tests in **bold** are run on SQLite and on PostgreSQL, a real server; the others on SQLite, unless\n"
        "PostgreSQL is named, or they need no database. Where an attack is tried on one kind only, the reason stands\n"
        "there.\n"
    )
    for room, title in ROOMS.items():
        yield f"### {room}. {title}\n"
        yield "| | attack | what comes of it | mechanism | tests |\n|---|---|---|---|---|"
        for each in attacks:
            if each.room == room:
                shown = f"*Not tested:* {each.why_not}." if each.why_not else listed(each.all_tests)
                notes = [
                    *([each.note] if each.note else []),
                    *([f"On one kind only: {each.one_kind}"] if each.one_kind else []),
                ]
                note = "".join(f" *{words}.*" for words in notes)
                yield _row(str(each.item), each.attack, each.expected, each.mechanism, shown + note)
        yield ""
    yield "## What the program computes and writes\n"
    yield "| requirement | tests |\n|---|---|"
    yield from (_row(each.requirement, listed(each.tests)) for each in requirements)
    yield ""
    yield "Not shown by tests: speed, and the behaviour on Python versions other than the one that runs the tests."


def listed(tests: Sequence[str]) -> str:
    """Tests by file: the file, and each test in the words of its name."""
    by_file: dict[str, list[str]] = {}
    for test in tests:
        file, _, name = test.partition("::")
        words = f"**{_in_words(name)}**" if test in tests_on_both() else _in_words(name)
        words += " (PostgreSQL)" if test in tests_on_server() else ""
        by_file.setdefault(file, []).extend([words] if name else [])
    return "; ".join(f"`{file}`" + (f": {', '.join(names)}" if names else "") for file, names in by_file.items())


def _in_words(name: str) -> str:
    return OF_ATTACK.sub("", name).removeprefix("test_").replace("_", " ")


def _shown(rule: Rule) -> str:
    """By what a rule is shown."""
    if rule.why_not:
        return f"*Not shown:* {rule.why_not}."
    word = "attack" if len(rule.items) == 1 else "attacks"
    attacks = f"{word} {', '.join(map(str, rule.items))}" if rule.items else ""
    return "; ".join(filter(None, (attacks, listed(rule.tests))))


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
