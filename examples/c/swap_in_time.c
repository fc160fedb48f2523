/*
 * Changes what is played at every bar line, from an event loop: no thread, no callback, no sleep.
 *
 *     cc swap_in_time.c $(pkg-config --cflags --libs amio) -o swap_in_time
 *     ./swap_in_time [--driver jack|null]
 */
#include <amio.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BARS = 6 };

/* Ends the program if a call has failed. The message says what was wrong. */
static void must(amio_status status)
{
    if (status != AMIO_OK) {
        fprintf(stderr, "amio: %s (%s)\n", amio_last_error_message(), amio_strerror(status));
        exit(1);
    }
}

/* A playspec that repeats a click, `clicks` times in a bar. */
static amio_playspec *bar_of(uint32_t rate, uint64_t bar_frames, uint32_t clicks)
{
    float samples[64];
    amio_clip *clip;
    amio_playspec *playspec;
    amio_playspec_entry entry;
    uint64_t number;
    int frame;

    for (frame = 0; frame < 64; frame++)
        samples[frame] = frame % 16 < 8 ? 0.5f : -0.5f;
    must(amio_clip_new_f32(rate, 1, samples, 64, &clip));
    must(amio_playspec_new(&playspec));
    must(amio_playspec_entry_init(&entry, sizeof entry, clip));
    entry.repeat_interval_frames = bar_frames; /* an exact fraction: rounding errors do not add up */
    entry.repeat_interval_denominator = clicks;
    must(amio_playspec_add(playspec, &entry, &number));
    must(amio_clip_free(clip)); /* the playspec keeps its own reference to the clip */
    return playspec;
}

int main(int count, char **arguments)
{
    amio_interface_config config = {0}; /* 0 in a field means its default */
    amio_interface *iface;
    amio_playspec *bars[2];
    struct pollfd waiting = {0, POLLIN, 0};
    uint32_t rate;
    int64_t bar_frames;
    uint64_t ticket;
    int bar = 0;

    config.struct_size = sizeof config;
    config.driver = count == 3 && strcmp(arguments[2], "null") == 0 ? AMIO_DRIVER_NULL : AMIO_DRIVER_JACK;
    must(amio_interface_new(&config, &iface));
    must(amio_interface_frame_rate_hz(iface, &rate));
    bar_frames = rate / 4;
    bars[0] = bar_of(rate, (uint64_t)bar_frames, 3);
    bars[1] = bar_of(rate, (uint64_t)bar_frames, 4);

    must(amio_interface_event_fd(iface, &waiting.fd));
    must(amio_interface_schedule(iface, bars[0], 0, 0, AMIO_LATE_CATCH_UP, 0, &ticket));
    must(amio_interface_start(iface));
    must(amio_interface_set_rolling(iface, 1));

    while (bar < BARS) {
        amio_event event = {0};
        event.struct_size = sizeof event;
        /* A real program would also wait for its other descriptors here. */
        if (poll(&waiting, 1, 5000) != 1) {
            fprintf(stderr, "nothing happens\n");
            return 1;
        }
        must(amio_interface_next_event(iface, &event));
        if (event.kind != AMIO_EVENT_APPLIED || event.ticket != ticket)
            continue;
        printf("bar %d begins at device frame %llu, %llu frames late\n", ++bar,
               (unsigned long long)event.device_frame, (unsigned long long)event.frames);
        fflush(stdout);
        /* The bar has just begun: there is a whole bar of time to schedule the next one. */
        must(amio_interface_schedule(iface, bars[bar % 2], bar_frames, 0, AMIO_LATE_CATCH_UP, 0, &ticket));
    }

    must(amio_interface_free(iface));
    must(amio_playspec_free(bars[0]));
    must(amio_playspec_free(bars[1]));
    return 0;
}
