#include <amio.h>
#include <stdio.h>

int main(void) { return puts(amio_version_string()) < 0; }
