use super::*;
use crate::request::curl;

fn read(command: &str) -> Received {
    assert!(is_one(command.as_bytes()), "{command}");
    parse(command.as_bytes()).expect(command).request
}

fn headers(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn the_commands_of_sign_can_be_read() {
    let own = headers(&[("x-signature", "it's"), ("b", "")]);
    for body in [&b"{\"a\":\"it's $HOME @x\\n\"}\n"[..], b"\xff\0", b"@file", b""] {
        let request = read(&curl::command("http://h.example/kommo/a%20b?c=d", &own, body));
        assert_eq!((request.method.as_str(), request.path.as_str(), request.query.as_str()), ("POST", "/kommo/a%20b", "c=d"));
        assert_eq!((request.headers, request.body.as_slice()), (own.clone(), body));
    }
}

#[test]
fn commands_of_other_tools_can_be_read() {
    for (command, method, header, body) in [
        ("curl -XPUT http://h/kommo -H'x-signature: a' -d b", "PUT", ("x-signature", "a"), "b"),
        ("$ curl --request=POST \\\n  --url h:80/kommo \\\n  --header 'A: b' \\\n  --data '{}'", "POST", ("A", "b"), "{}"),
        (
            "curl 'http://h/kommo' -u user:pass --data-raw $'\\u00e9\\n\\'' --compressed",
            "POST",
            ("authorization", "Basic dXNlcjpwYXNz"),
            "é\n'",
        ),
        ("curl http://h/kommo --json '{\"a\":1}' -o /dev/null -s | jq .", "POST", ("content-type", "application/json"), "{\"a\":1}"),
        ("curl http://h/kommo -d a=b -d \"c=\\\"d\\\"\" -k", "POST", ("", ""), "a=b&c=\"d\""),
    ] {
        let request = read(command);
        assert_eq!(
            (request.method.as_str(), request.path.as_str(), request.body.as_slice()),
            (method, "/kommo", body.as_bytes()),
            "{command}"
        );
        assert_eq!(request.headers, headers(&[header].into_iter().filter(|(name, _)| !name.is_empty()).collect::<Vec<_>>()), "{command}");
    }
}

#[test]
fn missing_and_unsupported_parts_are_reported() {
    let captured = parse(b"curl http://h/kommo --data-binary @body.json").expect("a command");
    assert!(captured.notes[0].contains("--body-file") && captured.request.body.is_empty());
    for (command, problem) in [
        ("curl -d '{}'", "it has no URL"),
        ("curl http://h -H \"x: $TOKEN\"", "a shell would expand"),
        ("curl http://h -d 'open", "a quote is not closed"),
        ("curl http://h -F a=b", "--body-file"),
        ("curl http://h -d", "-d has no value"),
        ("curl http://h http://i", "more than one URL"),
    ] {
        let error = parse(command.as_bytes()).expect_err(command);
        assert!(error.to_string().contains(problem), "{command}: {error}");
    }
    assert!(!is_one(b"curling is a sport") && !is_one(b"echo hello"));
}
