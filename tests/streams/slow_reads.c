/* Preloaded library. Reads of files whose path contains $SLOW_NAME take as many seconds as the file
   $SLOW_SECONDS says; without that file, they are not delayed. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static void wait_for(int file) {
    const char *name = getenv("SLOW_NAME"), *seconds = getenv("SLOW_SECONDS");
    char link[64], path[4096], text[16];
    if (name == NULL || seconds == NULL)
        return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0)
        return;
    path[length] = 0;
    if (strstr(path, name) == NULL)
        return;
    int control = open(seconds, O_RDONLY);
    if (control < 0)
        return;
    length = syscall(SYS_read, control, text, sizeof text - 1);
    close(control);
    if (length <= 0)
        return;
    text[length] = 0;
    struct timespec left = {atol(text), 0};
    while (nanosleep(&left, &left) != 0) {
    }
}

ssize_t pread64(int file, void *bytes, size_t count, off64_t offset) {
    wait_for(file);
    return syscall(SYS_pread64, file, bytes, count, offset);
}

ssize_t pread(int file, void *bytes, size_t count, off_t offset) {
    return pread64(file, bytes, count, offset);
}

ssize_t read(int file, void *bytes, size_t count) {
    wait_for(file);
    return syscall(SYS_read, file, bytes, count);
}
