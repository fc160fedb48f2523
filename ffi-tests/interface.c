/* Section interface: new, start, stop, close, free; the defaults; advancing the offline driver. */
#include "check.h"

static uint32_t state(amio_interface *iface)
{
    uint32_t state;
    OK(amio_interface_state(iface, &state));
    return state;
}

static void an_interface_lives_and_ends(uint32_t driver)
{
    amio_interface_config config = {0};
    amio_interface *iface;

    config.struct_size = sizeof config;
    config.driver = driver;
    OK(amio_interface_new(&config, &iface));
    CHECK(state(iface) == AMIO_STATE_STOPPED);
    OK(amio_interface_stop(iface));
    OK(amio_interface_start(iface));
    CHECK(state(iface) == AMIO_STATE_RUNNING);
    FAILS(AMIO_ERROR_INVALID_STATE, amio_interface_start(iface));
    OK(amio_interface_stop(iface));
    CHECK(state(iface) == AMIO_STATE_STOPPED);
    OK(amio_interface_start(iface));
    OK(amio_interface_close(iface));
    CHECK(state(iface) == AMIO_STATE_CLOSED);
    OK(amio_interface_close(iface));
    FAILS(AMIO_ERROR_INVALID_STATE, amio_interface_start(iface));
    FAILS(AMIO_ERROR_INVALID_STATE, amio_interface_set_rolling(iface, 1));
    OK(amio_interface_free(iface));
    FAILS(AMIO_ERROR_INVALID_HANDLE, amio_interface_free(iface));
}

static void zero_means_default(void)
{
    amio_interface_config config = {0};
    amio_interface *iface;
    uint32_t rate, period, capture, playback;
    char name[256];

    config.struct_size = sizeof config;
    config.driver = AMIO_DRIVER_NULL;
    config.capture_latency_frames = 11;
    config.playback_latency_frames = 22;
    OK(amio_interface_new(&config, &iface));
    OK(amio_interface_frame_rate_hz(iface, &rate));
    OK(amio_interface_period_frames(iface, &period));
    OK(amio_interface_latency(iface, &capture, &playback));
    CHECK(rate == 48000 && period == 256 && capture == 11 && playback == 22);

    OK(amio_interface_client_name(iface, name, sizeof name));
    CHECK(strcmp(name, "amio") == 0);
    memset(name, 'x', sizeof name);
    FAILS(AMIO_ERROR_BUFFER_TOO_SMALL, amio_interface_client_name(iface, name, 4));
    CHECK(name[0] == 'x');
    OK(amio_interface_client_name(iface, name, 5));
    FAILS(AMIO_ERROR_INVALID_STATE, amio_interface_advance(iface, 1, NULL, NULL));
    FAILS(AMIO_ERROR_INVALID_STATE, amio_interface_set_period_frames(iface, 1));
    FAILS(AMIO_ERROR_INVALID_STATE, amio_interface_set_input_clip(iface, NULL));
    FAILS(AMIO_ERROR_INVALID_STATE, amio_interface_skip(iface, 1));
    OK(amio_interface_free(iface));
}

static void cranked_by_hand(void)
{
    amio_interface *iface = rolling_offline(2);
    amio_clip *clip = counting_clip(4);
    amio_playspec_entry entry = entry_of(clip, 3);
    amio_playspec *playspec = playspec_of(&entry);
    float output[2 * 10];
    uint64_t ticket;
    int frame;

    OK(amio_interface_schedule(iface, playspec, 0, 0, AMIO_LATE_CATCH_UP, 0, &ticket));
    OK(amio_interface_set_period_frames(iface, 3));
    OK(amio_interface_advance(iface, 10, NULL, output));
    for (frame = 0; frame < 10; frame++) {
        float expected = frame < 3 || frame > 6 ? 0 : (float)(frame - 2) / 100;
        CHECK(near(output[2 * frame], expected) && near(output[2 * frame + 1], expected));
    }
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_interface_advance(iface, 5, output, output + 9));
    OK(amio_interface_advance(iface, 5, output, output + 10));
    OK(amio_interface_advance(iface, 5, NULL, NULL));
    OK(amio_interface_free(iface));
    OK(amio_playspec_free(playspec));
    OK(amio_clip_free(clip));
}

static void sides_without_channels(void)
{
    amio_interface_config config = {0};
    amio_interface *iface;
    amio_chunk chunk = {0};
    float samples[8] = {0};

    config.struct_size = sizeof config;
    config.driver = AMIO_DRIVER_OFFLINE;
    config.input_channels = AMIO_CHANNELS_NONE;
    OK(amio_interface_new(&config, &iface));
    OK(amio_interface_start(iface));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_interface_advance(iface, 4, samples, NULL));
    OK(amio_interface_advance(iface, 4, NULL, samples));
    chunk.struct_size = sizeof chunk;
    FAILS(AMIO_ERROR_INVALID_STATE, amio_interface_read_input(iface, &chunk, samples, 4));
    OK(amio_interface_free(iface));
}

int main(void)
{
    an_interface_lives_and_ends(AMIO_DRIVER_NULL);
    an_interface_lives_and_ends(AMIO_DRIVER_OFFLINE);
    zero_means_default();
    cranked_by_hand();
    sides_without_channels();
    return 0;
}
