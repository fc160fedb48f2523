"""A program that sets each callback in each way. mypy checks its types; test_typed.py runs it."""

from __future__ import annotations

from amio import jack

client = jack.Client("typed")
called: list[str] = []


@client.set_process_callback
def process(frames: int) -> None:
    called.append(f"process {frames.bit_length()}")
    raise jack.CallbackExit


@client.set_sync_callback
def sync(state: int, position: jack.Position) -> bool:
    return state != jack.STARTING or position.frame >= 0


@client.set_timebase_callback(conditional=True)
def timebase(state: int, blocksize: int, position: jack.Position, is_new: bool) -> None:
    position.valid = jack.POSITION_BBT
    position.bar, position.beat, position.frame_time = 1, 1 + int(is_new), 1.0


def other(state: int, blocksize: int, position: jack.Position, is_new: bool) -> None: ...


is_timebase: bool = client.set_timebase_callback(other, conditional=True)


@client.set_shutdown_callback
def shutdown(status: jack.Status, reason: str) -> None:
    called.append(f"shutdown {status.failure} {reason.upper()}")


@client.set_freewheel_callback
def freewheel(starting: bool) -> None:
    called.append(f"freewheel {starting}")


@client.set_blocksize_callback
def blocksize(frames: int) -> None:
    called.append(f"blocksize {frames.bit_length()}")


@client.set_samplerate_callback
def samplerate(rate: int) -> None:
    called.append(f"samplerate {rate.bit_length()}")


@client.set_client_registration_callback
def clients(name: str, register: bool) -> None:
    called.append(f"client {name.upper()} {register}")


@client.set_port_registration_callback
def ports(port: jack.Port, register: bool) -> None:
    called.append(f"port {port.name} {register}")


@client.set_port_registration_callback()
def known_ports(port: jack.Port, register: bool) -> None:
    called.append(f"port {port.name} {register}")


@client.set_port_registration_callback(only_available=True)
def available_ports(port: jack.Port, register: bool) -> None:
    called.append(f"port {port.name} {register}")


@client.set_port_registration_callback(only_available=False)
def all_ports(port: jack.Port | None, register: bool) -> None:
    called.append(f"port {port and port.name} {register}")


@client.set_port_connect_callback
def connections(a: jack.Port, b: jack.Port, connect: bool) -> None:
    called.append(f"{a.name} {b.name} {connect}")


@client.set_port_connect_callback(only_available=False)
def all_connections(a: jack.Port | None, b: jack.Port | None, connect: bool) -> None:
    called.append(f"{a and a.name} {b and b.name} {connect}")


@client.set_port_rename_callback
def names(port: jack.Port, old: str, new: str) -> None:
    called.append(f"{port.name} {old} {new}")


@client.set_port_rename_callback(only_available=False)
def all_names(port: jack.Port | None, old: str, new: str) -> None:
    called.append(f"{port and port.name} {old} {new}")


client.set_port_rename_callback(all_names, only_available=False)


@client.set_graph_order_callback
def graph_order() -> None:
    called.append("graph order")


@client.set_xrun_callback
def xrun(delayed_usecs: float) -> None:
    called.append(f"xrun {delayed_usecs / 2}")


@client.set_property_change_callback
def properties(subject: int, key: str, change: int) -> None:
    called.append(f"property {subject.bit_length()} {key.upper()} {change}")


with client:
    state, position = client.transport_query_struct()
    microseconds: int = position.usecs
    seconds: float = position.frame_time + position.next_time
    first, second = client.outports.register("first"), client.inports.register("second")
    first.connect(second)
    print(first.connections == [second], is_timebase)
