/*
 * Plays on the null driver. Used to test a program that is built with the thread sanitizer, with a library
 * that is not.
 */
#define _GNU_SOURCE
#include "check.h"

int main(void)
{
    amio_interface_config config;
    amio_interface *iface;
    amio_clip *clip = counting_clip(RATE);
    amio_playspec_entry entry = entry_of(clip, 0);
    amio_event event;
    amio_chunk chunk;
    float samples[2 * 1024];
    uint64_t ticket;
    int swap;

    memset(&config, 0, sizeof config);
    config.struct_size = sizeof config;
    config.driver = AMIO_DRIVER_NULL;
    config.input_channels = 2;
    config.output_channels = 2;
    OK(amio_interface_new(&config, &iface));
    OK(amio_interface_start(iface));
    OK(amio_interface_set_rolling(iface, 1));
    for (swap = 0; swap < 20; swap++) {
        amio_playspec *playspec = playspec_of(&entry);
        OK(amio_interface_schedule(iface, playspec, AMIO_INSERT_AT_ONCE, 0, 0, 0, &ticket));
        OK(amio_playspec_free(playspec));
        do {
            memset(&event, 0, sizeof event);
            event.struct_size = sizeof event;
            OK(amio_interface_wait_event(iface, &event, 10000));
        } while (event.kind != AMIO_EVENT_APPLIED);
        memset(&chunk, 0, sizeof chunk);
        chunk.struct_size = sizeof chunk;
        OK(amio_interface_wait_input(iface, &chunk, samples, 1024, 10000));
    }
    OK(amio_interface_free(iface));
    OK(amio_clip_free(clip));
    return 0;
}
