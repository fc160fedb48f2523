/*
 * Shows the loudness of a file, and its waveform as text.
 *
 *     cc look_at_file.c $(pkg-config --cflags --libs amio) -o look_at_file
 *     ./look_at_file FILE
 */
#include <amio.h>
#include <stdio.h>
#include <stdlib.h>

enum { COLUMNS = 72, ROWS = 9 };

/* Ends the program if a call has failed. The message says what was wrong. */
static void must(amio_status status)
{
    if (status != AMIO_OK) {
        fprintf(stderr, "amio: %s (%s)\n", amio_last_error_message(), amio_strerror(status));
        exit(1);
    }
}

/* Called during long work. Any result but 0 cancels the work. */
static int32_t show_progress(void *user_data, uint64_t done_frames, uint64_t total_frames)
{
    int *shown = user_data;
    int percent = (int)(100 * (double)done_frames / (double)total_frames);
    if (percent >= *shown + 10)
        fprintf(stderr, "%d %%\n", *shown = percent);
    return 0;
}

/* Draws a column of characters for each bucket: '#' up to the RMS, '|' up to the peaks. */
static void draw(const amio_bucket *buckets)
{
    int row, column;
    for (row = 0; row < ROWS; row++) {
        char line[COLUMNS + 1] = {0};
        float level = 1 - 2 * (float)row / (ROWS - 1); /* from 1 down to -1 */
        for (column = 0; column < COLUMNS; column++) {
            const amio_bucket *b = &buckets[column];
            float magnitude = level < 0 ? -level : level;
            line[column] = ' ';
            if (row == ROWS / 2)
                line[column] = '-';
            if (level > 0 ? b->max >= level : level < 0 && b->min <= level)
                line[column] = b->rms >= magnitude ? '#' : '|';
        }
        printf("%s\n", line);
    }
}

int main(int count, char **arguments)
{
    amio_analysis *analysis;
    amio_clip_properties properties = {0};
    amio_loudness loudness = {0};
    uint32_t channel;
    int shown = 0;

    if (count != 2) {
        fprintf(stderr, "usage: %s FILE\n", arguments[0]);
        return 2;
    }
    must(amio_analysis_open(arguments[1], 0, show_progress, &shown, &analysis));

    properties.struct_size = sizeof properties;
    must(amio_analysis_info(analysis, &properties));
    loudness.struct_size = sizeof loudness;
    must(amio_analysis_loudness(analysis, &loudness));
    printf("%llu frames at %u Hz\n", (unsigned long long)properties.frames,
           (unsigned)properties.frame_rate_hz);
    printf("%.1f LUFS, range %.1f LU\n", loudness.integrated_lufs, loudness.range_lu);

    for (channel = 0; channel < properties.channels; channel++) {
        amio_channel_levels levels = {0};
        amio_bucket buckets[COLUMNS];
        levels.struct_size = sizeof levels;
        must(amio_analysis_levels(analysis, channel, &levels));
        printf("channel %u: true peak %.3f, RMS %.3f, %llu samples clipped\n", (unsigned)channel,
               levels.true_peak, levels.rms, (unsigned long long)levels.clipped);
        must(amio_analysis_read(analysis, channel, 0, properties.frames, buckets, COLUMNS));
        draw(buckets);
    }
    must(amio_analysis_free(analysis));
    return 0;
}
