/*
 * A JACK client that looks around: lists all ports with what they are connected to; connects ports; tells what happens.
 *
 *     cc jack_client.c $(pkg-config --cflags --libs amio) -o jack_client
 *     ./jack_client                            lists the ports
 *     ./jack_client --connect FROM TO          connects an output to an input, by their full names
 *     ./jack_client --watch SECONDS            makes two ports, connects them, and prints events
 */
#include <amio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ends the program if a call has failed. The message says what was wrong. */
static void must(amio_status status)
{
    if (status != AMIO_OK) {
        fprintf(stderr, "amio: %s (%s)\n", amio_last_error_message(), amio_strerror(status));
        exit(1);
    }
}

static void print_connections(amio_jack_client *client, const char *port)
{
    amio_jack_names *others;
    char other[AMIO_JACK_NAME_BYTES];
    size_t count, at;
    must(amio_jack_client_connections(client, port, &others));
    must(amio_jack_names_count(others, &count));
    for (at = 0; at < count; at++) {
        must(amio_jack_names_get(others, at, other, sizeof other));
        printf("    connected to %s\n", other);
    }
    must(amio_jack_names_free(others));
}

static void list_ports(amio_jack_client *client)
{
    amio_jack_names *ports;
    amio_jack_port_info info = {0};
    char name[AMIO_JACK_NAME_BYTES];
    size_t count, at;
    info.struct_size = sizeof info;
    must(amio_jack_client_find_ports(client, NULL, NULL, 0, &ports));
    must(amio_jack_names_count(ports, &count));
    for (at = 0; at < count; at++) {
        must(amio_jack_names_get(ports, at, name, sizeof name));
        if (amio_jack_client_port(client, name, &info) != AMIO_OK)
            continue; /* it has gone meanwhile */
        printf("%s: %s, %s%s\n", name, info.flags & AMIO_JACK_PORT_INPUT ? "input" : "output", info.type,
               info.flags & AMIO_JACK_PORT_PHYSICAL ? ", of a device" : "");
        print_connections(client, name);
    }
    must(amio_jack_names_free(ports));
}

/* The name of a port by the server's number of it. */
static const char *name_of(amio_jack_client *client, uint32_t port, amio_jack_port_info *info)
{
    info->struct_size = sizeof *info;
    return amio_jack_client_port_by_id(client, port, info) == AMIO_OK ? info->name : "a port that is gone";
}

static void print_event(amio_jack_client *client, const amio_jack_event *event)
{
    amio_jack_port_info from, to;
    switch (event->kind) {
    case AMIO_JACK_EVENT_CLIENT:
        printf("client %s is %s\n", event->name, event->on ? "there" : "gone");
        break;
    case AMIO_JACK_EVENT_PORT:
        printf("port %s is %s\n", event->name, event->on ? "there" : "gone");
        break;
    case AMIO_JACK_EVENT_CONNECTION:
        printf("%s %s %s\n", name_of(client, event->port, &from), event->on ? "->" : "-/->",
               name_of(client, event->destination, &to));
        break;
    case AMIO_JACK_EVENT_XRUN:
        printf("xrun, %.0f us late\n", event->delay_us);
        break;
    case AMIO_JACK_EVENT_PERIOD:
        printf("the period has %u frames\n", (unsigned)event->frames);
        break;
    case AMIO_JACK_EVENT_SHUTDOWN:
        printf("the server is gone: %s\n", event->name);
        break;
    default:
        break;
    }
}

/* Prints events until none has come for some seconds. */
static void watch(amio_jack_client *client, uint32_t seconds)
{
    amio_jack_events *events;
    amio_jack_event event = {0};
    amio_jack_port *in, *out;
    char from[AMIO_JACK_NAME_BYTES], to[AMIO_JACK_NAME_BYTES];
    event.struct_size = sizeof event;
    must(amio_jack_events_new(client, 1000, &events));
    must(amio_jack_client_activate(client));
    must(amio_jack_port_register(client, "through-in", AMIO_JACK_AUDIO, AMIO_JACK_PORT_INPUT, &in));
    must(amio_jack_port_register(client, "through-out", AMIO_JACK_AUDIO, AMIO_JACK_PORT_OUTPUT, &out));
    must(amio_jack_port_name(out, from, sizeof from));
    must(amio_jack_port_name(in, to, sizeof to));
    must(amio_jack_client_connect(client, from, to));
    while (event.kind != AMIO_JACK_EVENT_SHUTDOWN && amio_jack_events_wait(events, &event, seconds * 1000) == AMIO_OK)
        print_event(client, &event);
    must(amio_jack_port_free(in));
    must(amio_jack_port_free(out));
    must(amio_jack_events_free(events));
}

int main(int count, char **arguments)
{
    amio_jack_client *client;
    const char *wish = count > 1 ? arguments[1] : "";
    const int connects = strcmp(wish, "--connect") == 0 && count == 4;
    const int watches = strcmp(wish, "--watch") == 0 && count == 3;

    if (count > 1 && !connects && !watches) {
        fprintf(stderr, "usage: %s [--connect FROM TO | --watch SECONDS]\n", arguments[0]);
        return 2;
    }
    must(amio_jack_client_open("amio-example", NULL, NULL, &client));
    if (connects)
        must(amio_jack_client_connect(client, arguments[2], arguments[3]));
    else if (watches)
        watch(client, (uint32_t)atoi(arguments[2]));
    else
        list_ports(client);
    must(amio_jack_client_free(client));
    return 0;
}
