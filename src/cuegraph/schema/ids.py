"""Content ids and canonical bytes: the same input gives the same id in every store, process and order."""

import functools
import hashlib
import json
from typing import Any, Final

ID_BYTES: Final = 16  # 128 bits: no two of 10^9 rows meet by chance (p < 1e-20)


def canonical_json(value: Any) -> str:
    """JSON text with sorted keys, no spaces, UTF-8 kept, and no NaN: equal values give equal text."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def content_id(namespace: str, kind: str, *parts: str) -> str:
    """32 hex digits of keyed BLAKE2b over `kind` and `parts`.

    The key is the namespace's name, so ids never meet across namespaces, and two stores that hold the same log under
    the same name hold the same ids. Parts hold no NUL (the normaliser sees to it), so joining them is unambiguous.
    """
    data = "\0".join((kind, *parts)).encode()
    return hashlib.blake2b(data, digest_size=ID_BYTES, key=_namespace_key(namespace)).hexdigest()


def namespace_number(namespace: str) -> int:
    """A signed 64-bit number for the namespace: a function of its name, not of when it was made."""
    return int.from_bytes(_namespace_key(namespace)[:8], "big", signed=True)


@functools.lru_cache(maxsize=1024)
def _namespace_key(namespace: str) -> bytes:
    return hashlib.blake2b(namespace.encode(), digest_size=32).digest()
