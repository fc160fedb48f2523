/*
 * The section ring: what a ring does on one thread, then two threads that pass bytes to each other in all ways while a
 * third one makes every mistake.
 */
#define _XOPEN_SOURCE 700
#include "check.h"
#include <pthread.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE = 1000, BYTES = 200000, LIVES = 200 };

static size_t number(amio_status (*ask)(const amio_ring *, size_t *), const amio_ring *ring)
{
    size_t bytes = 77;
    OK(ask(ring, &bytes));
    return bytes;
}

/* Byte number `at` of everything that is sent. */
static unsigned char byte_at(size_t at)
{
    return (unsigned char)(at * 7 + at / 256);
}

static void check_bytes(const void *bytes, size_t count, size_t first)
{
    size_t at;
    for (at = 0; at < count; at++)
        CHECK(((const unsigned char *)bytes)[at] == byte_at(first + at));
}

static void one_thread(void)
{
    unsigned char some[SIZE], got[SIZE];
    amio_ring_spans spans;
    amio_ring *ring;
    size_t count, at;
    for (at = 0; at < SIZE; at++)
        some[at] = byte_at(at);
    OK(amio_ring_new(SIZE, &ring));
    OK(amio_ring_lock_memory(ring));
    OK(amio_ring_lock_memory(ring));
    CHECK(number(amio_ring_size, ring) == SIZE);
    CHECK(number(amio_ring_write_space, ring) == SIZE);
    CHECK(number(amio_ring_read_space, ring) == 0);
    OK(amio_ring_write(ring, some, 700, &count));
    CHECK(count == 700);
    OK(amio_ring_write(ring, some + 700, 600 - 300, &count));
    CHECK(count == 300);
    OK(amio_ring_write(ring, some, 1, &count));
    CHECK(count == 0);
    OK(amio_ring_write(ring, NULL, 0, &count));
    OK(amio_ring_peek(ring, got, SIZE, &count));
    CHECK(count == SIZE);
    check_bytes(got, SIZE, 0);
    OK(amio_ring_read(ring, got, 600, &count));
    CHECK(count == 600 && number(amio_ring_read_space, ring) == 400);

    /* The free memory is in one piece, as what waits ends at the end of the memory. */
    OK(amio_ring_write_spans(ring, &spans));
    CHECK(spans.first != NULL && spans.second != NULL);
    CHECK(spans.first_bytes == 600 && spans.second_bytes == 0);
    memcpy(spans.first, some, 200);
    OK(amio_ring_write_advance(ring, 200));
    OK(amio_ring_read_spans(ring, &spans));
    CHECK(spans.first_bytes == 400 && spans.second_bytes == 200);
    check_bytes(spans.first, 400, 600);
    check_bytes(spans.second, 200, 0);
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_ring_read_advance(ring, 601));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_ring_write_advance(ring, 401));
    CHECK(strstr(amio_last_error_message(), "spans") != NULL);
    OK(amio_ring_read_advance(ring, 500));
    OK(amio_ring_read(ring, got, SIZE, &count));
    CHECK(count == 100);
    check_bytes(got, 100, 100);

    /* What is handed over without being written was set before. */
    OK(amio_ring_write_advance(ring, SIZE));
    OK(amio_ring_reset(ring));
    CHECK(number(amio_ring_read_space, ring) == 0 && number(amio_ring_write_space, ring) == SIZE);
    OK(amio_ring_free(ring));
    OK(amio_ring_free(NULL));

    FAILS(AMIO_ERROR_INVALID_HANDLE, amio_ring_read_advance(ring, 0));
    CHECK(strstr(amio_last_error_message(), "ring is not a valid handle") != NULL);
    FAILS(AMIO_ERROR_INVALID_HANDLE, amio_ring_free(ring));
    CHECK(strstr(amio_last_error_message(), "freed") != NULL);
    FAILS(AMIO_ERROR_NULL_POINTER, amio_ring_reset(NULL));
    CHECK(strcmp(amio_last_error_message(), "ring is NULL") == 0);
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_ring_new(0, &ring));
    FAILS(AMIO_ERROR_OUT_OF_MEMORY, amio_ring_new(SIZE_MAX, &ring));
}

static void a_child_of_fork_has_none_of_its_parent(void)
{
    amio_ring *ring, *own;
    size_t count;
    int status;
    pid_t child;
    OK(amio_ring_new(SIZE, &ring));
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        FAILS(AMIO_ERROR_INVALID_HANDLE, amio_ring_write(ring, "a", 1, &count));
        OK(amio_ring_free(ring));
        OK(amio_ring_new(SIZE, &own));
        OK(amio_ring_write(own, "a", 1, &count));
        FAILS(AMIO_ERROR_INVALID_HANDLE, amio_ring_reset(ring));
        OK(amio_ring_free(own));
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    OK(amio_ring_write(ring, "a", 1, &count));
    OK(amio_ring_free(ring));
}

static amio_ring *shared;
static amio_ring *lives;
static int in_use;

/* Returns whether it went well: the end is not in use by the third thread. */
static int done(amio_status status)
{
    if (status == AMIO_ERROR_INVALID_STATE) {
        __atomic_fetch_add(&in_use, 1, __ATOMIC_RELAXED);
        sched_yield();
        return 0;
    }
    OK(status);
    return 1;
}

static void *write_all(void *unused)
{
    unsigned char some[37];
    amio_ring_spans spans;
    size_t sent = 0, count, at;
    while (sent < BYTES) {
        if (sent % 2 == 0) {
            for (at = 0; at < sizeof some && sent + at < BYTES; at++)
                some[at] = byte_at(sent + at);
            if (!done(amio_ring_write(shared, some, at, &count)))
                continue;
        } else {
            if (!done(amio_ring_write_spans(shared, &spans)))
                continue;
            count = spans.first_bytes < 23 ? spans.first_bytes : 23;
            if (count > BYTES - sent)
                count = BYTES - sent;
            for (at = 0; at < count; at++)
                ((unsigned char *)spans.first)[at] = byte_at(sent + at);
            while (!done(amio_ring_write_advance(shared, count)))
                ;
        }
        if (count == 0)
            sched_yield();
        sent += count;
    }
    return unused;
}

static void *read_all(void *unused)
{
    unsigned char some[53];
    amio_ring_spans spans;
    size_t got = 0, count, peeked;
    while (got < BYTES) {
        if (got % 3 == 0) {
            if (!done(amio_ring_peek(shared, some, sizeof some, &peeked)))
                continue;
            check_bytes(some, peeked, got);
            if (!done(amio_ring_read(shared, some, sizeof some, &count)))
                continue;
            CHECK(count >= peeked);
            check_bytes(some, count, got);
        } else {
            if (!done(amio_ring_read_spans(shared, &spans)))
                continue;
            check_bytes(spans.first, spans.first_bytes, got);
            check_bytes(spans.second, spans.second_bytes, got + spans.first_bytes);
            count = spans.first_bytes + spans.second_bytes;
            count -= count / 4;
            while (!done(amio_ring_read_advance(shared, count)))
                ;
        }
        if (count == 0)
            sched_yield();
        got += count;
    }
    return unused;
}

/* Calls that change nothing, whoever is in a call at the same time. */
static void *make_mistakes(void *ended)
{
    unsigned char byte;
    size_t count;
    while (!__atomic_load_n((int *)ended, __ATOMIC_RELAXED)) {
        amio_ring *ring = __atomic_load_n(&lives, __ATOMIC_ACQUIRE);
        amio_status status = amio_ring_write_advance(shared, SIZE + 1);
        CHECK(status == AMIO_ERROR_INVALID_ARGUMENT || status == AMIO_ERROR_INVALID_STATE);
        status = amio_ring_read_advance(shared, SIZE + 1);
        CHECK(status == AMIO_ERROR_INVALID_ARGUMENT || status == AMIO_ERROR_INVALID_STATE);
        CHECK(number(amio_ring_read_space, shared) <= SIZE);
        CHECK(number(amio_ring_write_space, shared) <= SIZE);
        /* Another thread frees these. */
        status = amio_ring_write(ring, "ab", 2, &count);
        CHECK(status == AMIO_OK || status == AMIO_ERROR_INVALID_HANDLE);
        status = amio_ring_read(ring, &byte, 1, &count);
        CHECK(status == AMIO_OK || status == AMIO_ERROR_INVALID_HANDLE);
        sched_yield();
    }
    return NULL;
}

static void several_threads(void)
{
    pthread_t writer, reader, third;
    int ended = 0, life;
    OK(amio_ring_new(SIZE, &shared));
    OK(amio_ring_new(1, &lives));
    CHECK(pthread_create(&writer, NULL, write_all, NULL) == 0);
    CHECK(pthread_create(&reader, NULL, read_all, NULL) == 0);
    CHECK(pthread_create(&third, NULL, make_mistakes, &ended) == 0);
    for (life = 0; life < LIVES; life++) {
        amio_ring *next, *before = lives;
        OK(amio_ring_new(4, &next));
        __atomic_store_n(&lives, next, __ATOMIC_RELEASE);
        OK(amio_ring_free(before));
    }
    CHECK(pthread_join(writer, NULL) == 0);
    CHECK(pthread_join(reader, NULL) == 0);
    __atomic_store_n(&ended, 1, __ATOMIC_RELAXED);
    CHECK(pthread_join(third, NULL) == 0);
    CHECK(number(amio_ring_read_space, shared) == 0);
    OK(amio_ring_free(shared));
    OK(amio_ring_free(lives));
    printf("%d calls found an end in use\n", in_use);
}

int main(void)
{
    one_thread();
    a_child_of_fork_has_none_of_its_parent();
    several_threads();
    return 0;
}
