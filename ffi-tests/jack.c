/*
 * Every function of the section jack, beside a JACK server that the program's environment names. Argument: the
 * server, jackd or pipewire, since PipeWire's library of version 0.3.65 lacks some things. tests/jack runs it.
 */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include <poll.h>
#include <time.h>
#include <unistd.h>

static int on_pipewire;

enum { LONG_MS = 20000 };

/* Waits until something is so that no event tells. */
#define UNTIL(condition)                                                                          \
    do {                                                                                          \
        int waited_ms = 0;                                                                        \
        while (!(condition)) {                                                                    \
            CHECK(waited_ms++ < LONG_MS && "within 20 seconds: " #condition);                     \
            pause_ms();                                                                           \
        }                                                                                         \
    } while (0)

static void pause_ms(void)
{
    struct timespec ms = {0, 1000000};
    nanosleep(&ms, NULL);
}

/* ---- Helpers ---- */

static amio_jack_client *opened(const char *name)
{
    amio_jack_client *client;
    uint32_t status = 99;
    OK(amio_jack_client_open(name, NULL, &status, &client));
    CHECK((status & AMIO_JACK_STATUS_FAILURE) == 0);
    return client;
}

static amio_jack_port *registered(amio_jack_client *client, const char *name, const char *type, uint32_t flags)
{
    amio_jack_port *port;
    OK(amio_jack_port_register(client, name, type, flags, &port));
    return port;
}

static amio_jack_event no_event(void)
{
    amio_jack_event event;
    memset(&event, 0, sizeof event);
    event.struct_size = sizeof event;
    return event;
}

/* Waits for an event of this kind; others are passed over. */
static amio_jack_event expect(amio_jack_events *events, uint32_t kind)
{
    amio_jack_event event = no_event();
    do
        OK(amio_jack_events_wait(events, &event, LONG_MS));
    while (event.kind != kind);
    return event;
}

/* As above, also with this name. */
static amio_jack_event expect_name(amio_jack_events *events, uint32_t kind, uint32_t on, const char *name)
{
    amio_jack_event event;
    do
        event = expect(events, kind);
    while (strcmp(event.name, name) != 0 || event.on != on);
    return event;
}

static amio_jack_port_info info_of(amio_jack_client *client, const char *name)
{
    amio_jack_port_info info;
    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    OK(amio_jack_client_port(client, name, &info));
    return info;
}

/* Whether a list, which is freed, has this name. */
static int has(amio_jack_names *names, const char *name)
{
    char found[AMIO_JACK_NAME_BYTES];
    size_t count, at;
    int there = 0;
    OK(amio_jack_names_count(names, &count));
    for (at = 0; at < count; at++) {
        OK(amio_jack_names_get(names, at, found, sizeof found));
        there |= strcmp(found, name) == 0;
    }
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_names_get(names, count, found, sizeof found));
    OK(amio_jack_names_free(names));
    FAILS(AMIO_ERROR_INVALID_HANDLE, amio_jack_names_count(names, &count));
    return there;
}

static int is_listed(amio_jack_client *client, const char *name_pattern, const char *type_pattern, uint32_t flags,
                     const char *name)
{
    amio_jack_names *names;
    OK(amio_jack_client_find_ports(client, name_pattern, type_pattern, flags, &names));
    return has(names, name);
}

static int is_connected(amio_jack_client *client, const char *port, const char *other)
{
    amio_jack_names *names;
    OK(amio_jack_client_connections(client, port, &names));
    return has(names, other);
}

static int own_is_connected(amio_jack_port *port, const char *other)
{
    amio_jack_names *names;
    OK(amio_jack_port_connections(port, &names));
    return has(names, other);
}

static amio_jack_position no_position(void)
{
    amio_jack_position position;
    memset(&position, 0, sizeof position);
    position.struct_size = sizeof position;
    return position;
}

static uint32_t state_of(amio_jack_client *client, amio_jack_position *position)
{
    uint32_t state;
    OK(amio_jack_client_transport(client, &state, position));
    return state;
}

/* ---- The library ---- */

static void before_the_first_client(void)
{
    amio_jack_properties *properties;
    uint64_t us = 7;
    FAILS(AMIO_ERROR_INVALID_STATE, amio_jack_time_us(&us));
    FAILS(AMIO_ERROR_INVALID_STATE, amio_jack_get_properties(0, &properties));
    CHECK(us == 7);
}

static void library(void)
{
    uint32_t major, minor, micro, protocol;
    size_t client_bytes, port_bytes;
    char text[256];
    uint64_t us, later;
    OK(amio_jack_version(&major, &minor, &micro, &protocol));
    OK(amio_jack_version_string(text, sizeof text));
    CHECK((strstr(text, "PipeWire") != NULL) == on_pipewire);
    FAILS(AMIO_ERROR_BUFFER_TOO_SMALL, amio_jack_version_string(text, 2));
    OK(amio_jack_longest_client_name(&client_bytes));
    OK(amio_jack_longest_port_name(&port_bytes));
    CHECK(client_bytes > 30 && port_bytes > client_bytes && port_bytes < AMIO_JACK_NAME_BYTES);
    OK(amio_jack_time_us(&us));
    pause_ms();
    OK(amio_jack_time_us(&later));
    CHECK(later >= us + 1000);
}

/* ---- Clients ---- */

static int lines;

static void count_line(void *user_data, const char *line)
{
    CHECK(user_data == &lines && line[strlen(line)] == '\0');
    lines++;
}

static void opening(void)
{
    amio_jack_options options;
    amio_jack_client *first, *second, *other = NULL;
    uint32_t status = 99;
    char name[AMIO_JACK_NAME_BYTES], seen[AMIO_JACK_NAME_BYTES];
    uint64_t uuid, same;
    int32_t pid;

    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_client_open("a:b", NULL, &status, &other));
    CHECK(status == AMIO_JACK_STATUS_FAILURE && other == NULL);

    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.exact_name = 1;
    options.session_id = "14";
    options.log = count_line;
    options.log_user_data = &lines;
    OK(amio_jack_client_open("first", &options, NULL, &first));
    OK(amio_jack_client_name(first, name, sizeof name));
    CHECK(strcmp(name, "first") == 0);
    FAILS(AMIO_ERROR_BUFFER_TOO_SMALL, amio_jack_client_name(first, name, 5));
    OK(amio_jack_client_name(first, name, 6));

    if (!on_pipewire) { /* which refuses no name, and knows one server */
        FAILS(AMIO_ERROR_DRIVER, amio_jack_client_open("first", &options, &status, &other));
        CHECK(status == (AMIO_JACK_STATUS_FAILURE | AMIO_JACK_STATUS_SERVER_ERROR));
        options.server_name = "nowhere";
        FAILS(AMIO_ERROR_NO_SERVER, amio_jack_client_open("lost", &options, &status, &other));
        CHECK((status & AMIO_JACK_STATUS_FAILURE) && (status & AMIO_JACK_STATUS_SERVER_FAILED));
        CHECK(lines > 0);
    }
    CHECK(other == NULL);

    OK(amio_jack_client_open("first", NULL, &status, &second));
    OK(amio_jack_client_name(second, seen, sizeof seen));
    CHECK(strcmp(seen, "first") != 0);
    CHECK(on_pipewire || status == AMIO_JACK_STATUS_NAME_NOT_UNIQUE);

    OK(amio_jack_client_uuid(second, &uuid));
    OK(amio_jack_client_uuid_of(first, seen, &same));
    CHECK(uuid != 0 && uuid == same);
    OK(amio_jack_client_name_of(first, uuid, name, sizeof name));
    CHECK(strcmp(name, seen) == 0);
    OK(amio_jack_client_uuid_of(first, "nobody", &same));
    CHECK(same == 0);
    OK(amio_jack_client_name_of(first, 12345, name, sizeof name));
    CHECK(name[0] == '\0');
    OK(amio_jack_client_pid("first", &pid));
    CHECK(pid == 0 || pid == (int32_t)getpid()); /* 0: the server does not say */
    OK(amio_jack_client_pid("nobody", &pid));
    CHECK(pid == 0);

    OK(amio_jack_client_close(second));
    OK(amio_jack_client_close(second));
    FAILS(AMIO_ERROR_INVALID_STATE, amio_jack_client_name(second, name, sizeof name));
    FAILS(AMIO_ERROR_INVALID_STATE, amio_jack_client_activate(second));
    OK(amio_jack_client_free(second));
    FAILS(AMIO_ERROR_INVALID_HANDLE, amio_jack_client_close(second));
    FAILS(AMIO_ERROR_INVALID_HANDLE, amio_jack_client_free(second));
    OK(amio_jack_client_free(first));
    OK(amio_jack_client_free(NULL));
}

static void server(amio_jack_client *client, amio_jack_events *events)
{
    uint32_t hz, frames, realtime;
    float load = -1, delayed = -1;
    OK(amio_jack_client_frame_rate_hz(client, &hz));
    CHECK(hz == RATE);
    OK(amio_jack_client_period_frames(client, &frames));
    CHECK(frames == 256);
    OK(amio_jack_client_set_period_frames(client, 512));
    while (expect(events, AMIO_JACK_EVENT_PERIOD).frames != 512)
        ;
    OK(amio_jack_client_period_frames(client, &frames));
    CHECK(frames == 512);
    OK(amio_jack_client_set_period_frames(client, 256));
    while (expect(events, AMIO_JACK_EVENT_PERIOD).frames != 256)
        ;
    OK(amio_jack_client_is_realtime(client, &realtime));
    CHECK(realtime == 0 || realtime == 1);
    OK(amio_jack_client_cpu_load_percent(client, &load));
    CHECK(load >= 0 && load <= 100);
    OK(amio_jack_client_max_delayed_us(client, &delayed));
    CHECK(delayed >= 0);
    OK(amio_jack_client_reset_max_delayed(client));
    OK(amio_jack_client_max_delayed_us(client, &delayed));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_client_set_freewheel(client, 2));
    OK(amio_jack_client_set_freewheel(client, 1));
    CHECK(expect(events, AMIO_JACK_EVENT_FREEWHEEL).on == 1);
    OK(amio_jack_client_set_freewheel(client, 0));
    CHECK(expect(events, AMIO_JACK_EVENT_FREEWHEEL).on == 0);
}

static void times(amio_jack_client *client)
{
    uint32_t first, now, frame, since;
    uint64_t us, clock;
    amio_jack_cycle_times cycle;
    OK(amio_jack_client_last_frame_time(client, &first));
    UNTIL((amio_jack_client_last_frame_time(client, &now) == AMIO_OK && now != first));
    OK(amio_jack_client_frame_time(client, &now));
    CHECK(now - first < 10 * RATE);
    OK(amio_jack_client_frames_since_cycle_start(client, &since));
    CHECK(since < RATE);
    OK(amio_jack_client_frames_to_time(client, now, &us));
    OK(amio_jack_client_time_to_frames(client, us, &frame));
    CHECK(frame - now + 1 <= 2); /* rounded */
    OK(amio_jack_time_us(&clock));
    CHECK(clock + 1000000 > us && us + 1000000 > clock);
    memset(&cycle, 0, sizeof cycle);
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_client_cycle_times(client, &cycle));
    cycle.struct_size = sizeof cycle;
    OK(amio_jack_client_cycle_times(client, &cycle));
    CHECK(cycle.frame - first < 10 * RATE && cycle.next_us > cycle.start_us);
    CHECK(cycle.period_us > 1000 && cycle.period_us < 100000);
}

/* ---- Ports ---- */

static void ports(amio_jack_client *client, amio_jack_events *events)
{
    amio_jack_port *out, *in, *midi, *none = NULL;
    amio_jack_port_info info;
    amio_jack_event event;
    char name[AMIO_JACK_NAME_BYTES];
    uint32_t exists, midi_id;

    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_port_register(client, "x", AMIO_JACK_AUDIO, 0, &none));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_port_register(client, "x", AMIO_JACK_AUDIO, 3, &none));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_port_register(client, "x", AMIO_JACK_AUDIO, 0x21, &none));
    CHECK(none == NULL);
    out = registered(client, "out", AMIO_JACK_AUDIO, AMIO_JACK_PORT_OUTPUT | AMIO_JACK_PORT_TERMINAL);
    in = registered(client, "in", AMIO_JACK_AUDIO, AMIO_JACK_PORT_INPUT);
    midi = registered(client, "midi", AMIO_JACK_MIDI, AMIO_JACK_PORT_INPUT);
    event = expect_name(events, AMIO_JACK_EVENT_PORT, 1, "ports:in");
    midi_id = expect_name(events, AMIO_JACK_EVENT_PORT, 1, "ports:midi").port;

    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    OK(amio_jack_client_port_by_id(client, event.port, &info));
    CHECK(strcmp(info.name, "ports:in") == 0 && info.is_own == 1);
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_client_port_by_id(client, UINT32_MAX, &info));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_client_port_by_id(client, event.port + 5000, &info));

    info = info_of(client, "ports:out");
    CHECK(strcmp(info.name, "ports:out") == 0 && strcmp(info.type, AMIO_JACK_AUDIO) == 0);
    CHECK(info.flags == (AMIO_JACK_PORT_OUTPUT | AMIO_JACK_PORT_TERMINAL) && info.uuid != 0 && info.is_own == 1);
    CHECK(on_pipewire || (info.aliases[0][0] == '\0' && info.aliases[1][0] == '\0'));
    CHECK(strcmp(info_of(client, "ports:midi").type, AMIO_JACK_MIDI) == 0);
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_client_port(client, "ports:none", &info));
    OK(amio_jack_client_has_port(client, "ports:midi", &exists));
    CHECK(exists == 1);
    OK(amio_jack_client_has_port(client, "ports:none", &exists));
    CHECK(exists == 0);

    CHECK(is_listed(client, NULL, NULL, 0, "ports:midi"));
    CHECK(is_listed(client, "^ports:[om]", "", AMIO_JACK_PORT_OUTPUT, "ports:out"));
    CHECK(!is_listed(client, "^ports:[om]", "", AMIO_JACK_PORT_OUTPUT, "ports:midi"));
    CHECK(is_listed(client, "", "midi", AMIO_JACK_PORT_INPUT, "ports:midi"));
    CHECK(!is_listed(client, "", "midi", AMIO_JACK_PORT_INPUT, "ports:in"));

    OK(amio_jack_port_rename(in, "renamed"));
    OK(amio_jack_port_name(in, name, sizeof name));
    CHECK(strcmp(name, "ports:renamed") == 0);
    if (!on_pipewire) {
        event = expect_name(events, AMIO_JACK_EVENT_PORT_RENAMED, 0, "ports:renamed");
        CHECK(strcmp(event.before, "ports:in") == 0);
    }

    OK(amio_jack_client_set_alias(client, "ports:out", "an alias"));
    CHECK(on_pipewire || strcmp(info_of(client, "ports:out").aliases[0], "an alias") == 0);
    if (!on_pipewire) { /* which gives ports an alias of its own, and keeps those that are to go */
        OK(amio_jack_client_set_alias(client, "ports:out", "another"));
        CHECK(strcmp(info_of(client, "ports:out").aliases[1], "another") == 0);
        FAILS(AMIO_ERROR_DRIVER, amio_jack_client_set_alias(client, "ports:out", "a third"));
        OK(amio_jack_client_unset_alias(client, "ports:out", "an alias"));
        CHECK(strcmp(info_of(client, "ports:out").aliases[0], "another") == 0);
        FAILS(AMIO_ERROR_DRIVER, amio_jack_client_unset_alias(client, "ports:out", "an alias"));
    }

    OK(amio_jack_client_request_monitor(client, "ports:out", 1));
    OK(amio_jack_client_is_monitored(client, "ports:out", &exists));
    CHECK(on_pipewire || exists == 1);
    OK(amio_jack_client_request_monitor(client, "ports:out", 0));
    OK(amio_jack_client_is_monitored(client, "ports:out", &exists));
    CHECK(exists == 0);

    OK(amio_jack_port_unregister(midi));
    do
        event = expect(events, AMIO_JACK_EVENT_PORT);
    while (event.on != 0 || event.port != midi_id);
    FAILS(AMIO_ERROR_INVALID_STATE, amio_jack_port_name(midi, name, sizeof name));
    FAILS(AMIO_ERROR_INVALID_STATE, amio_jack_port_unregister(midi));
    OK(amio_jack_port_free(midi));
    FAILS(AMIO_ERROR_INVALID_HANDLE, amio_jack_port_unregister(midi));
    OK(amio_jack_port_free(NULL));
    OK(amio_jack_port_free(in));
    OK(amio_jack_client_has_port(client, "ports:renamed", &exists));
    CHECK(exists == 1); /* the port outlives its handle */
    OK(amio_jack_port_free(out));
}

static void connections(amio_jack_client *client, amio_jack_events *events)
{
    amio_jack_port *source = registered(client, "source", AMIO_JACK_AUDIO, AMIO_JACK_PORT_OUTPUT);
    amio_jack_port *sink = registered(client, "sink", AMIO_JACK_AUDIO, AMIO_JACK_PORT_INPUT);
    amio_jack_port_info info;
    amio_jack_event event;
    uint32_t least, most;
    FAILS(AMIO_ERROR_DRIVER, amio_jack_client_connect(client, "ports:source", "ports:nowhere"));
    OK(amio_jack_client_connect(client, "ports:source", "ports:sink"));
    OK(amio_jack_client_connect(client, "ports:source", "ports:sink"));
    event = expect(events, AMIO_JACK_EVENT_CONNECTION);
    CHECK(event.on == 1);
    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    OK(amio_jack_client_port_by_id(client, event.port, &info));
    CHECK(strcmp(info.name, "ports:source") == 0);
    OK(amio_jack_client_port_by_id(client, event.destination, &info));
    CHECK(strcmp(info.name, "ports:sink") == 0);
    UNTIL(is_connected(client, "ports:source", "ports:sink"));
    CHECK(own_is_connected(sink, "ports:source"));

    OK(amio_jack_client_recompute_latencies(client));
    OK(amio_jack_client_latency(client, "ports:sink", AMIO_JACK_LATENCY_CAPTURE, &least, &most));
    CHECK(least <= most);
    OK(amio_jack_client_latency(client, "ports:sink", AMIO_JACK_LATENCY_PLAYBACK, &least, &most));
    CHECK(least <= most);
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_client_latency(client, "ports:sink", 2, &least, &most));

    OK(amio_jack_client_disconnect(client, "ports:source", "ports:sink"));
    CHECK(expect(events, AMIO_JACK_EVENT_CONNECTION).on == 0);
    UNTIL(!is_connected(client, "ports:source", "ports:sink"));
    FAILS(AMIO_ERROR_DRIVER, amio_jack_client_disconnect(client, "ports:source", "ports:sink"));
    OK(amio_jack_client_connect(client, "ports:source", "ports:sink"));
    UNTIL(own_is_connected(source, "ports:sink"));
    OK(amio_jack_port_disconnect_all(source));
    UNTIL(!own_is_connected(source, "ports:sink"));
    OK(amio_jack_port_free(source));
    OK(amio_jack_port_free(sink));
}

/* ---- The transport ---- */

static volatile int asked, is_ready, described;

static int32_t sync(void *user_data, uint32_t state, const amio_jack_position *position)
{
    CHECK(user_data == &asked && position->struct_size == sizeof *position);
    CHECK(state == AMIO_JACK_TRANSPORT_STARTING || state == AMIO_JACK_TRANSPORT_STOPPED ||
          state == AMIO_JACK_TRANSPORT_ROLLING);
    asked++;
    return is_ready;
}

static void timebase(void *user_data, uint32_t state, uint32_t frames, uint32_t is_new, amio_jack_position *position)
{
    CHECK(user_data == &described && frames > 0 && is_new <= 1 && state <= AMIO_JACK_TRANSPORT_NET_STARTING);
    position->valid = AMIO_JACK_POSITION_BBT | AMIO_JACK_POSITION_TIMECODE;
    position->bar = 3;
    position->beat = 2;
    position->tick = 17;
    position->beats_per_bar = 4;
    position->beat_type = 4;
    position->ticks_per_beat = 1920;
    position->beats_per_minute = 90;
    position->frame_time_s = 1.5;
    position->frame = 4000000000; /* has no effect */
    described++;
}

static void transport(amio_jack_client *client)
{
    amio_jack_position position = no_position();
    uint32_t frame, state;

    OK(amio_jack_client_transport_stop(client));
    UNTIL(state_of(client, NULL) == AMIO_JACK_TRANSPORT_STOPPED);
    OK(amio_jack_client_transport_locate(client, 4800));
    UNTIL(state_of(client, &position) == AMIO_JACK_TRANSPORT_STOPPED && position.frame == 4800);
    CHECK(position.frame_rate_hz == RATE && position.valid == 0 && position.time_us > 0);
    OK(amio_jack_client_transport_frame(client, &frame));
    CHECK(on_pipewire || frame == 4800); /* PipeWire's counts while the transport stands */

    position = no_position();
    position.frame = 9600;
    position.valid = AMIO_JACK_POSITION_BBT;
    position.bar = 7;
    position.beat = 1;
    position.beats_per_minute = 111;
    OK(amio_jack_client_transport_reposition(client, &position));
    position.struct_size = 3;
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_client_transport_reposition(client, &position));
    position = no_position();
    UNTIL(state_of(client, &position) == AMIO_JACK_TRANSPORT_STOPPED && position.frame == 9600);
    if (!on_pipewire)
        CHECK(position.valid == AMIO_JACK_POSITION_BBT && position.bar == 7 && position.beats_per_minute == 111);

    OK(amio_jack_client_transport_start(client));
    UNTIL(state_of(client, &position) == AMIO_JACK_TRANSPORT_ROLLING && position.frame > 9600);
    OK(amio_jack_client_transport_stop(client));
    UNTIL(state_of(client, &position) == AMIO_JACK_TRANSPORT_STOPPED);

    OK(amio_jack_client_set_sync_timeout(client, 10000000));
    OK(amio_jack_client_set_sync(client, sync, (void *)&asked));
    OK(amio_jack_client_transport_start(client));
    UNTIL(asked > 3);
    state = state_of(client, NULL);
    CHECK(on_pipewire || state == AMIO_JACK_TRANSPORT_STARTING);
    is_ready = 1;
    UNTIL(state_of(client, NULL) == AMIO_JACK_TRANSPORT_ROLLING);
    OK(amio_jack_client_transport_stop(client));
    UNTIL(state_of(client, NULL) == AMIO_JACK_TRANSPORT_STOPPED);
    OK(amio_jack_client_set_sync(client, NULL, NULL));
    asked = 0;
    OK(amio_jack_client_transport_start(client));
    UNTIL(state_of(client, NULL) == AMIO_JACK_TRANSPORT_ROLLING);
    CHECK(asked == 0);

    FAILS(AMIO_ERROR_NULL_POINTER, amio_jack_client_set_timebase(client, 0, NULL, NULL));
    OK(amio_jack_client_set_timebase(client, 1, timebase, (void *)&described));
    UNTIL((state_of(client, &position), (position.valid & AMIO_JACK_POSITION_BBT) && position.bar == 3));
    CHECK(position.beat == 2 && position.beats_per_minute == 90 && position.frame < 4000000000);
    CHECK(on_pipewire || position.tick == 17);
    CHECK(on_pipewire || ((position.valid & AMIO_JACK_POSITION_TIMECODE) && position.frame_time_s == 1.5));
    OK(amio_jack_client_transport_stop(client));
    UNTIL(state_of(client, NULL) == AMIO_JACK_TRANSPORT_STOPPED);
    OK(amio_jack_client_release_timebase(client));
    CHECK(described > 0);
    FAILS(AMIO_ERROR_DRIVER, amio_jack_client_release_timebase(client));
}

/* ---- Metadata ---- */

/* How many properties a subject has; `value` and `type` are compared with that of `key`. */
static size_t properties_of(uint64_t subject, const char *key, const char *value, const char *type)
{
    amio_jack_properties *properties;
    const char *found_key, *found_value, *found_type;
    uint64_t whose;
    size_t count, at, found = 0;
    OK(amio_jack_get_properties(subject, &properties));
    OK(amio_jack_properties_count(properties, &count));
    for (at = 0; at < count; at++) {
        OK(amio_jack_properties_get(properties, at, &whose, &found_key, &found_value, &found_type));
        CHECK(subject == 0 || whose == subject);
        if (strcmp(found_key, key) == 0) {
            CHECK(strcmp(found_value, value) == 0 && strcmp(found_type, type) == 0);
            found++;
        }
    }
    CHECK((count > 0) == (found > 0));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT,
          amio_jack_properties_get(properties, count, &whose, &found_key, &found_value, &found_type));
    OK(amio_jack_properties_free(properties));
    FAILS(AMIO_ERROR_INVALID_HANDLE, amio_jack_properties_count(properties, &count));
    return count;
}

static void metadata(amio_jack_client *client, amio_jack_events *events)
{
    static char icon[50000];
    uint64_t uuid;
    uint32_t count;
    OK(amio_jack_client_uuid(client, &uuid));
    OK(amio_jack_client_set_property(client, uuid, AMIO_JACK_KEY_PRETTY_NAME, "A client", "text/plain"));
    UNTIL(properties_of(uuid, AMIO_JACK_KEY_PRETTY_NAME, "A client", "text/plain") == 1);
    CHECK(properties_of(0, AMIO_JACK_KEY_PRETTY_NAME, "A client", "text/plain") == 1);
    if (!on_pipewire) {
        amio_jack_event event = expect(events, AMIO_JACK_EVENT_PROPERTY);
        CHECK(event.subject == uuid && event.change == AMIO_JACK_PROPERTY_CREATED);
        CHECK(strcmp(event.name, AMIO_JACK_KEY_PRETTY_NAME) == 0);
        OK(amio_jack_client_remove_property(client, uuid, AMIO_JACK_KEY_PRETTY_NAME));
        CHECK(expect(events, AMIO_JACK_EVENT_PROPERTY).change == AMIO_JACK_PROPERTY_DELETED);
        CHECK(properties_of(uuid, "", "", "") == 0);
        memset(icon, 'A', sizeof icon - 1);
        OK(amio_jack_client_set_property(client, uuid, AMIO_JACK_KEY_ICON_LARGE, icon, NULL));
        CHECK(properties_of(uuid, AMIO_JACK_KEY_ICON_LARGE, icon, "") == 1);
        OK(amio_jack_client_remove_properties(client, uuid, &count));
        CHECK(count == 1 && properties_of(uuid, "", "", "") == 0);
        OK(amio_jack_client_set_property(client, uuid, AMIO_JACK_KEY_ORDER, "1", ""));
    } else {
        OK(amio_jack_client_remove_property(client, uuid, AMIO_JACK_KEY_PRETTY_NAME));
        OK(amio_jack_client_remove_properties(client, uuid, &count));
    }
    OK(amio_jack_client_remove_all_properties(client));
    if (!on_pipewire)
        CHECK(properties_of(0, "", "", "") == 0);
}

/* ---- Events ---- */

static void events(amio_jack_client *client)
{
    amio_jack_events *queue, *small;
    amio_jack_event event = no_event();
    amio_jack_client *other;
    struct pollfd readable;
    uint64_t lost;
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_events_new(client, 0, &queue));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_events_new(client, (1 << 20) + 1, &queue));
    OK(amio_jack_events_new(client, 100, &queue));
    OK(amio_jack_events_new(client, 1, &small));
    OK(amio_jack_events_next(queue, &event));
    OK(amio_jack_events_fd(queue, &readable.fd));
    readable.events = POLLIN;
    while (event.kind != AMIO_JACK_EVENT_NONE)
        OK(amio_jack_events_next(queue, &event));
    other = opened("other");
    CHECK(poll(&readable, 1, LONG_MS) == 1);
    expect_name(queue, AMIO_JACK_EVENT_CLIENT, 1, "other");
    OK(amio_jack_client_free(other));
    expect_name(queue, AMIO_JACK_EVENT_CLIENT, 0, "other");
    OK(amio_jack_events_lost(queue, &lost));
    CHECK(lost == 0);
    OK(amio_jack_events_lost(small, &lost));
    CHECK(lost > 0);
    OK(amio_jack_events_free(small));
    FAILS(AMIO_ERROR_INVALID_HANDLE, amio_jack_events_next(small, &event));
    OK(amio_jack_events_free(queue));
    OK(amio_jack_events_free(NULL));
}

/* All handles of a client that is closed are valid, and say so. */
static void handles_of_a_closed_client(void)
{
    amio_jack_client *client = opened("closed");
    amio_jack_port *port = registered(client, "port", AMIO_JACK_AUDIO, AMIO_JACK_PORT_INPUT);
    amio_jack_events *queue;
    amio_jack_event event = no_event();
    char name[AMIO_JACK_NAME_BYTES];
    uint32_t number;
    OK(amio_jack_events_new(client, 10, &queue));
    OK(amio_jack_client_close(client));
    FAILS(AMIO_ERROR_INVALID_STATE, amio_jack_port_name(port, name, sizeof name));
    FAILS(AMIO_ERROR_INVALID_STATE, amio_jack_port_unregister(port));
    FAILS(AMIO_ERROR_INVALID_STATE, amio_jack_client_period_frames(client, &number));
    OK(amio_jack_client_free(client));
    FAILS(AMIO_ERROR_INVALID_STATE, amio_jack_port_disconnect_all(port));
    do
        OK(amio_jack_events_next(queue, &event));
    while (event.kind != AMIO_JACK_EVENT_NONE);
    FAILS(AMIO_ERROR_TIMEOUT, amio_jack_events_wait(queue, &event, 1));
    OK(amio_jack_events_free(queue));
    OK(amio_jack_port_free(port));
}

/* The server goes: the event says why. */
static void shutdown_is_told(void)
{
    amio_jack_client *client = opened("last");
    amio_jack_events *queue;
    amio_jack_event event;
    const char *server = getenv(on_pipewire ? "PIPEWIRE_PID" : "JACKD_PID");
    char command[64];
    CHECK(server != NULL);
    OK(amio_jack_events_new(client, 100, &queue));
    OK(amio_jack_client_activate(client));
    snprintf(command, sizeof command, "kill -9 %ld", atol(server));
    CHECK(system(command) == 0);
    event = expect(queue, AMIO_JACK_EVENT_SHUTDOWN);
    printf("shutdown: status %#x, %s\n", (unsigned)event.shutdown_status, event.name);
    CHECK(event.name[0] != '\0');
    OK(amio_jack_client_free(client));
    OK(amio_jack_events_free(queue));
}

int main(int count, char **arguments)
{
    amio_jack_client *client;
    amio_jack_events *queue;
    CHECK(count == 2);
    on_pipewire = strcmp(arguments[1], "pipewire") == 0;

    before_the_first_client();
    opening();
    client = opened("ports");
    library();
    OK(amio_jack_events_new(client, 10000, &queue));
    OK(amio_jack_client_activate(client));
    server(client, queue);
    times(client);
    ports(client, queue);
    connections(client, queue);
    transport(client);
    metadata(client, queue);
    events(client);
    OK(amio_jack_client_deactivate(client));
    OK(amio_jack_events_free(queue));
    OK(amio_jack_client_free(client));
    handles_of_a_closed_client();
    shutdown_is_told();
    return 0;
}
