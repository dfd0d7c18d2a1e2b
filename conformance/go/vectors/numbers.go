package main

import (
	"bytes"
	"crypto/sha256"
	"strconv"
	"testing"

	"github.com/multiformats/go-multihash"
	"github.com/multiformats/go-varint"
)

// Most numbers are rust's to write; these are go's own edges.
func uvarintCases() []draft {
	t := table{protocol: "uvarint", kind: "uvarint", source: "go-varint", spec: "multiformats/unsigned-varint, \"Practical maximum of 9 bytes\""}
	t.good("most_of_go", "2^63-1, the largest number of nine bytes", raw(varint.ToUvarint(varint.MaxValueUvarint63))).ruled(accept)
	t.good("most_of_eight_bytes", "2^56-1", raw(varint.ToUvarint(1<<56-1))).ruled(accept)
	t.good("least_of_nine_bytes", "2^56", raw(varint.ToUvarint(1<<56))).ruled(accept)
	t.bad("ten_bytes", "uvarint_too_long", "2^63: the tenth byte is one too many", raw(varint.ToUvarint(1<<63))).ruled(refuse)
	t.bad("ten_bytes_all_ones", "uvarint_too_long", "2^64-1", raw(varint.ToUvarint(1<<64-1))).ruled(refuse)
	return t.cases
}

func judgeUvarint(_ *testing.T, d *draft) (judged, error) {
	value, size, err := varint.FromUvarint(d.Bytes.bytes())
	if err != nil {
		return refused(err)
	}
	return accepted(map[string]any{"value": strconv.FormatUint(value, 10), "size": size})
}

func multihashCases() []draft {
	t := table{protocol: "multihash", kind: "multihash", source: "go-multihash", spec: "multiformats/multihash, \"Format\""}
	hash := func(code uint64, digest []byte) []byte { return must(multihash.Encode(digest, code)) }
	digest := sha256.Sum256([]byte("multihash"))
	many := bytes.Repeat([]byte{0x5a}, 200)

	t.good("sha2_256", "code 12, length 20, digest", raw(must(multihash.Sum([]byte("multihash"), multihash.SHA2_256, -1)))).ruled(accept)
	t.good("sha1", "20 bytes of another function", raw(must(multihash.Sum([]byte("multihash"), multihash.SHA1, -1)))).ruled(accept)
	t.good("sha2_512", "64 bytes, the longest digest that all read", raw(must(multihash.Sum([]byte("multihash"), multihash.SHA2_512, -1)))).ruled(accept)
	t.good("identity", "the digest is the data", raw(hash(multihash.IDENTITY, []byte("libp2p")))).ruled(accept)
	t.good("identity_empty", "no data at all", raw(hash(multihash.IDENTITY, nil)))
	t.good("identity_36", "what an Ed25519 peer id holds", raw(hash(multihash.IDENTITY, many[:36]))).ruled(accept)
	t.good("identity_64", "as long as rust reads", raw(hash(multihash.IDENTITY, many[:64]))).ruled(accept)
	t.bad("identity_65", "hash_length", "longer than rust reads", raw(hash(multihash.IDENTITY, many[:65])))
	t.bad("identity_128", "hash_length", "the length takes two bytes", raw(hash(multihash.IDENTITY, many[:128])))
	t.good("code_of_two_bytes", "sha2-256-trunc254-padded: the code is a varint", raw(varint.ToUvarint(0x1012), []byte{32}, digest[:]))
	t.good("blake2b_256", "code b220 is a varint of three bytes", raw(varint.ToUvarint(0xb220), []byte{32}, digest[:])).ruled(accept)
	t.good("unknown_code", "a function that nobody registered still has a length", raw(varint.ToUvarint(0x300001), []byte{4}, many[:4]))
	t.good("sha2_512_truncated", "half of a sha2-512 is a shorter digest, and allowed", raw([]byte{0x13, 32}, digest[:])).
		citing("multiformats/multihash, \"Format\": the digest may be truncated")

	t.bad("sha2_256_of_31_bytes", "hash_length", "a sha2-256 with a byte cut off and its length told", raw([]byte{0x12, 31}, digest[:31]))
	t.bad("sha2_256_of_33_bytes", "hash_length", "more digest than sha2-256 has", raw([]byte{0x12, 33}, digest[:], []byte{0}))
	t.bad("sha2_256_of_0_bytes", "hash_length", "a code and nothing of it", raw([]byte{0x12, 0}))
	t.bad("empty", "truncated", "no byte", raw()).ruled(refuse)
	t.bad("code_only", "truncated", "the length is missing", raw([]byte{0x12})).ruled(refuse)
	t.bad("digest_missing", "truncated", "32 bytes are announced, none follow", raw([]byte{0x12, 32})).ruled(refuse)
	t.bad("digest_short", "truncated", "31 of 32 bytes", raw([]byte{0x12, 32}, digest[:31])).ruled(refuse)
	t.bad("trailing_byte", "trailing_bytes", "one byte behind the digest", raw([]byte{0x12, 32}, digest[:], []byte{0})).ruled(refuse)
	t.bad("identity_trailing_byte", "trailing_bytes", "one byte behind an empty identity", raw([]byte{0, 0, 0})).ruled(refuse)
	t.bad("code_open", "truncated", "the code says that another byte follows", raw([]byte{0x92})).ruled(refuse)
	t.bad("length_open", "truncated", "the length says that another byte follows", raw([]byte{0x12, 0xa0})).ruled(refuse)
	t.bad("code_not_minimal", "uvarint_not_minimal", "12 in two bytes", raw([]byte{0x92, 0x00, 32}, digest[:])).ruled(refuse).
		citing("multiformats/unsigned-varint, \"Format\"")
	t.bad("length_not_minimal", "uvarint_not_minimal", "32 in two bytes", raw([]byte{0x12, 0xa0, 0x00}, digest[:])).ruled(refuse).
		citing("multiformats/unsigned-varint, \"Format\"")
	t.bad("length_huge", "hash_length", "2^62 bytes are announced", raw([]byte{0x00}, varint.ToUvarint(1<<62), many[:4])).ruled(refuse)
	t.bad("code_too_long", "uvarint_too_long", "a code of ten bytes", raw(bytes.Repeat([]byte{0xff}, 9), []byte{1, 0})).ruled(refuse).
		citing("multiformats/unsigned-varint, \"Practical maximum of 9 bytes\"")
	return t.cases
}

func judgeMultihash(_ *testing.T, d *draft) (judged, error) {
	read, err := multihash.Decode(d.Bytes.bytes())
	if err != nil {
		return refused(err)
	}
	return accepted(map[string]any{"code": read.Code, "digest": hexOf(read.Digest)})
}
