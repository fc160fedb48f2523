/*
 * Calls every function of the header with a wrong value for each argument in turn. Each call must give
 * a documented error and write nothing. The table has one line for each function, with one letter for
 * each argument. The letter determines the valid value and the wrong values. tests/ffi.rs checks that
 * the table has all functions.
 */
#include "table.h"
#include <limits.h>
#include <math.h>

enum { FRAMES = PERIOD };

static void release(void *user_data)
{
    (void)user_data;
}

/* The variables that functions write to. A call that fails must not change any of them. */
static struct {
    uint64_t scalar, scalar2;
    amio_chunk chunk;
    amio_event event;
    amio_transport transport;
    amio_stats stats;
    amio_alsa_info alsa;
    amio_clip_properties properties;
    amio_recording recording;
    amio_playspec_entry entry;
    amio_loudness loudness;
    amio_channel_levels levels;
    amio_midi midi;
    amio_ring_spans spans;
    uint8_t bytes[64];
    amio_meter meters[2];
    amio_bucket buckets[FRAMES];
    float samples[2 * FRAMES];
    char name[64];
} out, before;

/* The valid objects, made anew for each call. */
static struct {
    amio_interface *iface;
    amio_clip *clip;
    amio_analysis *analysis;
    amio_playspec *open, *scheduled;
    amio_group *group;
    amio_recorder *recorder;
    amio_ring *ring;
    uint64_t ticket;
    amio_interface_config config;
    amio_clip_format format;
    amio_playspec_entry entry;
    float input[2 * FRAMES];
    uint8_t message[3];
} right;

/* Handles that were freed. */
static struct {
    amio_interface *iface;
    amio_clip *clip;
    amio_analysis *analysis;
    amio_playspec *playspec;
    amio_group *group;
    amio_recorder *recorder;
    amio_ring *ring;
} stale;

static void make_right(void)
{
    uint64_t number;
    size_t written;
    amio_playspec_entry entry;
    amio_recorder_config recorded = {0};

    memset(&right, 0, sizeof right);
    right.iface = rolling_offline_with_midi(2, 1);
    right.message[0] = 0x90;
    right.clip = counting_clip(FRAMES);
    OK(amio_analysis_new(right.clip, 0, NULL, NULL, &right.analysis));
    right.entry = entry = entry_of(right.clip, 0);
    OK(amio_playspec_new(&right.open));
    OK(amio_playspec_add(right.open, &entry, &number));
    right.scheduled = playspec_of(&entry);
    OK(amio_interface_schedule(right.iface, right.scheduled, 0, 0, 0, 0, &number));
    OK(amio_interface_advance(right.iface, FRAMES, NULL, NULL));
    OK(amio_interface_schedule(right.iface, right.scheduled, 1000000, 0, 0, 0, &right.ticket));
    OK(amio_group_new(right.iface, &right.group));
    recorded.struct_size = sizeof recorded;
    OK(amio_recorder_new(right.iface, "/dev/null", &recorded, &right.recorder));
    OK(amio_ring_new(100, &right.ring));
    OK(amio_ring_write(right.ring, right.input, 10, &written));
    right.config.struct_size = sizeof right.config;
    right.config.driver = AMIO_DRIVER_OFFLINE;
    right.format.struct_size = sizeof right.format;
    right.format.frame_rate_hz = RATE;
    right.format.channels = 2;

    memset(&out, 0xA5, sizeof out);
    out.chunk.struct_size = sizeof out.chunk;
    out.event.struct_size = sizeof out.event;
    out.transport.struct_size = sizeof out.transport;
    out.stats.struct_size = sizeof out.stats;
    out.alsa.struct_size = sizeof out.alsa;
    out.properties.struct_size = sizeof out.properties;
    out.loudness.struct_size = sizeof out.loudness;
    out.levels.struct_size = sizeof out.levels;
    out.recording.struct_size = sizeof out.recording;
    out.midi.struct_size = sizeof out.midi;
    memcpy(&before, &out, sizeof out);
}

static int nothing_was_written(void)
{
    return memcmp(&out, &before, sizeof out) == 0;
}

/* Frees the valid objects. The call under test may have freed some of them. */
static void free_right(void)
{
    amio_recorder_free(right.recorder);
    amio_group_free(right.group);
    amio_playspec_free(right.open);
    amio_playspec_free(right.scheduled);
    amio_analysis_free(right.analysis);
    amio_clip_free(right.clip);
    amio_interface_free(right.iface);
    amio_ring_free(right.ring);
}

/*
 * The letters. For a handle or a buffer, the small letter means that NULL is allowed.
 *
 *   I C P Q G R  interface, clip, playspec that is open, playspec that was scheduled, group, analysis
 *   X @ ^        recorder, ring, ring or NULL
 *   o O          pointer to a number that is written, and another one
 *   K V W S A J  structs that are written: chunk, event, transport, statistics, clip properties,
 *   T U Y        playspec entry, loudness, levels of a channel, recording
 *   H L          meters and buckets that are written
 *   =            a struct that is written: what was agreed with ALSA's devices
 *   % > <        a MIDI message: its stamp and bytes that are written, bytes that are read
 *   M F E        structs that are read: configuration, clip format, playspec entry
 *   B D          samples that are written, samples that are read
 *   N Z t        text that is written, and its capacity; the capacity of meters
 *   n e l s      a number of frames, from 1, from 0 in memory, or from 0; the frame to start from
 *   w a          any number of frames from 1 on, and a first frame such that the end is below 2^64
 *   f x y        gain, position, pending ticket
 *   2 3 4 q      a number below 2, below 3, below 4, below 1
 *   $ & ~        spans of a ring, how far to advance, how many bytes it has
 *   ! ?          how many bytes of MIDI there is room for, and are read
 *   h # m z      frame rate, channels, period, size of an entry
 *   *            any value is valid: 1 is passed
 */
static value right_value(char kind)
{
    switch (kind) {
    case 'I': case 'i': return pointer(right.iface);
    case 'C': case 'c': return pointer(right.clip);
    case 'P': case 'p': return pointer(right.open);
    case 'Q': return pointer(right.scheduled);
    case 'G': case 'g': return pointer(right.group);
    case 'R': case 'r': return pointer(right.analysis);
    case 'X': case 'k': return pointer(right.recorder);
    case '@': case '^': return pointer(right.ring);
    case '$': return pointer(&out.spans);
    case '&': return number(1);
    case '~': return number(100);
    case 'o': return pointer(&out.scalar);
    case 'O': return pointer(&out.scalar2);
    case 'K': return pointer(&out.chunk);
    case 'V': return pointer(&out.event);
    case 'W': return pointer(&out.transport);
    case 'S': return pointer(&out.stats);
    case '=': return pointer(&out.alsa);
    case 'A': return pointer(&out.properties);
    case 'J': return pointer(&out.entry);
    case 'T': return pointer(&out.loudness);
    case 'U': return pointer(&out.levels);
    case 'H': return pointer(out.meters);
    case 'L': return pointer(out.buckets);
    case 'Y': return pointer(&out.recording);
    case '%': return pointer(&out.midi);
    case '>': return pointer(out.bytes);
    case '<': return pointer(right.message);
    case '!': return number(sizeof out.bytes);
    case '?': return number(sizeof right.message);
    case 'M': return pointer(&right.config);
    case 'F': return pointer(&right.format);
    case 'E': return pointer(&right.entry);
    case 'B': case 'b': return pointer(out.samples);
    case 'D': case 'd': return pointer(right.input);
    case 'N': return pointer(out.name);
    case 'n': case 'e': case 'l': case 'w': return number(FRAMES);
    case 'f': return real(1);
    case 'y': return number(right.ticket);
    case 'h': return number(RATE);
    case '#': case 't': return number(2);
    case 'm': return number(PERIOD);
    case 'z': return number(sizeof(amio_playspec_entry));
    case 'Z': return number(sizeof out.name);
    case '*': return number(1);
    default: return number(0);
    }
}

/* The wrong value number `which` for a letter, and the error that it must give; 0 after the last. */
static amio_status wrong_value(char kind, int which, value *wrong)
{
    static uint64_t memory[8];
    const int null_is_fine = (kind >= 'a' && kind <= 'z') || kind == '^';
    value list[24];
    amio_status error = AMIO_ERROR_INVALID_ARGUMENT;
    int count = 0;

    switch (kind) {
    case 'I': case 'i': case 'C': case 'c': case 'P': case 'p': case 'Q': case 'G': case 'g':
    case 'R': case 'r': case 'X': case 'k': case '@': case '^':
        if (which == 0 && !null_is_fine) {
            *wrong = pointer(NULL);
            return AMIO_ERROR_NULL_POINTER;
        }
        error = AMIO_ERROR_INVALID_HANDLE;
        if (!null_is_fine)
            which--;
        list[count++] = pointer(stale.iface);
        list[count++] = pointer(stale.clip);
        list[count++] = pointer(stale.analysis);
        list[count++] = pointer(stale.playspec);
        list[count++] = pointer(stale.group);
        list[count++] = pointer(stale.recorder);
        list[count++] = pointer(stale.ring);
        list[count++] = pointer(memory);
        list[count++] = number(1);
        list[count++] = number(UINT64_MAX);
        list[count++] = number((uint64_t)(uintptr_t)right_value(kind).p ^ 8);
        list[count++] = number((uint64_t)(uintptr_t)right_value(kind).p + 1);
        if (right_value(kind).p != right.iface)
            list[count++] = pointer(right.iface);
        if (right_value(kind).p != right.clip)
            list[count++] = pointer(right.clip);
        if (right_value(kind).p != right.analysis)
            list[count++] = pointer(right.analysis);
        if (kind != 'P' && kind != 'p' && kind != 'Q')
            list[count++] = pointer(right.open);
        if (right_value(kind).p != right.group)
            list[count++] = pointer(right.group);
        if (right_value(kind).p != right.recorder)
            list[count++] = pointer(right.recorder);
        if (right_value(kind).p != right.ring)
            list[count++] = pointer(right.ring);
        break;
    case 'o': case 'O': case 'K': case 'V': case 'W': case 'S': case 'A': case 'J': case 'M':
    case 'F': case 'E': case 'N': case 'T': case 'U': case 'H': case 'Y': case '%': case '>':
    case '<': case '$': case '=':
        error = AMIO_ERROR_NULL_POINTER;
        list[count++] = pointer(NULL);
        break;
    case 'B': case 'D': case 'L':
        if (which == 0) {
            *wrong = pointer(NULL);
            return AMIO_ERROR_NULL_POINTER;
        }
        return AMIO_OK;
    case 'n':
        list[count++] = number(0);
        /* fall through */
    case 'e':
        list[count++] = number((uint64_t)1 << 63);
        list[count++] = number(SIZE_MAX);
        list[count++] = number(((uint64_t)1 << 61) + 1);
        list[count++] = number((uint64_t)1 << 46);
        break;
    case '~':
        list[count++] = number(0);
        break;
    case '&':
        list[count++] = number(101);
        list[count++] = number(SIZE_MAX);
        break;
    case '!': case '?':
        list[count++] = number(0);
        list[count++] = number((uint64_t)1 << 63);
        list[count++] = number(SIZE_MAX);
        break;
    case 'l':
        list[count++] = number((uint64_t)1 << 63);
        list[count++] = number(SIZE_MAX);
        break;
    case 's':
        list[count++] = number(1); /* ends one frame too late */
        list[count++] = number(FRAMES);
        list[count++] = number((uint64_t)1 << 63);
        list[count++] = number(SIZE_MAX);
        break;
    case 'w':
        list[count++] = number(0);
        break;
    case 'a':
        list[count++] = number(SIZE_MAX);
        break;
    case 'f':
        list[count++] = real((float)NAN);
        list[count++] = real((float)INFINITY);
        list[count++] = real(-(float)INFINITY);
        list[count++] = real(1e38f);
        list[count++] = real(-1e38f);
        break;
    case 'x':
        list[count++] = number((uint64_t)INT64_MAX);
        list[count++] = number((uint64_t)(INT64_MIN + 1));
        list[count++] = number(((uint64_t)1 << 61) + 1);
        break;
    case 'y':
        error = AMIO_ERROR_NO_SUCH_TICKET;
        list[count++] = number(0);
        list[count++] = number(UINT64_MAX);
        list[count++] = number(right.ticket - 1);
        break;
    case '2':
        list[count++] = number(2);
        list[count++] = number(UINT32_MAX);
        break;
    case '3':
        list[count++] = number(3);
        list[count++] = number(UINT32_MAX);
        break;
    case '4':
        list[count++] = number(4);
        list[count++] = number(UINT32_MAX);
        break;
    case 'h':
        list[count++] = number(0);
        list[count++] = number(999);
        list[count++] = number(768001);
        list[count++] = number(UINT32_MAX);
        break;
    case '#':
        list[count++] = number(0);
        list[count++] = number(65);
        list[count++] = number(65538); /* would be 2 if it were truncated to 16 bits */
        list[count++] = number(UINT32_MAX);
        break;
    case 'm':
        list[count++] = number(0);
        list[count++] = number(65537);
        list[count++] = number(UINT32_MAX);
        break;
    case 'q':
        list[count++] = number(1);
        list[count++] = number(UINT32_MAX);
        list[count++] = number(UINT64_MAX);
        break;
    case 'z':
        list[count++] = number(0);
        list[count++] = number((uint64_t)1 << 63);
        list[count++] = number(SIZE_MAX);
        break;
    case 'Z': case 't':
        error = AMIO_ERROR_BUFFER_TOO_SMALL;
        list[count++] = number(0);
        list[count++] = number(1);
        break;
    default:
        break;
    }
    if (which >= count)
        return AMIO_OK;
    *wrong = list[which];
    return error;
}

FUNCTION(amio_interface_new, A0, A1)
FUNCTION(amio_interface_start, A0)
FUNCTION(amio_interface_stop, A0)
FUNCTION(amio_interface_close, A0)
FUNCTION(amio_interface_free, A0)
FUNCTION(amio_interface_state, A0, A1)
FUNCTION(amio_interface_frame_rate_hz, A0, A1)
FUNCTION(amio_interface_period_frames, A0, A1)
FUNCTION(amio_interface_latency, A0, A1, A2)
FUNCTION(amio_interface_client_name, A0, A1, U(2))
FUNCTION(amio_interface_advance, A0, U(1), A2, a[3].p)
FUNCTION(amio_interface_set_period_frames, A0, U32(1))
FUNCTION(amio_interface_set_input_clip, A0, A1)
FUNCTION(amio_interface_skip, A0, U(1))
FUNCTION(amio_interface_transport, A0, A1)
FUNCTION(amio_interface_position, A0, A1)
FUNCTION(amio_interface_set_position, A0, a[1].i)
FUNCTION(amio_interface_rolling, A0, A1)
FUNCTION(amio_interface_set_rolling, A0, U32(1))
FUNCTION(amio_clip_new, A0, A1, U(2), a[3].p)
FUNCTION(amio_clip_new_f32, U32(0), U32(1), A2, U(3), a[4].p)
FUNCTION(amio_clip_new_i16, U32(0), U32(1), A2, U(3), a[4].p)
FUNCTION(amio_clip_new_borrowed, A0, A1, U(2), release, NULL, a[3].p)
FUNCTION(amio_clip_info, A0, A1)
FUNCTION(amio_clip_read, A0, U32(1), U(2), U(3), a[4].p)
FUNCTION(amio_clip_retain, A0)
FUNCTION(amio_clip_free, A0)
FUNCTION(amio_analysis_new, A0, U32(1), NULL, NULL, a[2].p)
FUNCTION(amio_clip_convert, A0, U32(1), U32(2), NULL, NULL, a[3].p)
FUNCTION(amio_analysis_info, A0, A1)
FUNCTION(amio_analysis_read, A0, U32(1), U(2), U(3), a[4].p, U(5))
FUNCTION(amio_analysis_loudness, A0, A1)
FUNCTION(amio_analysis_levels, A0, U32(1), A2)
FUNCTION(amio_analysis_free, A0)
FUNCTION(amio_playspec_new, A0)
FUNCTION(amio_playspec_entry_init, A0, U(1), A2)
FUNCTION(amio_playspec_add, A0, A1, A2)
FUNCTION(amio_playspec_set_gain, A0, U(1), a[2].f, a[3].f, U(4))
FUNCTION(amio_playspec_free, A0)
FUNCTION(amio_interface_schedule, A0, A1, a[2].i, a[3].i, U32(4), a[5].u, a[6].p)
FUNCTION(amio_interface_cancel, A0, U(1))
FUNCTION(amio_group_new, A0, A1)
FUNCTION(amio_group_schedule, A0, A1, a[2].i, a[3].i, U32(4), a[5].u, a[6].p)
FUNCTION(amio_group_cancel, A0, U(1))
FUNCTION(amio_group_set_gain, A0, A1, U(2), a[3].f, a[4].f, U(5))
FUNCTION(amio_group_set_position, A0, a[1].i)
FUNCTION(amio_group_set_rolling, A0, U32(1))
FUNCTION(amio_group_commit, A0)
FUNCTION(amio_group_free, A0)
FUNCTION(amio_interface_read_input, A0, A1, A2, U(3))
FUNCTION(amio_interface_wait_input, A0, A1, A2, U(3), U32(4))
FUNCTION(amio_interface_set_input_threshold, A0, U(1))
FUNCTION(amio_interface_input_fd, A0, A1)
FUNCTION(amio_interface_next_event, A0, A1)
FUNCTION(amio_interface_wait_event, A0, A1, U32(2))
FUNCTION(amio_interface_event_fd, A0, A1)
FUNCTION(amio_interface_stats, A0, A1)
FUNCTION(amio_interface_alsa_info, A0, A1)
FUNCTION(amio_interface_meters, A0, U32(1), A2, U32(3), a[4].p)
FUNCTION(amio_interface_next_midi, A0, A1, A2, U(3))
FUNCTION(amio_interface_wait_midi, A0, A1, A2, U(3), U32(4))
FUNCTION(amio_interface_midi_fd, A0, A1)
FUNCTION(amio_interface_send_midi, A0, U32(1), U32(2), a[3].i, a[4].p, U(5), U32(6))
FUNCTION(amio_interface_cancel_midi, A0)
FUNCTION(amio_ring_new, U(0), A1)
FUNCTION(amio_ring_free, A0)
FUNCTION(amio_ring_lock_memory, A0)
FUNCTION(amio_ring_size, A0, A1)
FUNCTION(amio_ring_write_space, A0, A1)
FUNCTION(amio_ring_read_space, A0, A1)
FUNCTION(amio_ring_write, A0, A1, U(2), a[3].p)
FUNCTION(amio_ring_read, A0, A1, U(2), a[3].p)
FUNCTION(amio_ring_peek, A0, A1, U(2), a[3].p)
FUNCTION(amio_ring_write_spans, A0, A1)
FUNCTION(amio_ring_write_advance, A0, U(1))
FUNCTION(amio_ring_read_spans, A0, A1)
FUNCTION(amio_ring_read_advance, A0, U(1))
FUNCTION(amio_ring_reset, A0)
FUNCTION(amio_recorder_stop, A0)
FUNCTION(amio_recorder_wait, A0, U32(1))
FUNCTION(amio_recorder_recording, A0, A1)
FUNCTION(amio_recorder_free, A0)

static const struct function table[] = {
    LINE(amio_interface_new, "Mo"),
    {"amio_interface_start", "I", call_amio_interface_start, AMIO_ERROR_INVALID_STATE},
    LINE(amio_interface_stop, "I"),
    LINE(amio_interface_close, "I"),
    LINE(amio_interface_free, "i"),
    LINE(amio_interface_state, "Io"),
    LINE(amio_interface_frame_rate_hz, "Io"),
    LINE(amio_interface_period_frames, "Io"),
    LINE(amio_interface_latency, "IoO"),
    LINE(amio_interface_client_name, "INZ"),
    LINE(amio_interface_advance, "Indb"),
    LINE(amio_interface_set_period_frames, "Im"),
    LINE(amio_interface_set_input_clip, "Ic"),
    LINE(amio_interface_skip, "Il"),
    LINE(amio_interface_transport, "IW"),
    LINE(amio_interface_position, "Io"),
    LINE(amio_interface_set_position, "Ix"),
    LINE(amio_interface_rolling, "Io"),
    LINE(amio_interface_set_rolling, "I2"),
    LINE(amio_clip_new, "FDeo"),
    LINE(amio_clip_new_f32, "h#Deo"),
    LINE(amio_clip_new_i16, "h#Deo"),
    LINE(amio_clip_new_borrowed, "FDeo"),
    LINE(amio_clip_info, "CA"),
    LINE(amio_clip_read, "CqsnB"),
    LINE(amio_clip_retain, "C"),
    LINE(amio_clip_free, "c"),
    LINE(amio_analysis_new, "C4o"),
    LINE(amio_clip_convert, "Ch3o"),
    LINE(amio_analysis_info, "RA"),
    LINE(amio_analysis_read, "RqawLn"),
    LINE(amio_analysis_loudness, "RT"),
    LINE(amio_analysis_levels, "RqU"),
    LINE(amio_analysis_free, "r"),
    LINE(amio_playspec_new, "o"),
    LINE(amio_playspec_entry_init, "JzC"),
    LINE(amio_playspec_add, "PEo"),
    LINE(amio_playspec_set_gain, "Pqffl"),
    LINE(amio_playspec_set_gain, "Qqffl"),
    LINE(amio_playspec_free, "p"),
    LINE(amio_interface_schedule, "IPxx3*o"),
    LINE(amio_interface_cancel, "Iy"),
    LINE(amio_group_new, "Io"),
    LINE(amio_group_schedule, "GPxx3*o"),
    LINE(amio_group_cancel, "Gy"),
    LINE(amio_group_set_gain, "GQqffl"),
    LINE(amio_group_set_position, "Gx"),
    LINE(amio_group_set_rolling, "G2"),
    LINE(amio_group_commit, "G"),
    LINE(amio_group_free, "g"),
    LINE(amio_interface_read_input, "IKBn"),
    LINE(amio_interface_wait_input, "IKBn*"),
    LINE(amio_interface_set_input_threshold, "Iw"),
    LINE(amio_interface_input_fd, "Io"),
    LINE(amio_interface_next_event, "IV"),
    LINE(amio_interface_wait_event, "IV*"),
    LINE(amio_interface_event_fd, "Io"),
    LINE(amio_interface_stats, "IS"),
    {"amio_interface_alsa_info", "I=", call_amio_interface_alsa_info, AMIO_ERROR_INVALID_STATE},
    LINE(amio_interface_meters, "I2Hto"),
    LINE(amio_interface_next_midi, "I%>!"),
    {"amio_interface_wait_midi", "I%>!*", call_amio_interface_wait_midi, AMIO_ERROR_TIMEOUT},
    LINE(amio_interface_midi_fd, "Io"),
    LINE(amio_interface_send_midi, "Iq3x<?2"),
    LINE(amio_interface_cancel_midi, "I"),
    LINE(amio_ring_new, "~o"),
    LINE(amio_ring_free, "^"),
    LINE(amio_ring_lock_memory, "@"),
    LINE(amio_ring_size, "@o"),
    LINE(amio_ring_write_space, "@o"),
    LINE(amio_ring_read_space, "@o"),
    LINE(amio_ring_write, "@<*o"),
    LINE(amio_ring_read, "@>*o"),
    LINE(amio_ring_peek, "@>*o"),
    LINE(amio_ring_write_spans, "@$"),
    LINE(amio_ring_write_advance, "@&"),
    LINE(amio_ring_read_spans, "@$"),
    LINE(amio_ring_read_advance, "@&"),
    LINE(amio_ring_reset, "@"),
    LINE(amio_recorder_stop, "X"),
    {"amio_recorder_wait", "X*", call_amio_recorder_wait, AMIO_ERROR_TIMEOUT},
    LINE(amio_recorder_recording, "XY"),
    LINE(amio_recorder_free, "k"),
};

static void files(void)
{
    amio_open_options options = {sizeof options, 0, 0};
    amio_file_info info = {0};
    amio_clip *clip = (amio_clip *)&options;

    FAILS(AMIO_ERROR_NULL_POINTER, amio_clip_open(NULL, &clip));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_clip_open("/dev/null", NULL));
    FAILS(AMIO_ERROR_FORMAT, amio_clip_open("/dev/null", &clip));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_clip_open_with(NULL, &options, NULL, NULL, &clip));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_clip_open_with("/dev/null", &options, NULL, NULL, NULL));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_clip_open_with("", &options, NULL, NULL, &clip));
    FAILS(AMIO_ERROR_IO, amio_clip_open_with("/nowhere", NULL, NULL, NULL, &clip));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_clip_open_stream(NULL, &options, &clip));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_clip_open_stream("/dev/null", &options, NULL));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_clip_open_stream("", &options, &clip));
    FAILS(AMIO_ERROR_IO, amio_clip_open_stream("/nowhere", NULL, &clip));
    options.struct_size = 3;
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_clip_open_stream("/dev/null", &options, &clip));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_file_probe("/dev/null", &info));
    info.struct_size = sizeof info;
    FAILS(AMIO_ERROR_NULL_POINTER, amio_file_probe(NULL, &info));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_file_probe("/dev/null", NULL));
    FAILS(AMIO_ERROR_FORMAT, amio_file_probe("/dev/null", &info));
    CHECK(clip == (amio_clip *)&options && info.frames == 0);
}

static void recorders(void)
{
    amio_recorder_config config = {0};
    amio_recorder *recorder = (amio_recorder *)&config;

    config.struct_size = sizeof config;
    FAILS(AMIO_ERROR_NULL_POINTER, amio_recorder_new(NULL, "/dev/null", &config, &recorder));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_recorder_new(right.iface, NULL, &config, &recorder));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_recorder_new(right.iface, "/dev/null", NULL, &recorder));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_recorder_new(right.iface, "/dev/null", &config, NULL));
    FAILS(AMIO_ERROR_INVALID_HANDLE,
          amio_recorder_new(stale.iface, "/dev/null", &config, &recorder));
    FAILS(AMIO_ERROR_INVALID_HANDLE,
          amio_recorder_new((amio_interface *)right.recorder, "/dev/null", &config, &recorder));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_recorder_new(right.iface, "", &config, &recorder));
    FAILS(AMIO_ERROR_IO,
          amio_recorder_new(right.iface, "/nowhere/take.wav", &config, &recorder));
    CHECK(recorder == (amio_recorder *)&config);
}

static void devices(void)
{
    amio_devices *list = NULL;
    amio_device device;
    amio_device_side side;
    size_t count = 77;

    memset(&device, 0, sizeof device);
    memset(&side, 0, sizeof side);
    FAILS(AMIO_ERROR_NULL_POINTER, amio_devices_list(NULL, NULL));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_devices_list("\xff", &list));
    CHECK(list == NULL);
    OK(amio_devices_list("amio-test-no-such-server", &list));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_devices_count(NULL, &count));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_devices_count(list, NULL));
    FAILS(AMIO_ERROR_INVALID_HANDLE, amio_devices_count((amio_devices *)right.clip, &count));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_devices_get(NULL, 0, &device));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_devices_get(list, 0, NULL));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_devices_get(list, 0, &device));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_devices_get_side(NULL, 0, 0, &side));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_devices_get_side(list, 0, 0, NULL));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_devices_get_side(list, 0, 0, &side));
    device.struct_size = sizeof device;
    side.struct_size = sizeof side;
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_devices_get(list, SIZE_MAX, &device));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_devices_get_side(list, SIZE_MAX, 0, &side));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_devices_get_side(list, 0, 2, &side));
    CHECK(count == 77 && device.driver == 0 && side.rate_count == 0);
    OK(amio_devices_free(list));
    FAILS(AMIO_ERROR_INVALID_HANDLE, amio_devices_count(list, &count));
    FAILS(AMIO_ERROR_INVALID_HANDLE, amio_devices_get(list, 0, &device));
    FAILS(AMIO_ERROR_INVALID_HANDLE, amio_devices_get_side(list, 0, 0, &side));
    FAILS(AMIO_ERROR_INVALID_HANDLE, amio_devices_free(list));
    OK(amio_devices_free(NULL));
}

/* The interface has no JACK server, and so no client. */
static void lent_client(void)
{
    amio_jack_client *client = NULL;
    FAILS(AMIO_ERROR_NULL_POINTER, amio_interface_jack_client(NULL, &client));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_interface_jack_client(right.iface, NULL));
    FAILS(AMIO_ERROR_INVALID_HANDLE, amio_interface_jack_client(stale.iface, &client));
    FAILS(AMIO_ERROR_INVALID_STATE, amio_interface_jack_client(right.iface, &client));
    CHECK(client == NULL);
}

int main(void)
{
    size_t at;
    int tried = 0;

    make_right();
    stale.iface = right.iface;
    stale.clip = right.clip;
    stale.analysis = right.analysis;
    stale.playspec = right.open;
    stale.group = right.group;
    stale.recorder = right.recorder;
    stale.ring = right.ring;
    free_right();

    for (at = 0; at < sizeof table / sizeof table[0]; at++)
        tried += try_all(&table[at]);

    /* Functions that do not fit into the table: they take a file or a function. */
    make_right();
    FAILS(AMIO_ERROR_NULL_POINTER, amio_analysis_open(NULL, 0, NULL, NULL, &right.analysis));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_analysis_open("/dev/null", 0, NULL, NULL, NULL));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT,
          amio_analysis_open("/dev/null", 4, NULL, NULL, &right.analysis));
    FAILS(AMIO_ERROR_IO, amio_analysis_open("/nowhere", 0, NULL, NULL, &right.analysis));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_clip_save_wav(NULL, "/dev/null"));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_clip_save_wav(right.clip, NULL));
    FAILS(AMIO_ERROR_INVALID_HANDLE, amio_clip_save_wav(stale.clip, "/dev/null"));
    FAILS(AMIO_ERROR_INVALID_HANDLE, amio_clip_save_wav((amio_clip *)right.open, "/dev/null"));
    FAILS(AMIO_ERROR_IO, amio_clip_save_wav(right.clip, "/nowhere/clip.wav"));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_clip_save(NULL, "/dev/null", 0, NULL, NULL));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_clip_save(right.clip, NULL, 0, NULL, NULL));
    FAILS(AMIO_ERROR_INVALID_HANDLE, amio_clip_save(stale.clip, "/dev/null", 0, NULL, NULL));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_clip_save(right.clip, "/dev/null", 9, NULL, NULL));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_clip_save(right.clip, "", 0, NULL, NULL));
    FAILS(AMIO_ERROR_IO, amio_clip_save(right.clip, "/nowhere/clip.wav", 0, NULL, NULL));
    recorders();
    files();
    lent_client();
    devices();
    FAILS(AMIO_ERROR_NULL_POINTER,
          amio_clip_new_borrowed(&right.format, right.input, FRAMES, NULL, NULL, &right.clip));
    amio_release_flag(NULL);
    free_right();
    printf("%d calls of %d functions\n", tried, (int)(sizeof table / sizeof table[0]));
    return 0;
}
