"""What a name turns out to be: class, kind, composition and spelling; or what it may be, and why that is open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

from firstdose.protocol.metabolism import MainClass

MAIN_CLASSES: tuple[MainClass, ...] = get_args(MainClass)
Spelling = Literal["refmet", "lipid_maps", "biocrates", "metabolon", "systematic", "everyday"]
Convention = Literal["refmet", "lipid_maps", "biocrates", "metabolon", "everyday"]
CONVENTIONS: tuple[Convention, ...] = get_args(Convention)


@dataclass(frozen=True)
class MetaboliteClass:
    """A metabolite's class and normal form; equal for all spellings of one name.

    `carbons` and `double_bonds` are of all chains together (double bonds of vinyl ethers and sphingoid bases
    included), None where the name does not say them. `alternatives` are other metabolites that the name covers, such
    as those of equal mass; `assumed` says what the spelling leaves to its convention.
    """

    main_class: MainClass
    subclass: str
    name: str
    carbons: int | None = None
    double_bonds: int | None = None
    alternatives: tuple[str, ...] = field(default=(), compare=False)
    assumed: str | None = field(default=None, compare=False)
    spelling: Spelling = field(default="everyday", compare=False)


@dataclass(frozen=True)
class Identification:
    """A name, the metabolite it stands for, or else what it may stand for and why that is not answered."""

    name: str
    found: MetaboliteClass | None = None
    readings: tuple[MetaboliteClass, ...] = ()
    reason: str | None = None

    @property
    def is_ambiguous(self) -> bool:
        """Whether the name may stand for one of several, or for a whole class."""
        return self.found is None and bool(self.readings)
