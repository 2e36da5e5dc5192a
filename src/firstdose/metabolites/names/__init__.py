"""Names of metabolites and their classes, in the spellings of laboratories, data bases and everyday use."""

from firstdose.metabolites.names.classifying import CLASS_SCHEMA, OPEN_SCHEMA, Classification, classify
from firstdose.metabolites.names.identifying import class_of, identify
from firstdose.metabolites.names.metabolite_class import (
    CONVENTIONS,
    MAIN_CLASSES,
    Convention,
    Identification,
    MetaboliteClass,
)
from firstdose.protocol.metabolism import MainClass

__all__ = [
    "CLASS_SCHEMA",
    "CONVENTIONS",
    "MAIN_CLASSES",
    "OPEN_SCHEMA",
    "Classification",
    "Convention",
    "Identification",
    "MainClass",
    "MetaboliteClass",
    "class_of",
    "classify",
    "identify",
]
