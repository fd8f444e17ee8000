"""Records into files."""
