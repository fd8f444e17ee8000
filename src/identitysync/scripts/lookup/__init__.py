"""Scripts that complete records with what another system knows."""
