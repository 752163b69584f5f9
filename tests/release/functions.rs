//! The functions in the archive for this machine's processor: each starts, and an event passes through all parts.

use std::env::consts::ARCH;

use testkit::{Answer, Function, Mapping, Receiver, Reply, Sqs, demo_env, samples};

use crate::unpacked::Unpacked;

#[tokio::test]
async fn a_webhook_goes_through_each_provider_function_and_the_worker() {
    let archive = Unpacked::archive(match ARCH {
        "aarch64" => "chathooks-arm64.zip",
        _ => "chathooks-x86_64.zip",
    });
    let sqs = Sqs::start();
    let queue = sqs.create_queue("release").await;
    let endpoint = sqs.endpoint();
    let demo = demo_env();
    for provider in functions::PROVIDERS {
        let keyrings = demo.iter().filter(|(name, _)| provider.webhooks.iter().any(|webhook| webhook.keyring == name));
        let mut settings: Vec<(&str, &str)> = keyrings.map(|(name, value)| (name.as_str(), value.as_str())).collect();
        settings.extend([("QUEUE_URL", queue.url()), ("AWS_ENDPOINT_URL_SQS", endpoint.as_str())]);
        let function = Function::start(&archive.bootstrap(provider.name), &settings).await;
        let sample = samples(provider.name).remove(0);
        let answer: Answer = function.invoke_http(&sample.event).await;
        assert_eq!(answer.status, 200, "{}/{}", provider.name, sample.name);
    }
    let [waiting, _] = queue.counts().await;
    assert!(waiting >= functions::PROVIDERS.len(), "{waiting} events in the queue");

    let receiver = Receiver::start(|_| Reply::Status(204)).await;
    let url = receiver.url();
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let worker = Function::start(&archive.bootstrap("worker"), &[("DELIVERY_URL", &url), ("DELIVERY_SECRET", secret)]).await;
    let mut mapping = Mapping::new(&queue, &worker);
    while mapping.poll().await.is_some() {}
    assert_eq!(receiver.arrivals().len(), waiting);
    assert_eq!(queue.counts().await, [0, 0]);
}
