/* MIDI on the ports of an interface: what is sent, and when; nothing arrives offline. tests/jack has the rest. */
#include "check.h"

static const uint8_t NOTE[3] = {0x90, 60, 100};

static amio_stats stats_of(amio_interface *iface)
{
    amio_stats stats;
    memset(&stats, 0, sizeof stats);
    stats.struct_size = sizeof stats;
    OK(amio_interface_stats(iface, &stats));
    return stats;
}

static void send_at(amio_interface *iface, uint32_t clock, int64_t at, uint32_t late)
{
    OK(amio_interface_send_midi(iface, 0, clock, at, NOTE, sizeof NOTE, late));
}

static void advance(amio_interface *iface, uint64_t frames)
{
    OK(amio_interface_advance(iface, frames, NULL, NULL));
}

static void messages_are_sent_when_their_frames_come(void)
{
    amio_interface *iface = rolling_offline_with_midi(1, 2);
    advance(iface, PERIOD);
    send_at(iface, AMIO_MIDI_AT_TIMELINE, PERIOD + 100, AMIO_MIDI_LATE_SEND);
    send_at(iface, AMIO_MIDI_AT_DEVICE, PERIOD + 199, AMIO_MIDI_LATE_SEND);
    send_at(iface, AMIO_MIDI_AT_SERVER, PERIOD + 200, AMIO_MIDI_LATE_SEND);
    CHECK(stats_of(iface).midi_sent == 0);
    advance(iface, 100);
    CHECK(stats_of(iface).midi_sent == 0);
    advance(iface, 1);
    CHECK(stats_of(iface).midi_sent == 1);
    advance(iface, 99);
    CHECK(stats_of(iface).midi_sent == 2);
    advance(iface, 1);
    CHECK(stats_of(iface).midi_sent == 3 && stats_of(iface).midi_late == 0);

    /* What is late is sent at once, or dropped. */
    send_at(iface, AMIO_MIDI_AT_TIMELINE, 0, AMIO_MIDI_LATE_SEND);
    send_at(iface, AMIO_MIDI_AT_TIMELINE, 0, AMIO_MIDI_LATE_DROP);
    advance(iface, 1);
    CHECK(stats_of(iface).midi_sent == 4 && stats_of(iface).midi_late == 2);

    /* The timeline stands still; the device goes on. */
    OK(amio_interface_set_rolling(iface, 0));
    send_at(iface, AMIO_MIDI_AT_TIMELINE, 0, AMIO_MIDI_LATE_SEND);
    send_at(iface, AMIO_MIDI_AT_DEVICE, 0, AMIO_MIDI_LATE_SEND);
    advance(iface, PERIOD);
    CHECK(stats_of(iface).midi_sent == 5);
    OK(amio_interface_cancel_midi(iface));
    OK(amio_interface_set_rolling(iface, 1));
    advance(iface, PERIOD);
    CHECK(stats_of(iface).midi_sent == 5);
    OK(amio_interface_free(iface));
}

static void no_more_wait_than_there_is_room_for(void)
{
    amio_interface *iface = rolling_offline_with_midi(1, 1);
    uint64_t sent = 0;
    for (; amio_interface_send_midi(iface, 0, AMIO_MIDI_AT_TIMELINE, 1000000, NOTE, sizeof NOTE,
                                    AMIO_MIDI_LATE_SEND) == AMIO_OK; sent++)
        ;
    FAILS(AMIO_ERROR_QUEUE_FULL, amio_interface_send_midi(iface, 0, AMIO_MIDI_AT_TIMELINE, 0, NOTE,
                                                          sizeof NOTE, AMIO_MIDI_LATE_SEND));
    CHECK(sent >= 8192);
    /* A period makes room in the queue, by taking as many as it can keep. */
    advance(iface, PERIOD);
    send_at(iface, AMIO_MIDI_AT_TIMELINE, 1000000, AMIO_MIDI_LATE_SEND);
    OK(amio_interface_set_position(iface, 1000000));
    for (; stats_of(iface).midi_sent < sent + 1;)
        advance(iface, PERIOD);
    CHECK(stats_of(iface).midi_output_lost == 0);
    OK(amio_interface_free(iface));
}

/* Whatever waits for one clock holds nothing up that waits for the other one, and all can be cancelled. */
static void a_full_list_holds_nothing_else_up(void)
{
    amio_interface *iface = rolling_offline_with_midi(1, 1);
    uint64_t accepted = 0, before;
    OK(amio_interface_set_rolling(iface, 0));
    for (before = 1; accepted != before; advance(iface, PERIOD))
        for (before = accepted;
             amio_interface_send_midi(iface, 0, AMIO_MIDI_AT_TIMELINE, 1000 + accepted, NOTE,
                                      sizeof NOTE, AMIO_MIDI_LATE_SEND) == AMIO_OK;)
            accepted++;
    CHECK(strstr(amio_last_error_message(), "cancel what waits") != NULL);
    CHECK(accepted == 16384);
    send_at(iface, AMIO_MIDI_AT_DEVICE, 0, AMIO_MIDI_LATE_SEND);
    advance(iface, PERIOD);
    CHECK(stats_of(iface).midi_sent == 1);
    OK(amio_interface_cancel_midi(iface));
    advance(iface, PERIOD);
    send_at(iface, AMIO_MIDI_AT_TIMELINE, 2000, AMIO_MIDI_LATE_SEND);
    OK(amio_interface_set_rolling(iface, 1));
    advance(iface, 40000);
    CHECK(stats_of(iface).midi_sent == 2 && stats_of(iface).midi_late == 1);
    OK(amio_interface_free(iface));
}

/* Also if the queue is full, since no period runs. */
static void what_waits_can_be_cancelled_before_the_start(void)
{
    amio_interface_config config;
    amio_interface *iface;
    int number;
    memset(&config, 0, sizeof config);
    config.struct_size = sizeof config;
    config.driver = AMIO_DRIVER_OFFLINE;
    config.midi_outputs = 1;
    OK(amio_interface_new(&config, &iface));
    for (number = 0; number < 8192; number++)
        send_at(iface, AMIO_MIDI_AT_DEVICE, 0, AMIO_MIDI_LATE_SEND);
    FAILS(AMIO_ERROR_QUEUE_FULL, amio_interface_send_midi(iface, 0, AMIO_MIDI_AT_DEVICE, 0, NOTE,
                                                          sizeof NOTE, AMIO_MIDI_LATE_SEND));
    CHECK(strstr(amio_last_error_message(), "let the interface run") != NULL);
    OK(amio_interface_cancel_midi(iface));
    OK(amio_interface_start(iface));
    advance(iface, 1024);
    CHECK(stats_of(iface).midi_sent == 0 && stats_of(iface).midi_late == 0);
    OK(amio_interface_free(iface));
}

/* Offline, a port takes 65,536 bytes in a period. */
static void what_does_not_fit_in_a_period_is_sent_in_the_next_one(void)
{
    static uint8_t large[40000];
    amio_interface *iface = rolling_offline_with_midi(1, 2);
    int number;
    large[0] = 0xF0;
    for (number = 0; number < 4; number++)
        OK(amio_interface_send_midi(iface, 0, number % 2, 5, large, sizeof large,
                                    AMIO_MIDI_LATE_SEND));
    OK(amio_interface_send_midi(iface, 0, AMIO_MIDI_AT_DEVICE, 5, large, sizeof large,
                                AMIO_MIDI_LATE_DROP));
    OK(amio_interface_send_midi(iface, 1, AMIO_MIDI_AT_DEVICE, 6, large, sizeof large,
                                AMIO_MIDI_LATE_DROP));
    advance(iface, PERIOD);
    /* One of each port; those that are sent later, and the one that is dropped, are late. */
    CHECK(stats_of(iface).midi_sent == 2 && stats_of(iface).midi_late == 4);
    /* They go out although the timeline stands still. */
    OK(amio_interface_set_rolling(iface, 0));
    advance(iface, PERIOD);
    CHECK(stats_of(iface).midi_sent == 3);
    advance(iface, PERIOD);
    CHECK(stats_of(iface).midi_sent == 4);
    OK(amio_interface_cancel_midi(iface));
    advance(iface, PERIOD);
    CHECK(stats_of(iface).midi_sent == 4 && stats_of(iface).midi_late == 4);
    CHECK(stats_of(iface).midi_output_lost == 0);
    OK(amio_interface_free(iface));
}

static void wrong_values_are_refused(void)
{
    static uint8_t large[AMIO_MIDI_BYTES + 1];
    amio_interface *iface = rolling_offline_with_midi(1, 2), *without = rolling_offline(1);
    amio_midi midi;
    uint8_t bytes[16];
    int descriptor;

    memset(&midi, 0, sizeof midi);
    midi.struct_size = sizeof midi;
    large[0] = 0xF0;
#define SEND(port, clock, at, message, size, late) \
    amio_interface_send_midi(iface, port, clock, at, message, size, late)
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, SEND(2, 0, 0, NOTE, 3, 0));
    CHECK(strstr(amio_last_error_message(), "MIDI outputs 0 to 1") != NULL);
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, SEND(65536, 0, 0, NOTE, 3, 0));
    CHECK(strstr(amio_last_error_message(), "port is 65536") != NULL);
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, SEND(0, 3, 0, NOTE, 3, 0));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, SEND(0, AMIO_MIDI_AT_DEVICE, -1, NOTE, 3, 0));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, SEND(0, AMIO_MIDI_AT_DEVICE, INT64_MAX, NOTE, 3, 0));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, SEND(0, AMIO_MIDI_AT_SERVER, -1, NOTE, 3, 0));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, SEND(0, AMIO_MIDI_AT_SERVER, 1LL << 32, NOTE, 3, 0));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, SEND(0, 0, 0, NOTE + 1, 2, 0));
    CHECK(strstr(amio_last_error_message(), "begins with 60") != NULL);
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, SEND(0, AMIO_MIDI_AT_DEVICE, (1LL << 62) + 1, NOTE, 3, 0));
    OK(SEND(0, AMIO_MIDI_AT_DEVICE, 1LL << 62, NOTE, 3, 0));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, SEND(0, 0, 0, NOTE, 0, 0));
    CHECK(strstr(amio_last_error_message(), "frames") == NULL);
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, SEND(0, 0, 0, large, sizeof large, 0));
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, SEND(0, 0, 0, NOTE, 3, 2));
    OK(SEND(0, 0, 0, large, sizeof large - 1, 0));

    OK(amio_interface_next_midi(iface, &midi, bytes, sizeof bytes));
    CHECK(midi.size == 0);
    FAILS(AMIO_ERROR_TIMEOUT, amio_interface_wait_midi(iface, &midi, bytes, sizeof bytes, 1));
    OK(amio_interface_midi_fd(without, &descriptor));
    FAILS(AMIO_ERROR_INVALID_STATE,
          amio_interface_next_midi(without, &midi, bytes, sizeof bytes));
    FAILS(AMIO_ERROR_INVALID_STATE, amio_interface_send_midi(without, 0, 0, 0, NOTE, 3, 0));
    FAILS(AMIO_ERROR_INVALID_STATE, amio_interface_cancel_midi(without));
    OK(amio_interface_close(iface));
    FAILS(AMIO_ERROR_INVALID_STATE, SEND(0, 0, 0, NOTE, 3, 0));
    OK(amio_interface_free(iface));
    OK(amio_interface_free(without));
}

static void the_client_of_an_interface_is_that_of_a_server(void)
{
    amio_interface *iface = rolling_offline(1);
    amio_jack_client *client = NULL;
    FAILS(AMIO_ERROR_INVALID_STATE, amio_interface_jack_client(iface, &client));
    CHECK(strstr(amio_last_error_message(), "driver offline") != NULL);
    FAILS(AMIO_ERROR_NULL_POINTER, amio_interface_jack_client(iface, NULL));
    FAILS(AMIO_ERROR_NULL_POINTER, amio_interface_jack_client(NULL, &client));
    CHECK(client == NULL);
    OK(amio_interface_free(iface));
}

int main(void)
{
    messages_are_sent_when_their_frames_come();
    no_more_wait_than_there_is_room_for();
    a_full_list_holds_nothing_else_up();
    what_waits_can_be_cancelled_before_the_start();
    what_does_not_fit_in_a_period_is_sent_in_the_next_one();
    wrong_values_are_refused();
    the_client_of_an_interface_is_that_of_a_server();
    return 0;
}
