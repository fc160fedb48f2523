"""Puts the library into the package: built by cargo, without debug information, with its licences.

A wheel holds `amio/libamio.so` and is tagged with the oldest glibc that this file works with. An
editable install points to cargo's own output instead, so that the next build by cargo is the one
that is used. The source distribution holds the Rust sources below `rust/`.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

CARGO = os.environ.get("CARGO", "cargo")

RUST_SOURCES = (
    "Cargo.toml",
    "Cargo.lock",
    "build.rs",
    "src",
    "vendor",
    "cli/Cargo.toml",
    "cli/src",
    # The manifests name these, so cargo wants to see them.
    "benches",
    "tests",
    "cli/tests",
)


class BuildError(Exception):
    """What the person who installs has to be told."""


class LibraryHook(BuildHookInterface[Any]):
    """Called by hatchling before it packs a wheel or a source distribution."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Adds to `build_data` what is to be packed besides the Python sources."""
        unpacked = Path(self.root) / "rust"
        workspace = unpacked if unpacked.is_dir() else Path(self.root).parent
        if self.target_name == "sdist":
            files = {str(workspace / name): f"rust/{name}" for name in RUST_SOURCES}
            build_data["force_include"] |= files
            return

        try:
            library = build_library(workspace)
            build_data["pure_python"] = False
            build_data["tag"] = f"py3-none-{platform_tag(library)}"
            if version == "editable":
                link = Path(self.root) / "src/amio" / library.name
                link.unlink(missing_ok=True)
                link.symlink_to(library)
                return
            self.place = tempfile.TemporaryDirectory()
            build_data["force_include"] |= {
                stripped(library, Path(self.place.name)): "amio/libamio.so",
                third_party_licences(workspace, Path(self.place.name)): "amio/THIRD-PARTY-LICENSES",
            }
        except BuildError as error:
            self.app.abort(f"\n{error}\n")

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Removes what was made for packing only."""
        if hasattr(self, "place"):
            self.place.cleanup()


def build_library(workspace: Path) -> Path:
    """Builds the library. Where the Makefile has built all, that is not built again."""
    check_cargo(workspace)
    target = Path(os.environ.get("CARGO_TARGET_DIR") or workspace / "target")
    parts = ["--workspace"] if (target / "release/amio").exists() else ["--package", "amio"]
    command = [CARGO, "build", "--release", "--locked", *parts]
    command += ["--message-format", "json-render-diagnostics"]
    last_lines: deque[str] = deque(maxlen=20)
    with tempfile.TemporaryFile("w+", encoding="utf-8") as messages:
        cargo = subprocess.Popen(
            command,
            cwd=workspace,
            stdout=messages,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        )
        assert cargo.stderr is not None
        with terminal() as show:
            for line in cargo.stderr:
                sys.stderr.write(line)
                last_lines.append(line)
                show(line)
        if cargo.wait() != 0:
            raise BuildError(
                f"amio: '{' '.join(command[:4])}' failed in {workspace} "
                f"(status {cargo.returncode}); it ended with:\n\n{''.join(last_lines)}"
            )
        messages.seek(0)
        for message in map(json.loads, messages):
            if "cdylib" in message.get("target", {}).get("kind", ()):
                for name in message["filenames"]:
                    if name.endswith(".so"):
                        return Path(name)
    raise BuildError(f"amio: cargo made no libamio.so in {workspace}: only Linux is supported")


@contextlib.contextmanager
def terminal() -> Iterator[Callable[[str], object]]:
    """Shows what cargo does on a line of the terminal, if there is one: pip keeps all output."""
    try:
        screen = Path("/dev/tty").open("w", encoding="utf-8")  # noqa: SIM115 - closed below
    except OSError:
        yield lambda line: None
        return
    width = shutil.get_terminal_size().columns - 1
    clear = "\r\033[K"
    with screen:
        yield lambda line: print(clear + line.strip()[:width], end="", file=screen, flush=True)
        print(end=clear, file=screen, flush=True)


def check_cargo(workspace: Path) -> None:
    """Raises BuildError unless there is a cargo that is new enough."""
    manifest = (workspace / "Cargo.toml").read_text(encoding="utf-8")
    wanted = re.search(r'^rust-version = "([\d.]+)"', manifest, re.MULTILINE)
    assert wanted is not None, "the manifest says which Rust it needs"
    install = f"install Rust {wanted[1]} or newer: https://rustup.rs"
    if shutil.which(CARGO) is None:
        raise BuildError(f"amio is built with Rust, and there is no cargo here; {install}")
    if shutil.which("cc") is None:
        raise BuildError("amio is linked by a C compiler, and there is no cc here; install gcc")
    answer = subprocess.run([CARGO, "--version"], cwd=workspace, capture_output=True, text=True)
    found = re.search(r"cargo (\d+)\.(\d+)", answer.stdout)
    if found is None:
        raise BuildError(f"amio: '{CARGO} --version' says no version; {install}\n{answer.stderr}")
    if (int(found[1]), int(found[2])) < tuple(map(int, wanted[1].split(".")[:2])):
        raise BuildError(f"amio is built with Rust, and {found[0]} is too old; {install}")


def platform_tag(library: Path) -> str:
    """Returns `manylinux_2_N_...` for the newest glibc 2.N that the library needs."""
    machine = re.sub(r"\W", "_", sysconfig.get_platform())
    versions = re.findall(rb"\0GLIBC_2\.(\d+)(?:\.\d+)?(?=\0)", library.read_bytes())
    if not versions:
        return machine  # another C library
    return machine.replace("linux", f"manylinux_2_{max(17, *map(int, versions))}")


def stripped(library: Path, place: Path) -> str:
    """Copies the library without its debug information, which is five sixths of it."""
    copy = place / "libamio.so"
    strip = os.environ.get("STRIP", "strip")
    if shutil.which(strip) is None:
        return str(shutil.copy(library, copy))
    subprocess.run([strip, "--strip-debug", "-o", copy, library], check=True)
    return str(copy)


def third_party_licences(workspace: Path, place: Path) -> str:
    """Writes the licence of each crate that is part of the library, as its sources have it."""

    def cargo(*arguments: str) -> str:
        command = [CARGO, *arguments, "--locked"]
        run = subprocess.run(command, cwd=workspace, stdout=subprocess.PIPE, text=True)
        if run.returncode != 0:
            raise BuildError(f"amio: '{' '.join(command)}' failed (status {run.returncode})")
        return run.stdout

    inside = "--edges=normal,no-proc-macro"
    tree = cargo("tree", "--package=amio", inside, "--prefix=none", "--format={p}")
    crates = {tuple(line.split()[:2]) for line in tree.splitlines()}
    crates_of: dict[str, list[str]] = {}  # by text: many crates have the same one
    for package in json.loads(cargo("metadata", "--format-version=1"))["packages"]:
        name, version = package["name"], package["version"]
        if name == "amio" or (name, f"v{version}") not in crates:
            continue
        for file in sorted(Path(package["manifest_path"]).parent.iterdir()):
            if re.match(r"(?i)(licen[cs]e|copying|notice|unlicense)", file.name) and file.is_file():
                text = file.read_text(encoding="utf-8", errors="replace").strip()
                crates_of.setdefault(text, []).append(f"{name} {version} ({package['license']})")
    rule = "=" * 100
    texts = [f"{rule}\n{', '.join(of)}\n{rule}\n\n{text}\n" for text, of in crates_of.items()]
    file = place / "THIRD-PARTY-LICENSES"
    file.write_text("\n".join(texts), encoding="utf-8")
    return str(file)
