"""What the vault says when it will not open something."""

from __future__ import annotations

from pwa.domain.errors import AfterbeamError


class VaultError(AfterbeamError):
    """This record cannot be read: it was changed or moved, or its key is not here."""

    code = "vault"
