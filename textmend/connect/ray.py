"""Ray Data: the class of the actors of ``Dataset.map_batches``. Ray itself is not imported."""

from __future__ import annotations

from typing import Any

from textmend.connect.batches import BatchMender


class MendActor(BatchMender):
    """A :class:`BatchMender` that loads its models when it is created, on the machine where it runs.

    Ray counts an actor as ready when it is created, and starts it elsewhere if that fails. Give ``map_batches`` the
    class, its options as ``fn_constructor_kwargs``, and ``batch_format="pyarrow"``, which leaves the other columns
    untouched.

    Args:
        options: by name, as in ``docs/connect.md``; one thread by default, as Ray gives an actor one CPU.

    Raises:
        PolicyError: an option is unknown, or has a value that makes no sense.
        ModelError: a model is unknown or broken.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"threads": 1, **options})
        self._mending.recipe.load()
