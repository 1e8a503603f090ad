"""The ledger as people read it: raw events, items on lanes, what changed between two moments, lineage."""
