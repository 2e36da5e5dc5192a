"""Writing SDTM: records become datasets, which are checked and then written as files."""
