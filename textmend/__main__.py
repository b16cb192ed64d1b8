"""``python -m textmend`` is the command line."""

from textmend.cli import main

main()
