/* Section events: fetching in order, waiting, polling. */
#include "check.h"
#include <poll.h>

static int readable(amio_interface *iface)
{
    struct pollfd waiting = {0, POLLIN, 0};
    OK(amio_interface_event_fd(iface, &waiting.fd));
    return poll(&waiting, 1, 0) == 1;
}

int main(void)
{
    amio_interface *iface = rolling_offline(1);
    amio_playspec *playspec;
    amio_event event = {0};
    uint64_t ticket;

    while (next_event(iface).kind != AMIO_EVENT_NONE)
        continue;
    CHECK(!readable(iface));
    event.struct_size = sizeof event;
    FAILS(AMIO_ERROR_TIMEOUT, amio_interface_wait_event(iface, &event, 1));

    OK(amio_playspec_new(&playspec));
    OK(amio_interface_schedule(iface, playspec, 5, 3, 0, 0, &ticket));
    OK(amio_interface_advance(iface, 10, NULL, NULL));
    OK(amio_interface_wait_event(iface, &event, 1000));
    CHECK(event.kind == AMIO_EVENT_APPLIED && event.ticket == ticket);
    CHECK(event.device_frame == 5 && event.position == 3 && event.message[0] == '\0');
    CHECK(!readable(iface));

    OK(amio_interface_skip(iface, 77));
    OK(amio_interface_advance(iface, 10, NULL, NULL));
    CHECK(readable(iface));
    event = expect_event(iface, AMIO_EVENT_SKIPPED);
    CHECK(event.frames == 77 && event.skip_policy == AMIO_SKIP_SLIP);

    OK(amio_playspec_free(playspec));
    OK(amio_interface_free(iface));
    return 0;
}
