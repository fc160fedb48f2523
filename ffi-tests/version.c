/* Section version: header and library agree; a disagreement is an error. */
#include "check.h"

int main(void)
{
    char text[32];
    snprintf(text, sizeof text, "%d.%d.%d", AMIO_VERSION_MAJOR, AMIO_VERSION_MINOR,
             AMIO_VERSION_PATCH);
    CHECK(strcmp(text, amio_version_string()) == 0);

    OK(amio_version_check(AMIO_VERSION_MAJOR, AMIO_VERSION_MINOR, AMIO_VERSION_PATCH));
    FAILS(AMIO_ERROR_UNSUPPORTED,
          amio_version_check(AMIO_VERSION_MAJOR, AMIO_VERSION_MINOR, AMIO_VERSION_PATCH + 1));
    FAILS(AMIO_ERROR_UNSUPPORTED, amio_version_check(AMIO_VERSION_MAJOR, AMIO_VERSION_MINOR + 1, 0));
    FAILS(AMIO_ERROR_UNSUPPORTED, amio_version_check(AMIO_VERSION_MAJOR + 1, 0, 0));
    CHECK(strstr(amio_last_error_message(), amio_version_string()) != NULL);
    return 0;
}
