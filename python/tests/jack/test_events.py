"""What happens to a client as a queue, for asyncio and for threads."""

from __future__ import annotations

import asyncio
import os
import resource
import select
import signal
import threading
from collections.abc import Callable

import pytest

from amio import jack
from amio.jack import EventKind
from tests.jack.steps import periods_pass, wait_for, wait_until_inside
from tests.servers import Jackd


async def next_of(events: jack.Events, kind: EventKind) -> jack.Event:
    async for event in events:
        if event.kind == kind:
            return event
    raise AssertionError("the events ended")


def test_events_come_on_an_event_loop(jackd: Jackd) -> None:
    async def watch() -> None:
        with jack.Client("watcher") as client, jack.Client("other") as other:
            events = client.events()
            out, into = other.outports.register("out"), other.inports.register("into")
            registered = await asyncio.wait_for(next_of(events, EventKind.PORT), 5)
            assert (registered.name, registered.on) == ("other:out", True)
            assert registered.port == out
            other.connect(out, into)
            connected = await asyncio.wait_for(next_of(events, EventKind.CONNECTION), 5)
            assert (connected.port, connected.destination, connected.on) == (out, into, True)
            into.shortname = "renamed"
            renamed = await asyncio.wait_for(next_of(events, EventKind.PORT_RENAMED), 5)
            assert (renamed.before, renamed.name) == ("other:into", "other:renamed")
            other.set_property(out, jack.METADATA_ORDER, "7")
            changed = await asyncio.wait_for(next_of(events, EventKind.PROPERTY), 5)
            assert (changed.subject, changed.name) == (out.uuid, jack.METADATA_ORDER)
            client.blocksize = 128
            period = await asyncio.wait_for(next_of(events, EventKind.PERIOD), 5)
            assert period.frames == 128
            assert events.lost == 0

    asyncio.run(watch())


def test_an_iteration_ends_when_the_client_is_closed(jackd: Jackd) -> None:
    async def watch() -> list[jack.Event]:
        client = jack.Client("watcher")
        events = client.events()
        asyncio.get_running_loop().call_later(0.1, client.close)
        return [event async for event in events]

    assert len(asyncio.run(watch())) < 100


def test_two_tasks_cannot_wait_for_one_queue(jackd: Jackd) -> None:
    async def watch() -> None:
        with jack.Client("watcher") as client:
            events = client.events()
            drain(events)
            first = asyncio.ensure_future(next_of(events, EventKind.SHUTDOWN))
            await asyncio.sleep(0)  # The task begins.
            with pytest.raises(RuntimeError):
                await next_of(events, EventKind.SHUTDOWN)
            first.cancel()
            # After a cancellation, another task can.
            with pytest.raises(asyncio.CancelledError):
                await first
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(next_of(events, EventKind.SHUTDOWN), 0.1)

    asyncio.run(watch())


def test_events_come_on_threads(jackd: Jackd) -> None:
    client = jack.Client("watcher")
    events, others = client.events(), client.events()
    assert events.next(timeout=0.05) is None
    client.activate()
    client.inports.register("in")
    assert select.select([events.fileno()], [], [], 5)[0]
    kinds: list[EventKind] = []
    thread = threading.Thread(target=lambda: kinds.extend(event.kind for event in others))
    thread.start()
    wait_for(lambda: EventKind.PORT in kinds)
    client.close()
    thread.join(5)
    assert not thread.is_alive()
    assert events.next() is None


def drain(events: jack.Events) -> None:
    while events.next(timeout=0.2):
        pass


def test_a_thread_that_waits_for_events_does_not_wake(jackd: Jackd) -> None:
    wakes: list[int] = []

    def wait(events: jack.Events) -> None:
        before = resource.getrusage(resource.RUSAGE_THREAD).ru_nvcsw
        told = events.next(timeout=1)
        wakes.append(resource.getrusage(resource.RUSAGE_THREAD).ru_nvcsw - before)
        if told is not None and told.kind is EventKind.XRUN:
            wakes.clear()  # on a busy machine

    with jack.Client("watcher") as client:
        events = client.events()
        for _ in range(10):
            drain(events)
            thread = threading.Thread(target=wait, args=(events,))
            thread.start()
            thread.join(5)
            if wakes:
                break
    # The end of the wait, and a turn of the interpreter's or two.
    assert len(wakes) == 1
    assert wakes[0] <= 4


def next_event(client: jack.Client) -> Callable[[], object]:
    events = client.events()
    drain(events)
    return events.next


def next_midi(client: jack.Client) -> Callable[[], object]:
    return client.receive_midi(client.midi_inports.register("in")).read


@pytest.mark.parametrize("waiting", [next_event, next_midi])
def test_ctrl_c_ends_a_wait(
    waiting: Callable[[jack.Client], Callable[[], object]], jackd: Jackd
) -> None:
    with jack.Client("interrupted") as client:
        wait = waiting(client)

        def interrupt() -> None:
            wait_until_inside(threading.main_thread(), "wait_readable")
            os.kill(os.getpid(), signal.SIGINT)

        def wait_on() -> None:
            while True:
                wait()  # what comes meanwhile, an xrun say, is not waited for

        thread = threading.Thread(target=interrupt)
        thread.start()
        with pytest.raises(KeyboardInterrupt):
            wait_on()
        thread.join()


def test_a_server_that_ends_is_told_with_its_reason(jackd: Jackd) -> None:
    told: list[tuple[jack.Status, str]] = []
    client = jack.Client("watcher")
    client.set_shutdown_callback(lambda status, reason: told.append((status, reason)))
    events = client.events()
    client.activate()
    jackd.kill()
    while (event := events.next(timeout=5)) is not None and event.kind != EventKind.SHUTDOWN:
        pass
    assert event is not None
    assert event.name
    wait_for(lambda: told)
    assert told[0][1] == event.name
    client.close()


def test_a_period_is_told_before_it_is_processed(jackd: Jackd) -> None:
    seen: list[tuple[str, int]] = []
    client = jack.Client("periods")
    client.set_blocksize_callback(lambda frames: seen.append(("blocksize", frames)))
    client.set_process_callback(
        lambda frames: None if ("process", frames) in seen else seen.append(("process", frames))
    )
    client.activate()
    wait_for(lambda: len(seen) == 2)
    client.blocksize = 128
    wait_for(lambda: len(seen) >= 4)
    periods_pass(jack)
    assert seen == [("blocksize", 256), ("process", 256), ("blocksize", 128), ("process", 128)]
    client.close()


def test_an_audio_buffer_is_refused_outside_a_period(jackd: Jackd) -> None:
    with jack.Client("outside") as client:
        port = client.outports.register("out")
        midi = client.midi_outports.register("midi")
        for use in (port.get_array, port.get_buffer, midi.clear_buffer):
            with pytest.raises(jack.JackError):
                use()
        with pytest.raises(jack.JackError):
            midi.write_midi_event(0, b"\xf8")
