/* Section recorder: which frames are recorded, and the events and numbers about them. */
#define _XOPEN_SOURCE 700
#include "check.h"
#include <math.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

static char path[] = "/tmp/amio-recorder-XXXXXX";

static amio_recorder_config settings(void)
{
    amio_recorder_config config = {0};
    config.struct_size = sizeof config;
    return config;
}

static amio_recording recording_of(amio_recorder *recorder)
{
    amio_recording recording = {0};
    recording.struct_size = sizeof recording;
    OK(amio_recorder_recording(recorder, &recording));
    return recording;
}

/* Checks that the file has one channel, with `frames` samples from `first` hundredths on. */
static void expect_file(float first, uint64_t frames)
{
    amio_clip *clip;
    amio_clip_properties properties = {0};
    float samples[1000];
    uint64_t at;

    OK(amio_clip_open(path, &clip));
    properties.struct_size = sizeof properties;
    OK(amio_clip_info(clip, &properties));
    CHECK(properties.frames == frames && properties.channels == 1);
    OK(amio_clip_read(clip, 0, 0, frames, samples));
    for (at = 0; at < frames; at++)
        CHECK(near(samples[at], first + (float)at / 100));
    OK(amio_clip_free(clip));
}

/* Advances with an input that counts in hundredths, from `first` on. */
static void advance(amio_interface *iface, int first, int frames)
{
    float input[1000];
    int at;

    for (at = 0; at < frames; at++)
        input[at] = (float)(first + at) / 100;
    OK(amio_interface_advance(iface, (uint64_t)frames, input, NULL));
}

static void input_is_recorded_until_it_is_stopped(void)
{
    amio_interface *iface = rolling_offline(1);
    amio_recorder_config config = settings();
    amio_recorder *recorder;
    amio_recording recording;
    amio_event event;

    OK(amio_recorder_new(iface, path, &config, &recorder));
    CHECK(recording_of(recorder).state == AMIO_RECORDER_WAITING);
    FAILS(AMIO_ERROR_TIMEOUT, amio_recorder_wait(recorder, 1));
    FAILS(AMIO_ERROR_INVALID_STATE, amio_recorder_new(iface, path, &config, &recorder));
    advance(iface, 0, 100);
    OK(amio_recorder_stop(recorder));
    OK(amio_recorder_stop(recorder));
    OK(amio_recorder_wait(recorder, 0));
    recording = recording_of(recorder);
    CHECK(recording.state == AMIO_RECORDER_ENDED && recording.frames == 100);
    CHECK(recording.lost_frames == 0 && recording.skipped_frames == 0);
    CHECK(recording.clipped_samples == 0 && recording.device_frame == 0);
    expect_file(0, 100);
    event = expect_event(iface, AMIO_EVENT_RECORDER_STARTED);
    CHECK(event.position == 0 && strcmp(event.message, path) == 0);
    event = expect_event(iface, AMIO_EVENT_RECORDER_ENDED);
    CHECK(event.frames == 100 && event.device_frame == 100 && strcmp(event.message, path) == 0);
    OK(amio_recorder_free(recorder));
    FAILS(AMIO_ERROR_INVALID_HANDLE, amio_recorder_stop(recorder));
    OK(amio_recorder_free(NULL));
    OK(amio_interface_free(iface));
}

/* Bad samples are zeros in the file; all others are there bit for bit. */
static void bad_samples_are_counted(void)
{
    static const float input[] = {0.25f, (float)NAN, (float)INFINITY, 1.5f, -1e30f};
    static const float expected[] = {0.25f, 0, 0, 1.5f, 0};
    amio_interface *iface = rolling_offline(1);
    amio_recorder_config config = settings();
    amio_recorder *recorder;
    amio_recording recording;
    amio_clip *clip;
    float samples[5];

    OK(amio_recorder_new(iface, path, &config, &recorder));
    OK(amio_interface_advance(iface, 5, input, NULL));
    OK(amio_recorder_stop(recorder));
    recording = recording_of(recorder);
    CHECK(recording.frames == 5 && recording.bad_samples == 3);
    OK(amio_clip_open(path, &clip));
    OK(amio_clip_read(clip, 0, 0, 5, samples));
    CHECK(memcmp(samples, expected, sizeof samples) == 0);
    OK(amio_clip_free(clip));
    OK(amio_recorder_free(recorder));
    OK(amio_interface_free(iface));
}

static void it_is_punched_in_and_out_by_frame(void)
{
    amio_interface *iface = rolling_offline(2);
    amio_recorder_config config = settings();
    const uint32_t second = 1;
    float input[2 * 500];
    amio_recorder *recorder;
    amio_recording recording;
    int at;

    config.channels = &second;
    config.channel_count = 1;
    config.punch_in = config.punch_out = 1;
    config.begin_frame = 50;
    config.end_frame = 300;
    OK(amio_recorder_new(iface, path, &config, &recorder));
    for (at = 0; at < 500; at++) {
        input[2 * at] = 9;
        input[2 * at + 1] = (float)at / 100;
    }
    OK(amio_interface_advance(iface, 500, input, NULL));
    OK(amio_recorder_wait(recorder, 5000));
    recording = recording_of(recorder);
    CHECK(recording.state == AMIO_RECORDER_ENDED && recording.frames == 250);
    CHECK(recording.position == 50 && recording.device_frame == 50);
    OK(amio_recorder_free(recorder));
    expect_file(0.5f, 250);
    OK(amio_interface_free(iface));
}

static void the_mix_is_recorded_and_skipped_frames_are_silent(void)
{
    amio_interface *iface = rolling_offline(1);
    amio_recorder_config config = settings();
    amio_clip *clip = counting_clip(100);
    amio_playspec_entry entry = entry_of(clip, 0);
    amio_playspec *playspec = playspec_of(&entry);
    amio_recorder *recorder;
    amio_recording recording;
    uint64_t ticket;

    OK(amio_interface_schedule(iface, playspec, 0, 0, AMIO_LATE_CATCH_UP, 0, &ticket));
    config.source = AMIO_RECORD_OUTPUT;
    OK(amio_recorder_new(iface, path, &config, &recorder));
    OK(amio_interface_advance(iface, 100, NULL, NULL));
    OK(amio_recorder_stop(recorder));
    expect_file(0.01f, 100);
    OK(amio_recorder_free(recorder));

    config.file_format = AMIO_FILE_FLAC_24;
    OK(amio_recorder_new(iface, path, &config, &recorder));
    OK(amio_interface_advance(iface, 100, NULL, NULL));
    OK(amio_interface_skip(iface, 70));
    OK(amio_interface_advance(iface, 100, NULL, NULL));
    OK(amio_recorder_stop(recorder));
    recording = recording_of(recorder);
    CHECK(recording.frames == 270 && recording.skipped_frames == 70);
    OK(amio_recorder_free(recorder));
    OK(amio_playspec_free(playspec));
    OK(amio_clip_free(clip));
    OK(amio_interface_free(iface));
}

static void what_cannot_be_written_is_told(void)
{
    amio_interface *iface = rolling_offline(1);
    amio_recorder_config config = settings();
    amio_recorder *recorder;

    /* A disk that is full. */
    FAILS(AMIO_ERROR_IO, amio_recorder_new(iface, "/dev/full", &config, &recorder));
    CHECK(strstr(amio_last_error_message(), "/dev/full") != NULL);
    OK(amio_recorder_new(iface, path, &config, &recorder));
    OK(amio_interface_close(iface));
    CHECK(recording_of(recorder).state == AMIO_RECORDER_ENDED);
    FAILS(AMIO_ERROR_INVALID_STATE, amio_recorder_new(iface, "/dev/null", &config, &recorder));
    OK(amio_interface_free(iface));
    OK(amio_recorder_free(recorder));
}

static void *wait_for(void *recorder)
{
    amio_status status = amio_recorder_wait(recorder, 60000);

    CHECK(status == AMIO_OK || status == AMIO_ERROR_INVALID_HANDLE);
    return NULL;
}

static void freeing_ends_it_while_another_thread_waits(void)
{
    amio_interface *iface = rolling_offline(1);
    amio_recorder_config config = settings();
    amio_recorder *recorder;
    const struct timespec tenth = {0, 100000000};
    pthread_t waiting;

    OK(amio_recorder_new(iface, path, &config, &recorder));
    advance(iface, 0, 100);
    CHECK(pthread_create(&waiting, NULL, wait_for, recorder) == 0);
    CHECK(nanosleep(&tenth, NULL) == 0); /* there is no sign that the other thread waits */
    OK(amio_recorder_free(recorder));
    expect_event(iface, AMIO_EVENT_RECORDER_STARTED);
    CHECK(expect_event(iface, AMIO_EVENT_RECORDER_ENDED).frames == 100);
    CHECK(pthread_join(waiting, NULL) == 0);
    OK(amio_interface_free(iface));
}

static int ask(void *asked, uint64_t done, uint64_t total)
{
    CHECK(done <= total);
    ++*(int *)asked;
    return *(int *)asked;
}

static void a_clip_is_saved_in_every_format(void)
{
    amio_clip *clip = counting_clip(50);
    uint32_t format;
    int asked = -1;

    for (format = AMIO_FILE_DEFAULT; format <= AMIO_FILE_WAV_F32; format++) {
        OK(amio_clip_save(clip, path, format, NULL, NULL));
        if (format == AMIO_FILE_DEFAULT || format == AMIO_FILE_WAV_F32)
            expect_file(0.01f, 50);
    }
    OK(amio_clip_save(clip, path, AMIO_FILE_FLAC_16, ask, &asked));
    CHECK(asked == 0);
    FAILS(AMIO_ERROR_CANCELLED, amio_clip_save(clip, path, AMIO_FILE_FLAC_24, ask, &asked));
    CHECK(fopen(path, "rb") == NULL);
    OK(amio_clip_free(clip));
}

int main(void)
{
    int file = mkstemp(path);

    CHECK(file >= 0 && close(file) == 0);
    input_is_recorded_until_it_is_stopped();
    bad_samples_are_counted();
    it_is_punched_in_and_out_by_frame();
    the_mix_is_recorded_and_skipped_frames_are_silent();
    what_cannot_be_written_is_told();
    freeing_ends_it_while_another_thread_waits();
    a_clip_is_saved_in_every_format();
    return 0;
}
