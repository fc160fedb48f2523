/* Section alsa: what is asked of devices, and what was agreed, on ALSA's PCM "null". */
#include "check.h"

static amio_interface_config both_sides(void)
{
    amio_interface_config config;
    memset(&config, 0, sizeof config);
    config.struct_size = sizeof config;
    config.driver = AMIO_DRIVER_ALSA;
    config.alsa_playback = "null";
    config.alsa_capture = "null";
    return config;
}

static amio_alsa_info agreed(const amio_interface_config *config)
{
    amio_interface *iface;
    amio_alsa_info info;

    memset(&info, 0xA5, sizeof info);
    info.struct_size = sizeof info;
    OK(amio_interface_new(config, &iface));
    OK(amio_interface_alsa_info(iface, &info));
    OK(amio_interface_free(iface));
    CHECK(info.struct_size == sizeof info && info.linked <= 1);
    return info;
}

static void what_is_asked_for_is_agreed(void)
{
    static const uint32_t formats[] = {
        AMIO_ALSA_FORMAT_FLOAT_LE, AMIO_ALSA_FORMAT_FLOAT_BE, AMIO_ALSA_FORMAT_S32_LE,
        AMIO_ALSA_FORMAT_S32_BE,   AMIO_ALSA_FORMAT_S24_LE,   AMIO_ALSA_FORMAT_S24_BE,
        AMIO_ALSA_FORMAT_S24_3LE,  AMIO_ALSA_FORMAT_S24_3BE,  AMIO_ALSA_FORMAT_S16_LE,
        AMIO_ALSA_FORMAT_S16_BE,   AMIO_ALSA_FORMAT_U8,
    };
    amio_interface_config config = both_sides();
    size_t at;

    config.period_frames = 128;
    config.alsa_periods = 4;
    config.alsa_buffer_frames = 4096;
    for (at = 0; at < sizeof formats / sizeof formats[0]; at++) {
        amio_alsa_info info;
        uint32_t access = at % 2 == 0 ? AMIO_ALSA_ACCESS_MMAP : AMIO_ALSA_ACCESS_READ_WRITE;
        config.alsa_format = formats[at];
        config.alsa_access = access;
        info = agreed(&config);
        CHECK(strcmp(info.playback.name, "null") == 0 && strcmp(info.capture.name, "null") == 0);
        CHECK(info.playback.format == formats[at] && info.capture.format == formats[at]);
        CHECK(info.playback.access == access && info.capture.access == access);
        CHECK(info.playback.channels == 2 && info.capture.channels == 2);
        CHECK(info.playback.period_frames == 128 && info.capture.period_frames == 128);
        CHECK(info.playback.buffer_frames >= 4096 && info.capture.buffer_frames >= 4096);
        CHECK(info.playback.reserved == 0 && info.capture.reserved == 0);
    }
}

static void a_side_without_channels_has_no_device(void)
{
    static const amio_alsa_device none;
    amio_interface_config config = both_sides();
    amio_alsa_info info;

    config.input_channels = AMIO_CHANNELS_NONE;
    config.alsa_capture = "no such PCM";
    info = agreed(&config);
    CHECK(info.playback.channels == 2 && memcmp(&info.capture, &none, sizeof none) == 0);

    config = both_sides();
    config.output_channels = AMIO_CHANNELS_NONE;
    config.alsa_playback = "no such PCM";
    info = agreed(&config);
    CHECK(info.capture.channels == 2 && memcmp(&info.playback, &none, sizeof none) == 0);
}

static void a_device_that_is_missing_is_named(void)
{
    amio_interface_config config = both_sides();
    amio_interface *iface;

    config.alsa_playback = "no such PCM";
    FAILS(AMIO_ERROR_DRIVER, amio_interface_new(&config, &iface));
    CHECK(strstr(amio_last_error_message(), "no such PCM") != NULL);
}

static void other_drivers_have_none(void)
{
    amio_interface *iface = rolling_offline(1);
    amio_alsa_info info;

    info.struct_size = sizeof info;
    FAILS(AMIO_ERROR_INVALID_STATE, amio_interface_alsa_info(iface, &info));
    info.struct_size -= 8;
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_interface_alsa_info(iface, &info));
    OK(amio_interface_free(iface));
}

int main(void)
{
    what_is_asked_for_is_agreed();
    a_side_without_channels_has_no_device();
    a_device_that_is_missing_is_named();
    other_drivers_have_none();
    return 0;
}
