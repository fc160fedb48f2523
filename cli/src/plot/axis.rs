//! The distance of the marks of an axis, and their labels.

/// The distance between marks: 1, 2 or 5 times a power of ten, at least `least`, and so large that
/// `range` has at most `most` marks.
pub fn step(range: f64, most: f64, least: f64) -> f64 {
    let wanted = (range / most.max(1.0)).max(least);
    let power = 10f64.powf(wanted.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|digit| digit * power)
        .find(|step| *step >= wanted * (1.0 - 1e-9))
        .unwrap_or(10.0 * power)
}

/// Seconds, with the digits that tell apart two marks at a distance of `step`.
pub fn seconds(value: f64, step: f64) -> String {
    let digits = (-step.log10().floor()).clamp(0.0, 9.0) as usize;
    format!("{value:.digits$} s")
}

/// As [`step`], but distances of a second or more divide minutes and hours evenly.
pub fn time_step(range: f64, most: f64, least: f64) -> f64 {
    const CLOCK: [f64; 14] = [
        1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0,
    ];
    let plain = step(range, most, least);
    let wanted = range / most.max(1.0);
    if plain < 1.0 {
        return plain;
    }
    let fits = CLOCK.into_iter().find(|step| *step >= wanted);
    fits.unwrap_or((wanted / 3600.0).ceil() * 3600.0)
}

/// A time, with the digits that tell apart two marks at a distance of `step`: in seconds, or as on a
/// clock if `step` is ten seconds or more.
pub fn time(value: f64, step: f64) -> String {
    if step < 10.0 {
        return seconds(value, step);
    }
    let all = value.round() as u64;
    let (hours, minutes, seconds) = (all / 3600, all / 60 % 60, all % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// A number with thousands separators, as in 1,234,567.
pub fn thousands(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::from(if value < 0 { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_round_numbers() {
        assert_eq!(step(10.0, 10.0, 0.0), 1.0);
        assert_eq!(step(10.0, 9.0, 0.0), 2.0);
        assert_eq!(step(480_000.0, 14.0, 1.0), 50_000.0);
        assert_eq!(step(3.0, 10.0, 1.0), 1.0);
        assert!((step(0.03, 10.0, 0.0) - 0.005).abs() < 1e-12);
    }

    #[test]
    fn marks_of_time_lie_on_the_minutes_of_a_clock() {
        assert_eq!(time_step(0.03, 10.0, 0.0), step(0.03, 10.0, 0.0));
        assert_eq!(time_step(100.0, 10.0, 0.0), 10.0);
        assert_eq!(time_step(200.0, 14.0, 0.0), 15.0);
        assert_eq!(time_step(3_600.0, 10.0, 0.0), 600.0);
        assert_eq!(time_step(360_000.0, 10.0, 0.0), 36_000.0);
        assert_eq!(time(75.0, 15.0), "1:15");
        assert_eq!(time(7_200.0, 600.0), "2:00:00");
        assert_eq!(time(0.5, 0.5), "0.5 s");
    }

    #[test]
    fn numbers_are_written_to_be_read() {
        assert_eq!(thousands(-1_234_567), "-1,234,567");
        assert_eq!(thousands(100), "100");
        assert_eq!(seconds(1.5, 0.5), "1.5 s");
        assert_eq!(seconds(2.0, 1.0), "2 s");
        assert_eq!(seconds(0.005, 0.005), "0.005 s");
    }
}
