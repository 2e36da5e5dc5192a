"""The site of a running trial: pages over the ledger, the analysis and the report; it computes nothing itself."""
