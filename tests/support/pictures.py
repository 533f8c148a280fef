"""Pictures as phones make them, and as nobody should: all made here, none kept as a file."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

from PIL import Image, ImageCms
from pillow_heif import from_pillow

GPS = 0x8825
MAKER, ORIENTATION, COMMENT = 0x010F, 0x0112, 0x9286
SECRET = "canary-at-home"


def picture(width: int = 640, height: int = 480, mode: str = "RGB") -> Image.Image:
    """Something to recognise: red grows to the right, green downwards."""
    across = Image.linear_gradient("L").rotate(90).resize((width, height))
    down = Image.linear_gradient("L").resize((width, height))
    return Image.merge("RGB", (across, down, Image.new("L", (width, height), 90))).convert(mode)


def saved(image: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def jpeg(width: int = 640, height: int = 480, **options: Any) -> bytes:
    return saved(picture(width, height), "JPEG", **{"quality": 90, **options})


def jpeg_of_a_camera(orientation: int = 6) -> bytes:
    return jpeg(comment=SECRET.encode(), **of_a_camera(orientation))


def of_a_camera(orientation: int = 6) -> dict[str, Any]:
    """How to save with the place, the camera's name, an orientation, XMP and a colour profile."""
    exif = Image.Exif()
    exif[MAKER], exif[ORIENTATION] = SECRET, orientation
    exif.get_ifd(GPS).update({1: "N", 2: (51.0, 30.0, 26.0), 3: "W", 4: (0.0, 7.0, 39.0), 29: SECRET})
    xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{SECRET}</x:xmpmeta>".encode()
    return {"exif": exif.tobytes(), "xmp": xmp, "icc_profile": srgb_profile()}


def srgb_profile() -> bytes:
    return bytes(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())


def heic(width: int = 640, height: int = 480, **options: Any) -> bytes:
    out = io.BytesIO()
    from_pillow(picture(width, height)).save(out, quality=80, **options)
    return out.getvalue()


def mpo() -> bytes:
    """Two pictures in one file, as some cameras make them; the second is smaller."""
    return saved(picture(), "MPO", save_all=True, append_images=[picture(320, 240)])


def webp_animation() -> bytes:
    frames = [Image.new("RGB", (320, 240), colour) for colour in ("red", "green", "blue")]
    return saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], duration=100)


def png_of_16_bits() -> bytes:
    """Grey, from black on the left to white on the right."""
    row = b"".join(struct.pack(">H", 65535 * column // 319) for column in range(320))
    return _png(320, 240, zlib.compress((b"\0" + row) * 240), bits=16)


def png_of_one_bit(width: int = 13_000, height: int = 13_000) -> bytes:
    """169 megapixels in 21 kB."""
    row = b"\0" * (1 + (width + 7) // 8)
    return _png(width, height, zlib.compress(row * height, 9), bits=1)


def png_with_a_text_bomb() -> bytes:
    """A small picture with a comment that unpacks to 200 MB."""
    packer = zlib.compressobj(9)
    text = b"".join(packer.compress(b"a" * 1_000_000) for _ in range(200)) + packer.flush()
    whole = saved(picture(64, 64), "PNG")
    return whole[:33] + _chunk(b"zTXt", b"Comment\0\0" + text) + whole[33:]


def png_that_lies(width: int = 60_000, height: int = 60_000) -> bytes:
    """A header of 3600 megapixels, and hardly anything behind it."""
    return _png(width, height, zlib.compress(b"\0" * 100), bits=8)


def gif_and_javascript() -> bytes:
    """Works as a picture and as a script."""
    gif = saved(picture(64, 64), "GIF")
    return b"GIF89a" + b"=1/*" + gif[10:] + b"*/;alert(document.cookie)//"


def jpeg_and_zip() -> bytes:
    """A picture to who looks, an archive to who unpacks: as a .jar it would run."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr("Main.class", SECRET)
    return jpeg() + archive.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><rect width="9" height="9"/></svg>'

# What becomes of it: a picture anew.
GOOD: dict[str, Callable[[], bytes]] = {
    "jpeg": jpeg,
    "progressive jpeg": lambda: jpeg(progressive=True),
    "jpeg of a camera": jpeg_of_a_camera,
    "jpeg with a comment": lambda: jpeg(comment=SECRET.encode()),
    "png of a camera": lambda: saved(picture(), "PNG", **of_a_camera()),
    "webp of a camera": lambda: saved(picture(), "WEBP", **of_a_camera()),
    "heic of a camera": lambda: heic(**of_a_camera(1)),
    "grey jpeg": lambda: saved(picture(mode="L"), "JPEG"),
    "cmyk jpeg": lambda: saved(picture(mode="CMYK"), "JPEG"),
    "two pictures in a jpeg": mpo,
    "jpeg with an archive behind it": jpeg_and_zip,
    "png": lambda: saved(picture(), "PNG"),
    "png of 16 bits": png_of_16_bits,
    "png with a palette": lambda: saved(picture(mode="P"), "PNG"),
    "png with transparency": lambda: saved(picture(mode="RGBA"), "PNG"),
    "png of one bit": lambda: png_of_one_bit(800, 600),
    "webp": lambda: saved(picture(), "WEBP"),
    "lossless webp": lambda: saved(picture(mode="RGBA"), "WEBP", lossless=True),
    "webp animation": webp_animation,
    "heic": heic,
    "largest jpeg": lambda: jpeg(6000, 4000),
    "largest png": lambda: saved(Image.new("RGB", (6000, 4000), "red"), "PNG"),
    "largest webp": lambda: saved(Image.new("RGB", (4000, 3000), "red"), "WEBP", method=0),
}
# No picture of ours, or none at all.
UNUSABLE: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "text": lambda: b"GET / HTTP/1.1\r\n\r\n",
    "svg": lambda: SVG,
    "gif": lambda: saved(picture(64, 64), "GIF"),
    "gif and javascript": gif_and_javascript,
    "tiff": lambda: saved(picture(64, 64), "TIFF"),
    "jpeg cut in the middle": lambda: jpeg()[:9_000],
    "jpeg cut in its header": lambda: jpeg()[:40],
    "png cut in the middle": lambda: saved(picture(), "PNG")[:900],
    "webp cut in the middle": lambda: saved(picture(), "WEBP")[:2_000],
    "heic cut in the middle": lambda: heic()[:1_500],
    "png with a text bomb": png_with_a_text_bomb,
    "only the mark of a jpeg": lambda: b"\xff\xd8\xff",
    "only the mark of a png": lambda: b"\x89PNG\r\n\x1a\n",
    "only the mark of a webp": lambda: b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(20),
    "only the mark of a heic": lambda: b"\x00\x00\x00\x18ftypheic" + bytes(12),
}
TOO_LARGE: dict[str, Callable[[], bytes]] = {
    "png of 13000 x 13000 pixels": png_of_one_bit,
    "png that says it is larger than it is": png_that_lies,
    "jpeg of 25 megapixels": lambda: saved(Image.new("L", (5000, 5000)), "JPEG"),
    "webp of 13 megapixels": lambda: saved(Image.new("RGB", (4000, 3300)), "WEBP", method=0),
    "lossless webp of 13 megapixels": lambda: saved(
        Image.new("RGB", (4000, 3300)), "WEBP", lossless=True, method=0
    ),
    "more than 12 MB": lambda: jpeg() + bytes(12 * 1024 * 1024),
}


def _png(width: int, height: int, packed: bytes, bits: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
