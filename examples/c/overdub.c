/*
 * Plays a click and records the input at the same time, from one frame of the timeline to another.
 * The latencies are compensated: the recorded input is aligned with the click that the player heard.
 *
 *     cc overdub.c $(pkg-config --cflags --libs amio) -o overdub
 *     ./overdub OUT.wav|OUT.flac [--driver jack|null|offline]
 */
#include <amio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ends the program if a call has failed. The message says what was wrong. */
static void must(amio_status status)
{
    if (status != AMIO_OK) {
        fprintf(stderr, "amio: %s (%s)\n", amio_last_error_message(), amio_strerror(status));
        exit(1);
    }
}

static uint32_t driver_from(int count, char **arguments)
{
    const char *name = count == 4 && strcmp(arguments[2], "--driver") == 0 ? arguments[3] : "jack";
    if (strcmp(name, "null") == 0)
        return AMIO_DRIVER_NULL;
    if (strcmp(name, "offline") == 0)
        return AMIO_DRIVER_OFFLINE;
    return AMIO_DRIVER_JACK;
}

/* A click on each beat, twice a second, without end. */
static amio_playspec *metronome(uint32_t rate)
{
    static const float samples[] = {0.5f, -0.5f, 0.4f, -0.4f, 0.3f, -0.3f, 0.2f, -0.2f, 0.1f, -0.1f};
    amio_playspec_entry entry;
    amio_playspec *playspec;
    amio_clip *click;
    uint64_t number;

    must(amio_clip_new_f32(rate, 1, samples, sizeof samples / sizeof samples[0], &click));
    must(amio_playspec_new(&playspec));
    must(amio_playspec_entry_init(&entry, sizeof entry, click));
    entry.repeat_interval_frames = rate;
    entry.repeat_interval_denominator = 2;
    must(amio_playspec_add(playspec, &entry, &number));
    must(amio_clip_free(click)); /* the playspec keeps its own reference to the clip */
    return playspec;
}

/* Waits for the next event. On the offline driver, time passes only in amio_interface_advance(). */
static amio_event next_event(amio_interface *iface, uint32_t driver)
{
    amio_event event = {0};
    event.struct_size = sizeof event;
    while (driver == AMIO_DRIVER_OFFLINE) {
        must(amio_interface_next_event(iface, &event));
        if (event.kind != AMIO_EVENT_NONE)
            return event;
        must(amio_interface_advance(iface, 256, NULL, NULL));
    }
    must(amio_interface_wait_event(iface, &event, 5000));
    return event;
}

int main(int count, char **arguments)
{
    amio_interface_config config = {0}; /* 0 in a field means its default */
    amio_recorder_config take = {0};
    amio_recording recording = {0};
    amio_interface *iface;
    amio_playspec *clicks;
    amio_recorder *recorder;
    amio_event event;
    uint32_t rate, driver;
    uint64_t ticket;
    size_t length;

    if (count != 2 && count != 4) {
        fprintf(stderr, "usage: %s OUT.wav|OUT.flac [--driver jack|null|offline]\n", arguments[0]);
        return 2;
    }
    driver = driver_from(count, arguments);
    config.struct_size = sizeof config;
    config.driver = driver;
    must(amio_interface_new(&config, &iface));
    must(amio_interface_frame_rate_hz(iface, &rate));
    clicks = metronome(rate);
    must(amio_interface_schedule(iface, clicks, 0, 0, AMIO_LATE_CATCH_UP, 0, &ticket));

    /* One beat to get ready, then two beats are recorded, at exact frames of the timeline. */
    length = strlen(arguments[1]);
    take.struct_size = sizeof take;
    take.file_format = length > 5 && strcmp(arguments[1] + length - 5, ".flac") == 0
                           ? AMIO_FILE_FLAC_24
                           : AMIO_FILE_WAV_24;
    take.punch_in = take.punch_out = 1;
    take.begin_frame = rate / 2;
    take.end_frame = take.begin_frame + rate;
    must(amio_recorder_new(iface, arguments[1], &take, &recorder));

    must(amio_interface_start(iface));
    must(amio_interface_set_rolling(iface, 1));
    do {
        event = next_event(iface, driver);
        if (event.kind == AMIO_EVENT_RECORDER_STARTED)
            printf("recording from frame %lld\n", (long long)event.position);
        if (event.kind == AMIO_EVENT_RECORDER_FAILED)
            fprintf(stderr, "%s\n", event.message);
    } while (event.kind != AMIO_EVENT_RECORDER_ENDED && event.kind != AMIO_EVENT_RECORDER_FAILED);

    recording.struct_size = sizeof recording;
    must(amio_recorder_recording(recorder, &recording));
    printf("%llu frames at %u Hz in %s, %llu lost, %llu skipped\n",
           (unsigned long long)recording.frames, (unsigned)rate, arguments[1],
           (unsigned long long)recording.lost_frames, (unsigned long long)recording.skipped_frames);
    must(amio_recorder_free(recorder));
    must(amio_interface_free(iface));
    must(amio_playspec_free(clicks));
    return event.kind == AMIO_EVENT_RECORDER_ENDED ? 0 : 1;
}
