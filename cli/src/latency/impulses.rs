//! Impulses that are played on a grid of the timeline, and what came back of each.

use amio::{Chunk, Latency};

/// Impulses that are under way.
pub struct Impulses {
    /// From one to the next.
    spacing: i64,
    heard: Vec<Heard>,
    /// What the driver reported last.
    latency: Latency,
}

/// What came in while an impulse was expected.
#[derive(Clone, Copy, Default)]
struct Heard {
    /// The largest magnitude, and where it was: by how many frames later than the impulse should have come.
    peak: f32,
    late: i64,
    /// Of all samples.
    energy: f64,
    frames: u64,
    /// Frames were lost or skipped meanwhile.
    is_disturbed: bool,
}

/// What the impulses say.
#[derive(Debug, PartialEq)]
pub struct Measured {
    /// The median of all: by how much the way is longer than the driver reports.
    pub offset_frames: i32,
    /// From the smallest to the largest.
    pub spread_frames: i64,
    /// Of each impulse that came back, in order of size.
    pub all_frames: Vec<i64>,
    pub latency: Latency,
    /// How many there were.
    pub sent: usize,
}

impl Impulses {
    /// Half a second apart. Latencies are less than that.
    pub fn new(times: u16, frame_rate_hz: u32) -> Impulses {
        Impulses {
            spacing: i64::from(frame_rate_hz / 2),
            heard: vec![Heard::default(); times.into()],
            latency: Latency::default(),
        }
    }

    /// At which frames of the timeline they are played. The first comes when the server has told the latencies.
    pub fn frames(&self) -> impl Iterator<Item = i64> + use<> {
        let spacing = self.spacing;
        (1..=self.heard.len() as i64).map(move |number| number * spacing)
    }

    /// The frame by which the last one must have come back.
    pub fn end(&self) -> i64 {
        (self.heard.len() as i64 + 1) * self.spacing
    }

    /// An impulse is expected from a quarter of the spacing before its time (the driver may report too much) to
    /// three quarters after it.
    pub fn hear(&mut self, chunk: &Chunk, samples: &[f32]) {
        self.latency = chunk.latency;
        for (frame, sample) in (0..).zip(samples) {
            let frame = if chunk.rolling {
                chunk.position + frame
            } else {
                chunk.position
            };
            let since_window = frame - self.spacing * 3 / 4;
            let Ok(number) = usize::try_from(since_window.div_euclid(self.spacing)) else {
                continue;
            };
            let Some(heard) = self.heard.get_mut(number) else {
                return;
            };
            heard.is_disturbed |= chunk.xrun || chunk.lost_before > 0 || !chunk.rolling;
            heard.energy += f64::from(*sample).powi(2);
            heard.frames += 1;
            if sample.abs() > heard.peak {
                heard.peak = sample.abs();
                heard.late = since_window.rem_euclid(self.spacing) - self.spacing / 4;
            }
        }
    }

    /// # Errors
    /// Why nothing can be said.
    pub fn measured(&self) -> Result<Measured, String> {
        let sent = self.heard.len();
        let back = self.heard.iter().filter(|heard| heard.is_impulse());
        let mut all: Vec<i64> = back.map(|heard| heard.late).collect();
        all.sort_unstable();
        if all.len() * 2 <= sent {
            return Err(self.why_not(all.len()));
        }
        Ok(Measured {
            // Half a second of any frame rate fits.
            offset_frames: all[all.len() / 2] as i32,
            spread_frames: all[all.len() - 1] - all[0],
            all_frames: all,
            latency: self.latency,
            sent,
        })
    }

    fn why_not(&self, back: usize) -> String {
        let sent = self.heard.len();
        let disturbed = self.heard.iter().filter(|heard| heard.is_disturbed).count();
        let loudest = self
            .heard
            .iter()
            .fold(0.0, |peak: f32, heard| peak.max(heard.peak));
        let came_in = match loudest {
            0.0 => "the input is silent".into(),
            _ => format!("the input has a peak of {:.1} dBFS", 20.0 * loudest.log10()),
        };
        match disturbed * 2 >= sent {
            true => format!(
                "frames were lost or skipped around {disturbed} of {sent} impulses; try again \
                 with longer periods"
            ),
            false => format!(
                "{back} of {sent} impulses came back, and {came_in}; connect the output to the \
                 input with a cable or a loopback, or name other ports"
            ),
        }
    }
}

impl Heard {
    /// Whether the peak stands out of what else came in.
    fn is_impulse(&self) -> bool {
        /// -66 dBFS.
        const WEAKEST: f32 = 0.0005;
        /// 20 dB.
        const CLEAR: f64 = 100.0;
        let peak = f64::from(self.peak).powi(2);
        let others = (self.energy - peak).max(0.0) / self.frames.max(2) as f64;
        !self.is_disturbed && self.peak >= WEAKEST && peak > CLEAR * others
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use amio::Ticket;

    const RATE: u32 = 8_000;

    fn chunk(position: i64, frames: usize) -> Chunk {
        Chunk {
            frames: frames as u64,
            position,
            device_frame: position.unsigned_abs(),
            time_ns: 0,
            ticket: Ticket::NONE,
            rolling: true,
            lost_before: 0,
            xrun: false,
            latency: Latency::default(),
        }
    }

    /// What is measured if the impulses come back this much later, at this level, in noise of another one.
    fn measured(late: &[i64], level: f32, noise: f32) -> Result<Measured, String> {
        let mut sent = Impulses::new(late.len() as u16, RATE);
        let mut input = vec![0.0; sent.end() as usize];
        for (n, sample) in input.iter_mut().enumerate() {
            *sample = if n % 2 == 0 { noise } else { -noise };
        }
        for (frame, late) in sent.frames().zip(late) {
            input[(frame + late) as usize] = -level;
        }
        for (number, part) in input.chunks(333).enumerate() {
            sent.hear(&chunk(333 * number as i64, part.len()), part);
        }
        sent.measured()
    }

    #[test]
    fn the_median_counts_and_the_spread_is_told() {
        let found = measured(&[100, 101, 99, 100, 103], 0.01, 0.0).expect("all came back");
        assert_eq!((found.offset_frames, found.spread_frames), (100, 4));
        assert_eq!(found.all_frames, [99, 100, 100, 101, 103]);
    }

    #[test]
    fn impulses_may_come_up_to_an_eighth_of_a_second_early_and_three_eighths_late() {
        for late in [-1000, -1, 0, 2999] {
            let found = measured(&[late; 3], 0.5, 0.0).expect("all came back");
            assert_eq!((found.offset_frames.into(), found.spread_frames), (late, 0));
        }
    }

    #[test]
    fn noise_is_no_impulse() {
        assert!(measured(&[5; 3], 0.5, 0.04).is_ok());
        for (level, noise) in [(0.5, 0.06), (0.0004, 0.0), (0.0, 0.0), (0.1, 0.1)] {
            let why = measured(&[5; 3], level, noise).expect_err("nothing stands out");
            assert!(why.starts_with("0 of 3 impulses came back"), "{why}");
        }
    }

    #[test]
    fn an_impulse_beside_lost_frames_does_not_count() {
        let mut sent = Impulses::new(2, RATE);
        let mut torn = chunk(4000, 100);
        torn.xrun = true;
        sent.hear(&torn, &[0.5; 100]);
        let why = sent.measured().expect_err("one of two is disturbed");
        assert!(why.contains("around 1 of 2 impulses"), "{why}");
    }
}
