//! A request as each supported trigger delivers it. [`Post::event`] is the default stage of an HTTP API, or a function URL.

use serde_json::{Value, json};

use crate::Post;

/// All triggers.
pub const ALL: [fn(&Post) -> Value; 6] = [Post::event, named_stage, rest_api, http_api_1_0, load_balancer, multi_value_load_balancer];

/// Returns a request as a named stage of an HTTP API delivers it.
pub fn named_stage(post: &Post) -> Value {
    let mut event = post.event();
    event["rawPath"] = format!("/prod{}", post.path).into();
    event["requestContext"]["http"]["path"] = event["rawPath"].clone();
    event["requestContext"]["stage"] = "prod".into();
    event
}

/// Returns a request as a REST API delivers it.
pub fn rest_api(post: &Post) -> Value {
    let event = post.event();
    json!({
        "resource": "/{proxy+}", "path": post.path, "httpMethod": post.method,
        "headers": title_case(&event["headers"], |value| value), "multiValueHeaders": title_case(&event["headers"], |value| json!([value])),
        "queryStringParameters": null, "multiValueQueryStringParameters": null,
        "pathParameters": {"proxy": post.path}, "stageVariables": null,
        "requestContext": {
            "resourceId": "abc123", "resourcePath": "/{proxy+}", "httpMethod": post.method, "path": format!("/prod{}", post.path),
            "stage": "prod", "identity": {"sourceIp": "203.0.113.24"}, "requestId": "not-the-invocation's",
        },
        "body": event["body"], "isBase64Encoded": event["isBase64Encoded"],
    })
}

/// Returns a request as an HTTP API with payload format 1.0 delivers it.
pub fn http_api_1_0(post: &Post) -> Value {
    let mut event = rest_api(post);
    event["version"] = "1.0".into();
    event["requestContext"]["path"] = event["path"].clone();
    event["requestContext"]["stage"] = "$default".into();
    event
}

/// Returns a request as an Application Load Balancer delivers it.
pub fn load_balancer(post: &Post) -> Value {
    let event = post.event();
    let arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/hooks/0123456789abcdef";
    json!({
        "requestContext": {"elb": {"targetGroupArn": arn}}, "httpMethod": post.method, "path": post.path, "queryStringParameters": {},
        "headers": event["headers"], "body": event["body"], "isBase64Encoded": event["isBase64Encoded"],
    })
}

/// Returns a request as a load balancer with multi-value headers delivers it.
pub fn multi_value_load_balancer(post: &Post) -> Value {
    let mut event = load_balancer(post);
    let headers = event["headers"].as_object().expect("headers").iter();
    event["multiValueHeaders"] = headers.map(|(name, value)| (name.clone(), json!([value]))).collect::<serde_json::Map<_, _>>().into();
    event["multiValueQueryStringParameters"] = json!({});
    event.as_object_mut().expect("an object").retain(|name, _| !["headers", "queryStringParameters"].contains(&name.as_str()));
    event
}

/// Returns headers with names in title case, as clients write them: `X-Signature`.
fn title_case(headers: &Value, value: fn(Value) -> Value) -> Value {
    let title = |word: &str| word[..1].to_uppercase() + &word[1..];
    let headers = headers.as_object().expect("headers").iter();
    let named = headers.map(|(name, text)| (name.split('-').map(title).collect::<Vec<_>>().join("-"), value(text.clone())));
    named.collect::<serde_json::Map<_, _>>().into()
}
