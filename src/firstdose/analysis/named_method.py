"""What is said of a method that results may name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NamedMethod:
    """One method: a sentence for the methods text, its source, and what proves it.

    ``tests`` compare it with a truth, each as `tests/a/test_b.py::test_name`. ``code`` is the function or class that
    implements it, as `package.module:name`; the modules of the tests import that module, themselves, by way of a helper
    of the tests or of `firstdose.validation`, or by way of the one chapter that they run.
    """

    sentence: str
    source: str
    tests: tuple[str, ...]
    code: str = ""
