//! Where the marks of an axis lie, and how they are written.

/// The distance between marks: 1, 2 or 5 times a power of ten, so that there are at most `most`
/// marks over `range`. At least `least`.
pub fn step(range: f64, most: f64, least: f64) -> f64 {
    let wanted = (range / most.max(1.0)).max(least);
    let power = 10f64.powf(wanted.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|digit| digit * power)
        .find(|step| *step >= wanted * (1.0 - 1e-9))
        .unwrap_or(10.0 * power)
}

/// Seconds with as many digits as marks `step` apart need to differ.
pub fn seconds(value: f64, step: f64) -> String {
    let digits = (-step.log10().floor()).clamp(0.0, 9.0) as usize;
    format!("{value:.digits$} s")
}

/// A number with its thousands set apart, as in 1,234,567.
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
    fn numbers_are_written_to_be_read() {
        assert_eq!(thousands(-1_234_567), "-1,234,567");
        assert_eq!(thousands(100), "100");
        assert_eq!(seconds(1.5, 0.5), "1.5 s");
        assert_eq!(seconds(2.0, 1.0), "2 s");
        assert_eq!(seconds(0.005, 0.005), "0.005 s");
    }
}
