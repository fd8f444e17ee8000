"""Files into files: compressed, encrypted, and back."""
