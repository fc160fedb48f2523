/*
 * Makes, starts, uses, stops and frees many interfaces. They must not leak memory, descriptors, threads or
 * ports on a JACK server. Arguments: the driver, and how many interfaces.
 */
#define _GNU_SOURCE
#include "check.h"
#include <dirent.h>
#include <malloc.h>
#include <time.h>

/*
 * Tables that outlive an interface (of handles, of threads) may have grown. Over thousands of interfaces, a
 * leak of even the smallest block of malloc() is more than this.
 */
enum { WARM_UP = 50, NOISE_BYTES = 48 * 1024 };

struct held {
    size_t heap_bytes;
    long resident_kib;
    int descriptors;
    int ports;
};

static int entries(const char *folder)
{
    DIR *open = opendir(folder);
    int count = 0;
    CHECK(open != NULL);
    while (readdir(open) != NULL)
        count++;
    closedir(open);
    return count;
}

/*
 * Waits until this thread is the only one. After the last free, the library's threads have ended or are about
 * to end; no call waits for that.
 */
static void wait_until_alone(void)
{
    const struct timespec millisecond = {0, 1000000};
    int waited = 0;
    while (entries("/proc/self/task") > 3) { /* ".", ".." and this one */
        nanosleep(&millisecond, NULL);
        CHECK(waited++ < 5000);
    }
}

/* How many ports this process has. Asked before it ends, since then the server removes its ports. */
static int ports(void)
{
    char line[512];
    int ours = 0, others = 0;
    FILE *list = popen("jack_lsp", "r");
    CHECK(list != NULL);
    while (fgets(line, sizeof line, list) != NULL)
        if (strncmp(line, "amio", 4) == 0)
            ours++;
        else
            others++;
    CHECK(pclose(list) == 0 && others > 0); /* the device has ports if the server answers */
    return ours;
}

static struct held held(uint32_t driver)
{
    struct held held = {0, 0, 0, 0};
    char line[256];
    FILE *status = fopen("/proc/self/status", "r");
    CHECK(status != NULL);
    wait_until_alone();
    while (fgets(line, sizeof line, status) != NULL)
        sscanf(line, "VmRSS: %ld", &held.resident_kib);
    fclose(status);
    held.ports = driver == AMIO_DRIVER_JACK ? ports() : 0;
    held.descriptors = entries("/proc/self/fd");
    held.heap_bytes = mallinfo2().uordblks;
    return held;
}

static void live(uint32_t driver, amio_playspec *playspec)
{
    amio_interface_config config = {0};
    amio_interface *iface;
    amio_group *group;
    uint64_t ticket;

    config.struct_size = sizeof config;
    config.driver = driver;
    config.period_frames = driver == AMIO_DRIVER_JACK ? 0 : 64;
    OK(amio_interface_new(&config, &iface));
    OK(amio_interface_schedule(iface, playspec, 0, 0, 0, 0, &ticket));
    OK(amio_interface_schedule(iface, playspec, 1000000, 0, 0, 0, &ticket));
    OK(amio_interface_set_rolling(iface, 1));
    OK(amio_interface_start(iface));
    OK(amio_group_new(iface, &group));
    OK(amio_group_schedule(group, playspec, 0, 0, 0, 0, &ticket));
    OK(amio_group_free(group));
    if (driver == AMIO_DRIVER_OFFLINE)
        OK(amio_interface_advance(iface, 100, NULL, NULL));
    OK(amio_interface_stop(iface));
    OK(amio_interface_free(iface));
}

int main(int count, char **arguments)
{
    uint32_t driver = AMIO_DRIVER_NULL;
    int lives = count > 2 ? atoi(arguments[2]) : 1000, life;
    amio_clip *clip;
    amio_playspec_entry entry;
    amio_playspec *playspec;
    struct held before, after;

    if (count > 1 && strcmp(arguments[1], "offline") == 0)
        driver = AMIO_DRIVER_OFFLINE;
    if (count > 1 && strcmp(arguments[1], "jack") == 0)
        driver = AMIO_DRIVER_JACK;
    mallopt(M_ARENA_MAX, 1); /* mallinfo2() counts one arena */

    clip = counting_clip(100);
    entry = entry_of(clip, 0);
    playspec = playspec_of(&entry);
    for (life = 0; life < WARM_UP; life++)
        live(driver, playspec);
    before = held(driver);
    for (life = 0; life < lives; life++)
        live(driver, playspec);
    after = held(driver);

    printf("%d lives: heap %ld bytes, resident %ld KiB, descriptors %d, ports %d more\n", lives,
           (long)after.heap_bytes - (long)before.heap_bytes, after.resident_kib - before.resident_kib,
           after.descriptors - before.descriptors, after.ports - before.ports);
    CHECK(before.ports == 0 && after.ports == 0);
    CHECK(after.descriptors == before.descriptors);
    CHECK((long)after.heap_bytes - (long)before.heap_bytes < NOISE_BYTES);
    CHECK(after.resident_kib - before.resident_kib < 4096);

    OK(amio_playspec_free(playspec));
    OK(amio_clip_free(clip));
    return 0;
}
