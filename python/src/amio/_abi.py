"""The C interface, as ctypes needs it: constants, structures and signatures.

Generated from include/amio.h, which explains everything; `make header` refreshes it. Names are
those of the header, without their prefix.
"""

from __future__ import annotations

import ctypes
from ctypes import POINTER, Structure
from typing import Any

JACK_KEY_PRETTY_NAME = "http://jackaudio.org/metadata/pretty-name"
JACK_KEY_ORDER = "http://jackaudio.org/metadata/order"
JACK_KEY_PORT_GROUP = "http://jackaudio.org/metadata/port-group"
JACK_KEY_ICON_SMALL = "http://jackaudio.org/metadata/icon-small"
JACK_KEY_ICON_LARGE = "http://jackaudio.org/metadata/icon-large"
JACK_KEY_ICON_NAME = "http://jackaudio.org/metadata/icon-name"
JACK_KEY_CONNECTED = "http://jackaudio.org/metadata/connected"
JACK_KEY_HARDWARE = "http://jackaudio.org/metadata/hardware"
JACK_KEY_SIGNAL_TYPE = "http://jackaudio.org/metadata/signal-type"
JACK_KEY_EVENT_TYPES = "http://jackaudio.org/metadata/event-types"
JACK_AUDIO = "32 bit float mono audio"
JACK_MIDI = "8 bit raw midi"
VERSION_MAJOR = 0
VERSION_MINOR = 2
VERSION_PATCH = 0
ALSA_FORMAT_DEFAULT = 0
ALSA_FORMAT_FLOAT_LE = 1
ALSA_FORMAT_FLOAT_BE = 2
ALSA_FORMAT_S32_LE = 3
ALSA_FORMAT_S32_BE = 4
ALSA_FORMAT_S24_LE = 5
ALSA_FORMAT_S24_BE = 6
ALSA_FORMAT_S24_3LE = 7
ALSA_FORMAT_S24_3BE = 8
ALSA_FORMAT_S16_LE = 9
ALSA_FORMAT_S16_BE = 10
ALSA_FORMAT_U8 = 11
ALSA_ACCESS_DEFAULT = 0
ALSA_ACCESS_MMAP = 1
ALSA_ACCESS_READ_WRITE = 2
DRIVER_DEFAULT = 0
DRIVER_JACK = 1
DRIVER_NULL = 2
DRIVER_OFFLINE = 3
DRIVER_ALSA = 4
CHANNELS_NONE = 4294967295
AUTOCONNECT_DEFAULT = 0
AUTOCONNECT_ON = 1
AUTOCONNECT_OFF = 2
START_SERVER_DEFAULT = 0
START_SERVER_OFF = 1
START_SERVER_ON = 2
CLAMP_DEFAULT = 0
CLAMP_ON = 1
CLAMP_OFF = 2
DECLICK_OFF = 4294967295
SKIP_SLIP = 0
SKIP_CATCH_UP = 1
STATE_STOPPED = 0
STATE_RUNNING = 1
STATE_LOST = 2
STATE_FAILED = 3
STATE_CLOSED = 4
DEVICE_TEXT_BYTES = 256
DEVICE_RATES = 32
DIRECTION_PLAYBACK = 0
DIRECTION_CAPTURE = 1
SAMPLE_F32 = 0
SAMPLE_I16 = 1
SAMPLE_I24 = 2
SAMPLE_I32 = 3
SAMPLE_F64 = 4
LAYOUT_INTERLEAVED = 0
LAYOUT_PLANAR = 1
QUALITY_GOOD = 0
QUALITY_DRAFT = 1
QUALITY_BEST = 2
FILE_DEFAULT = 0
FILE_WAV_16 = 1
FILE_WAV_24 = 2
FILE_WAV_F32 = 3
FILE_FLAC_16 = 4
FILE_FLAC_24 = 5
FILE_WAVE64_16 = 6
FILE_WAVE64_24 = 7
FILE_WAVE64_F32 = 8
FORMAT_NAME_BYTES = 64
ANALYSE_OVERVIEW = 1
ANALYSE_LOUDNESS = 2
INSERT_AT_ONCE = -(1 << 63)
START_CONTINUE = -(1 << 63)
LATE_CATCH_UP = 0
LATE_SLIP = 1
LATE_REFUSE = 2
TICKET_NONE = 0
MIDI_BYTES = 65536
MIDI_AT_TIMELINE = 0
MIDI_AT_DEVICE = 1
MIDI_AT_SERVER = 2
MIDI_LATE_SEND = 0
MIDI_LATE_DROP = 1
RECORD_INPUT = 0
RECORD_OUTPUT = 1
RECORDER_WAITING = 0
RECORDER_RECORDING = 1
RECORDER_ENDED = 2
RECORDER_FAILED = 3
MESSAGE_BYTES = 256
EVENT_NONE = 0
EVENT_APPLIED = 1
EVENT_SUPERSEDED = 2
EVENT_CANCELLED = 3
EVENT_SKIPPED = 4
EVENT_XRUN = 5
EVENT_INPUT_LOST = 6
EVENT_LOST = 7
EVENT_RECONNECTED = 8
EVENT_STALLED = 9
EVENT_RESUMED = 10
EVENT_PERIOD_CHANGED = 11
EVENT_LATENCY_CHANGED = 12
EVENT_FREEWHEEL = 13
EVENT_FAILED = 14
EVENT_EVENTS_LOST = 15
EVENT_LOG = 16
EVENT_UNDERRUN = 17
EVENT_STREAM_FAILED = 18
EVENT_RECORDER_STARTED = 19
EVENT_RECORDER_ENDED = 20
EVENT_RECORDER_FAILED = 21
EVENT_RECORDER_LOST = 22
EVENT_RECOVERED = 23
CANCEL_NONE = 0
CANCEL_ASKED = 1
CANCEL_LATE = 2
CANCEL_CLOSED = 3
REALTIME_UNKNOWN = 0
REALTIME_GRANTED = 1
REALTIME_REFUSED = 2
REALTIME_NOT_NEEDED = 3
METER_INPUTS = 0
METER_OUTPUTS = 1
JACK_NAME_BYTES = 640
JACK_STATUS_FAILURE = 1
JACK_STATUS_INVALID_OPTION = 2
JACK_STATUS_NAME_NOT_UNIQUE = 4
JACK_STATUS_SERVER_STARTED = 8
JACK_STATUS_SERVER_FAILED = 16
JACK_STATUS_SERVER_ERROR = 32
JACK_STATUS_NO_SUCH_CLIENT = 64
JACK_STATUS_LOAD_FAILURE = 128
JACK_STATUS_INIT_FAILURE = 256
JACK_STATUS_SHM_FAILURE = 512
JACK_STATUS_VERSION_ERROR = 1024
JACK_STATUS_BACKEND_ERROR = 2048
JACK_STATUS_CLIENT_ZOMBIE = 4096
JACK_TYPE_BYTES = 64
JACK_PORT_INPUT = 1
JACK_PORT_OUTPUT = 2
JACK_PORT_PHYSICAL = 4
JACK_PORT_CAN_MONITOR = 8
JACK_PORT_TERMINAL = 16
JACK_LATENCY_CAPTURE = 0
JACK_LATENCY_PLAYBACK = 1
JACK_TRANSPORT_STOPPED = 0
JACK_TRANSPORT_ROLLING = 1
JACK_TRANSPORT_STARTING = 3
JACK_TRANSPORT_NET_STARTING = 4
JACK_POSITION_BBT = 16
JACK_POSITION_TIMECODE = 32
JACK_POSITION_BBT_OFFSET = 64
JACK_POSITION_AUDIO_RATIO = 128
JACK_POSITION_VIDEO_OFFSET = 256
JACK_POSITION_EXACT_TICK = 512
JACK_EVENT_NONE = 0
JACK_EVENT_CLIENT = 1
JACK_EVENT_PORT = 2
JACK_EVENT_PORT_RENAMED = 3
JACK_EVENT_CONNECTION = 4
JACK_EVENT_GRAPH_ORDER = 5
JACK_EVENT_XRUN = 6
JACK_EVENT_PERIOD = 7
JACK_EVENT_FRAME_RATE = 8
JACK_EVENT_FREEWHEEL = 9
JACK_EVENT_LATENCY = 10
JACK_EVENT_PROPERTY = 11
JACK_EVENT_HANDLER_FAILED = 12
JACK_EVENT_SHUTDOWN = 13
JACK_PROPERTY_CREATED = 0
JACK_PROPERTY_CHANGED = 1
JACK_PROPERTY_DELETED = 2
OK = 0
ERROR_INTERNAL = -1
ERROR_NULL_POINTER = -2
ERROR_INVALID_HANDLE = -3
ERROR_INVALID_ARGUMENT = -4
ERROR_UNSUPPORTED = -5
ERROR_INVALID_STATE = -6
ERROR_OUT_OF_MEMORY = -7
ERROR_NO_SUCH_TICKET = -8
ERROR_QUEUE_FULL = -9
ERROR_TIMEOUT = -10
ERROR_DRIVER_UNAVAILABLE = -11
ERROR_NO_SERVER = -12
ERROR_DRIVER = -13
ERROR_IO = -14
ERROR_FORMAT = -15
ERROR_RATE_MISMATCH = -16
ERROR_SYSTEM = -17
ERROR_BUFFER_TOO_SMALL = -18
ERROR_CANCELLED = -19


class InterfaceConfig(Structure):
    struct_size: int
    driver: int
    client_name: Any
    server_name: Any
    frame_rate_hz: int
    period_frames: int
    input_channels: int
    output_channels: int
    autoconnect: int
    clamp: int
    declick_frames: int
    skip_policy: int
    swap_queue_length: int
    command_queue_length: int
    capture_buffer_frames: int
    capture_latency_frames: int
    playback_latency_frames: int
    read_ahead_frames: int
    start_server: int
    midi_inputs: int
    midi_outputs: int
    realtime_priority: int
    latency_offset_frames: int
    reserved: int
    alsa_playback: Any
    alsa_capture: Any
    alsa_periods: int
    alsa_buffer_frames: int
    alsa_format: int
    alsa_access: int
    alsa_dither_seed: int
    alsa_dither: int
    alsa_convert_rate: int
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("driver", ctypes.c_uint32),
        ("client_name", ctypes.c_char_p),
        ("server_name", ctypes.c_char_p),
        ("frame_rate_hz", ctypes.c_uint32),
        ("period_frames", ctypes.c_uint32),
        ("input_channels", ctypes.c_uint32),
        ("output_channels", ctypes.c_uint32),
        ("autoconnect", ctypes.c_uint32),
        ("clamp", ctypes.c_uint32),
        ("declick_frames", ctypes.c_uint32),
        ("skip_policy", ctypes.c_uint32),
        ("swap_queue_length", ctypes.c_uint32),
        ("command_queue_length", ctypes.c_uint32),
        ("capture_buffer_frames", ctypes.c_uint64),
        ("capture_latency_frames", ctypes.c_uint32),
        ("playback_latency_frames", ctypes.c_uint32),
        ("read_ahead_frames", ctypes.c_uint64),
        ("start_server", ctypes.c_uint32),
        ("midi_inputs", ctypes.c_uint32),
        ("midi_outputs", ctypes.c_uint32),
        ("realtime_priority", ctypes.c_uint32),
        ("latency_offset_frames", ctypes.c_int32),
        ("reserved", ctypes.c_uint32),
        ("alsa_playback", ctypes.c_char_p),
        ("alsa_capture", ctypes.c_char_p),
        ("alsa_periods", ctypes.c_uint32),
        ("alsa_buffer_frames", ctypes.c_uint32),
        ("alsa_format", ctypes.c_uint32),
        ("alsa_access", ctypes.c_uint32),
        ("alsa_dither_seed", ctypes.c_uint64),
        ("alsa_dither", ctypes.c_uint32),
        ("alsa_convert_rate", ctypes.c_uint32),
    ]


class Device(Structure):
    struct_size: int
    driver: int
    is_default: int
    period_frames: int
    has_playback: int
    has_capture: int
    name: bytes
    description: bytes
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("driver", ctypes.c_uint32),
        ("is_default", ctypes.c_uint32),
        ("period_frames", ctypes.c_uint32),
        ("has_playback", ctypes.c_uint32),
        ("has_capture", ctypes.c_uint32),
        ("name", ctypes.c_char * 256),
        ("description", ctypes.c_char * 256),
    ]


class DeviceSide(Structure):
    struct_size: int
    is_known: int
    least_channels: int
    most_channels: int
    rate_count: int
    rates_hz: bytes
    formats: bytes
    unknown: bytes
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("is_known", ctypes.c_uint32),
        ("least_channels", ctypes.c_uint32),
        ("most_channels", ctypes.c_uint32),
        ("rate_count", ctypes.c_uint32),
        ("rates_hz", ctypes.c_uint32 * 32),
        ("formats", ctypes.c_char * 256),
        ("unknown", ctypes.c_char * 256),
    ]


class Transport(Structure):
    struct_size: int
    rolling: int
    position: int
    device_frame: int
    time_ns: int
    ticket: int
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("rolling", ctypes.c_uint32),
        ("position", ctypes.c_int64),
        ("device_frame", ctypes.c_uint64),
        ("time_ns", ctypes.c_uint64),
        ("ticket", ctypes.c_uint64),
    ]


class ClipFormat(Structure):
    struct_size: int
    frame_rate_hz: int
    channels: int
    sample_format: int
    layout: int
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("frame_rate_hz", ctypes.c_uint32),
        ("channels", ctypes.c_uint32),
        ("sample_format", ctypes.c_uint32),
        ("layout", ctypes.c_uint32),
    ]


class ClipProperties(Structure):
    struct_size: int
    frame_rate_hz: int
    channels: int
    streamed: int
    frames: int
    id: int
    bad_samples: int
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("frame_rate_hz", ctypes.c_uint32),
        ("channels", ctypes.c_uint32),
        ("streamed", ctypes.c_uint32),
        ("frames", ctypes.c_uint64),
        ("id", ctypes.c_uint64),
        ("bad_samples", ctypes.c_uint64),
    ]


class OpenOptions(Structure):
    struct_size: int
    frame_rate_hz: int
    quality: int
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("frame_rate_hz", ctypes.c_uint32),
        ("quality", ctypes.c_uint32),
    ]


Progress = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint64)


class FileInfo(Structure):
    struct_size: int
    frame_rate_hz: int
    channels: int
    bits_per_sample: int
    frames: int
    container: bytes
    encoding: bytes
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("frame_rate_hz", ctypes.c_uint32),
        ("channels", ctypes.c_uint32),
        ("bits_per_sample", ctypes.c_uint32),
        ("frames", ctypes.c_uint64),
        ("container", ctypes.c_char * 64),
        ("encoding", ctypes.c_char * 64),
    ]


class Bucket(Structure):
    min: float
    max: float
    rms: float
    _fields_ = [
        ("min", ctypes.c_float),
        ("max", ctypes.c_float),
        ("rms", ctypes.c_float),
    ]


class Loudness(Structure):
    struct_size: int
    reserved: int
    integrated_lufs: float
    range_lu: float
    max_momentary_lufs: float
    max_short_term_lufs: float
    sample_peak: float
    true_peak: float
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
        ("integrated_lufs", ctypes.c_double),
        ("range_lu", ctypes.c_double),
        ("max_momentary_lufs", ctypes.c_double),
        ("max_short_term_lufs", ctypes.c_double),
        ("sample_peak", ctypes.c_float),
        ("true_peak", ctypes.c_float),
    ]


class ChannelLevels(Structure):
    struct_size: int
    reserved: int
    sample_peak: float
    true_peak: float
    rms: float
    dc_offset: float
    clipped: int
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
        ("sample_peak", ctypes.c_float),
        ("true_peak", ctypes.c_float),
        ("rms", ctypes.c_double),
        ("dc_offset", ctypes.c_double),
        ("clipped", ctypes.c_uint64),
    ]


class PlayspecEntry(Structure):
    struct_size: int
    first_output_channel: int
    clip: Any
    source_begin_frame: int
    source_end_frame: int
    play_at_frame: int
    repeat_interval_frames: int
    repeat_interval_denominator: int
    reserved: int
    repeat_count: int
    gain_left: float
    gain_right: float
    fade_in_frames: int
    fade_out_frames: int
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("first_output_channel", ctypes.c_uint32),
        ("clip", ctypes.c_void_p),
        ("source_begin_frame", ctypes.c_uint64),
        ("source_end_frame", ctypes.c_uint64),
        ("play_at_frame", ctypes.c_int64),
        ("repeat_interval_frames", ctypes.c_uint64),
        ("repeat_interval_denominator", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
        ("repeat_count", ctypes.c_uint64),
        ("gain_left", ctypes.c_float),
        ("gain_right", ctypes.c_float),
        ("fade_in_frames", ctypes.c_uint64),
        ("fade_out_frames", ctypes.c_uint64),
    ]


class Chunk(Structure):
    struct_size: int
    rolling: int
    frames: int
    position: int
    device_frame: int
    time_ns: int
    ticket: int
    lost_before_frames: int
    xrun: int
    capture_latency_frames: int
    playback_latency_frames: int
    reserved: int
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("rolling", ctypes.c_uint32),
        ("frames", ctypes.c_uint64),
        ("position", ctypes.c_int64),
        ("device_frame", ctypes.c_uint64),
        ("time_ns", ctypes.c_uint64),
        ("ticket", ctypes.c_uint64),
        ("lost_before_frames", ctypes.c_uint64),
        ("xrun", ctypes.c_uint32),
        ("capture_latency_frames", ctypes.c_uint32),
        ("playback_latency_frames", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
    ]


class Midi(Structure):
    struct_size: int
    port: int
    size: int
    position: int
    device_frame: int
    time_ns: int
    ticket: int
    lost_before: int
    server_frame: int
    rolling: int
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("port", ctypes.c_uint32),
        ("size", ctypes.c_uint64),
        ("position", ctypes.c_int64),
        ("device_frame", ctypes.c_uint64),
        ("time_ns", ctypes.c_uint64),
        ("ticket", ctypes.c_uint64),
        ("lost_before", ctypes.c_uint64),
        ("server_frame", ctypes.c_uint32),
        ("rolling", ctypes.c_uint32),
    ]


class RecorderConfig(Structure):
    struct_size: int
    source: int
    file_format: int
    channel_count: int
    channels: Any
    punch_in: int
    punch_out: int
    begin_frame: int
    end_frame: int
    most_frames: int
    buffer_frames: int
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("source", ctypes.c_uint32),
        ("file_format", ctypes.c_uint32),
        ("channel_count", ctypes.c_uint32),
        ("channels", POINTER(ctypes.c_uint32)),
        ("punch_in", ctypes.c_uint32),
        ("punch_out", ctypes.c_uint32),
        ("begin_frame", ctypes.c_int64),
        ("end_frame", ctypes.c_int64),
        ("most_frames", ctypes.c_uint64),
        ("buffer_frames", ctypes.c_uint64),
    ]


class Recording(Structure):
    struct_size: int
    state: int
    frames: int
    lost_frames: int
    skipped_frames: int
    clipped_samples: int
    position: int
    device_frame: int
    bad_samples: int
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("state", ctypes.c_uint32),
        ("frames", ctypes.c_uint64),
        ("lost_frames", ctypes.c_uint64),
        ("skipped_frames", ctypes.c_uint64),
        ("clipped_samples", ctypes.c_uint64),
        ("position", ctypes.c_int64),
        ("device_frame", ctypes.c_uint64),
        ("bad_samples", ctypes.c_uint64),
    ]


class Event(Structure):
    struct_size: int
    kind: int
    ticket: int
    position: int
    device_frame: int
    time_ns: int
    frames: int
    silent_ms: int
    count: int
    cancel_reason: int
    skip_policy: int
    capture_latency_frames: int
    playback_latency_frames: int
    message: bytes
    clip_id: int
    clip_frame: int
    user_data: int
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("kind", ctypes.c_uint32),
        ("ticket", ctypes.c_uint64),
        ("position", ctypes.c_int64),
        ("device_frame", ctypes.c_uint64),
        ("time_ns", ctypes.c_uint64),
        ("frames", ctypes.c_uint64),
        ("silent_ms", ctypes.c_uint64),
        ("count", ctypes.c_uint64),
        ("cancel_reason", ctypes.c_uint32),
        ("skip_policy", ctypes.c_uint32),
        ("capture_latency_frames", ctypes.c_uint32),
        ("playback_latency_frames", ctypes.c_uint32),
        ("message", ctypes.c_char * 256),
        ("clip_id", ctypes.c_uint64),
        ("clip_frame", ctypes.c_uint64),
        ("user_data", ctypes.c_uint64),
    ]


class RingLevel(Structure):
    now: int
    high_water: int
    capacity: int
    _fields_ = [
        ("now", ctypes.c_uint64),
        ("high_water", ctypes.c_uint64),
        ("capacity", ctypes.c_uint64),
    ]


class Stats(Structure):
    struct_size: int
    realtime: int
    realtime_priority: int
    reserved: int
    periods: int
    device_frames: int
    xruns: int
    skipped_frames: int
    clamped_frames: int
    input_lost_frames: int
    events_lost: int
    reconnects: int
    worst_load: float
    mean_load: float
    commands: RingLevel
    retired: RingLevel
    events: RingLevel
    input_frames: RingLevel
    realtime_reason: bytes
    underruns: int
    underrun_frames: int
    resident_bytes: int
    locked_bytes: int
    midi_received: int
    midi_input_lost: int
    midi_sent: int
    midi_late: int
    midi_output_lost: int
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("realtime", ctypes.c_uint32),
        ("realtime_priority", ctypes.c_int32),
        ("reserved", ctypes.c_uint32),
        ("periods", ctypes.c_uint64),
        ("device_frames", ctypes.c_uint64),
        ("xruns", ctypes.c_uint64),
        ("skipped_frames", ctypes.c_uint64),
        ("clamped_frames", ctypes.c_uint64),
        ("input_lost_frames", ctypes.c_uint64),
        ("events_lost", ctypes.c_uint64),
        ("reconnects", ctypes.c_uint64),
        ("worst_load", ctypes.c_double),
        ("mean_load", ctypes.c_double),
        ("commands", RingLevel),
        ("retired", RingLevel),
        ("events", RingLevel),
        ("input_frames", RingLevel),
        ("realtime_reason", ctypes.c_char * 256),
        ("underruns", ctypes.c_uint64),
        ("underrun_frames", ctypes.c_uint64),
        ("resident_bytes", ctypes.c_uint64),
        ("locked_bytes", ctypes.c_uint64),
        ("midi_received", ctypes.c_uint64),
        ("midi_input_lost", ctypes.c_uint64),
        ("midi_sent", ctypes.c_uint64),
        ("midi_late", ctypes.c_uint64),
        ("midi_output_lost", ctypes.c_uint64),
    ]


class Meter(Structure):
    peak: float
    rms: float
    clipped: int
    _fields_ = [
        ("peak", ctypes.c_float),
        ("rms", ctypes.c_float),
        ("clipped", ctypes.c_uint64),
    ]


class AlsaDevice(Structure):
    name: bytes
    channels: int
    format: int
    period_frames: int
    buffer_frames: int
    access: int
    reserved: int
    _fields_ = [
        ("name", ctypes.c_char * 256),
        ("channels", ctypes.c_uint32),
        ("format", ctypes.c_uint32),
        ("period_frames", ctypes.c_uint32),
        ("buffer_frames", ctypes.c_uint32),
        ("access", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
    ]


class AlsaInfo(Structure):
    struct_size: int
    linked: int
    playback: AlsaDevice
    capture: AlsaDevice
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("linked", ctypes.c_uint32),
        ("playback", AlsaDevice),
        ("capture", AlsaDevice),
    ]


class RingSpans(Structure):
    first: Any
    first_bytes: int
    second: Any
    second_bytes: int
    _fields_ = [
        ("first", ctypes.c_void_p),
        ("first_bytes", ctypes.c_size_t),
        ("second", ctypes.c_void_p),
        ("second_bytes", ctypes.c_size_t),
    ]


JackLog = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_char_p)


class JackOptions(Structure):
    struct_size: int
    exact_name: int
    start_server: int
    reserved: int
    server_name: Any
    session_id: Any
    log: Any
    log_user_data: Any
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("exact_name", ctypes.c_uint32),
        ("start_server", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
        ("server_name", ctypes.c_char_p),
        ("session_id", ctypes.c_char_p),
        ("log", JackLog),
        ("log_user_data", ctypes.c_void_p),
    ]


class JackCycleTimes(Structure):
    struct_size: int
    frame: int
    start_us: int
    next_us: int
    period_us: float
    reserved: int
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("frame", ctypes.c_uint32),
        ("start_us", ctypes.c_uint64),
        ("next_us", ctypes.c_uint64),
        ("period_us", ctypes.c_float),
        ("reserved", ctypes.c_uint32),
    ]


JackLine = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_char_p)


class JackPortInfo(Structure):
    struct_size: int
    flags: int
    uuid: int
    is_own: int
    reserved: int
    name: bytes
    type: bytes
    aliases: Any
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("uuid", ctypes.c_uint64),
        ("is_own", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
        ("name", ctypes.c_char * 640),
        ("type", ctypes.c_char * 64),
        ("aliases", ctypes.c_char * 640 * 2),
    ]


class JackPosition(Structure):
    struct_size: int
    valid: int
    time_us: int
    unique: int
    frame_rate_hz: int
    frame: int
    bar: int
    beat: int
    tick: int
    bbt_offset_frames: int
    exact_tick: float
    bar_start_tick: float
    beats_per_bar: float
    beat_type: float
    ticks_per_beat: float
    beats_per_minute: float
    frame_time_s: float
    next_time_s: float
    audio_frames_per_video_frame: float
    video_offset_frames: int
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("valid", ctypes.c_uint32),
        ("time_us", ctypes.c_uint64),
        ("unique", ctypes.c_uint64),
        ("frame_rate_hz", ctypes.c_uint32),
        ("frame", ctypes.c_uint32),
        ("bar", ctypes.c_int32),
        ("beat", ctypes.c_int32),
        ("tick", ctypes.c_int32),
        ("bbt_offset_frames", ctypes.c_uint32),
        ("exact_tick", ctypes.c_double),
        ("bar_start_tick", ctypes.c_double),
        ("beats_per_bar", ctypes.c_float),
        ("beat_type", ctypes.c_float),
        ("ticks_per_beat", ctypes.c_double),
        ("beats_per_minute", ctypes.c_double),
        ("frame_time_s", ctypes.c_double),
        ("next_time_s", ctypes.c_double),
        ("audio_frames_per_video_frame", ctypes.c_float),
        ("video_offset_frames", ctypes.c_uint32),
    ]


JackSync = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_uint32, POINTER(JackPosition))


JackTimebase = ctypes.CFUNCTYPE(
    None, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_uint32, ctypes.c_uint32, POINTER(JackPosition)
)


JackProcess = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32)


class JackMidiEvent(Structure):
    frame: int
    size: int
    bytes: Any
    _fields_ = [
        ("frame", ctypes.c_uint32),
        ("size", ctypes.c_uint32),
        ("bytes", ctypes.c_void_p),
    ]


class JackEvent(Structure):
    struct_size: int
    kind: int
    on: int
    port: int
    destination: int
    frames: int
    rate_hz: int
    mode: int
    delay_us: float
    change: int
    subject: int
    shutdown_status: int
    reserved: int
    name: bytes
    before: bytes
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("kind", ctypes.c_uint32),
        ("on", ctypes.c_uint32),
        ("port", ctypes.c_uint32),
        ("destination", ctypes.c_uint32),
        ("frames", ctypes.c_uint32),
        ("rate_hz", ctypes.c_uint32),
        ("mode", ctypes.c_uint32),
        ("delay_us", ctypes.c_float),
        ("change", ctypes.c_uint32),
        ("subject", ctypes.c_uint64),
        ("shutdown_status", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
        ("name", ctypes.c_char * 640),
        ("before", ctypes.c_char * 640),
    ]


class JackBlocksConfig(Structure):
    struct_size: int
    block_frames: int
    queued_blocks: int
    latency_frames: int
    inputs: Any
    input_count: int
    outputs: Any
    output_count: int
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("block_frames", ctypes.c_uint32),
        ("queued_blocks", ctypes.c_uint32),
        ("latency_frames", ctypes.c_uint32),
        ("inputs", POINTER(ctypes.c_void_p)),
        ("input_count", ctypes.c_size_t),
        ("outputs", POINTER(ctypes.c_void_p)),
        ("output_count", ctypes.c_size_t),
    ]


class JackBlock(Structure):
    struct_size: int
    input_frame: int
    output_frame: int
    reserved: int
    lost: int
    late: int
    missed: int
    xruns: int
    total_lost: int
    total_late: int
    total_missed: int
    total_xruns: int
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("input_frame", ctypes.c_uint32),
        ("output_frame", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
        ("lost", ctypes.c_uint64),
        ("late", ctypes.c_uint64),
        ("missed", ctypes.c_uint64),
        ("xruns", ctypes.c_uint64),
        ("total_lost", ctypes.c_uint64),
        ("total_late", ctypes.c_uint64),
        ("total_missed", ctypes.c_uint64),
        ("total_xruns", ctypes.c_uint64),
    ]


class JackMidiCounts(Structure):
    struct_size: int
    reserved: int
    sent: int
    late: int
    lost: int
    waiting: int
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32),
        ("sent", ctypes.c_uint64),
        ("late", ctypes.c_uint64),
        ("lost", ctypes.c_uint64),
        ("waiting", ctypes.c_uint64),
    ]


SIGNATURES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "amio_version_string": (ctypes.c_char_p, ()),
    "amio_version_check": (ctypes.c_int32, (ctypes.c_uint32, ctypes.c_uint32, ctypes.c_uint32)),
    "amio_strerror": (ctypes.c_char_p, (ctypes.c_int32,)),
    "amio_last_error_message": (ctypes.c_char_p, ()),
    "amio_interface_new": (ctypes.c_int32, (POINTER(InterfaceConfig), POINTER(ctypes.c_void_p))),
    "amio_interface_start": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_interface_stop": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_interface_close": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_interface_free": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_interface_state": (ctypes.c_int32, (ctypes.c_void_p, POINTER(ctypes.c_uint32))),
    "amio_interface_frame_rate_hz": (ctypes.c_int32, (ctypes.c_void_p, POINTER(ctypes.c_uint32))),
    "amio_interface_period_frames": (ctypes.c_int32, (ctypes.c_void_p, POINTER(ctypes.c_uint32))),
    "amio_interface_latency": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            POINTER(ctypes.c_uint32),
            POINTER(ctypes.c_uint32),
        ),
    ),
    "amio_interface_client_name": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_char_p,
            ctypes.c_size_t,
        ),
    ),
    "amio_interface_advance": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_uint64,
            ctypes.c_void_p,
            ctypes.c_void_p,
        ),
    ),
    "amio_interface_set_period_frames": (ctypes.c_int32, (ctypes.c_void_p, ctypes.c_uint32)),
    "amio_interface_set_input_clip": (ctypes.c_int32, (ctypes.c_void_p, ctypes.c_void_p)),
    "amio_interface_skip": (ctypes.c_int32, (ctypes.c_void_p, ctypes.c_uint64)),
    "amio_devices_list": (ctypes.c_int32, (ctypes.c_char_p, POINTER(ctypes.c_void_p))),
    "amio_devices_count": (ctypes.c_int32, (ctypes.c_void_p, POINTER(ctypes.c_size_t))),
    "amio_devices_get": (ctypes.c_int32, (ctypes.c_void_p, ctypes.c_size_t, POINTER(Device))),
    "amio_devices_get_side": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_size_t,
            ctypes.c_uint32,
            POINTER(DeviceSide),
        ),
    ),
    "amio_devices_free": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_interface_transport": (ctypes.c_int32, (ctypes.c_void_p, POINTER(Transport))),
    "amio_interface_position": (ctypes.c_int32, (ctypes.c_void_p, POINTER(ctypes.c_int64))),
    "amio_interface_set_position": (ctypes.c_int32, (ctypes.c_void_p, ctypes.c_int64)),
    "amio_interface_rolling": (ctypes.c_int32, (ctypes.c_void_p, POINTER(ctypes.c_uint32))),
    "amio_interface_set_rolling": (ctypes.c_int32, (ctypes.c_void_p, ctypes.c_uint32)),
    "amio_clip_new": (
        ctypes.c_int32,
        (
            POINTER(ClipFormat),
            ctypes.c_void_p,
            ctypes.c_uint64,
            POINTER(ctypes.c_void_p),
        ),
    ),
    "amio_clip_new_f32": (
        ctypes.c_int32,
        (
            ctypes.c_uint32,
            ctypes.c_uint32,
            ctypes.c_void_p,
            ctypes.c_uint64,
            POINTER(ctypes.c_void_p),
        ),
    ),
    "amio_clip_new_i16": (
        ctypes.c_int32,
        (
            ctypes.c_uint32,
            ctypes.c_uint32,
            ctypes.c_void_p,
            ctypes.c_uint64,
            POINTER(ctypes.c_void_p),
        ),
    ),
    "amio_clip_new_borrowed": (
        ctypes.c_int32,
        (
            POINTER(ClipFormat),
            ctypes.c_void_p,
            ctypes.c_uint64,
            ctypes.CFUNCTYPE(None, ctypes.c_void_p),
            ctypes.c_void_p,
            POINTER(ctypes.c_void_p),
        ),
    ),
    "amio_release_flag": (None, (ctypes.c_void_p,)),
    "amio_clip_info": (ctypes.c_int32, (ctypes.c_void_p, POINTER(ClipProperties))),
    "amio_clip_read": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_uint32,
            ctypes.c_uint64,
            ctypes.c_uint64,
            ctypes.c_void_p,
        ),
    ),
    "amio_clip_retain": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_clip_free": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_clip_open": (ctypes.c_int32, (ctypes.c_char_p, POINTER(ctypes.c_void_p))),
    "amio_clip_open_with": (
        ctypes.c_int32,
        (
            ctypes.c_char_p,
            POINTER(OpenOptions),
            Progress,
            ctypes.c_void_p,
            POINTER(ctypes.c_void_p),
        ),
    ),
    "amio_clip_open_stream": (
        ctypes.c_int32,
        (
            ctypes.c_char_p,
            POINTER(OpenOptions),
            POINTER(ctypes.c_void_p),
        ),
    ),
    "amio_clip_convert": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_uint32,
            ctypes.c_uint32,
            Progress,
            ctypes.c_void_p,
            POINTER(ctypes.c_void_p),
        ),
    ),
    "amio_clip_save_wav": (ctypes.c_int32, (ctypes.c_void_p, ctypes.c_char_p)),
    "amio_clip_save": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_char_p,
            ctypes.c_uint32,
            Progress,
            ctypes.c_void_p,
        ),
    ),
    "amio_file_probe": (ctypes.c_int32, (ctypes.c_char_p, POINTER(FileInfo))),
    "amio_analysis_new": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_uint32,
            Progress,
            ctypes.c_void_p,
            POINTER(ctypes.c_void_p),
        ),
    ),
    "amio_analysis_open": (
        ctypes.c_int32,
        (
            ctypes.c_char_p,
            ctypes.c_uint32,
            Progress,
            ctypes.c_void_p,
            POINTER(ctypes.c_void_p),
        ),
    ),
    "amio_analysis_info": (ctypes.c_int32, (ctypes.c_void_p, POINTER(ClipProperties))),
    "amio_analysis_read": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_uint32,
            ctypes.c_uint64,
            ctypes.c_uint64,
            POINTER(Bucket),
            ctypes.c_uint64,
        ),
    ),
    "amio_analysis_loudness": (ctypes.c_int32, (ctypes.c_void_p, POINTER(Loudness))),
    "amio_analysis_levels": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_uint32,
            POINTER(ChannelLevels),
        ),
    ),
    "amio_analysis_free": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_playspec_new": (ctypes.c_int32, (POINTER(ctypes.c_void_p),)),
    "amio_playspec_entry_init": (
        ctypes.c_int32,
        (
            POINTER(PlayspecEntry),
            ctypes.c_size_t,
            ctypes.c_void_p,
        ),
    ),
    "amio_playspec_add": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            POINTER(PlayspecEntry),
            POINTER(ctypes.c_uint64),
        ),
    ),
    "amio_playspec_set_gain": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_uint64,
            ctypes.c_float,
            ctypes.c_float,
            ctypes.c_uint64,
        ),
    ),
    "amio_playspec_free": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_interface_schedule": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_void_p,
            ctypes.c_int64,
            ctypes.c_int64,
            ctypes.c_uint32,
            ctypes.c_uint64,
            POINTER(ctypes.c_uint64),
        ),
    ),
    "amio_interface_cancel": (ctypes.c_int32, (ctypes.c_void_p, ctypes.c_uint64)),
    "amio_group_new": (ctypes.c_int32, (ctypes.c_void_p, POINTER(ctypes.c_void_p))),
    "amio_group_schedule": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_void_p,
            ctypes.c_int64,
            ctypes.c_int64,
            ctypes.c_uint32,
            ctypes.c_uint64,
            POINTER(ctypes.c_uint64),
        ),
    ),
    "amio_group_cancel": (ctypes.c_int32, (ctypes.c_void_p, ctypes.c_uint64)),
    "amio_group_set_gain": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_void_p,
            ctypes.c_uint64,
            ctypes.c_float,
            ctypes.c_float,
            ctypes.c_uint64,
        ),
    ),
    "amio_group_set_position": (ctypes.c_int32, (ctypes.c_void_p, ctypes.c_int64)),
    "amio_group_set_rolling": (ctypes.c_int32, (ctypes.c_void_p, ctypes.c_uint32)),
    "amio_group_commit": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_group_free": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_interface_read_input": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            POINTER(Chunk),
            ctypes.c_void_p,
            ctypes.c_uint64,
        ),
    ),
    "amio_interface_wait_input": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            POINTER(Chunk),
            ctypes.c_void_p,
            ctypes.c_uint64,
            ctypes.c_uint32,
        ),
    ),
    "amio_interface_set_input_threshold": (ctypes.c_int32, (ctypes.c_void_p, ctypes.c_uint64)),
    "amio_interface_input_fd": (ctypes.c_int32, (ctypes.c_void_p, POINTER(ctypes.c_int))),
    "amio_interface_next_midi": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            POINTER(Midi),
            ctypes.c_void_p,
            ctypes.c_uint64,
        ),
    ),
    "amio_interface_wait_midi": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            POINTER(Midi),
            ctypes.c_void_p,
            ctypes.c_uint64,
            ctypes.c_uint32,
        ),
    ),
    "amio_interface_midi_fd": (ctypes.c_int32, (ctypes.c_void_p, POINTER(ctypes.c_int))),
    "amio_interface_send_midi": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_uint32,
            ctypes.c_uint32,
            ctypes.c_int64,
            ctypes.c_void_p,
            ctypes.c_uint64,
            ctypes.c_uint32,
        ),
    ),
    "amio_interface_cancel_midi": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_recorder_new": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_char_p,
            POINTER(RecorderConfig),
            POINTER(ctypes.c_void_p),
        ),
    ),
    "amio_recorder_stop": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_recorder_wait": (ctypes.c_int32, (ctypes.c_void_p, ctypes.c_uint32)),
    "amio_recorder_recording": (ctypes.c_int32, (ctypes.c_void_p, POINTER(Recording))),
    "amio_recorder_free": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_interface_next_event": (ctypes.c_int32, (ctypes.c_void_p, POINTER(Event))),
    "amio_interface_wait_event": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            POINTER(Event),
            ctypes.c_uint32,
        ),
    ),
    "amio_interface_event_fd": (ctypes.c_int32, (ctypes.c_void_p, POINTER(ctypes.c_int))),
    "amio_interface_stats": (ctypes.c_int32, (ctypes.c_void_p, POINTER(Stats))),
    "amio_interface_meters": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_uint32,
            POINTER(Meter),
            ctypes.c_uint32,
            POINTER(ctypes.c_uint32),
        ),
    ),
    "amio_interface_alsa_info": (ctypes.c_int32, (ctypes.c_void_p, POINTER(AlsaInfo))),
    "amio_ring_new": (ctypes.c_int32, (ctypes.c_size_t, POINTER(ctypes.c_void_p))),
    "amio_ring_free": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_ring_lock_memory": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_ring_size": (ctypes.c_int32, (ctypes.c_void_p, POINTER(ctypes.c_size_t))),
    "amio_ring_write_space": (ctypes.c_int32, (ctypes.c_void_p, POINTER(ctypes.c_size_t))),
    "amio_ring_read_space": (ctypes.c_int32, (ctypes.c_void_p, POINTER(ctypes.c_size_t))),
    "amio_ring_write": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_void_p,
            ctypes.c_size_t,
            POINTER(ctypes.c_size_t),
        ),
    ),
    "amio_ring_read": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_void_p,
            ctypes.c_size_t,
            POINTER(ctypes.c_size_t),
        ),
    ),
    "amio_ring_peek": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_void_p,
            ctypes.c_size_t,
            POINTER(ctypes.c_size_t),
        ),
    ),
    "amio_ring_write_spans": (ctypes.c_int32, (ctypes.c_void_p, POINTER(RingSpans))),
    "amio_ring_write_advance": (ctypes.c_int32, (ctypes.c_void_p, ctypes.c_size_t)),
    "amio_ring_read_spans": (ctypes.c_int32, (ctypes.c_void_p, POINTER(RingSpans))),
    "amio_ring_read_advance": (ctypes.c_int32, (ctypes.c_void_p, ctypes.c_size_t)),
    "amio_ring_reset": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_jack_client_open": (
        ctypes.c_int32,
        (
            ctypes.c_char_p,
            POINTER(JackOptions),
            POINTER(ctypes.c_uint32),
            POINTER(ctypes.c_void_p),
        ),
    ),
    "amio_jack_client_close": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_jack_client_free": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_interface_jack_client": (ctypes.c_int32, (ctypes.c_void_p, POINTER(ctypes.c_void_p))),
    "amio_jack_client_activate": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_jack_client_deactivate": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_jack_client_name": (ctypes.c_int32, (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t)),
    "amio_jack_client_uuid": (ctypes.c_int32, (ctypes.c_void_p, POINTER(ctypes.c_uint64))),
    "amio_jack_client_uuid_of": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_char_p,
            POINTER(ctypes.c_uint64),
        ),
    ),
    "amio_jack_client_name_of": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_uint64,
            ctypes.c_char_p,
            ctypes.c_size_t,
        ),
    ),
    "amio_jack_client_frame_rate_hz": (ctypes.c_int32, (ctypes.c_void_p, POINTER(ctypes.c_uint32))),
    "amio_jack_client_period_frames": (ctypes.c_int32, (ctypes.c_void_p, POINTER(ctypes.c_uint32))),
    "amio_jack_client_set_period_frames": (ctypes.c_int32, (ctypes.c_void_p, ctypes.c_uint32)),
    "amio_jack_client_cpu_load_percent": (ctypes.c_int32, (ctypes.c_void_p, ctypes.c_void_p)),
    "amio_jack_client_is_realtime": (ctypes.c_int32, (ctypes.c_void_p, POINTER(ctypes.c_uint32))),
    "amio_jack_client_max_delayed_us": (ctypes.c_int32, (ctypes.c_void_p, ctypes.c_void_p)),
    "amio_jack_client_reset_max_delayed": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_jack_client_set_freewheel": (ctypes.c_int32, (ctypes.c_void_p, ctypes.c_uint32)),
    "amio_jack_client_frame_time": (ctypes.c_int32, (ctypes.c_void_p, POINTER(ctypes.c_uint32))),
    "amio_jack_client_last_frame_time": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            POINTER(ctypes.c_uint32),
        ),
    ),
    "amio_jack_client_frames_since_cycle_start": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            POINTER(ctypes.c_uint32),
        ),
    ),
    "amio_jack_client_frames_to_time": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_uint32,
            POINTER(ctypes.c_uint64),
        ),
    ),
    "amio_jack_client_time_to_frames": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_uint64,
            POINTER(ctypes.c_uint32),
        ),
    ),
    "amio_jack_client_cycle_times": (ctypes.c_int32, (ctypes.c_void_p, POINTER(JackCycleTimes))),
    "amio_jack_time_us": (ctypes.c_int32, (POINTER(ctypes.c_uint64),)),
    "amio_jack_version": (
        ctypes.c_int32,
        (
            POINTER(ctypes.c_uint32),
            POINTER(ctypes.c_uint32),
            POINTER(ctypes.c_uint32),
            POINTER(ctypes.c_uint32),
        ),
    ),
    "amio_jack_version_string": (ctypes.c_int32, (ctypes.c_char_p, ctypes.c_size_t)),
    "amio_jack_longest_client_name": (ctypes.c_int32, (POINTER(ctypes.c_size_t),)),
    "amio_jack_longest_port_name": (ctypes.c_int32, (POINTER(ctypes.c_size_t),)),
    "amio_jack_client_pid": (ctypes.c_int32, (ctypes.c_char_p, POINTER(ctypes.c_int32))),
    "amio_jack_set_log": (ctypes.c_int32, (JackLine, ctypes.c_void_p)),
    "amio_jack_names_count": (ctypes.c_int32, (ctypes.c_void_p, POINTER(ctypes.c_size_t))),
    "amio_jack_names_get": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_size_t,
            ctypes.c_char_p,
            ctypes.c_size_t,
        ),
    ),
    "amio_jack_names_free": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_jack_port_register": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_char_p,
            ctypes.c_char_p,
            ctypes.c_uint32,
            POINTER(ctypes.c_void_p),
        ),
    ),
    "amio_jack_port_unregister": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_jack_port_free": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_jack_port_name": (ctypes.c_int32, (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t)),
    "amio_jack_port_rename": (ctypes.c_int32, (ctypes.c_void_p, ctypes.c_char_p)),
    "amio_jack_port_connections": (ctypes.c_int32, (ctypes.c_void_p, POINTER(ctypes.c_void_p))),
    "amio_jack_port_disconnect_all": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_jack_client_port": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_char_p,
            POINTER(JackPortInfo),
        ),
    ),
    "amio_jack_client_port_by_id": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_uint32,
            POINTER(JackPortInfo),
        ),
    ),
    "amio_jack_client_has_port": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_char_p,
            POINTER(ctypes.c_uint32),
        ),
    ),
    "amio_jack_client_find_ports": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_char_p,
            ctypes.c_char_p,
            ctypes.c_uint32,
            POINTER(ctypes.c_void_p),
        ),
    ),
    "amio_jack_client_connections": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_char_p,
            POINTER(ctypes.c_void_p),
        ),
    ),
    "amio_jack_client_latency": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_char_p,
            ctypes.c_uint32,
            POINTER(ctypes.c_uint32),
            POINTER(ctypes.c_uint32),
        ),
    ),
    "amio_jack_client_is_monitored": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_char_p,
            POINTER(ctypes.c_uint32),
        ),
    ),
    "amio_jack_client_connect": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_char_p,
            ctypes.c_char_p,
        ),
    ),
    "amio_jack_client_disconnect": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_char_p,
            ctypes.c_char_p,
        ),
    ),
    "amio_jack_client_recompute_latencies": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_jack_client_rename_port": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_char_p,
            ctypes.c_char_p,
        ),
    ),
    "amio_jack_client_set_alias": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_char_p,
            ctypes.c_char_p,
        ),
    ),
    "amio_jack_client_unset_alias": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_char_p,
            ctypes.c_char_p,
        ),
    ),
    "amio_jack_client_request_monitor": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_char_p,
            ctypes.c_uint32,
        ),
    ),
    "amio_jack_client_transport_start": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_jack_client_transport_stop": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_jack_client_transport_locate": (ctypes.c_int32, (ctypes.c_void_p, ctypes.c_uint32)),
    "amio_jack_client_transport_reposition": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            POINTER(JackPosition),
        ),
    ),
    "amio_jack_client_transport": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            POINTER(ctypes.c_uint32),
            POINTER(JackPosition),
        ),
    ),
    "amio_jack_client_transport_frame": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            POINTER(ctypes.c_uint32),
        ),
    ),
    "amio_jack_client_set_sync_timeout": (ctypes.c_int32, (ctypes.c_void_p, ctypes.c_uint64)),
    "amio_jack_client_set_sync": (ctypes.c_int32, (ctypes.c_void_p, JackSync, ctypes.c_void_p)),
    "amio_jack_client_set_timebase": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_uint32,
            JackTimebase,
            ctypes.c_void_p,
        ),
    ),
    "amio_jack_client_release_timebase": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_jack_client_set_process": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            JackProcess,
            ctypes.c_void_p,
        ),
    ),
    "amio_jack_cycle_buffer": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_void_p,
            POINTER(ctypes.c_void_p),
        ),
    ),
    "amio_jack_cycle_audio": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_void_p,
            POINTER(ctypes.c_void_p),
        ),
    ),
    "amio_jack_cycle_first_frame": (ctypes.c_int32, (ctypes.c_void_p, POINTER(ctypes.c_uint32))),
    "amio_jack_cycle_frames_since_start": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            POINTER(ctypes.c_uint32),
        ),
    ),
    "amio_jack_cycle_get_times": (ctypes.c_int32, (ctypes.c_void_p, POINTER(JackCycleTimes))),
    "amio_jack_cycle_transport": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            POINTER(ctypes.c_uint32),
            POINTER(JackPosition),
        ),
    ),
    "amio_jack_cycle_transport_start": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_jack_cycle_transport_stop": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_jack_cycle_transport_locate": (ctypes.c_int32, (ctypes.c_void_p, ctypes.c_uint32)),
    "amio_jack_cycle_midi_count": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_void_p,
            POINTER(ctypes.c_uint32),
            POINTER(ctypes.c_uint32),
        ),
    ),
    "amio_jack_cycle_midi_get": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_void_p,
            ctypes.c_uint32,
            POINTER(JackMidiEvent),
        ),
    ),
    "amio_jack_cycle_midi_clear": (ctypes.c_int32, (ctypes.c_void_p, ctypes.c_void_p)),
    "amio_jack_cycle_midi_write": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_void_p,
            ctypes.c_uint32,
            ctypes.c_void_p,
            ctypes.c_size_t,
        ),
    ),
    "amio_jack_cycle_midi_reserve": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_void_p,
            ctypes.c_uint32,
            ctypes.c_size_t,
            POINTER(ctypes.c_void_p),
        ),
    ),
    "amio_jack_cycle_midi_room": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_void_p,
            POINTER(ctypes.c_size_t),
        ),
    ),
    "amio_jack_client_set_property": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_uint64,
            ctypes.c_char_p,
            ctypes.c_char_p,
            ctypes.c_char_p,
        ),
    ),
    "amio_jack_client_remove_property": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_uint64,
            ctypes.c_char_p,
        ),
    ),
    "amio_jack_client_remove_properties": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_uint64,
            POINTER(ctypes.c_uint32),
        ),
    ),
    "amio_jack_client_remove_all_properties": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_jack_get_properties": (ctypes.c_int32, (ctypes.c_uint64, POINTER(ctypes.c_void_p))),
    "amio_jack_properties_count": (ctypes.c_int32, (ctypes.c_void_p, POINTER(ctypes.c_size_t))),
    "amio_jack_properties_get": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_size_t,
            POINTER(ctypes.c_uint64),
            POINTER(ctypes.c_char_p),
            POINTER(ctypes.c_char_p),
            POINTER(ctypes.c_char_p),
        ),
    ),
    "amio_jack_properties_free": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_jack_events_new": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_size_t,
            POINTER(ctypes.c_void_p),
        ),
    ),
    "amio_jack_events_next": (ctypes.c_int32, (ctypes.c_void_p, POINTER(JackEvent))),
    "amio_jack_events_wait": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            POINTER(JackEvent),
            ctypes.c_uint32,
        ),
    ),
    "amio_jack_events_fd": (ctypes.c_int32, (ctypes.c_void_p, POINTER(ctypes.c_int))),
    "amio_jack_events_lost": (ctypes.c_int32, (ctypes.c_void_p, POINTER(ctypes.c_uint64))),
    "amio_jack_events_free": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_jack_blocks_new": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            POINTER(JackBlocksConfig),
            POINTER(ctypes.c_void_p),
        ),
    ),
    "amio_jack_blocks_exchange": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            POINTER(ctypes.c_void_p),
            POINTER(ctypes.c_void_p),
            ctypes.c_uint32,
            POINTER(JackBlock),
        ),
    ),
    "amio_jack_blocks_read": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            POINTER(ctypes.c_void_p),
            ctypes.c_uint32,
            POINTER(JackBlock),
        ),
    ),
    "amio_jack_blocks_write": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            POINTER(ctypes.c_void_p),
            ctypes.c_uint32,
            POINTER(ctypes.c_uint32),
        ),
    ),
    "amio_jack_blocks_write_at": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_uint32,
            POINTER(ctypes.c_void_p),
            ctypes.c_uint32,
        ),
    ),
    "amio_jack_blocks_latency_frames": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            POINTER(ctypes.c_uint32),
        ),
    ),
    "amio_jack_blocks_fd": (ctypes.c_int32, (ctypes.c_void_p, POINTER(ctypes.c_int))),
    "amio_jack_blocks_free": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_jack_midi_receiver_new": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_void_p,
            ctypes.c_size_t,
            POINTER(ctypes.c_void_p),
        ),
    ),
    "amio_jack_midi_receiver_next": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            POINTER(ctypes.c_uint32),
            ctypes.c_void_p,
            ctypes.c_size_t,
            POINTER(ctypes.c_size_t),
        ),
    ),
    "amio_jack_midi_receiver_wait": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            POINTER(ctypes.c_uint32),
            ctypes.c_void_p,
            ctypes.c_size_t,
            POINTER(ctypes.c_size_t),
            ctypes.c_uint32,
        ),
    ),
    "amio_jack_midi_receiver_fd": (ctypes.c_int32, (ctypes.c_void_p, POINTER(ctypes.c_int))),
    "amio_jack_midi_receiver_lost": (ctypes.c_int32, (ctypes.c_void_p, POINTER(ctypes.c_uint64))),
    "amio_jack_midi_receiver_free": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_jack_midi_sender_new": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_void_p,
            ctypes.c_size_t,
            POINTER(ctypes.c_void_p),
        ),
    ),
    "amio_jack_midi_sender_send": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_uint32,
            ctypes.c_void_p,
            ctypes.c_size_t,
        ),
    ),
    "amio_jack_midi_sender_counts": (ctypes.c_int32, (ctypes.c_void_p, POINTER(JackMidiCounts))),
    "amio_jack_midi_sender_free": (ctypes.c_int32, (ctypes.c_void_p,)),
    "amio_jack_port_set_latency": (
        ctypes.c_int32,
        (
            ctypes.c_void_p,
            ctypes.c_uint32,
            ctypes.c_uint32,
            ctypes.c_uint32,
        ),
    ),
    "amio_jack_port_clear_latency": (ctypes.c_int32, (ctypes.c_void_p, ctypes.c_uint32)),
}
