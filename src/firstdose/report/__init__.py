"""Reports: content gathered as numbers and words first, then drawn as HTML and PDF from the same content."""
