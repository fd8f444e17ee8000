"""One file per script; nobody imports from here but through the registry."""
