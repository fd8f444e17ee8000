"""Readers: they bring files and records from elsewhere."""
