"""Fixtures of all tests: private audio servers."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import servers

_why_not_apart: str | None = None


def pytest_configure(config: pytest.Config) -> None:
    """Isolates the tests' servers from the machine's, while this process has only one thread."""
    global _why_not_apart
    config.addinivalue_line(
        "markers",
        "jackd(period=256, realtime=True, loopback=True): the server that the fixture jackd starts",
    )
    # Processes that a shell starts in the background ignore Ctrl-C, but the tests send it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        servers.take_private_shared_memory()
    except OSError as error:
        _why_not_apart = str(error)


@pytest.fixture
def jackd(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[servers.Jackd]:
    """A jackd that is the default server; `@pytest.mark.jackd(period=64)` configures it."""
    servers.need("jackd", "jack_lsp", "setpriv")
    if _why_not_apart is not None:
        servers.unavailable(f"no /dev/shm for jackd alone: {_why_not_apart}")
    marker = request.node.get_closest_marker("jackd")
    server = servers.Jackd(**(marker.kwargs if marker else {}))
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    yield server
    server.close()


@pytest.fixture
def server(request: pytest.FixtureRequest) -> servers.Jackd | servers.PipeWire:
    """The one that a test, parametrized indirectly, names: `jackd` or `pipewire`."""
    running: servers.Jackd | servers.PipeWire = request.getfixturevalue(request.param)
    return running


@pytest.fixture
def pipewire(tmp_path: Path) -> Iterator[servers.PipeWire]:
    """A running PipeWire; clients are started with its run()."""
    servers.need("pipewire", "pw-cli", "setpriv")
    tmp_path.chmod(0o700)
    server = servers.PipeWire(tmp_path)
    yield server
    server.close()
