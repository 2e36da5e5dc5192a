"""Abundances of metabolites, read and matched to people and visits, and the classes of metabolites by their names."""

from firstdose.metabolites.classes import CLASS_COLUMNS, ClassifiedAbundances, with_classes
from firstdose.metabolites.comparing import differences
from firstdose.metabolites.matching import Matching, match_samples
from firstdose.metabolites.names import (
    CONVENTIONS,
    MAIN_CLASSES,
    Classification,
    Convention,
    Identification,
    MainClass,
    MetaboliteClass,
    class_of,
    classify,
    identify,
)
from firstdose.metabolites.reading import read_abundances, read_metabolites_folder
from firstdose.metabolites.wording import are_concentrations
from firstdose.records.abundances import FEATURE_SCHEMA, SAMPLE_SCHEMA, Abundances, Kind, Scale

__all__ = [
    "CLASS_COLUMNS",
    "CONVENTIONS",
    "FEATURE_SCHEMA",
    "MAIN_CLASSES",
    "SAMPLE_SCHEMA",
    "Abundances",
    "Classification",
    "ClassifiedAbundances",
    "Convention",
    "Identification",
    "Kind",
    "MainClass",
    "Matching",
    "MetaboliteClass",
    "Scale",
    "are_concentrations",
    "class_of",
    "classify",
    "differences",
    "identify",
    "match_samples",
    "read_abundances",
    "read_metabolites_folder",
    "with_classes",
]
