"""The interface for ALSA, on PCMs that need no hardware: `null`, and one that writes to a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import amio
from amio import AlsaDevice, AlsaInterface, Clip, Entry
from amio.errors import InvalidStateError

RATE = 48_000
FORMATS = {"S16_LE": "<i2", "S16_BE": ">i2", "S32_LE": "<i4", "FLOAT_BE": ">f4"}


@pytest.fixture
def played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Configures ALSA with the PCM `tofile`; the file that it writes."""
    path = tmp_path / "played.raw"
    (tmp_path / "asound.conf").write_text(
        "</usr/share/alsa/alsa.conf>\n"
        f'pcm.tofile {{ type file slave.pcm "null" file "{path}" format "raw" }}\n'
    )
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(tmp_path / "asound.conf"))
    return path


def counting(frames: int = 3000) -> Clip:
    """Samples that are exact in 16 bits, none of them 0."""
    return Clip(np.arange(1, frames + 1, dtype=np.float32) / 32_768, RATE)


def play(
    path: Path, spec: list[Entry], **options: object
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Plays 3000 frames through `tofile`; what was written."""
    interface = AlsaInterface(inputs=0, outputs=1, playback_device="tofile", **options)  # type: ignore[arg-type]  # of any option
    with interface:
        interface.schedule(spec, 0)
        end = interface.schedule([], 3000)
        interface.rolling = True
        end.wait(20)
    return np.fromfile(path, np.uint8)


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_played_reaches_the_device_bit_for_bit(name: str, played: Path) -> None:
    samples = play(played, [Entry(counting())], format=name).view(FORMATS[name])
    begin = int(np.argmax(samples != 0))
    scale = 1 if name.startswith("FLOAT") else 1 << (8 * samples.itemsize - 1)
    expected = np.arange(1, 3001) / 32_768 * scale
    assert (samples[begin : begin + 3000] == expected).all()


def test_dither_is_a_function_of_the_seed(played: Path) -> None:
    def silence(seed: int, *, dither: bool = True) -> bytes:
        return play(played, [], format="U8", dither=dither, dither_seed=seed)[:3000].tobytes()

    assert silence(7) == silence(7)
    assert silence(7) != silence(8)
    assert silence(7, dither=False) == bytes([128]) * 3000


def test_what_was_agreed_is_told() -> None:
    with AlsaInterface(
        playback_device="null",
        capture_device="null",
        period=128,
        periods=4,
        buffer=4096,
        format="S24_3LE",
        access="read_write",
        convert_rate=True,
        frame_rate=44_100,
    ) as interface:
        info = interface.alsa_info
        assert interface.frame_rate == 44_100
        assert interface.period == 128
    assert info.playback == info.capture
    assert isinstance(info.playback, AlsaDevice)
    assert (info.playback.name, info.playback.channels) == ("null", 2)
    assert (info.playback.format, info.playback.mmap) == ("S24_3LE", False)
    assert info.playback.period == 128
    assert info.playback.buffer >= 4096


def test_a_side_without_channels_has_no_device() -> None:
    with AlsaInterface(playback_device="no-such", capture_device="null", outputs=0) as interface:
        info = interface.alsa_info
    assert info.playback is None
    assert info.capture is not None
    assert not info.linked


def test_a_device_that_is_missing_is_named(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OSError, match="no-such"):
        AlsaInterface(playback_device="no-such").open()
    assert capfd.readouterr().err == ""


def test_before_it_is_open_nothing_is_agreed() -> None:
    with pytest.raises(InvalidStateError):
        AlsaInterface().alsa_info  # noqa: B018 - refuses


WRONG: dict[str, tuple[Callable[[], object], type[Exception]]] = {
    "periods": (lambda: AlsaInterface(periods=1), ValueError),
    "buffer": (lambda: AlsaInterface(buffer=(1 << 24) + 1), ValueError),
    "format": (lambda: AlsaInterface(format="S16"), ValueError),  # type: ignore[arg-type]
    "access": (lambda: AlsaInterface(access="rw"), ValueError),  # type: ignore[arg-type]
    "dither": (lambda: AlsaInterface(dither="no"), TypeError),  # type: ignore[arg-type]
    "dither_seed": (lambda: AlsaInterface(dither_seed=-1), ValueError),
    "convert_rate": (lambda: AlsaInterface(convert_rate=2), TypeError),  # type: ignore[arg-type]
    "playback_device": (lambda: AlsaInterface(playback_device="a\0b"), ValueError),
    "capture_device": (lambda: AlsaInterface(capture_device=1), TypeError),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("option", WRONG)
def test_a_wrong_option_is_refused_by_its_name(option: str) -> None:
    call, error = WRONG[option]
    with pytest.raises(error, match=option):
        call()


def test_other_interfaces_do_not_take_its_options() -> None:
    with pytest.raises(TypeError, match="no option is called 'periods'"):
        amio.TimerInterface(periods=3)  # type: ignore[call-arg]
