"""The servers that the other tests use."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.servers import Jackd, PipeWire


def ports() -> list[str]:
    listing = subprocess.run(["jack_lsp"], capture_output=True, text=True, check=True)
    return listing.stdout.split()


def test_jackd_has_physical_ports_and_a_loopback(jackd: Jackd) -> None:
    assert {"system:capture_1", "system:playback_2", "loopback:playback_1"} <= set(ports())


@pytest.mark.jackd(period=1024, realtime=False)
def test_jackd_has_the_period_that_the_marker_says(jackd: Jackd) -> None:
    told = subprocess.run(["jack_bufsize"], capture_output=True, text=True, check=True)
    assert re.search(r"\b1024\b", told.stdout)
    assert jackd.period == 1024


def test_more_servers_than_jackd_has_slots_for_are_killed_one_after_the_other(jackd: Jackd) -> None:
    jackd.kill()
    for _ in range(9):
        another = Jackd()
        assert ports()
        another.kill()
        another.close()
        assert not another.is_running


def test_a_frozen_server_can_be_stopped(jackd: Jackd) -> None:
    jackd.freeze()
    jackd.stop()
    assert not jackd.is_running


def test_shared_memory_is_private(jackd: Jackd) -> None:
    mounted = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    of_the_tests = [mount for mount in mounted if mount[1] == "/dev/shm"][-1]
    assert "size=524288k" in of_the_tests[3]
    assert Path("/dev/shm/jack-shm-registry").exists()


def test_clients_of_pipewire_get_its_libjack(pipewire: PipeWire) -> None:
    program = "import ctypes; ctypes.CDLL('libjack.so.0'); print(open('/proc/self/maps').read())"
    assert "pipewire-0.3/jack/libjack.so.0" in pipewire.run(program)
