//! `amio devices`: the drivers and their properties.

use crate::args::Devices;
use crate::failure::{Result, printed};
use amio::{Config, DriverKind, Interface};
use std::io::Write;

/// Runs the subcommand. If a driver is not available, that is printed, and is not a failure.
pub fn run(args: &Devices) -> Result<()> {
    let mut out = std::io::stdout().lock();
    for kind in [
        DriverKind::Jack,
        DriverKind::Alsa,
        DriverKind::Null,
        DriverKind::Offline,
    ] {
        let text = describe(kind, args);
        printed(write!(out, "{text}"))?;
    }
    printed(out.flush())
}

fn describe(kind: DriverKind, args: &Devices) -> String {
    let about = match kind {
        DriverKind::Jack => "a JACK server, or PipeWire through its libjack",
        DriverKind::Alsa => "a sound card or a plugin of ALSA, without a server",
        DriverKind::Null => "a timer: silence in, output discarded; always there",
        DriverKind::Offline => "the program itself, as fast as it can (amio render); always there",
    };
    let mut text = format!("{}: {about}\n", kind.name());
    if kind != DriverKind::Jack {
        return text;
    }
    let opened = Interface::new(Config {
        client_name: "amio-devices".into(),
        server_name: args.server.clone(),
        autoconnect: false,
        input_channels: 1,
        output_channels: 1,
        ..Config::new(kind)
    });
    match opened {
        Err(error) => text += &format!("  not available: {error}\n"),
        Ok(interface) => {
            text += &format!(
                "  server:  {}\n  rate:    {} Hz\n  period:  {} frames\n",
                args.server.as_deref().unwrap_or("default"),
                interface.frame_rate_hz(),
                interface.period_frames(),
            );
            interface.close();
        }
    }
    text
}
