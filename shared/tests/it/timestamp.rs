//! `Timestamp` writes RFC 3339, and parses what it writes.

use proptest::prelude::*;
use shared::json::Document;
use shared::timestamp::Timestamp;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

proptest! {
    #[test]
    fn every_timestamp_is_written_as_rfc_3339(millis in 1..=253_402_300_799_999_i64) {
        let written = Timestamp::from_millis(millis).expect("in range").to_string();
        let read = OffsetDateTime::parse(&written, &Rfc3339).expect("RFC 3339");
        prop_assert_eq!(read.unix_timestamp_nanos(), i128::from(millis) * 1_000_000);
        prop_assert!(written.ends_with('Z') && written.contains('.') == (millis % 1000 != 0), "{}", written);
        prop_assert_eq!(Timestamp::parse(&written).map(Timestamp::millis), Some(millis));
    }

    #[test]
    fn a_number_is_seconds_or_milliseconds(seconds in 1..=253_402_300_i64) {
        for text in [seconds.to_string(), format!("\"{seconds}\"")] {
            let read = Timestamp::of(Document::parse(text.as_bytes()).expect("JSON").root()).map(Timestamp::millis);
            prop_assert_eq!(read, Some(seconds * 1000));
        }
    }

    #[test]
    fn every_parsed_timestamp_is_in_range(text in "\\PC{0,30}|-?[0-9]{1,20}(\\.[0-9]{0,5})?(e[0-9]{1,3})?|[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})?") {
        let json = serde_json::to_string(&text).expect("JSON");
        if let Some(moment) = Timestamp::of(Document::parse(json.as_bytes()).expect("JSON").root()) {
            prop_assert_eq!(Timestamp::from_millis(moment.millis()), Some(moment));
        }
    }
}
