//! AWS as moto is, with other answers where a test wants them.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread;

use testkit::Sqs;
use testkit::wire::{Connection, Request, Response, call};
use tokio::net::TcpListener;

use crate::filled::with_access;
use crate::gateway::{Finished, finish};

/// What `doctor` may call: it only reads.
const READING: [&str; 8] = [
    "DescribeAlarms",
    "DescribeStacks",
    "GetAlias",
    "GetFunctionConfiguration",
    "GetMetricStatistics",
    "GetQueueAttributes",
    "GetSecretValue",
    "ListStackResources",
];

/// Changes what moto answers to a call of that action.
type Change = dyn Fn(&str, &Request, Response) -> Response + Send + Sync;

/// The endpoint. It serves until the test process ends.
pub(super) struct Aws {
    address: SocketAddr,
    actions: Arc<Mutex<Vec<String>>>,
}

impl Aws {
    pub(super) fn start(change: impl Fn(&str, &Request, Response) -> Response + Send + Sync + 'static) -> Self {
        let (listener, change): (_, Arc<Change>) = (std::net::TcpListener::bind("127.0.0.1:0").expect("a port"), Arc::new(change));
        listener.set_nonblocking(true).expect("a listener");
        let (address, actions) = (listener.local_addr().expect("its address"), Arc::<Mutex<Vec<String>>>::default());
        let seen = Arc::clone(&actions);
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).expect("a listener");
                while let Ok((stream, _)) = listener.accept().await {
                    let (change, seen) = (Arc::clone(&change), Arc::clone(&seen));
                    tokio::spawn(async move {
                        let mut connection = Connection::new(stream);
                        while let Ok(Some(request)) = connection.request().await {
                            let action = action(&request);
                            let moto = Sqs::start().endpoint();
                            let answer = call(moto.trim_start_matches("http://"), &request).await.expect("moto answers");
                            let answer = change(&action, &request, answer);
                            seen.lock().expect("a list").push(action);
                            if connection.answer(&answer).await.is_err() {
                                return;
                            }
                        }
                    });
                }
            });
        });
        Self { address, actions }
    }

    /// Runs `doctor` with these arguments, and checks that it has only read.
    pub(super) fn doctor(&self, arguments: &[&str]) -> Finished {
        self.doctor_with(arguments, &[])
    }

    /// The same with further settings.
    pub(super) fn doctor_with(&self, arguments: &[&str], settings: &[(&str, &str)]) -> Finished {
        let mut command = with_access(&["doctor"]);
        command.args(arguments).env("AWS_ENDPOINT_URL", format!("http://{}", self.address)).envs(settings.iter().copied());
        let finished = finish(&mut command);
        let actions = self.actions.lock().expect("a list");
        assert!(actions.iter().all(|action| READING.contains(&action.as_str())), "{actions:?}");
        assert!(!finished.stdout.contains("hush") && !finished.stderr.contains("hush"), "{}{}", finished.stdout, finished.stderr);
        assert!(!finished.stdout.contains('\u{1b}') && !finished.stderr.contains('\u{1b}'), "{:?}{:?}", finished.stdout, finished.stderr);
        finished
    }

    /// How often an action was called.
    pub(super) fn count(&self, action: &str) -> usize {
        self.actions.lock().expect("a list").iter().filter(|called| *called == action).count()
    }
}

fn action(request: &Request) -> String {
    let target = request.header("x-amz-target").rsplit('.').next().unwrap_or_default();
    let body = String::from_utf8_lossy(&request.body);
    let field = body.split('&').find_map(|field| field.strip_prefix("Action=")).unwrap_or_default();
    let action = match request.target.as_str() {
        "/" if target.is_empty() => field,
        "/" => target,
        path if path.contains("/aliases/") => "GetAlias",
        path if path.contains("/configuration") => "GetFunctionConfiguration",
        path => path,
    };
    action.to_owned()
}

/// An error as the service of that action writes it.
pub(super) fn refusal(action: &str, status: u16, code: &str, message: &str) -> Response {
    match action {
        "DescribeStacks" | "ListStackResources" | "DescribeAlarms" | "GetMetricStatistics" => {
            let error = format!("<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>");
            Response::new(status, "text/xml", format!("<ErrorResponse xmlns=\"http://x/\">{error}<RequestId>1</RequestId></ErrorResponse>"))
        }
        "GetAlias" | "GetFunctionConfiguration" => {
            let body = serde_json::json!({"Message": message}).to_string();
            Response::new(status, "application/json", body).with("x-amzn-errortype", format!("{code}Exception:http://internal/"))
        }
        _ => {
            let body = serde_json::json!({"__type": format!("com.amazon.coral.service#{code}Exception"), "message": message});
            Response::new(status, "application/x-amz-json-1.1", body.to_string())
        }
    }
}

/// The same response with another text in its body.
pub(super) fn replaced(mut response: Response, from: &str, to: &str) -> Response {
    let body = String::from_utf8(response.body).expect("text");
    assert!(body.contains(from), "{from} is not in {body}");
    response.body = body.replace(from, to).into_bytes();
    response
}
