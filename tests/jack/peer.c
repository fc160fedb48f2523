/* A JACK client for the tests, which shares no code with the library under test.
 *
 * usage: peer NAME
 *
 * Port NAME:out plays its own frame numbers: the sample of JACK frame n is n modulo 2^24, which a
 * float holds exactly. The input of NAME:in is recorded, period by period, each with its first JACK
 * frame and the time at which it was due.
 *
 * Each line of stdin is a command. The answer is one line: "ok" or "failed N".
 *   connect SOURCE DESTINATION | disconnect SOURCE DESTINATION
 *   period FRAMES | freewheel 0 or 1
 *   slow MS     lets the latency callback take that long from now on; the server waits for it
 *   await latencies   waits until the latency callback has been called, after `slow`
 *   dump FILE   writes all periods so far, each as a struct period and its samples
 * The program prints "ready" when it begins, and ends at the end of stdin.
 */
#define _POSIX_C_SOURCE 200809L
#include <jack/jack.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SECONDS = 60, MAX_FRAMES = SECONDS * 48000, MAX_PERIODS = MAX_FRAMES / 64 };

struct period {
    uint32_t first_frame; /* the JACK frame */
    uint32_t frames;
    int64_t due_ns; /* CLOCK_MONOTONIC at which the first frame was due */
};

static jack_client_t *client;
static jack_port_t *in, *out;
static struct period *periods;
static float *samples;
static long slow_ms;           /* how long the latency callback takes */
static sem_t asked;            /* posted when the slow latency callback is called */
static size_t recorded;        /* frames */
static size_t recorded_periods; /* published after the frames */

static int process(jack_nframes_t frames, void *unused)
{
    jack_nframes_t first;
    jack_time_t due_us, next_us;
    float period_us;
    struct timespec now;
    (void)unused;
    if (jack_get_cycle_times(client, &first, &due_us, &next_us, &period_us) != 0)
        return 0;
    int64_t age_us = (int64_t)(jack_get_time() - due_us);
    clock_gettime(CLOCK_MONOTONIC, &now);

    const float *heard = jack_port_get_buffer(in, frames);
    if (recorded + frames <= MAX_FRAMES && recorded_periods < MAX_PERIODS) {
        memcpy(samples + recorded, heard, frames * sizeof *samples);
        periods[recorded_periods] = (struct period){
            first, frames, now.tv_sec * INT64_C(1000000000) + now.tv_nsec - age_us * 1000};
        recorded += frames;
        __atomic_store_n(&recorded_periods, recorded_periods + 1, __ATOMIC_RELEASE);
    }
    float *numbers = jack_port_get_buffer(out, frames);
    for (jack_nframes_t frame = 0; frame < frames; frame++)
        numbers[frame] = (float)((first + frame) & 0xffffff);
    return 0;
}

static void slow_latency(jack_latency_callback_mode_t mode, void *ms)
{
    (void)mode;
    long slow_ms = __atomic_load_n((long *)ms, __ATOMIC_RELAXED);
    if (slow_ms > 0)
        sem_post(&asked);
    nanosleep(&(struct timespec){slow_ms / 1000, slow_ms % 1000 * 1000000}, NULL);
}

static int dump(const char *path)
{
    FILE *file = fopen(path, "wb");
    if (!file)
        return -1;
    size_t count = __atomic_load_n(&recorded_periods, __ATOMIC_ACQUIRE);
    const float *next = samples;
    for (size_t i = 0; i < count; i++) {
        fwrite(&periods[i], sizeof periods[i], 1, file);
        fwrite(next, sizeof *next, periods[i].frames, file);
        next += periods[i].frames;
    }
    return fclose(file);
}

static int run(char *line)
{
    char *command = strtok(line, " \n");
    char *first = strtok(NULL, " \n");
    char *second = strtok(NULL, " \n");
    if (!command || !first)
        return -2;
    if (strcmp(command, "connect") == 0 && second)
        return jack_connect(client, first, second);
    if (strcmp(command, "disconnect") == 0 && second)
        return jack_disconnect(client, first, second);
    if (strcmp(command, "period") == 0)
        return jack_set_buffer_size(client, (jack_nframes_t)atoi(first));
    if (strcmp(command, "freewheel") == 0)
        return jack_set_freewheel(client, atoi(first));
    if (strcmp(command, "slow") == 0) {
        __atomic_store_n(&slow_ms, atol(first), __ATOMIC_RELAXED);
        return 0;
    }
    if (strcmp(command, "await") == 0)
        return sem_wait(&asked);
    if (strcmp(command, "dump") == 0)
        return dump(first);
    return -3;
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    sem_init(&asked, 0, 0);
    periods = malloc(MAX_PERIODS * sizeof *periods);
    samples = malloc(MAX_FRAMES * sizeof *samples);
    client = jack_client_open(argv[1], JackNoStartServer | JackUseExactName, NULL);
    if (!periods || !samples || !client)
        return 1;
    /* Touches all pages, so that the audio thread has no page faults. */
    memset(periods, 0, MAX_PERIODS * sizeof *periods);
    memset(samples, 0, MAX_FRAMES * sizeof *samples);
    in = jack_port_register(client, "in", JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
    out = jack_port_register(client, "out", JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
    jack_set_latency_callback(client, slow_latency, &slow_ms);
    if (!in || !out || jack_set_process_callback(client, process, NULL) || jack_activate(client))
        return 1;
    puts("ready");
    fflush(stdout);

    char line[1024];
    while (fgets(line, sizeof line, stdin)) {
        int failed = run(line);
        if (failed)
            printf("failed %d\n", failed);
        else
            puts("ok");
        fflush(stdout);
    }
    jack_client_close(client);
    return 0;
}
