/*
 * Interfaces that children of fork() make work at the same time as the parent's. Argument: the driver, jack
 * or null; default null. Or decode and a file: children decode the file while their parent does.
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

/* Decodes a file. */
static void *decode(void *path)
{
    amio_clip *clip;
    OK(amio_clip_open(path, &clip));
    OK(amio_clip_free(clip));
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
 * Children that are forked while a thread of the parent does something for the first time in its process, and
 * that do the same. Each time the parent must be a process that has not done it, so it is a child itself.
 * There is no event to wait for: the fork comes at all times, from before the thread runs until it has ended.
 */
static void fork_during_the_first(void *(*call)(void *), void *argument, unsigned rounds, unsigned longest)
{
    unsigned round, loops;
    for (round = 0; round < rounds; round++) {
        unsigned after = longest / rounds * round;
        pid_t parent = fork();
        if (parent == 0) {
            pthread_t first;
            volatile unsigned passed = 0;
            pid_t child;
            CHECK(pthread_create(&first, NULL, call, argument) == 0);
            for (loops = 0; loops < after; loops++)
                passed++;
            child = fork();
            if (child == 0) {
                alarm(30); /* ends the child if it hangs */
                call(argument);
                _exit(0);
            }
            expect_success(child, after);
            CHECK(pthread_join(first, NULL) == 0);
            _exit(0);
        }
        expect_success(parent, after);
    }
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int forks;
static amio_interface *made_during_fork;

/* A handler of the program, which takes as long as the thread below takes to make an interface. */
static void wait_for_an_interface(void)
{
    CHECK(pthread_mutex_lock(&mutex) == 0);
    forks = 1;
    CHECK(pthread_cond_broadcast(&changed) == 0);
    while (made_during_fork == NULL)
        CHECK(pthread_cond_wait(&changed, &mutex) == 0);
    CHECK(pthread_mutex_unlock(&mutex) == 0);
}

static void *make_one_during_fork(void *unused)
{
    amio_interface *iface;
    (void)unused;
    CHECK(pthread_mutex_lock(&mutex) == 0);
    while (!forks)
        CHECK(pthread_cond_wait(&changed, &mutex) == 0);
    CHECK(pthread_mutex_unlock(&mutex) == 0);
    iface = started(AMIO_DRIVER_NULL);
    CHECK(pthread_mutex_lock(&mutex) == 0);
    made_during_fork = iface;
    CHECK(pthread_cond_broadcast(&changed) == 0);
    CHECK(pthread_mutex_unlock(&mutex) == 0);
    return NULL;
}

/* The first interface of a process, made when a fork has begun already, is the parent's as any other. */
static void make_the_first_during_a_fork(void)
{
    pid_t parent = fork();
    if (parent == 0) {
        pthread_t first;
        pid_t child;
        uint32_t state;
        CHECK(pthread_atfork(wait_for_an_interface, NULL, NULL) == 0);
        CHECK(pthread_create(&first, NULL, make_one_during_fork, NULL) == 0);
        child = fork();
        if (child == 0) {
            alarm(30); /* ends the child if it hangs */
            FAILS(AMIO_ERROR_INVALID_HANDLE, amio_interface_state(made_during_fork, &state));
            CHECK(strstr(amio_last_error_message(), "before fork()") != NULL);
            OK(amio_interface_free(made_during_fork));
            _exit(0);
        }
        expect_success(child, 0);
        CHECK(pthread_join(first, NULL) == 0);
        use(made_during_fork);
        OK(amio_interface_free(made_during_fork));
        _exit(0);
    }
    expect_success(parent, 0);
}

int main(int count, char **arguments)
{
    const char *what = count > 1 ? arguments[1] : "null";
    uint32_t driver = strcmp(what, "jack") == 0 ? AMIO_DRIVER_JACK : AMIO_DRIVER_OFFLINE;
    if (strcmp(what, "decode") == 0) {
        fork_during_the_first(decode, arguments[2], 200, 300000);
        return 0;
    }
    make_the_first_during_a_fork();
    if (driver == AMIO_DRIVER_JACK)
        fork_during_the_first(make_one, &driver, 50, 4000000);
    else
        fork_during_the_first(make_one, &driver, 500, 100000);
    use_several_in_children(driver == AMIO_DRIVER_JACK ? AMIO_DRIVER_JACK : AMIO_DRIVER_NULL);
    return 0;
}
