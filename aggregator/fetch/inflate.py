"""A compressed body, unpacked no further than allowed.

A few hundred bytes can unpack to gigabytes, and a body that was cut off looks
whole to a careless reader; both are found here. Only gzip is spoken: it is all
we ask servers for.

Touches: nothing.
"""

from __future__ import annotations

import zlib

GZIP = 31                   # wbits: a gzip header and nothing else
MAGIC = b"\x1f\x8b"
MAX_MEMBERS = 1000          # a gzip file may be several in a row (RFC 1952, 2.2); empty ones cost time and give nothing


class TooLarge(Exception):
    """The body unpacks to more than allowed."""


class Damaged(Exception):
    """The body is no gzip, or it ends too early."""


class Gunzip:
    """Unpacks a gzip body piece by piece, `max_bytes` in all."""

    def __init__(self, max_bytes: int) -> None:
        self._left = max_bytes
        self._members = 1
        self._unpack = zlib.decompressobj(GZIP)

    def feed(self, piece: bytes) -> bytes:
        """What `piece` unpacks to. Raises TooLarge or Damaged."""
        parts: list[bytes] = []
        while piece:
            if self._unpack.eof:
                if not piece.startswith(MAGIC) or self._members >= MAX_MEMBERS:
                    break           # padding after the end is common, and gzip itself passes over it
                self._members += 1
                self._unpack = zlib.decompressobj(GZIP)
            try:
                part = self._unpack.decompress(piece, self._left + 1)
            except zlib.error as error:
                raise Damaged(str(error)) from error
            self._left -= len(part)
            if self._left < 0:
                raise TooLarge
            parts.append(part)
            piece = self._unpack.unused_data
        return b"".join(parts)

    def finish(self) -> None:
        """Raises Damaged unless the last byte has been seen."""
        if not self._unpack.eof:
            raise Damaged("the end is missing")


def gunzip(body: bytes, max_bytes: int) -> bytes:
    """The whole of a gzip file. Raises TooLarge or Damaged."""
    unpack = Gunzip(max_bytes)
    unpacked = unpack.feed(body)
    unpack.finish()
    return unpacked
