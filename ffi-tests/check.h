/* Shared by all test programs: checks that print file, line and message, and objects for tests. */
#ifndef CHECK_H
#define CHECK_H

#include <amio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition) check(__FILE__, __LINE__, #condition, (condition))
#define OK(call) check_status(__FILE__, __LINE__, #call, AMIO_OK, (call))
#define FAILS(status, call) check_status(__FILE__, __LINE__, #call, (status), (call))

static inline void check(const char *file, int line, const char *text, int holds)
{
    if (!holds) {
        fprintf(stderr, "%s:%d: not so: %s\n", file, line, text);
        exit(1);
    }
}

static inline void check_status(const char *file, int line, const char *text,
                                amio_status expected, amio_status status)
{
    if (status != expected) {
        fprintf(stderr, "%s:%d: %s\n  gives \"%s\" (%s), not \"%s\"\n", file, line, text,
                amio_strerror(status), amio_last_error_message(), amio_strerror(expected));
        exit(1);
    }
}

enum { RATE = 48000, PERIOD = 64 };

/* As rolling_offline(), also with so many MIDI inputs and outputs. */
static inline amio_interface *rolling_offline_with_midi(uint32_t channels, uint32_t midi_ports)
{
    amio_interface_config config;
    amio_interface *iface;
    memset(&config, 0, sizeof config);
    config.struct_size = sizeof config;
    config.driver = AMIO_DRIVER_OFFLINE;
    config.period_frames = PERIOD;
    config.input_channels = channels;
    config.output_channels = channels;
    config.midi_inputs = midi_ports;
    config.midi_outputs = midi_ports;
    config.declick_frames = AMIO_DECLICK_OFF;
    OK(amio_interface_new(&config, &iface));
    OK(amio_interface_start(iface));
    OK(amio_interface_set_rolling(iface, 1));
    return iface;
}

/* An offline interface with hard cuts, started and rolling. */
static inline amio_interface *rolling_offline(uint32_t channels)
{
    return rolling_offline_with_midi(channels, 0);
}

/* A clip of one channel with the samples 0.01, 0.02, 0.03, ... */
static inline amio_clip *counting_clip(uint64_t frames)
{
    float *samples = malloc(frames * sizeof *samples);
    amio_clip *clip;
    uint64_t at;
    CHECK(samples != NULL);
    for (at = 0; at < frames; at++)
        samples[at] = (float)(at + 1) / 100;
    OK(amio_clip_new_f32(RATE, 1, samples, frames, &clip));
    free(samples);
    return clip;
}

/* A playspec with this one entry. */
static inline amio_playspec *playspec_of(const amio_playspec_entry *entry)
{
    amio_playspec *playspec;
    uint64_t number;
    OK(amio_playspec_new(&playspec));
    OK(amio_playspec_add(playspec, entry, &number));
    CHECK(number == 0);
    return playspec;
}

static inline amio_playspec_entry entry_of(amio_clip *clip, int64_t play_at)
{
    amio_playspec_entry entry;
    OK(amio_playspec_entry_init(&entry, sizeof entry, clip));
    entry.play_at_frame = play_at;
    return entry;
}

static inline amio_event next_event(amio_interface *iface)
{
    amio_event event;
    memset(&event, 0, sizeof event);
    event.struct_size = sizeof event;
    OK(amio_interface_next_event(iface, &event));
    return event;
}

/* The next event that is not a log line. */
static inline amio_event expect_event(amio_interface *iface, uint32_t kind)
{
    amio_event event;
    do
        event = next_event(iface);
    while (event.kind == AMIO_EVENT_LOG);
    if (event.kind != kind)
        fprintf(stderr, "event %u came, not %u\n", (unsigned)event.kind, (unsigned)kind);
    CHECK(event.kind == kind);
    return event;
}

static inline int near(float a, float b)
{
    return a - b < 1e-6f && b - a < 1e-6f;
}

#endif
