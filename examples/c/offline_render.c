/*
 * Renders WAV files one after another, over a metronome, into a new WAV file. It needs no sound card,
 * runs as fast as the processor allows, and gives the same bits each time.
 *
 *     cc offline_render.c $(pkg-config --cflags --libs amio) -o offline_render
 *     ./offline_render OUT.wav VOICE.wav...
 */
#include <amio.h>
#include <stdio.h>
#include <stdlib.h>

enum { CHANNELS = 2, BEATS_PER_MINUTE = 130 };

/* Ends the program if a call has failed. The message says what was wrong. */
static void must(amio_status status)
{
    if (status != AMIO_OK) {
        fprintf(stderr, "amio: %s (%s)\n", amio_last_error_message(), amio_strerror(status));
        exit(1);
    }
}

static void add(amio_playspec *playspec, const amio_playspec_entry *entry)
{
    uint64_t number;
    must(amio_playspec_add(playspec, entry, &number));
}

/* A click at every beat. The interval may be a fraction of frames; rounding errors do not add up. */
static void add_metronome(amio_playspec *playspec, uint32_t rate)
{
    static const float click[] = {1, 1, 1, 1, -1, -1, -1, -1, 1, 1, 1, 1, -1, -1, -1, -1};
    amio_clip *clip;
    amio_playspec_entry entry;

    must(amio_clip_new_f32(rate, 1, click, sizeof click / sizeof click[0], &clip));
    must(amio_playspec_entry_init(&entry, sizeof entry, clip));
    entry.repeat_interval_frames = (uint64_t)rate * 60;
    entry.repeat_interval_denominator = BEATS_PER_MINUTE;
    entry.gain_left = entry.gain_right = 0.25f;
    add(playspec, &entry);
    must(amio_clip_free(clip)); /* the playspec keeps its own reference to the clip */
}

int main(int count, char **arguments)
{
    amio_interface_config config = {0}; /* 0 in a field means its default */
    amio_interface *iface;
    amio_playspec *playspec;
    amio_clip *mix;
    uint64_t frames = 0, ticket;
    uint32_t rate = 0;
    float *output;
    int at;

    if (count < 3) {
        fprintf(stderr, "usage: %s OUT.wav VOICE.wav...\n", arguments[0]);
        return 2;
    }
    must(amio_playspec_new(&playspec));
    for (at = 2; at < count; at++) {
        amio_clip *voice;
        amio_clip_properties properties = {0};
        amio_playspec_entry entry;

        must(amio_clip_open(arguments[at], &voice));
        properties.struct_size = sizeof properties;
        must(amio_clip_info(voice, &properties));
        must(amio_playspec_entry_init(&entry, sizeof entry, voice));
        entry.play_at_frame = (int64_t)frames;
        entry.fade_out_frames = properties.frames / 10;
        add(playspec, &entry);
        must(amio_clip_free(voice));
        printf("%s at frame %llu\n", arguments[at], (unsigned long long)frames);
        frames += properties.frames;
        rate = properties.frame_rate_hz; /* scheduling refuses clips of different rates */
    }
    add_metronome(playspec, rate);

    config.struct_size = sizeof config;
    config.driver = AMIO_DRIVER_OFFLINE;
    config.frame_rate_hz = rate;
    config.output_channels = CHANNELS;
    must(amio_interface_new(&config, &iface));
    must(amio_interface_schedule(iface, playspec, 0, 0, AMIO_LATE_CATCH_UP, 0, &ticket));
    must(amio_interface_set_rolling(iface, 1));
    must(amio_interface_start(iface));

    output = malloc(frames * CHANNELS * sizeof *output);
    if (output == NULL)
        return 1;
    must(amio_interface_advance(iface, frames, NULL, output));
    must(amio_clip_new_f32(rate, CHANNELS, output, frames, &mix));
    must(amio_clip_save_wav(mix, arguments[1]));
    printf("%llu frames at %u Hz in %s\n", (unsigned long long)frames, (unsigned)rate, arguments[1]);

    free(output);
    must(amio_clip_free(mix));
    must(amio_interface_free(iface));
    must(amio_playspec_free(playspec));
    return 0;
}
