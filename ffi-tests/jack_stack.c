/*
 * As stack.c, for the functions of the section jack, beside a JACK server. The argument is the limit in bytes. What is
 * measured contains what libjack takes.
 */
#include "measure.h"

static struct {
    amio_jack_client *client;
    amio_jack_port *source, *sink;
    amio_jack_names *names;
    amio_jack_properties *properties;
    amio_jack_events *events;
    uint64_t uuid;
} with;

static int32_t sync(void *user_data, uint32_t state, const amio_jack_position *position)
{
    (void)user_data, (void)state, (void)position;
    return 1;
}

static void timebase(void *user_data, uint32_t state, uint32_t frames, uint32_t is_new, amio_jack_position *position)
{
    (void)user_data, (void)state, (void)frames, (void)is_new, (void)position;
}

static void open_client(void)
{
    uint32_t status;
    OK(amio_jack_client_open("stack", NULL, &status, &with.client));
    OK(amio_jack_events_new(with.client, 1000, &with.events));
}

static void library(void)
{
    uint32_t numbers[4];
    size_t bytes;
    char text[256];
    int32_t pid;
    OK(amio_jack_version(&numbers[0], &numbers[1], &numbers[2], &numbers[3]));
    OK(amio_jack_version_string(text, sizeof text));
    OK(amio_jack_longest_client_name(&bytes));
    OK(amio_jack_longest_port_name(&bytes));
    OK(amio_jack_client_pid("stack", &pid));
}

static void activate(void)
{
    OK(amio_jack_client_activate(with.client));
}

static void names(void)
{
    char name[AMIO_JACK_NAME_BYTES];
    OK(amio_jack_client_name(with.client, name, sizeof name));
    OK(amio_jack_client_uuid(with.client, &with.uuid));
    OK(amio_jack_client_uuid_of(with.client, name, &with.uuid));
    OK(amio_jack_client_name_of(with.client, with.uuid, name, sizeof name));
}

static void server(void)
{
    uint32_t number;
    float part;
    OK(amio_jack_client_frame_rate_hz(with.client, &number));
    OK(amio_jack_client_is_realtime(with.client, &number));
    OK(amio_jack_client_cpu_load_percent(with.client, &part));
    OK(amio_jack_client_max_delayed_us(with.client, &part));
    OK(amio_jack_client_reset_max_delayed(with.client));
    OK(amio_jack_client_period_frames(with.client, &number));
    OK(amio_jack_client_set_period_frames(with.client, number));
    OK(amio_jack_client_set_freewheel(with.client, 1));
    OK(amio_jack_client_set_freewheel(with.client, 0));
}

static void time_of_server(void)
{
    uint32_t frame;
    uint64_t us;
    amio_jack_cycle_times times;
    memset(&times, 0, sizeof times);
    times.struct_size = sizeof times;
    OK(amio_jack_client_frame_time(with.client, &frame));
    OK(amio_jack_client_last_frame_time(with.client, &frame));
    OK(amio_jack_client_frames_since_cycle_start(with.client, &frame));
    OK(amio_jack_client_frames_to_time(with.client, frame, &us));
    OK(amio_jack_client_time_to_frames(with.client, us, &frame));
    OK(amio_jack_client_cycle_times(with.client, &times));
    OK(amio_jack_time_us(&us));
}

static void register_ports(void)
{
    char name[AMIO_JACK_NAME_BYTES];
    OK(amio_jack_port_register(with.client, "source", AMIO_JACK_AUDIO, AMIO_JACK_PORT_OUTPUT, &with.source));
    OK(amio_jack_port_register(with.client, "sink", AMIO_JACK_AUDIO, AMIO_JACK_PORT_INPUT, &with.sink));
    OK(amio_jack_port_name(with.source, name, sizeof name));
    OK(amio_jack_port_rename(with.sink, "drain"));
}

static void look_up(void)
{
    static amio_jack_port_info info;
    uint32_t number, other;
    char name[AMIO_JACK_NAME_BYTES];
    size_t count;
    info.struct_size = sizeof info;
    OK(amio_jack_client_port(with.client, "stack:source", &info));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_jack_client_port_by_id(with.client, UINT32_MAX, &info));
    OK(amio_jack_client_has_port(with.client, "stack:source", &number));
    OK(amio_jack_client_find_ports(with.client, "^stack:(source|drain)$", "audio", 0, &with.names));
    OK(amio_jack_names_count(with.names, &count));
    OK(amio_jack_names_get(with.names, 0, name, sizeof name));
    OK(amio_jack_names_free(with.names));
    OK(amio_jack_client_latency(with.client, "stack:source", AMIO_JACK_LATENCY_CAPTURE, &number, &other));
    OK(amio_jack_client_is_monitored(with.client, "stack:source", &number));
}

static void connect_ports(void)
{
    OK(amio_jack_client_connect(with.client, "stack:source", "stack:drain"));
    OK(amio_jack_client_connections(with.client, "stack:source", &with.names));
    OK(amio_jack_names_free(with.names));
    OK(amio_jack_port_connections(with.source, &with.names));
    OK(amio_jack_names_free(with.names));
    OK(amio_jack_client_recompute_latencies(with.client));
    OK(amio_jack_client_disconnect(with.client, "stack:source", "stack:drain"));
    OK(amio_jack_port_disconnect_all(with.source));
    OK(amio_jack_client_set_alias(with.client, "stack:source", "alias"));
    OK(amio_jack_client_unset_alias(with.client, "stack:source", "alias"));
    OK(amio_jack_client_request_monitor(with.client, "stack:source", 0));
}

static void transport(void)
{
    amio_jack_position position;
    uint32_t number;
    memset(&position, 0, sizeof position);
    position.struct_size = sizeof position;
    OK(amio_jack_client_set_sync_timeout(with.client, 100000));
    OK(amio_jack_client_set_sync(with.client, sync, NULL));
    OK(amio_jack_client_transport_start(with.client));
    OK(amio_jack_client_transport_stop(with.client));
    OK(amio_jack_client_transport_locate(with.client, 0));
    OK(amio_jack_client_transport_reposition(with.client, &position));
    OK(amio_jack_client_transport(with.client, &number, &position));
    OK(amio_jack_client_transport_frame(with.client, &number));
    OK(amio_jack_client_set_sync(with.client, NULL, NULL));
    OK(amio_jack_client_set_timebase(with.client, 0, timebase, NULL));
}

static void metadata(void)
{
    const char *key, *value, *type;
    uint64_t subject;
    uint32_t removed;
    size_t count;
    OK(amio_jack_client_set_property(with.client, with.uuid, AMIO_JACK_KEY_ORDER, "1", NULL));
    OK(amio_jack_get_properties(with.uuid, &with.properties));
    OK(amio_jack_properties_free(with.properties));
    OK(amio_jack_get_properties(0, &with.properties));
    OK(amio_jack_properties_count(with.properties, &count));
    OK(amio_jack_properties_get(with.properties, 0, &subject, &key, &value, &type));
    OK(amio_jack_properties_free(with.properties));
    OK(amio_jack_client_remove_property(with.client, with.uuid, AMIO_JACK_KEY_ORDER));
    OK(amio_jack_client_remove_properties(with.client, with.uuid, &removed));
    OK(amio_jack_client_remove_all_properties(with.client));
}

static void events(void)
{
    amio_jack_event event;
    uint64_t lost;
    int descriptor;
    memset(&event, 0, sizeof event);
    event.struct_size = sizeof event;
    OK(amio_jack_events_wait(with.events, &event, 10000));
    OK(amio_jack_events_next(with.events, &event));
    OK(amio_jack_events_lost(with.events, &lost));
    OK(amio_jack_events_fd(with.events, &descriptor));
    OK(amio_jack_events_free(with.events));
}

static void give_back(void)
{
    OK(amio_jack_port_unregister(with.source));
    OK(amio_jack_port_free(with.source));
    OK(amio_jack_client_deactivate(with.client));
    OK(amio_jack_client_release_timebase(with.client));
    OK(amio_jack_client_close(with.client));
    OK(amio_jack_client_free(with.client));
    OK(amio_jack_port_free(with.sink));
}

int main(int count, char **arguments)
{
    CHECK(count == 2);
    begin_measuring(atol(arguments[1]));
    MEASURE(library);
    MEASURE(open_client);
    MEASURE(activate);
    MEASURE(names);
    MEASURE(server);
    MEASURE(time_of_server);
    MEASURE(register_ports);
    MEASURE(look_up);
    MEASURE(connect_ports);
    MEASURE(transport);
    MEASURE(metadata);
    MEASURE(events);
    MEASURE(give_back);
    return end_measuring();
}
