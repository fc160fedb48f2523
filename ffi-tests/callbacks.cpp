// If a callback of the program does not return, the process ends with a message that names the callback.
// Also shows how to pass on an exception that was thrown in `progress`.
#include <amio.h>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <pthread.h>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

void check(bool holds, const char *what)
{
    if (holds)
        return;
    std::fprintf(stderr, "not so: %s (%s)\n", what, amio_last_error_message());
    std::exit(1);
}

const std::vector<float> samples(100000, 0.5f);

extern "C" std::int32_t progress_throws(void *, std::uint64_t, std::uint64_t)
{
    throw std::runtime_error("thrown by progress");
}

extern "C" std::int32_t progress_exits(void *, std::uint64_t, std::uint64_t)
{
    pthread_exit(nullptr);
}

extern "C" void release_throws(void *)
{
    throw std::runtime_error("thrown by release");
}

amio_clip *clip_of(void (*release)(void *))
{
    amio_clip_format format = {};
    format.struct_size = sizeof format;
    format.frame_rate_hz = 48000;
    format.channels = 1;
    amio_clip *clip = nullptr;
    check(amio_clip_new_borrowed(&format, samples.data(), samples.size(), release, nullptr, &clip) == AMIO_OK,
          "a clip");
    return clip;
}

void look(amio_progress progress)
{
    amio_analysis *analysis = nullptr;
    amio_analysis_new(clip_of(amio_release_flag), 0, progress, nullptr, &analysis);
}

void look_and_throw() { look(progress_throws); }

void look_and_exit() { look(progress_exits); }

void catch_what_free_throws()
{
    try {
        amio_clip_free(clip_of(release_throws));
    } catch (...) {
    }
}

// The last reference to the clip's memory is dropped on a thread of the library.
void release_on_another_thread()
{
    amio_interface_config config = {};
    config.struct_size = sizeof config;
    config.driver = AMIO_DRIVER_NULL;
    amio_interface *iface = nullptr;
    check(amio_interface_new(&config, &iface) == AMIO_OK, "an interface");
    amio_clip *clip = clip_of(release_throws);
    std::uint64_t number = 0;
    for (bool plays : {true, false}) {
        amio_playspec *playspec = nullptr;
        amio_playspec_entry entry = {};
        check(amio_playspec_new(&playspec) == AMIO_OK, "a playspec");
        check(amio_playspec_entry_init(&entry, sizeof entry, clip) == AMIO_OK, "an entry");
        if (plays)
            check(amio_playspec_add(playspec, &entry, &number) == AMIO_OK, "an entry of the playspec");
        check(amio_interface_schedule(iface, playspec, AMIO_INSERT_AT_ONCE, 0, 0, 0, &number) == AMIO_OK, "a swap");
        check(amio_playspec_free(playspec) == AMIO_OK, "no playspec");
    }
    check(amio_clip_free(clip) == AMIO_OK, "no clip");
    check(amio_interface_start(iface) == AMIO_OK, "a start");
    // The transport is stopped, so both swaps are applied at once. This thread makes no call that fetches
    // what the engine sends back, so a thread of the library does.
    for (;;)
        pause();
}

// Runs `what` in a child process, which must end as the header says.
void ends(void (*what)(), const char *name)
{
    int ends[2];
    check(pipe(ends) == 0, "a pipe");
    const pid_t child = fork();
    check(child >= 0, "a child");
    if (child == 0) {
        const rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        dup2(ends[1], 2);
        alarm(60);
        what();
        _exit(0);
    }
    close(ends[1]);
    std::string said;
    char buffer[512];
    for (ssize_t read_now; (read_now = read(ends[0], buffer, sizeof buffer)) > 0;)
        said.append(buffer, static_cast<std::size_t>(read_now));
    close(ends[0]);
    int status = 0;
    check(waitpid(child, &status, 0) == child, "the child's end");
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT)
        std::fprintf(stderr, "status %d, said: %s\n", status, said.c_str());
    check(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "it was aborted");
    const std::string expected = std::string("the function `") + name + "` of the program";
    check(said.find(expected) != std::string::npos, said.c_str());
}

// Keeps an exception until the call has returned, as the header recommends.
struct Kept {
    std::exception_ptr thrown;
};

extern "C" std::int32_t progress_keeps(void *user_data, std::uint64_t, std::uint64_t) noexcept
{
    try {
        throw std::runtime_error("kept");
    } catch (...) {
        static_cast<Kept *>(user_data)->thrown = std::current_exception();
        return 1;
    }
}

void an_exception_is_passed_on()
{
    amio_clip *clip = clip_of([](void *) {});
    amio_analysis *analysis = nullptr;
    Kept kept;
    check(amio_analysis_new(clip, 0, progress_keeps, &kept, &analysis) == AMIO_ERROR_CANCELLED, "cancelled");
    check(amio_clip_free(clip) == AMIO_OK, "no clip");
    try {
        std::rethrow_exception(kept.thrown);
    } catch (const std::runtime_error &error) {
        check(std::string(error.what()) == "kept", "what was thrown");
        return;
    }
}

} // namespace

int main()
{
    an_exception_is_passed_on();
    ends(look_and_throw, "progress");
    ends(look_and_exit, "progress");
    ends(catch_what_free_throws, "release");
    ends(release_on_another_thread, "release");
    return 0;
}
