"""Objects of a USDM document: each has an identifier of its own, the name of its class, and what is known of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from firstdose.cdisc.usdm.terms import CODE_SYSTEM, OWN_SYSTEM, VERSION, Term

Object = dict[str, Any]


class Maker:
    """Makes objects, and numbers those of each class: StudyArm_1, StudyArm_2."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def make(self, kind: str, **attributes: Any) -> Object:
        """An object of a class; attributes without a value are left out."""
        self._counts[kind] += 1
        known = {name: value for name, value in attributes.items() if value is not None}
        if not known.get("extensionAttributes", True):
            del known["extensionAttributes"]
        return {"id": f"{kind}_{self._counts[kind]}", **known, "instanceType": kind}

    def code(self, term: Term) -> Object:
        """A term of CDISC's terminology."""
        return self.make("Code", code=term.code, codeSystem=CODE_SYSTEM, codeSystemVersion=VERSION, decode=term.decode)

    def own_code(self, text: str) -> Object:
        """Words of the protocol where a code is asked for: they are their own code, in a system of this program."""
        return self.make("Code", code=text, codeSystem=OWN_SYSTEM, codeSystemVersion="1", decode=text)

    def alias(self, code: Object) -> Object:
        """A code in the form that allows for synonyms."""
        return self.make("AliasCode", standardCode=code)

    def quantity(self, value: float, unit: str | Term | None = None) -> Object:
        """A number with its unit: a term, or words of the protocol."""
        code = self.code(unit) if isinstance(unit, Term) else self.own_code(unit) if unit else None
        return self.make("Quantity", value=value, unit=self.alias(code) if code else None)

    def range(self, lowest: float, highest: float, unit: Term | None = None) -> Object:
        """Two numbers as a range."""
        return self.make(
            "Range",
            minValue=self.quantity(lowest, unit),
            maxValue=self.quantity(highest, unit),
            isApproximate=False,
        )


def chained(objects: Iterable[Object], previous: str = "previousId", following: str = "nextId") -> list[Object]:
    """Objects in order, each with the identifiers of those before and after it."""
    several: Sequence[Object] = list(objects)
    linked = [dict(each) for each in several]
    for one, other in pairwise(linked):
        one[following] = other["id"]
        if previous:
            other[previous] = one["id"]
    return linked
