/*
 * Plays two beeps at exact frames, and says where they sounded.
 *
 *     cc play_two_clips.c $(pkg-config --cflags --libs amio) -lm -o play_two_clips
 *     ./play_two_clips [--driver jack|null|offline]
 *
 * With jack, a JACK server or PipeWire plays them. null runs in real time, but is silent. offline
 * renders them as fast as the processor allows.
 */
#include <amio.h>
#include <math.h>
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
    const char *name = count == 3 && strcmp(arguments[1], "--driver") == 0 ? arguments[2] : "jack";
    if (strcmp(name, "null") == 0)
        return AMIO_DRIVER_NULL;
    if (strcmp(name, "offline") == 0)
        return AMIO_DRIVER_OFFLINE;
    return AMIO_DRIVER_JACK;
}

/* A clip of a quarter of a second, one channel, that fades away. */
static amio_clip *beep(uint32_t rate, double hz)
{
    uint32_t frames = rate / 4, frame;
    float *samples = malloc(frames * sizeof *samples);
    amio_clip *clip;
    if (samples == NULL)
        exit(1);
    for (frame = 0; frame < frames; frame++)
        samples[frame] = (float)(0.5 * cos(6.283185307 * hz * frame / rate) * (frames - frame) / frames);
    must(amio_clip_new_f32(rate, 1, samples, frames, &clip));
    free(samples); /* the clip has its own copy */
    return clip;
}

static void add(amio_playspec *playspec, amio_clip *clip, int64_t frame)
{
    amio_playspec_entry entry;
    uint64_t number;
    must(amio_playspec_entry_init(&entry, sizeof entry, clip));
    entry.play_at_frame = frame;
    must(amio_playspec_add(playspec, &entry, &number));
}

/*
 * Waits until this swap has been applied. On the offline driver, time passes only in
 * amio_interface_advance().
 */
static amio_event wait_for(amio_interface *iface, uint32_t driver, uint64_t ticket)
{
    amio_event event = {0};
    event.struct_size = sizeof event;
    do {
        if (driver == AMIO_DRIVER_OFFLINE) {
            must(amio_interface_advance(iface, 256, NULL, NULL));
            must(amio_interface_next_event(iface, &event));
        } else {
            must(amio_interface_wait_event(iface, &event, 5000));
        }
    } while (event.kind != AMIO_EVENT_APPLIED || event.ticket != ticket);
    return event;
}

int main(int count, char **arguments)
{
    const uint32_t driver = driver_from(count, arguments);
    const int64_t first = 4800, second = 10001, end = 24000;
    amio_interface_config config = {0}; /* 0 in a field means its default */
    amio_interface *iface;
    amio_clip *low, *high;
    amio_playspec *beeps, *silence;
    amio_event begun;
    uint32_t rate;
    uint64_t beeps_ticket, silence_ticket;

    must(amio_version_check(AMIO_VERSION_MAJOR, AMIO_VERSION_MINOR, AMIO_VERSION_PATCH));
    config.struct_size = sizeof config;
    config.driver = driver;
    must(amio_interface_new(&config, &iface));
    must(amio_interface_frame_rate_hz(iface, &rate));

    low = beep(rate, 440);
    high = beep(rate, 660);
    must(amio_playspec_new(&beeps));
    add(beeps, low, first);
    add(beeps, high, second);

    /*
     * The beeps play from frame 0 on. At frame `end`, an empty playspec replaces them; its event
     * tells us that this frame has been reached.
     */
    must(amio_playspec_new(&silence));
    must(amio_interface_schedule(iface, beeps, 0, 0, AMIO_LATE_CATCH_UP, 0, &beeps_ticket));
    must(amio_interface_schedule(iface, silence, end, end, AMIO_LATE_CATCH_UP, 0, &silence_ticket));
    must(amio_interface_start(iface));
    must(amio_interface_set_rolling(iface, 1));

    begun = wait_for(iface, driver, beeps_ticket);
    printf("440 Hz at frame %lld, device frame %llu\n", (long long)first,
           (unsigned long long)begun.device_frame + (unsigned long long)(first - begun.position));
    printf("660 Hz at frame %lld, device frame %llu\n", (long long)second,
           (unsigned long long)begun.device_frame + (unsigned long long)(second - begun.position));
    fflush(stdout);
    wait_for(iface, driver, silence_ticket);

    must(amio_interface_free(iface));
    must(amio_playspec_free(beeps));
    must(amio_playspec_free(silence));
    must(amio_clip_free(low));
    must(amio_clip_free(high));
    return 0;
}
