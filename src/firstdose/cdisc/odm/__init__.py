"""ODM 1.3.2: the ledger of a running trial as today's systems read it, with its audit trail, or its state."""

from firstdose.cdisc.odm.writing import Exported, FileType, Written, write_odm

__all__ = ["Exported", "FileType", "Written", "write_odm"]
