//! Events of each supported trigger, and similar events of other triggers.

use serde_json::{Value, json};

use super::*;

fn event(event: &Value) -> HttpEvent {
    serde_json::from_str(&event.to_string()).unwrap_or_else(|error| panic!("{error}: {event}"))
}

fn received(json: &Value) -> Received {
    event(json).into_received("r".to_owned(), None)
}

/// Returns an HTTP API event, payload 2.0.
fn http_api() -> Value {
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": "/acme/shop", "rawQueryString": "mode=a%20b&mode=c",
        "cookies": ["session=1"],
        "headers": {"accept": "text/html,*/*", "content-type": "application/json", "x-mac": "0a1b"},
        "queryStringParameters": {"mode": "a b,c"},
        "requestContext": {
            "accountId": "123456789012", "apiId": "a1b2c3d4e5", "authorizer": null, "stage": "$default",
            "domainName": "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com", "domainPrefix": "a1b2c3d4e5",
            "http": {"method": "POST", "path": "/acme/shop", "protocol": "HTTP/1.1", "sourceIp": "203.0.113.24", "userAgent": "Go-http-client/1.1"},
            "requestId": "JKJaXmPLvHcESHA=", "routeKey": "$default", "time": "18/Nov/2026:12:48:57 +0000", "timeEpoch": 1_794_993_737_000_i64,
        },
        "pathParameters": null, "stageVariables": null, "body": "{\"a\":1}\n", "isBase64Encoded": false,
    })
}

/// Returns a REST API event, payload 1.0. It has no `version`.
fn rest_api() -> Value {
    json!({
        "resource": "/{proxy+}", "path": "/acme/shop", "httpMethod": "POST",
        "headers": {"Accept": "*/*", "Content-Type": "application/json", "X-Mac": "0a1b"},
        "multiValueHeaders": {"Accept": ["text/html", "*/*"], "Content-Type": ["application/json"], "X-Mac": ["0a1b"]},
        "queryStringParameters": {"mode": "c"}, "multiValueQueryStringParameters": {"mode": ["a b", "c"]},
        "pathParameters": {"proxy": "acme/shop"}, "stageVariables": null,
        "requestContext": {
            "resourceId": "abc123", "resourcePath": "/{proxy+}", "httpMethod": "POST", "path": "/prod/acme/shop", "stage": "prod",
            "domainName": "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com", "identity": {"sourceIp": "203.0.113.24"}, "protocol": "HTTP/1.1",
        },
        "body": "{\"a\":1}\n", "isBase64Encoded": false,
    })
}

/// Returns a load balancer event without multi-value headers.
fn load_balancer() -> Value {
    json!({
        "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/hooks/0123456789abcdef"}},
        "httpMethod": "POST", "path": "/acme/shop", "queryStringParameters": {"mode": "a%20b"},
        "headers": {"accept": "text/html,*/*", "content-type": "application/json", "x-mac": "0a1b"},
        "body": "{\"a\":1}\n", "isBase64Encoded": false,
    })
}

/// Returns a load balancer event with multi-value headers.
fn multi_value_load_balancer() -> Value {
    let mut event = load_balancer();
    event["multiValueHeaders"] = json!({"accept": ["text/html", "*/*"], "content-type": ["application/json"], "x-mac": ["0a1b"]});
    event["multiValueQueryStringParameters"] = json!({"mode": ["a%20b", "c"]});
    event.as_object_mut().expect("an object").retain(|name, _| !["headers", "queryStringParameters"].contains(&name.as_str()));
    event
}

fn of_each_trigger() -> [Value; 4] {
    [http_api(), rest_api(), load_balancer(), multi_value_load_balancer()]
}

#[test]
fn each_trigger_produces_the_same_request() {
    for json in of_each_trigger() {
        let request = received(&json);
        assert_eq!((request.method.as_str(), request.path.as_str(), request.request_id.as_str()), ("POST", "/acme/shop", "r"), "{json}");
        let headers = [("accept", "text/html,*/*"), ("content-type", "application/json"), ("x-mac", "0a1b")];
        assert_eq!(request.headers, headers.map(|(name, value)| (name.to_owned(), value.to_owned())), "{json}");
        assert_eq!(request.body, b"{\"a\":1}\n", "{json}");
    }
    let forms = of_each_trigger().map(|json| event(&json).form());
    assert_eq!(forms, [Form::Gateway, Form::Gateway, Form::LoadBalancer, Form::MultiValueLoadBalancer]);
}

#[test]
fn the_query_is_as_sent_by_the_client() {
    let queries = of_each_trigger().map(|json| received(&json).query);
    assert_eq!(queries, ["mode=a%20b&mode=c", "mode=a%20b&mode=c", "mode=a%20b", "mode=a%20b&mode=c"]);
    let mut json = rest_api();
    json["multiValueQueryStringParameters"] = Value::Null;
    json["queryStringParameters"] = json!({"hub.mode": "subscribe", "hub[challenge]": "1&2=3+ü", "flag": "", "odd": 1});
    assert_eq!(received(&json).query, "flag=&hub.mode=subscribe&hub%5Bchallenge%5D=1%262%3D3%2B%C3%BC");
    json["queryStringParameters"] = json!([]);
    assert_eq!(received(&json).query, "");
}

#[test]
fn a_query_with_repeated_names_is_bounded() {
    let mut json = rest_api();
    json["multiValueQueryStringParameters"] = json!({"name".repeat(1000): vec!["value"; 10_000]});
    let query = received(&json).query;
    assert!(query.len() > 90_000 && query.len() <= 100_000 && query.ends_with("=value"), "{}", query.len());
}

#[test]
fn a_body_is_converted_to_its_exact_bytes() {
    for mut json in of_each_trigger() {
        for (body, is_base64_encoded, bytes) in [
            (json!("{\"a\":1}\n"), json!(false), &b"{\"a\":1}\n"[..]),
            (json!("/wA="), json!(true), b"\xff\x00"),
            (json!("!"), json!(true), b"!"),
            (json!("/wA="), json!(null), b"/wA="),
            (json!("/wA="), json!("true"), b"/wA="),
            (json!(null), json!(false), b""),
            (json!(null), json!(true), b""),
        ] {
            (json["body"], json["isBase64Encoded"]) = (body, is_base64_encoded);
            assert_eq!(received(&json).body, bytes, "{json}");
        }
        json.as_object_mut().expect("an object").retain(|name, _| !["body", "isBase64Encoded"].contains(&name.as_str()));
        assert_eq!(received(&json).body, b"");
    }
}

#[test]
fn headers_are_normalized() {
    let mut json = http_api();
    json["headers"] = json!({"X-Name": "Zoë\0", "number": 1, "none": null, "list": ["a", "b"], "mixed": ["a", 1], "empty": ""});
    let request = received(&json);
    let headers: Vec<_> = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(headers, [("empty", ""), ("list", "a,b"), ("x-name", "Zoë\0")]);
    assert_eq!(request.header("X-NAME"), Some("Zoë\0"));
    // Multiple values of a header are joined, whatever the case of its name. A valid proof among them is not picked out.
    let mut json = rest_api();
    json["multiValueHeaders"] = json!({"X-Mac": ["0a1b", "2c3d"], "x-mac": ["4e5f"]});
    assert_eq!(received(&json).header("x-mac"), Some("0a1b,2c3d,4e5f"));
    assert_eq!(received(&json).header("content-type"), Some("application/json"));
    for headers in [json!(null), json!([]), json!("text"), json!({})] {
        (json["headers"], json["multiValueHeaders"]) = (headers.clone(), headers);
        assert_eq!(received(&json).headers, []);
    }
}

#[test]
fn a_named_stage_is_removed_from_the_path() {
    for (path, stage, expected) in [
        ("/prod/acme/shop", json!("prod"), "/acme/shop"),
        ("/prod/prod/acme", json!("prod"), "/prod/acme"),
        ("/prod/", json!("prod"), "/"),
        ("/prod", json!("prod"), "/"),
        ("/products/acme", json!("prod"), "/products/acme"),
        // Behind a custom domain, a mapping can replace the stage.
        ("/hooks/acme", json!("prod"), "/hooks/acme"),
        ("/$default/acme", json!("$default"), "/$default/acme"),
        ("//acme", json!(""), "//acme"),
        ("/prod/acme", json!(null), "/prod/acme"),
        ("/1/acme", json!(1), "/1/acme"),
        ("", json!("prod"), ""),
    ] {
        let mut json = http_api();
        (json["rawPath"], json["requestContext"]["stage"]) = (path.into(), stage.clone());
        assert_eq!(received(&json).path, expected, "{path} of {stage}");
        // With payload 1.0, an HTTP API includes the stage in both paths.
        let mut json = rest_api();
        (json["version"], json["path"]) = ("1.0".into(), path.into());
        (json["requestContext"]["path"], json["requestContext"]["stage"]) = (path.into(), stage.clone());
        assert_eq!(received(&json).path, expected, "{path} of {stage}, payload 1.0");
        // A load balancer has no stages.
        let mut json = load_balancer();
        (json["path"], json["requestContext"]["path"], json["requestContext"]["stage"]) = (path.into(), path.into(), stage);
        assert_eq!(received(&json).path, path);
    }
}

#[test]
fn the_path_of_a_rest_api_has_no_stage() {
    let mut json = rest_api();
    // A resource with the same name as the stage.
    (json["path"], json["requestContext"]["path"]) = ("/prod/shop".into(), "/prod/prod/shop".into());
    assert_eq!(received(&json).path, "/prod/shop");
    json["requestContext"] = Value::Null;
    assert_eq!(received(&json).path, "/prod/shop");
}

#[test]
fn a_request_that_is_not_a_valid_uri_is_accepted() {
    let mut json = http_api();
    (json["rawQueryString"], json["headers"]["host"]) = ("a=<\" >".into(), "a b".into());
    let request = received(&json);
    assert_eq!((request.path.as_str(), request.query.as_str(), request.header("host")), ("/acme/shop", "a=<\" >", Some("a b")));
    // A path that an HTTP API has decoded stays decoded, and an encoded path stays encoded.
    for path in ["/acme/my shop/ü", "/acme/my%20shop%2F1", "/acme/100%", "acme", ""] {
        json["rawPath"] = path.into();
        assert_eq!(received(&json).path, path);
    }
}

#[test]
fn members_of_unexpected_types_count_as_missing() {
    let deep: Value = (0..100).fold(json!(1), |value, _| json!([value]));
    for value in [json!(null), json!(1), json!(-1.5), json!(true), json!("text"), json!([1, "a"]), json!({"a": {"b": []}}), deep] {
        for mut json in of_each_trigger() {
            for name in
                ["version", "cookies", "headers", "multiValueHeaders", "queryStringParameters", "multiValueQueryStringParameters", "new"]
            {
                json[name] = value.clone();
            }
            for name in ["stage", "authorizer", "identity", "requestId", "new"] {
                json["requestContext"][name] = value.clone();
            }
            assert_eq!(received(&json).method, "POST", "{json}");
        }
    }
}

#[test]
fn the_error_for_other_events_says_what_is_expected() {
    let authorizer = |mut json: Value, arn: &str| {
        (json["type"], json[arn]) = ("REQUEST".into(), "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod/POST/acme".into());
        json
    };
    let without = |mut json: Value, name: &str| {
        json.as_object_mut().expect("an object").remove(name);
        json
    };
    let records = |source: &str| json!({"Records": [{"messageId": "m-1", "body": "{}", "eventSource": source, "httpMethod": "POST"}]});
    let websocket = json!({"routeKey": "$connect", "eventType": "CONNECT", "connectionId": "L0SM9cOFvHcCIhw=", "stage": "prod"});
    let lattice = json!({"version": "2.0", "path": "/acme", "method": "POST", "headers": {"x-mac": ["0a1b"]}, "body": "{}"});
    let mut events = vec![
        json!({}),
        json!({"key1": "value1", "key2": "value2", "key3": "value3"}),
        records("aws:sqs"),
        records("aws:s3"),
        json!({"source": "shop.chat", "detail-type": "com.acme.message", "detail": {"httpMethod": "POST", "path": "/acme"}}),
        json!({"requestContext": websocket, "headers": {}, "multiValueHeaders": {}, "isBase64Encoded": false}),
        json!({"type": "TOKEN", "authorizationToken": "t", "methodArn": "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod/GET/"}),
        authorizer(http_api(), "routeArn"),
        authorizer(rest_api(), "methodArn"),
        without(authorizer(http_api(), "routeArn"), "type"),
        without(authorizer(rest_api(), "methodArn"), "type"),
        lattice,
        without(http_api(), "rawPath"),
        without(http_api(), "requestContext"),
        without(rest_api(), "path"),
        without(load_balancer(), "httpMethod"),
        json!({"rawPath": ["/acme"], "requestContext": {"http": {"method": "POST"}}}),
        json!({"rawPath": "/acme", "requestContext": [[{"method": "POST"}]]}),
    ];
    events.extend(["null", "true", "1", "\"text\"", "[]", "[{}]"].map(|json| serde_json::from_str(json).expect("JSON")));
    // The members of the struct as an array, in order.
    events.push(json!(["/acme", "", "POST", "/acme", null, null, null, null, {"http": {"method": "POST"}}]));
    for json in events {
        let error = serde_json::from_str::<HttpEvent>(&json.to_string()).err().unwrap_or_else(|| panic!("accepted: {json}"));
        assert!(error.to_string().starts_with(HttpEvent::EXPECTED), "{error}");
    }
}
