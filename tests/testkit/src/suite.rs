//! Checks that hold for every provider, run over each of its webhooks as a
//! [`Subject`](crate::Subject).
//!
//! [`suite!`](crate::suite) generates all of them from the provider's own data: a provider's tests are that line and
//! its samples.

pub mod hostile;
pub mod keyrings;
pub mod malformed;
pub mod privacy;
pub mod refusals;
pub mod roles;
pub mod routes;
pub mod samples;
pub mod sizes;
pub mod starts;
pub mod telemetry;
pub mod triggers;

/// Generates the tests of a provider, in its own package: `testkit::suite!(acme::PROVIDER);`.
#[macro_export]
macro_rules! suite {
    ($provider:path) => {
        mod every_provider {
            $crate::suite!(@ $provider;
                hostile { deep_json, odd_characters, odd_requests }
                keyrings { with_a_star, without_a_star, plain, by_lookup, waived }
                malformed { is_quarantined }
                privacy { nothing_private_is_written, nobody_is_named_around_the_data }
                refusals { unproven, proven, not_queued }
                roles { without_its_keyring, header_of_its_own, reply }
                routes { unknown, other_methods, known, below_a_base_path }
                samples { every_sample }
                sizes { too_large }
                starts { settings_of_all, keyring, settings_of_its_own, fifo }
                telemetry { unknown_shape, metrics }
                triggers { each_is_received, each_is_answered, another_is_an_error, memory_and_depth }
            );
        }
    };
    (@ $provider:path; $($group:ident { $($check:ident),+ })+) => {
        $(
            mod $group {
                $(
                    #[tokio::test]
                    async fn $check() {
                        let binary = env!(concat!("CARGO_BIN_EXE_", env!("CARGO_PKG_NAME")));
                        for subject in $crate::Subject::all(&$provider, binary) {
                            $crate::suite::$group::$check(&subject).await;
                        }
                    }
                )+
            }
        )+
    };
}
