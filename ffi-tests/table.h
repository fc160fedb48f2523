/*
 * Calls functions with a wrong value for each argument in turn. A program has a table with one line for each
 * function, with one letter for each argument. The letter determines the valid value and the wrong values, which the
 * program says.
 */
#ifndef TABLE_H
#define TABLE_H

#include "check.h"

enum { MOST_ARGUMENTS = 7 };

typedef union {
    void *p;
    uint64_t u;
    int64_t i;
    float f;
} value;

/* ---- What the program says ---- */

/* Makes the valid objects, before each call, and frees them after it. The call may have freed some of them. */
static void make_right(void);
static void free_right(void);

/* A valid value for a letter. */
static value right_value(char kind);

/* The wrong value number `which` for a letter, and the error that it must give; 0 after the last. */
static amio_status wrong_value(char kind, int which, value *wrong);

/* Whether the variables that functions write to are as make_right() has left them. */
static int nothing_was_written(void);

/* ---- What it uses ---- */

static inline value pointer(void *p)
{
    value v;
    v.u = 0;
    v.p = p;
    return v;
}

static inline value number(uint64_t u)
{
    value v;
    v.u = u;
    return v;
}

static inline value real(float f)
{
    value v;
    v.u = 0;
    v.f = f;
    return v;
}

#define A0 a[0].p
#define A1 a[1].p
#define A2 a[2].p
#define U(n) a[n].u
#define U32(n) (uint32_t) a[n].u

#define FUNCTION(name, ...) \
    static amio_status call_##name(const value *a) { return name(__VA_ARGS__); }

struct function {
    const char *name;
    const char *kinds;
    amio_status (*call)(const value *a);
    amio_status when_right;
};

#define LINE(name, kinds) {#name, kinds, call_##name, AMIO_OK}

/* Calls a function with valid arguments, except for one argument if `wrong` is given. */
static void try(const struct function *function, size_t position, const value *wrong,
                amio_status expected)
{
    value arguments[MOST_ARGUMENTS];
    size_t at;
    amio_status status;

    for (at = 0; function->kinds[at] != '\0'; at++)
        arguments[at] = right_value(function->kinds[at]);
    if (wrong != NULL)
        arguments[position] = *wrong;
    status = function->call(arguments);
    if (status != expected)
        fprintf(stderr, "%s, argument %d wrong with %#llx: %s (%s), not %s\n", function->name,
                wrong == NULL ? -1 : (int)position,
                wrong == NULL ? 0 : (unsigned long long)wrong->u, amio_strerror(status),
                amio_last_error_message(), amio_strerror(expected));
    CHECK(status == expected);
    if (status != AMIO_OK) {
        CHECK(amio_last_error_message()[0] != '\0');
        CHECK(nothing_was_written());
    }
}

static int try_all(const struct function *function)
{
    size_t position;
    int tried = 1;

    make_right();
    try(function, 0, NULL, function->when_right);
    free_right();
    for (position = 0; function->kinds[position] != '\0'; position++) {
        int which = 0;
        for (;; which++) {
            value wrong;
            amio_status expected;
            make_right();
            expected = wrong_value(function->kinds[position], which, &wrong);
            if (expected == AMIO_OK) {
                free_right();
                break;
            }
            try(function, position, &wrong, expected);
            free_right();
            tried++;
        }
    }
    return tried;
}

#endif
