/* MIDI that is fetched with too little room, beside a JACK server: it waits on, and is told of. tests/jack runs it. */
#include "check.h"
#include <poll.h>
#include <pthread.h>

enum { SENT = 20000, READERS = 3, SIZE = 10 };

static amio_jack_client *client;
static amio_jack_midi_receiver *receiver;
static amio_jack_midi_sender *sender;

static int is_readable(int descriptor, int timeout_ms)
{
    struct pollfd poll_for = {descriptor, POLLIN, 0};
    return poll(&poll_for, 1, timeout_ms) == 1;
}

static void send_number(uint32_t number)
{
    const uint8_t event[SIZE] = {0xF0, number & 127, number >> 7 & 127, number >> 14, 4, 5, 6, 7, 8, 0xF7};
    uint32_t frame;
    OK(amio_jack_client_last_frame_time(client, &frame));
    OK(amio_jack_midi_sender_send(sender, frame, event, sizeof event));
}

static void connect_both(void)
{
    amio_jack_port *in, *out;
    uint8_t bytes[SIZE];
    uint32_t frame;
    size_t size;
    OK(amio_jack_client_open("limited", NULL, NULL, &client));
    OK(amio_jack_port_register(client, "in", AMIO_JACK_MIDI, AMIO_JACK_PORT_INPUT, &in));
    OK(amio_jack_port_register(client, "out", AMIO_JACK_MIDI, AMIO_JACK_PORT_OUTPUT, &out));
    OK(amio_jack_midi_receiver_new(client, in, 65536, &receiver));
    OK(amio_jack_midi_sender_new(client, out, 65536, &sender));
    OK(amio_jack_client_activate(client));
    OK(amio_jack_client_connect(client, "limited:out", "limited:in"));
    do
        send_number(0);
    while (amio_jack_midi_receiver_wait(receiver, &frame, bytes, sizeof bytes, &size, 100) != AMIO_OK);
    while (amio_jack_midi_receiver_wait(receiver, &frame, bytes, sizeof bytes, &size, 300) == AMIO_OK)
        ;
    OK(amio_jack_port_free(in));
    OK(amio_jack_port_free(out));
}

static void the_descriptor_is_readable_while_an_event_waits(void)
{
    uint8_t bytes[SIZE];
    uint32_t frame, number;
    size_t size;
    int descriptor;
    OK(amio_jack_midi_receiver_fd(receiver, &descriptor));
    for (number = 0; number < 30; number++) {
        amio_status status;
        send_number(number);
        while ((status = amio_jack_midi_receiver_next(receiver, &frame, bytes, 4, &size)) == AMIO_OK)
            CHECK(size == 0);
        CHECK(status == AMIO_ERROR_BUFFER_TOO_SMALL && size == SIZE);
        CHECK(is_readable(descriptor, 1000));
        FAILS(AMIO_ERROR_BUFFER_TOO_SMALL,
              amio_jack_midi_receiver_wait(receiver, &frame, NULL, 0, &size, 1000));
        CHECK(is_readable(descriptor, 1000));
        OK(amio_jack_midi_receiver_next(receiver, &frame, bytes, sizeof bytes, &size));
        CHECK(size == SIZE && bytes[1] == number);
        OK(amio_jack_midi_receiver_next(receiver, &frame, bytes, sizeof bytes, &size));
        CHECK(size == 0 && !is_readable(descriptor, 0));
    }
}

static int came[SENT];
static int all_are_sent;

static void *read_some(void *unused)
{
    uint8_t bytes[SIZE];
    unsigned turn = 0;
    for (;;) {
        int is_last = __atomic_load_n(&all_are_sent, __ATOMIC_SEQ_CST);
        uint32_t frame;
        size_t size = 0;
        size_t room = ++turn % 4 ? SIZE : 4;
        amio_status status = amio_jack_midi_receiver_wait(receiver, &frame, bytes, room, &size, 500);
        if (status == AMIO_OK)
            __atomic_fetch_add(&came[bytes[1] | bytes[2] << 7 | bytes[3] << 14], 1, __ATOMIC_SEQ_CST);
        else if (status == AMIO_ERROR_TIMEOUT && is_last)
            return unused;
    }
}

static void each_event_goes_to_one_thread(void)
{
    pthread_t readers[READERS];
    uint64_t lost;
    int at, number;
    for (at = 0; at < READERS; at++)
        CHECK(pthread_create(&readers[at], NULL, read_some, NULL) == 0);
    for (number = 0; number < SENT; number++) {
        send_number((uint32_t)number);
        if (number % 200 == 199)
            poll(NULL, 0, 5);
    }
    __atomic_store_n(&all_are_sent, 1, __ATOMIC_SEQ_CST);
    for (at = 0; at < READERS; at++)
        CHECK(pthread_join(readers[at], NULL) == 0);
    OK(amio_jack_midi_receiver_lost(receiver, &lost));
    CHECK(lost == 0);
    for (number = 0; number < SENT; number++)
        CHECK(came[number] == 1);
}

static void the_same_on_an_interface(void)
{
    const uint8_t event[SIZE] = {0xF0, 1, 2, 3, 4, 5, 6, 7, 8, 0xF7};
    amio_interface_config config;
    amio_interface *iface;
    amio_jack_client *own;
    amio_midi midi;
    uint8_t bytes[SIZE];
    char in[2 * AMIO_JACK_NAME_BYTES], out[2 * AMIO_JACK_NAME_BYTES], name[AMIO_JACK_NAME_BYTES];
    int descriptor, at;
    memset(&config, 0, sizeof config);
    memset(&midi, 0, sizeof midi);
    config.struct_size = sizeof config;
    config.autoconnect = AMIO_AUTOCONNECT_OFF;
    config.midi_inputs = config.midi_outputs = 1;
    midi.struct_size = sizeof midi;
    OK(amio_interface_new(&config, &iface));
    OK(amio_interface_start(iface));
    OK(amio_interface_jack_client(iface, &own));
    OK(amio_jack_client_name(own, name, sizeof name));
    snprintf(in, sizeof in, "%s:midi_in_1", name);
    snprintf(out, sizeof out, "%s:midi_out_1", name);
    OK(amio_jack_client_connect(own, out, in));
    OK(amio_interface_midi_fd(iface, &descriptor));
    poll(NULL, 0, 300);
    for (at = 0; at < 30; at++) {
        amio_status status;
        OK(amio_interface_send_midi(iface, 0, AMIO_MIDI_AT_DEVICE, 0, event, sizeof event,
                                    AMIO_MIDI_LATE_SEND));
        while ((status = amio_interface_next_midi(iface, &midi, bytes, 4)) == AMIO_OK)
            CHECK(midi.size == 0);
        CHECK(status == AMIO_ERROR_BUFFER_TOO_SMALL && midi.size == SIZE);
        CHECK(is_readable(descriptor, 1000));
        OK(amio_interface_wait_midi(iface, &midi, bytes, sizeof bytes, 1000));
        CHECK(midi.size == SIZE && memcmp(bytes, event, SIZE) == 0);
    }
    OK(amio_jack_client_free(own));
    OK(amio_interface_free(iface));
}

int main(void)
{
    connect_both();
    the_descriptor_is_readable_while_an_event_waits();
    each_event_goes_to_one_thread();
    OK(amio_jack_midi_receiver_free(receiver));
    OK(amio_jack_midi_sender_free(sender));
    OK(amio_jack_client_free(client));
    the_same_on_an_interface();
    return 0;
}
