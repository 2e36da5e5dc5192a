"""CDISC exchange formats: reading SDTM. Names and terms are translated here; nothing is computed."""

from firstdose.cdisc.reading import read_sdtm

__all__ = ["read_sdtm"]
