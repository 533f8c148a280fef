"""What counts as one plain JPEG and nothing else."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pwa.photos.plain_jpeg import size_of_plain_jpeg
from tests.support.pictures import jpeg, jpeg_and_zip, jpeg_of_a_camera, mpo, picture, saved

PLAIN = jpeg(64, 48)


@pytest.mark.parametrize("progressive", [False, True])
def test_a_plain_jpeg_says_its_size(progressive: bool) -> None:
    assert size_of_plain_jpeg(jpeg(64, 48, progressive=progressive)) == (64, 48)
    assert size_of_plain_jpeg(saved(picture(9, 7, "L"), "JPEG")) == (9, 7)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8",
        b"\xff\xd8\xff\xd9",
        PLAIN[:-1],
        PLAIN[:-2],
        PLAIN[: len(PLAIN) // 2],
        PLAIN[:30],
        PLAIN + b"\n",
        PLAIN + PLAIN,
        b" " + PLAIN,
        jpeg_and_zip(),
        jpeg_of_a_camera(),
        mpo(),
        jpeg(comment=b"hello"),
        jpeg(icc_profile=b"profile"),
        saved(picture(mode="CMYK"), "JPEG"),  # carries Adobe's segment
        saved(picture(), "PNG"),
        # A JFIF header with room for a second picture in it.
        b"\xff\xd8\xff\xe0\x00\x20JFIF\0" + bytes(25) + PLAIN[20:],
    ],
)
def test_anything_else_is_none(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"JPEG|picture"):
        size_of_plain_jpeg(data)


@given(st.binary(max_size=200), st.integers(2, len(PLAIN)))
def test_nothing_can_be_put_in_between_that_is_read_past_the_end(inserted: bytes, at: int) -> None:
    """Whatever stands inside, the answer is a size or a ValueError, never another error."""
    with suppress(ValueError):
        size_of_plain_jpeg(PLAIN[:at] + inserted + PLAIN[at:])
