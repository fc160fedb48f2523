"""AudioClip and InputAudioChunk (rows 6 and 16 to 21). Numbers are those that AMIO 0.1.1 gives."""

from __future__ import annotations

import copy
import datetime
import io
import math
import pickle
import stat
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

import amio
from amio.audio_clip import AudioClip, FloatArray, InputAudioChunk
from amio.errors import ContractError, FormatError, InvalidArgumentError

RATE = 48000


def clip_of(*samples: float) -> AudioClip:
    """A clip of one channel."""
    return AudioClip(np.array(samples, np.float64), RATE)


def noise(frames: int, channels: int, dtype: Any = np.float64) -> AudioClip:
    """The same noise each time."""
    samples = np.random.default_rng(1).uniform(-0.9, 0.9, (frames, channels))
    return AudioClip(samples.astype(dtype), RATE)


def named(arguments: list[int]) -> dict[str, Any]:
    """The numbers that overwrite() takes, by name."""
    return dict(zip(["position", "clip_a", "clip_b"], arguments, strict=False))


def samples_of(clip: AudioClip | None) -> list[Any]:
    """All samples; of one channel as a flat list."""
    assert clip is not None
    listed: list[Any] = (clip.array[:, 0] if clip.channels == 1 else clip.array).tolist()
    return listed


# ---- Construction


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_array_of_one_dimension_is_one_channel(dtype: Any) -> None:
    """Row 16: from a 1-D array, whose samples it shares."""
    array = np.arange(3, dtype=dtype)
    clip = AudioClip(array, 44100)
    assert (len(clip), clip.channels, clip.frame_rate) == (3, 1, 44100)
    assert (clip.array.shape, clip.array.dtype) == ((3, 1), dtype)
    assert np.shares_memory(clip.array, array)


def test_an_array_of_two_dimensions_has_a_column_for_each_channel() -> None:
    """Row 16: from a 2-D array, which it keeps."""
    array = np.zeros((5, 3))
    clip = AudioClip(array, 44100.5)
    assert (len(clip), clip.channels, clip.frame_rate) == (5, 3, 44100.5)
    assert clip.array is array


@pytest.mark.parametrize(
    ("array", "message"),
    [
        ([0.0, 1.0], "array is a list; it must be a numpy array"),
        (np.zeros(3, np.int16), "array has dtype int16; it must be a type of floats"),
        (np.ma.masked_array([0.0, 1.0], [True, False]), "array is a masked array; fill what is"),
    ],
)
def test_what_is_no_array_of_floats_is_refused_as_amio_asserted(array: Any, message: str) -> None:
    """Row 16: AssertionError, and ValueError as well."""
    with pytest.raises(ContractError, match=message):
        AudioClip(array, RATE)
    with pytest.raises(AssertionError):
        AudioClip(array, RATE)


@pytest.mark.parametrize("shape", [(), (2, 2, 2), (3, 0)])
def test_an_array_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    """Row 16: ValueError."""
    with pytest.raises(ValueError, match=r"array has shape \("):
        AudioClip(np.zeros(shape), RATE)


@pytest.mark.parametrize("rate", [0, -48000, math.nan, math.inf])
def test_a_frame_rate_that_is_none_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match=f"frame_rate is {rate}; it must be above 0, and finite"):
        AudioClip(np.zeros(3), rate)
    clip = clip_of(0.0)
    with pytest.raises(ValueError, match="frame_rate is"):
        clip.frame_rate = rate


def test_str_tells_the_length_and_the_power() -> None:
    """Row 16: str."""
    assert str(AudioClip(np.full(72000, 0.5), RATE)) == "1.5 s, -6.0 dB AudioClip"
    assert str(AudioClip.zeros(0, 1, RATE)) == "0.0 s, -inf dB AudioClip"


def test_repr_tells_what_is_in_it() -> None:
    clip = AudioClip.zeros(72000, 2, RATE)
    assert repr(clip) == "<AudioClip: 72000 frames, 2 channels, 48000 Hz, 1.500 s, float32>"


def test_memory_usage_is_in_mebibytes() -> None:
    """Row 16: memory_usage_mb."""
    assert AudioClip.zeros(1 << 18, 2, RATE).memory_usage_mb == 2.0


def test_two_clips_of_the_same_samples_are_two() -> None:
    clip = clip_of(1.0)
    assert clip != clip_of(1.0)
    assert len({clip, clip}) == 1


# ---- Writeable and immutable samples


def test_a_new_clip_may_be_written_to() -> None:
    """Row 16: writeable is that of the array."""
    clip = clip_of(0.0, 0.0)
    assert clip.writeable
    clip.writeable = False
    assert not clip.writeable
    with pytest.raises(ValueError, match="read-only"):
        clip.array[0] = 1.0


def test_16_bits_are_clipped_and_rounded_towards_zero() -> None:
    """Row 21: get_immutable_clip_data."""
    data = clip_of(0, 0.5, 1, -1, 2, -2, 0.99999, -0.5).get_immutable_clip_data()
    expected = [0, 16383, 32767, -32767, 32767, -32767, 32766, -16383]
    assert np.frombuffer(data, np.int16).tolist() == expected


def test_16_bits_of_what_is_no_number_are_silence() -> None:
    data = clip_of(math.nan, math.inf, -math.inf).get_immutable_clip_data()
    assert np.frombuffer(data, np.int16).tolist() == [0, 32767, -32767]


def test_16_bits_are_interleaved() -> None:
    """Row 21: get_immutable_clip_data of a layout that is not."""
    clip = AudioClip(np.asfortranarray([[0.0, 1.0], [-1.0, 0.0]]), RATE)
    data = np.frombuffer(clip.get_immutable_clip_data(), np.int16)
    assert data.tolist() == [0, 32767, -32767, 0]


def test_16_bits_are_kept_only_while_the_clip_may_not_change() -> None:
    """Row 16: writeable caches int16."""
    clip = clip_of(0.0, 1.0)
    assert clip.get_immutable_clip_data() is not clip.get_immutable_clip_data()
    clip.writeable = False
    kept = clip.get_immutable_clip_data()
    assert clip.get_immutable_clip_data() is kept
    clip.writeable = True
    clip.array[0] = 1.0
    clip.writeable = False
    assert np.frombuffer(clip.get_immutable_clip_data(), np.int16).tolist() == [32767, 32767]


def test_what_is_played_is_a_copy_while_the_clip_may_change() -> None:
    clip = noise(100, 2, np.float32)
    played = clip.to_clip()
    before = clip.array.copy()
    clip.array[:] = 0
    assert np.array_equal(played.read(), before)
    assert (played.frame_rate, clip.writeable) == (RATE, True)
    assert clip.to_clip() is not played


def test_what_is_played_is_kept_while_the_clip_may_not_change() -> None:
    clip = noise(100, 2, np.float32)
    clip.writeable = False
    played = clip.to_clip()
    assert clip.to_clip() is played
    assert clip.to_clip(96000).frame_rate == 96000


def test_what_plays_stays_as_it_is_when_the_clip_may_change_again() -> None:
    clip = noise(100, 2, np.float32)
    clip.writeable = False
    played, before = clip.to_clip(), clip.array.copy()
    clip.writeable = True
    assert np.array_equal(clip.array, before)
    clip.array[:] = 0
    assert np.array_equal(played.read(), before)
    assert not clip.to_clip().read().any()


def heard_after_a_change(clip: AudioClip, memory: FloatArray) -> list[float]:
    """The output of a clip of 0.25 whose memory is set to 0.75 while it is scheduled."""
    with amio.OfflineInterface() as interface:
        interface.schedule([amio.PlayspecEntry(clip, 0, len(clip), 0, 0, 1.0, 1.0)], 0)
        interface.rolling = True
        memory[:] = 0.75
        heard: list[float] = np.unique(interface.render(len(clip) // 2)).tolist()
        return heard


@pytest.mark.parametrize("part", ["all of it", "a slice", "a channel"])
def test_a_clip_sounds_as_scheduled_though_it_is_a_part_of_what_may_be_written_to(
    part: str,
) -> None:
    whole = np.full((1000, 1), 0.25, np.float32)
    line = np.full(1000, 0.25, np.float32)
    clip, memory = {
        "all of it": (AudioClip(line, RATE), line),
        "a slice": (AudioClip(whole[:500], RATE), whole),
        "a channel": (AudioClip(whole, RATE).channel(0), whole),
    }[part]
    clip.writeable = False
    assert heard_after_a_change(clip, memory) == [0.25]


def test_a_clip_that_may_change_again_is_still_its_array() -> None:
    array = np.zeros((100, 2), np.float32)
    clip = AudioClip(array, RATE)
    clip.writeable = False
    clip.to_clip()
    clip.writeable = True
    array[5] = 0.5
    assert clip.array is array


@pytest.mark.parametrize(
    "again", [copy.deepcopy, lambda clip: pickle.loads(pickle.dumps(clip))], ids=["copy", "pickle"]
)
def test_a_clip_that_was_scheduled_is_copied_and_pickled(
    again: Callable[[AudioClip], AudioClip],
) -> None:
    clip = noise(100, 2, np.float32)
    clip.writeable = False
    played, data = clip.to_clip(), clip.get_immutable_clip_data()
    other = again(clip)
    assert np.array_equal(other.array, clip.array)
    other.array[:] = 0
    other.writeable = False
    assert other.get_immutable_clip_data() == bytes(len(data))
    assert not other.to_clip().read().any()
    assert clip.to_clip() is played


def test_a_shallow_copy_leaves_what_sounds_alone() -> None:
    clip = noise(100, 2, np.float32)
    clip.writeable = False
    played, before = clip.to_clip(), clip.array.copy()
    other = copy.copy(clip)
    other.writeable = True
    other.array[:] = 0
    assert np.array_equal(played.read(), before)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble, ">f4"])
def test_every_type_of_floats_is_played(dtype: Any) -> None:
    clip = AudioClip(np.array([0.0, 0.5, -1.0], dtype), RATE)
    assert clip.to_clip().read().tolist() == [[0.0], [0.5], [-1.0]]


# ---- Levels


@pytest.mark.parametrize(
    ("samples", "power"),
    [([1.0, -1.0], 0.0), ([0.5], -6.020599913279624), ([1.0, 0.0], -3.010299956639812)],
)
def test_the_power_of(samples: list[float], power: float) -> None:
    """Row 17: calculate_rms_power."""
    assert clip_of(*samples).calculate_rms_power() == pytest.approx(power)


def test_the_power_is_that_of_all_channels() -> None:
    """Row 17: calculate_rms_power."""
    clip = AudioClip(np.array([[1.0, 0.0], [1.0, 0.0]]), RATE)
    assert clip.calculate_rms_power() == pytest.approx(-3.010299956639812)


@pytest.mark.parametrize("frames", [0, 100])
def test_the_power_of_silence_is_minus_infinity(frames: int) -> None:
    """Row 17: without a warning (warnings fail the tests)."""
    assert AudioClip.zeros(frames, 2, RATE).calculate_rms_power() == -math.inf


def test_metering_divides_the_clip_and_rounds_towards_zero() -> None:
    """Row 17: create_metering_data: (n, rms int8, peak int8)."""
    array = np.zeros(10000)
    array[:4000:2] = 0.5
    count, rms, peak = AudioClip(array, RATE).create_metering_data()
    assert (count, rms.dtype.name, peak.dtype.name) == (5, "int8", "int8")
    assert rms.tolist() == [-9, -9, -127, -127, -127]
    assert peak.tolist() == [-6, -6, -127, -127, -127]


@pytest.mark.parametrize(
    ("frames", "rate", "fps", "count"),
    [(48000, 48000, 24, 24), (47999, 48000, 24, 23), (10, 48000, 24, 1), (441, 44100.5, 100, 1)],
)
def test_metering_has_as_many_fragments_as_fit_whole(
    frames: int, rate: float, fps: float, count: int
) -> None:
    """Row 17: create_metering_data(fps)."""
    found, rms, peak = AudioClip(np.ones(frames), rate).create_metering_data(fps)
    assert (found, len(rms), len(peak)) == (count, count, count)
    assert not rms.any()
    assert not peak.any()


def test_the_first_fragments_are_a_frame_longer_where_the_length_is_no_multiple() -> None:
    """Row 17: as np.array_split() divides."""
    array = np.zeros((11, 2))
    array[3] = 1.0
    assert AudioClip(array, 3).create_metering_data(1)[2].tolist() == [0, -127, -127]
    array = np.zeros((11, 2))
    array[4] = 1.0
    assert AudioClip(array, 3).create_metering_data(1)[2].tolist() == [-127, 0, -127]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("channels", [1, 2, 5])
def test_metering_of_many_fragments_is_that_of_each_alone(dtype: Any, channels: int) -> None:
    """Row 17: values, compared with the definition."""
    clip = noise(30011, channels, dtype)
    clip.array[:] *= np.linspace(0, 1, len(clip), dtype=dtype)[:, np.newaxis] ** 4
    count, rms, peak = clip.create_metering_data(1500)
    for index, part in enumerate(np.array_split(clip.array, count)):
        alone = AudioClip(part, RATE)
        assert rms[index] == int(max(alone.calculate_rms_power(), -127))
        with np.errstate(divide="ignore"):
            assert peak[index] == int(max(20 * math.log10(abs(part).max() or 1e-9), -127))


def test_levels_beyond_what_8_bits_show_are_cut() -> None:
    """Row 17: clamped to +-127."""
    count, rms, peak = AudioClip(np.full(10, 1e8), RATE).create_metering_data()
    assert (count, rms.tolist(), peak.tolist()) == (1, [127], [127])
    assert AudioClip(np.full(10, 1e-8), RATE).create_metering_data()[1].tolist() == [-127]


def test_metering_of_no_frames_is_silence() -> None:
    """Row 17: AMIO failed here."""
    count, rms, peak = AudioClip.zeros(0, 2, RATE).create_metering_data()
    assert (count, rms.tolist(), peak.tolist()) == (1, [-127], [-127])


def test_metering_needs_a_rate_above_zero() -> None:
    with pytest.raises(ValueError, match="metering_fps is 0; it must be above 0"):
        clip_of(1.0).create_metering_data(0)


# ---- Cutting and pasting


def test_a_channel_shares_its_samples() -> None:
    """Row 18: channel."""
    clip = AudioClip(np.array([[1.0, 2.0], [3.0, 4.0]]), RATE)
    right = clip.channel(1)
    assert samples_of(right) == [2.0, 4.0]
    assert (right.channels, right.frame_rate) == (1, RATE)
    right.array[0] = 9.0
    assert clip.array[0, 1] == 9.0
    assert samples_of(clip.channel(-2)) == [1.0, 3.0]


@pytest.mark.parametrize("number", [2, -3])
def test_a_channel_that_is_not_there_is_an_index_error(number: int) -> None:
    """Row 18: channel."""
    with pytest.raises(IndexError, match=f"channel_number is {number}; it must be 0 to 1"):
        AudioClip.zeros(4, 2, RATE).channel(number)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([0], [1, 2, 3, 0, 0]),
        ([1], [0, 1, 2, 3, 0]),
        ([3], [0, 0, 0, 1, 2]),
        ([5], [0, 0, 0, 0, 0]),
        ([6], [0, 0, 0, 0, 0]),
        ([-1], [2, 3, 0, 0, 0]),
        ([-3], [0, 0, 0, 0, 0]),
        ([-4], [0, 0, 0, 0, 0]),
        ([0, 1], [2, 3, 0, 0, 0]),
        ([0, 1, 2], [2, 0, 0, 0, 0]),
        ([0, 0, 3], [1, 2, 3, 0, 0]),
        ([0, 2, 1], [0, 0, 0, 0, 0]),
        ([0, 2, 2], [0, 0, 0, 0, 0]),
        ([0, 4], [0, 0, 0, 0, 0]),
        ([-1, 1], [3, 0, 0, 0, 0]),
        ([0, 1, 9], [2, 3, 0, 0, 0]),
        ([3, 1, 9], [0, 0, 0, 2, 3]),
    ],
)
def test_overwriting_5_frames_with_1_2_3(arguments: list[int], expected: list[float]) -> None:
    """Row 18: overwrite(patch, position, clip_a, clip_b)."""
    clip = AudioClip.zeros(5, 1, RATE)
    clip.overwrite(clip_of(1, 2, 3), **named(arguments))
    assert samples_of(clip) == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([0], [1, 2, 3, 0, 0]),
        ([3], [0, 0, 0, 1, 2, 3]),
        ([5], [0, 0, 0, 0, 0, 1, 2, 3]),
        ([7, 2], [0, 0, 0, 0, 0, 0, 0, 3]),
        ([7, 3], [0, 0, 0, 0, 0, 0, 0]),
        ([7, 4], [0, 0, 0, 0, 0]),
        ([4, 1, 9], [0, 0, 0, 0, 2, 3]),
        ([-9], [0, 0, 0, 0, 0]),
    ],
)
def test_overwriting_beyond_the_end_extends_if_that_is_wanted(
    arguments: list[int], expected: list[float]
) -> None:
    """Row 18: overwrite(extend_to_fit=True)."""
    clip = AudioClip.zeros(5, 1, RATE)
    clip.overwrite(clip_of(1, 2, 3), **named(arguments), extend_to_fit=True)
    assert samples_of(clip) == expected
    assert clip.array.dtype == np.float32


def test_a_patch_longer_than_the_clip_fills_it() -> None:
    """Row 18: overwrite with a patch that reaches beyond both ends."""
    clip = AudioClip.zeros(2, 1, RATE)
    clip.overwrite(clip_of(1, 2, 3, 4), -1)
    assert samples_of(clip) == [2, 3]


def test_a_clip_may_overwrite_itself() -> None:
    clip = clip_of(1, 2, 3, 4)
    clip.overwrite(clip, 1)
    assert samples_of(clip) == [1, 1, 2, 3]
    clip.overwrite(clip, 2, extend_to_fit=True)
    assert samples_of(clip) == [1, 1, 1, 1, 2, 3]


@pytest.mark.parametrize(
    ("channels", "arguments", "message"),
    [
        (2, [0], "patch_clip has 2 channels; it must have 1"),
        (1, [0, -1], "clip_a is -1; it must be at least 0"),
        (1, [0, 0, -2], "clip_b is -2; it must be at least 0, or -1: the end"),
    ],
)
def test_overwriting_is_refused_where(channels: int, arguments: list[int], message: str) -> None:
    """Row 18: overwrite; AMIO asserted the channels, and repeated frames if one was negative."""
    clip = AudioClip.zeros(5, 1, RATE)
    with pytest.raises(ContractError, match=message):
        clip.overwrite(AudioClip(np.ones((3, channels)), RATE), **named(arguments))
    assert not clip.array.any()


@pytest.mark.parametrize("extend", [False, True])
def test_a_clip_that_is_not_writeable_is_not_overwritten(extend: bool) -> None:
    """Row 18: overwrite."""
    clip = AudioClip.zeros(5, 1, RATE)
    clip.writeable = False
    with pytest.raises(ContractError, match="not writeable; set writeable to True first"):
        clip.overwrite(clip_of(1, 2, 3), 4, extend_to_fit=extend)
    assert samples_of(clip) == [0, 0, 0, 0, 0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("length", [0, 2, 3, 5])
def test_resizing_cuts_or_appends_silence(dtype: Any, length: int) -> None:
    """Row 18: resize; AMIO converted float32 to float64."""
    clip = AudioClip(np.ones((3, 2), dtype), RATE)
    clip.resize(length)
    assert (len(clip), clip.channels, clip.array.dtype) == (length, 2, dtype)
    assert clip.array[:3].all()
    assert not clip.array[3:].any()


def test_resizing_needs_a_length_and_a_clip_that_is_writeable() -> None:
    """Row 18: resize."""
    clip = clip_of(1, 2, 3)
    with pytest.raises(ContractError, match="new_length is -1; it must be at least 0"):
        clip.resize(-1)
    clip.writeable = False
    with pytest.raises(AssertionError, match="not writeable"):
        clip.resize(3)
    assert samples_of(clip) == [1, 2, 3]


def test_clips_are_put_one_after_another() -> None:
    """Row 18: concatenate, of any iterable."""
    joined = AudioClip.concatenate(iter([clip_of(1, 2), clip_of(), clip_of(3)]))
    assert samples_of(joined) == [1, 2, 3]
    assert joined is not None
    assert joined.frame_rate == RATE


def test_no_clips_one_after_another_are_none() -> None:
    """Row 18: concatenate([]) gives None."""
    assert AudioClip.concatenate([]) is None


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (AudioClip(np.zeros(3), 44100), r"each frame_rate must be the same; they are \[44100, 48"),
        (AudioClip(np.zeros((3, 2)), RATE), r"each number of channels must be .* \[1, 2\]"),
    ],
)
def test_clips_of_different_kinds_are_not_put_together(other: AudioClip, message: str) -> None:
    """Row 18: concatenate."""
    with pytest.raises(ValueError, match=message):
        AudioClip.concatenate([clip_of(1.0), other])


def test_two_channels_become_one_clip() -> None:
    """Row 18: stereo_clip_from_mono_clips."""
    both = AudioClip.stereo_clip_from_mono_clips(clip_of(1, 2), clip_of(3, 4))
    assert samples_of(both) == [[1, 3], [2, 4]]
    assert both.frame_rate == RATE


@pytest.mark.parametrize(
    ("right", "message"),
    [
        (AudioClip(np.zeros(2), 44100), "each frame_rate must be the same"),
        (AudioClip(np.zeros(3), RATE), r"each length must be the same; they are \[2, 3\]"),
        (AudioClip(np.zeros((2, 2)), RATE), "right has 2 channels; it must have 1"),
    ],
)
def test_two_clips_that_do_not_fit_become_none(right: AudioClip, message: str) -> None:
    """Row 18: stereo_clip_from_mono_clips."""
    with pytest.raises(ValueError, match=message):
        AudioClip.stereo_clip_from_mono_clips(clip_of(1, 2), right)


# ---- Other frame rates


def tone(rate: float, seconds: float, frequency: float = 1000.0) -> FloatArray:
    """A sine, faded in and out so that its ends add no other frequencies."""
    frames = round(rate * seconds)
    wave = np.sin(2 * np.pi * frequency * np.arange(frames) / rate)
    array: FloatArray = wave * np.hanning(frames)
    return array


@pytest.mark.parametrize("target", [44100, 44100.5, 96000, 8000, 31999.9, 500.0 * 7])
@pytest.mark.parametrize("source", [48000, 22050.3])
def test_a_sound_stays_the_same_at_another_frame_rate(source: float, target: float) -> None:
    """Row 19: resampled_if_needed, band-limited, with any number of channels and any rates."""
    array = np.stack([tone(source, 0.5), 0.5 * tone(source, 0.5, 300), 0 * tone(source, 0.5)], 1)
    clip = AudioClip(array, source).resampled_if_needed(target)
    assert (clip.frame_rate, clip.channels, clip.array.dtype.name) == (target, 3, "float64")
    assert len(clip) == round(len(array) * target / source)
    times = np.arange(len(clip)) / target
    window = 0.5 - 0.5 * np.cos(2 * np.pi * times / (len(array) - 1) * source)
    assert np.abs(clip.array[:, 0] - window * np.sin(2 * np.pi * 1000 * times)).max() < 1e-4
    assert np.abs(clip.array[:, 1] - window * 0.5 * np.sin(2 * np.pi * 300 * times)).max() < 1e-4
    assert not clip.array[:, 2].any()


def test_what_a_lower_rate_cannot_hold_is_gone() -> None:
    """Row 19: band-limited; AMIO had aliases."""
    clip = AudioClip(tone(48000, 0.5, 15000), 48000).resampled_if_needed(16000)
    assert clip.calculate_rms_power() < -100


@pytest.mark.parametrize(("rate", "epsilon"), [(48000, 0.1), (48000.1, 0.2), (47000, 1000)])
def test_a_rate_within_epsilon_is_the_same_clip(rate: float, epsilon: float) -> None:
    """Row 19: resampled_if_needed(rate, epsilon)."""
    clip = clip_of(1.0)
    assert clip.resampled_if_needed(rate, epsilon) is clip
    assert clip.resampled_if_needed(required_frame_rate=rate, epsilon=epsilon) is clip


def test_float32_stays_float32_at_another_rate() -> None:
    clip = noise(100, 2, np.float32).resampled_if_needed(44100)
    assert (clip.array.dtype.name, clip.writeable) == ("float32", True)


def test_no_frames_are_no_frames_at_another_rate() -> None:
    clip = AudioClip.zeros(0, 2, RATE).resampled_if_needed(44100)
    assert (len(clip), clip.channels, clip.frame_rate) == (0, 2, 44100)


def test_a_clip_that_may_not_change_is_converted_too() -> None:
    clip = noise(1000, 2, np.float32)
    expected = clip.resampled_if_needed(44100).array
    clip.writeable = False
    assert np.array_equal(clip.resampled_if_needed(44100).array, expected)
    assert clip.to_clip().frame_rate == RATE


@pytest.mark.parametrize(
    ("rate", "message"),
    [
        (0, "required_frame_rate is 0; it must be above 0"),
        (math.nan, "required_frame_rate is nan; it must be above 0"),
        (
            100,
            "required_frame_rate is 100; it must be at most 384 times the rate of the clip, 48000",
        ),
    ],
)
def test_a_rate_that_cannot_be_had_is_refused(rate: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        clip_of(1.0).resampled_if_needed(rate)


@pytest.mark.parametrize("rate", [125, 48000 * 384])
def test_the_farthest_rates_can_be_had(rate: float) -> None:
    assert len(noise(3840, 1).resampled_if_needed(rate)) == 3840 * rate // 48000


def test_what_is_no_number_is_not_converted() -> None:
    with pytest.raises(ValueError, match="finite"):
        clip_of(0.0, math.nan).resampled_if_needed(44100)


# ---- Files


@pytest.mark.parametrize("end", ["wav", "flac", "WAV"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_file_has_16_bits_and_is_read_as_float64(tmp_path: Path, end: str, dtype: Any) -> None:
    """Row 20: to_soundfile and from_soundfile."""
    path, clip = tmp_path / f"a.{end}", noise(3000, 2, dtype)
    clip.frame_rate = 44100.7
    clip.to_soundfile(path)
    assert soundfile.info(path).subtype == "PCM_16"
    found = AudioClip.from_soundfile(str(path))
    assert found is not None
    assert (found.frame_rate, found.channels, found.array.dtype.name) == (44100, 2, "float64")
    assert (found.array.flags.c_contiguous, found.writeable) == (True, True)
    assert np.abs(found.array - clip.array).max() <= 0.5 / 32768 + 1e-7
    assert np.array_equal(found.array, soundfile.read(path)[0])


@pytest.mark.parametrize(("end", "kind"), [("aiff", "AIFF"), ("ogg", "OGG"), ("w64", "W64")])
def test_other_files_are_written_and_read_by_soundfile(tmp_path: Path, end: str, kind: str) -> None:
    """Row 20: to_soundfile, by the name's end, and from_soundfile."""
    path = tmp_path / f"a.{end}"
    AudioClip(tone(RATE, 0.1), RATE).to_soundfile(path)
    assert soundfile.info(path).format == kind
    found = AudioClip.from_soundfile(path)
    assert found is not None
    assert (len(found), found.channels, found.frame_rate) == (4800, 1, RATE)


def test_an_end_that_nobody_knows_is_a_type_error(tmp_path: Path) -> None:
    """Row 20: to_soundfile; AMIO raised the same error, which came from soundfile."""
    with pytest.raises(TypeError, match="xyz"):
        clip_of(0.0).to_soundfile(tmp_path / "a.xyz")


def test_without_soundfile_other_ends_are_refused_and_the_usual_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row 20: nothing but numpy is needed for WAV and FLAC."""
    monkeypatch.setitem(sys.modules, "soundfile", None)
    with pytest.raises(ImportError, match=r"neither a \.wav nor a \.flac.*amio\[soundfile\]"):
        clip_of(0.0).to_soundfile(tmp_path / "a.ogg")
    for end in ("wav", "flac"):
        clip_of(0.5).to_soundfile(tmp_path / f"a.{end}")
        assert samples_of(AudioClip.from_soundfile(tmp_path / f"a.{end}")) == [0.5]
    (tmp_path / "text.wav").write_text("no sound")
    with pytest.raises(FormatError, match=r"text\.wav"):
        AudioClip.from_soundfile(tmp_path / "text.wav")


def test_an_empty_file_is_none(tmp_path: Path) -> None:
    """Row 20: from_soundfile."""
    (tmp_path / "empty.wav").touch()
    assert AudioClip.from_soundfile(tmp_path / "empty.wav") is None
    assert AudioClip.from_soundfile(io.BytesIO()) is None


def test_a_file_that_is_not_there_is_a_file_not_found_error(tmp_path: Path) -> None:
    """Row 20: from_soundfile."""
    with pytest.raises(FileNotFoundError, match=r"nothing\.wav"):
        AudioClip.from_soundfile(tmp_path / "nothing.wav")


def test_a_file_that_is_no_sound_is_a_value_error(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("no sound at all")
    with pytest.raises(FormatError, match=r"text\.wav"):
        AudioClip.from_soundfile(tmp_path / "text.wav")


def test_a_file_may_have_no_frames(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Row 20: a file with only a header is a clip without frames."""
    monkeypatch.setitem(sys.modules, "soundfile", None)
    AudioClip.zeros(0, 2, 44100).to_soundfile(tmp_path / "none.wav")
    found = AudioClip.from_soundfile(tmp_path / "none.wav")
    assert found is not None
    assert (len(found), found.channels, found.frame_rate) == (0, 2, 44100)


def test_open_files_are_read_from_where_they_are_and_written_to(tmp_path: Path) -> None:
    """Row 20: to_soundfile takes a file with a name, as AMIO's did; from_soundfile any."""
    path = tmp_path / "a.flac"
    with path.open("wb") as file:
        clip_of(0.5, -0.5).to_soundfile(file)
    assert soundfile.info(path).format == "FLAC"
    with path.open("rb") as file:
        assert samples_of(AudioClip.from_soundfile(file)) == [0.5, -0.5]
    stream = io.BytesIO(b"before" + path.read_bytes())
    stream.seek(6)
    assert samples_of(AudioClip.from_soundfile(stream)) == [0.5, -0.5]


def test_a_file_without_a_name_cannot_tell_its_format() -> None:
    with pytest.raises(TypeError, match="has no name that ends in a file format"):
        clip_of(0.0).to_soundfile(io.BytesIO())


def au(
    magic: bytes = b".snd",
    begin: int = 24,
    size: int = 0xFFFFFFFF,
    encoding: int = 6,
    channels: int = 1,
    rate: int = 44100,
    samples: bytes | None = None,
) -> bytes:
    """An AU file with the samples 0.5 and -0.25, or others."""
    order = "<" if magic == b"dns." else ">"
    if samples is None:
        samples = struct.pack(f"{order}2f", 0.5, -0.25)
    header = magic + struct.pack(f"{order}5I", begin, size, encoding, rate, channels)
    return header + samples


@pytest.mark.parametrize(
    "data",
    [
        au(),
        au(b"dns."),
        au(size=8),
        au(size=8, samples=struct.pack(">2f", 0.5, -0.25) + b"more"),
        au(size=800),
        au(begin=28, samples=b"note" + struct.pack(">2f", 0.5, -0.25)),
    ],
    ids=["big", "little", "sized", "with more behind", "cut short", "with a note"],
)
def test_an_au_file_of_floats_is_read(tmp_path: Path, data: bytes) -> None:
    """Row 20: from_au_file, .snd and dns., encoding 6, mono."""
    path = tmp_path / "a.au"
    path.write_bytes(data)
    clip = AudioClip.from_au_file(path)
    assert samples_of(clip) == [0.5, -0.25]
    assert (clip.frame_rate, clip.array.dtype.name, clip.writeable) == (44100, "float32", True)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is no AU file: it begins with b''"),
        (b"RIFF" + bytes(40), "is no AU file: it begins with b'RIFF'"),
        (au()[:23], "has 23 bytes; the header of an AU file has 24"),
        (au(begin=23), "the samples begin at byte 23; it must be 24 to the end of the file, 32"),
        (au(begin=33), "the samples begin at byte 33; it must be 24 to"),
        (au(encoding=3), "the encoding is 3; it must be 6: float32"),
        (au(channels=2), "there are 2 channels; it must be 1"),
        (au(rate=0), "the frame rate is 0; it must be at least 1"),
        (au(samples=b"12345"), "there are 5 bytes of samples; it must be a multiple of 4"),
    ],
)
def test_another_au_file_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    """Row 20: from_au_file."""
    path = tmp_path / "a.au"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=message):
        AudioClip.from_au_file(str(path))


# ---- Zeros, sines, Audacity


def test_zeros_are_float32() -> None:
    """Row 21: zeros."""
    clip = AudioClip.zeros(3, 2, 44100)
    assert (clip.array.shape, clip.array.dtype.name, clip.frame_rate) == ((3, 2), "float32", 44100)
    assert not clip.array.any()


def test_a_sine_goes_from_the_first_frame_to_the_last() -> None:
    """Row 21: sine(frequency, amplitude, length, channels, frame_rate)."""
    clip = AudioClip.sine(1000, 0.5, 6, 2, 48000)
    assert (clip.array.shape, clip.array.dtype.name, clip.frame_rate) == ((6, 2), "float64", 48000)
    expected = [0.0, 0.0782172325, 0.1545084972, 0.2269952499, 0.2938926261, 0.3535533906]
    assert clip.array[:, 0] == pytest.approx(expected)
    assert np.array_equal(clip.array[:, 0], clip.array[:, 1])


@pytest.mark.parametrize("length", [0, 1])
def test_a_sine_may_be_short(length: int) -> None:
    """Row 21: sine."""
    assert samples_of(AudioClip.sine(1000, 0.5, length, 1, 48000)) == [0.0] * length


def test_audacity_gets_a_file_that_is_gone_when_it_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row 21: open_in_audacity waits for Audacity."""
    program = tmp_path / "audacity"
    program.write_text(
        f'#!/bin/sh\n/bin/cp "$1" {tmp_path}/seen.wav\necho "$1" > {tmp_path}/name\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path))
    clip_of(0.5, -0.5).open_in_audacity()
    assert samples_of(AudioClip.from_soundfile(tmp_path / "seen.wav")) == [0.5, -0.5]
    assert not Path((tmp_path / "name").read_text().strip()).exists()


def test_without_audacity_the_error_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row 21: open_in_audacity."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="audacity is in PATH; install Audacity first"):
        clip_of(0.0).open_in_audacity()


# ---- Input


def chunk() -> InputAudioChunk:
    """A chunk with only the arguments that AMIO had."""
    return InputAudioChunk(
        array=np.zeros((64, 2), np.float32),
        frame_rate=48000,
        playspec_id=3,
        starting_frame=-100,
        was_transport_rolling=True,
        wall_time=datetime.datetime(2024, 2, 29, tzinfo=datetime.timezone.utc),
    )


def test_a_chunk_of_input_is_a_clip_that_knows_when_it_was_heard() -> None:
    """Row 6: InputAudioChunk."""
    found = chunk()
    assert isinstance(found, AudioClip)
    assert (len(found), found.channels) == (64, 2)
    assert (found.playspec_id, found.starting_frame, found.was_transport_rolling) == (3, -100, True)
    assert found.wall_time.isoformat() == "2024-02-29T00:00:00+00:00"
    assert (found.device_frame, found.lost_before, found.skipped_before) == (0, 0, False)


def test_a_chunk_prints_where_it_was_heard() -> None:
    assert repr(chunk()) == (
        "<InputAudioChunk: 64 frames, 2 channels, 48000 Hz, 0.001 s, float32,"
        " rolling at frame -100>"
    )
    assert str(chunk()) == "0.0 s, -inf dB InputAudioChunk"


def test_a_part_of_a_chunk_is_a_clip() -> None:
    assert type(chunk().channel(0)) is AudioClip


def test_conversion_needs_samples_that_are_within_bounds() -> None:
    with pytest.raises(InvalidArgumentError):
        clip_of(1e7).to_clip()
