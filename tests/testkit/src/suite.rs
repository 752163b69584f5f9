//! Checks that hold for every provider: its own tests call them with their [`Subject`](crate::Subject).

pub mod hostile;
pub mod keyrings;
pub mod privacy;
pub mod refusals;
pub mod samples;
pub mod starts;
pub mod telemetry;

/// Makes the tests that need no more than a [`Subject`](crate::Subject), over one or more of them.
#[macro_export]
macro_rules! suite {
    ($($subject:ident),+) => {
        mod every_provider {
            $crate::suite!(@ [$($subject),+]
                hostile::deep_json, hostile::odd_characters, hostile::six_megabytes, hostile::odd_requests,
                keyrings::with_a_star, keyrings::without_a_star, keyrings::plain,
                refusals::too_large, refusals::not_queued,
                starts::failed, starts::fifo,
                telemetry::unknown_shape, telemetry::metrics
            );
        }
    };
    (@ $subjects:tt $($group:ident::$check:ident),+) => {
        $($crate::suite!(@@ $subjects $group $check);)+
    };
    (@@ [$($subject:ident),+] $group:ident $check:ident) => {
        #[tokio::test]
        async fn $check() {
            $($crate::suite::$group::$check(&super::$subject).await;)+
        }
    };
}
