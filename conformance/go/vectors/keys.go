package main

import (
	stdcrypto "crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"testing"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
)

const (
	keySpec      = "peer-ids, \"Key Types\""
	encodingSpec = "peer-ids, \"Keys\": deterministic encoding"
)

// keyMessage is a key as protobuf puts it: type, data.
func keyMessage(kind byte, data []byte) []byte {
	return joined([]byte{0x08, kind}, bytesField(2, data))
}

func keyCases() []draft {
	var all []draft
	for _, cases := range []func() []draft{publicKeyCases, rsaKeyCases, curveKeyCases, privateKeyCases, signatureCases, shortSignatureCases} {
		all = append(all, cases()...)
	}
	return all
}

func publicKeyCases() []draft {
	t := table{protocol: "keys", kind: "public_key", source: "go-libp2p", spec: keySpec}
	for _, kind := range []string{"rsa", "ed25519", "secp256k1", "ecdsa"} {
		t.good("public_"+kind, "the specification's key of this type", raw(unhex(specKeys[kind].public))).from("spec").ruled(accept).
			citing("peer-ids, \"Test vectors\"")
	}
	alpha := publicOf(fromSeed("alpha"))
	data := alpha[4:]
	t.good("public_seed_alpha", "the Ed25519 key whose seed is SHA-256 of \"alpha\"", raw(alpha)).ruled(accept)

	t.bad("public_empty", "key_not_canonical", "no field", raw()).ruled(refuse).citing(encodingSpec)
	t.bad("public_no_type", "key_not_canonical", "an Ed25519 key whose type is left out", raw(bytesField(2, data))).ruled(refuse).citing(encodingSpec)
	t.bad("public_no_data", "key_not_canonical", "a type and no data", raw([]byte{8, 1})).ruled(refuse).citing(encodingSpec)
	t.bad("public_empty_data", "bad_key_data", "an Ed25519 key of no bytes", raw(keyMessage(1, nil))).ruled(refuse)
	t.bad("public_unknown_type", "unknown_key_type", "type 4", raw(keyMessage(4, data))).ruled(refuse)
	t.bad("public_large_type", "unknown_key_type", "type 300", raw([]byte{0x08, 0xac, 0x02}, bytesField(2, data))).ruled(refuse)
	t.bad("public_negative_type", "key_not_canonical", "type -1 in the ten bytes of protobuf",
		raw([]byte{8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1}, bytesField(2, data))).ruled(refuse)
	t.bad("public_fields_swapped", "key_not_canonical", "data before type", raw(bytesField(2, data), []byte{8, 1})).citing(encodingSpec)
	t.bad("public_extra_field", "key_not_canonical", "a field 3", raw(alpha, bytesField(3, []byte("x")))).citing(encodingSpec)
	t.bad("public_type_not_minimal", "key_not_canonical", "type 1 in two bytes", raw([]byte{8, 0x81, 0}, bytesField(2, data))).citing(encodingSpec)
	t.bad("public_length_not_minimal", "key_not_canonical", "length 32 in two bytes", raw([]byte{8, 1, 0x12, 0xa0, 0}, data)).citing(encodingSpec)
	t.bad("public_type_twice", "key_not_canonical", "type 0, then type 1", raw([]byte{8, 0}, alpha)).citing(encodingSpec)
	t.bad("public_data_twice", "key_not_canonical", "the data again", raw(alpha, bytesField(2, data))).citing(encodingSpec)
	t.bad("public_truncated", "key_not_canonical", "a byte of the data is missing", raw(alpha[:35])).ruled(refuse).citing(encodingSpec)
	t.bad("public_trailing_byte", "key_not_canonical", "a zero byte behind the message", raw(alpha, []byte{0})).ruled(refuse).citing(encodingSpec)
	t.bad("public_data_as_number", "key_not_canonical", "data with the wire type of a number", raw([]byte{8, 1, 0x10, 5})).ruled(refuse).citing(encodingSpec)
	t.bad("public_bare", "key_not_canonical", "32 bytes of Ed25519 without a message", raw(data)).ruled(refuse).citing(encodingSpec)

	t.bad("ed25519_31_bytes", "bad_key_data", "a byte short", raw(keyMessage(1, data[:31]))).ruled(refuse)
	t.bad("ed25519_33_bytes", "bad_key_data", "a byte long", raw(keyMessage(1, append(data[:32:32], 0)))).ruled(refuse)
	t.bad("ed25519_private_for_public", "bad_key_data", "64 bytes: seed and key", raw(keyMessage(1, must(fromSeed("alpha").Raw())))).ruled(refuse)
	t.bad("ed25519_no_point", "bad_key_data", "32 bytes that are no point of the curve: y = 2", raw(keyMessage(1, append([]byte{2}, make([]byte, 31)...))))
	return t.cases
}

// A modulus of so many bits that nobody can factor or use: for questions of size only.
func modulus(bits int) *big.Int {
	var b []byte
	for i := byte(0); len(b) < bits/8+1; i++ {
		sum := sha256.Sum256([]byte{'n', i})
		b = append(b, sum[:]...)
	}
	n := new(big.Int).SetBytes(b)
	n.Rsh(n, uint(n.BitLen()-bits)+1)
	n.SetBit(n, bits-1, 1)
	return n.SetBit(n, 0, 1)
}
func rsaMessage(n *big.Int, e int) []byte {
	return keyMessage(0, must(x509.MarshalPKIXPublicKey(&rsa.PublicKey{N: n, E: e})))
}

func rsaKeyCases() []draft {
	t := table{protocol: "keys", kind: "public_key", source: "go-libp2p", spec: keySpec}
	key := unhex(specKeys["rsa"].public)
	der := key[5:] // behind 08 00 12 a6 04
	t.good("rsa_2048", "2048 bits, the least", raw(rsaMessage(modulus(2048), 65537)))
	t.good("rsa_3072", "3072 bits", raw(rsaMessage(modulus(3072), 65537)))
	t.good("rsa_8192", "8192 bits, the most", raw(rsaMessage(modulus(8192), 65537)))
	t.good("rsa_exponent_3", "a small exponent that old keys have", raw(rsaMessage(modulus(2048), 3)))
	t.bad("rsa_1024", "rsa_key_size", "1024 bits can be broken", raw(rsaMessage(modulus(1024), 65537)))
	t.bad("rsa_2047", "rsa_key_size", "one bit less than the least", raw(rsaMessage(modulus(2047), 65537)))
	t.bad("rsa_8193", "rsa_key_size", "one bit more than the most", raw(rsaMessage(modulus(8193), 65537)))
	t.bad("rsa_pkcs1", "bad_key_data", "PKCS#1 in place of SubjectPublicKeyInfo",
		raw(keyMessage(0, x509.MarshalPKCS1PublicKey(&rsa.PublicKey{N: modulus(2048), E: 65537})))).ruled(refuse)
	t.bad("rsa_exponent_even", "bad_key_data", "no exponent of RSA is even", raw(rsaMessage(modulus(2048), 65536)))
	t.bad("rsa_exponent_1", "bad_key_data", "with exponent 1 everybody can sign", raw(rsaMessage(modulus(2048), 1)))
	t.bad("rsa_der_trailing_byte", "bad_key_data", "a byte behind the DER", raw(keyMessage(0, append(der[:len(der):len(der)], 0)))).ruled(refuse)
	t.bad("rsa_der_cut", "bad_key_data", "the last byte of the DER is missing", raw(keyMessage(0, der[:len(der)-1]))).ruled(refuse)
	t.bad("rsa_of_ecdsa", "bad_key_data", "the DER of a P-256 key under the type of RSA", raw(keyMessage(0, unhex(specKeys["ecdsa"].public)[4:]))).ruled(refuse)
	t.bad("rsa_without_type", "key_not_canonical", "type 0 left out, as proto3 would", raw(bytesField(2, der))).ruled(refuse).citing(encodingSpec)
	return t.cases
}

func curveKeyCases() []draft {
	t := table{protocol: "keys", kind: "public_key", source: "go-libp2p", spec: keySpec}
	secp := unhex(specKeys["secp256k1"].public)[4:]
	full := decompressed(secp)
	hybrid := append([]byte{0x06 | full[64]&1}, full[1:]...)
	t.bad("secp256k1_uncompressed", "bad_key_data", "65 bytes, prefix 04", raw(keyMessage(2, full)))
	t.bad("secp256k1_hybrid", "bad_key_data", "65 bytes, prefix 06 or 07", raw(keyMessage(2, hybrid)))
	t.bad("secp256k1_prefix_05", "bad_key_data", "33 bytes with a prefix that stands for no point", raw(keyMessage(2, append([]byte{5}, secp[1:]...)))).ruled(refuse)
	t.bad("secp256k1_prefix_00", "bad_key_data", "33 bytes with prefix 00", raw(keyMessage(2, append([]byte{0}, secp[1:]...)))).ruled(refuse)
	t.bad("secp256k1_32_bytes", "bad_key_data", "no prefix", raw(keyMessage(2, secp[1:]))).ruled(refuse)
	t.bad("secp256k1_no_point", "bad_key_data", "x = 5 is on no point of the curve", raw(keyMessage(2, append([]byte{2}, append(make([]byte, 31), 5)...)))).ruled(refuse)
	t.bad("secp256k1_x_over_p", "bad_key_data", "x is not below the prime of the field",
		raw(keyMessage(2, unhex("02 fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc30")))).ruled(refuse)
	t.bad("secp256k1_infinity", "bad_key_data", "one byte, the point at infinity", raw(keyMessage(2, []byte{0}))).ruled(refuse)
	t.good("secp256k1_odd", "prefix 03", raw(keyMessage(2, secp))).ruled(accept)
	even := append([]byte{2}, secp[1:]...)
	t.good("secp256k1_even", "prefix 02: the other point with the same x", raw(keyMessage(2, even))).ruled(accept)

	spki := unhex(specKeys["ecdsa"].public)[4:]
	head, point := spki[:26], spki[26:]
	t.bad("ecdsa_raw_point", "bad_key_data", "an uncompressed point without its SubjectPublicKeyInfo", raw(keyMessage(3, point))).ruled(refuse)
	t.bad("ecdsa_compressed", "bad_key_data", "a SubjectPublicKeyInfo with a compressed point",
		raw(keyMessage(3, joined(unhex("3039301306072a8648ce3d020106082a8648ce3d030107032200"), []byte{2 | point[64]&1}, point[1:33]))))
	t.bad("ecdsa_p384", "bad_key_data", "a key of P-384", raw(keyMessage(3, otherCurve(elliptic.P384()))))
	t.bad("ecdsa_p224", "bad_key_data", "a key of P-224", raw(keyMessage(3, otherCurve(elliptic.P224()))))
	t.bad("ecdsa_p521", "bad_key_data", "a key of P-521", raw(keyMessage(3, otherCurve(elliptic.P521()))))
	t.bad("ecdsa_of_rsa", "bad_key_data", "the DER of an RSA key under the type of ECDSA", raw(keyMessage(3, unhex(specKeys["rsa"].public)[5:]))).ruled(refuse)
	t.bad("ecdsa_trailing_byte", "bad_key_data", "a byte behind the DER", raw(keyMessage(3, append(spki[:91:91], 0)))).ruled(refuse)
	t.bad("ecdsa_point_cut", "bad_key_data", "the last byte of the DER is missing", raw(keyMessage(3, spki[:90]))).ruled(refuse)
	off := append([]byte(nil), point...)
	off[64] ^= 1
	t.bad("ecdsa_no_point", "bad_key_data", "the last bit of y flipped: not on the curve", raw(keyMessage(3, joined(head, off)))).ruled(refuse)
	t.bad("ecdsa_zero_point", "bad_key_data", "x and y are 0", raw(keyMessage(3, joined(head, []byte{4}, make([]byte, 64))))).ruled(refuse)
	return t.cases
}

// decompressed is the uncompressed form of a compressed secp256k1 point: y² = x³ + 7.
func decompressed(point []byte) []byte {
	p, _ := new(big.Int).SetString("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f", 16)
	x := new(big.Int).SetBytes(point[1:])
	y := new(big.Int).Exp(x, big.NewInt(3), p)
	y.ModSqrt(y.Add(y, big.NewInt(7)), p)
	if byte(y.Bit(0)) != point[0]&1 {
		y.Sub(p, y)
	}
	out := make([]byte, 65)
	out[0] = 4
	x.FillBytes(out[1:33])
	y.FillBytes(out[33:])
	return out
}

// otherCurve is a SubjectPublicKeyInfo of the generator of a curve.
func otherCurve(c elliptic.Curve) []byte {
	p := c.Params()
	return must(x509.MarshalPKIXPublicKey(&ecdsa.PublicKey{Curve: c, X: p.Gx, Y: p.Gy}))
}

func privateKeyCases() []draft {
	t := table{protocol: "keys", kind: "private_key", source: "go-libp2p", spec: keySpec}
	for _, kind := range []string{"rsa", "ed25519", "secp256k1", "ecdsa"} {
		t.good("private_"+kind, "the specification's key of this type", raw(unhex(specKeys[kind].private))).from("spec").ruled(accept).
			citing("peer-ids, \"Test vectors\"")
	}
	alpha := must(fromSeed("alpha").Raw())
	beta := must(fromSeed("beta").Raw())
	t.good("private_ed25519_96", "the old form: the public key twice", raw(keyMessage(1, joined(alpha, alpha[32:])))).ruled(accept)
	t.bad("private_ed25519_96_differ", "malformed_private_key", "the old form with two different public keys", raw(keyMessage(1, joined(alpha, beta[32:])))).ruled(refuse)
	t.bad("private_ed25519_64_differ", "malformed_private_key", "a public key that is not the seed's", raw(keyMessage(1, joined(alpha[:32], beta[32:]))))
	t.bad("private_ed25519_32", "malformed_private_key", "the seed alone", raw(keyMessage(1, alpha[:32]))).ruled(refuse)
	t.bad("private_ed25519_63", "malformed_private_key", "a byte short", raw(keyMessage(1, alpha[:63]))).ruled(refuse)
	secp := unhex(specKeys["secp256k1"].private)[4:]
	order := unhex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")
	last := append(order[:31:31], 0x40)
	t.good("private_secp256k1_one", "the smallest secret", raw(keyMessage(2, append(make([]byte, 31), 1))))
	t.good("private_secp256k1_last", "the largest secret", raw(keyMessage(2, last)))
	t.bad("private_secp256k1_zero", "malformed_private_key", "0 is no secret", raw(keyMessage(2, make([]byte, 32))))
	t.bad("private_secp256k1_order", "malformed_private_key", "the order of the group is no secret", raw(keyMessage(2, order)))
	t.bad("private_secp256k1_31", "malformed_private_key", "a byte short", raw(keyMessage(2, secp[:31]))).ruled(refuse)
	t.bad("private_secp256k1_33", "malformed_private_key", "a byte long", raw(keyMessage(2, append(secp[:32:32], 0)))).ruled(refuse)
	ec := unhex(specKeys["ecdsa"].private)[4:]
	t.bad("private_ecdsa_raw", "malformed_private_key", "32 bytes without their DER", raw(keyMessage(3, ec[7:39]))).ruled(refuse)
	t.bad("private_ecdsa_cut", "malformed_private_key", "the last byte of the DER is missing", raw(keyMessage(3, ec[:len(ec)-1]))).ruled(refuse)
	t.bad("private_rsa_cut", "malformed_private_key", "the last byte of the DER is missing", raw(keyMessage(0, unhex(specKeys["rsa"].private)[5:2000]))).ruled(refuse)
	t.bad("private_unknown_type", "unknown_key_type", "type 9", raw(keyMessage(9, alpha))).ruled(refuse)
	t.bad("private_empty", "key_not_canonical", "no field", raw()).ruled(refuse).citing(encodingSpec)
	t.bad("private_public_message", "malformed_private_key", "a PublicKey message where a PrivateKey belongs", raw(publicOf(fromSeed("alpha")))).ruled(refuse)
	return t.cases
}

var signedText = []byte("libp2p conformance")

// signature is a case about a signature of a key over signedText.
func (t *table) signature(name, note, fault string, public, signature []byte) *draft {
	d := t.add("signature_"+name, note, draft{Bytes: new(raw(signature)), Fault: fault})
	return d.with("public_key", hexOf(public)).with("message", hexOf(signedText))
}

func signatureCases() []draft {
	t := table{protocol: "keys", kind: "signature", source: "go-libp2p", spec: keySpec}
	const bad = "bad_signature"
	ed := fromSeed("alpha")
	good := must(ed.Sign(signedText))
	public := publicOf(ed)
	flip := func(b []byte, at int) []byte {
		out := append([]byte(nil), b...)
		out[at] ^= 1
		return out
	}
	t.signature("ed25519", "64 bytes of RFC 8032", "", public, good).ruled(accept)
	t.signature("ed25519_other_key", "made by another key", bad, publicOf(fromSeed("beta")), good).ruled(refuse)
	t.signature("ed25519_first_bit", "the first bit is flipped", bad, public, flip(good, 0)).ruled(refuse)
	t.signature("ed25519_last_part", "a bit of S is flipped", bad, public, flip(good, 40)).ruled(refuse)
	t.signature("ed25519_empty", "no signature", bad, public, nil).ruled(refuse)
	t.signature("ed25519_63_bytes", "a byte short", bad, public, good[:63]).ruled(refuse)
	t.signature("ed25519_65_bytes", "a byte long", bad, public, append(good[:64:64], 0)).ruled(refuse)
	t.signature("ed25519_s_plus_order", "S with the order of the group added: RFC 8032 §5.1.7 wants it below", bad, public, withOrder(good)).ruled(refuse)
	t.signature("ed25519_zero", "64 zero bytes", bad, public, make([]byte, 64)).ruled(refuse)

	rsaKey := specPrivate("rsa")
	rsaPublic := unhex(specKeys["rsa"].public)
	rsaGood := must(rsaKey.Sign(signedText))
	t.signature("rsa", "PKCS#1 v1.5 with SHA-256", "", rsaPublic, rsaGood).ruled(accept)
	t.signature("rsa_last_bit", "the last bit is flipped", bad, rsaPublic, flip(rsaGood, len(rsaGood)-1)).ruled(refuse)
	t.signature("rsa_short", "the last byte is missing", bad, rsaPublic, rsaGood[:len(rsaGood)-1]).ruled(refuse)
	t.signature("rsa_long", "a zero byte in front", bad, rsaPublic, append([]byte{0}, rsaGood...)).ruled(refuse)
	std := must(x509.ParsePKCS1PrivateKey(unhex(specKeys["rsa"].private)[5:]))
	old := sha1.Sum(signedText)
	t.signature("rsa_sha1", "PKCS#1 v1.5 with SHA-1", bad, rsaPublic, must(rsa.SignPKCS1v15(nil, std, stdcrypto.SHA1, old[:]))).ruled(refuse)
	t.signature("rsa_other_text", "over another text", bad, rsaPublic, must(rsaKey.Sign([]byte("other")))).ruled(refuse)
	t.signature("rsa_of_ed25519", "an Ed25519 signature under an RSA key", bad, rsaPublic, good).ruled(refuse)
	return t.cases
}

// withOrder adds the order of the Ed25519 group to S: the same point, another text.
func withOrder(signature []byte) []byte {
	order := unhex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
	out := append([]byte(nil), signature...)
	carry := 0
	for i, b := range order {
		sum := int(out[32+i]) + int(b) + carry
		out[32+i], carry = byte(sum), sum>>8
	}
	return out
}

// ecdsaParts is the DER of an ECDSA signature as numbers.
type ecdsaParts struct{ R, S *big.Int }

func (p ecdsaParts) der() []byte { return must(asn1.Marshal(p)) }

func shortSignatureCases() []draft {
	t := table{protocol: "keys", kind: "signature", source: "go-libp2p", spec: keySpec}
	const bad = "bad_signature"
	secp := specPrivate("secp256k1")
	public := unhex(specKeys["secp256k1"].public)
	good := must(secp.Sign(signedText))
	var parts ecdsaParts
	must(asn1.Unmarshal(good, &parts))
	order := new(big.Int).SetBytes(unhex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"))
	high := ecdsaParts{parts.R, new(big.Int).Sub(order, parts.S)}
	compact := make([]byte, 64)
	parts.R.FillBytes(compact[:32])
	parts.S.FillBytes(compact[32:])
	t.signature("secp256k1", "DER, S in the lower half", "", public, good).ruled(accept)
	t.signature("secp256k1_high_s", "the other S that fits: BIP 62 wants the lower one", bad, public, high.der())
	t.signature("secp256k1_compact", "64 bytes without DER", bad, public, compact).ruled(refuse)
	t.signature("secp256k1_trailing_byte", "a byte behind the DER", bad, public, append(good[:len(good):len(good)], 0)).ruled(refuse)
	t.signature("secp256k1_zero_r", "R is 0", bad, public, ecdsaParts{new(big.Int), parts.S}.der()).ruled(refuse)
	t.signature("secp256k1_zero_s", "S is 0", bad, public, ecdsaParts{parts.R, new(big.Int)}.der()).ruled(refuse)
	t.signature("secp256k1_r_plus_order", "R with the order of the group added", bad, public, ecdsaParts{new(big.Int).Add(parts.R, order), parts.S}.der()).ruled(refuse)
	t.signature("secp256k1_swapped", "R and S change places", bad, public, ecdsaParts{parts.S, parts.R}.der()).ruled(refuse)
	t.signature("secp256k1_other_text", "over another text", bad, public, must(secp.Sign([]byte("other")))).ruled(refuse)
	t.signature("secp256k1_empty", "no signature", bad, public, nil).ruled(refuse)

	ecPublic := unhex(specKeys["ecdsa"].public)
	ec := must(specPrivate("ecdsa").Sign(signedText))
	t.signature("ecdsa_by_go", "P-256, DER", "", ecPublic, ec).ruled(accept).keep("go signs with chance")
	t.signature("ecdsa_of_secp256k1", "a signature of another curve", bad, ecPublic, good).ruled(refuse)
	t.signature("ecdsa_empty", "no signature", bad, ecPublic, nil).ruled(refuse)
	t.signature("ecdsa_other_text", "over another text", bad, ecPublic, must(specPrivate("ecdsa").Sign([]byte("other")))).ruled(refuse).keep("go signs with chance")
	return t.cases
}

var typeNames = map[int32]string{0: "RSA", 1: "Ed25519", 2: "Secp256k1", 3: "ECDSA"}

func judgePublicKey(_ *testing.T, d *draft) (judged, error) {
	key, err := crypto.UnmarshalPublicKey(d.Bytes.bytes())
	if err != nil {
		return refused(err)
	}
	id, err := peer.IDFromPublicKey(key)
	if err != nil {
		return refused(err)
	}
	return accepted(map[string]any{"type": typeNames[int32(key.Type())], "peer_id": id.String(), "encoded": hexOf(must(crypto.MarshalPublicKey(key)))})
}

func judgePrivateKey(_ *testing.T, d *draft) (judged, error) {
	key, err := crypto.UnmarshalPrivateKey(d.Bytes.bytes())
	if err != nil {
		return refused(err)
	}
	return accepted(map[string]any{"type": typeNames[int32(key.Type())], "public_key": hexOf(publicOf(key))})
}

func judgeSignature(_ *testing.T, d *draft) (judged, error) {
	key, err := crypto.UnmarshalPublicKey(contextBytes(d, "public_key"))
	if err != nil {
		return refused(err)
	}
	valid, err := key.Verify(contextBytes(d, "message"), d.Bytes.bytes())
	if err != nil {
		return refused(err)
	}
	if !valid {
		return judged{Verdict: refuse, Said: "false"}, nil
	}
	return accepted(nil)
}
