//! The ids of the events of a request.

use std::collections::HashMap;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::hex_digits::hex;
use crate::parse::Identity;

/// The identities assigned so far in one request, each with the last number appended to it.
#[derive(Default)]
pub(super) struct Ids(HashMap<String, usize>);

impl Ids {
    /// Returns the 32 hex digits that identify the event at this index: a digest of the source and the identity, or a new
    /// UUIDv7. `content` is the digest of the body.
    pub(super) fn next(&mut self, source: &str, identity: &Identity, index: usize, content: &str) -> String {
        let identity = match identity {
            Identity::Given(id) => id.clone(),
            Identity::Body => format!("body:{index}:{content}"),
            Identity::Fresh => return Uuid::now_v7().simple().to_string(),
        };
        digest(&[source, "\n", &self.unique(identity)])
    }

    /// Returns the identity unchanged if it is new. Otherwise appends `#n` with the smallest `n` that makes it new.
    fn unique(&mut self, identity: String) -> String {
        let Some(last) = self.0.get(&identity).copied() else {
            self.0.insert(identity.clone(), 0);
            return identity;
        };
        let mut number = last;
        let unique = loop {
            number += 1;
            let numbered = format!("{identity}#{number}");
            if !self.0.contains_key(&numbered) {
                break numbered;
            }
        };
        self.0.insert(identity, number);
        self.0.insert(unique.clone(), 0);
        unique
    }
}

/// Returns the first 32 hex digits of the SHA-256 digest of the concatenated parts.
pub(super) fn digest(parts: &[&str]) -> String {
    let digest = parts.iter().fold(Sha256::new(), |digest, part| digest.chain_update(part)).finalize();
    hex(&digest[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_digest_of_source_and_identity() {
        // printf '/acme/shop\nm-1' | sha256sum
        let id = Ids::default().next("/acme/shop", &Identity::Given("m-1".to_owned()), 0, "");
        assert_eq!(id, "4d6e83a15a9c12d96dd5ba4fcf44ba7d");
    }

    #[test]
    fn a_duplicate_identity_gets_the_smallest_unused_number() {
        let mut ids = Ids::default();
        let given = ["a", "a#2", "a", "a", "a", "b", "a#2", "a#1"];
        let unique = given.map(|identity| ids.unique(identity.to_owned()));
        assert_eq!(unique, ["a", "a#2", "a#1", "a#3", "a#4", "b", "a#2#1", "a#1#1"]);
    }
}
