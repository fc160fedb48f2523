/* Section status: every status has a text, and each thread has its own last message. */
#include "check.h"
#include <limits.h>
#include <pthread.h>

static void *fail_elsewhere(void *unused)
{
    CHECK(strcmp(amio_last_error_message(), "") == 0);
    FAILS(AMIO_ERROR_NULL_POINTER, amio_clip_retain(NULL));
    CHECK(strcmp(amio_last_error_message(), "clip is NULL") == 0);
    return unused;
}

int main(void)
{
    amio_status status;
    pthread_t thread;
    const char *unknown = amio_strerror(1);

    CHECK(strcmp(amio_last_error_message(), "") == 0);
    for (status = AMIO_ERROR_CANCELLED; status <= AMIO_OK; status++)
        CHECK(strcmp(amio_strerror(status), unknown) != 0);
    CHECK(strcmp(amio_strerror(INT_MIN), unknown) == 0);
    CHECK(strcmp(amio_strerror(INT_MAX), unknown) == 0);

    /* A message names the argument, the value and the valid range. */
    FAILS(AMIO_ERROR_INVALID_ARGUMENT, amio_clip_new_f32(RATE, 65, NULL, 1, NULL));
    CHECK(strcmp(amio_last_error_message(), "channels is 65; it must be 1 to 64") == 0);

    /* A successful call does not change the message, and neither do other threads. */
    OK(amio_clip_free(NULL));
    CHECK(pthread_create(&thread, NULL, fail_elsewhere, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(strcmp(amio_last_error_message(), "channels is 65; it must be 1 to 64") == 0);
    return 0;
}
