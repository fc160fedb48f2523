//! `amio devices`: the drivers and their devices.

use crate::args::Devices;
use crate::failure::{Failure, Result, printed};
use amio::{Device, DeviceSearch, DeviceSide, DriverKind, FoundDevices};
use serde::Serialize;
use std::io::Write;

/// Runs the subcommand. If a driver is not available, that is printed, and is not a failure.
pub fn run(args: &Devices) -> Result<()> {
    let search = DeviceSearch {
        server_name: args.server.clone(),
    };
    let found = search.run();
    let mut out = std::io::stdout().lock();
    if args.json {
        let found = Found::of(&found);
        let json = serde_json::to_string_pretty(&found).map_err(|e| Failure::of("JSON", e))?;
        printed(writeln!(out, "{json}"))?;
    } else {
        for kind in [
            DriverKind::Jack,
            DriverKind::Alsa,
            DriverKind::Null,
            DriverKind::Offline,
        ] {
            printed(write!(out, "{}", describe(kind, &found)))?;
        }
    }
    printed(out.flush())
}

/// What there is of one driver, as text.
fn describe(kind: DriverKind, found: &FoundDevices) -> String {
    let about = match kind {
        DriverKind::Jack => "a JACK server, or PipeWire through its libjack",
        DriverKind::Alsa => "a sound card or a plugin of ALSA, without a server",
        DriverKind::Null => "a timer: silence in, output discarded; always there",
        DriverKind::Offline => "the program itself, as fast as it can (amio render); always there",
    };
    let mut text = format!("{}: {about}\n", kind.name());
    let missing = found
        .unavailable
        .iter()
        .filter(|(driver, _)| *driver == kind);
    for (_, reason) in missing {
        text += &format!("  not available: {reason}\n");
    }
    let devices: Vec<_> = found.devices.iter().filter(|d| d.driver == kind).collect();
    match kind {
        DriverKind::Jack => devices
            .iter()
            .for_each(|server| text += &about_server(server)),
        _ if devices.is_empty() => {}
        _ => text += &table(&devices),
    }
    text
}

fn about_server(server: &Device) -> String {
    let ports = |side: &Option<DeviceSide>| side.as_ref().map_or("none".into(), channels);
    let sides = [&server.playback, &server.capture];
    let rate = sides
        .into_iter()
        .flatten()
        .find_map(|side| side.rates_hz.first());
    let number = |number: Option<u32>| number.map_or("unknown".into(), |n| n.to_string());
    format!(
        "  server:  {}{}\n  rate:    {} Hz\n  period:  {} frames\n  outputs: {}\n  inputs:  {}\n  is:      {}\n",
        server.name,
        if server.is_default { " (default)" } else { "" },
        number(rate.copied()),
        number(server.period_frames),
        ports(&server.playback),
        ports(&server.capture),
        server.description,
    )
}

/// One line for each device, below a head. `*` marks the default, `?` is not known, `-` is not there.
fn table(devices: &[&Device]) -> String {
    let head = [
        "",
        "name",
        "outputs",
        "inputs",
        "rates in Hz",
        "best format",
        "description",
    ];
    let rows = devices.iter().map(|device| row(device));
    let rows: Vec<_> = std::iter::once(head.map(str::to_owned))
        .chain(rows)
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            line += &format!(" {cell:<width$}", width = width(column).unwrap_or(0));
        }
        text += line.trim_end();
        text += "\n";
    }
    text
}

fn row(device: &Device) -> [String; 7] {
    let sides = [&device.playback, &device.capture];
    let known = sides
        .into_iter()
        .flatten()
        .find(|side| side.unknown.is_none());
    let rates = known.and_then(|side| match (side.rates_hz.first(), side.rates_hz.last()) {
        (Some(lowest), Some(highest)) if lowest < highest => Some(format!("{lowest}-{highest}")),
        (lowest, _) => lowest.map(u32::to_string),
    });
    let best = known.and_then(|side| side.formats.first());
    let count = |side: &Option<DeviceSide>| side.as_ref().map_or("-".into(), channels);
    [
        if device.is_default { "*" } else { "" }.into(),
        device.name.clone(),
        count(&device.playback),
        count(&device.capture),
        rates.unwrap_or_else(|| "?".into()),
        best.map_or("?", |format| format.name()).into(),
        device.description.clone(),
    ]
}

/// Plugins take as many channels as they are asked for.
const ANY: u32 = 10_000;

fn channels(side: &DeviceSide) -> String {
    let Some(channels) = &side.channels else {
        return "?".into();
    };
    match (*channels.start(), *channels.end()) {
        (least, most) if least == most => least.to_string(),
        (_, ANY..) => "any".into(),
        (least, most) => format!("{least}-{most}"),
    }
}

/// What was found, as JSON. The names of the fields end in their units.
#[derive(Serialize)]
struct Found<'f> {
    devices: Vec<DeviceObject<'f>>,
    unavailable: Vec<Unavailable<'f>>,
}

#[derive(Serialize)]
struct DeviceObject<'f> {
    driver: &'static str,
    name: &'f str,
    description: &'f str,
    default: bool,
    period_frames: Option<u32>,
    playback: Option<SideObject<'f>>,
    capture: Option<SideObject<'f>>,
}

#[derive(Serialize)]
struct SideObject<'f> {
    least_channels: Option<u32>,
    most_channels: Option<u32>,
    rates_hz: &'f [u32],
    formats: Vec<&'static str>,
    unknown: Option<&'f str>,
}

#[derive(Serialize)]
struct Unavailable<'f> {
    driver: &'static str,
    reason: &'f str,
}

impl<'f> Found<'f> {
    fn of(found: &'f FoundDevices) -> Found<'f> {
        let device = |device: &'f Device| DeviceObject {
            driver: device.driver.name(),
            name: &device.name,
            description: &device.description,
            default: device.is_default,
            period_frames: device.period_frames,
            playback: device.playback.as_ref().map(SideObject::of),
            capture: device.capture.as_ref().map(SideObject::of),
        };
        let missing = |(driver, reason): &'f (DriverKind, String)| Unavailable {
            driver: driver.name(),
            reason,
        };
        Found {
            devices: found.devices.iter().map(device).collect(),
            unavailable: found.unavailable.iter().map(missing).collect(),
        }
    }
}

impl<'f> SideObject<'f> {
    fn of(side: &'f DeviceSide) -> SideObject<'f> {
        SideObject {
            least_channels: side.channels.as_ref().map(|channels| *channels.start()),
            most_channels: side.channels.as_ref().map(|channels| *channels.end()),
            rates_hz: &side.rates_hz,
            formats: side.formats.iter().map(|format| format.name()).collect(),
            unknown: side.unknown.as_deref(),
        }
    }
}
