/* Section playspec: the output follows the fields of the entries. */
#include "check.h"

/* Renders 20 frames of two channels of a playspec, and frees both. */
static void render(amio_playspec *playspec, float output[40])
{
    amio_interface *iface = rolling_offline(2);
    uint64_t ticket;
    OK(amio_interface_schedule(iface, playspec, 0, 0, AMIO_LATE_CATCH_UP, 0, &ticket));
    OK(amio_interface_advance(iface, 20, NULL, output));
    OK(amio_interface_free(iface));
    OK(amio_playspec_free(playspec));
}

static void expect(const float output[40], int channel, const float left[20])
{
    int frame;
    for (frame = 0; frame < 20; frame++) {
        if (!near(output[2 * frame + channel], left[frame]))
            fprintf(stderr, "frame %d, channel %d: %g\n", frame, channel, output[2 * frame + channel]);
        CHECK(near(output[2 * frame + channel], left[frame]));
    }
}

static void defaults(amio_clip *clip)
{
    static const float sound[20] = {0, .01f, .02f, .03f, .04f};
    amio_playspec_entry entry = entry_of(clip, 1);
    float output[40];
    render(playspec_of(&entry), output);
    expect(output, 0, sound);
    expect(output, 1, sound);
}

static void cropped_scaled_and_on_the_second_output(amio_clip *clip)
{
    static const float sound[20] = {0, 0, .01f, .015f};
    static const float silence[20] = {0};
    amio_playspec_entry entry = entry_of(clip, 2);
    float output[40];
    entry.first_output_channel = 1;
    entry.source_begin_frame = 1;
    entry.source_end_frame = 3;
    entry.gain_left = 0.5f;
    render(playspec_of(&entry), output);
    expect(output, 0, silence);
    expect(output, 1, sound);
}

static void repeated_at_a_fraction_of_a_frame(amio_clip *clip)
{
    /* 9/2 frames: 0, 4.5 (rounded to 5), 9. */
    static const float sound[20] = {.01f, 0, 0, 0, 0, .01f, 0, 0, 0, .01f};
    amio_playspec_entry entry = entry_of(clip, 0);
    float output[40];
    entry.source_end_frame = 1;
    entry.repeat_interval_frames = 9;
    entry.repeat_interval_denominator = 2;
    entry.repeat_count = 3;
    render(playspec_of(&entry), output);
    expect(output, 0, sound);
}

static void faded(void)
{
    static const float sound[20] = {0, .25f, .5f, .75f, 1, .5f, 0};
    static const float ones[] = {1, 1, 1, 1, 1, 1, 1};
    amio_clip *clip;
    amio_playspec_entry entry;
    float output[40];
    OK(amio_clip_new_f32(RATE, 1, ones, 7, &clip));
    entry = entry_of(clip, 0);
    entry.fade_in_frames = 4;
    entry.fade_out_frames = 2;
    render(playspec_of(&entry), output);
    expect(output, 0, sound);
    OK(amio_clip_free(clip));
}

static void gain_before_and_after_scheduling(void)
{
    static const float ones[] = {1, 1, 1, 1, 1, 1, 1, 1};
    amio_interface *iface = rolling_offline(1);
    amio_clip *clip;
    amio_playspec_entry entry;
    amio_playspec *playspec;
    uint64_t ticket, number;
    float output[4];

    OK(amio_clip_new_f32(RATE, 1, ones, 8, &clip));
    entry = entry_of(clip, 0);
    playspec = playspec_of(&entry);
    OK(amio_playspec_set_gain(playspec, 0, 0.5f, 0.5f, 100));
    OK(amio_interface_schedule(iface, playspec, 0, 0, 0, 0, &ticket));
    OK(amio_interface_advance(iface, 4, NULL, output));
    CHECK(output[0] == 0.5f && output[3] == 0.5f);
    OK(amio_playspec_set_gain(playspec, 0, 1, 1, 2));
    OK(amio_interface_advance(iface, 4, NULL, output));
    CHECK(output[0] == 0.5f && output[1] == 0.75f && output[2] == 1 && output[3] == 1);

    FAILS(AMIO_ERROR_INVALID_STATE, amio_playspec_add(playspec, &entry, &number));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_playspec_set_gain(playspec, 1, 1, 1, 0));

    /* The playspec stays usable after its interface was closed, and then freed. */
    OK(amio_interface_close(iface));
    OK(amio_playspec_set_gain(playspec, 0, 1, 1, 0));
    OK(amio_interface_free(iface));
    OK(amio_playspec_set_gain(playspec, 0, 1, 1, 0));
    OK(amio_playspec_free(playspec));
    OK(amio_clip_free(clip));
}

static void a_schedule_that_fails_leaves_it_open(amio_clip *clip)
{
    amio_interface *iface = rolling_offline(1);
    amio_playspec_entry entry = entry_of(clip, 0);
    amio_playspec *playspec;
    uint64_t ticket, number;

    entry.first_output_channel = 1;
    playspec = playspec_of(&entry);
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_interface_schedule(iface, playspec, 0, 0, 0, 0, &ticket));
    OK(amio_playspec_add(playspec, &entry, &number));
    CHECK(number == 1);
    OK(amio_playspec_free(playspec));
    OK(amio_interface_free(iface));
}

int main(void)
{
    amio_clip *clip = counting_clip(4);
    defaults(clip);
    cropped_scaled_and_on_the_second_output(clip);
    repeated_at_a_fraction_of_a_frame(clip);
    faded();
    gain_before_and_after_scheduling();
    a_schedule_that_fails_leaves_it_open(clip);
    OK(amio_clip_free(clip));
    return 0;
}
