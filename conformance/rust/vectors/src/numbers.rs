//! Varints and multihashes.

use crate::draft::{hex_of, Draft, Table, Verdict, ACCEPT, REFUSE};
use crate::protobuf::uvarint;
use libp2p::multihash::Multihash;
use serde_json::json;

const FORMAT: &str = "multiformats/unsigned-varint, \"Format\"";
const MOST: &str = "multiformats/unsigned-varint, \"Practical maximum of 9 bytes\"";

pub fn cases() -> Vec<Draft> {
    let t = Table {
        protocol: "uvarint",
        kind: "uvarint",
        spec: FORMAT,
        source: "unsigned-varint",
    };
    let good = |name: &str, note: &str, value: u64| t.good(name, note, &uvarint(value));
    vec![
        good("zero", "the only number that ends in a zero byte", 0).ruled(ACCEPT),
        good("one", "of the specification's examples", 1).ruled(ACCEPT),
        good("127", "the largest number of one byte", 127).ruled(ACCEPT),
        good("128", "the smallest number of two bytes", 128).ruled(ACCEPT),
        good("255", "of the specification's examples", 255).ruled(ACCEPT),
        good("300", "of the specification's examples", 300).ruled(ACCEPT),
        good("16383", "the largest number of two bytes", 16383).ruled(ACCEPT),
        good("16384", "of the specification's examples", 16384).ruled(ACCEPT),
        good(
            "2_21_minus_1",
            "the largest number of three bytes",
            (1 << 21) - 1,
        )
        .ruled(ACCEPT),
        good("2_21", "the smallest number of four bytes", 1 << 21).ruled(ACCEPT),
        good("2_28", "the smallest number of five bytes", 1 << 28).ruled(ACCEPT),
        good(
            "2_32_minus_1",
            "the largest number of 32 bits",
            u32::MAX.into(),
        )
        .ruled(ACCEPT),
        good("2_32", "a number of 33 bits", 1 << 32).ruled(ACCEPT),
        good("2_35", "the smallest number of six bytes", 1 << 35).ruled(ACCEPT),
        good("2_49", "the smallest number of eight bytes", 1 << 49).ruled(ACCEPT),
        t.good(
            "then_more",
            "one byte, and another that is not part of it",
            &[0x01, 0xff],
        )
        .ruled(ACCEPT),
        t.good(
            "two_then_more",
            "two bytes, and two that are not part of it",
            &[0x80, 0x01, 0x80, 0x80],
        )
        .ruled(ACCEPT),
        t.bad("empty", "truncated", "no byte", &[]).ruled(REFUSE),
        t.bad(
            "open",
            "truncated",
            "one byte that says that another follows",
            &[0x80],
        )
        .ruled(REFUSE),
        t.bad(
            "open_after_two",
            "truncated",
            "two bytes that say that another follows",
            &[0xff, 0xff],
        )
        .ruled(REFUSE),
        t.bad(
            "open_after_eight",
            "truncated",
            "eight bytes that say that another follows",
            &[0x80; 8],
        )
        .ruled(REFUSE),
        t.bad(
            "zero_in_two",
            "uvarint_not_minimal",
            "0 in two bytes",
            &[0x80, 0x00],
        )
        .ruled(REFUSE),
        t.bad(
            "one_in_two",
            "uvarint_not_minimal",
            "1 in two bytes",
            &[0x81, 0x00],
        )
        .ruled(REFUSE),
        t.bad(
            "127_in_two",
            "uvarint_not_minimal",
            "127 in two bytes",
            &[0xff, 0x00],
        )
        .ruled(REFUSE),
        t.bad(
            "zero_in_three",
            "uvarint_not_minimal",
            "0 in three bytes",
            &[0x80, 0x80, 0x00],
        )
        .ruled(REFUSE),
        t.bad(
            "128_in_three",
            "uvarint_not_minimal",
            "128 in three bytes",
            &[0x80, 0x81, 0x00],
        )
        .ruled(REFUSE),
        t.bad(
            "nine_bytes_last_zero",
            "uvarint_not_minimal",
            "nine bytes, the last of them 0",
            &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00],
        )
        .ruled(REFUSE),
        t.bad(
            "nine_open",
            "uvarint_too_long",
            "nine bytes that say that a tenth follows",
            &[0xff; 9],
        )
        .citing(MOST)
        .ruled(REFUSE),
        t.bad(
            "ten_bytes_of_zero",
            "uvarint_too_long",
            "0 in ten bytes",
            &[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00],
        )
        .citing(MOST)
        .ruled(REFUSE),
        t.bad(
            "over_64_bits",
            "uvarint_too_long",
            "a tenth byte that does not fit into 64 bits",
            &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02],
        )
        .citing(MOST)
        .ruled(REFUSE),
        t.bad(
            "eleven_bytes",
            "uvarint_too_long",
            "eleven bytes",
            &[
                0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01,
            ],
        )
        .citing(MOST)
        .ruled(REFUSE),
    ]
}

pub fn judge_uvarint(case: &Draft) -> Verdict {
    const LIBRARY: &str = "unsigned-varint";
    let input = case.input();
    match unsigned_varint::decode::u64(&input) {
        Ok((value, rest)) => Verdict::accept(
            LIBRARY,
            json!({"value": value.to_string(), "size": input.len() - rest.len()}),
        ),
        Err(e) => Verdict::refuse(LIBRARY, e),
    }
}

pub fn judge_multihash(case: &Draft) -> Verdict {
    const LIBRARY: &str = "rust-multihash";
    match Multihash::<64>::from_bytes(&case.input()) {
        Ok(hash) => Verdict::accept(
            LIBRARY,
            json!({"code": hash.code(), "digest": hex_of(hash.digest())}),
        ),
        Err(e) => Verdict::refuse(LIBRARY, e),
    }
}
