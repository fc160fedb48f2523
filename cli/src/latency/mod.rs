//! `amio latency`: plays impulses, finds them in the input, and tells how long they took.

mod impulses;

use crate::args::{Kind, Latency};
use crate::driver;
use crate::failure::{Failure, Result, printed};
use crate::interrupt::{Interrupt, RESPONSE};
use crate::offsets::{self, Stored};
use crate::status::Status;
use amio::{Clip, Config, Entry, Error, Interface, Playspec, Swap};
use impulses::{Impulses, Measured};
use serde_json::json;
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// A sample of this is loud enough for a microphone, and no danger to loudspeakers.
const AMPLITUDE: f32 = 0.5;

/// Runs the subcommand.
pub fn run(args: &Latency, status: Status) -> Result<()> {
    let ports = args.destination.as_deref().zip(args.source.as_deref());
    if ports.is_some() && !matches!(args.driver.kind, Kind::Jack) {
        return Err(Failure::Usage("only the driver jack has ports".into()));
    }
    let interrupt = Interrupt::catch()?;
    let config = Config {
        input_channels: 1,
        output_channels: 1,
        autoconnect: ports.is_none(),
        ..args.driver.config()?
    };
    let interface = interrupt.waiting(|| Ok(Interface::new(config)?))?;
    let sent = Impulses::new(args.times, interface.frame_rate_hz());
    play(&interface, &sent)?;
    interface.start()?;
    if let Some((destination, source)) = ports {
        let (client, name) = (interface.jack_client()?, interface.client_name());
        client.connect(&format!("{name}:output_1"), destination)?;
        client.connect(source, &format!("{name}:input_1"))?;
    }
    interface.set_rolling(true)?;
    status.say(format_args!(
        "playing {} impulses on {}; Ctrl-C ends it",
        args.times,
        offsets::device(&args.driver)
    ));
    let listened = listen(&interface, sent, &interrupt, status);
    let (rate_hz, period_frames) = (interface.frame_rate_hz(), interface.period_frames());
    interface.close();
    let measured = listened?.measured().map_err(Failure::Runtime)?;
    if measured.spread_frames > i64::from(rate_hz / 1000) {
        status.warn(format_args!(
            "the impulses took times that differ by {} frames; the median may not hold next time",
            measured.spread_frames
        ));
    }
    let stored = Stored {
        offset_frames: measured.offset_frames,
        frame_rate_hz: rate_hz,
    };
    let path = args.store.then(|| offsets::store(&args.driver, stored));
    let report = Report {
        device: offsets::device(&args.driver),
        rate_hz,
        period_frames,
        measured,
        path: path.transpose()?,
    };
    let text = match args.json {
        true => report.json(),
        false => report.text(),
    };
    printed(std::io::stdout().write_all(text.as_bytes()))
}

/// Has the impulses played as soon as the transport rolls.
fn play(interface: &Interface, sent: &Impulses) -> Result<()> {
    let clip = Clip::from_f32(interface.frame_rate_hz(), 1, &[AMPLITUDE])?;
    let entries = sent.frames().map(|frame| Entry::new(&clip, frame));
    interface.schedule(&Playspec::new(entries.collect())?, Swap::at(0))?;
    Ok(())
}

/// Listens until the last impulse must have come back.
fn listen(
    interface: &Interface,
    mut sent: Impulses,
    interrupt: &Interrupt,
    status: Status,
) -> Result<Impulses> {
    /// Longer than it takes a server to begin, and to go on after an interruption.
    const PATIENCE: Duration = Duration::from_secs(5);
    let rate = f64::from(interface.frame_rate_hz());
    let until = Instant::now() + Duration::from_secs_f64(sent.end() as f64 / rate) + PATIENCE;
    let bar = status.progress(Some(sent.end() as u64), "measuring");
    let mut buffer = vec![0.0; interface.frame_rate_hz() as usize / 10];
    loop {
        interrupt.check()?;
        while let Some(event) = interface.next_event() {
            bar.suspend(|| driver::tell(&event, status))?;
        }
        match interface.wait_input(&mut buffer, RESPONSE) {
            Ok(chunk) => {
                sent.hear(&chunk, &buffer[..chunk.frames as usize]);
                bar.set_position(chunk.position.max(0).unsigned_abs());
                if chunk.position >= sent.end() {
                    bar.finish_and_clear();
                    return Ok(sent);
                }
            }
            Err(Error::Timeout { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        if Instant::now() > until {
            return Err(Failure::Runtime(
                "the driver does not run in real time".into(),
            ));
        }
    }
}

/// What the program prints.
struct Report {
    device: String,
    rate_hz: u32,
    period_frames: u32,
    measured: Measured,
    /// Where the offset was stored.
    path: Option<PathBuf>,
}

impl Report {
    fn text(&self) -> String {
        let Measured {
            offset_frames: offset,
            spread_frames: spread,
            latency,
            sent,
            ..
        } = &self.measured;
        let reported = latency.round_trip_frames() as i64;
        let round_trip = reported + i64::from(*offset);
        let ms = |frames: i64| frames as f64 * 1000.0 / f64::from(self.rate_hz);
        let kept = match &self.path {
            Some(path) => format!("stored for {} in {}", self.device, path.display()),
            None => format!("use it with --latency-offset {offset}, or keep it with --store"),
        };
        format!(
            "round trip: {round_trip} frames, {:.3} ms (median of {} impulses of {sent})\n\
             reported:   {reported} frames, {:.3} ms\n\
             offset:     {offset} frames, {:.3} ms; {kept}\n\
             spread:     {spread} frames\n",
            ms(round_trip),
            self.measured.all_frames.len(),
            ms(reported),
            ms((*offset).into()),
        )
    }

    fn json(&self) -> String {
        let measured = &self.measured;
        let object = json!({
            "device": self.device,
            "frame_rate_hz": self.rate_hz,
            "period_frames": self.period_frames,
            "capture_latency_frames": measured.latency.capture_frames,
            "playback_latency_frames": measured.latency.playback_frames,
            "round_trip_frames":
                measured.latency.round_trip_frames() as i64 + i64::from(measured.offset_frames),
            "offset_frames": measured.offset_frames,
            "spread_frames": measured.spread_frames,
            "all_offsets_frames": measured.all_frames,
            "impulses": measured.sent,
            "stored_in": self.path,
        });
        format!("{object:#}\n")
    }
}
