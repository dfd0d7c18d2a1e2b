package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/flynn/noise"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/sec"
	tptu "github.com/libp2p/go-libp2p/p2p/net/upgrader"
	"github.com/libp2p/go-libp2p/p2p/security/insecure"
	libp2pnoise "github.com/libp2p/go-libp2p/p2p/security/noise"
	"github.com/libp2p/go-libp2p/p2p/security/noise/pb"
	"github.com/multiformats/go-varint"
	"google.golang.org/protobuf/proto"
)

const (
	noiseSpec      = "noise, \"The libp2p Handshake Payload\""
	staticSpec     = "noise, \"Static Key Authentication\""
	extensionSpec  = "noise, \"Noise Extensions\""
	plaintextSpec  = "plaintext, \"Exchange\""
	plaintextFrame = "plaintext, \"Message Framing\""
)

// The static noise key of the peer whose payloads are judged.
func staticKey() noise.DHKey {
	secret := sha256.Sum256([]byte("static noise key"))
	return must(noise.DH25519.GenerateKeypair(newFixed(secret[:])))
}

// fixed is a source of chance that gives what it was given.
type fixed struct{ left []byte }

func newFixed(b []byte) io.Reader { return &fixed{b} }
func (f *fixed) Read(b []byte) (int, error) {
	if len(f.left) == 0 {
		return 0, io.EOF
	}
	n := copy(b, f.left)
	f.left = f.left[n:]
	return n, nil
}

func proof(key crypto.PrivKey) []byte {
	return must(key.Sign(joined([]byte("noise-libp2p-static-key:"), staticKey().Public)))
}

func noiseCases() []draft {
	t := table{protocol: "noise_payload", kind: "noise_payload", source: "go-libp2p", spec: noiseSpec}
	payloadOf := func(p *pb.NoiseHandshakePayload) pieces {
		return raw(must(proto.MarshalOptions{Deterministic: true}.Marshal(p)))
	}
	for _, kind := range []string{"ed25519", "secp256k1", "rsa"} {
		by := specPrivate(kind)
		t.good("by_"+kind, "the identity of the specification's key of this type", payloadOf(&pb.NoiseHandshakePayload{IdentityKey: publicOf(by), IdentitySig: proof(by)})).ruled(accept)
	}
	by := specPrivate("ecdsa")
	t.good("by_ecdsa", "the identity of the specification's ECDSA key", payloadOf(&pb.NoiseHandshakePayload{IdentityKey: publicOf(by), IdentitySig: proof(by)})).ruled(accept).keep("go signs with chance")
	key := fromSeed("alpha")
	public, signature := publicOf(key), proof(key)
	plain := &pb.NoiseHandshakePayload{IdentityKey: public, IdentitySig: signature}
	good := payloadOf(plain).bytes()
	muxers := func(list ...string) *pb.NoiseHandshakePayload {
		return &pb.NoiseHandshakePayload{IdentityKey: public, IdentitySig: signature, Extensions: &pb.NoiseExtensions{StreamMuxers: list}}
	}
	t.good("with_muxers", "the list of muxers in the extensions", payloadOf(muxers("/yamux/1.0.0"))).ruled(accept).citing(extensionSpec)
	t.good("with_two_muxers", "the order is the order of preference", payloadOf(muxers("/mplex/6.7.0", "/yamux/1.0.0"))).ruled(accept).citing(extensionSpec)
	t.good("unknown_muxer", "nothing that we have: multistream-select decides", payloadOf(muxers("/other/1"))).citing(extensionSpec)
	t.good("empty_extensions", "extensions with nothing in them", raw(good, bytesField(4, nil))).ruled(accept).citing(extensionSpec)
	t.good("certhashes", "hashes of certificates, which TCP has no use for", raw(good, bytesField(4, bytesField(1, unhex("1220"+"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"))))).ruled(accept).citing(extensionSpec)
	t.good("experimental_extension", "a field above 1024 of the extensions is free for experiments", raw(good, bytesField(4, joined(textField(2, "/yamux/1.0.0"), numberField(1025, 1))))).ruled(accept).citing(extensionSpec)
	t.good("unknown_field", "an unknown field 9 is skipped", raw(good, textField(9, "x")))
	t.good("legacy_data", "field 3, the data of old versions, is skipped", raw(good, textField(3, "x")))
	t.good("fields_reversed", "the order of fields says nothing", raw(bytesField(2, signature), bytesField(1, public)))
	t.good("key_twice", "of a repeated field the last one counts", raw(bytesField(1, publicOf(fromSeed("beta"))), good))
	t.good("expected_peer", "it is the peer that was dialed", raw(good)).with("expected", idOf(key).String()).with("role", "dialer").ruled(accept)
	t.good("to_the_dialer", "the payload of the second message", raw(good)).with("role", "dialer").with("expected", idOf(key).String()).ruled(accept)

	t.bad("other_peer", "peer_id_mismatch", "another peer than the one that was dialed", raw(good)).with("expected", idOf(fromSeed("beta")).String()).with("role", "dialer")
	t.bad("empty", "missing_key", "no byte", raw()).ruled(refuse)
	t.bad("no_key", "missing_key", "no identity key", raw(bytesField(2, signature))).ruled(refuse)
	t.bad("key_empty", "missing_key", "an empty identity key", raw(bytesField(1, nil), bytesField(2, signature))).ruled(refuse)
	t.bad("no_signature", "missing_signature", "no signature", raw(bytesField(1, public))).ruled(refuse).citing(staticSpec)
	t.bad("signature_empty", "missing_signature", "an empty signature", raw(bytesField(1, public), bytesField(2, nil))).ruled(refuse).citing(staticSpec)
	t.bad("key_garbage", "malformed_key", "an identity key that is no key", raw(textField(1, "no key"), bytesField(2, signature))).ruled(refuse)
	t.bad("key_bare", "malformed_key", "32 bytes of Ed25519 without their message", raw(bytesField(1, public[4:]), bytesField(2, signature))).ruled(refuse)
	t.bad("key_unknown_type", "unsupported_key_type", "a key of type 4", raw(bytesField(1, keyMessage(4, public[4:])), bytesField(2, signature))).ruled(refuse)
	t.bad("key_extra_field", "malformed_key", "an identity key with a field more", raw(bytesField(1, joined(public, textField(3, "x"))), bytesField(2, signature)))
	t.bad("signature_by_other", "bad_signature", "signed by another key", raw(bytesField(1, public), bytesField(2, proof(fromSeed("beta"))))).ruled(refuse).citing(staticSpec)
	t.bad("signature_without_prefix", "bad_signature", "the static key was signed without its prefix", raw(bytesField(1, public), bytesField(2, must(key.Sign(staticKey().Public))))).ruled(refuse).citing(staticSpec)
	t.bad("signature_of_other_static", "bad_signature", "another static key was signed: somebody replays a payload", raw(bytesField(1, public),
		bytesField(2, must(key.Sign(joined([]byte("noise-libp2p-static-key:"), make([]byte, 32))))))).ruled(refuse).citing(staticSpec)
	t.bad("signature_cut", "bad_signature", "63 bytes", raw(bytesField(1, public), bytesField(2, signature[:63]))).ruled(refuse).citing(staticSpec)
	t.bad("truncated", "malformed_payload", "the last byte is missing", raw(good[:len(good)-1])).ruled(refuse)
	t.bad("garbage", "malformed_payload", "no protobuf", raw([]byte{0xff, 0xff, 0xff, 0xff})).ruled(refuse)
	t.bad("key_as_number", "malformed_payload", "the identity key is a number", raw(numberField(1, 7), bytesField(2, signature))).ruled(refuse)
	t.bad("extensions_garbage", "malformed_payload", "extensions that are no protobuf", raw(good, bytesField(4, []byte{0xff}))).ruled(refuse).citing(extensionSpec)
	t.bad("muxers_101", "too_many_muxers", "more than 100 muxers", cat(raw(good), muxerList(101))).citing(extensionSpec)
	static := staticKey()
	for i := range t.cases {
		d := &t.cases[i]
		if d.Context["role"] == nil {
			d.with("role", "listener")
		}
		d.with("static_secret", hexOf(static.Private)).with("static_key", hexOf(static.Public))
	}
	return t.cases
}

// muxerList is an extensions field with n muxers.
func muxerList(n int) pieces {
	one := textField(2, "/yamux/1.0.0")
	return cat(raw(tag(4, 2), binary.AppendUvarint(nil, uint64(n*len(one)))), times(n, one...))
}

// judgeNoise lets go's transport shake hands with a peer that sends the payload of the case.
func judgeNoise(_ *testing.T, d *draft) (judged, error) {
	transport := must(libp2pnoise.New(libp2pnoise.ID, fromSeed("judge"), []tptu.StreamMuxer{{ID: "/yamux/1.0.0"}}))
	near, far := net.Pipe()
	defer near.Close()
	defer far.Close()
	dialer := contextText(d, "role") == "dialer"
	go payloadPeer(far, !dialer, d.Bytes.bytes())
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	return judgeSecurity(ctx, transport, near, dialer, d, nil)
}

func judgeSecurity(ctx context.Context, transport sec.SecureTransport, conn net.Conn, dialer bool, d *draft, after func(map[string]any)) (judged, error) {
	var expected peer.ID
	if text := contextText(d, "expected"); text != "" {
		expected = must(peer.Decode(text))
	}
	var secured sec.SecureConn
	var err error
	if dialer {
		secured, err = transport.SecureOutbound(ctx, conn, expected)
	} else {
		secured, err = transport.SecureInbound(ctx, conn, expected)
	}
	if err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			return judged{}, err
		}
		return refused(err)
	}
	value := map[string]any{"peer_id": secured.RemotePeer().String()}
	if after != nil {
		after(value)
	} else if muxer := secured.ConnState().StreamMultiplexer; muxer != "" {
		value["muxer"] = string(muxer)
	}
	return accepted(value)
}

// payloadPeer is the other side of a handshake: correct noise, any payload.
func payloadPeer(conn net.Conn, initiator bool, payload []byte) {
	defer conn.Close()
	state := must(noise.NewHandshakeState(noise.Config{
		CipherSuite:   noise.NewCipherSuite(noise.DH25519, noise.CipherChaChaPoly, noise.HashSHA256),
		Random:        rand.Reader,
		Pattern:       noise.HandshakeXX,
		Initiator:     initiator,
		StaticKeypair: staticKey(),
	}))
	for number := range 3 {
		if (number%2 == 0) == initiator {
			var inside []byte
			if number > 0 {
				inside = payload
			}
			message, _, _, err := state.WriteMessage(nil, inside)
			if err != nil {
				return
			}
			if _, err = conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(message))), message...)); err != nil {
				return
			}
			continue
		}
		var length [2]byte
		if _, err := io.ReadFull(conn, length[:]); err != nil {
			return
		}
		message := make([]byte, binary.BigEndian.Uint16(length[:]))
		if _, err := io.ReadFull(conn, message); err != nil {
			return
		}
		if _, _, _, err := state.ReadMessage(nil, message); err != nil {
			return
		}
	}
	_, _ = io.Copy(io.Discard, conn)
}

// ---- plaintext ----

func plaintextCases() []draft {
	t := table{protocol: "plaintext", kind: "plaintext", source: "go-libp2p", spec: plaintextSpec}
	exchange := func(key crypto.PrivKey) []byte {
		return joined(bytesField(1, []byte(idOf(key))), bytesField(2, publicOf(key)))
	}
	for _, kind := range []string{"ed25519", "secp256k1", "ecdsa", "rsa"} {
		t.good("by_"+kind, "the specification's key of this type", raw(prefixed(exchange(specPrivate(kind))))).ruled(accept)
	}
	key := fromSeed("alpha")
	id, public := []byte(idOf(key)), publicOf(key)
	good := exchange(key)
	t.good("bytes_behind", "what follows belongs to the next protocol", raw(prefixed(good), line(headerLine))).ruled(accept).citing(plaintextFrame)
	t.good("unknown_field", "an unknown field 3 is skipped", raw(prefixed(joined(good, textField(3, "x")))))
	t.good("fields_reversed", "the order of fields says nothing", raw(prefixed(joined(bytesField(2, public), bytesField(1, id)))))
	t.good("expected_peer", "it is the peer that was dialed", raw(prefixed(good))).with("role", "dialer").with("expected", idOf(key).String()).ruled(accept)

	t.bad("other_peer", "peer_id_mismatch", "another peer than the one that was dialed", raw(prefixed(good))).with("role", "dialer").with("expected", idOf(fromSeed("beta")).String())
	t.bad("id_of_other", "id_not_of_key", "the id of another key", raw(prefixed(joined(bytesField(1, []byte(idOf(fromSeed("beta")))), bytesField(2, public))))).ruled(refuse)
	t.bad("id_hashed", "id_not_of_key", "the id is the hash of a key that must not be hashed", raw(prefixed(joined(bytesField(1, hashedID(public)), bytesField(2, public)))))
	t.bad("no_id", "missing_id", "no peer id", raw(prefixed(bytesField(2, public)))).ruled(refuse)
	t.bad("no_key", "missing_key", "no public key", raw(prefixed(bytesField(1, id)))).ruled(refuse)
	t.bad("empty", "missing_key", "a message of no bytes", raw([]byte{0})).ruled(refuse)
	t.bad("id_garbage", "malformed_exchange", "an id that is no multihash", raw(prefixed(joined(textField(1, "nobody"), bytesField(2, public))))).ruled(refuse)
	t.bad("key_garbage", "malformed_key", "a key that is no key", raw(prefixed(joined(bytesField(1, id), textField(2, "no key"))))).ruled(refuse)
	t.bad("key_unknown_type", "malformed_key", "a key of type 4", raw(prefixed(joined(bytesField(1, id), bytesField(2, keyMessage(4, public[4:])))))).ruled(refuse)
	t.bad("garbage", "malformed_exchange", "no protobuf", raw(prefixed([]byte{0xff, 0xff, 0xff}))).ruled(refuse)
	t.bad("id_as_number", "malformed_exchange", "the id is a number", raw(prefixed(joined(numberField(1, 7), bytesField(2, public))))).ruled(refuse)
	t.bad("silent", "transport_closed", "the peer leaves without a word", raw()).ruled(refuse)
	t.bad("truncated", "transport_closed", "the peer leaves within its message", raw(prefixed(good)[:40])).ruled(refuse)
	t.bad("length_open", "transport_closed", "the peer leaves within the length", raw([]byte{0xce})).ruled(refuse)
	t.bad("length_not_minimal", "bad_length", "a length with a needless byte", raw([]byte{0xce, 0x00}, good)).ruled(refuse).
		citing("multiformats/unsigned-varint, \"Format\"")
	t.bad("length_65537", "exchange_too_long", "a byte more than go reads, most of it in an unknown field", padded(good, 65537))
	t.bad("length_5000", "exchange_too_long", "5000 bytes, most of them in an unknown field", padded(good, 5000))
	t.bad("length_101", "exchange_too_long", "a byte more than rust reads", padded(good, 101))
	for i := range t.cases {
		if t.cases[i].Context["role"] == nil {
			t.cases[i].with("role", "listener")
		}
	}
	return t.cases
}

// padded is a message behind its length, made so long by a field 3 that nobody knows.
func padded(message []byte, size int) pieces {
	room := size - len(message) - 1
	room -= varint.UvarintSize(uint64(room - 1))
	if room > 130 {
		room = size - len(message) - 1 - varint.UvarintSize(uint64(room))
	}
	return cat(raw(binary.AppendUvarint(nil, uint64(size)), message, tag(3, 2), binary.AppendUvarint(nil, uint64(room))), times(room, 'x'))
}

func hashedID(public []byte) []byte {
	sum := sha256.Sum256(public)
	return joined([]byte{0x12, 32}, sum[:])
}

func judgePlaintext(_ *testing.T, d *draft) (judged, error) {
	key := fromSeed("judge")
	transport := insecure.NewWithIdentity(insecure.ID, idOf(key), key)
	pipe := newMemory()
	pipe.feed(d.Bytes.bytes())
	pipe.end()
	return judgeSecurity(context.Background(), transport, pipe, contextText(d, "role") == "dialer", d,
		func(value map[string]any) { value["rest"] = hexOf(pipe.rest()) })
}
