//! The scanner: records the span of each value in one pass, and rejects text that is not JSON (RFC 8259).

use super::{Node, NotJson};

/// Returns the nodes of a text in order. Time and memory are linear in the text at any depth.
pub(super) fn index(text: &str) -> Result<Vec<Node>, NotJson> {
    // Spans are stored as u32.
    u32::try_from(text.len()).map_err(|_| NotJson)?;
    let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut scanner = Scanner { bytes: text.as_bytes(), at, nodes: Vec::new(), open: Vec::new() };
    scanner.document()?;
    Ok(scanner.nodes)
}

struct Scanner<'t> {
    bytes: &'t [u8],
    at: usize,
    nodes: Vec<Node>,
    /// The nodes of the arrays and objects around the current position, outermost first.
    open: Vec<u32>,
}

impl Scanner<'_> {
    fn document(&mut self) -> Result<(), NotJson> {
        loop {
            self.value()?;
            // After a value, close the arrays and objects that end here, then expect the next value or the end of the text.
            loop {
                self.skip_white_space();
                let Some(&container) = self.open.last() else {
                    return if self.at == self.bytes.len() { Ok(()) } else { Err(NotJson) };
                };
                let is_object = self.byte_at(self.nodes[container as usize].start as usize) == Some(b'{');
                match (self.peek(), is_object) {
                    (Some(b','), true) => {
                        self.at += 1;
                        self.name()?;
                        break;
                    }
                    (Some(b','), false) => {
                        self.at += 1;
                        break;
                    }
                    (Some(b'}'), true) | (Some(b']'), false) => self.close(),
                    _ => return Err(NotJson),
                }
            }
        }
    }

    /// Scans a value. For a non-empty array or object, scans up to the end of its first scalar or empty value.
    fn value(&mut self) -> Result<(), NotJson> {
        loop {
            self.skip_white_space();
            let start = self.at;
            match self.peek().ok_or(NotJson)? {
                open @ (b'{' | b'[') => {
                    self.open.push(self.nodes.len() as u32);
                    self.push(start);
                    self.at += 1;
                    self.skip_white_space();
                    match (open, self.peek()) {
                        (b'{', Some(b'}')) | (b'[', Some(b']')) => {
                            self.close();
                            return Ok(());
                        }
                        (b'{', _) => self.name()?,
                        _ => {}
                    }
                    continue;
                }
                b'"' => self.string()?,
                b'-' | b'0'..=b'9' => self.number()?,
                b't' => self.literal(b"true")?,
                b'f' => self.literal(b"false")?,
                b'n' => self.literal(b"null")?,
                _ => return Err(NotJson),
            }
            self.push(start);
            return Ok(());
        }
    }

    /// Scans a member name and its colon.
    fn name(&mut self) -> Result<(), NotJson> {
        self.skip_white_space();
        let start = self.at;
        if self.peek() != Some(b'"') {
            return Err(NotJson);
        }
        self.string()?;
        self.push(start);
        self.skip_white_space();
        self.expect(b':')
    }

    /// Records a node that ends at the current position. The end of an array or object is set by [`Self::close`].
    fn push(&mut self, start: usize) {
        let next = self.nodes.len() as u32 + 1;
        self.nodes.push(Node { start: start as u32, end: self.at as u32, next });
    }

    fn close(&mut self) {
        self.at += 1;
        let next = self.nodes.len() as u32;
        if let Some(container) = self.open.pop() {
            let node = &mut self.nodes[container as usize];
            (node.end, node.next) = (self.at as u32, next);
        }
    }

    fn string(&mut self) -> Result<(), NotJson> {
        self.at += 1;
        loop {
            match self.peek().ok_or(NotJson)? {
                b'"' => break,
                b'\\' => {
                    self.at += 1;
                    match self.peek().ok_or(NotJson)? {
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 1,
                        b'u' => {
                            let digits = self.bytes.get(self.at + 1..self.at + 5).ok_or(NotJson)?;
                            if !digits.iter().all(u8::is_ascii_hexdigit) {
                                return Err(NotJson);
                            }
                            self.at += 5;
                        }
                        _ => return Err(NotJson),
                    }
                }
                0..0x20 => return Err(NotJson),
                _ => self.at += 1,
            }
        }
        self.at += 1;
        Ok(())
    }

    fn number(&mut self) -> Result<(), NotJson> {
        self.skip_if(|byte| byte == b'-');
        if !self.skip_if(|byte| byte == b'0') {
            self.digits()?;
        }
        if self.skip_if(|byte| byte == b'.') {
            self.digits()?;
        }
        if self.skip_if(|byte| matches!(byte, b'e' | b'E')) {
            self.skip_if(|byte| matches!(byte, b'+' | b'-'));
            self.digits()?;
        }
        Ok(())
    }

    /// Scans one or more digits.
    fn digits(&mut self) -> Result<(), NotJson> {
        let start = self.at;
        while self.skip_if(|byte| byte.is_ascii_digit()) {}
        if self.at > start { Ok(()) } else { Err(NotJson) }
    }

    fn literal(&mut self, literal: &[u8]) -> Result<(), NotJson> {
        if !self.bytes[self.at..].starts_with(literal) {
            return Err(NotJson);
        }
        self.at += literal.len();
        Ok(())
    }

    fn expect(&mut self, expected: u8) -> Result<(), NotJson> {
        if self.skip_if(|byte| byte == expected) { Ok(()) } else { Err(NotJson) }
    }

    fn skip_white_space(&mut self) {
        while self.skip_if(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')) {}
    }

    fn skip_if(&mut self, is_expected: impl Fn(u8) -> bool) -> bool {
        let skips = self.peek().is_some_and(is_expected);
        self.at += usize::from(skips);
        skips
    }

    fn peek(&self) -> Option<u8> {
        self.byte_at(self.at)
    }

    fn byte_at(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(text: &str) -> Vec<&str> {
        index(text).expect("JSON").iter().map(|node| &text[node.start as usize..node.end as usize]).collect()
    }

    #[test]
    fn every_value_and_name_has_its_span() {
        let text = r#"{"a":[ {"b":[1, "x"]} ,[]],"c":true}"#;
        let expected =
            [text, "\"a\"", r#"[ {"b":[1, "x"]} ,[]]"#, r#"{"b":[1, "x"]}"#, "\"b\"", r#"[1, "x"]"#, "1", "\"x\"", "[]", "\"c\"", "true"];
        assert_eq!(spans(text), expected);
    }

    #[test]
    fn any_depth_is_json() {
        let depth = 100_000;
        assert!(index(&format!("{}{}", "[".repeat(depth), "]".repeat(depth))).is_ok());
        assert!(index(&format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth))).is_ok());
        assert!(index(&"[".repeat(depth)).is_err());
    }

    #[test]
    fn invalid_json_is_rejected() {
        for text in [
            "",
            " ",
            "{",
            "[",
            "[1,]",
            "[,1]",
            "{,}",
            "{\"a\":1,}",
            "{\"a\":1}x",
            "{\"a\" 1}",
            "{1:2}",
            "{\"a\"}",
            "[1 2]",
            "[}",
            "{]",
            "1e",
            "1.",
            ".5",
            "+1",
            "01",
            "-",
            "1e+",
            "0x1",
            "nul",
            "True",
            "NaN",
            "'a'",
            "\"",
            "\"\\",
            "\"\\u12\"",
            "\"\\u12g4\"",
            "\"\\x\"",
            "\"\u{1}\"",
            "\"a\nb\"",
            "\u{feff}\u{feff}1",
            "1 1",
            "]",
            "}",
            ",",
            ":",
            "[1:2]",
            "{\"a\":1:2}",
        ] {
            assert!(index(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn valid_json_is_accepted() {
        for text in
            ["0", "-0", "1e999", "-1.5E+3", "0.0e-1", "\"\\ud83d\"", "\"\u{7f}é😀\\/\"", " \t\r\n[ ] ", "{\"\":{}}", "null", "\u{feff}1"]
        {
            assert!(index(text).is_ok(), "{text:?}");
        }
    }
}
