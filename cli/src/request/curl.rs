//! A request as a `curl` command for a POSIX shell, with exactly its bytes.

use base64::{Engine, engine::general_purpose::STANDARD};

/// The command.
pub(crate) fn command(url: &str, headers: &[(String, String)], body: &[u8]) -> String {
    command_with(url, headers, "", body)
}

/// The command with further words, which the shell reads.
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

/// curl takes `name:` for a header to leave out, and `name;` for one without a value.
fn header(name: &str, value: &str) -> String {
    if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") }
}

/// A shell's word of exactly these characters.
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
    fn words_are_what_the_shell_reads() {
        assert_eq!(command(b"@$HOME\n'"), "curl -i 'http://h/it'\\''s' -H 'a: it'\\''s' -H 'b;' --data-raw '@$HOME\n'\\'''");
    }

    #[test]
    fn bytes_that_no_word_can_hold_go_through_base64() {
        for (body, encoded) in [(b"\xff".as_slice(), "/w=="), (b"\0", "AA==")] {
            let command = command(body);
            assert!(command.starts_with(&format!("echo {encoded} | base64 -d | curl ")) && command.ends_with("@-"), "{command}");
        }
    }
}
