"""Writers: they bring files and records elsewhere."""
