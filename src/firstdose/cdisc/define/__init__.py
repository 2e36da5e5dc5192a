"""Define-XML 2.1 and a page to read: what datasets, variables, values and terms are, beside the datasets themselves."""

from firstdose.cdisc.define.gathering import ANALYSIS, TABULATION, definition_of
from firstdose.cdisc.define.page import define_page
from firstdose.cdisc.define.writing import DEFINE_FILES, write_define, write_definition
from firstdose.cdisc.define.xml_file import define_xml

__all__ = [
    "ANALYSIS",
    "DEFINE_FILES",
    "TABULATION",
    "define_page",
    "define_xml",
    "definition_of",
    "write_define",
    "write_definition",
]
