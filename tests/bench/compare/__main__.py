"""``python -m bench.compare``: the same as ``python -m bench.compare``."""

from bench.compare.command import app

if __name__ == "__main__":
    app()
