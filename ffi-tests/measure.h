/*
 * Measures how much stack a function takes, on a thread whose stack was filled with a pattern before.
 */
#ifndef MEASURE_H
#define MEASURE_H

#define _GNU_SOURCE
#include "check.h"
#include <pthread.h>
#include <sys/mman.h>

enum { STACK = 64 * 1024, PAINT = 0xA5 };

static unsigned char *stack;
static long most;
static int exceeded;

/* What is printed beside the name of a function, if it is not NULL: the file that it reads, for instance. */
static const char *measured_with;

static void (*call)(void);

/* Fills the stack below with a pattern, makes the call, and finds how far down the pattern has changed. */
static __attribute__((noinline)) void *measured(void *deepest)
{
    unsigned char *here = __builtin_frame_address(0), *at;
    for (at = stack; at < here - 1024; at++)
        *(volatile unsigned char *)at = PAINT;
    call();
    for (at = stack; at < here && *(volatile unsigned char *)at == PAINT; at++)
        ;
    *(long *)deepest = (long)(here - at);
    return NULL;
}

static void measure(const char *name, void (*what)(void))
{
    pthread_attr_t attributes;
    pthread_t thread;
    long deepest = 0;
    call = what;
    CHECK(pthread_attr_init(&attributes) == 0);
    CHECK(pthread_attr_setstack(&attributes, stack, STACK) == 0);
    CHECK(pthread_create(&thread, &attributes, measured, &deepest) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(pthread_attr_destroy(&attributes) == 0);
    CHECK(deepest < STACK * 7 / 8);
    exceeded += deepest > most;
    printf("%6ld %s%s%s\n", deepest, name, measured_with ? " " : "", measured_with ? measured_with : "");
}

#define MEASURE(name) measure(#name, name)

static void begin_measuring(long most_bytes)
{
    most = most_bytes;
    stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(stack != MAP_FAILED);
}

/* Returns what main() returns. */
static int end_measuring(void)
{
    munmap(stack, STACK);
    if (exceeded > 0)
        fprintf(stderr, "%d times it was more than %ld bytes\n", exceeded, most);
    return exceeded > 0;
}

#endif
