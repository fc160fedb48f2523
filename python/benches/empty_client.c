/*
 * An empty client: its process function writes nothing. With -DBARE by libjack itself, otherwise by amio.h. Prints the
 * time of a period in microseconds, for some stretches of time, while the server freewheels.
 * usage: empty_client WINDOWS SECONDS
 */
#define _POSIX_C_SOURCE 200809L
#ifdef BARE
#include <jack/jack.h>
#else
#include <amio.h>
#endif
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Counted by the audio thread alone. */
static uint64_t volatile periods;

#ifdef BARE

static int process(jack_nframes_t frames, void *user_data)
{
    (void)frames, (void)user_data;
    periods++;
    return 0;
}

static jack_client_t *client;

static int begin(void)
{
    client = jack_client_open("subject", JackNoStartServer, NULL);
    return client && jack_set_process_callback(client, process, NULL) == 0 && jack_activate(client) == 0 &&
           jack_set_freewheel(client, 1) == 0;
}

static int end(void)
{
    return jack_set_freewheel(client, 0) == 0 && jack_client_close(client) == 0;
}

#else

static int32_t process(void *user_data, const amio_jack_cycle *cycle, uint32_t frames)
{
    (void)user_data, (void)cycle, (void)frames;
    periods++;
    return 0;
}

static amio_jack_client *client;

static int begin(void)
{
    return amio_jack_client_open("subject", NULL, NULL, &client) == AMIO_OK &&
           amio_jack_client_set_process(client, process, NULL) == AMIO_OK &&
           amio_jack_client_activate(client) == AMIO_OK &&
           amio_jack_client_set_freewheel(client, 1) == AMIO_OK;
}

static int end(void)
{
    return amio_jack_client_set_freewheel(client, 0) == AMIO_OK && amio_jack_client_free(client) == AMIO_OK;
}

#endif

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void pause_for(double seconds)
{
    struct timespec time;
    time.tv_sec = (time_t)seconds;
    time.tv_nsec = (long)(1e9 * (seconds - (double)time.tv_sec));
    nanosleep(&time, NULL);
}

int main(int count, char **arguments)
{
    int window, windows;
    if (count != 3 || !begin())
        return 2;
    windows = atoi(arguments[1]);
    pause_for(0.3);
    for (window = 0; window < windows; window++) {
        uint64_t before = periods;
        double started = now(), ended;
        pause_for(atof(arguments[2]));
        ended = now();
        if (periods == before)
            return 1;
        printf("%.4f\n", 1e6 * (ended - started) / (double)(periods - before));
    }
    return end() ? 0 : 2;
}
