"""USDM v4, CDISC's unified study definitions model: the protocol as one JSON document."""

from firstdose.cdisc.usdm.study import USDM_VERSION, lacking, usdm_document
from firstdose.cdisc.usdm.writing import USDM_FILE, write_usdm

__all__ = ["USDM_FILE", "USDM_VERSION", "lacking", "usdm_document", "write_usdm"]
