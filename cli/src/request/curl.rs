//! A request as a `curl` command for a POSIX shell that sends exactly the same bytes.

use base64::{Engine, engine::general_purpose::STANDARD};

/// Returns the command.
pub(crate) fn command(url: &str, headers: &[(String, String)], body: &[u8]) -> String {
    command_with(url, headers, "", body)
}

/// Returns the command with more words after the headers. The shell expands these words.
pub(crate) fn command_with(url: &str, headers: &[(String, String)], words: &str, body: &[u8]) -> String {
    let mut headers: String = headers.iter().map(|(name, value)| format!(" -H {}", quoted(&header(name, value)))).collect();
    if !words.is_empty() {
        headers += &format!(" {words}");
    }
    match std::str::from_utf8(body).ok().filter(|text| !text.contains('\0')) {
        Some(text) => format!("curl -i {}{headers} --data-raw {}", quoted(url), quoted(text)),
        None => format!("echo {} | base64 -d | curl -i {}{headers} --data-binary @-", STANDARD.encode(body), quoted(url)),
    }
}

/// Formats a header for curl, which omits the header `name:` and sends `name;` with an empty value.
fn header(name: &str, value: &str) -> String {
    if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") }
}

/// Quotes a text as one literal word.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {

    fn command(body: &[u8]) -> String {
        let headers = [("a", "it's"), ("b", "")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        super::command("http://h/it's", &headers, body)
    }

    #[test]
    fn words_are_quoted_for_the_shell() {
        assert_eq!(command(b"@$HOME\n'"), "curl -i 'http://h/it'\\''s' -H 'a: it'\\''s' -H 'b;' --data-raw '@$HOME\n'\\'''");
    }

    #[test]
    fn a_body_that_is_not_text_is_passed_as_base64() {
        for (body, encoded) in [(b"\xff".as_slice(), "/w=="), (b"\0", "AA==")] {
            let command = command(body);
            assert!(command.starts_with(&format!("echo {encoded} | base64 -d | curl ")) && command.ends_with("@-"), "{command}");
        }
    }
}
