/*
 * Interfaces that children of fork() make work at the same time as the parent's. Argument: the driver, jack
 * or null; default null.
 */
#define _GNU_SOURCE
#include "check.h"
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t stopped;

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

enum { PARENTS = 6, CHILDREN = 10, OWN = 4 };

static void use(amio_interface *iface)
{
    amio_event event;
    memset(&event, 0, sizeof event);
    event.struct_size = sizeof event;
    OK(amio_interface_set_rolling(iface, 1));
    CHECK(amio_interface_wait_event(iface, &event, 20) != AMIO_ERROR_INVALID_STATE);
    OK(amio_interface_stop(iface));
}

/* Opens and frees interfaces in a loop, so that fork() happens during these calls. */
static void *come_and_go(void *driver)
{
    while (!stopped) {
        amio_interface *iface = started(*(const uint32_t *)driver);
        OK(amio_interface_free(iface));
    }
    return NULL;
}

/* A child's interfaces work, whatever the parent's threads were doing during fork(). */
static void use_several_in_children(uint32_t driver)
{
    amio_interface *ifaces[PARENTS], *own[OWN];
    pthread_t busy;
    int child, i, status;

    for (i = 0; i < PARENTS; i++)
        ifaces[i] = started(driver);
    CHECK(pthread_create(&busy, NULL, come_and_go, &driver) == 0);
    for (child = 0; child < CHILDREN; child++) {
        pid_t id = fork();
        CHECK(id >= 0);
        if (id == 0) {
            alarm(30); /* ends the child if it hangs */
            for (i = 0; i < OWN; i++)
                own[i] = started(driver);
            for (i = 0; i < OWN; i++)
                use(own[i]);
            for (i = 0; i < OWN; i++)
                OK(amio_interface_free(own[i]));
            _exit(0);
        }
        CHECK(waitpid(id, &status, 0) == id);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            fprintf(stderr, "child %d of %d: status %#x\n", child + 1, CHILDREN, (unsigned)status);
            exit(1);
        }
    }
    stopped = 1;
    CHECK(pthread_join(busy, NULL) == 0);
    for (i = 0; i < PARENTS; i++) {
        use(ifaces[i]);
        OK(amio_interface_free(ifaces[i]));
    }
}

/* Makes an interface and frees it. */
static void *make_one(void *driver)
{
    amio_interface_config config;
    amio_interface *iface;
    memset(&config, 0, sizeof config);
    config.struct_size = sizeof config;
    config.driver = *(const uint32_t *)driver;
    OK(amio_interface_new(&config, &iface));
    OK(amio_interface_free(iface));
    return NULL;
}

static void expect_success(pid_t child, unsigned after)
{
    int status;
    CHECK(child >= 0 && waitpid(child, &status, 0) == child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fprintf(stderr, "forked %u loops after the thread began: status %#x\n", after, (unsigned)status);
        exit(1);
    }
}

/*
 * Children that are forked while a thread of the parent makes the first interface of its process. Each time
 * the parent must be a process that has made none, so it is a child itself. There is no event to wait for:
 * the fork comes at all times, from before the thread runs until it has ended.
 */
static void fork_during_the_first(uint32_t driver, unsigned rounds, unsigned longest)
{
    unsigned round, loops;
    for (round = 0; round < rounds; round++) {
        unsigned after = longest / rounds * round;
        pid_t parent = fork();
        if (parent == 0) {
            pthread_t first;
            volatile unsigned passed = 0;
            pid_t child;
            CHECK(pthread_create(&first, NULL, make_one, &driver) == 0);
            for (loops = 0; loops < after; loops++)
                passed++;
            child = fork();
            if (child == 0) {
                alarm(30); /* ends it if it hangs */
                make_one(&driver);
                _exit(0);
            }
            expect_success(child, after);
            CHECK(pthread_join(first, NULL) == 0);
            _exit(0);
        }
        expect_success(parent, after);
    }
}

int main(int count, char **arguments)
{
    int jack = count > 1 && strcmp(arguments[1], "jack") == 0;
    if (jack)
        fork_during_the_first(AMIO_DRIVER_JACK, 50, 4000000);
    else
        fork_during_the_first(AMIO_DRIVER_OFFLINE, 500, 100000);
    use_several_in_children(jack ? AMIO_DRIVER_JACK : AMIO_DRIVER_NULL);
    return 0;
}
