//! An SQS endpoint that immediately acknowledges every message and stores none, so that all runs are alike.

use md5::{Digest, Md5};
use serde_json::{Value, json};
use testkit::wire::{Connection, Request, Response};
use tokio::net::TcpListener;

/// Serves on a free port of 127.0.0.1 for as long as the runtime lives, and returns the `http://` address.
pub(crate) async fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free loopback port");
    let address = listener.local_addr().expect("its address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut connection = Connection::new(stream);
                while let Ok(Some(request)) = connection.request().await {
                    if connection.answer(&acknowledge(&request)).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    format!("http://{address}")
}

fn acknowledge(request: &Request) -> Response {
    let Ok(input) = serde_json::from_slice::<Value>(&request.body) else { return Response::new(404, "text/plain", "") };
    let digest = Md5::digest(input["MessageBody"].as_str().unwrap_or_default());
    let md5: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let answer = json!({"MessageId": "00000000-0000-4000-8000-000000000000", "MD5OfMessageBody": md5});
    Response::new(200, "application/x-amz-json-1.0", answer.to_string())
}
