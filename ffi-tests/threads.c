/*
 * Sixteen threads use the same objects at the same time on the null driver, while the audio runs: they
 * schedule, cancel, change gains, read, fetch events and free each other's handles. They go on while the
 * interface is closed. At the end, each ticket that was returned must have ended in exactly one event.
 * The argument is the duration in seconds.
 */
#define _XOPEN_SOURCE 700
#include "check.h"
#include <pthread.h>
#include <time.h>

enum { THREADS = 16, SHARED = 8, MOST_TICKETS = 1 << 22 };

static amio_interface *iface;
static amio_clip *clip;

/* Protects changes to the variables below. Handles are copied under the lock, and used without it. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static amio_playspec *playspecs[SHARED];
static amio_interface *others[SHARED];
static unsigned char issued[MOST_TICKETS], ended[MOST_TICKETS];
static uint64_t latest_ticket;
static int finished;
static uint64_t chunks, late_handles;

static void note_issued(uint64_t ticket)
{
    CHECK(ticket != AMIO_TICKET_NONE && ticket < MOST_TICKETS);
    pthread_mutex_lock(&lock);
    CHECK(issued[ticket] == 0);
    issued[ticket] = 1;
    latest_ticket = ticket;
    pthread_mutex_unlock(&lock);
}

static void note(const amio_event *event)
{
    CHECK(event->kind != AMIO_EVENT_EVENTS_LOST && event->kind != AMIO_EVENT_FAILED);
    if (event->kind < AMIO_EVENT_APPLIED || event->kind > AMIO_EVENT_CANCELLED)
        return;
    CHECK(event->ticket < MOST_TICKETS);
    pthread_mutex_lock(&lock);
    ended[event->ticket]++;
    pthread_mutex_unlock(&lock);
}

/* Whether the status is possible while other threads free handles, close the interface and fill queues. */
static int fine(amio_status status)
{
    if (status == AMIO_ERROR_INVALID_HANDLE) {
        pthread_mutex_lock(&lock);
        late_handles++;
        pthread_mutex_unlock(&lock);
    }
    if (status != AMIO_OK && status != AMIO_ERROR_INVALID_HANDLE &&
        status != AMIO_ERROR_INVALID_STATE && status != AMIO_ERROR_QUEUE_FULL &&
        status != AMIO_ERROR_NO_SUCH_TICKET && status != AMIO_ERROR_TIMEOUT)
        check_status(__FILE__, __LINE__, "a call among others", AMIO_OK, status);
    return status == AMIO_OK;
}

static amio_playspec *a_playspec(unsigned which)
{
    amio_playspec *playspec;
    pthread_mutex_lock(&lock);
    playspec = playspecs[which % SHARED];
    pthread_mutex_unlock(&lock);
    return playspec;
}

static amio_playspec *new_playspec(void)
{
    amio_playspec_entry entry = entry_of(clip, 0);
    entry.repeat_interval_frames = 300;
    return playspec_of(&entry);
}

static void replace_playspec(unsigned which)
{
    amio_playspec *fresh = new_playspec(), *old;
    pthread_mutex_lock(&lock);
    old = playspecs[which % SHARED];
    playspecs[which % SHARED] = fresh;
    pthread_mutex_unlock(&lock);
    OK(amio_playspec_free(old));
}

static void schedule(unsigned random)
{
    uint64_t ticket;
    int64_t position;
    if (fine(amio_interface_position(iface, &position)) &&
        fine(amio_interface_schedule(iface, a_playspec(random), position + random % 2000 - 500,
                                     position, random % 3, 0, &ticket)))
        note_issued(ticket);
}

static void schedule_in_a_group(unsigned random)
{
    amio_group *group;
    uint64_t one, two;
    if (!fine(amio_group_new(iface, &group)))
        return;
    if (fine(amio_group_schedule(group, a_playspec(random), 0, 0, AMIO_LATE_SLIP, 0, &one)))
        note_issued(one);
    if (fine(amio_group_schedule(group, a_playspec(random + 1), 0, 0, AMIO_LATE_SLIP, 0, &two)))
        note_issued(two);
    fine(amio_group_set_rolling(group, random % 8 != 0));
    if (random % 4 != 0)
        fine(amio_group_commit(group));
    OK(amio_group_free(group));
}

static void cancel_lately_issued(unsigned random)
{
    uint64_t ticket;
    pthread_mutex_lock(&lock);
    ticket = latest_ticket - random % 8;
    pthread_mutex_unlock(&lock);
    fine(amio_interface_cancel(iface, ticket));
}

static void read_input(void)
{
    amio_chunk chunk = {0};
    float samples[2 * 512];
    chunk.struct_size = sizeof chunk;
    if (fine(amio_interface_wait_input(iface, &chunk, samples, 512, 1))) {
        CHECK(chunk.frames >= 1 && chunk.frames <= 512);
        pthread_mutex_lock(&lock);
        chunks++;
        pthread_mutex_unlock(&lock);
    }
}

static void fetch_events(void)
{
    amio_event event = {0};
    event.struct_size = sizeof event;
    while (fine(amio_interface_next_event(iface, &event)) && event.kind != AMIO_EVENT_NONE)
        note(&event);
}

/* Makes, uses and frees interfaces that other threads use and free at the same time. */
static void use_another_interface(unsigned random)
{
    amio_interface_config config = {0};
    amio_interface *fresh, *old;
    uint64_t ticket;

    config.struct_size = sizeof config;
    config.driver = random % 16 == 0 ? AMIO_DRIVER_NULL : AMIO_DRIVER_OFFLINE;
    OK(amio_interface_new(&config, &fresh));
    fine(amio_interface_start(fresh));
    pthread_mutex_lock(&lock);
    old = others[random % SHARED];
    others[random % SHARED] = fresh;
    pthread_mutex_unlock(&lock);
    fine(amio_interface_free(old));

    pthread_mutex_lock(&lock);
    old = others[(random + 1) % SHARED];
    pthread_mutex_unlock(&lock);
    if (old != NULL) {
        if (fine(amio_interface_schedule(old, a_playspec(random), 0, 0, 0, 0, &ticket)))
            fine(amio_interface_advance(old, 64, NULL, NULL));
        fine(amio_interface_set_rolling(old, 1));
        fine(amio_playspec_set_gain(a_playspec(random), 0, 0.5f, 0.5f, 10));
    }
}

static void ask(void)
{
    amio_transport transport = {0};
    amio_stats stats = {0};
    transport.struct_size = sizeof transport;
    stats.struct_size = sizeof stats;
    fine(amio_interface_transport(iface, &transport));
    fine(amio_interface_stats(iface, &stats));
}

static int running(void)
{
    int running;
    pthread_mutex_lock(&lock);
    running = !finished;
    pthread_mutex_unlock(&lock);
    return running;
}

static void *work(void *number)
{
    unsigned random = 2463534242u + 977u * (unsigned)(uintptr_t)number;
    while (running()) {
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        switch (random % 16) {
        case 0: case 1: case 2: schedule(random >> 8); break;
        case 3: schedule_in_a_group(random >> 8); break;
        case 4: case 5: cancel_lately_issued(random >> 8); break;
        case 6: fine(amio_playspec_set_gain(a_playspec(random >> 8), 0, 1, 0.5f, 100)); break;
        case 7: replace_playspec(random >> 8); break;
        case 8: case 9: read_input(); break;
        case 10: use_another_interface(random >> 8); break;
        case 11: OK(amio_clip_retain(clip)); OK(amio_clip_free(clip)); break;
        case 12: ask(); break;
        case 13: fine(amio_interface_set_rolling(iface, random >> 8 & 1)); break;
        default: fetch_events(); break;
        }
    }
    return NULL;
}

static void sleep_ms(long ms)
{
    struct timespec time;
    time.tv_sec = ms / 1000;
    time.tv_nsec = ms % 1000 * 1000000;
    nanosleep(&time, NULL);
}

int main(int count, char **arguments)
{
    amio_interface_config config = {0};
    pthread_t threads[THREADS];
    uintptr_t at;
    uint64_t tickets = 0;
    int wrong = 0;
    long seconds = count > 1 ? atol(arguments[1]) : 2;

    config.struct_size = sizeof config;
    config.driver = AMIO_DRIVER_NULL;
    config.period_frames = 64;
    OK(amio_interface_new(&config, &iface));
    OK(amio_interface_start(iface));
    OK(amio_interface_set_rolling(iface, 1));
    clip = counting_clip(200);
    for (at = 0; at < SHARED; at++)
        playspecs[at] = new_playspec();

    for (at = 0; at < THREADS; at++)
        CHECK(pthread_create(&threads[at], NULL, work, (void *)at) == 0);
    sleep_ms(1000 * seconds);
    OK(amio_interface_close(iface));
    sleep_ms(100); /* the threads use the closed interface */
    pthread_mutex_lock(&lock);
    finished = 1;
    pthread_mutex_unlock(&lock);
    for (at = 0; at < THREADS; at++)
        CHECK(pthread_join(threads[at], NULL) == 0);
    fetch_events();

    for (at = 0; at < MOST_TICKETS; at++) {
        tickets += issued[at];
        if (issued[at] != 0 && ended[at] != 1 && wrong++ < 10)
            fprintf(stderr, "ticket %u ended in %d events\n", (unsigned)at, ended[at]);
        CHECK(issued[at] || !ended[at]);
    }
    printf("%lu tickets, %lu chunks, %lu calls with a handle that was just freed\n",
           (unsigned long)tickets, (unsigned long)chunks, (unsigned long)late_handles);
    CHECK(wrong == 0);
    CHECK(tickets > 100 && chunks > 10);

    for (at = 0; at < SHARED; at++) {
        OK(amio_playspec_free(playspecs[at]));
        OK(amio_interface_free(others[at]));
    }
    OK(amio_clip_free(clip));
    OK(amio_interface_free(iface));
    return 0;
}
