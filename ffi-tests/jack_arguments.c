/*
 * As arguments.c, for the functions of the section jack, beside a JACK server. tests/jack runs it; tests/ffi.rs
 * checks that one of the two programs has each function of the header.
 */
#include "table.h"

/* The variables that functions write to. A call that fails must not change any of them. */
static struct {
    uint64_t scalars[4];
    amio_jack_port_info info;
    amio_jack_position position;
    amio_jack_cycle_times times;
    amio_jack_event event;
    char name[AMIO_JACK_NAME_BYTES];
    amio_jack_block block;
    amio_jack_midi_counts counts;
} out, before;

/* The valid objects; those that a call has freed or closed are made anew. */
static struct {
    amio_jack_client *client;
    amio_jack_port *port, *midi_output, *source, *sink;
    amio_jack_names *names;
    amio_jack_properties *properties;
    amio_jack_events *events;
    amio_jack_blocks *blocks;
    amio_jack_midi_receiver *receiver;
    amio_jack_midi_sender *sender;
    amio_jack_blocks_config config;
    amio_jack_position position;
    uint64_t uuid;
} right;

/* Handles that were freed. */
static struct {
    amio_jack_client *client;
    amio_jack_port *port;
    amio_jack_names *names;
    amio_jack_properties *properties;
    amio_jack_events *events;
    amio_jack_blocks *blocks;
    amio_jack_midi_receiver *receiver;
    amio_jack_midi_sender *sender;
} stale;

static char too_long[5000];

static int32_t sync(void *user_data, uint32_t state, const amio_jack_position *position)
{
    (void)user_data, (void)state, (void)position;
    return 1;
}

static void timebase(void *user_data, uint32_t state, uint32_t frames, uint32_t is_new, amio_jack_position *position)
{
    (void)user_data, (void)state, (void)frames, (void)is_new, (void)position;
}

static void make_client(void)
{
    OK(amio_jack_client_open("arguments", NULL, NULL, &right.client));
    OK(amio_jack_client_activate(right.client));
    OK(amio_jack_port_register(right.client, "source", AMIO_JACK_AUDIO, AMIO_JACK_PORT_OUTPUT, &right.source));
    OK(amio_jack_port_register(right.client, "sink", AMIO_JACK_AUDIO, AMIO_JACK_PORT_INPUT, &right.sink));
    OK(amio_jack_port_register(right.client, "midi", AMIO_JACK_MIDI, AMIO_JACK_PORT_OUTPUT, &right.midi_output));
    OK(amio_jack_client_uuid(right.client, &right.uuid));
    OK(amio_jack_client_set_property(right.client, right.uuid, AMIO_JACK_KEY_ORDER, "1", NULL));
}

enum { BLOCK = 64 };

static const float silence[BLOCK];
static float block[BLOCK];
static const float *const outputs[] = {silence};
static float *const inputs[] = {block};

/* Streams of a client in which no cycle runs. */
static void make_streams(void)
{
    static amio_jack_client *client;
    static amio_jack_port *port[4];
    const amio_jack_port *input, *output;
    amio_jack_blocks_config config = {0};
    int at;
    if (client != NULL) {
        amio_jack_blocks_free(right.blocks);
        amio_jack_midi_receiver_free(right.receiver);
        amio_jack_midi_sender_free(right.sender);
        for (at = 0; at < 4; at++)
            OK(amio_jack_port_free(port[at]));
        OK(amio_jack_client_free(client));
    }
    OK(amio_jack_client_open("still", NULL, NULL, &client));
    OK(amio_jack_port_register(client, "in", AMIO_JACK_AUDIO, AMIO_JACK_PORT_INPUT, &port[0]));
    OK(amio_jack_port_register(client, "out", AMIO_JACK_AUDIO, AMIO_JACK_PORT_OUTPUT, &port[1]));
    OK(amio_jack_port_register(client, "midi_in", AMIO_JACK_MIDI, AMIO_JACK_PORT_INPUT, &port[2]));
    OK(amio_jack_port_register(client, "midi_out", AMIO_JACK_MIDI, AMIO_JACK_PORT_OUTPUT, &port[3]));
    input = port[0];
    output = port[1];
    config.struct_size = sizeof config;
    config.block_frames = BLOCK;
    config.inputs = &input;
    config.input_count = 1;
    config.outputs = &output;
    config.output_count = 1;
    OK(amio_jack_blocks_new(client, &config, &right.blocks));
    OK(amio_jack_midi_receiver_new(client, port[2], 10, &right.receiver));
    OK(amio_jack_midi_sender_new(client, port[3], 10, &right.sender));
}

/* A queue that gets no events, since its client is closed. */
static void make_events(void)
{
    amio_jack_client *client;
    OK(amio_jack_client_open("quiet", NULL, NULL, &client));
    OK(amio_jack_events_new(client, 10, &right.events));
    OK(amio_jack_client_free(client));
}

static void make_right(void)
{
    uint32_t frames;
    uint64_t lost;
    char name[AMIO_JACK_NAME_BYTES];
    amio_jack_midi_counts counts = {0};
    counts.struct_size = sizeof counts;
    if (right.client == NULL || amio_jack_client_period_frames(right.client, &frames) != AMIO_OK) {
        amio_jack_client_free(right.client);
        amio_jack_port_free(right.source);
        amio_jack_port_free(right.sink);
        amio_jack_port_free(right.midi_output);
        make_client();
    }
    if (right.port == NULL || amio_jack_port_name(right.port, name, sizeof name) != AMIO_OK) {
        amio_jack_port_unregister(right.port);
        amio_jack_port_free(right.port);
        amio_jack_port_register(right.client, "port", AMIO_JACK_MIDI, AMIO_JACK_PORT_INPUT, &right.port);
    }
    OK(amio_jack_client_find_ports(right.client, "arguments", NULL, 0, &right.names));
    OK(amio_jack_get_properties(0, &right.properties));
    if (amio_jack_events_lost(right.events, &lost) != AMIO_OK)
        make_events();
    if (amio_jack_blocks_latency_frames(right.blocks, &frames) != AMIO_OK ||
        amio_jack_midi_receiver_lost(right.receiver, &lost) != AMIO_OK ||
        amio_jack_midi_sender_counts(right.sender, &counts) != AMIO_OK)
        make_streams();
    memset(&right.config, 0, sizeof right.config);
    right.config.struct_size = sizeof right.config;
    right.config.block_frames = BLOCK;
    memset(&right.position, 0, sizeof right.position);
    right.position.struct_size = sizeof right.position;

    memset(&out, 0xA5, sizeof out);
    out.info.struct_size = sizeof out.info;
    out.position.struct_size = sizeof out.position;
    out.times.struct_size = sizeof out.times;
    out.event.struct_size = sizeof out.event;
    out.block.struct_size = sizeof out.block;
    out.counts.struct_size = sizeof out.counts;
    memcpy(&before, &out, sizeof out);
}

static void free_right(void)
{
    amio_jack_names_free(right.names);
    amio_jack_properties_free(right.properties);
}

static int nothing_was_written(void)
{
    return memcmp(&out, &before, sizeof out) == 0;
}

/*
 * The letters. For a handle or a text, the small letter means that NULL is allowed.
 *
 *   C P L M Q    client, port, list of names, list of properties, queue of events
 *   G H J R      blocks, receiver, sender, port for MIDI that goes out
 *   O F d a      configuration of blocks, their output and input, bytes of an event
 *   U y          structs that are written: block, counts of a sender
 *   1 2 3 4      pointers to numbers and handles that are written
 *   I X T V      structs that are written: port, position, times of a cycle, event
 *   x            position that is written, or NULL
 *   Y            position that is read
 *   N Z          text that is written, and its capacity
 *   A E B        names of ports: an output, an input, an input that must be there
 *   S D t        short name of a port, another one, type of a port
 *   K W k        text, text of any length, pattern
 *   b j f m      a number below 2 (0 or 1 is passed), flags of a port, flags of a port that is looked for
 *   i e          index in a list, capacity of a queue
 *   u p * 9      any number: the UUID, the period, 1, the largest
 */
static value right_value(char kind)
{
    static char text[] = "arguments", source[] = "arguments:source", sink[] = "arguments:sink", name[] = "new",
                other[] = "other", type[] = AMIO_JACK_AUDIO;
    switch (kind) {
    case 'C': case 'c': return pointer(right.client);
    case 'P': case 'q': return pointer(right.port);
    case 'L': case 'l': return pointer(right.names);
    case 'M': case 'n': return pointer(right.properties);
    case 'Q': case 'r': return pointer(right.events);
    case 'G': case 'g': return pointer(right.blocks);
    case 'H': case 'h': return pointer(right.receiver);
    case 'J': case 's': return pointer(right.sender);
    case 'R': return pointer(right.midi_output);
    case 'O': return pointer(&right.config);
    case 'F': return pointer((void *)outputs);
    case 'd': return pointer((void *)inputs);
    case 'a': return pointer(text);
    case 'U': return pointer(&out.block);
    case 'y': return pointer(&out.counts);
    case '1': case '2': case '3': case '4': return pointer(&out.scalars[kind - '1']);
    case 'I': return pointer(&out.info);
    case 'X': case 'x': return pointer(&out.position);
    case 'T': return pointer(&out.times);
    case 'V': return pointer(&out.event);
    case 'Y': return pointer(&right.position);
    case 'N': return pointer(out.name);
    case 'Z': return number(sizeof out.name);
    case 'A': return pointer(source);
    case 'B': case 'E': return pointer(sink);
    case 'S': return pointer(name);
    case 'D': return pointer(other);
    case 't': return pointer(type);
    case 'K': case 'W': case 'k': return pointer(text);
    case 'f': return number(AMIO_JACK_PORT_OUTPUT);
    case 'e': return number(10);
    case 'u': return number(right.uuid);
    case 'p': return number(256);
    case '*': case 'j': return number(1);
    case '9': return number(UINT32_MAX);
    default: return number(0);
    }
}

static amio_status wrong_value(char kind, int which, value *wrong)
{
    static uint64_t memory[8];
    static char not_utf8[] = "\xff\xfe", nothing[] = "no such:port";
    const int null_is_fine = kind >= 'a' && kind <= 'z';
    value list[24];
    amio_status error = AMIO_ERROR_INVALID_ARGUMENT;
    int count = 0;

    switch (kind) {
    case 'C': case 'c': case 'P': case 'q': case 'L': case 'l': case 'M': case 'n': case 'Q': case 'r':
    case 'G': case 'g': case 'H': case 'h': case 'J': case 's': case 'R':
        if (which == 0 && !null_is_fine) {
            *wrong = pointer(NULL);
            return AMIO_ERROR_NULL_POINTER;
        }
        error = AMIO_ERROR_INVALID_HANDLE;
        if (!null_is_fine)
            which--;
        list[count++] = pointer(stale.client);
        list[count++] = pointer(stale.port);
        list[count++] = pointer(stale.names);
        list[count++] = pointer(stale.properties);
        list[count++] = pointer(stale.events);
        list[count++] = pointer(stale.blocks);
        list[count++] = pointer(stale.receiver);
        list[count++] = pointer(stale.sender);
        list[count++] = pointer(memory);
        list[count++] = number(1);
        list[count++] = number(UINT64_MAX);
        list[count++] = number((uint64_t)(uintptr_t)right_value(kind).p ^ 8);
        list[count++] = number((uint64_t)(uintptr_t)right_value(kind).p + 1);
        if (right_value(kind).p != right.client)
            list[count++] = pointer(right.client);
        if (right_value(kind).p != right.port && kind != 'R')
            list[count++] = pointer(right.port);
        if (right_value(kind).p != right.names)
            list[count++] = pointer(right.names);
        if (right_value(kind).p != right.properties)
            list[count++] = pointer(right.properties);
        if (right_value(kind).p != right.events)
            list[count++] = pointer(right.events);
        break;
    case '1': case '2': case '3': case '4': case 'I': case 'X': case 'T': case 'V': case 'Y': case 'N':
    case 'O': case 'F': case 'd': case 'a': case 'U': case 'y':
        error = AMIO_ERROR_NULL_POINTER;
        list[count++] = pointer(NULL);
        break;
    case 'A': case 'B': case 'E': case 'S': case 'D': case 't': case 'K': case 'W': case 'k':
        if (which == 0 && (!null_is_fine || kind == 't')) {
            *wrong = pointer(NULL);
            return AMIO_ERROR_NULL_POINTER;
        }
        if (!null_is_fine || kind == 't')
            which--;
        list[count++] = pointer(not_utf8);
        if (kind != 'W')
            list[count++] = pointer(too_long);
        if (kind == 'B')
            list[count++] = pointer(nothing);
        break;
    case 'Z':
        error = AMIO_ERROR_BUFFER_TOO_SMALL;
        list[count++] = number(0);
        list[count++] = number(1);
        break;
    case 'b': case 'j':
        list[count++] = number(2);
        list[count++] = number(UINT32_MAX);
        break;
    case 'f':
        list[count++] = number(0);
        list[count++] = number(AMIO_JACK_PORT_INPUT | AMIO_JACK_PORT_OUTPUT);
        /* fall through */
    case 'm':
        list[count++] = number(0x21);
        list[count++] = number(UINT32_MAX);
        break;
    case 'i':
        list[count++] = number(1000);
        list[count++] = number(SIZE_MAX);
        break;
    case 'e':
        list[count++] = number(0);
        list[count++] = number((1 << 20) + 1);
        list[count++] = number(SIZE_MAX);
        break;
    default:
        break;
    }
    if (which >= count)
        return AMIO_OK;
    *wrong = list[which];
    return error;
}

FUNCTION(amio_jack_client_name, A0, A1, U(2))
FUNCTION(amio_jack_client_uuid, A0, A1)
FUNCTION(amio_jack_client_uuid_of, A0, A1, A2)
FUNCTION(amio_jack_client_name_of, A0, U(1), A2, U(3))
FUNCTION(amio_jack_client_frame_rate_hz, A0, A1)
FUNCTION(amio_jack_client_period_frames, A0, A1)
FUNCTION(amio_jack_client_set_period_frames, A0, U32(1))
FUNCTION(amio_jack_client_cpu_load_percent, A0, A1)
FUNCTION(amio_jack_client_is_realtime, A0, A1)
FUNCTION(amio_jack_client_max_delayed_us, A0, A1)
FUNCTION(amio_jack_client_reset_max_delayed, A0)
FUNCTION(amio_jack_client_set_freewheel, A0, U32(1))
FUNCTION(amio_jack_client_frame_time, A0, A1)
FUNCTION(amio_jack_client_last_frame_time, A0, A1)
FUNCTION(amio_jack_client_frames_since_cycle_start, A0, A1)
FUNCTION(amio_jack_client_frames_to_time, A0, U32(1), A2)
FUNCTION(amio_jack_client_time_to_frames, A0, U(1), A2)
FUNCTION(amio_jack_client_cycle_times, A0, A1)
FUNCTION(amio_jack_time_us, A0)
FUNCTION(amio_jack_version, A0, A1, A2, a[3].p)
FUNCTION(amio_jack_version_string, A0, U(1))
FUNCTION(amio_jack_longest_client_name, A0)
FUNCTION(amio_jack_longest_port_name, A0)
FUNCTION(amio_jack_client_pid, A0, A1)
FUNCTION(amio_jack_set_log, NULL, A0)
FUNCTION(amio_jack_names_count, A0, A1)
FUNCTION(amio_jack_names_get, A0, U(1), A2, U(3))
FUNCTION(amio_jack_names_free, A0)
FUNCTION(amio_jack_port_register, A0, A1, A2, U32(3), a[4].p)
FUNCTION(amio_jack_port_name, A0, A1, U(2))
FUNCTION(amio_jack_port_rename, A0, A1)
FUNCTION(amio_jack_port_connections, A0, A1)
FUNCTION(amio_jack_port_disconnect_all, A0)
FUNCTION(amio_jack_port_unregister, A0)
FUNCTION(amio_jack_port_free, A0)
FUNCTION(amio_jack_client_port, A0, A1, A2)
FUNCTION(amio_jack_client_port_by_id, A0, U32(1), A2)
FUNCTION(amio_jack_client_has_port, A0, A1, A2)
FUNCTION(amio_jack_client_find_ports, A0, A1, A2, U32(3), a[4].p)
FUNCTION(amio_jack_client_connections, A0, A1, A2)
FUNCTION(amio_jack_client_latency, A0, A1, U32(2), a[3].p, a[4].p)
FUNCTION(amio_jack_client_is_monitored, A0, A1, A2)
FUNCTION(amio_jack_client_connect, A0, A1, A2)
FUNCTION(amio_jack_client_disconnect, A0, A1, A2)
FUNCTION(amio_jack_client_recompute_latencies, A0)
FUNCTION(amio_jack_client_rename_port, A0, A1, A2)
FUNCTION(amio_jack_client_set_alias, A0, A1, A2)
FUNCTION(amio_jack_client_unset_alias, A0, A1, A2)
FUNCTION(amio_jack_client_request_monitor, A0, A1, U32(2))
FUNCTION(amio_jack_client_transport_start, A0)
FUNCTION(amio_jack_client_transport_stop, A0)
FUNCTION(amio_jack_client_transport_locate, A0, U32(1))
FUNCTION(amio_jack_client_transport_reposition, A0, A1)
FUNCTION(amio_jack_client_transport, A0, A1, A2)
FUNCTION(amio_jack_client_transport_frame, A0, A1)
FUNCTION(amio_jack_client_set_sync_timeout, A0, U(1))
FUNCTION(amio_jack_client_set_sync, A0, sync, NULL)
FUNCTION(amio_jack_client_set_timebase, A0, U32(1), timebase, NULL)
FUNCTION(amio_jack_client_release_timebase, A0)
FUNCTION(amio_jack_client_set_property, A0, U(1), A2, a[3].p, a[4].p)
FUNCTION(amio_jack_client_remove_property, A0, U(1), A2)
FUNCTION(amio_jack_client_remove_properties, A0, U(1), A2)
FUNCTION(amio_jack_client_remove_all_properties, A0)
FUNCTION(amio_jack_get_properties, U(0), A1)
FUNCTION(amio_jack_properties_count, A0, A1)
FUNCTION(amio_jack_properties_get, A0, U(1), A2, a[3].p, a[4].p, a[5].p)
FUNCTION(amio_jack_properties_free, A0)
FUNCTION(amio_jack_events_new, A0, U(1), A2)
FUNCTION(amio_jack_events_next, A0, A1)
FUNCTION(amio_jack_events_wait, A0, A1, U32(2))
FUNCTION(amio_jack_events_fd, A0, A1)
FUNCTION(amio_jack_events_lost, A0, A1)
FUNCTION(amio_jack_events_free, A0)
FUNCTION(amio_jack_blocks_new, A0, A1, A2)
FUNCTION(amio_jack_blocks_exchange, A0, A1, A2, U32(3), a[4].p)
FUNCTION(amio_jack_blocks_read, A0, A1, U32(2), a[3].p)
FUNCTION(amio_jack_blocks_write, A0, A1, U32(2), NULL)
FUNCTION(amio_jack_blocks_write_at, A0, U32(1), A2, U32(3))
FUNCTION(amio_jack_blocks_latency_frames, A0, A1)
FUNCTION(amio_jack_blocks_fd, A0, A1)
FUNCTION(amio_jack_blocks_free, A0)
FUNCTION(amio_jack_midi_receiver_new, A0, A1, U(2), a[3].p)
FUNCTION(amio_jack_midi_receiver_next, A0, A1, A2, U(3), a[4].p)
FUNCTION(amio_jack_midi_receiver_wait, A0, A1, A2, U(3), a[4].p, U32(5))
FUNCTION(amio_jack_midi_receiver_fd, A0, A1)
FUNCTION(amio_jack_midi_receiver_lost, A0, A1)
FUNCTION(amio_jack_midi_receiver_free, A0)
FUNCTION(amio_jack_midi_sender_new, A0, A1, U(2), a[3].p)
FUNCTION(amio_jack_midi_sender_send, A0, U32(1), A2, U(3))
FUNCTION(amio_jack_midi_sender_counts, A0, A1)
FUNCTION(amio_jack_midi_sender_free, A0)
FUNCTION(amio_jack_port_set_latency, A0, U32(1), U32(2), U32(3))
FUNCTION(amio_jack_port_clear_latency, A0, U32(1))
FUNCTION(amio_jack_client_activate, A0)
FUNCTION(amio_jack_client_deactivate, A0)
FUNCTION(amio_jack_client_close, A0)
FUNCTION(amio_jack_client_free, A0)

/* Some valid calls need what those before them have done. */
static const struct function table[] = {
    LINE(amio_jack_blocks_new, "CO1"),
    {"amio_jack_blocks_exchange", "GFd*U", call_amio_jack_blocks_exchange, AMIO_ERROR_TIMEOUT},
    {"amio_jack_blocks_read", "Gd*U", call_amio_jack_blocks_read, AMIO_ERROR_TIMEOUT},
    LINE(amio_jack_blocks_write, "GF*"),
    LINE(amio_jack_blocks_write_at, "G*F*"),
    LINE(amio_jack_blocks_latency_frames, "G1"),
    LINE(amio_jack_blocks_fd, "G1"),
    LINE(amio_jack_blocks_free, "g"),
    LINE(amio_jack_midi_receiver_new, "CPe1"),
    LINE(amio_jack_midi_receiver_next, "H1N*2"),
    {"amio_jack_midi_receiver_wait", "H1N*2*", call_amio_jack_midi_receiver_wait, AMIO_ERROR_TIMEOUT},
    LINE(amio_jack_midi_receiver_fd, "H1"),
    LINE(amio_jack_midi_receiver_lost, "H1"),
    LINE(amio_jack_midi_receiver_free, "h"),
    LINE(amio_jack_midi_sender_new, "CRe1"),
    LINE(amio_jack_midi_sender_send, "J*a*"),
    LINE(amio_jack_midi_sender_counts, "Jy"),
    LINE(amio_jack_midi_sender_free, "s"),
    LINE(amio_jack_port_set_latency, "Pb**"),
    LINE(amio_jack_port_clear_latency, "Pb"),
    LINE(amio_jack_client_name, "CNZ"),
    LINE(amio_jack_client_uuid, "C1"),
    LINE(amio_jack_client_uuid_of, "CK1"),
    LINE(amio_jack_client_name_of, "CuNZ"),
    LINE(amio_jack_client_frame_rate_hz, "C1"),
    LINE(amio_jack_client_period_frames, "C1"),
    LINE(amio_jack_client_set_period_frames, "Cp"),
    LINE(amio_jack_client_cpu_load_percent, "C1"),
    LINE(amio_jack_client_is_realtime, "C1"),
    LINE(amio_jack_client_max_delayed_us, "C1"),
    LINE(amio_jack_client_reset_max_delayed, "C"),
    LINE(amio_jack_client_set_freewheel, "Cj"),
    LINE(amio_jack_client_set_freewheel, "Cb"),
    LINE(amio_jack_client_frame_time, "C1"),
    LINE(amio_jack_client_last_frame_time, "C1"),
    LINE(amio_jack_client_frames_since_cycle_start, "C1"),
    LINE(amio_jack_client_frames_to_time, "C*1"),
    LINE(amio_jack_client_time_to_frames, "C*1"),
    LINE(amio_jack_client_cycle_times, "CT"),
    LINE(amio_jack_time_us, "1"),
    LINE(amio_jack_version, "1234"),
    LINE(amio_jack_version_string, "NZ"),
    LINE(amio_jack_longest_client_name, "1"),
    LINE(amio_jack_longest_port_name, "1"),
    LINE(amio_jack_client_pid, "K1"),
    LINE(amio_jack_set_log, "*"),
    LINE(amio_jack_names_count, "L1"),
    LINE(amio_jack_names_get, "LiNZ"),
    LINE(amio_jack_names_free, "l"),
    LINE(amio_jack_port_register, "CStf1"),
    LINE(amio_jack_port_name, "PNZ"),
    LINE(amio_jack_port_rename, "PD"),
    LINE(amio_jack_port_connections, "P1"),
    LINE(amio_jack_port_disconnect_all, "P"),
    LINE(amio_jack_port_unregister, "P"),
    LINE(amio_jack_port_free, "q"),
    LINE(amio_jack_client_port, "CBI"),
    {"amio_jack_client_port_by_id", "C9I", call_amio_jack_client_port_by_id, AMIO_ERROR_INVALID_ARGUMENT},
    LINE(amio_jack_client_has_port, "CA1"),
    LINE(amio_jack_client_find_ports, "Ckkm1"),
    LINE(amio_jack_client_connections, "CB1"),
    LINE(amio_jack_client_latency, "CBb12"),
    LINE(amio_jack_client_is_monitored, "CB1"),
    LINE(amio_jack_client_connect, "CAE"),
    LINE(amio_jack_client_disconnect, "CAE"),
    LINE(amio_jack_client_recompute_latencies, "C"),
    LINE(amio_jack_client_set_alias, "CBK"),
    LINE(amio_jack_client_unset_alias, "CBK"),
    LINE(amio_jack_client_request_monitor, "CBb"),
    LINE(amio_jack_client_transport_start, "C"),
    LINE(amio_jack_client_transport_stop, "C"),
    LINE(amio_jack_client_transport_locate, "C*"),
    LINE(amio_jack_client_transport_reposition, "CY"),
    LINE(amio_jack_client_transport, "C1x"),
    LINE(amio_jack_client_transport_frame, "C1"),
    LINE(amio_jack_client_set_sync_timeout, "C*"),
    LINE(amio_jack_client_set_sync, "C"),
    LINE(amio_jack_client_set_timebase, "Cb"),
    LINE(amio_jack_client_release_timebase, "C"),
    LINE(amio_jack_client_rename_port, "CAD"),
    LINE(amio_jack_get_properties, "u1"),
    LINE(amio_jack_properties_count, "M1"),
    LINE(amio_jack_properties_get, "Mi1234"),
    LINE(amio_jack_properties_free, "n"),
    LINE(amio_jack_client_set_property, "CuKWk"),
    LINE(amio_jack_client_remove_property, "CuK"),
    LINE(amio_jack_client_remove_properties, "Cu1"),
    LINE(amio_jack_client_remove_all_properties, "C"),
    LINE(amio_jack_events_new, "Ce1"),
    LINE(amio_jack_events_next, "QV"),
    {"amio_jack_events_wait", "QV*", call_amio_jack_events_wait, AMIO_ERROR_TIMEOUT},
    LINE(amio_jack_events_fd, "Q1"),
    LINE(amio_jack_events_lost, "Q1"),
    LINE(amio_jack_events_free, "r"),
    LINE(amio_jack_client_activate, "C"),
    LINE(amio_jack_client_deactivate, "C"),
    LINE(amio_jack_client_close, "C"),
    LINE(amio_jack_client_free, "c"),
};

static void opening(void)
{
    amio_jack_options options = {0};
    amio_jack_client *client = (amio_jack_client *)&options;
    uint32_t status = 0;

    options.struct_size = sizeof options;
    FAILS(AMIO_ERROR_NULL_POINTER, amio_jack_client_open(NULL, &options, &status, &client));
    CHECK(status == AMIO_JACK_STATUS_FAILURE);
    FAILS(AMIO_ERROR_NULL_POINTER, amio_jack_client_open("new", &options, &status, NULL));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_client_open("", &options, NULL, &client));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_client_open("\xff", &options, NULL, &client));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_client_open("a:b", &options, NULL, &client));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_client_open(too_long, &options, NULL, &client));
    options.exact_name = 2;
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_client_open("new", &options, NULL, &client));
    options.exact_name = 0;
    options.start_server = 2;
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_client_open("new", &options, NULL, &client));
    options.start_server = 0;
    options.reserved = 1;
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_client_open("new", &options, NULL, &client));
    options.reserved = 0;
    options.server_name = too_long;
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_client_open("new", &options, NULL, &client));
    options.server_name = NULL;
    options.session_id = "\xff";
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_client_open("new", &options, NULL, &client));
    options.struct_size = 3;
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_client_open("new", &options, NULL, &client));
    CHECK(client == (amio_jack_client *)&options);
}

/* Inputs are written to, so nothing else may be there. */
static void memory_that_overlaps(void)
{
    static float samples[3 * BLOCK];
    const amio_jack_port *ports[2];
    amio_jack_blocks_config config = {0};
    amio_jack_blocks *blocks;
    amio_jack_block info = {0};
    float *apart[2] = {samples, samples + BLOCK}, *overlapping[2] = {samples + 1, samples + BLOCK};
    const float *answer[1] = {samples + 2 * BLOCK}, *in_place[1] = {samples + 1};
    ports[0] = ports[1] = right.sink;
    info.struct_size = sizeof info;
    config.struct_size = sizeof config;
    config.block_frames = BLOCK;
    config.inputs = ports;
    config.input_count = 2;
    config.outputs = (const amio_jack_port *const *)&right.source;
    config.output_count = 1;
    OK(amio_jack_blocks_new(right.client, &config, &blocks));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_blocks_exchange(blocks, in_place, apart, 0, &info));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_blocks_exchange(blocks, answer, overlapping, 0, &info));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_blocks_read(blocks, overlapping, 0, &info));
    CHECK(strstr(amio_last_error_message(), "overlaps") != NULL);
    answer[0] = NULL;
    FAILS(AMIO_ERROR_NULL_POINTER, amio_jack_blocks_exchange(blocks, answer, apart, 0, &info));
    CHECK(strstr(amio_last_error_message(), "output[0] is NULL") != NULL);
    answer[0] = samples + 2 * BLOCK;
    OK(amio_jack_blocks_exchange(blocks, answer, apart, 10000, &info));
    OK(amio_jack_blocks_free(blocks));
}

/* Values of a configuration, and ports that do not fit. */
static void streams(void)
{
    const amio_jack_port *input, *output, *midi;
    amio_jack_blocks *blocks = (amio_jack_blocks *)&input;
    amio_jack_midi_receiver *receiver = (amio_jack_midi_receiver *)&input;
    amio_jack_midi_sender *sender = (amio_jack_midi_sender *)&input;
    make_right();
    input = right.sink;
    output = right.source;
    midi = right.port;
    right.config.block_frames = 0;
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_blocks_new(right.client, &right.config, &blocks));
    right.config.block_frames = 65537;
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_blocks_new(right.client, &right.config, &blocks));
    right.config.block_frames = BLOCK;
    right.config.queued_blocks = 65537;
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_blocks_new(right.client, &right.config, &blocks));
    right.config.queued_blocks = 0;
    right.config.latency_frames = (1 << 24) + 1;
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_blocks_new(right.client, &right.config, &blocks));
    right.config.latency_frames = 0;
    right.config.input_count = 1;
    FAILS(AMIO_ERROR_NULL_POINTER, amio_jack_blocks_new(right.client, &right.config, &blocks));
    right.config.inputs = &output;
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_blocks_new(right.client, &right.config, &blocks));
    right.config.inputs = &midi;
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_blocks_new(right.client, &right.config, &blocks));
    right.config.input_count = 1025;
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_blocks_new(right.client, &right.config, &blocks));
    right.config.input_count = 0;
    right.config.outputs = &input;
    right.config.output_count = 1;
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_blocks_new(right.client, &right.config, &blocks));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_midi_receiver_new(right.client, right.midi_output, 10, &receiver));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_midi_receiver_new(right.client, right.sink, 10, &receiver));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_midi_sender_new(right.client, right.port, 10, &sender));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_midi_sender_send(right.sender, 0, (const uint8_t *)"", 0));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_midi_sender_send(right.sender, 0, (uint8_t *)too_long, 161));
    OK(amio_jack_midi_sender_send(right.sender, 0, (uint8_t *)too_long, 1));
    FAILS(AMIO_ERROR_QUEUE_FULL, amio_jack_midi_sender_send(right.sender, 0, (uint8_t *)too_long, 160));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_port_set_latency(right.source, AMIO_JACK_LATENCY_CAPTURE, 2, 1));
    memory_that_overlaps();
    CHECK((void *)blocks == (void *)&input && (void *)receiver == (void *)&input && (void *)sender == (void *)&input);
    free_right();
}

/* Of a client that is closed, each function says so. */
static void closed(void)
{
    const size_t lines = sizeof table / sizeof table[0];
    size_t line, at;
    make_right();
    OK(amio_jack_client_close(right.client));
    for (line = 0; line < lines; line++) {
        value arguments[MOST_ARGUMENTS];
        const char *kinds = table[line].kinds;
        if (kinds[0] != 'C' && kinds[0] != 'P')
            continue;
        if (table[line].call == call_amio_jack_client_close)
            continue;
        for (at = 0; kinds[at] != '\0'; at++)
            arguments[at] = right_value(kinds[at]);
        if (table[line].call(arguments) != AMIO_ERROR_INVALID_STATE)
            fprintf(stderr, "%s: %s\n", table[line].name, amio_last_error_message());
        CHECK(table[line].call(arguments) == AMIO_ERROR_INVALID_STATE);
        CHECK(nothing_was_written());
    }
    free_right();
}

int main(void)
{
    const size_t lines = sizeof table / sizeof table[0];
    size_t line;
    int tried = 0;

    memset(too_long, 'x', sizeof too_long - 1);
    make_right();
    stale.client = right.client;
    stale.port = right.port;
    stale.names = right.names;
    stale.properties = right.properties;
    stale.events = right.events;
    stale.blocks = right.blocks;
    stale.receiver = right.receiver;
    stale.sender = right.sender;
    free_right();
    OK(amio_jack_events_free(right.events));
    OK(amio_jack_blocks_free(right.blocks));
    OK(amio_jack_midi_receiver_free(right.receiver));
    OK(amio_jack_midi_sender_free(right.sender));
    OK(amio_jack_port_free(right.port));
    OK(amio_jack_client_free(right.client));
    opening();
    streams();
    for (line = 0; line < lines; line++)
        tried += try_all(&table[line]);
    closed();
    printf("%d calls of %d functions\n", tried, (int)lines);
    return 0;
}
