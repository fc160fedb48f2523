//! Live levels on the terminal: for each input its present level, its recent peak, and how many samples
//! were clipped.

use crate::info::decibels;
use amio::Meter;
use std::time::{Duration, Instant};

/// How long a peak is held, and how fast it falls after that.
const HOLD: Duration = Duration::from_millis(1_500);
const FALL_DB_PER_SECOND: f32 = 20.0;

/// The lowest level that a bar shows.
const FLOOR_DB: f32 = -60.0;

/// Up to this many channels have a line each. If there are more, all share one line, with one block
/// for each.
const LINES: usize = 8;

/// The state of the display, for each channel.
pub struct Levels(Vec<Channel>);

#[derive(Clone, Copy, Default)]
struct Channel {
    now: f32,
    /// The peak that is held, and when it came.
    held: Option<(f32, Instant)>,
    clipped: u64,
}

impl Levels {
    pub fn new(channels: u16) -> Levels {
        Levels(vec![Channel::default(); channels.into()])
    }

    /// Takes the readings of the meters at a moment.
    pub fn update(&mut self, meters: &[Meter], moment: Instant) {
        for (channel, meter) in self.0.iter_mut().zip(meters) {
            channel.now = meter.peak;
            channel.clipped = meter.clipped;
            let fallen = channel.held_at(moment);
            if meter.peak >= fallen {
                channel.held = Some((meter.peak, moment));
            }
        }
    }

    /// Lines of at most `width` characters.
    pub fn lines(&self, moment: Instant, width: usize) -> String {
        match self.0.len() {
            ..=LINES => {
                let lines = self.0.iter().enumerate();
                let lines: Vec<String> = lines
                    .map(|(number, channel)| channel.line(number, moment, width))
                    .collect();
                lines.join("\n")
            }
            _ => self.row(moment, width),
        }
    }

    /// One line for all channels: a block for each, whose height is its level, and the highest peak and
    /// the number of clipped samples of all.
    fn row(&self, moment: Instant, width: usize) -> String {
        let blocks: Vec<char> = self.0.iter().map(|channel| block(channel.now)).collect();
        let rows: Vec<String> = blocks
            .chunks(width.max(1))
            .map(|row| row.iter().collect())
            .collect();
        let held = self.0.iter().map(|channel| channel.held_at(moment));
        let clipped: u64 = self.0.iter().map(|channel| channel.clipped).sum();
        let loudest = decibels(held.fold(0.0, f32::max).into());
        let about = format!("peak {loudest} dBFS, {clipped} clipped");
        format!("{}\n{}", rows.join("\n"), shortened(&about, width))
    }
}

impl Channel {
    /// The peak at a moment: held for [`HOLD`], then falling.
    fn held_at(&self, moment: Instant) -> f32 {
        let Some((peak, since)) = self.held else {
            return 0.0;
        };
        let falling = moment.saturating_duration_since(since).saturating_sub(HOLD);
        peak * 10f32.powf(-FALL_DB_PER_SECOND * falling.as_secs_f32() / 20.0)
    }

    fn line(&self, number: usize, moment: Instant, width: usize) -> String {
        let held = self.held_at(moment);
        let about = format!(
            " {:>6} dBFS, peak {:>6}, {} clipped",
            decibels(self.now.into()),
            decibels(held.into()),
            self.clipped
        );
        let name = format!("{number:>2} ");
        let room = width.saturating_sub(name.len() + about.len() + 2);
        if room < 8 {
            return shortened(&format!("{name}{}", about.trim_start()), width);
        }
        let column = |level: f32| (share(level) * room as f32).round() as usize;
        let (filled, mark) = (column(self.now), column(held));
        let bar: String = (1..=room)
            .map(|place| match place {
                _ if place == mark => '|',
                _ if place <= filled => '=',
                _ => ' ',
            })
            .collect();
        format!("{name}[{bar}]{about}")
    }
}

/// A level as a part of the bar: 0 at the floor, 1 at full scale.
fn share(level: f32) -> f32 {
    let decibels = 20.0 * level.max(1e-9).log10();
    ((decibels - FLOOR_DB) / -FLOOR_DB).clamp(0.0, 1.0)
}

fn block(level: f32) -> char {
    const BLOCKS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    BLOCKS[(share(level) * 8.0).ceil() as usize]
}

fn shortened(text: &str, width: usize) -> String {
    text.chars().take(width).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meter(peak: f32, clipped: u64) -> Meter {
        Meter {
            peak,
            rms: peak,
            clipped,
        }
    }

    #[test]
    fn a_line_shows_the_level_the_peak_and_what_was_clipped() {
        let mut levels = Levels::new(2);
        let begin = Instant::now();
        levels.update(&[meter(0.5, 0), meter(1.0, 3)], begin);
        levels.update(&[meter(0.001, 0), meter(0.0, 4)], begin + HOLD / 2);
        let lines = levels.lines(begin + HOLD / 2, 62);
        let expected = " 0 [                   |]  -60.0 dBFS, peak   -6.0, 0 clipped\n \
                         1 [                    |]   -inf dBFS, peak    0.0, 4 clipped";
        let widths: Vec<usize> = lines.lines().map(|line| line.chars().count()).collect();
        assert!(widths.iter().all(|width| *width <= 62), "{lines}");
        let words = |text: &str| -> Vec<String> {
            text.split(['[', ']', ' '])
                .filter(|w| !w.is_empty())
                .map(str::to_owned)
                .collect()
        };
        assert_eq!(words(&lines), words(expected), "{lines}");
    }

    #[test]
    fn a_bar_is_as_long_as_the_level_above_60_db_below_full_scale() {
        let mut levels = Levels::new(1);
        let begin = Instant::now();
        for (peak, filled) in [(0.0, 0), (0.001, 0), (0.0316, 10), (1.0, 20), (2.0, 20)] {
            levels.update(&[meter(peak, 0)], begin);
            let line = levels.lines(begin, 61);
            let bar = line.split(['[', ']']).nth(1).expect("a bar");
            let found = bar.chars().filter(|c| matches!(c, '=' | '|')).count();
            let room = bar.chars().count();
            assert_eq!(found, filled * room / 20, "{peak}: {line}");
        }
    }

    #[test]
    fn a_peak_is_held_and_then_falls() {
        let mut levels = Levels::new(1);
        let begin = Instant::now();
        levels.update(&[meter(1.0, 0)], begin);
        levels.update(&[meter(0.0, 0)], begin + HOLD);
        let second = Duration::from_secs(1);
        let peak = |moment| {
            levels
                .lines(moment, 80)
                .split("peak")
                .nth(1)
                .expect("it says")
                .trim()
                .to_owned()
        };
        assert!(
            peak(begin + HOLD).starts_with("0.0"),
            "{}",
            peak(begin + HOLD)
        );
        assert!(peak(begin + HOLD + second).starts_with("-20.0"));
        assert!(peak(begin + HOLD + 2 * second).starts_with("-40.0"));
    }

    #[test]
    fn many_channels_and_narrow_terminals_fit() {
        let begin = Instant::now();
        for channels in [1, 2, 8, 9, 64] {
            let mut levels = Levels::new(channels);
            let meters = vec![meter(0.25, 1); channels.into()];
            levels.update(&meters, begin);
            for width in [1, 10, 40, 80, 300] {
                for line in levels.lines(begin, width).lines() {
                    assert!(
                        line.chars().count() <= width,
                        "{channels}, {width}: {line:?}"
                    );
                }
            }
            let clipped = levels.lines(begin, 80);
            let all = if channels > 8 { channels } else { 1 };
            assert!(clipped.contains(&format!("{all} clipped")), "{clipped}");
        }
    }
}
