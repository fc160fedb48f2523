/*
 * An interface is closed while other threads schedule swaps. Each ticket that was returned ends in exactly
 * one event, even if its swap was scheduled just before the close. The test is repeated often, since the
 * critical time is some microseconds.
 */
#include "check.h"
#include <pthread.h>

enum { ROUNDS = 2000, THREADS = 3, MOST = 1024 };

struct worker {
    amio_interface *iface;
    amio_playspec *playspec;
    int issued;
};

static void *schedule_until_closed(void *argument)
{
    struct worker *worker = argument;
    for (;;) {
        uint64_t ticket;
        amio_status status =
            amio_interface_schedule(worker->iface, worker->playspec, 1000000, 0, 0, 0, &ticket);
        if (status == AMIO_ERROR_INVALID_STATE)
            return NULL;
        CHECK(status == AMIO_OK || status == AMIO_ERROR_QUEUE_FULL);
        worker->issued += status == AMIO_OK;
    }
}

int main(void)
{
    amio_playspec *playspec;
    int round, at;

    OK(amio_playspec_new(&playspec));
    for (round = 0; round < ROUNDS; round++) {
        amio_interface_config config = {0};
        struct worker workers[THREADS];
        pthread_t threads[THREADS];
        int issued = 0, ended = 0;
        amio_event event;

        config.struct_size = sizeof config;
        config.driver = AMIO_DRIVER_OFFLINE;
        config.swap_queue_length = MOST;
        config.command_queue_length = MOST;
        OK(amio_interface_new(&config, &workers[0].iface));
        for (at = 0; at < THREADS; at++) {
            workers[at].iface = workers[0].iface;
            workers[at].playspec = playspec;
            workers[at].issued = 0;
            CHECK(pthread_create(&threads[at], NULL, schedule_until_closed, &workers[at]) == 0);
        }
        OK(amio_interface_close(workers[0].iface));
        for (at = 0; at < THREADS; at++) {
            CHECK(pthread_join(threads[at], NULL) == 0);
            issued += workers[at].issued;
        }
        while ((event = next_event(workers[0].iface)).kind != AMIO_EVENT_NONE)
            ended += event.kind == AMIO_EVENT_CANCELLED;
        if (issued != ended)
            fprintf(stderr, "round %d: %d tickets, %d ended\n", round, issued, ended);
        CHECK(issued == ended);
        OK(amio_interface_free(workers[0].iface));
    }
    OK(amio_playspec_free(playspec));
    return 0;
}
