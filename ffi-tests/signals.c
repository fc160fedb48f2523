/*
 * The library's threads block the program's signals: handlers run on threads of the program, and a signal
 * that the program waits for reaches it. A limit of the file size and a pipe without a reader are errors for
 * every write, on threads of the library and of the program. They do not end the process.
 */
#define _GNU_SOURCE
#include "check.h"
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TIMES = 50 };

static sem_t ready, handled, done;
static pthread_t taker;
static volatile sig_atomic_t elsewhere;

static void handle(int number)
{
    (void)number;
    if (!pthread_equal(pthread_self(), taker))
        elsewhere = 1;
    sem_post(&handled);
}

static void wait_for(sem_t *semaphore)
{
    while (sem_wait(semaphore) != 0) /* a handler ran */
        continue;
}

/* The thread of the program that takes SIGUSR1. */
static void *take(void *unused)
{
    sigset_t set;
    (void)unused;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    CHECK(pthread_sigmask(SIG_UNBLOCK, &set, NULL) == 0);
    sem_post(&ready);
    wait_for(&done);
    return NULL;
}

/* An interface with all kinds of threads of the library: driver, supervisor, recorder, read-ahead. */
static amio_interface *busy_interface(const char *take_path, amio_recorder **recorder)
{
    amio_interface_config config;
    amio_recorder_config recording;
    amio_interface *iface;
    memset(&config, 0, sizeof config);
    config.struct_size = sizeof config;
    config.driver = AMIO_DRIVER_NULL;
    config.input_channels = 1;
    config.output_channels = 1;
    OK(amio_interface_new(&config, &iface));
    OK(amio_interface_start(iface));
    memset(&recording, 0, sizeof recording);
    recording.struct_size = sizeof recording;
    OK(amio_recorder_new(iface, take_path, &recording, recorder));
    return iface;
}

static void signals_reach_the_program(const char *path)
{
    struct sigaction action;
    sigset_t both, waited_for;
    amio_recorder *recorder;
    amio_interface *iface;
    int times, number;

    memset(&action, 0, sizeof action);
    action.sa_handler = handle;
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
    CHECK(sem_init(&ready, 0, 0) == 0 && sem_init(&handled, 0, 0) == 0 && sem_init(&done, 0, 0) == 0);

    /* This thread blocks no signals, so threads that inherited its mask would take them. */
    iface = busy_interface(path, &recorder);
    sigemptyset(&both);
    sigaddset(&both, SIGUSR1);
    sigaddset(&both, SIGUSR2);
    CHECK(pthread_sigmask(SIG_BLOCK, &both, NULL) == 0);
    CHECK(pthread_create(&taker, NULL, take, NULL) == 0);
    wait_for(&ready);

    for (times = 0; times < TIMES; times++) {
        CHECK(kill(getpid(), SIGUSR1) == 0);
        wait_for(&handled);
    }
    CHECK(!elsewhere);
    sigemptyset(&waited_for);
    sigaddset(&waited_for, SIGUSR2);
    for (times = 0; times < TIMES; times++) {
        CHECK(kill(getpid(), SIGUSR2) == 0); /* ends the process if a thread takes it */
        CHECK(sigwait(&waited_for, &number) == 0 && number == SIGUSR2);
    }

    sem_post(&done);
    CHECK(pthread_join(taker, NULL) == 0);
    OK(amio_recorder_free(recorder));
    OK(amio_interface_free(iface));
}

static void a_limit_of_the_size_of_files_is_a_failure(const char *path)
{
    const struct rlimit limit = {64 * 1024, RLIM_INFINITY}, none = {RLIM_INFINITY, RLIM_INFINITY};
    static float input[RATE];
    amio_recorder_config recording;
    amio_recorder *recorder;
    amio_interface *iface = rolling_offline(1);

    memset(&recording, 0, sizeof recording);
    recording.struct_size = sizeof recording;
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    OK(amio_recorder_new(iface, path, &recording, &recorder));
    OK(amio_interface_advance(iface, RATE, input, NULL));
    FAILS(AMIO_ERROR_IO, amio_recorder_wait(recorder, 10000));
    CHECK(setrlimit(RLIMIT_FSIZE, &none) == 0);
    OK(amio_recorder_free(recorder));
    OK(amio_interface_free(iface));
}

/* Also for writes on a thread of the program. */
static void a_limit_of_the_size_of_files_is_an_error(const char *path)
{
    static const rlim_t limits[] = {0, 10, 100};
    const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
    amio_clip *clip = counting_clip(RATE);
    amio_interface *iface = rolling_offline(1);
    amio_recorder_config recording;
    amio_recorder *recorder;
    sigset_t waiting;
    unsigned i, format;

    memset(&recording, 0, sizeof recording);
    recording.struct_size = sizeof recording;
    for (i = 0; i < sizeof limits / sizeof *limits; i++) {
        const struct rlimit limit = {limits[i], RLIM_INFINITY};
        CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
        for (format = AMIO_FILE_WAV_F32; format <= AMIO_FILE_WAVE64_F32; format++)
            FAILS(AMIO_ERROR_IO, amio_clip_save(clip, path, format, NULL, NULL));
        FAILS(AMIO_ERROR_IO, amio_clip_save_wav(clip, path));
        if (limits[i] < 40)
            FAILS(AMIO_ERROR_IO, amio_recorder_new(iface, path, &recording, &recorder));
    }
    CHECK(setrlimit(RLIMIT_FSIZE, &none) == 0);
    CHECK(sigpending(&waiting) == 0 && !sigismember(&waiting, SIGXFSZ));
    CHECK(pthread_sigmask(SIG_BLOCK, NULL, &waiting) == 0 && !sigismember(&waiting, SIGXFSZ));
    OK(amio_interface_free(iface));
    OK(amio_clip_free(clip));
}

/* A reader that closes the pipe at once. */
static void *read_a_little(void *path)
{
    char bytes[100];
    int pipe = open(path, O_RDONLY);
    CHECK(pipe >= 0);
    CHECK(read(pipe, bytes, sizeof bytes) > 0);
    close(pipe);
    return NULL;
}

static void a_pipe_whose_reader_leaves_is_an_error(const char *path)
{
    amio_clip *clip = counting_clip(RATE);
    pthread_t reader;
    int status;
    remove(path);
    CHECK(mkfifo(path, 0600) == 0);
    CHECK(pthread_create(&reader, NULL, read_a_little, (void *)path) == 0);
    /* Until the reader has opened the pipe. */
    do
        status = amio_clip_save(clip, path, AMIO_FILE_WAV_F32, NULL, NULL);
    while (status == AMIO_ERROR_IO && strstr(amio_last_error_message(), "nobody reads"));
    CHECK(status == AMIO_ERROR_IO);
    CHECK(pthread_join(reader, NULL) == 0);
    OK(amio_clip_free(clip));
}

int main(void)
{
    const char *folder = getenv("TMPDIR");
    char path[512];
    snprintf(path, sizeof path, "%s/amio-signals-%ld.wav", folder ? folder : "/tmp", (long)getpid());
    signals_reach_the_program(path);
    a_limit_of_the_size_of_files_is_a_failure(path);
    a_limit_of_the_size_of_files_is_an_error(path);
    a_pipe_whose_reader_leaves_is_an_error(path);
    remove(path);
    return 0;
}
