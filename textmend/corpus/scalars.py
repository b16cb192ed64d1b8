"""Values of Arrow as Python objects, whatever they hold: for what is written of a row that can't be cleaned."""

from __future__ import annotations

import base64
import math
from typing import Any


def plain(scalar: Any) -> Any:
    """Return a scalar as a Python object.

    Bytes that should be UTF-8 and are not come as lone surrogates. A date that Python can't hold comes as its number.
    """
    try:
        return scalar.as_py()
    except Exception:  # UnicodeDecodeError, OverflowError, ValueError: as many as there are types
        return _by_parts(scalar)


def json_value(value: Any) -> Any:
    """Return a Python object as JSON can hold it: dates as ISO 8601, bytes as Base64, what is no number as ``None``."""
    if isinstance(value, dict):
        return {str(name): json_value(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [json_value(inner) for inner in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if value is None or isinstance(value, str | bool | int):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _by_parts(scalar: Any) -> Any:
    import pyarrow as pa

    whole: Any = scalar
    if isinstance(scalar, pa.StructScalar):  # by number: names may be there twice
        return [[scalar.type.field(at).name, plain(whole[at])] for at in range(scalar.type.num_fields)]
    if isinstance(scalar, pa.ListScalar):
        return [plain(value) for value in pa.ListScalar.values.__get__(scalar)]  # a map's own name for it is taken
    if hasattr(scalar, "as_buffer"):
        return scalar.as_buffer().to_pybytes().decode("utf-8", "surrogateescape")
    inner = getattr(scalar, "value", None)
    return plain(inner) if hasattr(inner, "as_py") else inner
