//! Bytes as hex digits.

/// Returns the lower-case hex digits of bytes. `hex::encode` takes several times as long, because it collects characters.
pub(crate) fn hex(bytes: impl AsRef<[u8]>) -> String {
    let bytes = bytes.as_ref();
    let mut digits = vec![0; bytes.len() * 2];
    #[allow(clippy::expect_used)] // The buffer has two digits per byte.
    hex::encode_to_slice(bytes, &mut digits).expect("two digits per byte");
    String::from_utf8(digits).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_equal_those_of_hex_encode() {
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(hex(&bytes), hex::encode(&bytes));
        assert_eq!(hex([]), "");
    }
}
