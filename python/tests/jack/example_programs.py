"""JACK-Client's example programs and its manual, which are downloaded; how the programs are run."""

from __future__ import annotations

import importlib.util
import os
import re
import signal
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from types import TracebackType

from tests import programs, servers
from tests.jack.steps import wait_for

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
    """

    code: int

    def __init__(self, module: str, name: str, *arguments: str) -> None:
        how = [] if module == "jack" else ["-m", "amio.jack", "run"]
        self._files = [tempfile.NamedTemporaryFile() for _ in range(2)]  # noqa: SIM115
        out, err = self._files
        self._seen = 0
        self._process = programs.start(
            "-u", *how, str(source() / "examples" / name), *arguments,
            stdin=subprocess.PIPE, stdout=out, stderr=err,
        )  # fmt: skip

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
                self._process.communicate()
                print(self.out, self.err)

    @property
    def out(self) -> str:
        """What it has printed so far."""
        return Path(self._files[0].name).read_text()

    @property
    def err(self) -> str:
        """What it has printed to the standard error so far."""
        return Path(self._files[1].name).read_text()

    def prints(self, text: str) -> None:
        """Waits until it has printed a text, behind the one that was waited for before."""

        def is_there() -> bool:
            assert self._process.poll() is None, self.err
            return text in self.out[self._seen :]

        try:
            wait_for(is_there)
        except AssertionError as error:
            raise AssertionError(f"{text!r} was not printed: {self.out}\n{self.err}") from error
        self._seen = self.out.index(text, self._seen) + len(text)

    def interrupt(self) -> None:
        """Presses Ctrl-C."""
        self._process.send_signal(signal.SIGINT)

    def press_return(self) -> None:
        """Presses Return."""
        self._finish("\n")

    def _finish(self, text: str) -> None:
        if self._process.stdin is not None and not self._process.stdin.closed:
            self._process.communicate(text, timeout=20)
            self.code = self._process.returncode


def same_numbers(text: str) -> str:
    """The text, with all numbers replaced."""
    return re.sub(r"\d+(\.\d+)?", "N", text)
