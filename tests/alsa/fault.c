/* A PCM plugin of the tests: a device of its own clock, which fails as it is told to.
 *
 * Captured samples are numbers: that of the frame by the device's clock, which runs on while the device is stopped, modulo
 * 2^24. What is played is discarded.
 *
 * Configuration: fault "KIND"; period_bytes N: the only period. While a device has a fault, its first FAULT_AFTER_MS are good. */

#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define RATE 48000
#define NUMBERS (1u << 24)
#define FAULT_AFTER_MS 300
#define GONE_MS 400
#define ASLEEP_MS 200
/* For DEAF and MUTE. */
#define HELD_FRAMES 512

enum fault {
    NONE,
    XRUNS,   /* an xrun every 100 ms */
    STORM,   /* nothing but xruns */
    SLEEP,   /* the system sleeps once */
    POLLERR_, /* descriptors signal an error, and nothing moves */
    GONE,    /* it is unplugged, and plugged in again later */
    STUCK,   /* takes what its buffer holds, and never moves */
    BUSY,    /* in use by others */
    RATE_,   /* as GONE, and it comes back with another rate */
    HANG,    /* a call does not return for seconds */
    DEAF,    /* some frames are not captured, and nobody says so */
    MUTE,    /* the output stands still for a while, and nobody says so */
};

static const char *const names[] = {
    "none", "xruns", "storm", "sleep", "pollerr", "gone", "stuck", "busy", "rate", "hang", "deaf",
    "mute",
};

struct device {
    snd_pcm_ioplug_t io;
    enum fault fault;
    int64_t opened_ms;
    int64_t started_frame;
    int64_t stuck_frames; /* since the start; -1: not stuck */
    int64_t next_xrun_ms;
    int64_t held_at; /* since the start; -1: not held */
};

/* Of the process. When the device was unplugged; 0: never. */
static int64_t gone_since_ms;
/* Of the process. Whether frames were held once. */
static int was_held;
/* Of the process. When the system fell asleep; 0: never. */
static int64_t asleep_since_ms;

static int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t now_ms(void)
{
    return now_ns() / 1000000;
}

static int64_t clock_frame(void)
{
    return now_ns() / 1000 * RATE / 1000000;
}

static int has_begun(const struct device *device)
{
    return now_ms() - device->opened_ms >= FAULT_AFTER_MS;
}

static int is_asleep(void)
{
    return asleep_since_ms != 0 && now_ms() - asleep_since_ms < ASLEEP_MS;
}

static int start(snd_pcm_ioplug_t *io)
{
    struct device *device = io->private_data;
    int64_t ns = (int64_t)io->period_size * 1000000000 / RATE / 2;
    struct itimerspec times = {{0, ns}, {0, ns}};

    if (ns >= 1000000000)
        return -EINVAL;
    timerfd_settime(io->poll_fd, 0, &times, NULL);
    device->started_frame = clock_frame();
    device->held_at = -1;
    return 0;
}

static int stop(snd_pcm_ioplug_t *io)
{
    struct itimerspec times = {{0, 0}, {0, 0}};

    timerfd_settime(io->poll_fd, 0, &times, NULL);
    return 0;
}

static snd_pcm_sframes_t pointer(snd_pcm_ioplug_t *io)
{
    struct device *device = io->private_data;
    int64_t moved = clock_frame() - device->started_frame;

    if (io->state != SND_PCM_STATE_RUNNING && io->state != SND_PCM_STATE_DRAINING)
        return 0;
    switch (has_begun(device) ? device->fault : NONE) {
    case XRUNS:
        if (now_ms() >= device->next_xrun_ms) {
            device->next_xrun_ms = now_ms() + 100;
            return -EPIPE;
        }
        break;
    case STORM:
        return -EPIPE;
    case SLEEP:
        if (asleep_since_ms == 0)
            asleep_since_ms = now_ms();
        if (is_asleep())
            snd_pcm_ioplug_set_state(io, SND_PCM_STATE_SUSPENDED);
        break;
    case GONE:
    case RATE_:
        if (gone_since_ms == 0)
            gone_since_ms = now_ms();
        snd_pcm_ioplug_set_state(io, SND_PCM_STATE_DISCONNECTED);
        break;
    case POLLERR_:
        if (device->stuck_frames < 0)
            device->stuck_frames = moved;
        break;
    case HANG:
        sleep(4);
        break;
    case DEAF:
    case MUTE:
        if (!was_held && (io->stream == SND_PCM_STREAM_PLAYBACK) == (device->fault == MUTE)) {
            was_held = 1;
            device->held_at = moved;
        }
        break;
    default:
        break;
    }
    if (device->held_at >= 0)
        moved = moved - HELD_FRAMES > device->held_at ? moved - HELD_FRAMES : device->held_at;
    if (device->fault == STUCK)
        device->stuck_frames = 0;
    if (device->stuck_frames >= 0)
        moved = device->stuck_frames;
    if (io->stream == SND_PCM_STREAM_PLAYBACK
            ? moved > (int64_t)io->appl_ptr
            : moved > (int64_t)(io->appl_ptr + io->buffer_size))
        return -EPIPE;
    return moved % (int64_t)io->buffer_size;
}

static snd_pcm_sframes_t transfer(snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas,
                                  snd_pcm_uframes_t offset, snd_pcm_uframes_t size)
{
    struct device *device = io->private_data;
    snd_pcm_uframes_t frame;
    unsigned int channel;

    if (io->stream == SND_PCM_STREAM_PLAYBACK)
        return size;
    for (channel = 0; channel < io->channels; channel++) {
        const snd_pcm_channel_area_t *area = &areas[channel];
        char *sample = (char *)area->addr + (area->first + area->step * offset) / 8;

        for (frame = 0; frame < size; frame++) {
            int64_t index = (int64_t)(io->appl_ptr + frame);
            int held = device->held_at >= 0 && index >= device->held_at;
            int64_t number = device->started_frame + index + (held ? HELD_FRAMES : 0);
            float value = (float)(number % NUMBERS);

            memcpy(sample, &value, sizeof value);
            sample += area->step / 8;
        }
    }
    return size;
}

static int poll_revents(snd_pcm_ioplug_t *io, struct pollfd *pfd, unsigned int nfds,
                        unsigned short *revents)
{
    struct device *device = io->private_data;
    uint64_t ticks;

    *revents = 0;
    if (nfds != 1)
        return -EINVAL;
    if (device->stuck_frames >= 0 && device->fault == POLLERR_) {
        /* The timer stays as it is, so that waiting ends at once for ever. */
        *revents = POLLERR;
        return 0;
    }
    if ((pfd->revents & POLLIN) == 0)
        return 0;
    if (read(io->poll_fd, &ticks, sizeof ticks) < 0 && errno != EAGAIN)
        return -errno;
    *revents = io->stream == SND_PCM_STREAM_PLAYBACK ? POLLOUT : POLLIN;
    return 0;
}

/* libasound itself does not hand on what the resume of a plugin returns. */
static int prepare(snd_pcm_ioplug_t *io)
{
    (void)io;
    return is_asleep() ? -ESTRPIPE : 0;
}

static int close_device(snd_pcm_ioplug_t *io)
{
    struct device *device = io->private_data;

    close(io->poll_fd);
    free(device);
    return 0;
}

static const snd_pcm_ioplug_callback_t callbacks = {
    .start = start,
    .stop = stop,
    .pointer = pointer,
    .transfer = transfer,
    .close = close_device,
    .poll_revents = poll_revents,
    .prepare = prepare,
};

static int set_up(snd_pcm_ioplug_t *io, unsigned int rate, unsigned int period_bytes)
{
    static const unsigned int accesses[] = {
        SND_PCM_ACCESS_MMAP_INTERLEAVED,
        SND_PCM_ACCESS_RW_INTERLEAVED,
    };
    static const unsigned int formats[] = {SND_PCM_FORMAT_FLOAT};
    int result;

    if ((result = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_ACCESS, 2, accesses)) < 0 ||
        (result = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_FORMAT, 1, formats)) < 0 ||
        (result = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_CHANNELS, 1, 8)) < 0 ||
        (result = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_RATE, rate, rate)) < 0 ||
        (result = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIOD_BYTES,
                                                  period_bytes ? period_bytes : 64,
                                                  period_bytes ? period_bytes : 1 << 18)) < 0 ||
        (result = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIODS, 2, 64)) < 0)
        return result;
    return 0;
}

SND_PCM_PLUGIN_DEFINE_FUNC(fault)
{
    snd_config_iterator_t i, next;
    enum fault fault = NONE;
    unsigned int rate = RATE;
    long period_bytes = 0;
    struct device *device;
    size_t kind;
    int result;

    (void)root;
    snd_config_for_each(i, next, conf) {
        const char *key, *value;

        if (snd_config_get_id(snd_config_iterator_entry(i), &key) < 0)
            continue;
        if (strcmp(key, "period_bytes") == 0 &&
            snd_config_get_integer(snd_config_iterator_entry(i), &period_bytes) < 0)
            return -EINVAL;
        if (strcmp(key, "fault") != 0)
            continue;
        if (snd_config_get_string(snd_config_iterator_entry(i), &value) < 0)
            return -EINVAL;
        for (kind = 0; kind < sizeof names / sizeof *names; kind++)
            if (strcmp(names[kind], value) == 0)
                fault = (enum fault)kind;
    }
    if (fault == BUSY)
        return -EBUSY;
    if (gone_since_ms != 0) {
        if (now_ms() - gone_since_ms < GONE_MS)
            return -ENODEV;
        rate = fault == RATE_ ? 44100 : RATE;
        fault = NONE;
    }
    if ((device = calloc(1, sizeof *device)) == NULL)
        return -ENOMEM;
    device->fault = fault;
    device->opened_ms = now_ms();
    device->stuck_frames = -1;
    device->held_at = -1;
    device->io.version = SND_PCM_IOPLUG_VERSION;
    device->io.name = "a device that fails";
    device->io.flags = SND_PCM_IOPLUG_FLAG_MONOTONIC;
    device->io.callback = &callbacks;
    device->io.private_data = device;
    device->io.poll_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    device->io.poll_events = POLLIN;
    if (device->io.poll_fd < 0) {
        free(device);
        return -errno;
    }
    if ((result = snd_pcm_ioplug_create(&device->io, name, stream, mode)) < 0) {
        close_device(&device->io);
        return result;
    }
    if ((result = set_up(&device->io, rate, (unsigned int)period_bytes)) < 0) {
        snd_pcm_ioplug_delete(&device->io);
        return result;
    }
    *pcmp = device->io.pcm;
    return 0;
}

SND_PCM_PLUGIN_SYMBOL(fault);
