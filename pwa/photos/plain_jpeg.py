"""Check that bytes are one plain JPEG and nothing else: no metadata, no second picture, nothing behind it.

Markers are those of ITU-T T.81, table B.1.
"""

from __future__ import annotations

import re

_START, _END = b"\xff\xd8", b"\xff\xd9"
_FRAMES = frozenset({0xC0, 0xC2})  # baseline and progressive
_SCAN = 0xDA
# JFIF's own header, quantisation and Huffman tables, frames, restart interval, scan. No APP1 (EXIF, XMP),
# no APP2 (colour profile, further pictures), no comment.
_ALLOWED = frozenset({0xE0, 0xDB, 0xC4, 0xDD, _SCAN}) | _FRAMES
_LONGEST_HEADER = 16  # a JFIF header without a thumbnail
# In the coded data 0xFF is followed by 0 or is a restart marker; anything else ends it.
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7]")


def size_of_plain_jpeg(data: bytes) -> tuple[int, int]:
    """(width, height) in pixels. Raises ValueError when it is anything but a plain JPEG."""
    if data[:2] != _START:
        raise ValueError("does not begin as a JPEG")
    at, size = 2, None
    while data[at : at + 2] != _END:
        marker, length = _segment(data, at)
        if marker in _FRAMES:
            size = int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        at += 2 + length
        if marker == _SCAN:
            at = _end_of_coded_data(data, at)
    if at + 2 != len(data) or size is None:
        raise ValueError("does not end as a JPEG")
    return size


def _segment(data: bytes, at: int) -> tuple[int, int]:
    """(marker, length with its own two bytes) of the segment at `at`."""
    if len(data) < at + 4 or data[at] != 0xFF or data[at + 1] not in _ALLOWED:
        raise ValueError("holds more than a picture")
    length = int.from_bytes(data[at + 2 : at + 4])
    if length < 2 or (data[at + 1] == 0xE0 and length > _LONGEST_HEADER):
        raise ValueError("holds more than a picture")
    return data[at + 1], length


def _end_of_coded_data(data: bytes, at: int) -> int:
    found = _NEXT_MARKER.search(data, at)
    if found is None:
        raise ValueError("does not end as a JPEG")
    return found.start()
