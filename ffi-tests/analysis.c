/* Section analysis: overviews and loudness are those of the clip's samples. */
#include "check.h"
#include <math.h>

enum { FRAMES = 4 * RATE };

static struct {
    uint64_t calls, last, patience;
} watch;

static int32_t watcher(void *user_data, uint64_t done_frames, uint64_t total_frames)
{
    CHECK(user_data == &watch && total_frames == FRAMES);
    CHECK(done_frames > watch.last && done_frames <= FRAMES);
    watch.last = done_frames;
    return ++watch.calls > watch.patience ? -7 : 0;
}

/* A sine of 1 kHz at -20 dB on the left, one sample of full scale on the right. */
static amio_clip *signal(void)
{
    static float samples[2 * FRAMES];
    amio_clip *clip;
    int at;
    for (at = 0; at < FRAMES; at++)
        samples[2 * at] = 0.1f * (float)sin(6.283185307179586 * at / 48);
    samples[2 * 1000 + 1] = -1;
    OK(amio_clip_new_f32(RATE, 2, samples, FRAMES, &clip));
    return clip;
}

static void look(amio_analysis *analysis)
{
    amio_clip_properties properties = {0};
    amio_loudness loudness = {0};
    amio_channel_levels left = {0}, right = {0};
    amio_bucket buckets[4];

    properties.struct_size = sizeof properties;
    OK(amio_analysis_info(analysis, &properties));
    CHECK(properties.frames == FRAMES && properties.channels == 2);
    CHECK(properties.frame_rate_hz == RATE);

    loudness.struct_size = sizeof loudness;
    OK(amio_analysis_loudness(analysis, &loudness));
    CHECK(fabs(loudness.integrated_lufs + 23) < 0.1 && loudness.range_lu < 0.1);
    CHECK(fabs(loudness.max_short_term_lufs + 23) < 0.1);
    CHECK(loudness.sample_peak == 1 && loudness.true_peak >= 1 && loudness.reserved == 0);

    left.struct_size = right.struct_size = sizeof left;
    OK(amio_analysis_levels(analysis, 0, &left));
    OK(amio_analysis_levels(analysis, 1, &right));
    CHECK(fabs(left.rms - 0.0707) < 1e-4 && fabs(left.dc_offset) < 1e-6 && left.clipped == 0);
    CHECK(right.sample_peak == 1 && right.clipped == 1 && right.dc_offset < 0);

    OK(amio_analysis_read(analysis, 1, 0, 4 * 1024, buckets, 4));
    CHECK(buckets[0].min == -1 && buckets[0].max == 0 && buckets[1].min == 0);
    CHECK(fabs(buckets[0].rms - 1.0 / 32) < 1e-6);
    OK(amio_analysis_read(analysis, 0, FRAMES, 1, buckets, 1));
    CHECK(buckets[0].min == 0 && buckets[0].max == 0 && buckets[0].rms == 0);
    OK(amio_analysis_read(analysis, 0, 0, UINT64_MAX, buckets, 1));
    CHECK(near(buckets[0].max, 0.1f));
}

int main(int argc, char **argv)
{
    amio_analysis *analysis, *never = NULL;
    amio_loudness loudness = {0};
    amio_clip *clip = signal();
    amio_bucket bucket;
    char path[4000];

    (void)argc;
    watch.patience = UINT64_MAX;
    OK(amio_analysis_new(clip, 0, watcher, &watch, &analysis));
    CHECK(watch.calls > 1 && watch.last == FRAMES);
    look(analysis);
    OK(amio_analysis_free(analysis));

    snprintf(path, sizeof path, "%s.wav", argv[0]);
    OK(amio_clip_save_wav(clip, path));
    OK(amio_analysis_open(path, AMIO_ANALYSE_OVERVIEW | AMIO_ANALYSE_LOUDNESS, NULL, NULL, &analysis));
    look(analysis);
    OK(amio_analysis_free(analysis));
    FAILS(AMIO_ERROR_INVALID_HANDLE, amio_analysis_free(analysis));
    OK(amio_analysis_free(NULL));

    /* The progress function can cancel the analysis. */
    for (watch.patience = 0; watch.patience < 3; watch.patience++) {
        watch.calls = watch.last = 0;
        FAILS(AMIO_ERROR_CANCELLED, amio_analysis_new(clip, 0, watcher, &watch, &never));
        CHECK(watch.calls == watch.patience + 1 && never == NULL);
        watch.calls = watch.last = 0;
        FAILS(AMIO_ERROR_CANCELLED, amio_analysis_open(path, 0, watcher, &watch, &never));
        CHECK(watch.calls == watch.patience + 1 && never == NULL);
    }

    /* A part of the analysis that was not requested does not exist. */
    loudness.struct_size = sizeof loudness;
    OK(amio_analysis_new(clip, AMIO_ANALYSE_OVERVIEW, NULL, NULL, &analysis));
    FAILS(AMIO_ERROR_INVALID_STATE, amio_analysis_loudness(analysis, &loudness));
    OK(amio_clip_free(clip)); /* the analysis keeps its own reference */
    OK(amio_analysis_read(analysis, 1, 1000, 1, &bucket, 1));
    CHECK(bucket.min == -1 && bucket.max == -1 && bucket.rms == 1);
    OK(amio_analysis_free(analysis));
    OK(amio_analysis_open(path, AMIO_ANALYSE_LOUDNESS, NULL, NULL, &analysis));
    FAILS(AMIO_ERROR_INVALID_STATE, amio_analysis_read(analysis, 0, 0, 1, &bucket, 1));
    OK(amio_analysis_free(analysis));
    CHECK(remove(path) == 0);
    return 0;
}
