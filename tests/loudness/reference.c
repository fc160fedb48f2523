/*
 * Usage: reference FILE CHANNELS RATE. Prints what libebur128 measures for interleaved native floats:
 * integrated loudness, range, the loudest 400 ms and 3 s (in steps of 0.1 s), true peaks.
 */
#include <ebur128.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    const unsigned channels = argc == 4 ? (unsigned)atoi(argv[2]) : 0;
    const unsigned long rate = argc == 4 ? (unsigned long)atol(argv[3]) : 0;
    const size_t step = (rate + 5) / 10;
    double value, momentary = -HUGE_VAL, short_term = -HUGE_VAL;
    size_t steps = 0, frames;
    unsigned channel;
    float *samples = malloc(step * channels * sizeof *samples);
    FILE *file = argc == 4 ? fopen(argv[1], "rb") : NULL;
    ebur128_state *state =
        ebur128_init(channels, rate, EBUR128_MODE_I | EBUR128_MODE_LRA | EBUR128_MODE_TRUE_PEAK);

    if (file == NULL || state == NULL || samples == NULL)
        return 1;
    while ((frames = fread(samples, channels * sizeof *samples, step, file)) > 0) {
        if (ebur128_add_frames_float(state, samples, frames) != EBUR128_SUCCESS)
            return 1;
        if (frames < step)
            break;
        steps++;
        ebur128_loudness_momentary(state, &value);
        if (steps >= 4 && value > momentary)
            momentary = value;
        ebur128_loudness_shortterm(state, &value);
        if (steps >= 30 && value > short_term)
            short_term = value;
    }
    ebur128_loudness_global(state, &value);
    printf("%.9f ", value);
    ebur128_loudness_range(state, &value);
    printf("%.9f %.9f %.9f", value, momentary, short_term);
    for (channel = 0; channel < channels; channel++) {
        ebur128_true_peak(state, channel, &value);
        printf(" %.9f", value);
    }
    printf("\n");
    ebur128_destroy(&state);
    fclose(file);
    free(samples);
    return 0;
}
