/* Stands before libjack in a test: each cycle calls the process callback twice, as jackd does at times. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

typedef int (*process)(uint32_t frames, void *argument);
typedef int (*setter)(void *client, process callback, void *argument);

#define CLIENTS 16

static struct {
    process callback;
    void *argument;
} clients[CLIENTS];
static int count;

static int twice(uint32_t frames, void *number) {
    intptr_t client = (intptr_t)number;
    clients[client].callback(frames, clients[client].argument);
    return clients[client].callback(frames, clients[client].argument);
}

int jack_set_process_callback(void *client, process callback, void *argument) {
    setter set = (setter)dlsym(RTLD_NEXT, "jack_set_process_callback");
    if (!set || count == CLIENTS)
        return 1;
    clients[count].callback = callback;
    clients[count].argument = argument;
    return set(client, twice, (void *)(intptr_t)count++);
}
