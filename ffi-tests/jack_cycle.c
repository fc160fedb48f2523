/*
 * What a process function can do in its cycle, beside a JACK server: a client sends audio and MIDI, another one receives
 * both, frame by frame; then every mistake that can be made in a cycle. tests/jack runs it.
 */
#define _XOPEN_SOURCE 700
#include "check.h"
#include <pthread.h>
#include <time.h>

enum { ENOUGH = 48000, NEVER = 77 };

/* The audio threads write the counts with one thread each; the main thread reads them. */
typedef struct {
    amio_jack_client *client;
    amio_jack_port *audio, *midi;
    uint32_t volatile cycles, right, wrong, events, wrong_events;
} side;

static side source, sink;
static amio_jack_port *unregistered, *freed, *input;
static const amio_jack_cycle *volatile last_cycle;
static int volatile mistakes_were_made, broke_off, failed;

static void pause_a_little(void)
{
    struct timespec ms = {0, 1000000};
    nanosleep(&ms, NULL);
}

#define WAIT_FOR(condition)                                                                                  \
    do {                                                                                                     \
        int rounds;                                                                                          \
        for (rounds = 0; !(condition); rounds++) {                                                           \
            CHECK(rounds < 20000);                                                                           \
            pause_a_little();                                                                                \
        }                                                                                                    \
    } while (0)

/* A sound that tells its frame, and is never 0. */
static float sound(uint32_t frame)
{
    return (float)(1 + frame % 65535) / 65536;
}

/* Whether a MIDI event is sent at a frame. */
static int has_event(uint32_t frame)
{
    return frame % 97 == 0 || frame % 101 == 0;
}

static void make_mistakes(const amio_jack_cycle *cycle, uint32_t frames)
{
    static uint64_t memory[8];
    const amio_jack_cycle *forged[3];
    const uint8_t bytes[3] = {0x90, 60, 100};
    amio_jack_cycle_times times;
    amio_jack_midi_event event;
    amio_jack_position position;
    float *samples = (float *)memory;
    void *buffer = memory;
    uint8_t *room = (uint8_t *)memory;
    uint32_t count = NEVER, lost = NEVER, frame = NEVER, state = NEVER;
    size_t size = NEVER;
    int at;

    forged[0] = (const amio_jack_cycle *)memory;
    forged[1] = (const amio_jack_cycle *)((uintptr_t)cycle + 8);
    forged[2] = (const amio_jack_cycle *)source.client;
    memset(&times, 0, sizeof times);
    times.struct_size = sizeof times;
    memset(&position, 0, sizeof position);
    position.struct_size = sizeof position;
    for (at = 0; at < 3; at++) {
        FAILS(AMIO_ERROR_INVALID_HANDLE, amio_jack_cycle_buffer(forged[at], source.audio, &buffer));
        FAILS(AMIO_ERROR_INVALID_HANDLE, amio_jack_cycle_audio(forged[at], source.audio, &samples));
        FAILS(AMIO_ERROR_INVALID_HANDLE, amio_jack_cycle_first_frame(forged[at], &frame));
        FAILS(AMIO_ERROR_INVALID_HANDLE, amio_jack_cycle_frames_since_start(forged[at], &frame));
        FAILS(AMIO_ERROR_INVALID_HANDLE, amio_jack_cycle_get_times(forged[at], &times));
        FAILS(AMIO_ERROR_INVALID_HANDLE, amio_jack_cycle_transport(forged[at], &state, NULL));
        FAILS(AMIO_ERROR_INVALID_HANDLE, amio_jack_cycle_transport_start(forged[at]));
        FAILS(AMIO_ERROR_INVALID_HANDLE, amio_jack_cycle_transport_stop(forged[at]));
        FAILS(AMIO_ERROR_INVALID_HANDLE, amio_jack_cycle_transport_locate(forged[at], 0));
        FAILS(AMIO_ERROR_INVALID_HANDLE, amio_jack_cycle_midi_count(forged[at], source.midi, &count, NULL));
        FAILS(AMIO_ERROR_INVALID_HANDLE, amio_jack_cycle_midi_get(forged[at], source.midi, 0, &event));
        FAILS(AMIO_ERROR_INVALID_HANDLE, amio_jack_cycle_midi_clear(forged[at], source.midi));
        FAILS(AMIO_ERROR_INVALID_HANDLE, amio_jack_cycle_midi_write(forged[at], source.midi, 0, bytes, 3));
        FAILS(AMIO_ERROR_INVALID_HANDLE, amio_jack_cycle_midi_reserve(forged[at], source.midi, 0, 3, &room));
        FAILS(AMIO_ERROR_INVALID_HANDLE, amio_jack_cycle_midi_room(forged[at], source.midi, &size));
    }
    FAILS(AMIO_ERROR_NULL_POINTER, amio_jack_cycle_audio(NULL, source.audio, &samples));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_jack_cycle_audio(cycle, NULL, &samples));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_jack_cycle_audio(cycle, source.audio, NULL));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_jack_cycle_buffer(cycle, source.audio, NULL));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_jack_cycle_first_frame(cycle, NULL));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_jack_cycle_frames_since_start(cycle, NULL));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_jack_cycle_get_times(cycle, NULL));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_jack_cycle_transport(cycle, NULL, &position));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_jack_cycle_midi_count(cycle, source.midi, NULL, &lost));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_jack_cycle_midi_get(cycle, source.midi, 0, NULL));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_jack_cycle_midi_write(cycle, source.midi, 0, NULL, 3));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_jack_cycle_midi_reserve(cycle, source.midi, 0, 3, NULL));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_jack_cycle_midi_room(cycle, source.midi, NULL));
    times.struct_size = 5;
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_cycle_get_times(cycle, &times));
    position.struct_size = 5;
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_cycle_transport(cycle, &state, &position));

    /* Ports that are not what the function takes. */
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_cycle_audio(cycle, sink.audio, &samples));
    CHECK(strstr(amio_last_error_message(), "another client") != NULL);
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_cycle_audio(cycle, source.midi, &samples));
    FAILS(AMIO_ERROR_INVALID_STATE, amio_jack_cycle_audio(cycle, unregistered, &samples));
    FAILS(AMIO_ERROR_INVALID_HANDLE, amio_jack_cycle_audio(cycle, freed, &samples));
    FAILS(AMIO_ERROR_INVALID_HANDLE, amio_jack_cycle_audio(cycle, (amio_jack_port *)source.client, &samples));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_cycle_midi_count(cycle, source.audio, &count, &lost));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_cycle_midi_write(cycle, input, 0, bytes, 3));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_cycle_midi_clear(cycle, input));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_cycle_midi_room(cycle, input, &size));

    /* Events that cannot be written. */
    OK(amio_jack_cycle_midi_write(cycle, source.midi, frames - 1, bytes, 3));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_cycle_midi_write(cycle, source.midi, 0, bytes, 3));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_cycle_midi_write(cycle, source.midi, frames, bytes, 3));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_cycle_midi_write(cycle, source.midi, frames - 1, bytes, 0));
    FAILS(AMIO_ERROR_QUEUE_FULL,
          amio_jack_cycle_midi_reserve(cycle, source.midi, frames - 1, (size_t)1 << 30, &room));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_cycle_midi_get(cycle, source.midi, 1, &event));
    FAILS(AMIO_ERROR_INVALID_STATE, amio_jack_client_close(source.client));
    CHECK(samples == (float *)memory && buffer == memory && room == (uint8_t *)memory);
    CHECK(count == NEVER && lost == NEVER && frame == NEVER && state == NEVER && size == NEVER);

    /* What is right. */
    OK(amio_jack_cycle_midi_count(cycle, source.midi, &count, &lost));
    CHECK(count == 1 && lost <= 1); /* PipeWire counts the one that found no room */
    OK(amio_jack_cycle_midi_get(cycle, source.midi, 0, &event));
    CHECK(event.frame == frames - 1 && event.size == 3 && memcmp(event.bytes, bytes, 3) == 0);
    OK(amio_jack_cycle_midi_clear(cycle, source.midi));
    OK(amio_jack_cycle_midi_count(cycle, source.midi, &count, NULL));
    CHECK(count == 0);
    OK(amio_jack_cycle_midi_room(cycle, source.midi, &size));
    CHECK(size > 100);
    OK(amio_jack_cycle_buffer(cycle, source.audio, &buffer));
    OK(amio_jack_cycle_audio(cycle, source.audio, &samples));
    CHECK(buffer == (void *)samples && samples != NULL);
    OK(amio_jack_cycle_buffer(cycle, source.midi, &buffer));
    times.struct_size = sizeof times;
    OK(amio_jack_cycle_get_times(cycle, &times));
    CHECK(times.next_us > times.start_us);
    position.struct_size = sizeof position;
    OK(amio_jack_cycle_frames_since_start(cycle, &frame));
    OK(amio_jack_cycle_frames_since_start(cycle, &count));
    CHECK(frame <= count && count < RATE);
    OK(amio_jack_cycle_transport(cycle, &state, &position));
    OK(amio_jack_cycle_transport(cycle, &state, NULL));
    CHECK(state == AMIO_JACK_TRANSPORT_STOPPED && position.frame_rate_hz == RATE);
    OK(amio_jack_cycle_transport_locate(cycle, 4800));
    OK(amio_jack_cycle_transport_start(cycle));
    OK(amio_jack_cycle_transport_stop(cycle));
}

static int32_t send(void *user_data, const amio_jack_cycle *cycle, uint32_t frames)
{
    float *samples;
    uint32_t first, at;
    CHECK(user_data == &source);
    last_cycle = cycle;
    if (source.cycles == 5) {
        make_mistakes(cycle, frames);
        mistakes_were_made = 1;
    }
    OK(amio_jack_cycle_first_frame(cycle, &first));
    OK(amio_jack_cycle_audio(cycle, source.audio, &samples));
    for (at = 0; at < frames; at++)
        samples[at] = sound(first + at);
    for (at = 0; at < frames; at++) {
        uint8_t *bytes;
        uint32_t frame = first + at;
        if (!has_event(frame))
            continue;
        if (frame % 2) {
            OK(amio_jack_cycle_midi_reserve(cycle, source.midi, at, 5, &bytes));
            bytes[0] = 0xF0;
            memcpy(bytes + 1, &frame, 4);
        } else {
            uint8_t message[5] = {0xF0};
            memcpy(message + 1, &frame, 4);
            OK(amio_jack_cycle_midi_write(cycle, source.midi, at, message, 5));
        }
    }
    source.cycles++;
    return 0;
}

static int32_t receive(void *user_data, const amio_jack_cycle *cycle, uint32_t frames)
{
    float *samples;
    uint32_t first, at, count, lost;
    CHECK(user_data == &sink);
    OK(amio_jack_cycle_first_frame(cycle, &first));
    OK(amio_jack_cycle_audio(cycle, sink.audio, &samples));
    for (at = 0; at < frames; at++) {
        if (samples[at] == sound(first + at))
            sink.right++;
        else if (samples[at] != 0)
            sink.wrong++;
    }
    OK(amio_jack_cycle_midi_count(cycle, sink.midi, &count, &lost));
    for (at = 0; at < count; at++) {
        amio_jack_midi_event event;
        uint32_t frame;
        OK(amio_jack_cycle_midi_get(cycle, sink.midi, at, &event));
        CHECK(event.size == 5 && event.bytes[0] == 0xF0);
        memcpy(&frame, event.bytes + 1, 4);
        if (frame == first + event.frame)
            sink.events++;
        else
            sink.wrong_events++;
    }
    sink.cycles++;
    return 0;
}

static int32_t break_off(void *user_data, const amio_jack_cycle *cycle, uint32_t frames)
{
    (void)user_data, (void)cycle, (void)frames;
    broke_off++;
    return 1;
}

static int32_t fail(void *user_data, const amio_jack_cycle *cycle, uint32_t frames)
{
    (void)user_data, (void)cycle, (void)frames;
    failed++;
    return -1;
}

static int is_told_of_failure(amio_jack_events *events)
{
    amio_jack_event event;
    event.struct_size = sizeof event;
    do
        OK(amio_jack_events_next(events, &event));
    while (event.kind != AMIO_JACK_EVENT_NONE && event.kind != AMIO_JACK_EVENT_HANDLER_FAILED);
    return event.kind == AMIO_JACK_EVENT_HANDLER_FAILED;
}

static amio_jack_port *port_of(amio_jack_client *client, const char *name, const char *type, uint32_t flags)
{
    amio_jack_port *port;
    OK(amio_jack_port_register(client, name, type, flags, &port));
    return port;
}

static void *use_on_another_thread(void *cycle)
{
    uint32_t frame;
    FAILS(AMIO_ERROR_INVALID_HANDLE, amio_jack_cycle_first_frame(cycle, &frame));
    return NULL;
}

int main(void)
{
    amio_jack_client *stale;
    amio_jack_events *events;
    pthread_t thread;
    uint32_t frame, before;
    float *samples;

    OK(amio_jack_client_open("source", NULL, NULL, &source.client));
    OK(amio_jack_client_open("sink", NULL, NULL, &sink.client));
    OK(amio_jack_client_open("stale", NULL, NULL, &stale));
    source.audio = port_of(source.client, "audio", AMIO_JACK_AUDIO, AMIO_JACK_PORT_OUTPUT);
    source.midi = port_of(source.client, "midi", AMIO_JACK_MIDI, AMIO_JACK_PORT_OUTPUT);
    input = port_of(source.client, "input", AMIO_JACK_MIDI, AMIO_JACK_PORT_INPUT);
    unregistered = port_of(source.client, "unregistered", AMIO_JACK_AUDIO, AMIO_JACK_PORT_OUTPUT);
    OK(amio_jack_port_unregister(unregistered));
    freed = port_of(source.client, "freed", AMIO_JACK_AUDIO, AMIO_JACK_PORT_OUTPUT);
    OK(amio_jack_port_free(freed));
    sink.audio = port_of(sink.client, "audio", AMIO_JACK_AUDIO, AMIO_JACK_PORT_INPUT);
    sink.midi = port_of(sink.client, "midi", AMIO_JACK_MIDI, AMIO_JACK_PORT_INPUT);

    FAILS(AMIO_ERROR_NULL_POINTER, amio_jack_client_set_process(NULL, send, &source));
    FAILS(AMIO_ERROR_INVALID_HANDLE,
          amio_jack_client_set_process((amio_jack_client *)source.audio, send, &source));
    OK(amio_jack_client_free(stale));
    FAILS(AMIO_ERROR_INVALID_HANDLE, amio_jack_client_set_process(stale, send, &source));
    OK(amio_jack_client_set_process(source.client, send, &source));
    OK(amio_jack_client_set_process(sink.client, receive, &sink));
    OK(amio_jack_client_activate(source.client));
    OK(amio_jack_client_activate(sink.client));
    OK(amio_jack_client_connect(source.client, "source:audio", "sink:audio"));
    OK(amio_jack_client_connect(source.client, "source:midi", "sink:midi"));
    WAIT_FOR(mistakes_were_made);
    /* In the first cycles after a connection, servers may have old samples in a buffer. */
    WAIT_FOR(sink.right > 0 && sink.events > 0);
    before = sink.cycles;
    WAIT_FOR(sink.cycles > before + 20);
    sink.right = sink.wrong = sink.events = sink.wrong_events = 0;
    WAIT_FOR(sink.right >= ENOUGH);
    printf("%u frames right, %u wrong; %u events right, %u wrong\n", sink.right, sink.wrong, sink.events,
           sink.wrong_events);
    /* A server that is late on a busy machine may have old samples. */
    CHECK(sink.wrong <= sink.right / 10 && sink.wrong_events <= sink.events / 10);
    CHECK(sink.events >= ENOUGH / 500);

    /* Outside of its call, a cycle is not valid. */
    FAILS(AMIO_ERROR_INVALID_HANDLE, amio_jack_cycle_first_frame(last_cycle, &frame));
    FAILS(AMIO_ERROR_INVALID_HANDLE, amio_jack_cycle_audio(last_cycle, source.audio, &samples));
    CHECK(pthread_create(&thread, NULL, use_on_another_thread, (void *)last_cycle) == 0);
    CHECK(pthread_join(thread, NULL) == 0);

    /* The cycle in which it breaks off is its last one. The next function is called again. */
    OK(amio_jack_events_new(source.client, 1000, &events));
    OK(amio_jack_client_set_process(source.client, break_off, NULL));
    WAIT_FOR(broke_off);
    before = sink.cycles;
    WAIT_FOR(sink.cycles > before + 20);
    CHECK(broke_off == 1);
    CHECK(!is_told_of_failure(events));
    /* One that fails is told of. */
    OK(amio_jack_client_set_process(source.client, fail, NULL));
    WAIT_FOR(is_told_of_failure(events));
    before = sink.cycles;
    WAIT_FOR(sink.cycles > before + 20);
    CHECK(failed == 1);
    OK(amio_jack_events_free(events));
    before = source.cycles;
    OK(amio_jack_client_set_process(source.client, send, &source));
    WAIT_FOR(source.cycles > before);
    OK(amio_jack_client_set_process(source.client, NULL, NULL));
    before = source.cycles;
    frame = sink.cycles;
    WAIT_FOR(sink.cycles > frame + 20);
    CHECK(source.cycles == before);

    OK(amio_jack_client_close(source.client));
    FAILS(AMIO_ERROR_INVALID_STATE, amio_jack_client_set_process(source.client, send, &source));
    OK(amio_jack_client_free(source.client));
    OK(amio_jack_client_free(sink.client));
    OK(amio_jack_port_free(source.audio));
    OK(amio_jack_port_free(source.midi));
    OK(amio_jack_port_free(input));
    OK(amio_jack_port_free(unregistered));
    OK(amio_jack_port_free(sink.audio));
    OK(amio_jack_port_free(sink.midi));
    return 0;
}
