"""The names in the export of a site by which the commands know it again."""

PROTOCOL_FILE = "protocol.yaml"
"""The version that was in force; others stand in a folder of their own."""
OTHER_VERSIONS = "protocol_versions"
RECORDS_FOLDER = "records"
CONDUCT_FOLDER = "conduct"
MANIFEST = "manifest.json"
