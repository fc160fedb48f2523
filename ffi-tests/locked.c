/*
 * Memory that the program has locked stays locked when interfaces are freed, whether the program locked it
 * before or after the interfaces were made. Memory that the library has locked is unlocked, also if the
 * program has locked other memory.
 */
#define _GNU_SOURCE
#include "check.h"
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* How many KiB of the process are locked. */
static long locked(void)
{
    char line[256];
    long kibibytes = -1;
    FILE *status = fopen("/proc/self/status", "r");
    CHECK(status != NULL);
    while (fgets(line, sizeof line, status) != NULL)
        if (sscanf(line, "VmLck: %ld kB", &kibibytes) == 1)
            break;
    fclose(status);
    CHECK(kibibytes >= 0);
    return kibibytes;
}

static unsigned long heap_begin, heap_end;

/* Finds the heap from which small blocks come. */
static void find_heap(void)
{
    char line[512];
    FILE *maps = fopen("/proc/self/maps", "r");
    CHECK(maps != NULL);
    while (fgets(line, sizeof line, maps) != NULL)
        if (strstr(line, "[heap]") != NULL) {
            unsigned long begin, end;
            CHECK(sscanf(line, "%lx-%lx", &begin, &end) == 2);
            if (heap_begin == 0)
                heap_begin = begin;
            heap_end = end;
        }
    fclose(maps);
    CHECK(heap_begin < heap_end);
}

/* Locks the heap; whether the system allows it. */
static int lock_heap(void)
{
    find_heap();
    return mlock((void *)heap_begin, heap_end - heap_begin) == 0;
}

/* Whether the heap is locked, as far as it was found. */
static int heap_is_locked(void)
{
    char line[512];
    unsigned long begin, end, inside = 0;
    int is_locked = 1;
    FILE *maps = fopen("/proc/self/smaps", "r");
    CHECK(maps != NULL);
    while (fgets(line, sizeof line, maps) != NULL) {
        if (sscanf(line, "%lx-%lx ", &begin, &end) == 2)
            inside = begin < heap_end && heap_begin < end;
        if (inside && strncmp(line, "VmFlags", 7) == 0)
            is_locked &= strstr(line, " lo") != NULL;
    }
    fclose(maps);
    return is_locked;
}

static amio_interface *made(void)
{
    amio_interface_config config;
    amio_interface *iface;
    memset(&config, 0, sizeof config);
    config.struct_size = sizeof config;
    config.driver = AMIO_DRIVER_NULL;
    config.input_channels = 2;
    OK(amio_interface_new(&config, &iface));
    return iface;
}

/* Many interfaces come and go, and leave as much locked as there was. */
static void expect_to_give_all_back(void)
{
    amio_interface *ifaces[8];
    long before = locked();
    int round, i;
    for (round = 0; round < 20; round++) {
        for (i = 0; i < 8; i++)
            ifaces[i] = made();
        for (i = 0; i < 8; i++)
            OK(amio_interface_free(ifaces[i]));
        CHECK(locked() == before);
    }
}

/* Memory that a process has locked with these flags stays locked when interfaces come and go. */
static void expect_all_locked_after(int flags)
{
    amio_interface *ifaces[3];
    int i, status;
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        if (mlockall(flags) != 0)
            _exit(0); /* the system does not allow it */
        for (i = 0; i < 3; i++)
            ifaces[i] = made();
        for (i = 0; i < 3; i++)
            OK(amio_interface_free(ifaces[i]));
        find_heap();
        CHECK(heap_is_locked());
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Pages that the program locks next to those of interfaces. */
static void expect_to_give_back_all_but_neighbours(void)
{
    enum { COUNT = 8, BYTES = 5000 };
    amio_interface *ifaces[COUNT];
    void *own[COUNT];
    long before = locked();
    int i;
    for (i = 0; i < COUNT; i++) {
        own[i] = malloc(BYTES);
        CHECK(own[i] != NULL);
        if (mlock(own[i], BYTES) != 0)
            return; /* the system does not allow it */
        ifaces[i] = made();
    }
    for (i = 0; i < COUNT; i++)
        OK(amio_interface_free(ifaces[i]));
    for (i = 0; i < COUNT; i++) {
        CHECK(munlock(own[i], BYTES) == 0);
        free(own[i]);
    }
    CHECK(locked() == before);
}

int main(void)
{
    amio_interface *first, *second;
    amio_stats stats;
    long before;
    void *own;

    /* The first interface: what the library keeps for good is there afterwards. */
    OK(amio_interface_free(made()));
    expect_to_give_all_back();
    own = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(own != MAP_FAILED);
    if (mlock(own, 1 << 20) == 0)
        expect_to_give_all_back();
    CHECK(munlock(own, 1 << 20) == 0);
    CHECK(munmap(own, 1 << 20) == 0);
    expect_to_give_back_all_but_neighbours();
    expect_all_locked_after(MCL_CURRENT | MCL_FUTURE);
    expect_all_locked_after(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
    before = locked();

    first = made();
    memset(&stats, 0, sizeof stats);
    stats.struct_size = sizeof stats;
    OK(amio_interface_stats(first, &stats));
    if (!lock_heap()) {
        fprintf(stderr, "\n*** SKIPPED: the system does not allow this program to lock its heap ***\n\n");
        return getenv("CI") != NULL;
    }
    CHECK(stats.locked_bytes > 0 && locked() > before);
    second = made();
    CHECK(heap_is_locked());
    OK(amio_interface_free(first));
    CHECK(heap_is_locked());
    OK(amio_interface_free(second));
    CHECK(heap_is_locked());
    return 0;
}
