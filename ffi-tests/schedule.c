/* Section schedule: swaps at exact frames, late ones, cancelled ones, and groups. */
#include "check.h"

/* A playspec whose output is `value` at every frame from 0 on. */
static amio_playspec *constant(float value)
{
    amio_clip *clip;
    amio_playspec *playspec;
    amio_playspec_entry entry;
    OK(amio_clip_new_f32(RATE, 1, &value, 1, &clip));
    entry = entry_of(clip, 0);
    entry.repeat_interval_frames = 1;
    playspec = playspec_of(&entry);
    OK(amio_clip_free(clip));
    return playspec;
}

static void a_swap_takes_over_inside_a_period(void)
{
    amio_interface *iface = rolling_offline(1);
    amio_clip *clip = counting_clip(100);
    amio_playspec_entry entry = entry_of(clip, 0);
    amio_playspec *first = constant(1), *second = playspec_of(&entry);
    uint64_t one, two;
    float output[PERIOD];
    amio_event event;

    OK(amio_interface_schedule(iface, first, 0, 0, 0, UINT64_MAX, &one));
    OK(amio_interface_schedule(iface, second, 10, 50, 0, 7, &two));
    CHECK(one != two && one != AMIO_TICKET_NONE);
    OK(amio_interface_advance(iface, PERIOD, NULL, output));
    CHECK(output[9] == 1 && near(output[10], 0.51f) && near(output[11], 0.52f));

    event = expect_event(iface, AMIO_EVENT_APPLIED);
    CHECK(event.ticket == one && event.device_frame == 0 && event.frames == 0);
    CHECK(event.user_data == UINT64_MAX);
    event = expect_event(iface, AMIO_EVENT_APPLIED);
    CHECK(event.ticket == two && event.device_frame == 10 && event.position == 50);
    CHECK(event.user_data == 7);
    expect_event(iface, AMIO_EVENT_NONE);
    FAILS(AMIO_ERROR_NO_SUCH_TICKET, amio_interface_cancel(iface, one));

    OK(amio_interface_free(iface));
    OK(amio_playspec_free(first));
    OK(amio_playspec_free(second));
    OK(amio_clip_free(clip));
}

static void late_swaps_do_what_was_asked(void)
{
    amio_interface *iface = rolling_offline(1);
    amio_playspec *playspec = constant(1);
    uint64_t ticket;
    amio_event event;
    int64_t position;

    OK(amio_interface_advance(iface, 100, NULL, NULL));
    OK(amio_interface_schedule(iface, playspec, 90, 1000, AMIO_LATE_REFUSE, 8, &ticket));
    OK(amio_interface_advance(iface, 1, NULL, NULL));
    event = expect_event(iface, AMIO_EVENT_CANCELLED);
    CHECK(event.ticket == ticket && event.cancel_reason == AMIO_CANCEL_LATE);
    CHECK(event.user_data == 8);

    OK(amio_interface_schedule(iface, playspec, 91, 1000, AMIO_LATE_CATCH_UP, 0, &ticket));
    OK(amio_interface_advance(iface, 1, NULL, NULL));
    event = expect_event(iface, AMIO_EVENT_APPLIED);
    CHECK(event.ticket == ticket && event.frames == 10);
    OK(amio_interface_position(iface, &position));
    CHECK(position == 1011);

    OK(amio_interface_schedule(iface, playspec, 0, 500, AMIO_LATE_SLIP, 0, &ticket));
    OK(amio_interface_advance(iface, 1, NULL, NULL));
    expect_event(iface, AMIO_EVENT_APPLIED);
    OK(amio_interface_position(iface, &position));
    CHECK(position == 501);

    OK(amio_interface_free(iface));
    OK(amio_playspec_free(playspec));
}

static void the_timeline_goes_on_or_begins_anew_at_once(void)
{
    const uint32_t policies[] = {AMIO_LATE_CATCH_UP, AMIO_LATE_SLIP, AMIO_LATE_REFUSE};
    amio_interface *iface = rolling_offline(1);
    amio_playspec *playspec = constant(1);
    uint64_t ticket;
    int64_t position;
    amio_event event;
    size_t policy;

    for (policy = 0; policy < 3; policy++) {
        OK(amio_interface_set_position(iface, 700));
        OK(amio_interface_advance(iface, 10, NULL, NULL));
        OK(amio_interface_schedule(iface, playspec, AMIO_INSERT_AT_ONCE, AMIO_START_CONTINUE,
                                   policies[policy], 0, &ticket));
        OK(amio_interface_advance(iface, 10, NULL, NULL));
        event = expect_event(iface, AMIO_EVENT_APPLIED);
        CHECK(event.ticket == ticket && event.frames == 0 && event.position == 710);
        OK(amio_interface_schedule(iface, playspec, 725, AMIO_START_CONTINUE, policies[policy],
                                   0, &ticket));
        OK(amio_interface_advance(iface, 10, NULL, NULL));
        event = expect_event(iface, AMIO_EVENT_APPLIED);
        CHECK(event.ticket == ticket && event.frames == 0 && event.position == 725);
        OK(amio_interface_schedule(iface, playspec, AMIO_INSERT_AT_ONCE, 50, policies[policy],
                                   0, &ticket));
        OK(amio_interface_advance(iface, 10, NULL, NULL));
        event = expect_event(iface, AMIO_EVENT_APPLIED);
        CHECK(event.ticket == ticket && event.frames == 0 && event.position == 50);
        OK(amio_interface_position(iface, &position));
        CHECK(position == 60);

        /* A late swap continues too, unless its policy is to be dropped. */
        OK(amio_interface_schedule(iface, playspec, 55, AMIO_START_CONTINUE, policies[policy],
                                   0, &ticket));
        OK(amio_interface_advance(iface, 10, NULL, NULL));
        if (policies[policy] == AMIO_LATE_REFUSE) {
            event = expect_event(iface, AMIO_EVENT_CANCELLED);
            CHECK(event.ticket == ticket && event.cancel_reason == AMIO_CANCEL_LATE);
        } else {
            event = expect_event(iface, AMIO_EVENT_APPLIED);
            CHECK(event.ticket == ticket && event.frames == 5 && event.position == 60);
        }
        OK(amio_interface_position(iface, &position));
        CHECK(position == 70);
    }
    OK(amio_interface_free(iface));
    OK(amio_playspec_free(playspec));
}

static void cancelled_superseded_and_closed(void)
{
    amio_interface *iface = rolling_offline(1);
    amio_playspec *playspec = constant(1);
    uint64_t cancelled, first, second, closed;
    amio_event event;

    OK(amio_interface_schedule(iface, playspec, 1000, 0, 0, 1, &cancelled));
    OK(amio_interface_cancel(iface, cancelled));
    OK(amio_interface_advance(iface, 1, NULL, NULL));
    event = expect_event(iface, AMIO_EVENT_CANCELLED);
    CHECK(event.ticket == cancelled && event.cancel_reason == AMIO_CANCEL_ASKED);
    CHECK(event.user_data == 1);

    OK(amio_interface_schedule(iface, playspec, 1, 0, 0, 2, &first));
    OK(amio_interface_schedule(iface, playspec, 0, 0, 0, 3, &second));
    OK(amio_interface_advance(iface, 1, NULL, NULL));
    event = expect_event(iface, AMIO_EVENT_SUPERSEDED);
    CHECK(event.ticket == first && event.user_data == 2);
    event = expect_event(iface, AMIO_EVENT_APPLIED);
    CHECK(event.ticket == second && event.user_data == 3);

    OK(amio_interface_schedule(iface, playspec, 1000, 0, 0, 4, &closed));
    OK(amio_interface_close(iface));
    event = expect_event(iface, AMIO_EVENT_CANCELLED);
    CHECK(event.ticket == closed && event.cancel_reason == AMIO_CANCEL_CLOSED);
    CHECK(event.user_data == 4);
    FAILS(AMIO_ERROR_INVALID_STATE, amio_interface_schedule(iface, playspec, 0, 0, 0, 0, &closed));
    OK(amio_interface_free(iface));
    OK(amio_playspec_free(playspec));
}

static void groups_happen_together_or_not_at_all(void)
{
    amio_interface *iface = rolling_offline(1);
    amio_playspec *playspec = constant(1), *unused = constant(1);
    amio_group *group, *empty;
    uint64_t ticket, other;
    float output[4];
    int64_t position;
    amio_event event;

    OK(amio_interface_advance(iface, 10, NULL, NULL));
    OK(amio_group_new(iface, &group));
    OK(amio_group_set_rolling(group, 0));
    OK(amio_group_set_position(group, 100));
    OK(amio_group_schedule(group, playspec, 100, 0, 0, 5, &ticket));
    OK(amio_group_set_gain(group, playspec, 0, 0.5f, 0.5f, 0));
    OK(amio_group_set_rolling(group, 1));
    FAILS(AMIO_ERROR_INVALID_STATE, amio_group_set_gain(group, unused, 0, 1, 1, 0));
    OK(amio_interface_advance(iface, 10, NULL, NULL));
    expect_event(iface, AMIO_EVENT_NONE);

    OK(amio_group_commit(group));
    FAILS(AMIO_ERROR_INVALID_STATE, amio_group_commit(group));
    FAILS(AMIO_ERROR_INVALID_STATE, amio_group_set_rolling(group, 1));
    FAILS(AMIO_ERROR_INVALID_STATE, amio_group_schedule(group, playspec, 0, 0, 0, 0, &other));
    OK(amio_group_free(group));
    OK(amio_interface_advance(iface, 4, NULL, output));
    CHECK(output[0] == 0.5f && output[3] == 0.5f);
    event = expect_event(iface, AMIO_EVENT_APPLIED);
    CHECK(event.ticket == ticket && event.user_data == 5);
    OK(amio_interface_position(iface, &position));
    CHECK(position == 4);

    /* A group that is freed without a commit has no effect. */
    OK(amio_interface_schedule(iface, playspec, 1000, 0, 0, 0, &ticket));
    OK(amio_group_new(iface, &group));
    OK(amio_group_cancel(group, ticket));
    OK(amio_group_schedule(group, playspec, 1000, 0, 0, 6, &other));
    OK(amio_group_set_position(group, 0));
    OK(amio_group_free(group));
    event = expect_event(iface, AMIO_EVENT_CANCELLED);
    CHECK(event.ticket == other && event.user_data == 6);
    FAILS(AMIO_ERROR_INVALID_HANDLE, amio_group_commit(group));
    OK(amio_interface_advance(iface, 4, NULL, output));
    OK(amio_interface_position(iface, &position));
    CHECK(position == 8);
    expect_event(iface, AMIO_EVENT_NONE);

    /* A group may outlive its interface's handle, but has no effect then. */
    OK(amio_group_new(iface, &group));
    OK(amio_group_new(iface, &empty));
    OK(amio_group_set_rolling(group, 0));
    OK(amio_interface_free(iface));
    FAILS(AMIO_ERROR_INVALID_STATE, amio_group_commit(group));
    FAILS(AMIO_ERROR_INVALID_STATE, amio_group_commit(empty));
    OK(amio_group_free(group));
    OK(amio_group_free(empty));
    OK(amio_playspec_free(playspec));
    OK(amio_playspec_free(unused));
}

static void a_group_holds_as_much_as_a_period_takes(void)
{
    amio_interface *iface = rolling_offline(1);
    amio_group *group;
    int command;
    int64_t position;

    OK(amio_group_new(iface, &group));
    for (command = 0; command < 4096; command++)
        OK(amio_group_set_position(group, command));
    FAILS(AMIO_ERROR_INVALID_STATE, amio_group_set_position(group, 0));
    FAILS(AMIO_ERROR_INVALID_STATE, amio_group_set_rolling(group, 0));
    CHECK(strstr(amio_last_error_message(), "4096") != NULL);
    OK(amio_group_commit(group));
    OK(amio_group_free(group));
    OK(amio_interface_advance(iface, 1, NULL, NULL));
    OK(amio_interface_position(iface, &position));
    CHECK(position == 4096);
    OK(amio_interface_free(iface));
}

static void a_clip_of_another_rate_is_refused(void)
{
    static const float sample = 1;
    amio_interface *iface = rolling_offline(1);
    amio_clip *clip;
    amio_playspec *playspec;
    amio_playspec_entry entry;
    uint64_t ticket;

    OK(amio_clip_new_f32(44100, 1, &sample, 1, &clip));
    entry = entry_of(clip, 0);
    playspec = playspec_of(&entry);
    FAILS(AMIO_ERROR_RATE_MISMATCH, amio_interface_schedule(iface, playspec, 0, 0, 0, 0, &ticket));
    FAILS(AMIO_ERROR_RATE_MISMATCH, amio_interface_set_input_clip(iface, clip));
    OK(amio_playspec_free(playspec));
    OK(amio_clip_free(clip));
    OK(amio_interface_free(iface));
}

int main(void)
{
    a_swap_takes_over_inside_a_period();
    late_swaps_do_what_was_asked();
    the_timeline_goes_on_or_begins_anew_at_once();
    cancelled_superseded_and_closed();
    groups_happen_together_or_not_at_all();
    a_group_holds_as_much_as_a_period_takes();
    a_clip_of_another_rate_is_refused();
    return 0;
}
