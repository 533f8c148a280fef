"""What runs behind the fence: any photo a phone takes becomes a plain JPEG.

The bytes choose the decoder, never a name or a declared type, and only these four are asked. They are called
by their classes: `Image.open` would try others, and give a JPEG of several pictures a parser of its own.
"""

from __future__ import annotations

import io
import sys

from PIL import Image, ImageCms, ImageColor, ImageFile, ImageFilter, ImageOps, ImagePalette, TiffImagePlugin
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile
from pillow_heif import options as heif_options
from pillow_heif.as_plugin import HeifImageFile

from pwa.photos.limits import LONGEST_SIDE, MOST_PIXELS, MOST_PIXELS_OF_WEBP, QUALITY, ExitCode

# Pillow loads these only where a photo first needs them, when no file can be opened any more.
LOADED_NOW = (ImageColor, ImageFilter, ImagePalette, TiffImagePlugin)
Image.preinit()
# Nothing but the picture itself is wanted of a HEIC, and no thread beside the decoder's own.
heif_options.DECODE_THREADS = 1
heif_options.THUMBNAILS = heif_options.DEPTH_IMAGES = heif_options.AUX_IMAGES = False

# `ftyp` brands of still pictures in HEVC (ISO/IEC 23008-12, B.4); AVIF is none of them.
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1"})
_WITH_ALPHA = frozenset({"RGBA", "LA", "PA", "RGBa", "La"})
_SRGB = ImageCms.createProfile("sRGB")


def clean(data: bytes) -> bytes:
    """The photo upright, in sRGB, at most 1600 pixels long, as a JPEG that carries nothing else.

    Exits with what is wrong when it is no photo, or too large a one. Of several pictures the first is taken.
    """
    photo = _opened(data)
    _require_few_pixels(*photo.size)
    picture = ImageOps.exif_transpose(_shrunk(photo))
    return _saved(_in_srgb(_on_white(picture)))


def _opened(data: bytes) -> ImageFile.ImageFile:
    """The photo, its header read and its pixels not yet."""
    stream = io.BytesIO(data)
    if data.startswith(b"\xff\xd8\xff"):
        return JpegImageFile(stream)
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PngImageFile(stream)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        # Its decoder makes room for them as soon as it is opened.
        _require_few_pixels(*_webp_size(data), MOST_PIXELS_OF_WEBP)
        return WebPImageFile(stream)
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        heic: ImageFile.ImageFile = HeifImageFile(stream)  # type: ignore[no-untyped-call]  # has no types
        return heic
    sys.exit(ExitCode.UNUSABLE)


def _webp_size(data: bytes) -> tuple[int, int]:
    """(width, height) by the first chunk (RFC 9649, 2.5-2.7)."""
    match data[12:16]:
        case b"VP8X":
            return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
        case b"VP8L":
            packed = int.from_bytes(data[21:25], "little")
            return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
        case _:
            packed = int.from_bytes(data[26:30], "little")
            return packed & 0x3FFF, packed >> 16 & 0x3FFF


def _require_few_pixels(width: int, height: int, most: int = MOST_PIXELS) -> None:
    if width * height > most:
        sys.exit(ExitCode.TOO_MANY_PIXELS)


def _shrunk(photo: Image.Image) -> Image.Image:
    """Smaller before anything else: every later step then costs little."""
    if photo.mode.startswith("I"):  # 16 bits of grey, which a conversion would cut off instead of scaling
        photo = photo.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if photo.mode in ("1", "P"):  # colours that are numbers in a table cannot be averaged
        photo = photo.convert("RGBA" if "transparency" in photo.info else "RGB")
    photo.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return photo


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode not in _WITH_ALPHA:
        return picture
    whole = picture.convert("RGBA")
    flat = Image.new("RGB", whole.size, "white")
    flat.paste(whole, mask=whole.getchannel("A"))
    flat.info["icc_profile"] = picture.info.get("icc_profile")
    return flat


def _in_srgb(picture: Image.Image) -> Image.Image:
    """In the colours every screen shows; redness is what these photos are looked at for."""
    profile = picture.info.get("icc_profile")
    if profile:
        try:
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            return ImageCms.profileToProfile(picture, own, _SRGB, outputMode="RGB") or picture
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a profile that does not fit its picture says nothing about it
    return picture.convert("RGB")


def _saved(picture: Image.Image) -> bytes:
    bare = Image.new(
        "RGB", picture.size
    )  # without what the picture knows about itself: comments travel along
    bare.paste(picture)
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
