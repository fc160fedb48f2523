/* Section devices: what there is on this machine. ALSA's PCM `null` is there without hardware. */
#include "check.h"

static size_t place_of_null(amio_devices *devices, size_t count, amio_device *device)
{
    size_t at;
    for (at = 0; at < count; at++) {
        OK(amio_devices_get(devices, at, device));
        CHECK(device->struct_size == sizeof *device);
        CHECK(device->name[0] != 0 && device->description[0] != 0);
        CHECK(device->has_playback || device->has_capture);
        if (device->driver == AMIO_DRIVER_ALSA && strcmp(device->name, "null") == 0)
            return at;
    }
    return count;
}

static void null_plays_and_records(amio_devices *devices, size_t at)
{
    uint32_t direction, rate;
    amio_device_side side;

    for (direction = AMIO_DIRECTION_PLAYBACK; direction <= AMIO_DIRECTION_CAPTURE; direction++) {
        memset(&side, 0xA5, sizeof side);
        side.struct_size = sizeof side;
        OK(amio_devices_get_side(devices, at, direction, &side));
        CHECK(side.is_known == 1 && side.unknown[0] == 0);
        CHECK(side.least_channels <= 2 && side.most_channels >= 2);
        CHECK(strstr(side.formats, "S16_LE") != NULL);
        CHECK(side.rate_count > 0 && side.rate_count <= AMIO_DEVICE_RATES);
        for (rate = 0; rate < side.rate_count; rate++)
            if (side.rates_hz[rate] == 48000)
                break;
        CHECK(rate < side.rate_count);
    }
}

int main(void)
{
    amio_devices *devices;
    amio_device device;
    size_t count, at;

    memset(&device, 0, sizeof device);
    device.struct_size = sizeof device;
    OK(amio_devices_list("amio-test-no-such-server", &devices));
    OK(amio_devices_count(devices, &count));
    at = place_of_null(devices, count, &device);
    CHECK(at < count);
    CHECK(device.has_playback == 1 && device.has_capture == 1 && device.is_default == 0);
    null_plays_and_records(devices, at);
    OK(amio_devices_free(devices));
    return 0;
}
