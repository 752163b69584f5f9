//! The value of `--set path=value`: one change to a JSON body.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use serde_json::Value;

/// One change: a path, and the value to set there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Assignment {
    path: Vec<String>,
    value: String,
}

/// The placeholder in a value for the number of the request.
const NUMBER: &str = "{i}";

/// The text is not an assignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InvalidAssignment {
    /// It has no `=`.
    NoValue,
    /// A step of the path is empty.
    EmptyStep,
}

impl fmt::Display for InvalidAssignment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::NoValue => "it must be PATH=VALUE, like message.text=Hello",
            Self::EmptyStep => "the path before `=` must be names or numbers separated by dots",
        })
    }
}

impl Error for InvalidAssignment {}

/// The body has no value at the path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NoSuchPath(String);

impl fmt::Display for NoSuchPath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "the body has no `{}`", self.0)
    }
}

impl Error for NoSuchPath {}

impl FromStr for Assignment {
    type Err = InvalidAssignment;

    /// Parses `a.b.0=value`.
    fn from_str(text: &str) -> Result<Self, InvalidAssignment> {
        let (path, value) = text.split_once('=').ok_or(InvalidAssignment::NoValue)?;
        let path: Vec<String> = path.split('.').map(str::to_owned).collect();
        if path.iter().any(String::is_empty) {
            return Err(InvalidAssignment::EmptyStep);
        }
        Ok(Self { path, value: value.to_owned() })
    }
}

impl Assignment {
    /// Returns whether the value contains the number of the request.
    pub(crate) fn is_counted(&self) -> bool {
        self.value.contains(NUMBER)
    }

    /// Applies the change for the request of that number. A value that is not JSON becomes a string.
    ///
    /// All parts of the path but the last must exist, so that a typo is noticed. The last part can be a new member of an
    /// object, or the index after an array's last element.
    ///
    /// # Errors
    /// Returns an error if the body has no value at the path.
    pub(crate) fn apply(&self, body: &mut Value, number: usize) -> Result<(), NoSuchPath> {
        let mut target = body;
        for (depth, name) in self.path.iter().enumerate() {
            let is_last = depth + 1 == self.path.len();
            let found = match target {
                Value::Object(members) => {
                    if is_last && !members.contains_key(name) {
                        members.insert(name.clone(), Value::Null);
                    }
                    members.get_mut(name)
                }
                Value::Array(elements) => name.parse().ok().and_then(|index: usize| {
                    if is_last && index == elements.len() {
                        elements.push(Value::Null);
                    }
                    elements.get_mut(index)
                }),
                _ => None,
            };
            target = found.ok_or_else(|| NoSuchPath(self.path[..=depth].join(".")))?;
        }
        let value = self.value.replace(NUMBER, &number.to_string());
        *target = serde_json::from_str(&value).unwrap_or_else(|_| value.into());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn set(mut body: Value, change: &str) -> Result<Value, NoSuchPath> {
        change.parse::<Assignment>().expect("an assignment").apply(&mut body, 7)?;
        Ok(body)
    }

    #[test]
    fn a_value_is_json_or_else_a_string() {
        for (text, value) in [
            ("a=Hello", json!("Hello")),
            ("a=Hello, you", json!("Hello, you")),
            ("a=", json!("")),
            ("a=x=y", json!("x=y")),
            ("a=5", json!(5)),
            ("a=\"5\"", json!("5")),
            ("a={i}", json!(7)),
            ("a=id-{i}", json!("id-7")),
            ("a=null", json!(null)),
            ("a=[1]", json!([1])),
            ("a={\"b\":true}", json!({"b": true})),
        ] {
            assert_eq!(set(json!({"a": 1, "z": 0}), text), Ok(json!({"a": value, "z": 0})), "{text}");
        }
    }

    #[test]
    fn a_path_goes_through_objects_and_arrays() {
        let body = json!({"a": [{"b": 1}, {"0": 2}]});
        assert_eq!(set(body.clone(), "a.0.b=x"), Ok(json!({"a": [{"b": "x"}, {"0": 2}]})));
        assert_eq!(set(body.clone(), "a.1.0=x"), Ok(json!({"a": [{"b": 1}, {"0": "x"}]})));
        assert_eq!(set(body.clone(), "a.1=x"), Ok(json!({"a": [{"b": 1}, "x"]})));
        assert_eq!(set(body.clone(), "a.2=x"), Ok(json!({"a": [{"b": 1}, {"0": 2}, "x"]})));
        assert_eq!(set(body.clone(), "a.0.new=x"), Ok(json!({"a": [{"b": 1, "new": "x"}, {"0": 2}]})));
        assert_eq!(set(json!([1]), "0=x"), Ok(json!(["x"])));
    }

    #[test]
    fn a_missing_path_is_named() {
        let body = json!({"a": [{"b": 1}]});
        for (change, path) in
            [("x.y=1", "x"), ("a.b=1", "a.b"), ("a.2=1", "a.2"), ("a.1.b=1", "a.1"), ("a.0.b.c=1", "a.0.b.c"), ("a.-1=1", "a.-1")]
        {
            assert_eq!(set(body.clone(), change), Err(NoSuchPath(path.to_owned())), "{change}");
        }
        assert!(set(json!("text"), "a=1").is_err());
    }

    #[test]
    fn invalid_assignments_are_refused() {
        for text in ["", "a", "=1", ".=1", "a.=1", ".a=1", "a..b=1"] {
            assert!(text.parse::<Assignment>().is_err(), "{text}");
        }
    }
}
