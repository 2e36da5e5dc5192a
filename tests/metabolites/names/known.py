"""The class of a name that must have one."""

from __future__ import annotations

from firstdose.metabolites import Convention, MetaboliteClass, identify


def known(name: str, convention: Convention | None = None) -> MetaboliteClass:
    """The class of a name; fails with the reason where it has none."""
    found = identify(name, convention)
    assert found.found is not None, f"{name}: {found.reason}"
    return found.found
