/* Section statistics: the counters count what has happened. */
#include "check.h"

int main(void)
{
    static const float loud[] = {2, 2, 0.5f};
    amio_interface_config config = {0};
    amio_interface *iface;
    amio_clip *clip;
    amio_playspec_entry entry;
    amio_playspec *playspec;
    amio_stats stats = {0};
    uint64_t ticket;
    float output[PERIOD];

    config.struct_size = sizeof config;
    config.driver = AMIO_DRIVER_OFFLINE;
    config.period_frames = PERIOD;
    config.output_channels = 1;
    config.clamp = AMIO_CLAMP_ON;
    config.command_queue_length = 16;
    OK(amio_interface_new(&config, &iface));
    OK(amio_interface_start(iface));
    OK(amio_clip_new_f32(RATE, 1, loud, 3, &clip));
    entry = entry_of(clip, 0);
    playspec = playspec_of(&entry);
    OK(amio_interface_schedule(iface, playspec, 0, 0, 0, 0, &ticket));
    OK(amio_interface_set_rolling(iface, 1));
    OK(amio_interface_advance(iface, PERIOD, NULL, output));
    OK(amio_interface_skip(iface, 1000));
    OK(amio_interface_advance(iface, PERIOD, NULL, NULL));
    CHECK(output[0] == 1 && output[1] == 1 && output[2] == 0.5f);

    stats.struct_size = sizeof stats;
    OK(amio_interface_stats(iface, &stats));
    CHECK(stats.periods == 2 && stats.device_frames == 2 * PERIOD + 1000);
    CHECK(stats.skipped_frames == 1000 && stats.clamped_frames == 2);
    CHECK(stats.realtime == AMIO_REALTIME_NOT_NEEDED && stats.xruns == 1);
    CHECK(stats.worst_load >= stats.mean_load && stats.mean_load > 0);
    CHECK(stats.commands.capacity >= 16 && stats.commands.high_water >= 2);
    CHECK(stats.input_frames.now == 2 * PERIOD && stats.events.capacity > 0);
    CHECK(stats.reconnects == 0 && stats.events_lost == 0 && stats.reserved == 0);

    OK(amio_playspec_free(playspec));
    OK(amio_clip_free(clip));
    OK(amio_interface_free(iface));
    return 0;
}
