/* The converters that amio is compared with, for benches/convert.rs:
 *
 *     peers CONVERTER FROM_HZ TO_HZ CHANNELS INPUT OUTPUT
 *
 * Converts raw interleaved 32-bit floats from the file INPUT to the file OUTPUT, and prints how many
 * seconds the conversion took. The time is that from samples in memory to samples in newly allocated
 * memory, on one thread; reading and writing the files is not measured. CONVERTER is soxr-hq, soxr-vhq or
 * libsamplerate-best. The exit status is 3 if the program was built without it (see WITH_SOXR,
 * WITH_SAMPLERATE). */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef WITH_SOXR
#include <soxr.h>
#endif
#ifdef WITH_SAMPLERATE
#include <samplerate.h>
#endif

/* Frames in each call: the number with which soxr is fastest. Its results do not depend on it. */
enum { BLOCK = 16384 };

static void fail(const char *what)
{
    fprintf(stderr, "peers: %s\n", what);
    exit(1);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#ifdef WITH_SOXR
static size_t with_soxr(unsigned long recipe, double from, double to, unsigned channels,
                        const float *in, size_t frames, float *out, size_t room)
{
    soxr_error_t error;
    soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
    soxr_quality_spec_t quality = soxr_quality_spec(recipe, 0);
    soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
    soxr_t soxr = soxr_create(from, to, channels, &error, &io, &quality, &runtime);
    size_t given = 0, taken = 0;
    if (error)
        fail(error);
    for (;;) {
        size_t used = 0, done = 0, block = frames - given < BLOCK ? frames - given : BLOCK;
        error = soxr_process(soxr, block ? in + given * channels : NULL, block, &used,
                             out + taken * channels, room - taken, &done);
        if (error)
            fail(error);
        given += used;
        taken += done;
        if (block == 0 && done == 0)
            break;
    }
    soxr_delete(soxr);
    return taken;
}
#endif

#ifdef WITH_SAMPLERATE
static size_t with_samplerate(double from, double to, unsigned channels, const float *in,
                              size_t frames, float *out, size_t room)
{
    SRC_DATA data;
    int error;
    memset(&data, 0, sizeof data);
    data.data_in = in;
    data.data_out = out;
    data.input_frames = (long)frames;
    data.output_frames = (long)room;
    data.src_ratio = to / from;
    error = src_simple(&data, SRC_SINC_BEST_QUALITY, (int)channels);
    if (error)
        fail(src_strerror(error));
    return (size_t)data.output_frames_gen;
}
#endif

static size_t convert(const char *converter, double from, double to, unsigned channels,
                      const float *in, size_t frames, float *out, size_t room)
{
#ifdef WITH_SOXR
    if (strcmp(converter, "soxr-hq") == 0)
        return with_soxr(SOXR_HQ, from, to, channels, in, frames, out, room);
    if (strcmp(converter, "soxr-vhq") == 0)
        return with_soxr(SOXR_VHQ, from, to, channels, in, frames, out, room);
#endif
#ifdef WITH_SAMPLERATE
    if (strcmp(converter, "libsamplerate-best") == 0)
        return with_samplerate(from, to, channels, in, frames, out, room);
#endif
    (void)from, (void)to, (void)channels, (void)in, (void)frames, (void)out, (void)room;
    fprintf(stderr, "peers: built without %s\n", converter);
    exit(3);
}

int main(int argc, char **argv)
{
    FILE *file;
    double from, to, began, ended;
    unsigned channels;
    size_t frames, room, done, bytes;
    long size;
    float *in, *out;
    if (argc != 7)
        fail("usage: peers CONVERTER FROM_HZ TO_HZ CHANNELS INPUT OUTPUT");
    from = atof(argv[2]);
    to = atof(argv[3]);
    channels = (unsigned)atoi(argv[4]);
    file = fopen(argv[5], "rb");
    if (!file || channels == 0 || fseek(file, 0, SEEK_END) || (size = ftell(file)) < 0 ||
        fseek(file, 0, SEEK_SET))
        fail("the input cannot be opened");
    bytes = channels * sizeof *in;
    frames = (size_t)size / bytes;
    room = (size_t)((double)frames * to / from) + 65536;
    in = malloc(frames * bytes);
    if (!in || fread(in, bytes, frames, file) != frames)
        fail("the input cannot be read");
    fclose(file);
    began = now();
    out = malloc(room * bytes);
    if (!out)
        fail("out of memory");
    done = convert(argv[1], from, to, channels, in, frames, out, room);
    ended = now();
    file = fopen(argv[6], "wb");
    if (!file || fwrite(out, bytes, done, file) != done || fclose(file))
        fail("the output cannot be written");
    printf("%.9f\n", ended - began);
    free(in);
    free(out);
    return 0;
}
