/*
 * Shows the levels of the inputs ten times a second, for a given number of seconds.
 *
 *     cc level_meter.c $(pkg-config --cflags --libs amio) -o level_meter
 *     ./level_meter SECONDS [--driver jack|null]
 */
#include <amio.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHANNELS = 2, PER_SECOND = 10 };

/* Ends the program if a call has failed. The message says what was wrong. */
static void must(amio_status status)
{
    if (status != AMIO_OK) {
        fprintf(stderr, "amio: %s (%s)\n", amio_last_error_message(), amio_strerror(status));
        exit(1);
    }
}

int main(int count, char **arguments)
{
    amio_interface_config config = {0}; /* 0 in a field means its default */
    amio_interface *iface;
    int readings;

    if (count != 2 && count != 4) {
        fprintf(stderr, "usage: %s SECONDS [--driver jack|null]\n", arguments[0]);
        return 2;
    }
    config.struct_size = sizeof config;
    config.driver = count == 4 && strcmp(arguments[3], "null") == 0 ? AMIO_DRIVER_NULL : AMIO_DRIVER_JACK;
    config.input_channels = CHANNELS;
    config.output_channels = AMIO_CHANNELS_NONE;
    must(amio_interface_new(&config, &iface));
    must(amio_interface_start(iface));
    for (readings = atoi(arguments[1]) * PER_SECOND; readings > 0; readings--) {
        amio_meter meters[CHANNELS];
        uint32_t channels, channel;
        /* A meter shows the peak of the last 0.29 s, so two readings 0.1 s apart miss nothing. */
        poll(NULL, 0, 1000 / PER_SECOND);
        must(amio_interface_meters(iface, AMIO_METER_INPUTS, meters, CHANNELS, &channels));
        for (channel = 0; channel < channels; channel++)
            printf("input %u: peak %.3f RMS %.3f clipped %llu%s", (unsigned)channel,
                   meters[channel].peak, meters[channel].rms,
                   (unsigned long long)meters[channel].clipped,
                   channel + 1 < channels ? ", " : "\n");
    }
    must(amio_interface_free(iface));
    return 0;
}
