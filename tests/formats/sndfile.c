/* usage: sndfile FILE: writes all frames of the file to stdout as interleaved floats. */
#include <sndfile.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    SF_INFO info;
    float samples[64 * 256];
    sf_count_t frames;
    SNDFILE *file;

    memset(&info, 0, sizeof info);
    file = argc == 2 ? sf_open(argv[1], SFM_READ, &info) : NULL;
    if (!file || info.channels > 64) {
        fprintf(stderr, "%s\n", sf_strerror(file));
        return 1;
    }
    while ((frames = sf_readf_float(file, samples, 256)) > 0)
        fwrite(samples, sizeof(float) * (size_t)info.channels, (size_t)frames, stdout);
    return sf_close(file);
}
