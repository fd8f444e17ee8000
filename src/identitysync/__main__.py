"""``python -m identitysync`` is the command line."""

from identitysync.cli import main

main()
