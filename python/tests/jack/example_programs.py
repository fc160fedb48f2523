"""JACK-Client's example programs and its manual, which are downloaded; how the programs are run."""

from __future__ import annotations

import importlib.util
import os
import re
import signal
import subprocess
import sys
import tarfile
from pathlib import Path
from types import TracebackType

from tests import servers

VERSION = "0.5.7"
MODULES = ("jack", "amio.jack")
_PLACE = Path(os.environ.get("CARGO_TARGET_DIR", servers.REPOSITORY / "target")) / "python"


def need(*modules: str) -> None:
    """Skips the test if a module of the extra `test` is missing; on CI, fails it."""
    for module in modules:
        if importlib.util.find_spec(module) is None:
            servers.unavailable(f"there is no module {module}: pip install './python[test]'")


def source() -> Path:
    """Where they are. Skips the test if they cannot be downloaded; on CI, fails it."""
    place = _PLACE / f"jack-client-{VERSION}"
    if (place / "complete").is_file():
        return place
    arguments = ["download", "--quiet", "--no-deps", "--no-binary", "JACK-Client"]
    done = subprocess.run(
        [sys.executable, "-m", "pip", *arguments, "--dest", place, f"JACK-Client=={VERSION}"],
        # Where the path of the constraints, which the environment may have, is right.
        cwd=servers.REPOSITORY,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        servers.unavailable(f"the examples of JACK-Client cannot be downloaded: {done.stderr}")
    [packed] = place.glob("*.tar.gz")
    with tarfile.open(packed) as archive:
        for member in archive:
            if match := re.fullmatch(r"[^/]+/(examples/\w+\.py|doc/usage\.rst)", member.name):
                content = archive.extractfile(member)
                assert content is not None
                target = place / match[1]
                target.parent.mkdir(exist_ok=True)
                target.write_bytes(content.read())
    (place / "complete").touch()
    return place


class Example:
    """A running example, with either module, while the context lasts.

    Attributes:
        code: its exit code.
        out: what it printed.
        err: what it printed to the standard error.
    """

    code: int
    out: str
    err: str

    def __init__(self, module: str, name: str, *arguments: str) -> None:
        need("jack")
        run = [] if module == "jack" else ["-m", "amio.jack", "run"]
        self._process = subprocess.Popen(
            [sys.executable, "-u", *run, str(source() / "examples" / name), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Example:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._finish("")
        finally:
            if self._process.poll() is None:
                self._process.kill()
                print(*self._process.communicate())

    def interrupt(self) -> None:
        """Presses Ctrl-C."""
        self._process.send_signal(signal.SIGINT)

    def press_return(self) -> None:
        """Presses Return."""
        self._finish("\n")

    def _finish(self, text: str) -> None:
        if self._process.stdin is not None and not self._process.stdin.closed:
            self.out, self.err = self._process.communicate(text, timeout=20)
            self.code = self._process.returncode

    def __str__(self) -> str:
        return f"{self.code}\n{self.out}\n{self.err}"


def same_numbers(text: str) -> str:
    """The text, with all numbers replaced."""
    return re.sub(r"\d+(\.\d+)?", "N", text)
