//! The codes of AWS errors, which are safe to log.

/// The maximum length of a code.
const LONGEST: usize = 64;

/// Returns the code in the type of an AWS error: the word after its namespace and `#`, possibly with dots
/// (`KMS.AccessDeniedException`). Returns `unknown` for anything else, because it may quote data that must not be logged.
pub(crate) fn error_code(kind: &str) -> &str {
    let code = kind.rsplit('#').next().unwrap_or_default();
    let is_code = (1..=LONGEST).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
    if is_code { code } else { "unknown" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_one_word_without_its_namespace() {
        assert_eq!(error_code("AccessDeniedException"), "AccessDeniedException");
        assert_eq!(error_code("AWS.SimpleQueueService.NonExistentQueue"), "AWS.SimpleQueueService.NonExistentQueue");
        assert_eq!(error_code("com.amazonaws.secretsmanager#ResourceNotFoundException"), "ResourceNotFoundException");
        for kind in ["", "#", "not a code", "ada@example.com", "+491701234567", &"x".repeat(65)] {
            assert_eq!(error_code(kind), "unknown", "{kind}");
        }
    }
}
