"""The list of devices."""

from __future__ import annotations

import amio
from tests import programs
from tests.servers import RATE, Jackd, PipeWire

NO_SERVER = "amio-test-no-such-server"


def test_alsas_null_plays_and_records_in_all_usual_ways() -> None:
    (null,) = [device for device in amio.devices(NO_SERVER) if device.name == "null"]
    assert (null.driver, null.is_default, null.period) == ("alsa", False, None)
    for side in (null.playback, null.capture):
        assert side is not None
        assert side.unknown is None
        assert side.channels is not None
        assert side.channels[0] <= 2 <= side.channels[1]
        assert {44_100, 48_000} <= set(side.frame_rates)
        assert {"FLOAT_LE", "S16_LE"} <= set(side.formats)


def test_what_is_not_known_of_a_device_has_a_reason() -> None:
    known = 0
    for device in amio.devices(NO_SERVER):
        for side in (device.playback, device.capture):
            if side is not None:
                known += side.unknown is None
                assert (side.channels is None) == (side.unknown is not None)
                assert side.unknown != ""
    assert known >= 2


def test_the_server_that_answers_is_a_device(jackd: Jackd) -> None:
    server = amio.devices()[0]
    assert (server.driver, server.is_default, server.period) == ("jack", True, jackd.period)
    assert server.playback is not None
    assert server.playback.channels == (4, 4)  # two of them are the loopback
    assert server.playback.frame_rates == (RATE,)


def test_a_server_that_hangs_is_not_waited_for(jackd: Jackd) -> None:
    jackd.freeze()
    # The call that hangs is left to a process that ends.
    program = "import amio; print({device.driver for device in amio.devices()})"
    done = programs.run("-c", program, environment=jackd.environment)
    assert (done.stdout, done.stderr) == ("{'alsa'}\n", "")


def test_pipewire_is_a_device(pipewire: PipeWire) -> None:
    program = "import amio; print(amio.devices()[0].description)"
    assert pipewire.run(program) == "PipeWire, as a JACK server\n"
