"""``python -m textmend.evaluate.compare``: the same as ``textmend compare``."""

from textmend.evaluate.compare.command import app

if __name__ == "__main__":
    app()
