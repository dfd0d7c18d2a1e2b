//! Protobuf by hand, for messages that no encoder would write and for fields that libraries hide.

pub fn uvarint(value: u64) -> Vec<u8> {
    let mut buffer = unsigned_varint::encode::u64_buffer();
    unsigned_varint::encode::u64(value, &mut buffer).to_vec()
}
pub fn bytes_field(field: u64, data: &[u8]) -> Vec<u8> {
    [
        &uvarint(field << 3 | 2)[..],
        &uvarint(data.len() as u64),
        data,
    ]
    .concat()
}
pub fn text_field(field: u64, text: &str) -> Vec<u8> {
    bytes_field(field, text.as_bytes())
}
/// A message behind its length.
pub fn prefixed(message: &[u8]) -> Vec<u8> {
    [&uvarint(message.len() as u64)[..], message].concat()
}

/// The last bytes of a field in a message that is known to be sound.
pub fn find(mut message: &[u8], field: u64) -> Option<Vec<u8>> {
    let mut found = None;
    while !message.is_empty() {
        let (tag, rest) = unsigned_varint::decode::u64(message).ok()?;
        let (length, rest) = unsigned_varint::decode::u64(rest).ok()?;
        message = match tag & 7 {
            0 => rest,
            2 => {
                let (value, rest) = rest.split_at_checked(length as usize)?;
                if tag >> 3 == field {
                    found = Some(value.to_vec());
                }
                rest
            }
            _ => return None,
        };
    }
    found
}
