/* Section transport: position and motion. */
#include "check.h"

int main(void)
{
    amio_interface *iface = rolling_offline(1);
    amio_transport transport = {0};
    int64_t position;
    uint32_t rolling;

    transport.struct_size = sizeof transport;
    OK(amio_interface_advance(iface, 100, NULL, NULL));
    OK(amio_interface_position(iface, &position));
    OK(amio_interface_rolling(iface, &rolling));
    CHECK(position == 100 && rolling == 1);

    /* A request is reported at once, and takes effect with the next period. */
    OK(amio_interface_set_position(iface, -7));
    OK(amio_interface_set_rolling(iface, 0));
    OK(amio_interface_position(iface, &position));
    OK(amio_interface_rolling(iface, &rolling));
    CHECK(position == -7 && rolling == 0);
    OK(amio_interface_advance(iface, PERIOD, NULL, NULL));

    OK(amio_interface_transport(iface, &transport));
    CHECK(transport.position == -7 && transport.rolling == 0);
    CHECK(transport.device_frame == 100 + PERIOD && transport.ticket == AMIO_TICKET_NONE);
    CHECK(transport.struct_size == sizeof transport);

    OK(amio_interface_set_rolling(iface, 1));
    OK(amio_interface_advance(iface, 10, NULL, NULL));
    OK(amio_interface_position(iface, &position));
    CHECK(position == 3);
    OK(amio_interface_free(iface));
    return 0;
}
