"""Changes to the fields of one record."""
