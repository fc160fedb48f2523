/*
 * Plays files one after another from disk, without loading them. They may have any length and frame
 * rate. At the end it prints whether the disk was fast enough.
 *
 *     cc stream_files.c $(pkg-config --cflags --libs amio) -o stream_files
 *     ./stream_files [--driver jack|null|offline] FILE...
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

static uint32_t driver_named(const char *name)
{
    if (strcmp(name, "null") == 0)
        return AMIO_DRIVER_NULL;
    if (strcmp(name, "offline") == 0)
        return AMIO_DRIVER_OFFLINE;
    return AMIO_DRIVER_JACK;
}

/* Adds a file at a frame; returns the frame at which it ends. */
static int64_t add(amio_playspec *playspec, const char *path, uint32_t rate, int64_t at)
{
    amio_open_options options = {0};
    amio_clip_properties properties = {0};
    amio_playspec_entry entry;
    amio_clip *clip;
    uint64_t number;

    options.struct_size = sizeof options;
    options.frame_rate_hz = rate; /* a file of another rate is converted while it plays */
    must(amio_clip_open_stream(path, &options, &clip));
    properties.struct_size = sizeof properties;
    must(amio_clip_info(clip, &properties));
    must(amio_playspec_entry_init(&entry, sizeof entry, clip));
    entry.play_at_frame = at;
    must(amio_playspec_add(playspec, &entry, &number));
    must(amio_clip_free(clip)); /* the playspec keeps its own reference to the clip */
    printf("%s: frame %lld, %llu frames\n", path, (long long)at,
           (unsigned long long)properties.frames);
    return at + (int64_t)properties.frames;
}

/* Plays until the timeline has reached a frame, and prints what goes wrong. */
static void play_until(amio_interface *iface, uint32_t driver, int64_t end)
{
    amio_event event = {0};
    int64_t position;
    event.struct_size = sizeof event;
    for (;;) {
        must(amio_interface_position(iface, &position));
        if (position >= end)
            return;
        if (driver == AMIO_DRIVER_OFFLINE)
            must(amio_interface_advance(iface, 4096, NULL, NULL)); /* offline, time passes only here */
        else if (amio_interface_wait_event(iface, &event, 20) != AMIO_OK)
            continue; /* there was no event */
        else if (event.kind == AMIO_EVENT_UNDERRUN)
            printf("%llu frames were not read in time\n", (unsigned long long)event.frames);
        else if (event.kind == AMIO_EVENT_STREAM_FAILED)
            printf("%s\n", event.message);
    }
}

int main(int count, char **arguments)
{
    int at = 1;
    uint32_t driver = AMIO_DRIVER_JACK, rate;
    amio_interface_config config = {0}; /* 0 in a field means its default */
    amio_interface *iface;
    amio_playspec *playspec;
    amio_stats stats = {0};
    uint64_t ticket;
    int64_t end = 0;

    if (count > 2 && strcmp(arguments[1], "--driver") == 0) {
        driver = driver_named(arguments[2]);
        at = 3;
    }
    if (at >= count) {
        fprintf(stderr, "usage: stream_files [--driver jack|null|offline] FILE...\n");
        return 2;
    }
    config.struct_size = sizeof config;
    config.driver = driver;
    must(amio_interface_new(&config, &iface));
    must(amio_interface_frame_rate_hz(iface, &rate));
    must(amio_playspec_new(&playspec));
    for (; at < count; at++)
        end = add(playspec, arguments[at], rate, end);

    must(amio_interface_schedule(iface, playspec, 0, 0, AMIO_LATE_CATCH_UP, 0, &ticket));
    must(amio_interface_set_rolling(iface, 1));
    must(amio_interface_start(iface));
    play_until(iface, driver, end);
    stats.struct_size = sizeof stats;
    must(amio_interface_stats(iface, &stats));
    printf("%llu underruns\n", (unsigned long long)stats.underruns);

    must(amio_interface_stop(iface));
    must(amio_playspec_free(playspec));
    must(amio_interface_free(iface));
    return 0;
}
