/*
 * Tries wrong values for every field of every struct that the library reads. Each must give a documented
 * error and a message that names the field, and have no effect. The table also has the valid values at
 * the ends of the ranges.
 */
#define _XOPEN_SOURCE 700 /* mkstemp() */
#include "check.h"
#include <math.h>
#include <stddef.h>
#include <unistd.h>

enum type { U32, U64, I64, F32, POINTER };

struct field {
    const char *name;
    size_t offset;
    enum type type;
    double value;
    amio_status expected;
};

static const double TWO_63 = 9223372036854775808.0;
static const double MOST = 18446744073709549568.0; /* the greatest below 2^64 */

#define NO AMIO_ERROR_INVALID_ARGUMENT

static void set(void *record, const struct field *field)
{
    char *at = (char *)record + field->offset;
    uint32_t u32 = (uint32_t)field->value;
    uint64_t u64 = field->type == U64 ? (uint64_t)field->value : 0;
    int64_t i64 = field->type == I64 ? (int64_t)field->value : 0;
    float f32 = (float)field->value;
    void *pointer = NULL;

    switch (field->type) {
    case U32: memcpy(at, &u32, sizeof u32); break;
    case U64: memcpy(at, &u64, sizeof u64); break;
    case I64: memcpy(at, &i64, sizeof i64); break;
    case F32: memcpy(at, &f32, sizeof f32); break;
    case POINTER: memcpy(at, &pointer, sizeof pointer); break;
    }
}

static void expect(const struct field *field, amio_status status)
{
    if (status != field->expected)
        fprintf(stderr, "%s = %g: %s (%s), not %s\n", field->name, field->value,
                amio_strerror(status), amio_last_error_message(), amio_strerror(field->expected));
    CHECK(status == field->expected);
    if (status != AMIO_OK && strstr(amio_last_error_message(), field->name) == NULL) {
        fprintf(stderr, "%s is not in \"%s\"\n", field->name, amio_last_error_message());
        CHECK(0);
    }
}

static void entries(void)
{
#define ENTRY(name, type, value, expected) \
    {#name, offsetof(amio_playspec_entry, name), type, value, expected}
    const struct field table[] = {
        ENTRY(clip, POINTER, 0, AMIO_ERROR_NULL_POINTER),
        ENTRY(first_output_channel, U32, 63, AMIO_OK),
        ENTRY(first_output_channel, U32, 64, NO),
        ENTRY(first_output_channel, U32, 65536, NO),
        ENTRY(first_output_channel, U32, 4294967295.0, NO),
        ENTRY(source_begin_frame, U64, 99, AMIO_OK),
        ENTRY(source_begin_frame, U64, 100, NO),
        ENTRY(source_begin_frame, U64, TWO_63, NO),
        ENTRY(source_begin_frame, U64, MOST, NO),
        ENTRY(source_end_frame, U64, 100, AMIO_OK),
        ENTRY(source_end_frame, U64, 101, NO),
        ENTRY(source_end_frame, U64, TWO_63, NO),
        ENTRY(source_end_frame, U64, MOST, NO),
        ENTRY(play_at_frame, I64, TWO_63 / 4, AMIO_OK),
        ENTRY(play_at_frame, I64, -TWO_63 / 4, AMIO_OK),
        ENTRY(play_at_frame, I64, TWO_63 / 2, NO),
        ENTRY(play_at_frame, I64, -TWO_63, NO),
        ENTRY(repeat_interval_frames, U64, 100, AMIO_OK),
        ENTRY(repeat_interval_frames, U64, TWO_63 / 8, AMIO_OK),
        ENTRY(repeat_interval_frames, U64, TWO_63, NO),
        ENTRY(repeat_interval_frames, U64, MOST, NO),
        ENTRY(repeat_interval_denominator, U32, 1, NO), /* without an interval */
        ENTRY(repeat_count, U64, 1, NO),                /* without an interval */
        ENTRY(reserved, U32, 1, AMIO_ERROR_UNSUPPORTED),
        ENTRY(gain_left, F32, 1e6, AMIO_OK),
        ENTRY(gain_left, F32, NAN, NO),
        ENTRY(gain_left, F32, INFINITY, NO),
        ENTRY(gain_left, F32, 1e38, NO),
        ENTRY(gain_right, F32, 0, AMIO_OK),
        ENTRY(gain_right, F32, NAN, NO),
        ENTRY(gain_right, F32, -INFINITY, NO),
        ENTRY(gain_right, F32, -1e38, NO),
        ENTRY(fade_in_frames, U64, 100, AMIO_OK),
        ENTRY(fade_in_frames, U64, 101, NO),
        ENTRY(fade_in_frames, U64, TWO_63, NO),
        ENTRY(fade_in_frames, U64, MOST, NO),
        ENTRY(fade_out_frames, U64, 100, AMIO_OK),
        ENTRY(fade_out_frames, U64, 101, NO),
        ENTRY(fade_out_frames, U64, TWO_63, NO),
        ENTRY(fade_out_frames, U64, MOST, NO),
    };
    amio_clip *clip = counting_clip(100);
    amio_playspec *playspec;
    uint64_t number, added = 0;
    size_t at;

    OK(amio_playspec_new(&playspec));
    for (at = 0; at < sizeof table / sizeof table[0]; at++) {
        amio_playspec_entry entry = entry_of(clip, 0);
        number = 77;
        set(&entry, &table[at]);
        expect(&table[at], amio_playspec_add(playspec, &entry, &number));
        CHECK(number == (table[at].expected == AMIO_OK ? added++ : 77));
    }
    OK(amio_playspec_free(playspec));
    OK(amio_clip_free(clip));
}

static void configurations(void)
{
#define CONFIG(name, type, value, expected) \
    {#name, offsetof(amio_interface_config, name), type, value, expected}
    const struct field table[] = {
        CONFIG(driver, U32, 5, NO),
        CONFIG(driver, U32, 4294967295.0, NO),
        CONFIG(frame_rate_hz, U32, 1000, AMIO_OK),
        CONFIG(frame_rate_hz, U32, 999, NO),
        CONFIG(frame_rate_hz, U32, 768001, NO),
        CONFIG(frame_rate_hz, U32, 4294967295.0, NO),
        CONFIG(period_frames, U32, 65536, AMIO_OK),
        CONFIG(period_frames, U32, 65537, NO),
        CONFIG(period_frames, U32, 4294967295.0, NO),
        CONFIG(input_channels, U32, 64, AMIO_OK),
        CONFIG(input_channels, U32, 4294967295.0, AMIO_OK),
        CONFIG(input_channels, U32, 65, NO),
        CONFIG(input_channels, U32, 65538, NO),
        CONFIG(output_channels, U32, 64, AMIO_OK),
        CONFIG(output_channels, U32, 4294967295.0, AMIO_OK),
        CONFIG(output_channels, U32, 65, NO),
        CONFIG(output_channels, U32, 65538, NO),
        CONFIG(autoconnect, U32, 2, AMIO_OK),
        CONFIG(autoconnect, U32, 3, NO),
        CONFIG(midi_inputs, U32, 16, AMIO_OK),
        CONFIG(midi_inputs, U32, 17, NO),
        CONFIG(midi_outputs, U32, 16, AMIO_OK),
        CONFIG(midi_outputs, U32, 4294967295.0, NO),
        CONFIG(start_server, U32, 2, AMIO_OK),
        CONFIG(start_server, U32, 3, NO),
        CONFIG(latency_offset_frames, U32, 1048576, AMIO_OK),
        CONFIG(latency_offset_frames, U32, 4293918720.0, AMIO_OK), /* -2^20 */
        CONFIG(latency_offset_frames, U32, 4293918719.0, NO),
        CONFIG(latency_offset_frames, U32, 1048577, NO),
        CONFIG(reserved, U32, 1, AMIO_ERROR_UNSUPPORTED),
        CONFIG(realtime_priority, U32, 99, AMIO_OK),
        CONFIG(realtime_priority, U32, 100, NO),
        CONFIG(realtime_priority, U32, 4294967295.0, NO),
        CONFIG(clamp, U32, 2, AMIO_OK),
        CONFIG(clamp, U32, 3, NO),
        CONFIG(declick_frames, U32, 4294967295.0, AMIO_OK),
        CONFIG(declick_frames, U32, 768001, NO),
        CONFIG(skip_policy, U32, 1, AMIO_OK),
        CONFIG(skip_policy, U32, 2, NO),
        CONFIG(swap_queue_length, U32, 65536, AMIO_OK),
        CONFIG(swap_queue_length, U32, 65537, NO),
        CONFIG(command_queue_length, U32, 65536, AMIO_OK),
        CONFIG(command_queue_length, U32, 4294967295.0, NO),
        CONFIG(capture_buffer_frames, U64, 1, AMIO_OK),
        CONFIG(capture_buffer_frames, U64, 67108865, NO),
        CONFIG(capture_buffer_frames, U64, TWO_63, NO),
        CONFIG(capture_buffer_frames, U64, MOST, NO),
        CONFIG(read_ahead_frames, U64, 1, AMIO_OK),
        CONFIG(read_ahead_frames, U64, 16777216, AMIO_OK),
        CONFIG(read_ahead_frames, U64, 16777217, NO),
        CONFIG(read_ahead_frames, U64, MOST, NO),
        CONFIG(capture_latency_frames, U32, 1048576, AMIO_OK),
        CONFIG(capture_latency_frames, U32, 1048577, NO),
        CONFIG(playback_latency_frames, U32, 4294967295.0, NO),
        CONFIG(alsa_periods, U32, 2, AMIO_OK),
        CONFIG(alsa_periods, U32, 64, AMIO_OK),
        CONFIG(alsa_periods, U32, 1, NO),
        CONFIG(alsa_periods, U32, 65, NO),
        CONFIG(alsa_buffer_frames, U32, 1, AMIO_OK),
        CONFIG(alsa_buffer_frames, U32, 16777216, AMIO_OK),
        CONFIG(alsa_buffer_frames, U32, 16777217, NO),
        CONFIG(alsa_format, U32, AMIO_ALSA_FORMAT_U8, AMIO_OK),
        CONFIG(alsa_format, U32, 12, NO),
        CONFIG(alsa_format, U32, 4294967295.0, NO),
        CONFIG(alsa_access, U32, AMIO_ALSA_ACCESS_READ_WRITE, AMIO_OK),
        CONFIG(alsa_access, U32, 3, NO),
        CONFIG(alsa_dither, U32, 1, AMIO_OK),
        CONFIG(alsa_dither, U32, 2, NO),
        CONFIG(alsa_dither_seed, U64, MOST, AMIO_OK),
        CONFIG(alsa_convert_rate, U32, 1, AMIO_OK),
        CONFIG(alsa_convert_rate, U32, 2, NO),
    };
    static const char *const bad_names[] = {"", "a:b", "\xFF"};
    amio_interface_config config;
    amio_interface *iface;
    static char endless[5000];
    size_t at;

    for (at = 0; at < sizeof table / sizeof table[0]; at++) {
        amio_status status;
        memset(&config, 0, sizeof config);
        config.struct_size = sizeof config;
        config.driver = AMIO_DRIVER_OFFLINE;
        set(&config, &table[at]);
        iface = (amio_interface *)&config;
        status = amio_interface_new(&config, &iface);
        expect(&table[at], status);
        if (status == AMIO_OK)
            OK(amio_interface_free(iface));
        else
            CHECK(iface == (amio_interface *)&config);
    }
    memset(&config, 0, sizeof config);
    config.struct_size = sizeof config;
    config.driver = AMIO_DRIVER_OFFLINE;
    for (at = 0; at < 3; at++) {
        config.client_name = bad_names[at];
        FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_interface_new(&config, &iface));
        CHECK(strstr(amio_last_error_message(), "client_name") != NULL);
    }
    memset(endless, 'x', sizeof endless);
    config.client_name = NULL;
    config.server_name = endless; /* has no end within the maximum length */
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_interface_new(&config, &iface));
    config.server_name = NULL;
    config.alsa_playback = "\xFF";
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_interface_new(&config, &iface));
    CHECK(strstr(amio_last_error_message(), "alsa_playback") != NULL);
    config.alsa_playback = NULL;
    config.alsa_capture = endless;
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_interface_new(&config, &iface));
    CHECK(strstr(amio_last_error_message(), "alsa_capture") != NULL);
}

static void formats(void)
{
#define FORMAT(name, value, expected) {#name, offsetof(amio_clip_format, name), U32, value, expected}
    const struct field table[] = {
        FORMAT(frame_rate_hz, 0, NO),      FORMAT(frame_rate_hz, 999, NO),
        FORMAT(frame_rate_hz, 768000, AMIO_OK), FORMAT(frame_rate_hz, 768001, NO),
        FORMAT(channels, 0, NO),           FORMAT(channels, 65, NO),
        FORMAT(channels, 65537, NO),       FORMAT(channels, 4294967295.0, NO),
        FORMAT(sample_format, 5, NO),      FORMAT(sample_format, 4294967295.0, NO),
        FORMAT(layout, 1, AMIO_OK),        FORMAT(layout, 2, NO),
    };
    static const float samples[4];
    size_t at;

    for (at = 0; at < sizeof table / sizeof table[0]; at++) {
        amio_clip_format format = {sizeof format, RATE, 2, AMIO_SAMPLE_F32, 0};
        amio_clip *clip;
        amio_status status;
        set(&format, &table[at]);
        clip = (amio_clip *)&format;
        status = amio_clip_new(&format, samples, 2, &clip);
        expect(&table[at], status);
        if (status == AMIO_OK)
            OK(amio_clip_free(clip));
        else
            CHECK(clip == (amio_clip *)&format);
    }
}

static void open_options(void)
{
#define OPTION(name, value, expected) {#name, offsetof(amio_open_options, name), U32, value, expected}
    const struct field table[] = {
        OPTION(quality, 2, AMIO_OK),
        OPTION(quality, 3, NO),
        OPTION(quality, 4294967295.0, NO),
        OPTION(frame_rate_hz, 1000, AMIO_OK),
        OPTION(frame_rate_hz, 999, NO),
        OPTION(frame_rate_hz, 768001, NO),
    };
    char path[] = "/tmp/amio-fields-XXXXXX";
    amio_clip *clip = counting_clip(100);
    size_t at;

    CHECK(close(mkstemp(path)) == 0);
    OK(amio_clip_save_wav(clip, path));
    OK(amio_clip_free(clip));
    for (at = 0; at < sizeof table / sizeof table[0]; at++) {
        amio_open_options options = {sizeof options, 0, 0};
        amio_status status;
        set(&options, &table[at]);
        clip = (amio_clip *)&options;
        status = amio_clip_open_stream(path, &options, &clip);
        expect(&table[at], status);
        if (status == AMIO_OK)
            OK(amio_clip_free(clip));
        else
            CHECK(clip == (amio_clip *)&options);
        clip = (amio_clip *)&options;
        status = amio_clip_open_with(path, &options, NULL, NULL, &clip);
        expect(&table[at], status);
        if (status == AMIO_OK)
            OK(amio_clip_free(clip));
    }
    CHECK(unlink(path) == 0);
}

static void recorders(void)
{
#define RECORDER(name, type, value, expected) \
    {#name, offsetof(amio_recorder_config, name), type, value, expected}
    const struct field table[] = {
        RECORDER(source, U32, 1, AMIO_OK),
        RECORDER(source, U32, 2, NO),
        RECORDER(source, U32, 4294967295.0, NO),
        RECORDER(file_format, U32, 8, AMIO_OK),
        RECORDER(file_format, U32, 9, NO),
        RECORDER(file_format, U32, 4294967295.0, NO),
        RECORDER(channel_count, U32, 64, AMIO_OK),
        RECORDER(channel_count, U32, 65, NO),
        RECORDER(channel_count, U32, 65537, NO),
        RECORDER(channel_count, U32, 0, NO), /* with channels */
        RECORDER(channels, POINTER, 0, AMIO_ERROR_NULL_POINTER),
        RECORDER(punch_in, U32, 0, AMIO_OK),
        RECORDER(punch_in, U32, 2, NO),
        RECORDER(punch_out, U32, 0, NO), /* with an end */
        RECORDER(punch_out, U32, 2, NO),
        RECORDER(begin_frame, I64, 99, AMIO_OK),
        RECORDER(begin_frame, I64, -TWO_63 / 4, AMIO_OK),
        RECORDER(begin_frame, I64, -TWO_63, NO),
        RECORDER(end_frame, I64, TWO_63 / 4, AMIO_OK),
        RECORDER(end_frame, I64, TWO_63 / 2, NO),
        RECORDER(end_frame, I64, 0, NO), /* not after the begin */
        RECORDER(most_frames, U64, 1, AMIO_OK),
        RECORDER(most_frames, U64, TWO_63 / 8, AMIO_OK),
        RECORDER(most_frames, U64, TWO_63, NO),
        RECORDER(most_frames, U64, MOST, NO),
        RECORDER(buffer_frames, U64, 1, AMIO_OK),
        RECORDER(buffer_frames, U64, 67108865, NO),
        RECORDER(buffer_frames, U64, MOST, NO),
    };
    static const uint32_t channels[64]; /* channel 0, 64 times */
    uint32_t missing[] = {0, 1};
    amio_interface *iface = rolling_offline(1);
    amio_recorder_config config;
    amio_recorder *recorder;
    size_t at;

    for (at = 0; at < sizeof table / sizeof table[0]; at++) {
        amio_status status;
        memset(&config, 0, sizeof config);
        config.struct_size = sizeof config;
        config.channels = channels;
        config.channel_count = 8;
        config.punch_in = config.punch_out = 1;
        config.end_frame = 100;
        set(&config, &table[at]);
        recorder = (amio_recorder *)&config;
        status = amio_recorder_new(iface, "/dev/null", &config, &recorder);
        expect(&table[at], status);
        if (status == AMIO_OK)
            OK(amio_recorder_free(recorder));
        else
            CHECK(recorder == (amio_recorder *)&config);
        OK(amio_interface_advance(iface, 1, NULL, NULL));
    }
    memset(&config, 0, sizeof config);
    config.struct_size = sizeof config;
    config.channels = missing;
    for (missing[1] = 1; missing[1] != 0; missing[1] *= 16) {
        config.channel_count = 2;
        FAILS(AMIO_ERROR_INVALID_ARGUMENT,
              amio_recorder_new(iface, "/dev/null", &config, &recorder));
        CHECK(strstr(amio_last_error_message(), "config->channels has") != NULL);
    }
    OK(amio_interface_free(iface));
}

/* Samples of all float formats are checked, and the message gives the place of the bad one. */
static void samples(void)
{
    static const double bad[] = {NAN, INFINITY, -INFINITY, 1e38, -1e38, 1e300};
    amio_clip_format format = {sizeof format, RATE, 2, AMIO_SAMPLE_F64, 0};
    amio_clip *clip;
    size_t at;

    for (at = 0; at < sizeof bad / sizeof bad[0]; at++) {
        double doubles[6] = {0, 0, 0, 0, 0, 0};
        float floats[6] = {0, 0, 0, 0, 0, 0};
        doubles[5] = bad[at];
        floats[5] = (float)bad[at];
        FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_clip_new(&format, doubles, 3, &clip));
        FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_clip_new_f32(RATE, 2, floats, 3, &clip));
        CHECK(strstr(amio_last_error_message(), "frame 2, channel 1") != NULL);
    }
}

int main(void)
{
    entries();
    configurations();
    formats();
    open_options();
    recorders();
    samples();
    return 0;
}
