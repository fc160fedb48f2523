/*
 * Captures a second of input into a WAV file.
 *
 *     cc capture_to_wav.c $(pkg-config --cflags --libs amio) -o capture_to_wav
 *     ./capture_to_wav OUT.wav [--driver jack|null]
 */
#include <amio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHANNELS = 2 };

/* Ends the program if a call has failed. The message says what was wrong. */
static void must(amio_status status)
{
    if (status != AMIO_OK) {
        fprintf(stderr, "amio: %s (%s)\n", amio_last_error_message(), amio_strerror(status));
        exit(1);
    }
}

int main(int count, char **arguments)
{
    amio_interface_config config = {0}; /* 0 in a field means its default */
    amio_interface *iface;
    amio_clip *clip;
    uint32_t rate;
    uint64_t frames = 0, lost = 0;
    float *samples;

    if (count != 2 && count != 4) {
        fprintf(stderr, "usage: %s OUT.wav [--driver jack|null]\n", arguments[0]);
        return 2;
    }
    config.struct_size = sizeof config;
    config.driver = count == 4 && strcmp(arguments[3], "null") == 0 ? AMIO_DRIVER_NULL : AMIO_DRIVER_JACK;
    config.input_channels = CHANNELS;
    config.output_channels = AMIO_CHANNELS_NONE;
    must(amio_interface_new(&config, &iface));
    must(amio_interface_frame_rate_hz(iface, &rate));
    samples = calloc(rate, CHANNELS * sizeof *samples);
    if (samples == NULL)
        return 1;

    must(amio_interface_start(iface));
    while (frames < rate) {
        amio_chunk chunk = {0};
        chunk.struct_size = sizeof chunk;
        must(amio_interface_wait_input(iface, &chunk, samples + frames * CHANNELS, rate - frames, 5000));
        if (frames == 0)
            printf("the first frame is device frame %llu\n", (unsigned long long)chunk.device_frame);
        /* Lost frames are only counted here. A recording program would insert silence for them. */
        lost += chunk.lost_before_frames;
        frames += chunk.frames;
    }
    must(amio_interface_free(iface));

    must(amio_clip_new_f32(rate, CHANNELS, samples, frames, &clip));
    must(amio_clip_save_wav(clip, arguments[1]));
    must(amio_clip_free(clip));
    free(samples);
    printf("%llu frames at %u Hz in %s, %llu lost\n", (unsigned long long)frames, (unsigned)rate,
           arguments[1], (unsigned long long)lost);
    return 0;
}
