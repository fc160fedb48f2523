/* Section file: saving, loading, streaming, conversion, cancelling. */
#define _XOPEN_SOURCE 700 /* mkstemp(), truncate() */
#include "check.h"
#include <unistd.h>

enum { LONG = 100000 };

static char path[] = "/tmp/amio-file-XXXXXX";

static void saved_and_opened_again(int file)
{
    amio_clip *clip = counting_clip(200), *again;
    float before[200], after[200];
    static const char text[] = "This is no audio file, but a text of some length.";

    OK(amio_clip_save_wav(clip, path));
    OK(amio_clip_open(path, &again));
    OK(amio_clip_read(clip, 0, 0, 200, before));
    OK(amio_clip_read(again, 0, 0, 200, after));
    CHECK(memcmp(before, after, sizeof before) == 0);
    OK(amio_clip_free(clip));
    OK(amio_clip_free(again));

    CHECK(truncate(path, 0) == 0 && write(file, text, sizeof text) == sizeof text);
    FAILS(AMIO_ERROR_FORMAT, amio_clip_open(path, &again));
    CHECK(strstr(amio_last_error_message(), path) != NULL);
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_clip_open("", &again));
}

/* The state of a progress function that cancels after a number of frames. */
struct watch {
    int calls;
    uint64_t done, total, enough;
};

static int32_t watched(void *user_data, uint64_t done_frames, uint64_t total_frames)
{
    struct watch *watch = user_data;
    CHECK(done_frames >= watch->done && done_frames <= total_frames);
    watch->calls++;
    watch->done = done_frames;
    watch->total = total_frames;
    return done_frames >= watch->enough;
}

static void long_work_is_watched_and_given_up(void)
{
    struct watch all = {0, 0, 0, UINT64_MAX}, half = {0, 0, 0, LONG / 2};
    amio_clip *clip = counting_clip(LONG), *again, *none = NULL;

    OK(amio_clip_save(clip, path, AMIO_FILE_DEFAULT, watched, &all));
    CHECK(all.calls > 1 && all.total == LONG);
    memset(&all, 0, sizeof all);
    all.enough = UINT64_MAX;
    OK(amio_clip_open_with(path, NULL, watched, &all, &again));
    CHECK(all.calls > 1 && all.total == LONG);
    OK(amio_clip_free(again));
    memset(&all, 0, sizeof all);
    all.enough = UINT64_MAX;
    OK(amio_clip_convert(clip, 2 * RATE, AMIO_QUALITY_GOOD, watched, &all, &again));
    CHECK(all.calls > 1 && all.total == 2 * LONG);
    OK(amio_clip_free(again));

    FAILS(AMIO_ERROR_CANCELLED, amio_clip_open_with(path, NULL, watched, &half, &none));
    CHECK(half.done >= LONG / 2 && half.done < LONG);
    half.done = 0;
    FAILS(AMIO_ERROR_CANCELLED,
          amio_clip_convert(clip, 2 * RATE, AMIO_QUALITY_GOOD, watched, &half, &none));
    half.done = 0;
    FAILS(AMIO_ERROR_CANCELLED, amio_clip_save(clip, path, AMIO_FILE_WAV_16, watched, &half));
    CHECK(none == NULL);
    OK(amio_clip_free(clip));
}

static amio_clip_properties properties_of(amio_clip *clip)
{
    amio_clip_properties properties = {0};
    properties.struct_size = sizeof properties;
    OK(amio_clip_info(clip, &properties));
    return properties;
}

static void rates_are_converted_where_it_is_asked_for(void)
{
    static const uint32_t qualities[] = {AMIO_QUALITY_DRAFT, AMIO_QUALITY_GOOD, AMIO_QUALITY_BEST};
    amio_open_options options = {sizeof options, 44100, 0};
    amio_clip *clip = counting_clip(LONG), *loaded, *streamed, *converted;
    float a[100], b[100], c[100];
    int at;

    OK(amio_clip_save_wav(clip, path));
    for (at = 0; at < 3; at++) {
        options.quality = qualities[at];
        OK(amio_clip_open_with(path, &options, NULL, NULL, &loaded));
        OK(amio_clip_open_stream(path, &options, &streamed));
        OK(amio_clip_convert(clip, 44100, qualities[at], NULL, NULL, &converted));
        CHECK(properties_of(loaded).frame_rate_hz == 44100);
        CHECK(properties_of(loaded).frames == 91875);
        CHECK(properties_of(streamed).frames == 91875 && properties_of(streamed).streamed == 1);
        CHECK(properties_of(loaded).streamed == 0);
        CHECK(properties_of(loaded).id != properties_of(streamed).id);
        OK(amio_clip_read(loaded, 0, 50000, 100, a));
        OK(amio_clip_read(streamed, 0, 50000, 100, b));
        OK(amio_clip_read(converted, 0, 50000, 100, c));
        CHECK(memcmp(a, b, sizeof a) == 0 && memcmp(a, c, sizeof a) == 0);
        OK(amio_clip_free(loaded));
        OK(amio_clip_free(streamed));
        OK(amio_clip_free(converted));
    }
    OK(amio_clip_free(clip));
}

static void what_a_file_holds_is_told(void)
{
    amio_file_info info = {0};
    amio_clip *clip = counting_clip(LONG);

    info.struct_size = sizeof info;
    OK(amio_clip_save(clip, path, AMIO_FILE_FLAC_24, NULL, NULL));
    OK(amio_file_probe(path, &info));
    CHECK(info.frames == LONG && info.frame_rate_hz == RATE && info.channels == 1);
    CHECK(info.bits_per_sample == 24 && strcmp(info.container, "FLAC") == 0);
    CHECK(strlen(info.encoding) > 0);
    OK(amio_clip_free(clip));
}

/* On the offline driver, a streamed clip gives the same samples as a loaded one. */
static void a_streamed_clip_sounds_like_the_loaded_one(void)
{
    static float heard[2][2 * 5000];
    amio_clip *loaded, *streamed, *clip;
    int which;

    OK(amio_clip_open(path, &loaded));
    OK(amio_clip_open_stream(path, NULL, &streamed));
    for (which = 0; which < 2; which++) {
        amio_interface *iface = rolling_offline(0);
        amio_playspec *playspec;
        amio_playspec_entry entry;
        uint64_t number, ticket;
        clip = which ? streamed : loaded;
        OK(amio_playspec_new(&playspec));
        OK(amio_playspec_entry_init(&entry, sizeof entry, clip));
        entry.source_begin_frame = 40000;
        OK(amio_playspec_add(playspec, &entry, &number));
        OK(amio_interface_schedule(iface, playspec, 0, 0, AMIO_LATE_CATCH_UP, 0, &ticket));
        OK(amio_interface_advance(iface, 5000, NULL, heard[which]));
        OK(amio_playspec_free(playspec));
        OK(amio_interface_free(iface));
    }
    CHECK(heard[0][2 * 4999] != 0);
    CHECK(memcmp(heard[0], heard[1], sizeof heard[0]) == 0);
    OK(amio_clip_free(loaded));
    OK(amio_clip_free(streamed));
}

int main(void)
{
    const int file = mkstemp(path);
    CHECK(file >= 0);
    saved_and_opened_again(file);
    long_work_is_watched_and_given_up();
    rates_are_converted_where_it_is_asked_for();
    what_a_file_holds_is_told();
    a_streamed_clip_sounds_like_the_loaded_one();
    CHECK(close(file) == 0 && unlink(path) == 0);
    FAILS(AMIO_ERROR_IO, amio_clip_open(path, &(amio_clip *){NULL}));
    return 0;
}
