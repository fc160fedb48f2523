/* Section meter: meters show the levels of what was played and captured. */
#include "check.h"

int main(void)
{
    static const float loud[] = {0.5f, -2, 0.25f, 1};
    float input[8] = {0};
    amio_interface_config config = {0};
    amio_interface *iface;
    amio_clip *clip;
    amio_playspec_entry entry;
    amio_playspec *playspec;
    amio_meter meters[3];
    uint32_t channels = 0;
    uint64_t ticket;
    float output[8];

    config.struct_size = sizeof config;
    config.driver = AMIO_DRIVER_OFFLINE;
    config.input_channels = 2;
    config.output_channels = 1;
    config.clamp = AMIO_CLAMP_ON;
    config.declick_frames = AMIO_DECLICK_OFF;
    OK(amio_interface_new(&config, &iface));
    OK(amio_interface_start(iface));

    /* Before the first period, all levels are 0. */
    OK(amio_interface_meters(iface, AMIO_METER_OUTPUTS, meters, 1, &channels));
    CHECK(channels == 1 && meters[0].peak == 0 && meters[0].rms == 0 && meters[0].clipped == 0);

    OK(amio_clip_new_f32(RATE, 1, loud, 4, &clip));
    entry = entry_of(clip, 0);
    playspec = playspec_of(&entry);
    OK(amio_interface_schedule(iface, playspec, 0, 0, 0, 0, &ticket));
    OK(amio_interface_set_rolling(iface, 1));
    input[3] = -0.75f; /* the second channel */
    OK(amio_interface_advance(iface, 4, input, output));
    CHECK(output[1] == -1);

    /* The level of an output is measured before the clamp. */
    memset(meters, 0xA5, sizeof meters);
    OK(amio_interface_meters(iface, AMIO_METER_OUTPUTS, meters, 3, &channels));
    CHECK(channels == 1 && meters[0].peak == 2 && meters[0].clipped == 2);
    CHECK(meters[0].rms > 0 && meters[0].rms < meters[0].peak);
    CHECK(((unsigned char *)&meters[1])[0] == 0xA5); /* only meters that exist were written */

    OK(amio_interface_meters(iface, AMIO_METER_INPUTS, meters, 2, &channels));
    CHECK(channels == 2 && meters[0].peak == 0 && meters[1].peak == 0.75f);
    CHECK(meters[1].clipped == 0);
    FAILS(AMIO_ERROR_BUFFER_TOO_SMALL,
          amio_interface_meters(iface, AMIO_METER_INPUTS, meters, 1, &channels));

    /* After a third of a second, peaks are 0 again; the count of clipped samples stays. */
    OK(amio_interface_advance(iface, RATE / 3, NULL, NULL));
    OK(amio_interface_meters(iface, AMIO_METER_OUTPUTS, meters, 1, &channels));
    CHECK(meters[0].peak == 0 && meters[0].rms == 0 && meters[0].clipped == 2);

    OK(amio_playspec_free(playspec));
    OK(amio_clip_free(clip));
    OK(amio_interface_free(iface));

    /* An interface without inputs has no meters for them. */
    config.input_channels = AMIO_CHANNELS_NONE;
    OK(amio_interface_new(&config, &iface));
    OK(amio_interface_meters(iface, AMIO_METER_INPUTS, meters, 0, &channels));
    CHECK(channels == 0);
    OK(amio_interface_free(iface));
    return 0;
}
