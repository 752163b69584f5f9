//! Durations in sentences.

use std::time::Duration;

/// Returns a duration to about two digits, in the unit that suits it, such as `800 ms`, `12 s` or `3 min`.
pub(crate) fn rounded(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    match duration.as_secs() {
        0 => format!("{:.0} ms", seconds * 1_000.0),
        1..100 => format!("{seconds:.0} s"),
        100..6_000 => format!("{:.0} min", seconds / 60.0),
        6_000..360_000 => format!("{:.0} h", seconds / 3_600.0),
        _ => format!("{:.0} d", seconds / 86_400.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_suits_the_duration() {
        let units = [(800, "800 ms"), (1_400, "1 s"), (99_000, "99 s"), (185_000, "3 min"), (7_300_000, "2 h"), (864_000_000, "10 d")];
        for (millis, expected) in units {
            assert_eq!(rounded(Duration::from_millis(millis)), expected);
        }
    }
}
