"""The promises of docs/reliability.md, attacked for as long as one likes: ``python -m bench.reliability``."""
