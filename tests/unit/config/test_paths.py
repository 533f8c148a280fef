from __future__ import annotations

from pathlib import Path

import pwa
from pwa.paths import migrations_dir, web_dist

ROOT = Path(pwa.__file__).parent


def test_the_front_end_lies_inside_the_package_wherever_that_is() -> None:
    assert web_dist() == ROOT / "web" / "_dist"


def test_a_checkout_has_its_migrations_beside_the_package() -> None:
    assert migrations_dir() == ROOT.parent / "migrations"
    assert (migrations_dir() / "versions").is_dir()
