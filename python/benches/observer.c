/* JACK clients for python/benches/cpu.py. They are in C so that their cost is small and constant.
 *
 * usage: observer empty NAME      a client with two inputs and two outputs that only clears its outputs,
 *                                 connected to the first physical ports; ends at the end of stdin
 *        observer watch SUBJECT PID
 *                                 listens to the outputs of the client SUBJECT, a process PID. For each
 *                                 line "freewheel CYCLES" on stdin, it lets the server freewheel for that
 *                                 many cycles; for "live CYCLES", they pass in real time. It answers with
 *                                 the line "CYCLES WALL_NS PROCESS_NS AUDIO_NS TURNS RMS_LEFT RMS_RIGHT":
 *                                 the number of cycles, how long they took, how long SUBJECT's threads
 *                                 ran, how long its audio thread ran, how often its threads were
 *                                 scheduled, and the level that was received.
 * Both print "ready" when they begin.
 */
#define _POSIX_C_SOURCE 200809L
#include <dirent.h>
#include <jack/jack.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static jack_client_t *client;
static jack_port_t *inputs[2], *outputs[2];
static unsigned long cycles; /* how many have passed */
static int listening, freewheels;
static double squares[2];
static unsigned long frames_heard;

static void die(const char *what)
{
    fprintf(stderr, "observer: %s\n", what);
    exit(1);
}

static int clear(jack_nframes_t frames, void *unused)
{
    (void)unused;
    for (int side = 0; side < 2; side++)
        memset(jack_port_get_buffer(outputs[side], frames), 0, frames * sizeof(float));
    return 0;
}

static int listen(jack_nframes_t frames, void *unused)
{
    (void)unused;
    for (int side = 0; side < 2; side++) {
        const float *heard = jack_port_get_buffer(inputs[side], frames);
        double sum = 0;
        for (jack_nframes_t frame = 0; frame < frames; frame++)
            sum += (double)heard[frame] * heard[frame];
        if (__atomic_load_n(&listening, __ATOMIC_ACQUIRE))
            squares[side] += sum;
    }
    if (__atomic_load_n(&listening, __ATOMIC_ACQUIRE))
        frames_heard += frames;
    __atomic_fetch_add(&cycles, 1, __ATOMIC_RELEASE);
    return 0;
}

static void on_freewheel(int on, void *unused)
{
    (void)unused;
    __atomic_store_n(&freewheels, on, __ATOMIC_RELEASE);
}

static void open_client(const char *name, JackProcessCallback process)
{
    client = jack_client_open(name, JackNoStartServer, NULL);
    if (client == NULL)
        die("no JACK server answers");
    jack_set_process_callback(client, process, NULL);
    jack_set_freewheel_callback(client, on_freewheel, NULL);
}

static jack_port_t *port(const char *name, unsigned long flags)
{
    jack_port_t *made = jack_port_register(client, name, JACK_DEFAULT_AUDIO_TYPE, flags, 0);
    if (made == NULL)
        die("a port was refused");
    return made;
}

static void connect_physical(void)
{
    const char **from = jack_get_ports(client, NULL, JACK_DEFAULT_AUDIO_TYPE,
                                       JackPortIsPhysical | JackPortIsOutput);
    const char **to = jack_get_ports(client, NULL, JACK_DEFAULT_AUDIO_TYPE,
                                     JackPortIsPhysical | JackPortIsInput);
    for (int side = 0; side < 2; side++)
        if (from == NULL || to == NULL
            || jack_connect(client, from[side], jack_port_name(inputs[side])) != 0
            || jack_connect(client, jack_port_name(outputs[side]), to[side]) != 0)
            die("no two physical ports each way");
    jack_free(from);
    jack_free(to);
}

static void pause_ms(long milliseconds)
{
    const struct timespec time = {0, milliseconds * 1000000};
    nanosleep(&time, NULL);
}

static long long now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

enum { MOST_THREADS = 64 };

/* What the scheduler reports about a thread: nanoseconds on a processor, and how often it was scheduled. */
struct ran {
    int thread;
    long long ns, turns;
};

static int threads_of(const char *process, struct ran ran[MOST_THREADS])
{
    char path[512];
    int count = 0;
    snprintf(path, sizeof path, "/proc/%s/task", process);
    DIR *folder = opendir(path);
    if (folder == NULL)
        die("the process is gone");
    for (struct dirent *entry; (entry = readdir(folder)) != NULL && count < MOST_THREADS;) {
        long long waited;
        snprintf(path, sizeof path, "/proc/%s/task/%.32s/schedstat", process, entry->d_name);
        FILE *file = entry->d_name[0] == '.' ? NULL : fopen(path, "r");
        if (file == NULL)
            continue;
        ran[count].thread = atoi(entry->d_name);
        if (fscanf(file, "%lld %lld %lld", &ran[count].ns, &waited, &ran[count].turns) == 3)
            count++;
        fclose(file);
    }
    closedir(folder);
    return count;
}

/* How long all threads ran, and how often they were scheduled; and how long the audio thread ran: the one
 * that was scheduled most often, once in each cycle. */
static void ran_since(const struct ran *before, int count, const char *process, struct ran *all,
                      long long *audio_ns)
{
    struct ran after[MOST_THREADS];
    long long most = -1;
    const int now = threads_of(process, after);
    all->ns = all->turns = *audio_ns = 0;
    for (int old = 0; old < count; old++)
        for (int new = 0; new < now; new++)
            if (before[old].thread == after[new].thread) {
                const long long ns = after[new].ns - before[old].ns;
                const long long turns = after[new].turns - before[old].turns;
                all->ns += ns;
                all->turns += turns;
                if (turns > most) {
                    most = turns;
                    *audio_ns = ns;
                }
            }
}

static void freewheel(int on)
{
    if (jack_set_freewheel(client, on) != 0)
        die("the server does not freewheel");
    for (int ms = 0; __atomic_load_n(&freewheels, __ATOMIC_ACQUIRE) != on; ms++) {
        if (ms > 2000)
            die("the server does not freewheel");
        pause_ms(1);
    }
}

static unsigned long passed(void)
{
    return __atomic_load_n(&cycles, __ATOMIC_ACQUIRE);
}

/* Waits until `wanted` cycles have passed since the count was `before`. */
static void wait_for_cycles(unsigned long before, unsigned long wanted)
{
    unsigned long seen = passed();
    for (int ms = 0; passed() - before < wanted; ms++) {
        if (passed() != seen) {
            seen = passed();
            ms = 0;
        }
        if (ms > 5000)
            die("the server stands still");
        pause_ms(1);
    }
}

static void measure(unsigned long wanted, int live, const char *process)
{
    struct ran before[MOST_THREADS], all;
    unsigned long begun;
    long long began_ns, wall_ns, audio_ns;
    int count;

    if (!live)
        freewheel(1);
    squares[0] = squares[1] = 0;
    frames_heard = 0;
    begun = passed();
    wait_for_cycles(begun, 1);
    __atomic_store_n(&listening, 1, __ATOMIC_RELEASE);
    count = threads_of(process, before);
    begun = passed();
    began_ns = now_ns();
    wait_for_cycles(begun, wanted);
    wall_ns = now_ns() - began_ns;
    ran_since(before, count, process, &all, &audio_ns);
    wanted = passed() - begun;
    __atomic_store_n(&listening, 0, __ATOMIC_RELEASE);
    if (!live)
        freewheel(0);
    printf("%lu %lld %lld %lld %lld %.9g %.9g\n", wanted, wall_ns, all.ns, audio_ns, all.turns,
           sqrt(squares[0] / (double)frames_heard), sqrt(squares[1] / (double)frames_heard));
    fflush(stdout);
}

int main(int count, char **arguments)
{
    char line[64], name[128];

    if (count == 3 && strcmp(arguments[1], "empty") == 0) {
        open_client(arguments[2], clear);
        inputs[0] = port("input_l", JackPortIsInput);
        inputs[1] = port("input_r", JackPortIsInput);
        outputs[0] = port("output_l", JackPortIsOutput);
        outputs[1] = port("output_r", JackPortIsOutput);
    } else if (count == 4 && strcmp(arguments[1], "watch") == 0) {
        open_client("observer", listen);
        inputs[0] = port("left", JackPortIsInput);
        inputs[1] = port("right", JackPortIsInput);
    } else {
        die("usage: observer empty NAME | observer watch SUBJECT PID");
    }
    if (jack_activate(client) != 0)
        die("the client was not activated");
    if (count == 3) {
        connect_physical();
    } else {
        for (int side = 0; side < 2; side++) {
            snprintf(name, sizeof name, "%s:output_%c", arguments[2], "lr"[side]);
            if (jack_connect(client, name, jack_port_name(inputs[side])) != 0)
                die("the subject's outputs are not there");
        }
    }
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) != NULL) {
        unsigned long wanted;
        if (sscanf(line, "%9s %lu", name, &wanted) != 2 || count != 4)
            die("a line should be: freewheel CYCLES, or: live CYCLES");
        measure(wanted, strcmp(name, "live") == 0, arguments[3]);
    }
    jack_client_close(client);
    return 0;
}
