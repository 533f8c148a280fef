"""Whatever is sent: a clean picture comes back, or a refusal. In real processes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PIL import Image, ImageChops, ImageStat

from pwa.photos.decoding import Decoder, Picture
from pwa.photos.errors import PhotoTooLarge, PhotoUnusable
from pwa.photos.limits import LONGEST_SIDE
from pwa.photos.plain_jpeg import size_of_plain_jpeg
from tests.support import pictures
from tests.support.pictures import GOOD, SECRET, TOO_LARGE, UNUSABLE, opened, picture

Make = Callable[[], bytes]


@pytest.fixture(scope="module")
def decoder() -> Decoder:
    return Decoder()


def _differs(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of all channels, of 255."""
    difference = ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB")))
    return max(difference.mean)


@pytest.mark.parametrize("make", GOOD.values(), ids=GOOD)
def test_a_photo_comes_back_as_a_plain_picture_and_as_other_bytes(decoder: Decoder, make: Make) -> None:
    data = make()
    cleaned = decoder.clean(data)
    assert size_of_plain_jpeg(cleaned.jpeg) == (cleaned.width, cleaned.height)
    assert max(cleaned.width, cleaned.height) <= LONGEST_SIDE
    assert cleaned.jpeg != data
    assert SECRET.encode() not in cleaned.jpeg
    image = opened(cleaned.jpeg)
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (cleaned.width, cleaned.height))
    assert dict(image.getexif()) == {}
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"}


@pytest.mark.parametrize("make", UNUSABLE.values(), ids=UNUSABLE)
def test_what_is_no_photo_of_ours_is_refused(decoder: Decoder, make: Make) -> None:
    with pytest.raises(PhotoUnusable):
        decoder.clean(make())


@pytest.mark.parametrize("make", TOO_LARGE.values(), ids=TOO_LARGE)
def test_what_is_too_large_is_refused_before_it_is_decoded(decoder: Decoder, make: Make) -> None:
    with pytest.raises(PhotoTooLarge):
        decoder.clean(make())


@pytest.mark.parametrize("name", ["jpeg", "cmyk jpeg", "png", "png with transparency", "webp", "heic"])
def test_the_picture_is_the_same(decoder: Decoder, name: str) -> None:
    cleaned = opened(decoder.clean(GOOD[name]()).jpeg)
    assert cleaned.size == (640, 480)
    assert _differs(cleaned, picture()) < 4


def test_sixteen_bits_of_grey_are_scaled_and_not_cut_off(decoder: Decoder) -> None:
    cleaned = opened(decoder.clean(pictures.png_of_16_bits()).jpeg)
    shades = [cleaned.getpixel((column, 120)) for column in (4, 160, 315)]
    for shade, expected in zip(shades, (3, 128, 252), strict=True):
        assert isinstance(shade, tuple)
        assert abs(shade[0] - expected) < 5


def test_a_large_photo_becomes_small_and_keeps_its_shape(decoder: Decoder) -> None:
    cleaned = decoder.clean(pictures.jpeg(4000, 3000))
    assert (cleaned.width, cleaned.height) == (1600, 1200)
    assert _differs(opened(cleaned.jpeg), picture(1600, 1200)) < 4


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_turned_upright(decoder: Decoder, orientation: int) -> None:
    """As the camera was held, EXIF 0x0112: the corner that is dark in the scene is dark in the photo."""
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
    upright = picture().transpose(turns[orientation]) if orientation in turns else picture()
    cleaned = opened(decoder.clean(pictures.jpeg_of_a_camera(orientation)).jpeg)
    assert cleaned.size == upright.size
    assert _differs(cleaned, upright) < 4


def test_what_is_transparent_becomes_white(decoder: Decoder) -> None:
    clear = pictures.saved(Image.new("RGBA", (64, 64), (0, 0, 0, 0)), "PNG")
    assert _differs(opened(decoder.clean(clear).jpeg), Image.new("RGB", (64, 64), "white")) < 2


def test_of_several_pictures_the_first_is_taken(decoder: Decoder) -> None:
    assert decoder.clean(pictures.mpo()).width == 640
    first = opened(decoder.clean(pictures.webp_animation()).jpeg)
    assert _differs(first, Image.new("RGB", (320, 240), "red")) < 4


def test_a_photo_of_our_own_making_can_be_sent_again(decoder: Decoder) -> None:
    once: Picture = decoder.clean(pictures.jpeg())
    twice = decoder.clean(once.jpeg)
    assert (twice.width, twice.height) == (once.width, once.height)
