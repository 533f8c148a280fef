"""Where packaged files are: the only place that knows a wheel from a checkout."""

from __future__ import annotations

from pathlib import Path

from pwa.domain.errors import ConfigurationError

_PACKAGE = Path(__file__).resolve().parent


def web_dist() -> Path:
    """The built front end. A checkout where it was not built yet has no such folder."""
    return _PACKAGE / "web" / "_dist"


def migrations_dir() -> Path:
    """The Alembic folder: inside the package in a wheel, beside it in a checkout."""
    # The wheel first: beside an installed package lies site-packages, where "migrations" may be anybody's.
    for folder in (_PACKAGE / "_migrations", _PACKAGE.parent / "migrations"):
        if (folder / "env.py").is_file():
            return folder
    raise ConfigurationError("The database migrations are missing. Install Afterbeam again.")
