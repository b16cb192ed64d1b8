"""``python -m textmend`` is the command line."""

from textmend.cli.main import main

main()
