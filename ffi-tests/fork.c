/*
 * A child of fork() cannot use inherited handles: calls return an error that says so, frees do nothing, and
 * nothing changes for the parent. Objects that the child makes itself work; see also children.c.
 */
#define _GNU_SOURCE
#include "check.h"
#include <poll.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct held {
    amio_interface *iface;
    amio_clip *clip;
    amio_playspec *playspec;
    amio_analysis *analysis;
    amio_recorder *recorder;
    amio_group *group;
};

static amio_interface *started(uint32_t driver)
{
    amio_interface_config config;
    amio_interface *iface;
    memset(&config, 0, sizeof config);
    config.struct_size = sizeof config;
    config.driver = driver;
    config.input_channels = 1;
    OK(amio_interface_new(&config, &iface));
    OK(amio_interface_start(iface));
    return iface;
}

static int readable(int descriptor, int timeout_ms)
{
    struct pollfd asked;
    asked.fd = descriptor;
    asked.events = POLLIN;
    return poll(&asked, 1, timeout_ms);
}

static uint64_t now_ms(void)
{
    struct timespec now;
    CHECK(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void schedule(const struct held *held)
{
    uint64_t ticket;
    OK(amio_interface_schedule(held->iface, held->playspec, 0, 0, AMIO_LATE_SLIP, 0, &ticket));
}

#define INHERITED(call)                                                                             \
    do {                                                                                            \
        FAILS(AMIO_ERROR_INVALID_HANDLE, call);                                                     \
        CHECK(strstr(amio_last_error_message(), "before fork()") != NULL);                          \
    } while (0)

/* The child: all calls with inherited handles fail with a message about fork(); then it frees all handles. */
static void child_of(const struct held *held, int descriptor, uint32_t driver)
{
    float samples[2 * PERIOD];
    amio_event event;
    int64_t position;
    uint64_t number;
    uint32_t state;
    int waits = readable(descriptor, 0);

    memset(&event, 0, sizeof event);
    event.struct_size = sizeof event;
    INHERITED(amio_interface_next_event(held->iface, &event));
    INHERITED(amio_interface_wait_event(held->iface, &event, 10000));
    INHERITED(amio_interface_state(held->iface, &state));
    INHERITED(amio_interface_position(held->iface, &position));
    INHERITED(amio_interface_set_rolling(held->iface, 0));
    INHERITED(amio_interface_schedule(held->iface, held->playspec, 0, 0, 0, 0, &number));
    INHERITED(amio_interface_stop(held->iface));
    INHERITED(amio_interface_close(held->iface));
    INHERITED(amio_clip_read(held->clip, 0, 0, 1, samples));
    INHERITED(amio_clip_retain(held->clip));
    INHERITED(amio_playspec_set_gain(held->playspec, 0, 1, 1, 0));
    INHERITED(amio_recorder_stop(held->recorder));
    INHERITED(amio_group_commit(held->group));
    /* The child has taken no event and made none. In real time the parent may have had one meanwhile. */
    if (waits || driver == AMIO_DRIVER_OFFLINE)
        CHECK(readable(descriptor, 0) == waits);

    OK(amio_recorder_free(held->recorder));
    OK(amio_group_free(held->group));
    OK(amio_interface_free(held->iface));
    OK(amio_analysis_free(held->analysis));
    OK(amio_playspec_free(held->playspec));
    OK(amio_clip_free(held->clip));
    OK(amio_interface_free(held->iface)); /* a second free is allowed here */

    {
        amio_clip *clip = counting_clip(PERIOD);
        amio_playspec_entry entry = entry_of(clip, 0);
        struct held own;
        memset(&own, 0, sizeof own);
        own.iface = rolling_offline(2);
        own.playspec = playspec_of(&entry);
        schedule(&own);
        OK(amio_interface_advance(own.iface, PERIOD, NULL, samples));
        CHECK(near(samples[2], 0.02f) && near(samples[3], 0.02f));
        expect_event(own.iface, AMIO_EVENT_APPLIED);
        OK(amio_interface_free(own.iface));
        FAILS(AMIO_ERROR_INVALID_HANDLE, amio_interface_free(own.iface));
        CHECK(strstr(amio_last_error_message(), "fork") == NULL);
        OK(amio_playspec_free(own.playspec));
        OK(amio_clip_free(clip));
    }
    _exit(0); /* skips the leak check: memory of the parent's threads is no leak of this process */
}

static void fork_beside(uint32_t driver, const char *path)
{
    amio_recorder_config recording;
    amio_event event;
    struct held held;
    amio_playspec_entry entry;
    uint64_t began;
    float sample;
    amio_status waited;
    int descriptor, status, applied = 0, recording_began = 0;
    pid_t child;

    held.iface = started(driver);
    held.clip = counting_clip(PERIOD);
    entry = entry_of(held.clip, 0);
    held.playspec = playspec_of(&entry);
    OK(amio_analysis_new(held.clip, AMIO_ANALYSE_OVERVIEW, NULL, NULL, &held.analysis));
    OK(amio_group_new(held.iface, &held.group));
    OK(amio_group_set_rolling(held.group, 1));
    memset(&recording, 0, sizeof recording);
    recording.struct_size = sizeof recording;
    OK(amio_recorder_new(held.iface, path, &recording, &held.recorder));
    OK(amio_interface_event_fd(held.iface, &descriptor));
    memset(&event, 0, sizeof event);
    event.struct_size = sizeof event;

    /* Fork once while an event is queued, and once while none is. */
    schedule(&held);
    if (driver == AMIO_DRIVER_OFFLINE)
        OK(amio_interface_advance(held.iface, PERIOD, NULL, NULL));
    CHECK(readable(descriptor, 10000) == 1);
    for (;;) {
        child = fork();
        CHECK(child >= 0);
        if (child == 0)
            child_of(&held, descriptor, driver);
        CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
        if (applied)
            break;
        /* The recorder's own thread tells that it began, later than the swap. Offline nothing follows then. */
        while (!applied || !recording_began) {
            OK(amio_interface_wait_event(held.iface, &event, 10000));
            applied |= event.kind == AMIO_EVENT_APPLIED;
            recording_began |= event.kind == AMIO_EVENT_RECORDER_STARTED;
        }
        while (next_event(held.iface).kind != AMIO_EVENT_NONE)
            ;
    }

    /* Nothing has changed for the parent. */
    do /* repeated, since frames are skipped on a busy machine */
        began = now_ms();
    while ((waited = amio_interface_wait_event(held.iface, &event, 50)) == AMIO_OK);
    CHECK(waited == AMIO_ERROR_TIMEOUT && now_ms() - began >= 50 && now_ms() - began < 5000);
    schedule(&held);
    OK(amio_group_commit(held.group));
    if (driver == AMIO_DRIVER_OFFLINE)
        OK(amio_interface_advance(held.iface, PERIOD, NULL, NULL));
    do {
        CHECK(readable(descriptor, 10000) == 1);
        event = next_event(held.iface);
    } while (event.kind != AMIO_EVENT_APPLIED);
    OK(amio_clip_read(held.clip, 0, PERIOD - 1, 1, &sample));
    CHECK(near(sample, (float)PERIOD / 100));

    OK(amio_recorder_stop(held.recorder));
    OK(amio_recorder_free(held.recorder));
    OK(amio_group_free(held.group));
    OK(amio_interface_free(held.iface));
    OK(amio_analysis_free(held.analysis));
    OK(amio_playspec_free(held.playspec));
    OK(amio_clip_free(held.clip));

    /* The file is complete: the child's free did not end it. */
    OK(amio_clip_open(path, &held.clip));
    OK(amio_clip_free(held.clip));
}

int main(void)
{
    const char *folder = getenv("TMPDIR");
    char path[512];
    snprintf(path, sizeof path, "%s/amio-fork-%ld.wav", folder ? folder : "/tmp", (long)getpid());
    fork_beside(AMIO_DRIVER_OFFLINE, path);
    fork_beside(AMIO_DRIVER_NULL, path);
    remove(path);
    return 0;
}
