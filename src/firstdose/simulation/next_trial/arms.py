"""The parts of a next trial's settings that say who is given what, and what is compared."""

from __future__ import annotations

from typing import Annotated

from firstdose.methods.closed_testing import Multiplicity
from firstdose.protocol.meaning import Identifier, Meaning, Text, part


@part
class Arm:
    """One arm: cells or none, injection or none, and the months in which the drug is taken."""

    id: Annotated[Identifier, Meaning("Short identifier of the arm.", example="high")]
    name: Annotated[Text, Meaning("Name of the arm.", example="tacrolimus + 24 million cells")]
    cells: Annotated[float, Meaning("Dose of cells, in the dose unit; 0 for none.", lowest=0, example=24)]
    injection: Annotated[bool, Meaning("Whether there is an injection, of cells or sham.")]
    drug_from_month: Annotated[float, Meaning("When the drug begins.", unit="months", lowest=0, highest=120)] = 0.0
    drug_until_month: Annotated[
        float | None, Meaning("When the drug ends; left out in an arm without it.", unit="months", above=0, highest=120)
    ] = None
    share: Annotated[int, Meaning("People in this arm in each block of randomisation.", lowest=1, highest=10)] = 1

    def takes_drug_at(self, month: float) -> bool:
        """Whether the drug is taken in the time that ends at a month."""
        return self.drug_until_month is not None and self.drug_from_month < month <= self.drug_until_month


@part
class Pair:
    """One arm beside another, which differ by what is asked about."""

    treated: Annotated[Identifier, Meaning("Identifier of the arm that is expected to do better.", example="high")]
    control: Annotated[Identifier, Meaning("Identifier of the arm beside it.", example="sham")]


@part
class Comparison:
    """A hypothesis: the treated do no better than the control, in one pair of arms or in several taken together."""

    id: Annotated[Identifier, Meaning("Short identifier of the comparison.", example="high_against_sham")]
    name: Annotated[Text, Meaning("The comparison in words.")]
    pairs: Annotated[tuple[Pair, ...], Meaning("Pairs of arms; several are strata of one test.", fewest_items=1)]


@part
class ArmDesign:
    """One way to randomise: its arms, its comparisons, and how the error is shared among them."""

    id: Annotated[Identifier, Meaning("Short identifier of the design.", example="two_doses")]
    name: Annotated[Text, Meaning("The design in words.")]
    arms: Annotated[tuple[Arm, ...], Meaning("Arms.", fewest_items=2)]
    comparisons: Annotated[
        tuple[Comparison, ...], Meaning("Comparisons, the first to be tested first.", fewest_items=1)
    ]
    multiplicity: Annotated[
        Multiplicity, Meaning("How the error of the family is kept: a closed test with these parts.")
    ] = "holm"

    @property
    def block(self) -> int:
        """People in a block of randomisation."""
        return sum(arm.share for arm in self.arms)

    def number_of(self, arm: str) -> int:
        """The number of an arm, from 0."""
        return [each.id for each in self.arms].index(arm)
