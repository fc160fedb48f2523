/*
 * A thread that is cancelled inside the library ends when its call has ended, and all objects stay usable.
 * Tests each call that waits, with deferred and with asynchronous cancellation.
 */
#define _GNU_SOURCE
#include "check.h"
#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

enum { SHORT_MS = 50, FRAMES = 2 * RATE, TIMES = 5 };

static struct {
    amio_interface *iface, *offline;
    amio_recorder *recorder;
    amio_clip *clip, *streamed;
    amio_playspec *playspec;
    char path[512], out[520];
} with;

/* ---- The calls that the threads repeat ---- */

static void wait_event(void)
{
    amio_event event;
    memset(&event, 0, sizeof event);
    event.struct_size = sizeof event;
    amio_interface_wait_event(with.iface, &event, SHORT_MS);
}

static void wait_input(void)
{
    float samples[64];
    amio_chunk chunk;
    memset(&chunk, 0, sizeof chunk);
    chunk.struct_size = sizeof chunk;
    amio_interface_wait_input(with.iface, &chunk, samples, 32, SHORT_MS);
}

static void wait_recorder(void)
{
    amio_recorder_wait(with.recorder, SHORT_MS);
}

static void start_and_stop(void)
{
    amio_interface_start(with.iface);
    amio_interface_stop(with.iface);
}

static void live(void)
{
    amio_interface_config config;
    amio_interface *iface = NULL;
    memset(&config, 0, sizeof config);
    config.struct_size = sizeof config;
    config.driver = AMIO_DRIVER_NULL;
    amio_interface_new(&config, &iface);
    amio_interface_close(iface);
    amio_interface_free(iface);
}

static void record(void)
{
    amio_recorder_config config;
    amio_recorder *recorder = NULL;
    memset(&config, 0, sizeof config);
    config.struct_size = sizeof config;
    amio_recorder_new(with.iface, with.out, &config, &recorder);
    amio_recorder_stop(recorder);
    amio_recorder_free(recorder);
}

static void open_file(void)
{
    amio_clip *clip = NULL;
    amio_clip_open(with.path, &clip);
    amio_clip_free(clip);
}

static void look_at_file(void)
{
    amio_analysis *analysis = NULL;
    amio_analysis_open(with.path, 0, NULL, NULL, &analysis);
    amio_analysis_free(analysis);
}

static void save(void)
{
    amio_clip_save(with.clip, with.out, AMIO_FILE_FLAC_24, NULL, NULL);
}

static void read_stream(void)
{
    float samples[4096];
    uint64_t at;
    for (at = 0; at + 4096 <= FRAMES; at += 4096)
        amio_clip_read(with.streamed, 0, at, 4096, samples);
}

static void advance(void)
{
    amio_interface_advance(with.offline, FRAMES, NULL, NULL);
}

static void schedule(void)
{
    uint64_t ticket;
    amio_interface_schedule(with.iface, with.playspec, AMIO_INSERT_AT_ONCE, 0, 0, 0, &ticket);
    amio_interface_cancel(with.iface, ticket);
}

/* A call that fails, then its message. */
static void fail(void)
{
    amio_interface_stop(NULL);
    amio_last_error_message();
}

/* ---- Threads that are cancelled during a call ---- */

static struct doing {
    void (*what)(void);
    int type;
    /* Posted when the call has been made once. */
    sem_t done;
} doing;

static void *run(void *data)
{
    struct doing *doing = data;
    int before;
    CHECK(pthread_setcanceltype(doing->type, &before) == 0);
    for (;;) {
        doing->what();
        CHECK(sem_post(&doing->done) == 0);
        pthread_testcancel();
    }
    return NULL;
}

/*
 * Cancels a thread while it repeats a call. `is_safe`: whether asynchronous cancellation is tested too. It is
 * not for `amio_..._new`: a thread that is cancelled after the call leaks the handle.
 */
static void cancelled(void (*what)(void), int is_safe)
{
    pthread_t thread;
    void *result;
    int types[] = {PTHREAD_CANCEL_DEFERRED, PTHREAD_CANCEL_ASYNCHRONOUS};
    volatile int spins;
    int type, time;
    for (type = 0; type < (is_safe ? 2 : 1); type++)
        for (time = 0; time < TIMES; time++) {
            doing.what = what;
            doing.type = types[type];
            CHECK(sem_init(&doing.done, 0, 0) == 0);
            CHECK(pthread_create(&thread, NULL, run, &doing) == 0);
            CHECK(sem_wait(&doing.done) == 0);
            for (spins = 0; spins < time * 20000; spins++)
                ; /* a delay of varying length, so that the place of the cancellation varies */
            CHECK(pthread_cancel(thread) == 0);
            CHECK(pthread_join(thread, &result) == 0);
            CHECK(result == PTHREAD_CANCELED);
            CHECK(sem_destroy(&doing.done) == 0);
        }
}

/* Uses all objects from another thread, and frees them. */
static void *use(void *data)
{
    amio_event event;
    float samples[2 * PERIOD];
    uint32_t state;
    (void)data;
    OK(amio_interface_state(with.iface, &state));
    if (state == AMIO_STATE_STOPPED)
        OK(amio_interface_start(with.iface));
    OK(amio_interface_set_rolling(with.iface, 1));
    schedule();
    do {
        memset(&event, 0, sizeof event);
        event.struct_size = sizeof event;
        OK(amio_interface_wait_event(with.iface, &event, 10000));
    } while (event.kind != AMIO_EVENT_APPLIED && event.kind != AMIO_EVENT_CANCELLED);
    OK(amio_recorder_stop(with.recorder));
    OK(amio_recorder_free(with.recorder));
    OK(amio_interface_close(with.iface));
    OK(amio_interface_free(with.iface));
    OK(amio_interface_advance(with.offline, PERIOD, NULL, samples));
    OK(amio_interface_free(with.offline));
    OK(amio_playspec_free(with.playspec));
    OK(amio_clip_read(with.streamed, 0, 0, PERIOD, samples));
    CHECK(near(samples[1], 0.02f));
    OK(amio_clip_free(with.streamed));
    OK(amio_clip_free(with.clip));
    return NULL;
}

int main(void)
{
    const char *folder = getenv("TMPDIR");
    amio_interface_config config;
    amio_recorder_config recording;
    amio_playspec_entry entry;
    pthread_t thread;
    char recorded[520];

    snprintf(with.path, sizeof with.path, "%s/amio-cancel-%ld.wav", folder ? folder : "/tmp", (long)getpid());
    snprintf(with.out, sizeof with.out, "%s.out", with.path);
    snprintf(recorded, sizeof recorded, "%s.rec", with.path);
    with.clip = counting_clip(FRAMES);
    OK(amio_clip_save(with.clip, with.path, AMIO_FILE_WAV_F32, NULL, NULL));
    OK(amio_clip_open_stream(with.path, NULL, &with.streamed));
    entry = entry_of(with.streamed, 0);
    with.playspec = playspec_of(&entry);
    with.offline = rolling_offline(2);
    memset(&config, 0, sizeof config);
    config.struct_size = sizeof config;
    config.driver = AMIO_DRIVER_NULL;
    config.input_channels = 1;
    OK(amio_interface_new(&config, &with.iface));
    memset(&recording, 0, sizeof recording);
    recording.struct_size = sizeof recording;
    OK(amio_recorder_new(with.iface, recorded, &recording, &with.recorder));

    /* The interface is stopped, so the waits last as long as their timeout. */
    cancelled(wait_event, 1);
    cancelled(wait_input, 1);
    cancelled(wait_recorder, 1);
    cancelled(start_and_stop, 1);
    OK(amio_interface_stop(with.iface));
    OK(amio_interface_start(with.iface));
    cancelled(wait_event, 1);
    cancelled(wait_input, 1);
    cancelled(schedule, 1);
    cancelled(read_stream, 1);
    cancelled(advance, 1);
    cancelled(save, 1);
    cancelled(fail, 1);
    cancelled(live, 0);
    cancelled(record, 0);
    cancelled(open_file, 0);
    cancelled(look_at_file, 0);

    CHECK(pthread_create(&thread, NULL, use, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    remove(with.path);
    remove(with.out);
    remove(recorded);
    return 0;
}
