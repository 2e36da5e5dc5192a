"""Documents and the files that are made of them: blocks, pages, PDF, tables, drawings, and where figures come from."""
