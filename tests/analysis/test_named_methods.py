"""Each method that results may name has code, and tests of that code: read from their source, nothing is run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from firstdose.analysis.named_methods import METHODS, NamedMethod

ROOT = Path(__file__).parents[2]
HELPERS = ("tests.", "firstdose.validation")
"""Modules through which a test may come to the code, however many stand between."""

CALLERS = ("firstdose.analysis.", "firstdose.methods.", "firstdose.safety.")
"""Modules of which a test may use the one that calls the code, or hands it on."""


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@cache
def file_of(module: str) -> Path | None:
    """The file of a module of the package or of the tests."""
    place = ROOT.joinpath(*(("src",) if module.split(".")[0] == "firstdose" else ()), *module.split("."))
    return next((each for each in (place.with_suffix(".py"), place / "__init__.py") if each.is_file()), None)


@cache
def imported_by(path: Path) -> frozenset[str]:
    """The modules of the package and of the tests that a file imports, also inside functions."""
    found = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
    return frozenset(name for name in found if name.split(".")[0] in ("firstdose", "tests") and file_of(name))


@cache
def reached_by(path: Path) -> frozenset[str]:
    """The modules that a test, or a helper of it, imports; and what the callers among them import themselves."""
    found: set[str] = set()
    waiting = set(imported_by(path))
    while waiting:
        module = waiting.pop()
        found.add(module)
        file = file_of(module)
        if file is not None and module.startswith(HELPERS):
            waiting |= imported_by(file) - found
    callers = [file_of(module) for module in found if module.startswith(CALLERS)]
    return frozenset(found.union(*(imported_by(file) for file in callers if file)))


def names_in(path: Path) -> set[str]:
    """The functions and classes that a file defines."""
    return {node.name for node in tree_of(path).body if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def problems_of(method: NamedMethod) -> Iterator[str]:
    """What is wrong with an entry."""
    module, _, name = method.code.partition(":")
    file = file_of(module) if module.startswith("firstdose.") else None
    if file is None or name not in names_in(file):
        yield f"code: {method.code!r} is not there"
    if not method.tests:
        yield "no tests"
    for test in method.tests:
        place, _, function = test.partition("::")
        path = ROOT / place
        if not (place.startswith("tests/") and path.is_file()):
            yield f"{test}: no such file"
        elif not function.startswith("test_") or function not in names_in(path):
            yield f"{test}: no such test in it"
        elif module not in reached_by(path):
            yield f"{test}: {place} does not import {module}"


@pytest.mark.parametrize("name", METHODS)
def test_each_method_has_code_and_tests_that_import_it(name: str) -> None:
    assert not list(problems_of(METHODS[name]))


def test_every_method_is_said_in_words_with_its_source() -> None:
    for method in METHODS.values():
        assert method.sentence.endswith(".")
        assert any(character.isdigit() for character in method.source), method.source


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"code": ""}, "code: '' is not there"),
        ({"code": "firstdose.methods.binomial:clopper"}, "is not there"),
        ({"code": "firstdose.methods.binom:clopper_pearson"}, "is not there"),
        ({"code": "firstdose.methods.firth:firth_logistic"}, "does not import firstdose.methods.firth"),
        ({"tests": ()}, "no tests"),
        ({"tests": ("tests/methods/test_binomial.py",)}, "no such test in it"),
        ({"tests": ("tests/methods/test_binomial.py::test_nothing_of_the_kind",)}, "no such test in it"),
        ({"tests": ("tests/methods/test_binomials.py::test_intervals",)}, "no such file"),
        ({"tests": ("src/firstdose/methods/binomial.py::clopper_pearson",)}, "no such file"),
        ({"tests": ("tests/methods/test_trend.py::test_mid_ranks",)}, "does not import firstdose.methods.binomial"),
    ],
)
def test_an_entry_that_proves_nothing_is_found(changes: dict[str, object], words: str) -> None:
    sound = METHODS["clopper_pearson"]
    assert not list(problems_of(sound))
    assert any(words in each for each in problems_of(replace(sound, **changes)))  # type: ignore[arg-type]
