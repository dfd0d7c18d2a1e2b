package main

import (
	"bytes"
	"crypto/sha256"
	"strings"
	"testing"

	"github.com/ipfs/go-cid"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/multiformats/go-multibase"
	"github.com/multiformats/go-multihash"
)

// fromSeed is the Ed25519 key whose seed is the SHA-256 of a text, as the live peers make theirs.
func fromSeed(text string) crypto.PrivKey {
	seed := sha256.Sum256([]byte(text))
	key, _, err := crypto.GenerateEd25519Key(bytes.NewReader(seed[:]))
	return must(key, err)
}

func specPrivate(kind string) crypto.PrivKey {
	return must(crypto.UnmarshalPrivateKey(unhex(specKeys[kind].private)))
}
func idOf(key crypto.PrivKey) peer.ID { return must(peer.IDFromPrivateKey(key)) }
func publicOf(key crypto.PrivKey) []byte {
	return must(crypto.MarshalPublicKey(key.GetPublic()))
}

const (
	peerIDSpec     = "peer-ids, \"Peer Ids\""
	peerIDTextSpec = "peer-ids, \"String representation\""
)

func peerIDCases() []draft {
	t := table{protocol: "peer_id", kind: "peer_id", source: "go-libp2p", spec: peerIDSpec}
	for _, kind := range []string{"ed25519", "secp256k1", "ecdsa", "rsa"} {
		t.good("of_"+kind, "the id of the specification's key of this type", raw([]byte(idOf(specPrivate(kind))))).ruled(accept)
	}
	t.good("of_seed_alpha", "the Ed25519 key whose seed is SHA-256 of \"alpha\"", raw([]byte(idOf(fromSeed("alpha"))))).ruled(accept)
	legacy := sha256.Sum256(publicOf(fromSeed("alpha")))
	t.good("hash_of_ed25519", "an Ed25519 key that was hashed although it is short: an id, but not the one of that key",
		raw([]byte{0x12, 32}, legacy[:]))
	many := bytes.Repeat([]byte{0x5a}, 200)
	t.good("identity_42", "the longest key that is kept whole; whether it is a key is another question", raw([]byte{0, 42}, many[:42]))
	t.bad("identity_43", "hash_length", "a key of 43 bytes must be hashed", raw([]byte{0, 43}, many[:43])).ruled(refuse).
		citing("peer-ids, \"Peer Ids\": more than 42 bytes must be hashed")
	t.good("identity_empty", "no key inside", raw([]byte{0, 0}))
	t.bad("sha1", "unknown_hash", "a hash that peer ids are not made with", raw(must(multihash.Sum(many, multihash.SHA1, -1)))).ruled(refuse)
	t.bad("sha2_512", "unknown_hash", "a hash that peer ids are not made with", raw(must(multihash.Sum(many, multihash.SHA2_512, -1)))).ruled(refuse)
	t.bad("sha2_256_of_31_bytes", "hash_length", "a byte of the hash is missing", raw([]byte{0x12, 31}, many[:31]))
	t.bad("sha2_256_of_20_bytes", "hash_length", "a hash cut to 20 bytes", raw([]byte{0x12, 20}, many[:20]))
	t.bad("empty", "truncated", "nobody", raw()).ruled(refuse)
	t.bad("truncated", "truncated", "the hash ends early", raw([]byte(idOf(specPrivate("rsa")))[:33])).ruled(refuse)
	t.bad("trailing_byte", "trailing_bytes", "a byte behind the hash", raw([]byte(idOf(specPrivate("rsa"))), []byte{0})).ruled(refuse)
	t.bad("key_without_hash", "trailing_bytes", "an encoded public key is no id", raw(unhex(specKeys["ed25519"].public))).ruled(refuse)
	t.bad("code_not_minimal", "uvarint_not_minimal", "12 in two bytes", raw([]byte{0x92, 0, 32}, many[:32])).ruled(refuse).
		citing("multiformats/unsigned-varint, \"Format\"")
	return append(t.cases, peerIDTextCases()...)
}

func peerIDTextCases() []draft {
	t := table{protocol: "peer_id", kind: "peer_id_text", source: "go-libp2p", spec: peerIDTextSpec}
	for _, kind := range []string{"ed25519", "secp256k1", "ecdsa", "rsa"} {
		t.goodText("text_"+kind, "base58 of the multihash", idOf(specPrivate(kind)).String()).ruled(accept)
	}
	// The specification's own examples.
	t.goodText("text_spec_cid", "CIDv1 in base32: the specification's example", "bafzbeie5745rpv2m6tjyuugywy4d5ewrqgqqhfnf445he3omzpjbx5xqxe").from("spec").ruled(accept)
	t.goodText("text_spec_sha256", "base58: the specification's example", "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N").from("spec").ruled(accept)
	t.goodText("text_spec_ed25519", "base58: the specification's example", "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA").from("spec").ruled(accept)
	id := idOf(fromSeed("alpha"))
	in := func(base multibase.Encoding, codec uint64) string {
		return must(cid.NewCidV1(codec, multihash.Multihash(id)).StringOfBase(base))
	}
	t.goodText("text_cid_ed25519", "CIDv1 of an inline key in base32", in(multibase.Base32, cid.Libp2pKey)).ruled(accept)
	t.goodText("text_cid_base58", "CIDv1 in base58, prefix z", in(multibase.Base58BTC, cid.Libp2pKey))
	t.badText("text_cid_base36", "unsupported_base", "CIDv1 in base36, prefix k", in(multibase.Base36, cid.Libp2pKey))
	t.badText("text_cid_base16", "unsupported_base", "CIDv1 in base16, prefix f", in(multibase.Base16, cid.Libp2pKey))
	t.badText("text_cid_base64url", "unsupported_base", "CIDv1 in base64url, prefix u", in(multibase.Base64url, cid.Libp2pKey))
	t.badText("text_cid_base32_upper", "unsupported_base", "CIDv1 in upper case base32, prefix B", in(multibase.Base32Upper, cid.Libp2pKey))
	t.badText("text_cid_of_data", "not_a_peer_id", "a CIDv1 whose codec is dag-pb, not libp2p-key", in(multibase.Base32, cid.DagProtobuf)).ruled(refuse)
	t.badText("text_cid_raw_codec", "not_a_peer_id", "a CIDv1 whose codec is raw", in(multibase.Base32, cid.Raw)).ruled(refuse)
	t.badText("text_empty", "not_a_peer_id", "no text", "").ruled(refuse)
	text := id.String()
	t.badText("text_cut", "not_a_peer_id", "the last character is missing", text[:len(text)-1]).ruled(refuse)
	t.badText("text_one", "not_a_peer_id", "a one and nothing else", "1").ruled(refuse)
	t.badText("text_qm", "not_a_peer_id", "the first two characters and nothing else", "Qm").ruled(refuse)
	t.badText("text_zero_digit", "bad_digit", "0 is no digit of base58", strings.Replace(text, "K", "0", 1)).ruled(refuse)
	t.badText("text_capital_o", "bad_digit", "O is no digit of base58", strings.Replace(text, "K", "O", 1)).ruled(refuse)
	t.badText("text_small_l", "bad_digit", "l is no digit of base58", strings.Replace(text, "K", "l", 1)).ruled(refuse)
	t.badText("text_space_behind", "bad_digit", "a space at the end", text+" ").ruled(refuse)
	t.badText("text_newline_behind", "bad_digit", "a newline at the end", text+"\n").ruled(refuse)
	t.badText("text_multiaddr", "unsupported_base", "an address is no peer id", "/p2p/"+text).ruled(refuse)
	t.badText("text_other_letter", "unsupported_base", "neither 1, Qm nor the prefix of a base", "Xm"+text[2:]).ruled(refuse)
	t.badText("text_hex", "unsupported_base", "hexadecimal without a prefix", "0024080112201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e").ruled(refuse)
	t.badText("text_sha1", "not_a_peer_id", "a sha1 multihash in a libp2p-key CID",
		must(cid.NewCidV1(cid.Libp2pKey, must(multihash.Sum([]byte("a"), multihash.SHA1, -1))).StringOfBase(multibase.Base32))).ruled(refuse).
		citing(peerIDSpec)
	return t.cases
}

func judgePeerID(_ *testing.T, d *draft) (judged, error) {
	id, err := peer.IDFromBytes(d.Bytes.bytes())
	if err != nil {
		return refused(err)
	}
	value := map[string]any{"text": id.String()}
	if key, err := id.ExtractPublicKey(); err == nil && key != nil {
		value["public_key"] = hexOf(must(crypto.MarshalPublicKey(key)))
	}
	return accepted(value)
}

func judgePeerIDText(_ *testing.T, d *draft) (judged, error) {
	id, err := peer.Decode(*d.Text)
	if err != nil {
		return refused(err)
	}
	return accepted(map[string]any{"bytes": hexOf([]byte(id)), "text": id.String()})
}
