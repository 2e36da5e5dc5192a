"""What was planned: the protocol file, read strictly, with the file and line of every key."""

from firstdose.protocol.escalation import DoseLevels, Escalation
from firstdose.protocol.plan import Assumption, Protocol
from firstdose.protocol.problems import ABSENT, Place, Places, Problem, ProblemsFound, suggest
from firstdose.protocol.reading import (
    Examination,
    examine_bytes,
    examine_protocol,
    examine_text,
    read_protocol,
)
from firstdose.protocol.reference import protocol_reference
from firstdose.protocol.schema import json_schema
from firstdose.protocol.trial import Trial

__all__ = [
    "ABSENT",
    "Assumption",
    "DoseLevels",
    "Escalation",
    "Examination",
    "Place",
    "Places",
    "Problem",
    "ProblemsFound",
    "Protocol",
    "Trial",
    "examine_bytes",
    "examine_protocol",
    "examine_text",
    "json_schema",
    "protocol_reference",
    "read_protocol",
    "suggest",
]
