/* A minimal program against the installed library: places a clip at a frame and finds it there. */
#include <amio.h>
#include <stdio.h>

#define FRAMES 100
#define PLACE 40

#define CHECK(call)                                                             \
    do {                                                                        \
        if ((call) != AMIO_OK) {                                                \
            fprintf(stderr, "%s: %s\n", #call, amio_last_error_message());      \
            return 1;                                                           \
        }                                                                       \
    } while (0)

int main(void) {
    const float click = 1.0f;
    float output[FRAMES];
    struct amio_interface_config config = {0};
    amio_interface *iface;
    amio_clip *clip;
    amio_playspec *playspec;
    amio_playspec_entry entry;
    uint64_t ticket, number;
    int frame;

    CHECK(amio_version_check(AMIO_VERSION_MAJOR, AMIO_VERSION_MINOR, AMIO_VERSION_PATCH));
    config.struct_size = sizeof config;
    config.driver = AMIO_DRIVER_OFFLINE;
    config.output_channels = 1;
    CHECK(amio_interface_new(&config, &iface));
    CHECK(amio_clip_new_f32(48000, 1, &click, 1, &clip));
    CHECK(amio_playspec_new(&playspec));
    CHECK(amio_playspec_entry_init(&entry, sizeof entry, clip));
    entry.play_at_frame = PLACE;
    CHECK(amio_playspec_add(playspec, &entry, &number));
    CHECK(amio_interface_schedule(iface, playspec, 0, 0, AMIO_LATE_CATCH_UP, 0, &ticket));
    CHECK(amio_interface_set_rolling(iface, 1));
    CHECK(amio_interface_start(iface));
    CHECK(amio_interface_advance(iface, FRAMES, NULL, output));

    for (frame = 0; frame < FRAMES; frame++) {
        if (output[frame] != (frame == PLACE ? click : 0.0f)) {
            fprintf(stderr, "frame %d is %g\n", frame, output[frame]);
            return 1;
        }
    }
    CHECK(amio_playspec_free(playspec));
    CHECK(amio_clip_free(clip));
    CHECK(amio_interface_free(iface));
    return puts(amio_version_string()) < 0;
}
