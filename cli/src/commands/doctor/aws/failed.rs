//! A failed AWS request: the permission that it needs, the error, and what to do.

use std::error::Error;
use std::fmt;

use serde_json::Value;

use super::xml::{Named, parse};

/// A failed AWS request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Failed {
    /// The permission that the request needs, such as `lambda:GetAlias`.
    pub(in super::super) permission: String,
    /// The error code of the service, or an empty string if there was no usable response.
    pub(in super::super) code: String,
    /// The cause.
    pub(in super::super) message: String,
}

impl fmt::Display for Failed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code.as_str() {
            "" => write!(out, "{} failed ({})", self.permission, self.message),
            code => write!(out, "{} was refused ({code}: {})", self.permission, self.message),
        }
    }
}

impl Error for Failed {}

impl Failed {
    /// Creates an error for a request without a usable response.
    pub(in super::super) fn without_response(permission: &str, cause: &str) -> Self {
        Self { permission: permission.to_owned(), code: String::new(), message: cause.to_owned() }
    }

    /// Creates an error from a response with this status, the header `x-amzn-errortype` and the body.
    pub(super) fn refused(permission: &str, status: u16, header: Option<&str>, body: &str) -> Self {
        let (code, message) = refusal(body);
        let code = header.map(str::to_owned).or(code).unwrap_or_else(|| status.to_string());
        // `aws.protocoltests#Code:http://…`
        let code = code.split(':').next().unwrap_or_default().rsplit('#').next().unwrap_or_default();
        Self { permission: permission.to_owned(), code: code.to_owned(), message }
    }

    /// Returns whether the requested resource does not exist.
    pub(in super::super) fn is_not_found(&self) -> bool {
        self.has_code(&["ResourceNotFound", "NonExistentQueue", "QueueDoesNotExist"])
    }

    /// Returns whether the next attempt can succeed.
    pub(super) fn is_temporary(&self) -> bool {
        self.is_throttled() || self.is_internal()
    }

    /// Returns what to do.
    pub(in super::super) fn action(&self) -> String {
        if self.has_code(&["AccessDenied", "Unauthorized", "NotAuthorized"]) {
            let key = if self.message.contains("KMS") { ", and kms:Decrypt for the KMS key" } else { "" };
            return format!("the credentials need {}{key}", self.permission);
        }
        let is_late = |text: &str| self.message.contains(text);
        let action = if self.code.is_empty() {
            "check the network, the region and the proxy settings"
        } else if self.has_code(&["RequestExpired", "RequestTimeTooSkewed"]) || is_late("Signature expired") || is_late("not yet current") {
            "set this machine's clock (NTP)"
        } else if self.has_code(&["ExpiredToken"]) {
            "the credentials have expired: renew them, for example with `aws sso login`"
        } else if self.has_code(&["InvalidClientTokenId", "UnrecognizedClient", "Signature", "AuthFailure", "MissingAuthenticationToken"]) {
            "check AWS_PROFILE, or AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN; is the region enabled for the account?"
        } else if self.is_temporary() {
            "run the command again later"
        } else {
            "check the account and the region"
        };
        action.to_owned()
    }

    fn is_throttled(&self) -> bool {
        self.has_code(&["Throttl", "TooManyRequests", "RequestLimitExceeded"]) || self.code == "429"
    }

    fn is_internal(&self) -> bool {
        self.has_code(&["InternalFailure", "InternalError", "InternalServiceError", "ServiceUnavailable", "ServiceException"])
            || self.code.parse::<u16>().is_ok_and(|status| status >= 500)
    }

    fn has_code(&self, parts: &[&str]) -> bool {
        parts.iter().any(|part| self.code.contains(part))
    }
}

/// Returns the code and the message of an error in XML or JSON.
fn refusal(text: &str) -> (Option<String>, String) {
    const NO_REASON: &str = "AWS gives no reason";
    if let Ok(error) = serde_json::from_str::<Value>(text) {
        let text = |name: &str| error[name].as_str().map(str::to_owned);
        let message = text("message").or_else(|| text("Message")).unwrap_or_else(|| NO_REASON.to_owned());
        return (text("__type").or_else(|| text("Code")), message);
    }
    let document = parse(text);
    let find = |name: &str| document.as_ref()?.descendants().find(|node| node.has_name(name))?.text().map(str::to_owned);
    (find("Code"), find("Message").unwrap_or_else(|| NO_REASON.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_in_xml_and_json_are_parsed() {
        let xml = r#"<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id x does not exist</Message></Error></ErrorResponse>"#;
        assert_eq!(refusal(xml), (Some("ValidationError".to_owned()), "Stack with id x does not exist".to_owned()));
        let json = r#"{"__type":"AccessDeniedException","Message":"no"}"#;
        assert_eq!(refusal(json), (Some("AccessDeniedException".to_owned()), "no".to_owned()));
        assert_eq!(refusal("<html>").0, None);
        let code = |header, body| Failed::refused("x:Y", 403, header, body).code;
        assert_eq!(code(Some("UnrecognizedClientException:http://x/"), "{}"), "UnrecognizedClientException");
        assert_eq!(code(None, r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist"}"#), "QueueDoesNotExist");
        assert_eq!(code(None, "<html>"), "403");
    }

    #[test]
    fn each_cause_has_its_action() {
        for (code, message, action) in [
            ("AccessDenied", "", "the credentials need x:Y"),
            ("AccessDeniedException", "Access to KMS is not allowed", "the credentials need x:Y, and kms:Decrypt for the KMS key"),
            ("ExpiredTokenException", "The security token included in the request is expired", "the credentials have expired"),
            (
                "SignatureDoesNotMatch",
                "Signature expired: 20261127T090000Z is now earlier than 20261127T095000Z",
                "set this machine's clock",
            ),
            ("InvalidSignatureException", "Signature not yet current: 20261127T090000Z is still later", "set this machine's clock"),
            ("RequestExpired", "", "set this machine's clock"),
            ("InvalidClientTokenId", "", "check AWS_PROFILE"),
            ("SignatureDoesNotMatch", "The request signature we calculated does not match", "check AWS_PROFILE"),
            ("Throttling", "Rate exceeded", "run the command again later"),
            ("503", "", "run the command again later"),
            ("", "DNS: the name has no address", "check the network, the region"),
            ("ValidationError", "", "check the account and the region"),
        ] {
            let failed = Failed { permission: "x:Y".to_owned(), code: code.to_owned(), message: message.to_owned() };
            assert!(failed.action().starts_with(action), "{code} {message}: {}", failed.action());
        }
    }
}
