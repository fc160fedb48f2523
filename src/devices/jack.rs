//! The JACK server that answers.

use super::device::{Device, DeviceSide};
use crate::alsa::DeviceFormat;
use crate::driver::DriverKind;
use crate::error::Result;
use crate::jack::{Client, ClientOptions, PortFilter, PortFlags, PortType, version_string};

/// Asks a server. It may block as long as the server does.
pub(super) fn find(server_name: Option<String>) -> Result<Vec<Device>> {
    let options = ClientOptions {
        server_name: server_name.clone(),
        ..ClientOptions::default()
    };
    let client = Client::open("amio-devices", &options)?;
    let rate_hz = client.frame_rate_hz()?;
    let side = |flags: PortFlags| -> Result<Option<DeviceSide>> {
        let ports = client.find_ports(&PortFilter {
            kind: PortType::AUDIO.name().into_owned(),
            flags: PortFlags::PHYSICAL | flags,
            ..PortFilter::default()
        })?;
        let count = ports.len() as u32;
        Ok(Some(DeviceSide {
            channels: Some(count..=count),
            rates_hz: vec![rate_hz],
            formats: vec![DeviceFormat::FLOAT],
            unknown: None,
        }))
    };
    let is_pipewires = version_string()?.contains("PipeWire");
    let device = Device {
        driver: DriverKind::Jack,
        is_default: server_name.is_none(),
        name: server_name.unwrap_or_else(default_name),
        description: match is_pipewires {
            true => "PipeWire, as a JACK server".into(),
            false => "JACK server".into(),
        },
        period_frames: Some(client.period_frames()?),
        playback: side(PortFlags::INPUT)?,
        capture: side(PortFlags::OUTPUT)?,
    };
    client.close()?;
    Ok(vec![device])
}

/// How libjack calls the server that it takes by default.
fn default_name() -> String {
    let name = std::env::var("JACK_DEFAULT_SERVER").ok();
    name.unwrap_or_else(|| "default".into())
}
