//! Instructions per event of the pipeline, and of the whole shipped function.
//!
//! Each figure is the difference between many events and few, so that startup cancels out.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use bench_inner::{CASES, Case};
use testkit::{RuntimeApi, demo_env};

use crate::{callgrind, fixed_sqs, program};
use bench_inner::budget::Figures;

/// The number of events for the smaller count. One-time work happens during these.
const FEW: u64 = 5;
/// The number of additional events for the larger count.
const MORE: u64 = 20;
/// The number of additional events for the whole function, whose timers and random numbers need more events to even out.
const FUNCTION_MORE: u64 = 200;
/// The time limit for one event under valgrind on a slow machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The variables of Lambda that a function reads.
const LAMBDA: [(&str, &str); 8] = [
    ("AWS_LAMBDA_FUNCTION_NAME", "kommo"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
    ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/kommo"),
    ("AWS_LAMBDA_LOG_STREAM_NAME", "stream"),
    ("AWS_REGION", "eu-west-1"),
    ("AWS_ACCESS_KEY_ID", "access-key-id"),
    ("AWS_SECRET_ACCESS_KEY", "secret-access-key"),
];

/// Returns the instructions for verifying, parsing and wrapping: each webhook at 1 and 100 kB, and a request with ten events.
pub(crate) fn of_pipeline() -> Figures {
    callgrind::require();
    let cases = CASES.iter().flat_map(|case| [1_000, 100_000].map(|bytes| (case.name, bytes)));
    cases
        .chain([("kommunicate", 0), ("ten", 0)])
        .map(|(case, bytes)| {
            let per_event = (count_pipeline(case, bytes, FEW + MORE) - count_pipeline(case, bytes, FEW)) / MORE;
            (name(&format!("{case}-{bytes}")), per_event)
        })
        .collect()
}

fn count_pipeline(case: &str, bytes: usize, times: u64) -> u64 {
    let out = scratch();
    let status = callgrind::command(&program("pipeline"), &out)
        .args([case, &bytes.to_string(), &times.to_string()])
        .status()
        .expect("valgrind runs");
    assert!(status.success(), "{case} of {bytes} bytes failed");
    callgrind::count(&out)
}

/// Returns the function's instructions from one poll of the Runtime API to the next, over plain HTTP.
pub(crate) async fn of_function(bootstrap: &Path) -> Figures {
    let endpoint = fixed_sqs::serve().await;
    let few = count_function(bootstrap, &endpoint, FEW).await;
    let many = count_function(bootstrap, &endpoint, FEW + FUNCTION_MORE).await;
    Figures::from([(name("kommo-function"), (many - few) / FUNCTION_MORE)])
}

async fn count_function(bootstrap: &Path, endpoint: &str, events: u64) -> u64 {
    let case = Case::named("kommo-v2");
    let event = case.event(&case.body(0));
    let api = RuntimeApi::start().await;
    let out = scratch();
    let mut function = tokio::process::Command::from(callgrind::command(bootstrap, &out))
        .envs(LAMBDA)
        .env("AWS_LAMBDA_RUNTIME_API", api.address())
        .env("QUEUE_URL", format!("{endpoint}/123456789012/events"))
        .envs(demo_env())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("valgrind runs");
    for _ in 0..events {
        let answer = api.invoke_within(event.clone(), PATIENCE).await.outcome.expect("an answer");
        assert_eq!(answer["statusCode"], 200);
    }
    // Callgrind writes its count when a signal ends the program.
    let id = function.id().expect("it runs until it is killed").to_string();
    let killed = Command::new("kill").arg(id).status().expect("kill runs");
    assert!(killed.success());
    function.wait().await.expect("a child of ours");
    callgrind::count(&out)
}

fn name(of: &str) -> String {
    format!("instructions-{}-{of}", std::env::consts::ARCH)
}

/// Returns the path for callgrind's output.
fn scratch() -> PathBuf {
    std::env::temp_dir().join(format!("chathooks-callgrind-{}", std::process::id()))
}
