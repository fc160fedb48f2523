/* Structs with a size field: callers built for older and newer headers, and wrong sizes. */
#include "check.h"
#include <stddef.h>

/* A caller that was built for a later header. */
struct later_config {
    amio_interface_config known;
    uint64_t added;
};

struct later_properties {
    amio_clip_properties known;
    uint64_t added;
};

static amio_status open_with(const void *config)
{
    amio_interface *iface;
    amio_status status = amio_interface_new((const amio_interface_config *)config, &iface);
    if (status == AMIO_OK)
        OK(amio_interface_free(iface));
    return status;
}

static void structs_that_are_read(void)
{
    struct later_config later;
    uint32_t size;

    memset(&later, 0, sizeof later);
    later.known.driver = AMIO_DRIVER_OFFLINE;
    later.known.period_frames = 0xFFFFFFFF; /* an error, if the library reads it */

    /* An older caller's struct ends before this field; missing fields count as 0. */
    later.known.struct_size = offsetof(amio_interface_config, frame_rate_hz);
    OK(open_with(&later));
    later.known.struct_size = sizeof later.known;
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, open_with(&later));
    later.known.period_frames = 0;
    OK(open_with(&later));

    /* A newer caller's struct is longer, which is allowed if all added bytes are 0. */
    later.known.struct_size = sizeof later;
    OK(open_with(&later));
    later.added = 1;
    FAILS(AMIO_ERROR_UNSUPPORTED, open_with(&later));
    later.added = (uint64_t)1 << 56;
    FAILS(AMIO_ERROR_UNSUPPORTED, open_with(&later));

    /* Sizes that no header has: 0 because it was not set, in the middle of a field, or not initialised. */
    for (size = 0; size < sizeof later.known; size++)
        if (size < 8 || size % 8 != 0) {
            later.known.struct_size = size;
            FAILS(AMIO_ERROR_INVALID_ARGUMENT, open_with(&later));
        }
    later.known.struct_size = 0xA5A5A5A8;
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, open_with(&later));
    CHECK(strstr(amio_last_error_message(), "struct_size") != NULL);
}

static void structs_that_are_written(void)
{
    amio_clip *clip = counting_clip(5);
    struct later_properties later;
    unsigned char before[sizeof later];

    /* Fields that the library does not know stay unchanged, and so does the size. */
    memset(&later, 0xA5, sizeof later);
    later.known.struct_size = sizeof later;
    OK(amio_clip_info(clip, &later.known));
    CHECK(later.known.frames == 5 && later.known.struct_size == sizeof later);
    CHECK(later.added == UINT64_C(0xA5A5A5A5A5A5A5A5));

    /* A struct that is too small is an error, and nothing is written. */
    memset(&later, 0xA5, sizeof later);
    later.known.struct_size = offsetof(amio_clip_properties, id) - 8;
    memcpy(before, &later, sizeof before);
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_clip_info(clip, &later.known));
    CHECK(memcmp(before, &later, sizeof before) == 0);

    OK(amio_clip_free(clip));
}

/* Older callers need not have the fields that were added since the first header. */
static void structs_that_have_grown(void)
{
    amio_interface *iface = rolling_offline(1);
    amio_clip *clip = counting_clip(5);
    amio_clip_properties properties;
    amio_event event;
    amio_stats stats;

    memset(&properties, 0xA5, sizeof properties);
    properties.struct_size = offsetof(amio_clip_properties, id);
    OK(amio_clip_info(clip, &properties));
    CHECK(properties.frames == 5 && properties.id == UINT64_C(0xA5A5A5A5A5A5A5A5));
    OK(amio_clip_free(clip));

    memset(&event, 0xA5, sizeof event);
    event.struct_size = offsetof(amio_event, clip_id);
    OK(amio_interface_next_event(iface, &event));
    CHECK(event.kind == AMIO_EVENT_NONE && event.message[0] == '\0');
    CHECK(event.clip_id == UINT64_C(0xA5A5A5A5A5A5A5A5));
    event.struct_size -= 8;
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_interface_next_event(iface, &event));

    memset(&stats, 0xA5, sizeof stats);
    stats.struct_size = offsetof(amio_stats, underruns);
    OK(amio_interface_stats(iface, &stats));
    CHECK(stats.periods == 0 && stats.underruns == UINT64_C(0xA5A5A5A5A5A5A5A5));
    stats.struct_size -= 8;
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_interface_stats(iface, &stats));
    OK(amio_interface_free(iface));
}

static void structs_that_are_filled_in(void)
{
    struct {
        amio_playspec_entry known;
        uint64_t added;
    } later;
    amio_clip *clip = counting_clip(1);

    memset(&later, 0xA5, sizeof later);
    OK(amio_playspec_entry_init(&later.known, sizeof later, clip));
    CHECK(later.known.struct_size == sizeof later && later.added == 0);
    CHECK(later.known.clip == clip && later.known.gain_left == 1 && later.known.gain_right == 1);
    CHECK(later.known.source_end_frame == 0 && later.known.fade_out_frames == 0);
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_playspec_entry_init(&later.known, 8, clip));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_playspec_entry_init(&later.known, SIZE_MAX, clip));
    OK(amio_clip_free(clip));
}

int main(void)
{
    structs_that_are_read();
    structs_that_are_written();
    structs_that_have_grown();
    structs_that_are_filled_in();
    return 0;
}
