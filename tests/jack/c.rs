//! The section `jack` of the C interface, from C, on jackd and on PipeWire.

use crate::server::{Server, beside};
use crate::toolchain::Linkage::{Shared, Static};
use crate::toolchain::{build, succeed};
use std::process::Command;

/// Declares a test that runs a program beside each of the servers, whose name is its argument.
macro_rules! on_both_servers {
    ($name:ident, $run:expr) => {
        mod $name {
            use super::*;

            #[test]
            fn jackd() {
                beside!(Server::Jackd(256), $run("jackd"));
            }

            #[test]
            fn pipewire() {
                beside!(Server::PipeWire, $run("pipewire"));
            }
        }
    };
}

on_both_servers!(every_function_does_what_it_says, |server: &str| {
    println!("{}", succeed(program("ffi-tests/jack.c").arg(server)));
});

on_both_servers!(wrong_arguments_give_documented_errors, |_: &str| {
    println!("{}", succeed(&mut program("ffi-tests/jack_arguments.c")));
});

on_both_servers!(a_process_function_does_what_can_be_done, |_: &str| {
    println!("{}", succeed(&mut program("ffi-tests/jack_cycle.c")));
});

on_both_servers!(what_is_fetched_with_too_little_room_waits_on, |_: &str| {
    println!("{}", succeed(&mut program("ffi-tests/jack_midi.c")));
});

// The limit is that of `amio.h`, in its chapter on memory.
on_both_servers!(calls_take_no_more_stack_than_the_header_says, |_: &str| {
    println!(
        "{}",
        succeed(program("ffi-tests/jack_stack.c").arg("32768"))
    );
});

on_both_servers!(
    the_example_connects_ports_and_tells_what_happens,
    |_: &str| {
        let example = build("examples/c/jack_client.c", "c11", Static);
        let listed = succeed(&mut Command::new(&example));
        assert!(listed.contains("output"), "{listed}");
        let printed = succeed(Command::new(&example).args(["--watch", "1"]));
        assert!(
            printed.contains("port amio-example:through-in is there"),
            "{printed}"
        );
        assert!(
            printed.contains("amio-example:through-out -> amio-example:through-in"),
            "{printed}"
        );
    }
);

fn program(source: &str) -> Command {
    Command::new(build(source, "c99", Shared))
}
