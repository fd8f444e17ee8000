"""Files into records."""
