"""The classes of the metabolites that were measured, as columns of their frame."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from firstdose.metabolites.names import CLASS_SCHEMA, Classification, Convention, classify
from firstdose.records.abundances import Abundances

CLASS_COLUMNS = tuple(name for name in CLASS_SCHEMA if name != "name")


@dataclass(frozen=True, eq=False)
class ClassifiedAbundances:
    """Abundances whose `features` have the columns of classes, and how the names were understood."""

    abundances: Abundances
    classification: Classification

    @property
    def unmapped(self) -> pl.DataFrame:
        """The metabolites without a class, why, and what they may be."""
        return self.classification.unmapped


def with_classes(abundances: Abundances, convention: Convention | None = None) -> ClassifiedAbundances:
    """Add `main_class`, `subclass`, `normal_name`, `carbons`, `double_bonds` and so on to the features, by their names.

    Where a name is not known but the matrix has another spelling (`label`), that is tried too. A class that the source
    itself gave stays in its own column and is not used. Raises ValueError for an unknown convention.
    """
    features = abundances.features.drop([name for name in CLASS_COLUMNS if name in abundances.features.columns])
    names = [name or label or "" for name, label in features.select("name", "label").iter_rows()]
    labels = [label or "" for label in features["label"]]
    found = classify(names, convention)
    retried = classify(labels, found.convention)
    merged = tuple(
        other if each.found is None and other.found is not None else each
        for each, other in zip(found.identifications, retried.identifications, strict=True)
    )
    found = replace(found, identifications=merged)
    frame = pl.concat([features, found.frame.select(CLASS_COLUMNS)], how="horizontal")
    notes = (*abundances.notes, *found.notes)
    return ClassifiedAbundances(replace(abundances, features=frame, notes=notes), found)
