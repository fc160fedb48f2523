//! `amio transport`: starting, stopping and moving the transport that all clients of a server share.

use super::{json, run, until};
use crate::args::{Transport, TransportAction, TransportStatus};
use crate::failure::{Result, printed};
use amio::jack::{BarBeatTick, Position, TransportState};
use serde::Serialize;
use std::io::Write;

/// Runs the subcommand, and waits until the server has done what it was asked for.
pub fn run_action(args: &Transport) -> Result<()> {
    match &args.action {
        TransportAction::Start(args) => {
            let client = run(&args.server)?;
            client.start_transport()?;
            until("the transport has not started", || {
                Ok(client.transport()?.0 == TransportState::Rolling)
            })
        }
        TransportAction::Stop(args) => {
            let client = run(&args.server)?;
            client.stop_transport()?;
            until("the transport has not stopped", || {
                Ok(client.transport()?.0 == TransportState::Stopped)
            })
        }
        TransportAction::Locate(args) => {
            let client = run(&args.server)?;
            let before = client.transport()?.1.frame;
            client.locate(args.frame)?;
            // A transport that rolls is there for one cycle only.
            let is_there = |frame: u32| {
                frame == args.frame
                    || frame >= args.frame && (frame < before || before < args.frame)
            };
            until("the transport has not moved", || {
                Ok(is_there(client.transport()?.1.frame))
            })
        }
        TransportAction::Status(args) => print(args),
    }
}

#[derive(Serialize)]
struct Status {
    state: &'static str,
    frame: u32,
    frame_rate_hz: u32,
    seconds: f64,
    bbt: Option<Bbt>,
}

#[derive(Serialize)]
struct Bbt {
    bar: i32,
    beat: i32,
    tick: i32,
    beats_per_bar: f32,
    beat_type: f32,
    ticks_per_beat: f64,
    beats_per_minute: f64,
}

fn print(args: &TransportStatus) -> Result<()> {
    let (state, position) = run(&args.server)?.transport()?;
    let status = Status::of(state, &position);
    let text = match args.json {
        true => json(&status, true)?,
        false => status.text(),
    };
    printed(writeln!(std::io::stdout(), "{text}"))
}

impl Status {
    fn of(state: TransportState, position: &Position) -> Status {
        Status {
            state: match state {
                TransportState::Stopped => "stopped",
                TransportState::Rolling => "rolling",
                TransportState::Starting | TransportState::NetStarting => "starting",
            },
            frame: position.frame,
            frame_rate_hz: position.frame_rate_hz,
            seconds: f64::from(position.frame) / f64::from(position.frame_rate_hz.max(1)),
            bbt: position.bbt.as_ref().map(Bbt::of),
        }
    }

    fn text(&self) -> String {
        let Status {
            state,
            frame,
            frame_rate_hz,
            seconds,
            bbt,
        } = self;
        let mut text = format!("{state} at frame {frame}, {seconds:.3} s at {frame_rate_hz} Hz");
        if let Some(bbt) = bbt {
            text += &format!(
                "; bar {}, beat {}, tick {}; {}/{}, {} beats per minute",
                bbt.bar, bbt.beat, bbt.tick, bbt.beats_per_bar, bbt.beat_type, bbt.beats_per_minute
            );
        }
        text
    }
}

impl Bbt {
    fn of(bbt: &BarBeatTick) -> Bbt {
        Bbt {
            bar: bbt.bar,
            beat: bbt.beat,
            tick: bbt.tick,
            beats_per_bar: bbt.beats_per_bar,
            beat_type: bbt.beat_type,
            ticks_per_beat: bbt.ticks_per_beat,
            beats_per_minute: bbt.beats_per_minute,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_names_state_frame_time_and_bar() {
        let mut position = Position {
            frame: 72_000,
            frame_rate_hz: 48_000,
            ..Position::default()
        };
        let text = |position: &Position| Status::of(TransportState::Rolling, position).text();
        assert_eq!(
            text(&position),
            "rolling at frame 72000, 1.500 s at 48000 Hz"
        );
        position.bbt = Some(BarBeatTick {
            bar: 1,
            beat: 4,
            beats_per_bar: 4.0,
            beat_type: 4.0,
            beats_per_minute: 120.5,
            ..BarBeatTick::default()
        });
        let said = text(&position);
        let bar = "; bar 1, beat 4, tick 0; 4/4, 120.5 beats per minute";
        assert!(said.ends_with(bar), "{said}");
    }
}
