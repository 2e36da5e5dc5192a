"""Names of metabolites by class, as laboratories write them: shorthand of RefMet beside everyday names."""

from __future__ import annotations

ACYL_CARNITINES = (
    "Acetylcarnitine", "Propionylcarnitine", "Butyrylcarnitine", "Isovalerylcarnitine", "Hexanoylcarnitine",
    "Octanoylcarnitine", "Decanoylcarnitine", "Palmitoylcarnitine", "Stearoylcarnitine", "Oleoylcarnitine",
    "CAR 4:0;OH", "CAR 5:1", "CAR 8:1", "CAR 10:1", "CAR 10:2", "CAR 12:0", "CAR 12:1", "CAR 14:0", "CAR 14:1",
    "CAR 14:2", "CAR 16:1", "CAR 16:0;OH", "CAR 18:2", "CAR 18:1;OH", "CAR 20:0", "CAR 20:4", "CAR DC4:0",
    "CAR DC5:0", "CAR DC6:0", "CAR 22:0",
)  # fmt: skip
FREE_FATTY_ACIDS = (
    "Caproic acid", "Caprylic acid", "Capric acid", "Lauric acid", "Myristic acid", "Palmitic acid",
    "Palmitoleic acid", "Stearic acid", "Oleic acid", "Linoleic acid", "alpha-Linolenic acid", "Arachidonic acid",
    "Eicosapentaenoic acid", "Docosahexaenoic acid", "Behenic acid", "Lignoceric acid", "Nervonic acid", "FA 15:0",
    "FA 17:0", "FA 17:1", "FA 19:0", "FA 20:0", "FA 20:1", "FA 20:2", "FA 20:3", "FA 22:4", "FA 22:5", "FA 24:0;OH",
    "FA 26:0", "FA 14:1",
)  # fmt: skip
OTHERS = (
    "Alanine", "Arginine", "Asparagine", "Aspartic acid", "Citrulline", "Creatine", "Creatinine", "Cysteine",
    "Glutamic acid", "Glutamine", "Glycine", "Histidine", "Isoleucine", "Leucine", "Lysine", "Methionine",
    "Ornithine", "Phenylalanine", "Proline", "Serine", "Threonine", "Tryptophan", "Tyrosine", "Valine",
    "Lactic acid", "Pyruvic acid", "Citric acid", "Isocitric acid", "Succinic acid", "Fumaric acid", "Malic acid",
    "2-Hydroxybutyric acid", "3-Hydroxybutyric acid", "Glucose", "Fructose", "myo-Inositol", "Sorbitol", "Mannitol",
    "Urea", "Uric acid", "Hypoxanthine", "Xanthine", "Inosine", "Guanosine", "Adenosine", "Uridine", "Cytidine",
    "Pseudouridine", "Kynurenine", "Kynurenic acid", "Quinolinic acid", "Serotonin", "5-Hydroxyindoleacetic acid",
    "Homovanillic acid", "Dopamine", "Taurine", "Hypotaurine", "Betaine", "Choline", "Carnitine", "Trigonelline",
    "Hippuric acid", "Indoxyl sulfate", "p-Cresol sulfate", "Pantothenic acid", "Nicotinamide", "Riboflavin",
    "Biotin", "Ascorbic acid", "N-Acetylaspartic acid", "N-Acetylglutamic acid", "4-Aminobutyric acid",
    "S-Adenosylhomocysteine", "Homocysteine", "Spermidine", "Spermine", "Putrescine", "Allantoin",
)  # fmt: skip


def _lipids(head: str, carbons: range, bonds: range, end: str = "") -> tuple[str, ...]:
    """Species of one lipid class: `PC 34:1`."""
    return tuple(f"{head} {carbon}:{bond}{end}" for carbon in carbons for bond in bonds)


PHOSPHOLIPIDS = (
    *_lipids("LPC", range(14, 23, 2), range(2)),
    *_lipids("PC", range(30, 41, 2), range(1, 5)),
    *_lipids("LPE", range(16, 23, 2), range(2)),
    *_lipids("PE", range(34, 41, 2), range(1, 5)),
    *_lipids("PI", range(34, 39, 2), range(1, 4)),
    *_lipids("PS", range(34, 41, 2), range(1, 3)),
)
SPHINGOLIPIDS = (
    *_lipids("SM", range(32, 43, 2), range(1, 3), ";O2"),
    *_lipids("Cer", range(34, 43, 2), range(1, 3), ";O2"),
    *_lipids("HexCer", range(34, 43, 2), range(1, 3), ";O2"),
    *_lipids("SHexCer", range(34, 43, 2), range(1, 2), ";O2"),
)

NAMES: dict[str, tuple[str, ...]] = {
    "acyl_carnitines": ACYL_CARNITINES,
    "free_fatty_acids": FREE_FATTY_ACIDS,
    "phospholipids": PHOSPHOLIPIDS,
    "sphingolipids": SPHINGOLIPIDS,
    "others": OTHERS,
}
