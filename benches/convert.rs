//! Compares rate conversion with rubato, soxr and libsamplerate. `cargo bench --bench convert` prints
//! the speed and the distortion of each, and amio's figures beside its budgets. It fails if a budget
//! is exceeded, and draws the frequency responses and the noise into a picture.
//!
//! The speed is measured with 60 s in stereo from 44.1 to 48 kHz on one thread, as a multiple of real
//! time. The converters run in turns, and the best of five runs counts. `convert/analysis.rs` describes
//! how the other figures are measured.

#[path = "convert/analysis.rs"]
mod analysis;
#[path = "convert/converters.rs"]
mod converters;
#[path = "convert/plot.rs"]
mod plot;
#[path = "convert/spectrum.rs"]
mod spectrum;

use analysis::Figures;
use converters::Converter;
use std::path::Path;
use std::process::ExitCode;

const SECONDS: usize = 60;
const ROUNDS: usize = 5;

/// The results of one converter.
struct Line {
    name: String,
    /// As a multiple of real time.
    speed: f64,
    figures: Figures,
    response: spectrum::Curve,
    noise: spectrum::Curve,
}

fn main() -> ExitCode {
    let converters = converters::all();
    let speeds = speeds(&converters);
    let lines: Vec<Line> = converters
        .iter()
        .zip(speeds)
        .map(|(converter, speed)| measure(converter, speed))
        .collect();
    print_table(&lines);
    let picture = Path::new(env!("CARGO_TARGET_TMPDIR")).join("convert.png");
    let curves: Vec<_> = lines
        .iter()
        .map(|line| (&line.name[..], &line.response, &line.noise))
        .collect();
    plot::draw(&curves, &picture);
    println!("\nresponses and noise: {}", picture.display());
    if judge(&lines) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn speeds(converters: &[Converter]) -> Vec<f64> {
    let tone = analysis::tone(997.0, 44_100, SECONDS * 44_100);
    let stereo = [tone.clone(), tone];
    let mut best = vec![f64::INFINITY; converters.len()];
    for _ in 0..ROUNDS {
        for (converter, best) in converters.iter().zip(&mut best) {
            let (_, took) = converter.run(&stereo, 44_100, 48_000);
            *best = best.min(took.as_secs_f64());
        }
    }
    best.iter().map(|took| SECONDS as f64 / took).collect()
}

fn measure(converter: &Converter, speed: f64) -> Line {
    let mut convert = |samples: &[f32], from_hz, to_hz| {
        let (mut channels, _) = converter.run(&[samples.to_vec()], from_hz, to_hz);
        channels.remove(0)
    };
    let tone = analysis::fit(&mut convert, 997.0, 44_100, 48_000, 4.0);
    Line {
        name: converter.name(),
        speed,
        figures: analysis::figures(&mut convert),
        response: spectrum::response(&mut |x| convert(x, 44_100, 48_000), 19_000.0, 24_000.0),
        noise: spectrum::noise(&tone.residual, 48_000.0),
    }
}

fn print_table(lines: &[Line]) {
    println!(
        "\n{:20} {:>8} {:>9} {:>9} {:>10} {:>9} {:>9} {:>9} {:>10}",
        "44.1 to 48 kHz",
        "times",
        "THD+N",
        "THD+N",
        "ripple to",
        "21.5 kHz",
        "22.5 kHz",
        "frames of",
        "delay"
    );
    println!(
        "{:20} {:>8} {:>9} {:>9} {:>10} {:>9} {:>9} {:>9} {:>10}",
        "", "real time", "997 Hz", "15 kHz", "20 kHz, dB", "dB", "alias, dB", "2880001", "frames"
    );
    for Line {
        name,
        speed,
        figures,
        ..
    } in lines
    {
        println!(
            "{name:20} {speed:9.0} {:9.1} {:9.1} {:10.5} {:9.2} {:9.1} {:>9} {:10.6}",
            figures.thd_n_db[0],
            figures.thd_n_db[1],
            figures.ripple_db,
            figures.transition_db,
            figures.alias_db,
            figures.frames,
            figures.delay_frames,
        );
    }
}

/// Prints a line for each budget of amio; returns whether all are met.
fn judge(lines: &[Line]) -> bool {
    let find = |name: &str| lines.iter().find(|line| line.name == name);
    let mut all = true;
    let mut demand = |what: &str, found: f64, least: f64| {
        let holds = found >= least;
        all &= holds;
        let verdict = if holds { "" } else { "  NOT REACHED" };
        println!("{what}: {found:.4}, at least {least:.4}{verdict}");
    };
    println!();
    let missing = |name: &&str| find(name).is_none();
    let missing: Vec<&str> = ["soxr HQ", "soxr VHQ"]
        .into_iter()
        .filter(missing)
        .collect();
    if !missing.is_empty() {
        println!("without {missing:?} there is nothing to judge by: scripts/setup bench");
        return false;
    }
    if let Some(good) = find("amio Good") {
        let f = &good.figures;
        demand("Good, 997 Hz above THD+N in dB", -f.thd_n_db[0], 134.0);
        demand("Good, 15 kHz above THD+N in dB", -f.thd_n_db[1], 134.0);
        demand("Good, evenness to 20 kHz in dB", -f.ripple_db.abs(), -0.01);
        demand("Good, 22.5 kHz kept out by dB", -f.alias_db, 135.0);
        if let Some(soxr) = find("soxr HQ") {
            demand("Good, speed beside soxr HQ's", good.speed / soxr.speed, 1.0);
            demand(
                "Good, 21.5 kHz beside soxr HQ in dB",
                -f.transition_db,
                -soxr.figures.transition_db,
            );
        }
    }
    if let (Some(best), Some(soxr)) = (find("amio Best"), find("soxr VHQ")) {
        // Both are dominated by the rounding of 32-bit floats, which varies by this much.
        const ROUNDING_DB: f64 = 0.5;
        let (ours, theirs) = (&best.figures, &soxr.figures);
        for (n, tone) in ["997 Hz", "15 kHz"].into_iter().enumerate() {
            // Above 150 dB, the rounding of the tone's own samples decides: no more is required.
            let least = (-theirs.thd_n_db[n]).min(150.0) - ROUNDING_DB;
            demand(
                &format!("Best, {tone} above THD+N in dB"),
                -ours.thd_n_db[n],
                least,
            );
        }
        demand(
            "Best, evenness to 20 kHz in dB",
            -ours.ripple_db.abs(),
            -theirs.ripple_db.abs(),
        );
        demand(
            "Best, 21.5 kHz beside soxr VHQ in dB",
            -ours.transition_db,
            -theirs.transition_db,
        );
        demand(
            "Best, 22.5 kHz kept out by dB",
            -ours.alias_db,
            -theirs.alias_db - ROUNDING_DB,
        );
        demand(
            "Best, speed beside soxr VHQ's",
            best.speed / soxr.speed,
            1.0,
        );
    }
    all
}
