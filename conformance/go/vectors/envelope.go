package main

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/record"
	"github.com/libp2p/go-libp2p/p2p/host/peerstore/pstoremem"
	ma "github.com/multiformats/go-multiaddr"
	"github.com/multiformats/go-varint"
)

const (
	envelopeSpec = "RFC 0002, \"Wire Format\""
	signingSpec  = "RFC 0002, \"Signature Production / Verification\""
	recordSpec   = "RFC 0003, \"Certification / Verification\""
	testDomain   = "lp2p-conformance"
	testType     = "/lp2p/conformance"
)

// anyRecord is a payload that is kept as it came.
type anyRecord struct {
	domain  string
	codec   []byte
	payload []byte
}

func (r *anyRecord) Domain() string                 { return r.domain }
func (r *anyRecord) Codec() []byte                  { return r.codec }
func (r *anyRecord) MarshalRecord() ([]byte, error) { return r.payload, nil }
func (r *anyRecord) UnmarshalRecord(b []byte) error { r.payload = b; return nil }

func sealed(key crypto.PrivKey, domain string, codec, payload []byte) []byte {
	return must(must(record.Seal(&anyRecord{domain, codec, payload}, key)).Marshal())
}

// byHand is an envelope whose fields are given one by one.
func byHand(key crypto.PrivKey, domain string, codec, payload []byte) (public, signature []byte) {
	var text []byte
	for _, part := range [][]byte{[]byte(domain), codec, payload} {
		text = joined(text, varint.ToUvarint(uint64(len(part))), part)
	}
	return publicOf(key), must(key.Sign(text))
}
func envelopeOf(public, codec, payload, signature []byte) []byte {
	return joined(bytesField(1, public), bytesField(2, codec), bytesField(3, payload), bytesField(5, signature))
}

func envelopeCases() []draft {
	t := table{protocol: "envelope", kind: "envelope", source: "go-libp2p", spec: envelopeSpec}
	codec, payload := []byte(testType), []byte("some payload")
	key := fromSeed("alpha")
	for _, kind := range []string{"ed25519", "secp256k1", "rsa"} {
		t.good("by_"+kind, "signed with the specification's key of this type", raw(sealed(specPrivate(kind), testDomain, codec, payload))).ruled(accept)
	}
	t.good("by_ecdsa", "signed with the specification's ECDSA key", raw(sealed(specPrivate("ecdsa"), testDomain, codec, payload))).ruled(accept).keep("go signs with chance")
	t.good("payload_empty", "no payload: the field is left out", raw(sealed(key, testDomain, codec, nil)))
	t.good("payload_long", "300 bytes: lengths of two bytes in what is signed", raw(sealed(key, testDomain, codec, times(300, 0x5a).bytes()))).ruled(accept)
	public, signature := byHand(key, testDomain, codec, payload)
	good := envelopeOf(public, codec, payload, signature)
	t.good("unknown_field", "an unknown field 7 is skipped", raw(good, textField(7, "x")))
	t.good("field_4", "field 4 was never used and is skipped", raw(good, textField(4, "x")))
	t.good("fields_reversed", "the order of fields says nothing", raw(bytesField(5, signature), bytesField(3, payload), bytesField(2, codec), bytesField(1, public)))

	const bad = "bad_signature"
	otherKey, otherSignature := byHand(fromSeed("beta"), testDomain, codec, payload)
	t.bad("other_domain", bad, "signed for another domain", raw(sealed(key, "another-domain", codec, payload))).ruled(refuse).citing("RFC 0002, \"Domain Separation\"")
	t.bad("payload_changed", bad, "a byte of the payload was changed", raw(envelopeOf(public, codec, []byte("some payloaf"), signature))).ruled(refuse).citing(signingSpec)
	t.bad("key_changed", bad, "the key is another's", raw(envelopeOf(otherKey, codec, payload, signature))).ruled(refuse).citing(signingSpec)
	t.bad("signature_changed", bad, "the signature is another's", raw(envelopeOf(public, codec, payload, otherSignature))).ruled(refuse).citing(signingSpec)
	t.bad("signature_empty", "missing_field", "an empty signature", raw(envelopeOf(public, codec, payload, nil))).ruled(refuse).citing(signingSpec)
	noLengths := must(key.Sign(joined([]byte(testDomain), codec, payload)))
	t.bad("signed_without_lengths", bad, "the lengths are missing in what was signed", raw(envelopeOf(public, codec, payload, noLengths))).ruled(refuse).citing(signingSpec)
	_, shifted := byHand(key, testDomain, []byte(testType+"s"), payload[1:])
	t.bad("parts_shifted", bad, "the same bytes, cut elsewhere into type and payload", raw(envelopeOf(public, codec, payload, shifted))).ruled(refuse).citing(signingSpec)
	t.bad("other_type", "unknown_payload_type", "a payload of another type than is asked for", raw(sealed(key, testDomain, []byte("/other"), payload)))
	t.bad("no_signature", "missing_field", "no field 5", raw(good[:len(good)-66])).ruled(refuse).citing(signingSpec)
	t.bad("no_key", "missing_field", "no field 1", raw(good[38:])).ruled(refuse)
	t.bad("key_empty", "missing_field", "an empty field 1", raw(envelopeOf(nil, codec, payload, signature))).ruled(refuse)
	t.bad("key_garbage", "key_not_canonical", "a field 1 that is no key", raw(envelopeOf([]byte("no key"), codec, payload, signature))).ruled(refuse)
	t.bad("empty", "missing_field", "no byte", raw()).ruled(refuse)
	t.bad("truncated", "malformed", "the last byte is missing", raw(good[:len(good)-1])).ruled(refuse)
	t.bad("wrong_wire_type", "malformed", "the payload is a number", raw(bytesField(1, public), bytesField(2, codec), numberField(3, 7), bytesField(5, signature))).ruled(refuse)
	t.bad("garbage", "malformed", "no protobuf", raw([]byte("no envelope at all"))).ruled(refuse)
	for i := range t.cases {
		t.cases[i] = *t.cases[i].with("domain", testDomain).with("payload_type", hexOf(codec))
	}
	return t.cases
}

func judgeEnvelope(_ *testing.T, d *draft) (judged, error) {
	codec := contextBytes(d, "payload_type")
	record.RegisterType(&anyRecord{codec: codec})
	e, _, err := record.ConsumeEnvelope(d.Bytes.bytes(), contextText(d, "domain"))
	if err != nil {
		return refused(err)
	}
	if string(e.PayloadType) != string(codec) {
		return refused(errors.New("not the type that was asked for"))
	}
	return accepted(map[string]any{"public_key": hexOf(must(crypto.MarshalPublicKey(e.PublicKey))),
		"payload_type": hexOf(e.PayloadType), "payload": hexOf(e.RawPayload)})
}

// ---- peer records ----

func addresses(texts ...string) []ma.Multiaddr {
	var all []ma.Multiaddr
	for _, text := range texts {
		all = append(all, must(ma.NewMultiaddr(text)))
	}
	return all
}

func recordOf(key crypto.PrivKey, seq uint64, texts ...string) *peer.PeerRecord {
	return &peer.PeerRecord{PeerID: idOf(key), Seq: seq, Addrs: addresses(texts...)}
}
func sealedRecord(r *peer.PeerRecord, by crypto.PrivKey) []byte {
	return must(must(record.Seal(r, by)).Marshal())
}

func recordCases() []draft {
	t := table{protocol: "peer_record", kind: "peer_record", source: "go-libp2p", spec: recordSpec}
	key := fromSeed("alpha")
	codec := peer.PeerRecordEnvelopePayloadType
	sealedBytes := func(payload []byte) []byte { return sealed(key, peer.PeerRecordEnvelopeDomain, codec, payload) }
	one := must(ma.NewMultiaddr("/ip4/192.0.2.7/tcp/4001")).Bytes()
	two := must(ma.NewMultiaddr("/dns4/example.com/tcp/443/tls/ws")).Bytes()
	for _, kind := range []string{"ed25519", "secp256k1", "rsa"} {
		by := specPrivate(kind)
		t.good("by_"+kind, "two addresses, signed with the specification's key of this type",
			raw(sealedRecord(recordOf(by, 1700000000, "/ip4/192.0.2.7/tcp/4001", "/dns4/example.com/tcp/443/tls/ws"), by)))
	}
	by := specPrivate("ecdsa")
	t.good("by_ecdsa", "signed with the specification's ECDSA key", raw(sealedRecord(recordOf(by, 1700000000, "/ip4/192.0.2.7/tcp/4001"), by))).keep("go signs with chance")
	t.good("no_address", "a peer that listens nowhere", raw(sealedRecord(recordOf(key, 5), key)))
	t.good("largest_number", "sequence number 2^64-1", raw(sealedRecord(recordOf(key, 1<<64-1, "/ip4/192.0.2.7/tcp/4001"), key)))
	t.good("number_zero", "sequence number 0 is left out by proto3", raw(sealedRecord(recordOf(key, 0, "/ip4/192.0.2.7/tcp/4001"), key)))
	id := []byte(idOf(key))
	address := func(b []byte) []byte { return bytesField(3, bytesField(1, b)) }
	payload := joined(bytesField(1, id), numberField(2, 7), address(one))
	t.good("unknown_field", "an unknown field 9 is skipped", raw(sealedBytes(joined(payload, textField(9, "x")))))
	t.good("same_address_twice", "a list may say it twice", raw(sealedBytes(joined(payload, address(one)))))
	t.good("bad_address", "one of two addresses has a protocol that nobody knows", raw(sealedBytes(joined(bytesField(1, id), numberField(2, 7), address([]byte{3, 0, 80}), address(two)))))
	t.good("empty_address", "one of two addresses is empty", raw(sealedBytes(joined(bytesField(1, id), numberField(2, 7), address(nil), address(two)))))

	t.bad("other_peer", "foreign_record", "the record of another peer", raw(sealedRecord(recordOf(fromSeed("beta"), 7, "/ip4/192.0.2.7/tcp/4001"), key))).ruled(refuse)
	t.bad("no_peer", "missing_field", "the record names no peer", raw(sealedBytes(joined(numberField(2, 7), address(one))))).ruled(refuse)
	t.bad("bad_peer", "truncated", "the record names a peer with a cut hash", raw(sealedBytes(joined(bytesField(1, id[:20]), numberField(2, 7))))).ruled(refuse)
	t.bad("payload_garbage", "malformed", "signed well, but no record", raw(sealedBytes([]byte("no record at all")))).ruled(refuse)
	t.bad("payload_empty", "missing_field", "signed well, and nothing in it", raw(sealedBytes(nil))).ruled(refuse)
	t.bad("address_wire_type", "malformed", "an address that is a number", raw(sealedBytes(joined(payload, numberField(3, 7)))))
	t.bad("number_as_text", "malformed", "a sequence number that is a text", raw(sealedBytes(joined(bytesField(1, id), textField(2, "7")))))
	t.bad("signature_changed", "bad_signature", "a byte of the record was changed", raw(envelopeOf(publicOf(key), codec,
		joined(bytesField(1, id), numberField(2, 8), address(one)), tail(sealedBytes(payload))))).ruled(refuse)
	t.bad("other_domain", "bad_signature", "signed for another domain", raw(sealed(key, "libp2p-other-record", codec, payload))).ruled(refuse)
	t.bad("other_type", "unknown_payload_type", "a record under another type", raw(sealed(key, peer.PeerRecordEnvelopeDomain, []byte("/other"), payload)))
	t.good("routing_state", "the domain and type that the RFC names and rust uses by default", raw(sealed(key, "libp2p-routing-state", []byte("/libp2p/routing-state-record"), payload))).
		citing("RFC 0003, \"Signed Envelope Domain\" and \"Signed Envelope Payload Type\"")
	t.bad("routing_state_type", "bad_signature", "the RFC's type under go's domain", raw(sealed(key, peer.PeerRecordEnvelopeDomain, []byte("/libp2p/routing-state-record"), payload)))
	t.bad("routing_state_domain", "bad_signature", "go's type under the RFC's domain", raw(sealed(key, "libp2p-routing-state", codec, payload)))
	t.bad("two_byte_varint_type", "unknown_payload_type", "multicodec 0301 as a varint: 81 06", raw(sealed(key, peer.PeerRecordEnvelopeDomain, []byte{0x81, 0x06}, payload)))
	return t.cases
}

// tail is the signature of an envelope with an Ed25519 key.
func tail(envelope []byte) []byte { return envelope[len(envelope)-64:] }

func judgePeerRecord(_ *testing.T, d *draft) (judged, error) {
	e, rec, err := record.ConsumeEnvelope(d.Bytes.bytes(), peer.PeerRecordEnvelopeDomain)
	if err != nil {
		return refused(err)
	}
	// The store is where go compares the peer with the key.
	store := must(pstoremem.NewPeerstore())
	defer store.Close()
	if _, err := store.ConsumePeerRecord(e, time.Hour); err != nil {
		return refused(err)
	}
	r, ok := rec.(*peer.PeerRecord)
	if !ok {
		return refused(errors.New("not a peer record"))
	}
	return accepted(map[string]any{"peer_id": r.PeerID.String(), "seq": strconv.FormatUint(r.Seq, 10), "addresses": texts(r.Addrs)})
}

func texts(addresses []ma.Multiaddr) []string {
	all := []string{}
	for _, a := range addresses {
		all = append(all, a.String())
	}
	return all
}
