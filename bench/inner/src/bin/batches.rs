//! Measures sending many messages: CPU time, wall time and peak resident memory.
//!
//! `batches <messages> <bytes> <microseconds per call> [escapes]`; with `escapes`, each body consists of characters that JSON
//! escapes. The endpoint is a separate process, so that it does not count in the figures.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a measurement prints, and reports errors by panicking")]

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use md5::{Digest, Md5};
use serde_json::{Value, json};
use shared::connection::Connection;
use shared::event::Kind;
use shared::queue::sqs::Sqs;
use shared::queue::{Budget, Destination, Message, Queue};
use shared::settings::Settings;
use testkit::wire;
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::time::{Instant, sleep};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", micros] => runtime.block_on(serve(Duration::from_micros(number(micros)))),
        [count, bytes, micros] => runtime.block_on(measure(number(count), number(bytes), micros, "x")),
        [count, bytes, micros, "escapes"] => runtime.block_on(measure(number(count), number(bytes), micros, "\\")),
        _ => panic!("usage: batches <messages> <bytes> <microseconds per call> [escapes]"),
    }
}

fn number<N: std::str::FromStr>(text: &str) -> N {
    text.parse().ok().expect("a number")
}

async fn measure(count: usize, bytes: usize, micros: &str, character: &str) {
    let own = std::env::current_exe().expect("this program's path");
    let mut server = Command::new(own).args(["serve", micros]).stdout(Stdio::piped()).spawn().expect("the endpoint starts");
    let mut address = String::new();
    BufReader::new(server.stdout.take().expect("a pipe")).read_line(&mut address).expect("its address");
    let url = format!("http://{}/123456789012/events", address.trim());
    let settings = Settings::new(move |name| match name {
        "QUEUE_URL" => Some(url.clone()),
        "AWS_REGION" => Some("eu-west-1".to_owned()),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("key".to_owned()),
        _ => None,
    });
    let connection = Connection::open(&settings, |_| ()).expect("credentials");
    let queue = Sqs::open(&connection, &settings).expect("a queue");
    queue.warm().await.expect("a task");
    let messages = |count| (0..count).map(|n| message(n, bytes, character)).collect::<Vec<_>>();
    let budget = || Budget { started: Instant::now(), length: Duration::from_secs(60) };
    queue.send(Destination::Main, &messages(1), budget()).await.expect("a receipt");

    let before = memory("VmRSS");
    let messages = messages(count);
    let held = memory("VmRSS");
    let (cpu, wall) = (cpu_time(), Instant::now());
    queue.send(Destination::Main, &messages, budget()).await.expect("a receipt");
    let (cpu, wall) = (cpu_time() - cpu, wall.elapsed());
    println!("cpu {cpu:.1?}, wall {wall:.1?}, resident {before} kB, with the messages {held} kB, peak {} kB", memory("VmHWM"));
    server.kill().expect("a child of ours");
    server.wait().expect("a child of ours");
}

fn message(number: usize, bytes: usize, character: &str) -> Message {
    Message {
        id: format!("acme-{number:032x}"),
        group: format!("{number:032x}"),
        tenant: "tenant".to_owned(),
        body: character.repeat(bytes),
        provider: "acme",
        kind: Kind::Message,
        event_type: "com.acme.message".to_owned(),
        reason: None,
        trace: Some("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1".to_owned()),
        traceparent: Some("00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01".to_owned()),
    }
}

/// Returns the user and kernel CPU time of this thread.
fn cpu_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    Duration::from_nanos(number(text.split(' ').next().expect("a field")))
}

/// Returns a value of the process's status, in kB.
fn memory(name: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).expect("a line");
    number(line.trim().trim_end_matches(" kB"))
}

async fn serve(pause: Duration) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free loopback port");
    println!("{}", listener.local_addr().expect("its address"));
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(async move {
            let mut connection = wire::Connection::new(stream);
            while let Ok(Some(request)) = connection.request().await {
                let response = acknowledge(&request);
                sleep(pause).await;
                if connection.answer(&response).await.is_err() {
                    return;
                }
            }
        });
    }
}

fn acknowledge(request: &wire::Request) -> wire::Response {
    let Ok(input) = serde_json::from_slice::<Value>(&request.body) else { return wire::Response::new(404, "text/plain", "") };
    let result = |entry: &Value| {
        let digest = Md5::digest(entry["MessageBody"].as_str().unwrap_or_default());
        let md5: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        json!({"Id": entry["Id"], "MessageId": "00000000-0000-4000-8000-000000000000", "MD5OfMessageBody": md5})
    };
    let answer = match input["Entries"].as_array() {
        Some(entries) => json!({"Successful": entries.iter().map(result).collect::<Vec<_>>(), "Failed": []}),
        None => result(&input),
    };
    wire::Response::new(200, "application/x-amz-json-1.0", answer.to_string())
}
