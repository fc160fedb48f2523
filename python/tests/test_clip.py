"""Clips: borrowed and copied arrays, files, conversion, errors."""

from __future__ import annotations

import base64
import io
import re
import subprocess
import sys
import wave
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import amio
from amio import Clip, Entry, OfflineInterface
from amio.errors import FileMissingError, FormatError, GivenUpError, InvalidArgumentError

RATE = 48_000
DTYPES = (np.float32, np.float64, np.int16, np.int32)


def ramp(frames: int = 100, channels: int = 2, dtype: Any = np.float32) -> NDArray[Any]:
    values = np.arange(frames * channels).reshape(frames, channels)
    if np.issubdtype(dtype, np.integer):
        return (values << (np.iinfo(dtype).bits - 16)).astype(dtype)
    return (values / (1 << 15)).astype(dtype)


def heard(clip: Clip, frames: int | None = None) -> NDArray[np.float32]:
    """The output when the whole clip is played."""
    with OfflineInterface(declick=0, outputs=max(clip.channels, 2), clamp=False) as interface:
        interface.schedule([Entry(clip)], 0)
        interface.rolling = True
        return interface.render(frames or len(clip))


# ---- Arrays

GROWTH = """
import numpy as np, amio, sys
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096
dtype, order = np.dtype(sys.argv[1]), sys.argv[2]
array = np.zeros((200_000_000 // dtype.itemsize // 2, 2), dtype, order=order)
array[:] = 1
before = resident()
clip = amio.Clip(array, 48_000, copy=False)
with amio.TimerInterface() as interface:
    interface.schedule([amio.Entry(clip)], 0).wait(5)
    interface.rolling = True
    interface.schedule([], 5000).wait(5)
    print(resident() - before)
"""


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int16"])
def test_an_array_of_200_mb_is_played_without_a_copy(dtype: str, order: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", GROWTH, dtype, order], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 20_000_000


@pytest.mark.parametrize("copy", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
def test_arrays_sound_as_they_are(dtype: Any, copy: bool) -> None:
    assert (heard(Clip(ramp(dtype=dtype), RATE, copy=copy)) == ramp()).all()


LAYOUTS: dict[str, NDArray[Any]] = {
    "Fortran order": np.asfortranarray(ramp()),
    "strided frames": np.repeat(ramp(), 2, axis=0)[::2],
    "strided channels": np.repeat(ramp(), 2, axis=1)[:, ::2],
    "backwards": ramp()[::-1].copy()[::-1],
    "big endian": ramp().astype(">f4"),
    "big endian integers": ramp(dtype=np.int16).astype(">i2"),
    "unaligned": np.frombuffer(b"x" + ramp().tobytes(), np.uint8)[1:].view("<f4").reshape(-1, 2),
    "read-only": ramp(),
}
LAYOUTS["read-only"].flags.writeable = False


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_array_of_any_layout_sounds_the_same(layout: str) -> None:
    array = LAYOUTS[layout]
    assert (heard(Clip(array, RATE)) == ramp()).all()
    assert (Clip(array, RATE).read() == ramp()).all()


def test_an_array_of_one_dimension_is_mono() -> None:
    clip = Clip(np.array([0.5, 0.25]), 44100)
    assert (len(clip), clip.channels, clip.frame_rate, clip.streamed) == (2, 1, 44100, False)
    assert clip.read().tolist() == [[0.5], [0.25]]


def test_a_borrowed_array_becomes_read_only_and_a_copied_one_does_not() -> None:
    borrowed, copied = ramp(), ramp()
    clips = Clip(borrowed, RATE, copy=False), Clip(copied, RATE)
    assert not borrowed.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        borrowed[0] = 1
    copied[:] = 0
    assert (clips[1].read() == ramp()).all()
    strided = np.repeat(ramp(), 2, axis=0)
    Clip(strided[::2], RATE, copy=False)
    assert strided.flags.writeable


def test_an_array_and_what_it_is_a_part_of_stay_as_they_were() -> None:
    whole = np.repeat(ramp(), 2, axis=0)
    clip = Clip(whole[: len(ramp())], RATE)
    expected = clip.read()
    whole[:] = 0
    assert whole.flags.writeable
    assert (clip.read() == expected).all()


def test_an_array_of_a_clip_is_a_copy_of_its_samples() -> None:
    clip = Clip(ramp(), RATE)
    array = np.asarray(clip)
    assert (array == ramp()).all()
    assert np.asarray(clip, np.float64).dtype == np.float64
    array[:] = 0
    assert (clip.read() == ramp()).all()


def test_a_notebook_shows_a_player_of_the_first_two_channels() -> None:
    def played(clip: Clip | amio.AudioClip) -> tuple[int, int, int]:
        shown = clip._repr_html_()
        found = re.search(r"data:audio/wav;base64,([^\"]+)", shown)
        assert found is not None
        with wave.open(io.BytesIO(base64.b64decode(found[1]))) as file:
            return file.getnchannels(), file.getframerate(), file.getnframes()

    assert played(Clip(ramp(), RATE)) == (2, RATE, len(ramp()))
    assert played(Clip(np.zeros((10, 3), np.int16), 8000)) == (2, 8000, 10)
    assert played(amio.AudioClip.sine(440, 2.0, 100, 1, 44_100)) == (1, 44_100, 100)
    for silent in (
        Clip(ramp(0), RATE),
        Clip(ramp(), 768_000),
        Clip(np.zeros(5_000_000, "i2"), RATE),
    ):
        assert "<audio" not in silent._repr_html_()
    assert "&lt;Clip" in Clip(ramp(), RATE)._repr_html_()


def test_a_borrowed_array_is_the_very_memory_that_sounds() -> None:
    array = ramp()
    view = array[:]  # made before, so it stays writeable; the documentation warns of this
    clip = Clip(array, RATE, copy=False)
    view[5] = 0.75
    assert (heard(clip)[5] == 0.75).all()


@pytest.mark.parametrize(
    ("array", "error", "message"),
    [
        (np.zeros((5, 0), np.float32), ValueError, "channels"),
        (np.zeros((5, 65), np.float32), ValueError, "65"),
        (np.zeros((2, 48_000)), ValueError, r"is it \(channels, frames\)\? Then pass array.T"),
        (np.array([0, np.nan], np.float32), ValueError, "frame 1"),
        (np.array([0, 0, np.inf]), ValueError, "frame 2"),
        (np.array([2e6]), ValueError, "frame 0"),
        (np.zeros((2, 2, 2)), ValueError, "array has 3 dimensions"),
        (np.float32(1), TypeError, "array is a float32; it must be a numpy array"),
        ([0.5, 0.5], TypeError, "array is a list"),
        (None, TypeError, "array is a NoneType"),
        (np.zeros(5, np.float16), TypeError, "dtype float16"),
        (np.zeros(5, np.int64), TypeError, "dtype int64"),
        (np.zeros(5, np.complex64), TypeError, "dtype complex64"),
        (np.array(["a"]), TypeError, "dtype <U1"),
        (np.array([None]), TypeError, "dtype object"),
    ],
)
@pytest.mark.parametrize("copy", [False, True])
def test_an_array_that_cannot_be_played_is_refused(
    array: Any, error: type[Exception], message: str, copy: bool
) -> None:
    with pytest.raises(error, match=message):
        Clip(array, RATE, copy=copy)


@pytest.mark.parametrize("rate", [0, -1, 999, 768_001, 1 << 32, 44100.5, float("nan"), 1e300])
def test_a_frame_rate_that_is_not_allowed_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match=r"frame_rate is .* it must be whole, and 1000 to 768000"):
        Clip(ramp(), rate)


@pytest.mark.parametrize("rate", [None, "48000", b"1", 1j])
def test_a_frame_rate_of_another_type_is_refused(rate: Any) -> None:
    with pytest.raises(TypeError, match=r"frame_rate is .* it must be a number"):
        Clip(ramp(), rate)


def test_read_gives_a_part_and_refuses_what_is_not_there() -> None:
    clip = Clip(ramp(), RATE)
    assert (clip.read(10, 5) == ramp()[10:15]).all()
    assert clip.read(100).shape == (0, 2)
    for start, frames in ((101, None), (0, 101), (100, 1), (-1, None), (0, -1), (1 << 70, 1)):
        with pytest.raises(ValueError, match=r"start|frames"):
            clip.read(start, frames)
    for wrong in (1.5, "1"):
        with pytest.raises(TypeError, match="it must be a whole number"):
            clip.read(wrong, 1)  # type: ignore[arg-type]  # what is tried here


def test_clips_have_numbers_of_their_own_and_tell_what_they_are() -> None:
    one, two = Clip(ramp(), RATE), Clip(ramp(), RATE)
    assert one.id != two.id
    assert repr(one) == f"<Clip {one.id}: 100 frames, 2 channels, 48000 Hz, 0.002 s>"


# ---- Files and conversion


@pytest.mark.parametrize(
    ("name", "file_format", "tolerance"),
    [
        ("a.wav", None, 0.0),
        ("a.wav", "wav_16", 1 / 60_000),
        ("a.wav", "wav_24", 1e-7),
        ("a.WAV", "wav_f32", 0.0),
        ("a.w64", "wave64_24", 1e-7),
        ("a.w64", None, 0.0),
        ("a.flac", None, 1e-7),
        ("a.flac", "flac_16", 1 / 60_000),
        ("ä ö.bin", "flac_24", 1e-7),
    ],
)
def test_a_saved_clip_is_opened_and_streamed_again(
    tmp_path: Path, name: str, file_format: Any, tolerance: float
) -> None:
    path = tmp_path / name
    Clip(ramp(5000) / 4, RATE).save(path, file_format)
    for given in (path, str(path), bytes(path)):
        opened = Clip.open(given)  # type: ignore[arg-type]  # bytes are fine, if not advertised
        assert opened.read() == pytest.approx(ramp(5000) / 4, abs=tolerance)
    streamed = Clip.stream(path)
    assert streamed.streamed
    assert (len(streamed), streamed.channels) == (5000, 2)
    assert (heard(streamed) == heard(opened)).all()
    assert "streamed" in repr(streamed)


def test_probe_and_analysis_tell_of_a_file_what_they_tell_of_its_clip(tmp_path: Path) -> None:
    sine = np.sin(np.arange(RATE * 2) * (2 * np.pi * 1000 / RATE)) / 2
    clip = Clip(sine.astype(np.float32), RATE)
    clip.save(tmp_path / "a.wav", "wav_24")
    info = amio.probe(tmp_path / "a.wav")
    assert (info.frame_rate, info.channels, info.frames) == (RATE, 1, 2 * RATE)
    assert (info.bits_per_sample, info.container) == (24, "WAV")
    for source in (clip, tmp_path / "a.wav"):
        analysis = amio.Analysis(source)
        assert analysis.levels[0].sample_peak == pytest.approx(0.5, abs=1e-4)
        assert analysis.levels[0].rms == pytest.approx(0.5 / 2**0.5, abs=1e-4)
        # Mono at -6 dBFS.
        assert analysis.loudness.integrated_lufs == pytest.approx(-9.0, abs=0.2)
        assert analysis.overview(100).max.shape == (100,)


def test_conversion_keeps_the_sound_and_gives_the_rounded_length() -> None:
    sine = np.sin(np.arange(RATE) * (2 * np.pi * 440 / RATE)).astype(np.float32)
    converted = Clip(sine, RATE).convert(44_100, quality="best")
    assert (len(converted), converted.frame_rate) == (44_100, 44_100)
    expected = np.sin(np.arange(44_100) * (2 * np.pi * 440 / 44_100))
    middle = slice(1000, -1000)
    assert converted.read()[middle, 0] == pytest.approx(expected[middle], abs=1e-4)


def test_progress_is_told_and_what_it_raises_ends_the_work(tmp_path: Path) -> None:
    clip = Clip(np.zeros(2_000_000, np.float32), RATE)
    told: list[tuple[int, int]] = []
    clip.convert(44_100, progress=lambda done, total: told.append((done, total)))
    assert told
    assert all(done <= total for done, total in told)

    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        clip.convert(44_100, progress=stop)
    assert issubclass(GivenUpError, amio.AmioError)


def test_files_that_cannot_be_read_or_written_are_errors_that_python_knows(tmp_path: Path) -> None:
    clip = Clip(ramp(), RATE)
    reading: list[Any] = [Clip.open, Clip.stream, amio.probe, amio.Analysis]
    for missing in (tmp_path / "nothing.wav", str(tmp_path / "nothing.wav")):
        for function in reading:
            with pytest.raises(FileNotFoundError, match=r"nothing\.wav") as caught:
                function(missing)
            assert isinstance(caught.value, FileMissingError)
            assert caught.value.errno == 2
    with pytest.raises(FileNotFoundError):
        clip.save(tmp_path / "no folder" / "a.wav")
    with pytest.raises(OSError, match="irectory"):
        clip.save(tmp_path, "wav_16")
    (tmp_path / "text.wav").write_text("this is no sound" * 100)
    with pytest.raises(FormatError):
        Clip.open(tmp_path / "text.wav")
    with pytest.raises(ValueError, match=r"'\.xyz'; give file_format"):
        clip.save(tmp_path / "a.xyz")
    with pytest.raises(InvalidArgumentError, match="8"):
        Clip(np.zeros((10, 9), np.float32), RATE).save(tmp_path / "a.flac")
    for name in ("a\0b.wav", b"a\0b.wav"):
        for function in (*reading, clip.save):
            with pytest.raises(ValueError, match="NUL"):
                function(name)
    for wrong in (None, 5, 1.5):
        for function in reading:
            with pytest.raises(TypeError, match=r"(path|source) is"):
                function(wrong)


def test_bad_samples_of_files_and_takes_are_silent_and_counted(tmp_path: Path) -> None:
    samples = np.array([0.25, np.nan, 1.5, np.inf, -1e30, 1e6], np.float32)
    silent = [0.25, 0, 1.5, 0, 0, 1e6]
    path = tmp_path / "bad.wav"
    Clip(np.full(6, 0.125, np.float32), RATE).save(path)
    content = path.read_bytes()
    path.write_bytes(content[: -samples.nbytes] + samples.tobytes())
    loaded, streamed = Clip.open(path), Clip.stream(path)
    assert (loaded.bad_samples, streamed.bad_samples) == (3, 0)
    assert loaded.read()[:, 0].tolist() == streamed.read()[:, 0].tolist() == silent
    assert streamed.bad_samples == 3
    assert amio.Analysis(path).bad_samples == amio.Analysis(loaded).bad_samples == 3
    with OfflineInterface(inputs=1) as interface:
        recorder = interface.record(tmp_path / "take.wav")
        interface.render(6, samples[:, np.newaxis])
        assert recorder.stop().bad_samples == 3
    assert (tmp_path / "take.wav").read_bytes().endswith(np.array(silent, np.float32).tobytes())


@pytest.mark.parametrize("copy", [False, True])
def test_a_clip_may_have_no_frames(copy: bool, tmp_path: Path) -> None:
    clip = Clip(np.zeros((0, 2), np.float32), RATE, copy=copy)
    clip.save(tmp_path / "none.flac")
    for empty in (clip, Clip.open(tmp_path / "none.flac"), Clip.stream(tmp_path / "none.flac")):
        assert len(empty) == len(empty.read()) == len(empty.convert(44_100)) == 0
        assert not heard(empty, 10).any()
        analysis = amio.Analysis(empty)
        assert (len(analysis), analysis.bad_samples) == (0, 0)
        assert analysis.overview(3).max.tolist() == [0, 0, 0]


@pytest.mark.parametrize("given", ["", "perfect", None, 1])
def test_names_of_choices_are_checked(given: Any) -> None:
    with pytest.raises(
        ValueError, match=r"quality is .*; it must be one of 'draft', 'good', 'best'"
    ):
        Clip(ramp(), RATE).convert(44_100, quality=given)


def test_the_array_of_which_a_borrowed_one_is_a_part_is_made_read_only() -> None:
    whole = np.zeros((100, 2), np.float32)
    Clip(whole[10:20], RATE, copy=False)
    with pytest.raises(ValueError, match="read-only"):
        whole[15] = 1


@pytest.mark.parametrize("read_only", [False, True])
def test_memory_that_is_not_numpys_is_copied(read_only: bool) -> None:
    memory = bytearray(ramp().tobytes())
    array = np.frombuffer(
        memoryview(memory).toreadonly() if read_only else memory, np.float32
    ).reshape(-1, ramp().shape[1])
    clip = Clip(array, RATE, copy=False)
    memory[:] = bytes(len(memory))
    assert (clip.read() == ramp()).all()


def test_a_file_that_is_mapped_is_copied_since_others_may_change_it(tmp_path: Path) -> None:
    ramp().tofile(tmp_path / "samples")
    mapped = np.memmap(tmp_path / "samples", np.float32, "r+", shape=ramp().shape)
    clip = Clip(mapped, RATE, copy=False)
    mapped[:] = 0
    assert (clip.read() == ramp()).all()


def test_bytes_are_played_from_where_they_are() -> None:
    array = np.frombuffer(ramp().tobytes(), np.float32)
    clip = Clip(array, RATE, copy=False)
    gone = weakref.ref(array)
    del array
    assert gone() is not None
    assert len(clip) == ramp().size


def test_a_masked_array_is_refused_since_what_is_masked_would_sound() -> None:
    with pytest.raises(TypeError, match=r"array is a masked array; fill what is masked first"):
        Clip(np.ma.masked_array(ramp(), ramp() > 0.5), RATE)
