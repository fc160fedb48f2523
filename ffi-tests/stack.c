/*
 * Measures how much stack each function takes, on a thread whose stack was filled with a pattern before.
 * The first argument is the limit in bytes. The others are files of at least two seconds at 48000 Hz.
 */
#include "measure.h"
#include <unistd.h>

enum { FRAMES = 8192 };

static struct {
    amio_interface *iface, *offline;
    amio_interface_config config;
    amio_recorder_config recording;
    amio_recorder *recorder;
    amio_clip *clip, *other, *streamed;
    amio_analysis *analysis;
    amio_playspec *playspec;
    amio_playspec_entry entry;
    amio_group *group;
    char path[512];
    uint64_t ticket;
    int flag;
} with;

static float samples[2 * FRAMES];
static int16_t integers[FRAMES];

/* ---- The functions, in groups ---- */

static void fails(void)
{
    OK(amio_version_check(AMIO_VERSION_MAJOR, AMIO_VERSION_MINOR, 0));
    CHECK(strlen(amio_version_string()) > 0);
    FAILS(AMIO_ERROR_NULL_POINTER, amio_interface_stop(NULL));
    CHECK(strlen(amio_last_error_message()) > 0 && strlen(amio_strerror(AMIO_OK)) > 0);
}

static void clip_new(void)
{
    amio_clip_format format;
    amio_clip *clip;
    memset(&format, 0, sizeof format);
    format.struct_size = sizeof format;
    format.frame_rate_hz = RATE;
    format.channels = 2;
    OK(amio_clip_new(&format, samples, FRAMES, &clip));
    OK(amio_clip_free(clip));
    OK(amio_clip_new_i16(RATE, 1, integers, FRAMES, &clip));
    OK(amio_clip_free(clip));
    OK(amio_clip_new_borrowed(&format, samples, FRAMES, amio_release_flag, &with.flag, &clip));
    OK(amio_clip_free(clip));
    OK(amio_clip_new_f32(RATE, 2, samples, FRAMES, &with.clip));
    OK(amio_clip_retain(with.clip));
    OK(amio_clip_free(with.clip));
}

static void clip_read(void)
{
    amio_clip_properties properties;
    memset(&properties, 0, sizeof properties);
    properties.struct_size = sizeof properties;
    OK(amio_clip_info(with.clip, &properties));
    OK(amio_clip_read(with.clip, 0, 0, FRAMES, samples));
}

static void clip_convert(void)
{
    uint32_t qualities[] = {AMIO_QUALITY_DRAFT, AMIO_QUALITY_GOOD, AMIO_QUALITY_BEST};
    uint32_t rates[] = {44100, 44101, 96000};
    int quality, rate;
    for (quality = 0; quality < 3; quality++)
        for (rate = 0; rate < 3; rate++) {
            OK(amio_clip_convert(with.clip, rates[rate], qualities[quality], NULL, NULL, &with.other));
            OK(amio_clip_free(with.other));
        }
}

static void clip_save(void)
{
    uint32_t format;
    OK(amio_clip_save_wav(with.clip, with.path));
    for (format = AMIO_FILE_WAV_16; format <= AMIO_FILE_WAVE64_F32; format++)
        OK(amio_clip_save(with.clip, with.path, format, NULL, NULL));
}

static void file_probe(void)
{
    amio_file_info info;
    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    OK(amio_file_probe(measured_with, &info));
}

static void clip_open(void)
{
    OK(amio_clip_open(measured_with, &with.other));
    OK(amio_clip_free(with.other));
}

static void clip_open_with(void)
{
    amio_open_options options;
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.frame_rate_hz = 32000;
    OK(amio_clip_open_with(measured_with, &options, NULL, NULL, &with.other));
    OK(amio_clip_free(with.other));
}

static void clip_open_stream(void)
{
    OK(amio_clip_open_stream(measured_with, NULL, &with.streamed));
    OK(amio_clip_read(with.streamed, 0, 0, 1024, samples));
}

static void analysis_new(void)
{
    amio_bucket bucket;
    amio_loudness loudness;
    amio_channel_levels levels;
    amio_clip_properties properties;
    OK(amio_analysis_new(with.clip, 0, NULL, NULL, &with.analysis));
    memset(&properties, 0, sizeof properties);
    properties.struct_size = sizeof properties;
    OK(amio_analysis_info(with.analysis, &properties));
    OK(amio_analysis_read(with.analysis, 0, 10, 5000, &bucket, 1));
    memset(&loudness, 0, sizeof loudness);
    loudness.struct_size = sizeof loudness;
    OK(amio_analysis_loudness(with.analysis, &loudness));
    memset(&levels, 0, sizeof levels);
    levels.struct_size = sizeof levels;
    OK(amio_analysis_levels(with.analysis, 0, &levels));
    OK(amio_analysis_free(with.analysis));
}

static void analysis_open(void)
{
    OK(amio_analysis_open(measured_with, 0, NULL, NULL, &with.analysis));
    OK(amio_analysis_free(with.analysis));
}

/* Many entries, so that their index is deep. */
static void playspec_add(void)
{
    uint64_t number;
    int64_t at;
    OK(amio_playspec_new(&with.playspec));
    OK(amio_playspec_entry_init(&with.entry, sizeof with.entry, with.clip));
    for (at = 0; at < 5000; at++) {
        with.entry.play_at_frame = at;
        with.entry.repeat_interval_frames = at % 3 ? 100000 + (uint64_t)at % 5 : 0;
        OK(amio_playspec_add(with.playspec, &with.entry, &number));
    }
    OK(amio_playspec_set_gain(with.playspec, 1, 0.5f, 0.5f, 0));
}

static void interface_new(void)
{
    OK(amio_interface_new(&with.config, with.config.driver == AMIO_DRIVER_NULL ? &with.iface : &with.offline));
}

static void interface_start(void)
{
    OK(amio_interface_start(with.iface));
    OK(amio_interface_stop(with.iface));
    OK(amio_interface_start(with.iface));
    OK(amio_interface_start(with.offline));
}

static void interface_tells(void)
{
    uint32_t number, other;
    int64_t position;
    int descriptor;
    char name[64];
    amio_stats stats;
    amio_transport transport;
    amio_meter meters[2];
    OK(amio_interface_state(with.iface, &number));
    OK(amio_interface_frame_rate_hz(with.iface, &number));
    OK(amio_interface_period_frames(with.iface, &number));
    OK(amio_interface_latency(with.iface, &number, &other));
    OK(amio_interface_client_name(with.iface, name, sizeof name));
    OK(amio_interface_position(with.iface, &position));
    OK(amio_interface_rolling(with.iface, &number));
    OK(amio_interface_event_fd(with.iface, &descriptor));
    OK(amio_interface_input_fd(with.iface, &descriptor));
    OK(amio_interface_midi_fd(with.iface, &descriptor));
    OK(amio_interface_set_input_threshold(with.iface, 1));
    memset(&transport, 0, sizeof transport);
    transport.struct_size = sizeof transport;
    OK(amio_interface_transport(with.iface, &transport));
    memset(&stats, 0, sizeof stats);
    stats.struct_size = sizeof stats;
    OK(amio_interface_stats(with.iface, &stats));
    OK(amio_interface_meters(with.iface, AMIO_METER_OUTPUTS, meters, 2, &number));
}

static void devices(void)
{
    amio_devices *list;
    size_t at, devices_count;
    amio_device device;
    amio_device_side side;
    memset(&device, 0, sizeof device);
    memset(&side, 0, sizeof side);
    device.struct_size = sizeof device;
    side.struct_size = sizeof side;
    OK(amio_devices_list("amio-test-no-such-server", &list));
    OK(amio_devices_count(list, &devices_count));
    for (at = 0; at < devices_count; at++) {
        OK(amio_devices_get(list, at, &device));
        if (device.has_playback)
            OK(amio_devices_get_side(list, at, AMIO_DIRECTION_PLAYBACK, &side));
    }
    OK(amio_devices_free(list));
}

static void transport(void)
{
    OK(amio_interface_set_rolling(with.iface, 1));
    OK(amio_interface_set_position(with.iface, 100));
    OK(amio_interface_set_rolling(with.offline, 1));
}

static void schedule(void)
{
    amio_status cancelled;
    OK(amio_interface_schedule(with.iface, with.playspec, 0, 0, AMIO_LATE_SLIP, 0, &with.ticket));
    OK(amio_interface_schedule(with.iface, with.playspec, 1LL << 40, 0, 0, 0, &with.ticket));
    cancelled = amio_interface_cancel(with.iface, with.ticket);
    OK(cancelled);
    OK(amio_interface_schedule(with.offline, with.playspec, AMIO_INSERT_AT_ONCE, 0, 0, 0, &with.ticket));
}

static void group(void)
{
    OK(amio_group_new(with.iface, &with.group));
    OK(amio_group_schedule(with.group, with.playspec, 1LL << 40, 0, 0, 0, &with.ticket));
    OK(amio_group_cancel(with.group, with.ticket));
    OK(amio_group_set_gain(with.group, with.playspec, 0, 1, 1, 0));
    OK(amio_group_set_position(with.group, 0));
    OK(amio_group_set_rolling(with.group, 1));
    OK(amio_group_commit(with.group));
    OK(amio_group_free(with.group));
}

static void recorder_new(void)
{
    OK(amio_recorder_new(with.offline, with.path, &with.recording, &with.recorder));
}

static void advance(void)
{
    OK(amio_interface_skip(with.offline, 10));
    OK(amio_interface_set_input_clip(with.offline, NULL));
    OK(amio_interface_set_period_frames(with.offline, 512));
    OK(amio_interface_advance(with.offline, FRAMES, NULL, samples));
}

static void recorder_stop(void)
{
    amio_recording recording;
    OK(amio_recorder_stop(with.recorder));
    OK(amio_recorder_wait(with.recorder, 1000));
    memset(&recording, 0, sizeof recording);
    recording.struct_size = sizeof recording;
    OK(amio_recorder_recording(with.recorder, &recording));
    OK(amio_recorder_free(with.recorder));
}

static void wait_for(void)
{
    amio_event event;
    amio_chunk chunk;
    memset(&event, 0, sizeof event);
    event.struct_size = sizeof event;
    OK(amio_interface_wait_event(with.iface, &event, 10000));
    OK(amio_interface_next_event(with.iface, &event));
    memset(&chunk, 0, sizeof chunk);
    chunk.struct_size = sizeof chunk;
    OK(amio_interface_wait_input(with.iface, &chunk, samples, 1024, 10000));
    OK(amio_interface_read_input(with.offline, &chunk, samples, 1024));
}

/* On the offline driver, streamed files are read on the caller's thread while they play. */
static void advance_streamed(void)
{
    amio_playspec *playspec;
    uint64_t number;
    OK(amio_playspec_new(&playspec));
    OK(amio_playspec_entry_init(&with.entry, sizeof with.entry, with.streamed));
    with.entry.source_begin_frame = RATE; /* a part that has not been read yet */
    OK(amio_playspec_add(playspec, &with.entry, &number));
    OK(amio_interface_schedule(with.offline, playspec, AMIO_INSERT_AT_ONCE, 0, 0, 0, &number));
    OK(amio_interface_advance(with.offline, FRAMES, NULL, samples));
    OK(amio_interface_schedule(with.iface, playspec, AMIO_INSERT_AT_ONCE, 0, 0, 0, &number));
    OK(amio_playspec_free(playspec));
}

static void give_back(void)
{
    OK(amio_playspec_free(with.playspec));
    OK(amio_interface_close(with.iface));
    OK(amio_interface_free(with.iface));
    OK(amio_interface_free(with.offline));
    OK(amio_clip_free(with.clip));
}

int main(int count, char **arguments)
{
    const char *folder = getenv("TMPDIR");
    uint32_t formats[] = {AMIO_FILE_WAV_F32, AMIO_FILE_FLAC_24};
    int at;

    CHECK(count >= 2);
    begin_measuring(atol(arguments[1]));
    snprintf(with.path, sizeof with.path, "%s/amio-stack-%ld", folder ? folder : "/tmp", (long)getpid());
    for (at = 0; at < 2 * FRAMES; at++)
        samples[at] = (float)(at * 7919 % 4096) / 8192;

    MEASURE(fails);
    MEASURE(clip_new);
    MEASURE(clip_read);
    MEASURE(clip_convert);
    MEASURE(clip_save);
    MEASURE(analysis_new);
    MEASURE(playspec_add);
    with.config.struct_size = sizeof with.config;
    with.config.input_channels = 2;
    with.config.output_channels = 2;
    with.config.driver = AMIO_DRIVER_OFFLINE;
    MEASURE(interface_new);
    with.config.driver = AMIO_DRIVER_NULL;
    MEASURE(interface_new);
    MEASURE(interface_start);
    MEASURE(interface_tells);
    MEASURE(devices);
    MEASURE(transport);
    MEASURE(schedule);
    MEASURE(group);
    with.recording.struct_size = sizeof with.recording;
    for (at = 0; at < 2; at++) {
        with.recording.file_format = formats[at];
        MEASURE(recorder_new);
        MEASURE(advance);
        MEASURE(recorder_stop);
    }
    MEASURE(wait_for);
    for (at = 2; at < count; at++) {
        measured_with = arguments[at];
        MEASURE(file_probe);
        MEASURE(clip_open);
        MEASURE(clip_open_with);
        MEASURE(analysis_open);
        MEASURE(clip_open_stream);
        MEASURE(advance_streamed);
        OK(amio_clip_free(with.streamed));
    }
    measured_with = NULL;
    MEASURE(give_back);
    remove(with.path);
    return end_measuring();
}
