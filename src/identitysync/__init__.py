"""Move customer identities between systems."""
