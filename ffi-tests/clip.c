/* Section clip: every format and layout, borrowed memory, reference counting. */
#include "check.h"

static void every_format_and_layout_names_the_same_sound(void)
{
    static const float f32[] = {0.5f, -1.0f, 0.25f, 0.0f};
    static const double f64[] = {0.5, -1.0, 0.25, 0.0};
    static const int16_t i16[] = {16384, -32768, 8192, 0};
    static const int32_t i32[] = {1073741824, -2147483647 - 1, 536870912, 0};
    static const int one = 1;
    const int little_endian = *(const char *)&one;
    unsigned char i24[12];
    const void *memory[5];
    uint32_t format, layout, channel;
    int at;

    for (at = 0; at < 4; at++) /* the three high bytes of i32, whatever the byte order */
        memcpy(i24 + 3 * at, (const unsigned char *)&i32[at] + little_endian, 3);
    memory[AMIO_SAMPLE_F32] = f32;
    memory[AMIO_SAMPLE_I16] = i16;
    memory[AMIO_SAMPLE_I24] = i24;
    memory[AMIO_SAMPLE_I32] = i32;
    memory[AMIO_SAMPLE_F64] = f64;
    for (format = 0; format < 5; format++)
        for (layout = 0; layout < 2; layout++) {
            amio_clip_format as = {sizeof as, RATE, 2, 0, 0};
            amio_clip *clip;
            as.sample_format = format;
            as.layout = layout;
            OK(amio_clip_new(&as, memory[format], 2, &clip));
            for (channel = 0; channel < 2; channel++) {
                float out[2];
                OK(amio_clip_read(clip, channel, 0, 2, out));
                for (at = 0; at < 2; at++)
                    CHECK(out[at] == f32[layout == AMIO_LAYOUT_PLANAR ? 2 * channel + at
                                                                      : 2 * at + channel]);
            }
            OK(amio_clip_free(clip));
        }
}

static void short_hands(void)
{
    static const int16_t samples[] = {16384, -16384, 8192, -8192};
    amio_clip_properties properties = {0};
    amio_clip *clip;
    float sample;

    OK(amio_clip_new_i16(44100, 2, samples, 2, &clip));
    properties.struct_size = sizeof properties;
    OK(amio_clip_info(clip, &properties));
    CHECK(properties.frame_rate_hz == 44100 && properties.channels == 2 && properties.frames == 2);
    OK(amio_clip_read(clip, 1, 1, 1, &sample));
    CHECK(sample == -0.25f);
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_clip_read(clip, 1, 1, 2, &sample));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_clip_read(clip, 1, UINT64_MAX, 2, &sample));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_clip_read(clip, 2, 0, 1, &sample));
    OK(amio_clip_free(clip));
}

static void owners_are_counted(void)
{
    amio_clip *clip = counting_clip(1);
    float sample;

    OK(amio_clip_retain(clip));
    OK(amio_clip_free(clip));
    OK(amio_clip_read(clip, 0, 0, 1, &sample));
    OK(amio_clip_free(clip));
    FAILS(AMIO_ERROR_INVALID_HANDLE, amio_clip_read(clip, 0, 0, 1, &sample));
    FAILS(AMIO_ERROR_INVALID_HANDLE, amio_clip_retain(clip));
    FAILS(AMIO_ERROR_INVALID_HANDLE, amio_clip_free(clip));
    OK(amio_clip_free(NULL));
}

static void count_release(void *user_data)
{
    ++*(int *)user_data;
}

static void borrowed_memory_is_given_back_once(void)
{
    static float samples[] = {0.5f, 0.25f};
    amio_clip_format format = {sizeof format, RATE, 1, 0, 0};
    amio_clip *clip;
    amio_playspec *playspec;
    amio_playspec_entry entry;
    amio_interface *iface;
    uint64_t ticket;
    int released = 0;
    float output[2];

    OK(amio_clip_new_borrowed(&format, samples, 2, count_release, &released, &clip));
    OK(amio_clip_free(clip));
    CHECK(released == 1);

    /* A playspec keeps the memory, and so does a swap; the clip's handle is not needed. */
    released = 0;
    OK(amio_clip_new_borrowed(&format, samples, 2, count_release, &released, &clip));
    entry = entry_of(clip, 0);
    playspec = playspec_of(&entry);
    OK(amio_clip_free(clip));
    iface = rolling_offline(1);
    OK(amio_interface_schedule(iface, playspec, 0, 0, 0, 0, &ticket));
    OK(amio_playspec_free(playspec));
    OK(amio_interface_advance(iface, 2, NULL, output));
    CHECK(released == 0 && output[0] == 0.5f && output[1] == 0.25f);
    OK(amio_interface_free(iface));
    CHECK(released == 1);

    /* If the call fails, the memory stays the caller's. */
    released = 0;
    format.channels = 65;
    FAILS(AMIO_ERROR_INVALID_ARGUMENT,
          amio_clip_new_borrowed(&format, samples, 2, count_release, &released, &clip));
    format.channels = 1;
    samples[1] = 1e9f;
    FAILS(AMIO_ERROR_INVALID_ARGUMENT,
          amio_clip_new_borrowed(&format, samples, 2, count_release, &released, &clip));
    CHECK(strstr(amio_last_error_message(), "frame 1") != NULL);
    CHECK(released == 0);
}

static void borrowed_memory_raises_a_flag_when_it_is_given_back(void)
{
    static const float samples[] = {0.5f, 0.25f};
    const amio_clip_format format = {sizeof format, RATE, 1, 0, 0};
    amio_clip *clip;
    uint32_t flags[] = {0, 7};

    OK(amio_clip_new_borrowed(&format, samples, 2, amio_release_flag, flags, &clip));
    OK(amio_clip_retain(clip));
    OK(amio_clip_free(clip));
    CHECK(flags[0] == 0);
    OK(amio_clip_free(clip));
    CHECK(flags[0] == 1 && flags[1] == 7);
}

/* A clip without frames needs no samples (NULL), and all functions accept it. */
static void a_clip_may_have_no_frames(void)
{
    const amio_clip_format format = {sizeof format, RATE, 2, 0, 0};
    amio_clip_properties properties = {0};
    amio_clip *clips[3], *converted;
    amio_interface *iface = rolling_offline(2);
    amio_playspec *playspec;
    amio_analysis *analysis;
    amio_bucket bucket = {9, 9, 9};
    uint64_t number, ticket;
    uint32_t released = 0;
    float output[8], untouched = 9;
    int at;

    properties.struct_size = sizeof properties;
    OK(amio_clip_new(&format, NULL, 0, &clips[0]));
    OK(amio_clip_new_f32(RATE, 1, output, 0, &clips[1]));
    OK(amio_clip_new_borrowed(&format, NULL, 0, amio_release_flag, &released, &clips[2]));
    OK(amio_playspec_new(&playspec));
    for (at = 0; at < 3; at++) {
        amio_playspec_entry entry = entry_of(clips[at], 0);
        OK(amio_clip_info(clips[at], &properties));
        CHECK(properties.frames == 0 && properties.bad_samples == 0);
        OK(amio_clip_read(clips[at], 0, 0, 0, &untouched));
        FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_clip_read(clips[at], 0, 0, 1, &untouched));
        OK(amio_analysis_new(clips[at], 0, NULL, NULL, &analysis));
        OK(amio_analysis_read(analysis, 0, 0, 0, &bucket, 1));
        CHECK(bucket.min == 0 && bucket.max == 0 && bucket.rms == 0);
        OK(amio_analysis_free(analysis));
        OK(amio_clip_convert(clips[at], RATE / 2, 0, NULL, NULL, &converted));
        OK(amio_clip_free(converted));
        OK(amio_playspec_add(playspec, &entry, &number));
        entry.repeat_interval_frames = 1;
        OK(amio_playspec_add(playspec, &entry, &number));
        entry.source_begin_frame = 1;
        FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_playspec_add(playspec, &entry, &number));
        OK(amio_clip_free(clips[at]));
    }
    OK(amio_interface_schedule(iface, playspec, 0, 0, 0, 0, &ticket));
    OK(amio_interface_advance(iface, 4, NULL, output));
    for (at = 0; at < 8; at++)
        CHECK(output[at] == 0);
    OK(amio_playspec_free(playspec));
    OK(amio_interface_free(iface));
    CHECK(untouched == 9 && released == 1);
}

int main(void)
{
    every_format_and_layout_names_the_same_sound();
    short_hands();
    owners_are_counted();
    a_clip_may_have_no_frames();
    borrowed_memory_is_given_back_once();
    borrowed_memory_raises_a_flag_when_it_is_given_back();
    return 0;
}
