"""Decisions over whole records."""
