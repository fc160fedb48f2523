/* Reads the files that its input names with libsndfile; prints the nanoseconds that each took, or
   "-" for what libsndfile does not read. */
#define _POSIX_C_SOURCE 200809L
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static long long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int main(void)
{
    char path[4096];
    while (fgets(path, sizeof path, stdin)) {
        long long began = now();
        SF_INFO info;
        SNDFILE *file;
        float *samples;

        path[strcspn(path, "\n")] = 0;
        memset(&info, 0, sizeof info);
        file = sf_open(path, SFM_READ, &info);
        if (!file) {
            puts("-");
        } else {
            samples = malloc(sizeof(float) * (size_t)info.channels * (size_t)info.frames);
            if (!samples || sf_readf_float(file, samples, info.frames) != info.frames)
                return 1;
            sf_close(file);
            printf("%lld\n", now() - began);
            free(samples);
        }
        fflush(stdout);
    }
    return 0;
}
