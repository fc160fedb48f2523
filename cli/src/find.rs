//! `amio find`: at which frames a clip begins in a recording.

use crate::args::Find;
use crate::correlate::{Match, Template};
use crate::failure::{Failure, Result, printed};
use amio::Clip;
use std::io::Write;

/// Runs the subcommand. Finding nothing is a failure, as it is for grep.
pub fn run(args: &Find) -> Result<()> {
    let clip = Clip::open(&args.clip)?;
    let mix = Clip::open(&args.mix)?;
    if clip.info().frame_rate_hz != mix.info().frame_rate_hz {
        return Err(Failure::of(
            args.clip.display(),
            format_args!(
                "its rate is {} Hz, that of the recording {} Hz",
                clip.info().frame_rate_hz,
                mix.info().frame_rate_hz
            ),
        ));
    }
    let template = Template::new(&channel(&clip, 0)).ok_or_else(|| {
        Failure::of(
            args.clip.display(),
            "its first channel is too short or too quiet to be found",
        )
    })?;
    let mut found: Vec<(Match, u16)> = Vec::new();
    for output in 0..mix.info().channels {
        let places = template.find(&channel(&mix, output), args.likeness.threshold);
        found.extend(places.into_iter().map(|place| (place, output)));
    }
    found.sort_by_key(|(place, output)| (place.frame, *output));
    if found.is_empty() {
        return Err(Failure::of(args.clip.display(), "not found"));
    }
    let mut out = std::io::stdout().lock();
    for (place, output) in found {
        let seconds = place.frame as f64 / f64::from(mix.info().frame_rate_hz);
        printed(writeln!(
            out,
            "{:>12} {seconds:>12.6} s  channel {output:<2} {:.3}",
            place.frame, place.likeness
        ))?;
    }
    Ok(())
}

/// All samples of one channel of a clip.
pub fn channel(clip: &Clip, number: u16) -> Vec<f32> {
    let mut samples = vec![0.0; clip.info().frames as usize];
    clip.read(number, 0, &mut samples);
    samples
}
