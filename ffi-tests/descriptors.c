/* In a program that has closed stdin, stdout and stderr, the library opens no file as descriptor 0 to 2. */
#define _GNU_SOURCE
#include "check.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEPT = 100, FRAMES = 4096 };

static int taken(void)
{
    int number, count = 0;
    for (number = 0; number < 3; number++)
        count += fcntl(number, F_GETFD) >= 0;
    return count;
}

static void without_standard(void)
{
    int number;
    for (number = 0; number < 3; number++) {
        dup2(number, KEPT + number);
        close(number);
    }
}

static void with_standard(void)
{
    int number;
    for (number = 0; number < 3; number++) {
        dup2(KEPT + number, number);
        close(KEPT + number);
    }
}

/* A call that opens a descriptor and keeps it. */
#define OPENS(call)                                                                                 \
    do {                                                                                            \
        amio_status status;                                                                         \
        int before, after;                                                                          \
        without_standard();                                                                         \
        before = taken();                                                                           \
        status = (call);                                                                            \
        after = taken();                                                                            \
        with_standard();                                                                            \
        OK(status);                                                                                 \
        CHECK(before == 0 && after == 0);                                                           \
    } while (0)

int main(void)
{
    const char *folder = getenv("TMPDIR");
    char path[512], recorded[520], flac[520], pipe_path[520];
    amio_interface_config config;
    amio_recorder_config recording;
    amio_interface *iface, *offline;
    amio_recorder *recorders[3];
    amio_clip *clip, *streamed, *loaded;
    amio_analysis *analysis;
    amio_playspec *playspec;
    amio_playspec_entry entry;
    amio_file_info info;
    uint64_t ticket;
    int at, reader;

    snprintf(path, sizeof path, "%s/amio-descriptors-%ld", folder ? folder : "/tmp", (long)getpid());
    snprintf(recorded, sizeof recorded, "%s.rec", path);
    snprintf(flac, sizeof flac, "%s.flac", path);
    snprintf(pipe_path, sizeof pipe_path, "%s.pipe", path);
    CHECK(mkfifo(pipe_path, 0600) == 0);
    reader = open(pipe_path, O_RDONLY | O_NONBLOCK);
    CHECK(reader >= 0);

    clip = counting_clip(FRAMES);
    OPENS(amio_clip_save(clip, path, AMIO_FILE_WAV_F32, NULL, NULL));
    OPENS(amio_clip_open(path, &loaded));
    OPENS(amio_clip_open_stream(path, NULL, &streamed));
    OPENS(amio_analysis_open(path, 0, NULL, NULL, &analysis));
    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    OPENS(amio_file_probe(path, &info));

    memset(&config, 0, sizeof config);
    config.struct_size = sizeof config;
    config.driver = AMIO_DRIVER_NULL;
    OPENS(amio_interface_new(&config, &iface));
    OPENS(amio_interface_start(iface));
    entry = entry_of(streamed, 0);
    playspec = playspec_of(&entry);
    OPENS(amio_interface_schedule(iface, playspec, AMIO_INSERT_AT_ONCE, 0, 0, 0, &ticket));
    config.driver = AMIO_DRIVER_OFFLINE;
    OPENS(amio_interface_new(&config, &offline));
    OPENS(amio_interface_start(offline));
    memset(&recording, 0, sizeof recording);
    recording.struct_size = sizeof recording;
    OPENS(amio_recorder_new(offline, recorded, &recording, &recorders[0]));
    recording.file_format = AMIO_FILE_FLAC_24;
    OPENS(amio_recorder_new(offline, flac, &recording, &recorders[1]));
    OPENS(amio_recorder_new(offline, pipe_path, &recording, &recorders[2]));
    OPENS(amio_interface_advance(offline, PERIOD, NULL, NULL));

    for (at = 0; at < 3; at++) {
        OK(amio_recorder_stop(recorders[at]));
        OK(amio_recorder_free(recorders[at]));
    }
    OK(amio_interface_free(offline));
    OK(amio_interface_free(iface));
    OK(amio_playspec_free(playspec));
    OK(amio_analysis_free(analysis));
    OK(amio_clip_free(streamed));
    OK(amio_clip_free(loaded));
    OK(amio_clip_free(clip));
    close(reader);
    remove(path);
    remove(recorded);
    remove(flac);
    remove(pipe_path);
    return 0;
}
