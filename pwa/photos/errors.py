"""Why a photo is not taken, or not shown."""

from __future__ import annotations

from pwa.domain.errors import AfterbeamError, BadInput, NotFound


class PhotoUnusable(BadInput):
    """This photo cannot be read. Take it again, or send it as a JPEG."""

    code = "photo_unusable"


class PhotoTooLarge(AfterbeamError):
    """This photo is too large. It may have up to 12 MB and 24 megapixels, as WebP 12."""

    code = "photo_too_large"


class PhotosBusy(AfterbeamError):
    """Too many photos came at once. Nothing was lost; this one will be sent again."""

    code = "photos_busy"


class DecoderBroken(PhotosBusy):
    """This server cannot read photos now. Nothing was lost; this one will be sent again."""


class PhotoMissing(NotFound):
    """This photo's file is missing or damaged. Ask whoever runs Afterbeam to put back the backup."""

    code = "photo_missing"
