/* Section capture: chunks are consecutive, have stamps, and report lost frames. */
#include "check.h"
#include <math.h>
#include <poll.h>

static int readable(amio_interface *iface)
{
    struct pollfd waiting = {0, POLLIN, 0};
    OK(amio_interface_input_fd(iface, &waiting.fd));
    return poll(&waiting, 1, 0) == 1;
}

static amio_chunk empty_chunk(void)
{
    amio_chunk chunk = {0};
    chunk.struct_size = sizeof chunk;
    return chunk;
}

static void every_frame_comes_back_with_its_stamp(void)
{
    amio_interface *iface = rolling_offline(2);
    float input[2 * 3 * PERIOD], output[2 * 100];
    amio_chunk chunk = empty_chunk();
    uint64_t frame = 0;
    int at;

    FAILS(AMIO_ERROR_TIMEOUT, amio_interface_wait_input(iface, &chunk, output, 100, 1));
    for (at = 0; at < 2 * 3 * PERIOD; at++)
        input[at] = (float)at / 1000;
    OK(amio_interface_advance(iface, 3 * PERIOD, input, NULL));
    CHECK(readable(iface));
    while (frame < 3 * PERIOD) {
        uint64_t sample;
        OK(amio_interface_wait_input(iface, &chunk, output, 100, 1000));
        CHECK(chunk.frames >= 1 && chunk.frames <= 100);
        CHECK(chunk.device_frame == frame && chunk.position == (int64_t)frame);
        CHECK(chunk.rolling == 1 && chunk.xrun == 0 && chunk.lost_before_frames == 0);
        for (sample = 0; sample < 2 * chunk.frames; sample++)
            CHECK(output[sample] == input[2 * frame + sample]);
        frame += chunk.frames;
    }
    OK(amio_interface_read_input(iface, &chunk, output, 100));
    CHECK(chunk.frames == 0 && !readable(iface));
    OK(amio_interface_free(iface));
}

static void what_is_missing_is_counted(void)
{
    amio_interface_config config = {0};
    amio_interface *iface;
    amio_chunk chunk = empty_chunk();
    amio_stats stats = {0};
    float output[1024];
    uint64_t frame = 0;

    config.struct_size = sizeof config;
    config.driver = AMIO_DRIVER_OFFLINE;
    config.period_frames = PERIOD;
    config.input_channels = 1;
    config.capture_buffer_frames = 4 * PERIOD;
    OK(amio_interface_new(&config, &iface));
    OK(amio_interface_start(iface));
    OK(amio_interface_advance(iface, 10 * PERIOD, NULL, NULL));
    for (;;) {
        OK(amio_interface_read_input(iface, &chunk, output, 1024));
        if (chunk.frames == 0)
            break;
        CHECK(chunk.device_frame == frame + chunk.lost_before_frames);
        frame = chunk.device_frame + chunk.frames;
    }
    CHECK(frame < 10 * PERIOD);
    OK(amio_interface_advance(iface, PERIOD, NULL, NULL));
    OK(amio_interface_read_input(iface, &chunk, output, 1024));
    CHECK(chunk.lost_before_frames == 10 * PERIOD - frame);
    CHECK(chunk.device_frame == 10 * PERIOD);
    stats.struct_size = sizeof stats;
    OK(amio_interface_stats(iface, &stats));
    CHECK(stats.input_lost_frames == chunk.lost_before_frames);
    OK(amio_interface_free(iface));
}

static void the_program_is_told_of_as_much_as_it_wants(void)
{
    amio_interface *iface = rolling_offline(2);
    amio_chunk chunk = empty_chunk();
    float output[2 * 4 * PERIOD];

    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_interface_set_input_threshold(iface, 0));
    OK(amio_interface_set_input_threshold(iface, 2 * PERIOD));
    OK(amio_interface_advance(iface, 2 * PERIOD - 1, NULL, NULL));
    CHECK(!readable(iface));
    OK(amio_interface_advance(iface, 1, NULL, NULL));
    CHECK(readable(iface));
    OK(amio_interface_read_input(iface, &chunk, output, 1));
    CHECK(chunk.frames == 1 && !readable(iface));
    OK(amio_interface_set_input_threshold(iface, 2 * PERIOD - 1));
    CHECK(readable(iface));
    OK(amio_interface_read_input(iface, &chunk, output, 4 * PERIOD));
    CHECK(chunk.frames == 2 * PERIOD - 1 && !readable(iface));

    /*
     * Whatever the threshold, the descriptor is readable when the interface stops, and when half of the
     * buffer is full.
     */
    OK(amio_interface_set_input_threshold(iface, UINT64_MAX));
    OK(amio_interface_advance(iface, RATE - 1, NULL, NULL));
    CHECK(!readable(iface));
    OK(amio_interface_stop(iface));
    CHECK(readable(iface));
    OK(amio_interface_start(iface));
    OK(amio_interface_advance(iface, 1, NULL, NULL));
    CHECK(readable(iface));
    OK(amio_interface_free(iface));
}

static void a_clip_as_input_and_a_skip(void)
{
    amio_interface *iface = rolling_offline(1);
    amio_clip *clip = counting_clip(4);
    amio_chunk chunk = empty_chunk();
    float output[PERIOD];

    OK(amio_interface_set_input_clip(iface, clip));
    OK(amio_clip_free(clip));
    OK(amio_interface_advance(iface, 3, NULL, NULL));
    OK(amio_interface_read_input(iface, &chunk, output, PERIOD));
    CHECK(chunk.frames == 3 && near(output[2], 0.03f));
    OK(amio_interface_skip(iface, 1000));
    OK(amio_interface_advance(iface, 3, NULL, NULL));
    OK(amio_interface_read_input(iface, &chunk, output, PERIOD));
    CHECK(chunk.device_frame == 1003 && chunk.xrun == 1);
    CHECK(near(output[0], 0.04f) && output[1] == 0);
    OK(amio_interface_set_input_clip(iface, NULL));
    OK(amio_interface_free(iface));
}

static void input_is_captured_as_it_is(void)
{
    amio_interface *iface = rolling_offline(1);
    amio_chunk chunk = empty_chunk();
    const float input[] = {(float)NAN, (float)INFINITY, 1e38f, -3};
    float captured[4], output[4];

    OK(amio_interface_advance(iface, 4, input, output));
    OK(amio_interface_read_input(iface, &chunk, captured, 4));
    CHECK(chunk.frames == 4 && memcmp(input, captured, sizeof input) == 0);
    CHECK(output[0] == 0 && output[1] == 0 && output[2] == 0 && output[3] == 0);
    OK(amio_interface_free(iface));
}

int main(void)
{
    input_is_captured_as_it_is();
    every_frame_comes_back_with_its_stamp();
    what_is_missing_is_counted();
    the_program_is_told_of_as_much_as_it_wants();
    a_clip_as_input_and_a_skip();
    return 0;
}
