"""Entries and playspecs (row 10)."""

from __future__ import annotations

import copy
import operator
import pickle
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from amio.audio_clip import AudioClip
from amio.clip import Clip
from amio.errors import ContractError
from amio.playspec import Entry, Playspec, PlayspecEntry, interval_of

CLIP = AudioClip.zeros(1000, 1, 48000)
VALUES = (CLIP, 100, 600, 5000, 0, 0.5, 0.25)
#: VALUES after the start was set to 5050 and the end to 5400.
TRIMMED = (CLIP, 150, 500, 5050, 0, 0.5, 0.25)


def entry_of(*values: Any) -> PlayspecEntry:
    return PlayspecEntry(*(values or VALUES))


def trimmed() -> PlayspecEntry:
    entry = entry_of()
    entry.start = 5050
    entry.end = 5400
    return entry


def test_an_entry_is_a_tuple_with_names() -> None:
    """Row 10: a named tuple of seven fields in AMIO's order."""
    entry = entry_of()
    assert isinstance(entry, tuple)
    assert PlayspecEntry._fields == (
        "clip",
        "frame_a",
        "frame_b",
        "play_at_frame",
        "repeat_interval",
        "gain_l",
        "gain_r",
    )
    assert tuple(getattr(entry, name) for name in entry._fields) == VALUES
    assert entry == PlayspecEntry(
        clip=CLIP,
        frame_a=100,
        frame_b=600,
        play_at_frame=5000,
        repeat_interval=0,
        gain_l=0.5,
        gain_r=0.25,
    )


@pytest.mark.parametrize("name", PlayspecEntry._fields)
def test_a_field_cannot_be_set(name: str) -> None:
    """Row 10: a tuple does not change; only start and end trim."""
    with pytest.raises(AttributeError):
        setattr(entry_of(), name, 1)


def test_the_length_of_an_entry_is_what_sounds_of_it() -> None:
    """Row 10: len(entry)."""
    assert len(entry_of()) == 500


def test_the_length_is_never_negative() -> None:
    """Row 10: len(entry) of one that ends before it begins."""
    entry = entry_of(CLIP, 600, 100, 5000, 0, 1.0, 1.0)
    assert len(entry) == 0
    assert entry.end == 5000


def test_start_and_end_are_places_on_the_timeline() -> None:
    """Row 10: start and end."""
    assert (entry_of().start, entry_of().end) == (5000, 5500)


def test_a_later_start_cuts_off_the_beginning_and_moves_nothing_else() -> None:
    """Row 10: the start setter, which raised in AMIO."""
    entry = entry_of()
    entry.start = 5050
    assert (entry.frame_a, entry.frame_b, entry.play_at_frame) == (150, 600, 5050)
    assert (len(entry), entry.end) == (450, 5500)


def test_an_earlier_start_uncovers_what_was_cropped() -> None:
    """Row 10: the start setter."""
    entry = entry_of()
    entry.start = 4900
    assert (entry.frame_a, entry.play_at_frame, len(entry), entry.end) == (0, 4900, 600, 5500)


def test_a_start_before_the_clip_itself_is_refused_and_nothing_changes() -> None:
    """Row 10: the start setter; there are no frames before frame 0."""
    entry = entry_of()
    with pytest.raises(ContractError, match=r"start is 4899; it must be at least 4900"):
        entry.start = 4899
    assert entry == VALUES


def test_a_start_after_the_end_leaves_nothing() -> None:
    """Row 10: the start setter."""
    entry = entry_of()
    entry.start = 9000
    assert (entry.frame_a, entry.frame_b, len(entry)) == (600, 600, 0)
    assert (entry.start, entry.end) == (9000, 9000)


def test_an_earlier_end_cuts_off_the_end() -> None:
    """Row 10: the end setter, which raised in AMIO."""
    entry = entry_of()
    entry.end = 5400
    assert (entry.frame_a, entry.frame_b, entry.play_at_frame) == (100, 500, 5000)
    assert (len(entry), entry.end) == (400, 5400)


def test_a_later_end_uncovers_more_of_the_clip() -> None:
    """Row 10: the end setter."""
    entry = entry_of()
    entry.end = 5900
    assert (entry.frame_b, len(entry)) == (1000, 900)


def test_an_end_before_the_start_leaves_nothing() -> None:
    """Row 10: the end setter."""
    entry = entry_of()
    entry.end = 10
    assert (entry.frame_a, entry.frame_b, len(entry)) == (100, 100, 0)
    assert (entry.start, entry.end) == (5000, 5000)


def test_an_entry_may_be_trimmed_again_and_again() -> None:
    """Row 10: the setters work on the trimmed entry."""
    entry = trimmed()
    entry.start = 5100
    entry.end = 5350
    assert (entry.frame_a, entry.frame_b, entry.play_at_frame) == (200, 450, 5100)


@pytest.mark.parametrize("name", ["start", "end"])
def test_a_place_between_frames_is_refused(name: str) -> None:
    with pytest.raises(TypeError, match=rf"{name} is 5050\.5; it must be a whole number"):
        setattr(entry_of(), name, 5050.5)


def test_numbers_of_numpy_trim_too() -> None:
    entry = entry_of()
    entry.start = np.int32(5050)
    assert type(entry.play_at_frame) is int
    assert entry.frame_a == 150


READINGS: dict[str, tuple[Callable[[PlayspecEntry], Any], Any]] = {
    "fields": (lambda entry: tuple(getattr(entry, name) for name in entry._fields), TRIMMED),
    "tuple": (tuple, TRIMMED),
    "list": (list, list(TRIMMED)),
    "reversed": (lambda entry: list(reversed(entry)), list(TRIMMED[::-1])),
    "a star": (lambda entry: (lambda *values: values)(*entry), TRIMMED),
    "an index": (lambda entry: entry[1], 150),
    "an index from the end": (lambda entry: entry[-4], 5050),
    "a slice": (lambda entry: entry[1:4], (150, 500, 5050)),
    "itemgetter": (operator.itemgetter(1, 2), (150, 500)),
    "_asdict": (
        lambda entry: entry._asdict(),
        dict(zip(PlayspecEntry._fields, TRIMMED, strict=True)),
    ),
    "_replace": (lambda entry: entry._replace(gain_l=1.0)[:], (*TRIMMED[:5], 1.0, 0.25)),
    "_make": (lambda entry: PlayspecEntry._make(entry)[:], TRIMMED),
    "copy": (lambda entry: copy.copy(entry)[:], TRIMMED),
    "deepcopy": (lambda entry: copy.deepcopy(entry)[1:], TRIMMED[1:]),
    "length": (len, 350),
    "in": (lambda entry: (150 in entry, 100 in entry), (True, False)),
    "index": (lambda entry: entry.index(500), 2),
    "count": (lambda entry: (entry.count(500), entry.count(600)), (1, 0)),
    "hash": (hash, hash(TRIMMED)),
    "equal": (
        lambda entry: (entry == TRIMMED, operator.eq(TRIMMED, entry), entry == VALUES),
        (True, True, False),
    ),
    "unequal": (lambda entry: (entry != TRIMMED, entry != entry_of()), (False, True)),
    "equal to an entry": (lambda entry: entry == PlayspecEntry(*TRIMMED), True),
    "less": (lambda entry: (entry < entry_of(), entry <= entry_of()), (False, False)),
    "greater": (lambda entry: (entry > entry_of(), entry >= TRIMMED), (True, True)),
    "sorted": (lambda entry: sorted([entry, entry_of()])[0] == VALUES, True),
    "plus": (lambda entry: operator.add(entry, (1,)), (*TRIMMED, 1)),
    "plus from the left": (lambda entry: operator.add((1,), entry), (1, *TRIMMED)),
    "times": (lambda entry: (entry * 2, 2 * entry), (TRIMMED * 2, TRIMMED * 2)),
    "repr": (
        repr,
        f"PlayspecEntry(clip={CLIP!r}, frame_a=150, frame_b=500, play_at_frame=5050,"
        " repeat_interval=0, gain_l=0.5, gain_r=0.25)",
    ),
}


@pytest.mark.parametrize("how", READINGS)
def test_a_trimmed_entry_reads_as_trimmed_by(how: str) -> None:
    """Row 10: all ways of reading a tuple give the values after the setters."""
    read, expected = READINGS[how]
    assert read(trimmed()) == expected


def test_a_trimmed_entry_unpacks_and_matches_as_trimmed() -> None:
    """Row 10: unpacking and patterns give the values after the setters."""
    clip, frame_a, frame_b, *rest = trimmed()
    assert (clip, frame_a, frame_b, *rest) == TRIMMED
    match trimmed():
        case PlayspecEntry(_, 150, 500, play_at_frame=5050):
            pass
        case other:
            pytest.fail(f"{other} does not match")


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_trimmed_entry_is_pickled_as_trimmed(protocol: int) -> None:
    """Row 10: pickles; the setters of the copy trim it further."""
    entry = entry_of("a clip", *VALUES[1:])
    entry.start = 5050
    entry.end = 5400
    restored = pickle.loads(pickle.dumps(entry, protocol))
    assert type(restored) is PlayspecEntry
    assert restored == ("a clip", *TRIMMED[1:])
    restored.end = 5060
    assert len(restored) == 10


def test_trimming_a_copy_leaves_the_original_alone() -> None:
    """Row 10: copies and results of _replace are independent entries."""
    entry = trimmed()
    for other in (copy.copy(entry), entry._replace(), PlayspecEntry._make(entry)):
        other.start = 5200
        assert entry == TRIMMED


def test_replace_knows_the_fields() -> None:
    """Row 10: _replace of an unknown field."""
    with pytest.raises(ValueError, match=r"unknown fields frame_c; they are clip, frame_a"):
        entry_of()._replace(frame_c=1)


def test_make_needs_seven_values() -> None:
    """Row 10: _make of too few."""
    with pytest.raises(TypeError):
        PlayspecEntry._make([CLIP, 0, 1])


def test_an_entry_plays_the_whole_clip_once_if_nothing_else_is_said() -> None:
    entry = Entry(CLIP)
    assert (entry.at, entry.start, entry.stop, len(entry)) == (0, 0, 1000, 1000)
    assert (entry.interval, entry.times, entry.gains) == (Fraction(0), None, (1.0, 1.0))
    assert (entry.fade_in, entry.fade_out, entry.output) == (0, 0, 0)


def test_an_entry_takes_a_clip_of_the_library() -> None:
    entry = Entry(Clip(np.zeros(10, np.float32), 48000, copy=True), start=2)
    assert len(entry) == 8


def test_an_entry_does_not_change() -> None:
    with pytest.raises(AttributeError):
        Entry(CLIP).at = 1  # type: ignore[misc]  # this is what is tested


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"at": 2**61 + 1}, "at is 2305843009213693953; it must be -2305843009213693952 to"),
        ({"start": -1}, "start is -1; it must be 0 to 1000, the length of the clip"),
        ({"start": 1001}, "start is 1001; it must be 0 to 1000"),
        ({"start": 10, "end": 9}, "end is 9; it must be 10 to 1000"),
        ({"end": 1001}, "end is 1001; it must be 0 to 1000, the length of the clip"),
        ({"every": 0}, "every is 0; it must be at least 1 frame, or None"),
        ({"every": 0.5}, "repeat interval is 0.5; it must be 0 "),
        ({"every": -1}, "repeat interval is -1; it must be 0 "),
        ({"every": float("nan")}, "repeat interval is nan; it must be 0 "),
        ({"every": 5, "times": 0}, "times is 0; it must be 1 to "),
        ({"times": 2}, "times is 2; it must be 1 where every is not given"),
        ({"gain": 1e7}, r"gain is 10000000\.0; each side must be -1e6 to 1e6"),
        ({"gain": (1.0, float("nan"))}, r"gain is \(1\.0, nan\); each side must be"),
        ({"end": 10, "fade_in": 11}, "fade_in is 11; it must be 0 to 10, the frames that sound"),
        ({"fade_out": -1}, "fade_out is -1; it must be 0 to 1000, the frames that sound"),
        ({"output": -1}, "output is -1; it must be 0 to"),
    ],
)
def test_an_entry_refuses(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ContractError, match=message):
        Entry(CLIP, **given)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"clip": np.zeros(4)}, "clip is a ndarray; it must be an AudioClip or a Clip"),
        ({"clip": CLIP, "at": 0.5}, r"at is 0\.5; it must be a whole number"),
        ({"clip": CLIP, "every": "5"}, "repeat interval is '5'; it must be an int, a Fraction or"),
        ({"clip": CLIP, "gain": "loud"}, r"gain is 'loud'; it must be a factor, or a pair"),
        ({"clip": CLIP, "gain": (1, 2, 3)}, r"gain is \(1, 2, 3\); it must be a factor, or a pair"),
    ],
)
def test_an_entry_refuses_the_type_of(given: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        Entry(**given)


def test_gains_are_one_for_both_sides_or_one_each() -> None:
    assert Entry(CLIP, gain=0.5).gains == (0.5, 0.5)
    assert Entry(CLIP, gain=(0.5, -2)).gains == (0.5, -2.0)
    for pair in ([0.5, 1], np.array([0.5, 1]), np.array([0.5, 1], np.float32)):
        assert Entry(CLIP, gain=pair) == Entry(CLIP, gain=(0.5, 1.0))
    assert Entry(CLIP, gain=np.float32(0.5)) == Entry(CLIP, gain=0.5)


def test_an_entry_prints_what_is_not_as_usual() -> None:
    entry = Entry(CLIP, 100, every=Fraction(180000, 7), gain=(1, 0.5))
    assert repr(entry) == f"Entry({CLIP!r}, at=100, every=Fraction(180000, 7), gain=(1.0, 0.5))"
    assert repr(Entry(CLIP)) == f"Entry({CLIP!r})"


@pytest.mark.parametrize(
    ("every", "exact"),
    [
        (0, Fraction(0)),
        (48000, Fraction(48000)),
        (Fraction(180000, 7), Fraction(180000, 7)),
        (60 / 112 * 48000, Fraction(180000, 7)),
        (48000 / 3.5, Fraction(96000, 7)),
        (22050.5, Fraction(44101, 2)),
        (np.int64(7), Fraction(7)),
        (np.float32(1.5), Fraction(3, 2)),
        (Fraction(2**40 * 3 + 1, 2**40), Fraction(3)),
    ],
)
def test_an_interval_is_the_fraction_that_is_meant(every: Any, exact: Fraction) -> None:
    assert interval_of(every) == exact


def test_a_float_interval_does_not_drift() -> None:
    entry = Entry(CLIP, 10, every=60 / 112 * 48000)
    assert entry.frame_of(0) == 10
    assert entry.frame_of(1) == 10 + 25714
    assert entry.frame_of(7_000_000) == 10 + 180_000_000_000


def test_repeats_between_frames_are_rounded_with_halves_upwards() -> None:
    entry = Entry(CLIP, -2, every=2.5)
    assert [entry.frame_of(repeat) for repeat in range(4)] == [-2, 1, 3, 6]


def test_a_playspec_is_a_list_of_entries() -> None:
    """Row 10: Playspec is a name for such a list, for types."""
    playspec: Playspec = []
    playspec.append(entry_of())
    assert playspec == [VALUES]
    assert Playspec == list[PlayspecEntry]
