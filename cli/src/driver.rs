//! Opens an interface of the library as the command line or an arrangement says.

use crate::args::{Alsa, Driver, Kind};
use crate::arrangement::{self, Arrangement};
use crate::failure::{Failure, Result};
use crate::status::Status;
use amio::{
    AlsaConfig, Config, DriverKind, Event, EventKind, Group, Interface, MAX_GROUP, Swap, Ticket,
};

impl Driver {
    /// A configuration with the values of the options; all others are the library's defaults.
    ///
    /// # Errors
    /// If options for ALSA are given, but another driver.
    pub fn config(&self) -> Result<Config> {
        let alsa = self.alsa.config();
        if !matches!(self.kind, Kind::Alsa) && alsa != AlsaConfig::default() {
            return Err(Failure::Usage(
                "--device, --input-device and --alsa-... are for --driver alsa".into(),
            ));
        }
        Ok(Config {
            client_name: self.name.clone(),
            server_name: self.server.clone(),
            period_frames: self.period,
            realtime_priority: self.realtime_priority,
            alsa,
            ..Config::new(self.kind.into())
        })
    }
}

impl Alsa {
    fn config(&self) -> AlsaConfig {
        let defaults = AlsaConfig::default();
        AlsaConfig {
            playback: self.device.clone(),
            capture: self.input_device.clone().or(self.device.clone()),
            periods: self.alsa_periods.unwrap_or(defaults.periods),
            format: self.alsa_format,
            dither: self.alsa_dither,
            convert_rate: self.alsa_convert_rate,
            ..defaults
        }
    }
}

impl From<Kind> for DriverKind {
    fn from(kind: Kind) -> DriverKind {
        match kind {
            Kind::Jack => DriverKind::Jack,
            Kind::Alsa => DriverKind::Alsa,
            Kind::Null => DriverKind::Null,
        }
    }
}

/// A configuration that can play an arrangement.
pub fn playback(kind: DriverKind, arrangement: &Arrangement) -> Config {
    let defaults = Config::new(kind);
    Config {
        frame_rate_hz: Some(arrangement.rate_hz),
        input_channels: 0,
        output_channels: arrangement.channels,
        declick_frames: Some(arrangement.declick_frames),
        swap_queue: defaults.swap_queue.max(arrangement.swaps.len()),
        ..defaults
    }
}

/// Schedules all swaps and starts the transport. As many swaps as a group can hold take effect in one
/// period with the start; further swaps follow them in the queue. Returns the swaps' tickets.
pub fn schedule(interface: &Interface, arrangement: &Arrangement) -> Result<Vec<Ticket>> {
    let swaps = &arrangement.swaps;
    let mut tickets = Vec::with_capacity(swaps.len());
    let mut add = |group: &mut Group, swaps: &[arrangement::Swap]| -> Result<()> {
        for swap in swaps {
            let playspec = &arrangement.playspecs[swap.playspec].playspec;
            let swap = Swap {
                insert_at: swap.insert_at,
                start_from: swap.start_from,
                late: swap.late,
                ..Swap::default()
            };
            tickets.push(group.schedule(playspec, swap)?);
        }
        Ok(())
    };
    // Two commands of the first group are for the transport.
    let (first, further) = swaps.split_at(swaps.len().min(MAX_GROUP - 2));
    let mut group = interface.group();
    group.set_position(arrangement.position)?;
    add(&mut group, first)?;
    group.set_rolling(true)?;
    group.commit()?;
    for swaps in further.chunks(MAX_GROUP) {
        let mut group = interface.group();
        add(&mut group, swaps)?;
        group.commit()?;
    }
    Ok(tickets)
}

/// If the event reports a problem, tells the user.
///
/// # Errors
/// If the interface has failed for good.
pub fn tell(event: &Event, status: Status) -> Result<()> {
    match &event.kind {
        EventKind::Xrun => status.warn("xrun: a deadline was missed"),
        EventKind::Skipped { frames, .. } => {
            status.warn(format_args!("{frames} frames were skipped"))
        }
        EventKind::Underrun { frames, .. } => {
            status.warn(format_args!(
                "a file was read too slowly: {frames} frames are silent"
            ));
        }
        EventKind::StreamFailed { reason, .. } => {
            status.warn(format_args!("a part of a file cannot be read: {reason}"));
        }
        EventKind::InputLost { frames } => {
            status.warn(format_args!(
                "{frames} frames of input were lost: writing was too slow"
            ));
        }
        EventKind::RecorderLost { frames, .. } => {
            status.warn(format_args!(
                "{frames} frames of the recording were lost: the disk was too slow"
            ));
        }
        EventKind::Lost { reason } => {
            status.warn(format_args!(
                "the server is lost ({reason}); waiting for it to come back"
            ));
        }
        EventKind::Recovered { lost_frames, .. } => {
            status.warn(format_args!(
                "the device had stopped, and runs again; {lost_frames} frames were not captured"
            ));
        }
        EventKind::Reconnected { gap_frames } => {
            status.warn(format_args!(
                "the server is back; {gap_frames} frames are missing"
            ));
        }
        EventKind::Stalled { silent_ms } => {
            status.warn(format_args!(
                "the server has not answered for {silent_ms} ms"
            ));
        }
        EventKind::Resumed { silent_ms } => {
            status.warn(format_args!(
                "the server answers again, after {silent_ms} ms"
            ));
        }
        EventKind::Failed { reason } => {
            return Err(Failure::Runtime(reason.clone()));
        }
        _ => {}
    }
    Ok(())
}
