//! The inspector: a page on the port of `dev` or `listen` that shows each delivery live. What else it can do depends on the command
//! ([`Abilities`]).
//!
//! ```text
//! GET  /?token=…                     the page; its files are under /inspector/
//! GET  /inspector/api/…              deliveries, one delivery, a conversation, a search, a stream of what is new
//! POST /inspector/api/…              send an example or a request, replay, retry, resend, save as a sample, make SQS fail, clear
//! ```
//!
//! The inspector shows what people wrote. Therefore its API serves only its own page on this machine, and requires the token
//! ([`guard`]). Secrets are masked ([`mask`]).

mod api;
mod compose;
mod find;
mod guard;
mod mask;
mod page;
mod problem;
mod replay;
mod retry;
mod sample;
mod setup;
mod state;
mod stream;

use std::sync::Arc;

use axum::routing::{get, post};
use axum::{Router, middleware};

pub(crate) use setup::{Setup, page_url, webhooks};
pub(crate) use state::{Abilities, Inspector, Requests};

/// Returns the routes of the page and its API.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>(inspector: Arc<Inspector>) -> Router<S> {
    page::routes()
        .route("/inspector/api/setup", get(api::setup))
        .route("/inspector/api/stream", get(stream::stream))
        .route("/inspector/api/deliveries", get(api::list))
        .route("/inspector/api/deliveries/{number}", get(api::details))
        .route("/inspector/api/deliveries/{number}/curl", get(api::curl))
        .route("/inspector/api/deliveries/{number}/seen", post(api::seen))
        .route("/inspector/api/deliveries/{number}/replay", post(replay::replay))
        .route("/inspector/api/deliveries/{number}/sample", post(sample::save))
        .route("/inspector/api/deliveries/{number}/retry", post(retry::retry))
        .route("/inspector/api/deliveries/{number}/resend", post(retry::resend))
        .route("/inspector/api/conversations/{subject}", get(find::conversation))
        .route("/inspector/api/search", get(find::search))
        .route("/inspector/api/send", post(compose::send))
        .route("/inspector/api/webhooks/{name}/example", post(replay::example))
        .route("/inspector/api/fault", post(api::fault))
        .route("/inspector/api/clear", post(api::clear))
        .route_layer(middleware::from_fn_with_state(Arc::clone(&inspector), guard::guard))
        .with_state(inspector)
}
