"""How metabolites are analysed: which fluid, visits and class, and on what scales."""

from __future__ import annotations

from typing import Annotated, Literal

from firstdose.protocol.meaning import Identifier, Meaning, part

Fluid = Literal["cerebrospinal_fluid", "serum", "plasma", "whole_blood", "urine", "other"]

MainClass = Literal[
    "acyl_carnitines",
    "free_fatty_acids",
    "phospholipids",
    "sphingolipids",
    "glycerolipids",
    "sterols",
    "bile_acids",
    "amino_acids",
    "nucleotides",
    "sugars",
    "organic_acids",
    "others",
]


@part
class Metabolism:
    """The plan of the analysis of metabolites, one class and one visit of which are primary."""

    fluids: Annotated[
        tuple[Fluid, ...], Meaning("Fluids to analyse, each by itself; all that were measured if left out.")
    ] = ()
    visits: Annotated[
        tuple[Identifier, ...],
        Meaning(
            "Visits in their order; changes are from the first. Those with samples if left out.",
            example=["M0", "M3", "M12"],
        ),
    ] = ()
    primary_class: Annotated[
        MainClass | None, Meaning("The class whose test is primary.", example="acyl_carnitines")
    ] = None
    primary_visit: Annotated[
        Identifier | None, Meaning("The visit of the primary test; the last one if left out.", example="M12")
    ] = None
    scale: Annotated[
        Literal["raw", "log2"] | None, Meaning("Scale of the abundances; as their units say if left out.")
    ] = None
    normalise: Annotated[
        Literal["automatic", "pqn", "none"],
        Meaning(
            "How samples are made comparable: probabilistic quotients, though never of concentrations, or not; if left "
            "out by quotients where 20 metabolites vary and no class holds more than half of them. Classes are tested "
            "with the quotients of metabolites outside the primary class and those with a sign of a slope."
        ),
    ] = "automatic"
    dose_scale: Annotated[
        Literal["log2", "linear"],
        Meaning("Whether slopes are per doubling of the dose or per unit of it. A dose of 0 needs linear."),
    ] = "log2"
    moderation: Annotated[
        Literal["plain", "trend", "robust", "trend-robust"],
        Meaning("Prior of the variances: one, one that follows the abundance, or one that lets outliers be."),
    ] = "plain"
    minimal_fold_change: Annotated[
        float, Meaning("Fold change per doubling of the dose, or per unit, up to which a slope is too small.", lowest=1)
    ] = 1.1
    permutations: Annotated[int, Meaning("Random arrangements of doses in the class tests.", lowest=99)] = 999
    rotations: Annotated[int, Meaning("Random rotations in the second class tests.", lowest=99)] = 999
    most_missing: Annotated[
        float, Meaning("Share of missing values up to which a metabolite is analysed.", unit="%", lowest=0, highest=100)
    ] = 30.0
    most_variation: Annotated[
        float,
        Meaning("Coefficient of variation in pooled quality controls up to which it is analysed.", unit="%", above=0),
    ] = 30.0
