// The header's types and constants can be used in a C++ program.
#include <amio.h>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

namespace {

void check(amio_status status)
{
    if (status == AMIO_OK)
        return;
    std::fprintf(stderr, "%s: %s\n", amio_strerror(status), amio_last_error_message());
    std::exit(1);
}

template <typename T, amio_status (*release)(T *)> struct Release {
    void operator()(T *handle) const { check(release(handle)); }
};

using Clip = std::unique_ptr<amio_clip, Release<amio_clip, amio_clip_free>>;
using Playspec = std::unique_ptr<amio_playspec, Release<amio_playspec, amio_playspec_free>>;
using Interface = std::unique_ptr<amio_interface, Release<amio_interface, amio_interface_free>>;

Clip click()
{
    const std::vector<float> samples(4, 0.5f);
    amio_clip *clip = nullptr;
    check(amio_clip_new_f32(48000, 1, samples.data(), samples.size(), &clip));
    return Clip(clip);
}

Playspec place(const Clip &clip, std::int64_t frame)
{
    amio_playspec *playspec = nullptr;
    check(amio_playspec_new(&playspec));
    Playspec owned(playspec);
    amio_playspec_entry entry = {};
    check(amio_playspec_entry_init(&entry, sizeof entry, clip.get()));
    entry.play_at_frame = frame;
    std::uint64_t number = 0;
    check(amio_playspec_add(playspec, &entry, &number));
    return owned;
}

Interface offline()
{
    amio_interface_config config = {};
    config.struct_size = sizeof config;
    config.driver = AMIO_DRIVER_OFFLINE;
    config.input_channels = AMIO_CHANNELS_NONE;
    config.output_channels = 1;
    amio_interface *iface = nullptr;
    check(amio_interface_new(&config, &iface));
    return Interface(iface);
}

} // namespace

int main()
{
    const Clip clip = click();
    const Playspec playspec = place(clip, 10);
    const Interface iface = offline();
    std::uint64_t ticket = AMIO_TICKET_NONE;
    check(amio_interface_schedule(iface.get(), playspec.get(), 0, 0, AMIO_LATE_CATCH_UP, 0, &ticket));
    check(amio_interface_start(iface.get()));
    check(amio_interface_set_rolling(iface.get(), 1));
    std::vector<float> output(20);
    check(amio_interface_advance(iface.get(), output.size(), nullptr, output.data()));
    const bool exact = output[9] == 0 && output[10] == 0.5f && output[13] == 0.5f && output[14] == 0;
    return exact ? 0 : 1;
}
