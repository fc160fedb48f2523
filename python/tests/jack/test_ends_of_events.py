"""Events and blocks that are closed while somebody waits for them."""

from __future__ import annotations

import asyncio
import os
import resource
import socket
import threading
from collections.abc import AsyncIterable, Callable, Iterator

import pytest

from amio import jack
from tests.servers import Jackd

Stream = jack.Events | jack.Blocks


def events_of(client: jack.Client) -> Stream:
    return client.events()


def blocks_of(client: jack.Client) -> Stream:
    return client.blocks(64)


STREAMS = pytest.mark.parametrize("stream_of", [events_of, blocks_of])


async def count(stream: AsyncIterable[object]) -> int:
    return len([item async for item in stream])


@STREAMS
@pytest.mark.parametrize("ends", ["stream", "client"])
def test_a_task_is_told_when_another_thread_closes(
    ends: str, stream_of: Callable[[jack.Client], Stream], jackd: Jackd
) -> None:
    async def main(wait: float) -> None:
        client = jack.Client("ends")
        stream = stream_of(client)
        client.activate()
        task = asyncio.ensure_future(count(stream))
        await asyncio.sleep(wait)
        close = stream.close if ends == "stream" else client.close
        thread = threading.Thread(target=close)
        thread.start()
        await asyncio.wait_for(task, 5)
        thread.join(5)
        client.close()

    for number in range(10):
        asyncio.run(main(0.02 + 0.001 * number))


@STREAMS
def test_the_loop_lets_go_of_a_descriptor_before_it_is_closed(
    stream_of: Callable[[jack.Client], Stream], jackd: Jackd
) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        with jack.Client("descriptor") as client:
            client.deactivate()  # No block comes.
            stream = stream_of(client)
            task = asyncio.ensure_future(count(stream))
            await asyncio.sleep(0)  # The task begins, and waits.
            stream.close()
            pairs = [socket.socketpair() for _ in range(4)]
            heard = [loop.create_future() for _ in pairs]
            for (here, there), future in zip(pairs, heard, strict=True):
                loop.add_reader(here, future.set_result, None)
                loop.call_later(0.1, there.close)
            await asyncio.wait_for(task, 5)
            for (here, _), future in zip(pairs, heard, strict=True):
                await asyncio.wait_for(future, 5)
                loop.remove_reader(here)
                here.close()
            with pytest.raises(jack.JackError):
                stream.fileno()
            stream.close()

    asyncio.run(main())


def test_a_loop_that_was_closed_is_no_obstacle(jackd: Jackd) -> None:
    with jack.Client("closed") as client:
        events = client.events()
        loop = asyncio.new_event_loop()
        task = loop.create_task(count(events))
        loop.run_until_complete(asyncio.sleep(0))  # The task begins, and waits.
        loop.close()
        events.close()
        assert events.next() is None
        # Python would tell of a task that is destroyed, since it was not ended.
        task._log_destroy_pending = False  # type: ignore[attr-defined]


def test_a_thread_is_told_when_another_one_closes(jackd: Jackd) -> None:
    ended: list[object] = []

    def follow(events: jack.Events) -> None:
        try:
            for _ in events:
                pass
            ended.append("end")
        except Exception as error:
            ended.append(error)

    with jack.Client("threads") as client:
        for number in range(60):
            events = client.events()
            thread = threading.Thread(target=follow, args=(events,))
            thread.start()
            threading.Event().wait(0.0005 * (number % 7))
            events.close()
            thread.join(5)
            assert events.lost == 0
    assert ended == ["end"] * 60


@pytest.fixture
def many_descriptors() -> Iterator[None]:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(limits[0], 2048), limits[1]))
    opened = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    yield
    for descriptor in opened:
        os.close(descriptor)
    resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_a_descriptor_may_have_a_high_number(jackd: Jackd, many_descriptors: None) -> None:
    with jack.Client("high") as client:
        events = client.events()
        assert events.fileno() >= 1024
        while events.next(timeout=0.2):
            pass
        client.inports.register("in")
        kinds: list[jack.EventKind] = []
        while (event := events.next(timeout=0.5)) is not None:
            kinds.append(event.kind)
        assert jack.EventKind.PORT in kinds
        assert client.blocks(64).read(timeout=5)


def test_an_event_has_the_port_that_it_tells_of(jackd: Jackd) -> None:
    """The server uses numbers of ports again."""
    with jack.Client("watcher") as watcher, jack.Client("other") as other:
        late, prompt = watcher.events(), watcher.events()
        callbacks: list[tuple[str, bool]] = []
        watcher.set_port_registration_callback(lambda port, on: callbacks.append((port.name, on)))
        gone: list[jack.Port] = []
        for number in range(4):
            port = other.outports.register(f"port{number}")
            while (event := prompt.next(timeout=5)) is not None:
                if event.kind == jack.EventKind.PORT:
                    break
            assert event is not None
            assert event.port is not None
            assert event.port.name == event.name == f"other:port{number}"
            gone.append(event.port)
            if number == 3:
                break
            port.unregister()
            while (event := prompt.next(timeout=5)) is not None:
                if event.kind == jack.EventKind.PORT:
                    break
            assert event is not None
            assert event.port is gone[-1]
        assert [port.name for port in gone] == [f"other:port{number}" for number in range(4)]
        told = []
        while (event := late.next(timeout=0.2)) is not None:
            if event.kind == jack.EventKind.PORT:
                told.append((event.name, event.on, event.port and event.port.name))
        # By now, the server knows the last one alone.
        expected: list[tuple[str, bool, str | None]] = []
        for number in range(3):
            name = f"other:port{number}"
            expected += [(name, True, None), (name, False, None)]
        assert told == [*expected, ("other:port3", True, "other:port3")]
        assert set(callbacks) <= {
            (f"other:port{number}", on) for number in range(4) for on in (True, False)
        }
        assert ("other:port3", True) in callbacks


def test_an_event_of_a_connection_has_its_ports(jackd: Jackd) -> None:
    with jack.Client("watcher") as watcher, jack.Client("other") as other:
        first, second = other.outports.register("out"), other.inports.register("in")
        events = watcher.events()
        first.connect(second)
        second.shortname = "renamed"
        first.disconnect(second)
        first.unregister()
        again = other.outports.register("again")
        again.connect(second)
        told = list(iter(lambda: events.next(timeout=0.3), None))
        connections = [event for event in told if event.kind == jack.EventKind.CONNECTION]
        assert [
            (event.port and event.port.name, event.destination and event.destination.name, event.on)
            for event in connections
        ] == [
            ("other:out", "other:renamed", True),
            ("other:out", "other:renamed", False),
            ("other:again", "other:renamed", True),
        ]


def test_two_hundred_ports_are_found_at_once(jackd: Jackd) -> None:
    with jack.Client("many") as client:
        ports = [client.outports.register(f"port{number}") for number in range(200)]
        renamed = ports[7]
        renamed.shortname = "renamed"
        asked: list[str] = []
        names = type(renamed).name
        type(renamed).name = property(  # type: ignore[assignment, method-assign]
            lambda port: asked.append("name") or names.fget(port)  # type: ignore[func-returns-value, attr-defined]
        )
        try:
            found = client.get_ports("^many:")
        finally:
            type(renamed).name = names  # type: ignore[method-assign]
        assert not asked
        assert all(port is own for port, own in zip(found, ports, strict=True))
