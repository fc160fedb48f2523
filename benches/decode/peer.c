/* Reads files, whose names are the lines of stdin, with libsndfile or, if AMIO is defined, with amio.
   Prints how many nanoseconds each took, or "-" if it cannot be read. */
#define _POSIX_C_SOURCE 200809L
#ifdef AMIO
#include <amio.h>
#else
#include <sndfile.h>
#endif
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

#ifdef AMIO
static long long time_of(const char *path)
{
    const long long began = now();
    long long took;
    amio_clip *clip;

    if (amio_clip_open(path, &clip) != AMIO_OK)
        return -1;
    took = now() - began;
    amio_clip_free(clip);
    return took;
}
#else
static long long time_of(const char *path)
{
    const long long began = now();
    long long took;
    SF_INFO info;
    SNDFILE *file;
    float *samples;

    memset(&info, 0, sizeof info);
    file = sf_open(path, SFM_READ, &info);
    if (!file)
        return -1;
    samples = malloc(sizeof(float) * (size_t)info.channels * (size_t)info.frames);
    if (!samples || sf_readf_float(file, samples, info.frames) != info.frames)
        exit(1);
    sf_close(file);
    took = now() - began;
    free(samples);
    return took;
}
#endif

int main(void)
{
    char path[4096];
    while (fgets(path, sizeof path, stdin)) {
        long long took;
        path[strcspn(path, "\n")] = 0;
        took = time_of(path);
        if (took < 0)
            puts("-");
        else
            printf("%lld\n", took);
        fflush(stdout);
    }
    return 0;
}
