"""Private audio servers for tests, without hardware: jackd with its dummy driver, and PipeWire.

If a server is not installed, its tests are skipped; on CI (`CI` in the environment), they fail.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests import programs

RATE = 48_000
"""Frames per second of all servers here."""

REPOSITORY = Path(__file__).parents[2]

_CLONE_NEWNS, _CLONE_NEWUSER = 0x0002_0000, 0x1000_0000
_MS_REC, _MS_PRIVATE = 0x4000, 0x4_0000


def take_private_shared_memory() -> None:
    """Gives this process, and those that it starts, a private `/dev/shm`.

    jackd registers at most eight servers there, and one that is killed stays registered. Must be
    called while the process has one thread, since users other than root need a user namespace.

    Raises:
        OSError: The system allows no namespaces.
    """
    libc = ctypes.CDLL(None, use_errno=True)

    def check(status: int, what: str) -> None:
        if status != 0:
            number = ctypes.get_errno()
            raise OSError(number, f"{what}: {os.strerror(number)}")

    user, group = os.getuid(), os.getgid()
    if user == 0:
        check(libc.unshare(_CLONE_NEWNS), "a mount namespace")
    else:
        check(libc.unshare(_CLONE_NEWNS | _CLONE_NEWUSER), "a user and a mount namespace")
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    check(libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None), "private mounts")
    check(libc.mount(b"tmpfs", b"/dev/shm", b"tmpfs", 0, b"size=512m"), "a private /dev/shm")


def need(*programs: str) -> None:
    """Skips the test if a program is missing; on CI, fails it."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        unavailable(f"{', '.join(missing)} not installed: run scripts/setup test")


def unavailable(message: str) -> None:
    """Skips the test, which cannot run on this machine; on CI, fails it."""
    if "CI" in os.environ:
        pytest.fail(message)
    pytest.skip(message)


class Server:
    """A process that runs until it is stopped or killed, or its parent ends.

    Attributes:
        pid: Its process id.
    """

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._log = tempfile.TemporaryFile("w+")  # noqa: SIM115 - close() closes it
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *command],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        self.pid = self._process.pid

    @property
    def log(self) -> str:
        """The text that it has printed so far."""
        self._log.seek(0)
        return self._log.read()

    @property
    def is_running(self) -> bool:
        """Whether its process exists (also if it is frozen)."""
        return self._process.poll() is None

    def stop(self) -> None:
        """Ends it by SIGTERM, and waits until it has ended."""
        if self.is_running:
            self.thaw()
            self._process.terminate()
            try:
                self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """Ends it by SIGKILL, and waits until it has ended."""
        self._process.kill()
        self._process.wait()

    def freeze(self) -> None:
        """Stops its execution (SIGSTOP) until thaw() or its end."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Lets it continue (SIGCONT)."""
        self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """Stops it and removes its log."""
        self.stop()
        self._log.close()

    def _wait_until_answered(self, question: list[str], environment: dict[str, str]) -> None:
        """Asks the server until it answers: neither server signals when it is ready."""
        for _ in range(200):
            asked = subprocess.run(
                ["timeout", "1", *question], env=environment, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            if asked.returncode == 0:
                return
            try:
                self._process.wait(timeout=0.05)
                break
            except subprocess.TimeoutExpired:
                continue
        printed = self.log
        self.close()
        pytest.fail(f"the server did not start: {printed}")


class Jackd(Server):
    """jackd with the dummy driver (two ports each way) and, unless excluded, a loopback client.

    The port `loopback:capture_N` repeats `loopback:playback_N` one period later.

    Attributes:
        name: What clients call the server; JACK_DEFAULT_SERVER while the fixture lasts.
        period: Frames per period.
    """

    kind = "jackd"

    def __init__(self, period: int = 256, *, realtime: bool = True, loopback: bool = True) -> None:
        # All servers of a process have one name, so that jackd reuses the slot of a killed one.
        self.name = f"amio{os.getpid()}"
        self.period = period
        scheduling = ["-R", "-P70"] if realtime else ["-r"]
        environment = os.environ | self.environment
        options = [*scheduling, "-n", self.name, *(["-L", "2"] if loopback else [])]
        driver = ["-d", "dummy", "-r", str(RATE), "-p", str(period)]
        super().__init__(["jackd", *options, *driver], environment)
        self._wait_until_answered(["jack_lsp"], environment)

    @property
    def environment(self) -> dict[str, str]:
        """The environment with which a client finds the server."""
        return {
            "JACK_DEFAULT_SERVER": self.name,
            "JACK_NO_START_SERVER": "1",
            "JACK_NO_AUDIO_RESERVATION": "1",
        }


class PipeWire(Server):
    """PipeWire with a sink of two channels, 256 frames, neither session manager nor D-Bus.

    Its libjack is another library than jackd's, and a process can load only one of them, so
    clients run in separate processes; see run().
    """

    kind = "pipewire"

    def __init__(self, folder: Path) -> None:
        listing = subprocess.run(
            ["dpkg-query", "-L", "pipewire-jack"], capture_output=True, text=True
        )
        libraries = [line for line in listing.stdout.splitlines() if line.endswith("/libjack.so.0")]
        if not libraries:
            unavailable("pipewire-jack is not installed: run scripts/setup test")
        self._environment = {
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "PIPEWIRE_RUNTIME_DIR": str(folder),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_STATE_HOME": str(folder / "state"),
            "DBUS_SESSION_BUS_ADDRESS": "disabled:",
            "PIPEWIRE_REMOTE": "pipewire-0",
        }
        environment = os.environ | self._environment
        configuration = REPOSITORY / "tests/servers/pipewire.conf"
        super().__init__(["pipewire", "-c", str(configuration)], environment)
        self._wait_until_answered(["pw-cli", "info", "0"], environment)
        self._environment["LD_LIBRARY_PATH"] = str(Path(libraries[0]).parent)

    @property
    def environment(self) -> dict[str, str]:
        """The environment with which a client finds the server, and its libjack."""
        return dict(self._environment)

    def run(self, program: str, *arguments: str, timeout: float = 60) -> str:
        """Runs a Python program, given as text, as a client; returns what it printed.

        Fails the test if the program fails.
        """
        done = programs.run(
            "-c", program, *arguments, environment=self._environment, timeout=timeout
        )
        assert done.returncode == 0, f"{done.stdout}{done.stderr}\n{self.log}"
        return done.stdout
