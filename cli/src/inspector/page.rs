//! The files of the page, which the binary contains.

use std::sync::Arc;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;

use super::state::Inspector;

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// The path, media type and content of each file.
const FILES: [(&str, &str, &str); 26] = [
    ("/", HTML, include_str!("page/index.html")),
    ("/inspector/style.css", CSS, include_str!("page/style.css")),
    ("/favicon.ico", "image/svg+xml", include_str!("page/icon.svg")),
    ("/inspector/icon.svg", "image/svg+xml", include_str!("page/icon.svg")),
    ("/inspector/main.js", SCRIPT, include_str!("page/main.js")),
    ("/inspector/api.js", SCRIPT, include_str!("page/api.js")),
    ("/inspector/element.js", SCRIPT, include_str!("page/element.js")),
    ("/inspector/list.js", SCRIPT, include_str!("page/list.js")),
    ("/inspector/details.js", SCRIPT, include_str!("page/details.js")),
    ("/inspector/text.js", SCRIPT, include_str!("page/text.js")),
    ("/inspector/actions.js", SCRIPT, include_str!("page/actions.js")),
    ("/inspector/address.js", SCRIPT, include_str!("page/address.js")),
    ("/inspector/attempts.js", SCRIPT, include_str!("page/attempts.js")),
    ("/inspector/body.js", SCRIPT, include_str!("page/body.js")),
    ("/inspector/chat.js", SCRIPT, include_str!("page/chat.js")),
    ("/inspector/code.js", SCRIPT, include_str!("page/code.js")),
    ("/inspector/compose.js", SCRIPT, include_str!("page/compose.js")),
    ("/inspector/conversation.js", SCRIPT, include_str!("page/conversation.js")),
    ("/inspector/filter.js", SCRIPT, include_str!("page/filter.js")),
    ("/inspector/keys.js", SCRIPT, include_str!("page/keys.js")),
    ("/inspector/parts.js", SCRIPT, include_str!("page/parts.js")),
    ("/inspector/pretty.js", SCRIPT, include_str!("page/pretty.js")),
    ("/inspector/row.js", SCRIPT, include_str!("page/row.js")),
    ("/inspector/state.js", SCRIPT, include_str!("page/state.js")),
    ("/inspector/start.js", SCRIPT, include_str!("page/start.js")),
    ("/inspector/fault.js", SCRIPT, include_str!("page/fault.js")),
];

/// Returns a route for each file.
pub(super) fn routes() -> Router<Arc<Inspector>> {
    FILES.into_iter().fold(Router::new(), |router, (path, media_type, text)| {
        router.route(path, get(move || async move { ([(CONTENT_TYPE, media_type)], text) }))
    })
}
