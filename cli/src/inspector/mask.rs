//! Masks secrets in headers. Of a credential, only the length is shown. Signatures are not secret.

use shared::endpoint::Endpoint;

use crate::endpoints::proof_headers;
use crate::verdict::token;

/// Parts of the names of headers with secret values.
const SECRET: [&str; 7] = ["authorization", "authentication", "cookie", "token", "secret", "password", "api-key"];

/// Masks values that are secret by the name of their header, or because an endpoint reads its proof there.
pub(super) fn mask(headers: &mut [(String, String)], endpoints: &[Endpoint]) {
    let proofs: Vec<&str> = endpoints.iter().flat_map(proof_headers).collect();
    for (name, value) in headers {
        let lower = name.to_ascii_lowercase();
        let is_secret = SECRET.iter().any(|part| lower.contains(part)) || proofs.iter().any(|proof| proof.eq_ignore_ascii_case(&lower));
        if is_secret && !lower.contains("signature") {
            *value = masked(value);
        }
    }
}

/// Masks a credential. The name of a scheme before it is not secret.
fn masked(value: &str) -> String {
    match value.split_once(' ') {
        Some((scheme @ ("Basic" | "Bearer" | "basic" | "bearer"), credential)) => format!("{scheme} {}", token(credential)),
        _ => token(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_and_signatures_are_not() {
        let mut headers = [
            ("Authorization", "Basic dXNlcjpwYXNzd29yZA=="),
            ("authentication", "Basic aHVzaA=="),
            ("x-api-key", "hush-hush-hush-hush"),
            ("cookie", "hush"),
            ("x-signature", "53b0fae42c6b0726418488b89780b05d51cd4d1d"),
            ("content-type", "application/json"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        mask(&mut headers, &[]);
        let values = headers.map(|(_, value)| value);
        let expected = [
            "Basic 20 characters",
            "Basic 8 characters",
            "19 characters",
            "4 characters",
            "53b0fae42c6b0726418488b89780b05d51cd4d1d",
            "application/json",
        ];
        assert_eq!(values, expected);
    }
}
