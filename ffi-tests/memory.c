/*
 * If memory runs out for data whose size depends on the caller, a call returns an error and changes nothing.
 * Each call is repeated: first its first large allocation fails, then its second, until none has failed.
 * Allocations of less than 4 KiB do not fail here: they have a fixed size, and without them the process ends.
 */
#define _GNU_SOURCE
#include "check.h"
#include <errno.h>
#include <unistd.h>

/* The allocator of glibc, which the functions of this program replace and call. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

enum { LARGE = 4096 };
/* Larger than any single allocation of the dependencies (decoders, encoders, resampler, loudness meter). */
enum { LARGER_THAN_STATES = 512 * 1024 };

/* The number of the allocation that fails, counted from 1 among those of at least `least` bytes; 0: none. */
static struct {
    size_t least;
    long left;
    int on_all_threads;
    int has_failed;
} armed;
static __thread int is_caller;

static int fails(size_t size)
{
    if (__sync_fetch_and_add(&armed.left, 0) <= 0 || size < armed.least ||
        (!is_caller && !armed.on_all_threads) || __sync_sub_and_fetch(&armed.left, 1) != 0)
        return 0;
    __sync_fetch_and_add(&armed.has_failed, 1);
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t size)
{
    return fails(size) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails(count * size) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    return fails(size) ? NULL : __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return fails(size) ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
    if (fails(size))
        return ENOMEM;
    *memory = __libc_memalign(alignment, size);
    return *memory ? 0 : ENOMEM;
}

static void arm(long number, size_t least, int on_all_threads)
{
    is_caller = 1;
    armed.least = least;
    armed.on_all_threads = on_all_threads;
    armed.has_failed = 0;
    __sync_lock_test_and_set(&armed.left, number);
}

/* Ends the failures; returns whether an allocation has failed. */
static int disarm(void)
{
    __sync_lock_test_and_set(&armed.left, 0);
    return __sync_fetch_and_add(&armed.has_failed, 0);
}

/*
 * Repeats a call, and lets each of its allocations fail in turn. `after` checks the state after a failure
 * (status AMIO_ERROR_OUT_OF_MEMORY) and after a success, and undoes the effect of a success.
 */
static void each_failure(const char *name, size_t least, int on_all_threads,
                         amio_status (*call)(void *), void (*after)(void *, amio_status), void *data)
{
    amio_status status;
    long number;
    int has_failed, refused = 0;
    for (number = 1;; number++) {
        arm(number, least, on_all_threads);
        status = call(data);
        has_failed = disarm();
        if (status != AMIO_OK && (status != AMIO_ERROR_OUT_OF_MEMORY || !has_failed))
            fprintf(stderr, "%s, allocation %ld: %s\n", name, number, amio_last_error_message());
        CHECK(status == AMIO_OK || (has_failed && status == AMIO_ERROR_OUT_OF_MEMORY));
        refused += status != AMIO_OK;
        after(data, status);
        if (!has_failed)
            break;
    }
    printf("%s: %ld allocations failed, %d calls with them\n", name, number - 1, refused);
    if (refused == 0)
        fprintf(stderr, "%s: no call has failed\n", name);
    CHECK(refused > 0);
}

enum { FRAMES = 4 * RATE, CHANNELS = 2, ENTRIES = 10000, STREAMED_ENTRIES = 300, SWAPS = 2000 };

/* The objects that the calls use. */
static struct {
    float *samples;
    char wav[512], flac[520], out[520];
    amio_clip *clip;
    /* The clip that the entries play, and the number of entries. */
    amio_clip *played;
    uint64_t entries;
} with;

static struct made {
    amio_clip *clip;
    amio_analysis *analysis;
    amio_interface *iface;
    amio_playspec *playspec;
    amio_group *group;
    amio_recorder *recorder;
    uint64_t ticket;
    const char *path;
    uint32_t number;
} made;

/* ---- Clips ---- */

static amio_status copy_clip(void *data)
{
    (void)data;
    return amio_clip_new_f32(RATE, CHANNELS, with.samples, FRAMES, &made.clip);
}

static amio_status open_clip(void *data)
{
    return amio_clip_open(data, &made.clip);
}

static amio_status open_converted(void *data)
{
    amio_open_options options;
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.frame_rate_hz = 44100;
    return amio_clip_open_with(data, &options, NULL, NULL, &made.clip);
}

static amio_status open_streamed(void *data)
{
    return amio_clip_open_stream(data, NULL, &made.clip);
}

static amio_status convert_clip(void *data)
{
    (void)data;
    return amio_clip_convert(with.clip, 44100, AMIO_QUALITY_GOOD, NULL, NULL, &made.clip);
}

/* After a failure there is no clip; after a success, it is complete. */
static void check_clip(void *data, amio_status status)
{
    float sample[16];
    amio_clip_properties properties;
    (void)data;
    if (status != AMIO_OK) {
        CHECK(made.clip == NULL);
        return;
    }
    memset(&properties, 0, sizeof properties);
    properties.struct_size = sizeof properties;
    OK(amio_clip_info(made.clip, &properties));
    CHECK(properties.frames == (uint64_t)FRAMES * properties.frame_rate_hz / RATE);
    OK(amio_clip_read(made.clip, 1, properties.frames - 16, 16, sample));
    OK(amio_clip_free(made.clip));
    made.clip = NULL;
}

/* Reads a whole streamed clip, which has far more pages than those that are read when it is opened. */
static amio_status read_stream(void *data)
{
    static float samples[FRAMES];
    (void)data;
    return amio_clip_read(made.clip, 0, 0, FRAMES, samples);
}

static void check_read(void *data, amio_status status)
{
    static float samples[FRAMES];
    int at;
    (void)data;
    (void)status;
    OK(amio_clip_read(made.clip, 0, 0, FRAMES, samples));
    for (at = 0; at < FRAMES; at++)
        CHECK(samples[at] == with.samples[CHANNELS * at]);
}

/* ---- Files ---- */

static amio_status save_clip(void *data)
{
    return amio_clip_save(with.clip, with.out, *(uint32_t *)data, NULL, NULL);
}

/* After a failure, the file that existed before is unchanged. */
static void check_saved(void *data, amio_status status)
{
    amio_file_info info;
    (void)data;
    (void)status;
    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    OK(amio_file_probe(with.out, &info));
    CHECK(info.frames == FRAMES);
}

/* ---- Analyses ---- */

static amio_status look(void *data)
{
    return amio_analysis_new(with.clip, *(uint32_t *)data, NULL, NULL, &made.analysis);
}

static amio_status look_at_file(void *data)
{
    return amio_analysis_open(made.path, *(uint32_t *)data, NULL, NULL, &made.analysis);
}

static void check_analysis(void *data, amio_status status)
{
    amio_bucket bucket;
    uint32_t parts = *(uint32_t *)data;
    if (status != AMIO_OK) {
        CHECK(made.analysis == NULL);
        return;
    }
    if (parts != AMIO_ANALYSE_LOUDNESS) {
        OK(amio_analysis_read(made.analysis, 0, 0, FRAMES, &bucket, 1));
        CHECK(bucket.max > 0.4f);
    }
    OK(amio_analysis_free(made.analysis));
    made.analysis = NULL;
}

/*
 * A dependency keeps data for each tenth of a second, and its allocations cannot return an error. So the
 * library checks before whether there is enough memory.
 */
static void loudness(void)
{
    enum { LOW_RATE = 4000, LONG = 1100 * LOW_RATE, LARGER_THAN_WINDOW = 128 * 1024 };
    float *samples = calloc(LONG, sizeof *samples);
    amio_clip *clip;
    amio_loudness found;
    int at;
    CHECK(samples != NULL);
    for (at = 0; at < LONG; at++)
        samples[at] = with.samples[at % FRAMES];
    OK(amio_clip_new_f32(LOW_RATE, 1, samples, LONG, &clip));
    free(samples);
    arm(1, LARGER_THAN_WINDOW, 0);
    FAILS(AMIO_ERROR_OUT_OF_MEMORY,
          amio_analysis_new(clip, AMIO_ANALYSE_LOUDNESS, NULL, NULL, &made.analysis));
    CHECK(disarm());
    OK(amio_analysis_new(clip, AMIO_ANALYSE_LOUDNESS, NULL, NULL, &made.analysis));
    memset(&found, 0, sizeof found);
    found.struct_size = sizeof found;
    OK(amio_analysis_loudness(made.analysis, &found));
    CHECK(found.integrated_lufs > -30 && found.integrated_lufs < 0);
    OK(amio_analysis_free(made.analysis));
    OK(amio_clip_free(clip));
    made.analysis = NULL;
}

/* ---- Handles ---- */

static void handles(void)
{
    static amio_playspec *playspecs[1 << 16];
    amio_status status = AMIO_OK;
    int count = 0, at;
    arm(1, LARGE, 0);
    while (status == AMIO_OK && count < 1 << 16) {
        status = amio_playspec_new(&playspecs[count]);
        count += status == AMIO_OK;
    }
    CHECK(disarm() && status == AMIO_ERROR_OUT_OF_MEMORY);
    OK(amio_playspec_new(&playspecs[count++]));
    for (at = 0; at < count; at++)
        OK(amio_playspec_free(playspecs[at]));
}

/* ---- Playspecs ---- */

static amio_playspec_entry entry_at(uint64_t number)
{
    amio_playspec_entry entry = entry_of(with.played, (int64_t)number);
    /* Some entries play once, others repeat at several intervals. */
    if (number % 3 != 0)
        entry.repeat_interval_frames = FRAMES * (1 + number % 7) + (number % 2);
    return entry;
}

static amio_playspec *playspec_of_many(void)
{
    amio_playspec *playspec;
    amio_playspec_entry entry;
    uint64_t number, at;
    OK(amio_playspec_new(&playspec));
    for (at = 0; at < with.entries; at++) {
        entry = entry_at(at);
        OK(amio_playspec_add(playspec, &entry, &number));
        CHECK(number == at);
    }
    return playspec;
}

static amio_status add_many(void *data)
{
    amio_playspec_entry entry;
    amio_status status = AMIO_OK;
    uint64_t number, at;
    (void)data;
    for (at = 0; at < ENTRIES && status == AMIO_OK; at++) {
        entry = entry_at(at);
        status = amio_playspec_add(made.playspec, &entry, &number);
        CHECK(status != AMIO_OK || number == at);
    }
    made.ticket = status == AMIO_OK ? at : at - 1;
    return status;
}

static void check_added(void *data, amio_status status)
{
    amio_playspec_entry entry = entry_at(0);
    uint64_t number;
    (void)data;
    (void)status;
    OK(amio_playspec_add(made.playspec, &entry, &number));
    CHECK(number == made.ticket);
    OK(amio_playspec_free(made.playspec));
    OK(amio_playspec_new(&made.playspec));
}

/* ---- Scheduling ---- */

static amio_interface_config config_of(uint32_t driver)
{
    amio_interface_config config;
    memset(&config, 0, sizeof config);
    config.struct_size = sizeof config;
    config.driver = driver;
    config.period_frames = 4096;
    config.input_channels = CHANNELS;
    config.output_channels = CHANNELS;
    config.swap_queue_length = SWAPS + 10;
    config.command_queue_length = SWAPS + 10;
    config.read_ahead_frames = FRAMES;
    return config;
}

static amio_interface *started(uint32_t driver)
{
    amio_interface_config config = config_of(driver);
    amio_interface *iface;
    OK(amio_interface_new(&config, &iface));
    OK(amio_interface_start(iface));
    OK(amio_interface_set_rolling(iface, 1));
    return iface;
}

static amio_status schedule(void *data)
{
    (void)data;
    return amio_interface_schedule(made.iface, made.playspec, AMIO_INSERT_AT_ONCE, 0, 0, 0, &made.ticket);
}

/* Waits until the ticket has ended, as applied. */
static void expect_applied(uint64_t ticket)
{
    amio_event event;
    for (;;) {
        event = next_event(made.iface);
        if (event.kind == AMIO_EVENT_NONE)
            OK(amio_interface_wait_event(made.iface, &event, 10000));
        if (event.kind == AMIO_EVENT_APPLIED) {
            CHECK(event.ticket == ticket);
            return;
        }
    }
}

/*
 * After a failure, the playspec is still open and there is no pending ticket. After a success, the playspec
 * cannot be changed any more.
 */
static void check_scheduled(void *data, amio_status status)
{
    amio_playspec_entry entry = entry_at(with.entries);
    uint64_t number;
    if (status != AMIO_OK) {
        OK(amio_playspec_set_gain(made.playspec, 1, 0.5f, 0.5f, 0));
        if (*(int *)data == 0)
            OK(amio_playspec_add(made.playspec, &entry, &number));
        *(int *)data = 1;
        OK(schedule(NULL));
    }
    FAILS(AMIO_ERROR_INVALID_STATE, amio_playspec_add(made.playspec, &entry, &number));
    if (made.number == AMIO_DRIVER_OFFLINE)
        OK(amio_interface_advance(made.iface, PERIOD, NULL, NULL));
    expect_applied(made.ticket);
    /* A new playspec, which has not been scheduled. */
    OK(amio_playspec_free(made.playspec));
    made.playspec = playspec_of_many();
    *(int *)data = 0;
}

static amio_status fill_group(void *data)
{
    amio_status status = AMIO_OK;
    int at;
    (void)data;
    for (at = 0; at < SWAPS && status == AMIO_OK; at++)
        status = amio_group_schedule(made.group, made.playspec, 0, 0, 0, 0, &made.ticket);
    return status;
}

/* Checks how many swaps the group holds. When it is freed, each ends as cancelled. */
static void check_group(void *data, amio_status status)
{
    amio_event event;
    int cancelled = 0;
    (void)data;
    (void)status;
    OK(amio_group_set_rolling(made.group, 1));
    OK(amio_group_free(made.group));
    while ((event = next_event(made.iface)).kind != AMIO_EVENT_NONE)
        cancelled += event.kind == AMIO_EVENT_CANCELLED;
    CHECK(cancelled <= SWAPS && (status != AMIO_OK || cancelled == SWAPS));
    OK(amio_group_new(made.iface, &made.group));
}

static amio_status commit(void *data)
{
    (void)data;
    return amio_group_commit(made.group);
}

/* Each ticket ends exactly once, whether the commit and the calls that fetch events failed or not. */
static void check_committed(void *data, amio_status status)
{
    amio_event event;
    amio_status waited;
    int ended = 0, round;
    (void)data;
    if (status == AMIO_OK)
        OK(amio_interface_advance(made.iface, PERIOD, NULL, NULL));
    for (round = 0; round < 2; round++) {
        /* In the first round, there is no memory for what the engine has sent back. */
        if (round == 0)
            arm(1, LARGE, 1);
        while ((event = next_event(made.iface)).kind != AMIO_EVENT_NONE) {
            CHECK(event.kind != AMIO_EVENT_EVENTS_LOST);
            ended += event.kind == AMIO_EVENT_CANCELLED || event.kind == AMIO_EVENT_SUPERSEDED ||
                     event.kind == AMIO_EVENT_APPLIED;
        }
        disarm();
    }
    CHECK(ended == SWAPS);
    OK(amio_group_free(made.group));
    OK(amio_group_new(made.iface, &made.group));
    waited = fill_group(NULL);
    OK(waited);
}

/* Events for which there is no memory are lost and counted. */
static void events(void)
{
    amio_event event;
    uint64_t ended = 0, lost = 0;
    OK(fill_group(NULL));
    arm(1, LARGE, 0);
    OK(amio_group_free(made.group));
    CHECK(disarm());
    while ((event = next_event(made.iface)).kind != AMIO_EVENT_NONE) {
        ended += event.kind == AMIO_EVENT_CANCELLED;
        lost += event.kind == AMIO_EVENT_EVENTS_LOST ? event.count : 0;
    }
    CHECK(lost > 0 && ended + lost == SWAPS);
}

/* ---- Interfaces ---- */

static amio_status new_interface(void *data)
{
    amio_interface_config config = config_of(*(uint32_t *)data);
    config.swap_queue_length = 65536;
    config.command_queue_length = 65536;
    return amio_interface_new(&config, &made.iface);
}

static void check_interface(void *data, amio_status status)
{
    (void)data;
    if (status != AMIO_OK) {
        CHECK(made.iface == NULL);
        return;
    }
    OK(amio_interface_start(made.iface));
    OK(amio_interface_free(made.iface));
    made.iface = NULL;
}

static amio_status start(void *data)
{
    (void)data;
    return amio_interface_start(made.iface);
}

static void check_started(void *data, amio_status status)
{
    uint32_t state;
    (void)data;
    OK(amio_interface_state(made.iface, &state));
    CHECK(state == (status == AMIO_OK ? AMIO_STATE_RUNNING : AMIO_STATE_STOPPED));
    if (status != AMIO_OK)
        OK(amio_interface_start(made.iface));
    OK(amio_interface_stop(made.iface));
}

static amio_status set_period(void *data)
{
    (void)data;
    return amio_interface_set_period_frames(made.iface, 65536);
}

static void check_period(void *data, amio_status status)
{
    uint32_t frames;
    (void)data;
    OK(amio_interface_period_frames(made.iface, &frames));
    CHECK(frames == (status == AMIO_OK ? 65536 : 4096));
    OK(amio_interface_advance(made.iface, PERIOD, NULL, NULL));
}

/* ---- Recorders ---- */

static amio_status record(void *data)
{
    amio_recorder_config config;
    memset(&config, 0, sizeof config);
    config.struct_size = sizeof config;
    config.source = AMIO_RECORD_OUTPUT;
    config.file_format = *(uint32_t *)data;
    return amio_recorder_new(made.iface, with.out, &config, &made.recorder);
}

/* After a failure, the file that existed before is unchanged; after a success, the recording is complete. */
static void check_record(void *data, amio_status status)
{
    amio_file_info info;
    (void)data;
    if (status == AMIO_OK) {
        OK(amio_interface_advance(made.iface, FRAMES, NULL, NULL));
        OK(amio_recorder_stop(made.recorder));
        OK(amio_recorder_free(made.recorder));
        made.recorder = NULL;
    }
    CHECK(made.recorder == NULL);
    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    OK(amio_file_probe(with.out, &info));
    CHECK(info.frames == FRAMES);
}

int main(void)
{
    const char *folder = getenv("TMPDIR");
    uint32_t kinds[] = {AMIO_FILE_WAV_F32, AMIO_FILE_WAV_24, AMIO_FILE_FLAC_24};
    uint32_t drivers[] = {AMIO_DRIVER_OFFLINE, AMIO_DRIVER_NULL};
    uint32_t overview = AMIO_ANALYSE_OVERVIEW;
    int at, was_added = 0;

    setvbuf(stdout, NULL, _IOLBF, 4096);
    with.samples = malloc(CHANNELS * FRAMES * sizeof *with.samples);
    CHECK(with.samples != NULL);
    for (at = 0; at < CHANNELS * FRAMES; at++)
        with.samples[at] = (float)(at % 4096 * 7919 % 4096) / 8192;
    snprintf(with.wav, sizeof with.wav, "%s/amio-memory-%ld.wav", folder ? folder : "/tmp", (long)getpid());
    snprintf(with.flac, sizeof with.flac, "%s.flac", with.wav);
    snprintf(with.out, sizeof with.out, "%s.out", with.wav);
    OK(amio_clip_new_f32(RATE, CHANNELS, with.samples, FRAMES, &with.clip));
    with.played = with.clip;
    with.entries = ENTRIES;
    OK(amio_clip_save(with.clip, with.wav, AMIO_FILE_WAV_F32, NULL, NULL));
    OK(amio_clip_save(with.clip, with.flac, AMIO_FILE_FLAC_24, NULL, NULL));
    OK(amio_clip_save(with.clip, with.out, AMIO_FILE_WAV_F32, NULL, NULL));

    each_failure("copy a clip", LARGE, 0, copy_clip, check_clip, NULL);
    each_failure("open WAV", LARGE, 0, open_clip, check_clip, with.wav);
    each_failure("open FLAC", LARGER_THAN_STATES, 0, open_clip, check_clip, with.flac);
    each_failure("open at another rate", LARGER_THAN_STATES, 0, open_converted, check_clip, with.wav);
    each_failure("stream", LARGE, 0, open_streamed, check_clip, with.wav);
    each_failure("convert", LARGER_THAN_STATES, 0, convert_clip, check_clip, NULL);
    OK(amio_clip_open_stream(with.wav, NULL, &made.clip));
    each_failure("read a stream", LARGE, 0, read_stream, check_read, NULL);
    OK(amio_clip_free(made.clip));

    for (at = 0; at < 3; at++)
        each_failure("save", kinds[at] == AMIO_FILE_FLAC_24 ? LARGER_THAN_STATES / 8 : LARGE, 0, save_clip,
                     check_saved, &kinds[at]);

    each_failure("overview of a clip", LARGE, 0, look, check_analysis, &overview);
    made.path = with.wav;
    each_failure("overview of a file", LARGE, 0, look_at_file, check_analysis, &overview);
    loudness();

    handles();
    OK(amio_playspec_new(&made.playspec));
    each_failure("add entries", LARGE, 0, add_many, check_added, NULL);
    OK(amio_playspec_free(made.playspec));

    for (at = 0; at < 2; at++) {
        made.number = drivers[at];
        made.playspec = playspec_of_many();
        made.iface = started(drivers[at]);
        each_failure("schedule", LARGE, 0, schedule, check_scheduled, &was_added);
        OK(amio_interface_free(made.iface));
        OK(amio_playspec_free(made.playspec));
    }

    /* The pages that are heard first are read before the call returns. */
    OK(amio_clip_open_stream(with.wav, NULL, &with.played));
    with.entries = STREAMED_ENTRIES;
    made.playspec = playspec_of_many();
    made.iface = started(AMIO_DRIVER_NULL);
    each_failure("schedule what is streamed", LARGE, 0, schedule, check_scheduled, &was_added);
    OK(amio_interface_free(made.iface));
    OK(amio_playspec_free(made.playspec));
    OK(amio_clip_free(with.played));
    with.played = with.clip;
    with.entries = ENTRIES;

    made.playspec = playspec_of_many();
    made.iface = started(AMIO_DRIVER_OFFLINE);
    OK(amio_group_new(made.iface, &made.group));
    each_failure("fill a group", LARGE, 0, fill_group, check_group, NULL);
    OK(fill_group(NULL));
    each_failure("commit a group", LARGE, 0, commit, check_committed, NULL);
    OK(amio_group_free(made.group));
    OK(amio_interface_free(made.iface));
    made.iface = started(AMIO_DRIVER_OFFLINE);
    OK(amio_group_new(made.iface, &made.group));
    events();
    OK(amio_interface_free(made.iface));
    OK(amio_playspec_free(made.playspec));

    made.iface = NULL;
    for (at = 0; at < 2; at++)
        each_failure("make an interface", LARGE, 1, new_interface, check_interface, &drivers[at]);
    {
        amio_interface_config config = config_of(AMIO_DRIVER_NULL);
        OK(amio_interface_new(&config, &made.iface));
        each_failure("start", LARGE, 1, start, check_started, NULL);
        OK(amio_interface_free(made.iface));
        config.driver = AMIO_DRIVER_OFFLINE;
        OK(amio_interface_new(&config, &made.iface));
        OK(amio_interface_start(made.iface));
        each_failure("set a period", LARGE, 0, set_period, check_period, NULL);
    }
    for (at = 0; at < 3; at++)
        each_failure("record", kinds[at] == AMIO_FILE_FLAC_24 ? LARGER_THAN_STATES / 8 : LARGE, 0, record,
                     check_record, &kinds[at]);
    OK(amio_interface_free(made.iface));

    OK(amio_clip_free(with.clip));
    free(with.samples);
    remove(with.wav);
    remove(with.flac);
    remove(with.out);
    return 0;
}
