package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"testing"

	pb "github.com/libp2p/go-libp2p-pubsub/pb"
	"github.com/libp2p/go-libp2p/core/peer"
)

func seeded(t *testing.T, text string) peer.ID {
	t.Helper()
	key, err := privateKey(&options{seed: text, seedGiven: true})
	if err != nil {
		t.Fatal(err)
	}
	id, err := peer.IDFromPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestSeedGivesTheSamePeerAsEverywhere(t *testing.T) {
	const want = "12D3KooWRdFFg3yTbTsDq5Z1yCvCWbqznEFro9jeVivo7rkayJ4D"
	if got := seeded(t, "a").String(); got != want {
		t.Errorf("seed a: %s, want %s", got, want)
	}
}

func TestMessageIDs(t *testing.T) {
	author := seeded(t, "a")
	seqno := []byte{0, 0, 0, 0, 0, 0, 1, 2}
	m := &pb.Message{From: []byte(author), Seqno: seqno, Data: []byte("hello")}
	digest := sha256.Sum256(m.Data)
	// The id of an Ed25519 key is the identity multihash (00 24) of the PublicKey protobuf.
	publicKey := []byte(author)[2:]
	for name, want := range map[string][]byte{
		"spec":   append([]byte(author), seqno...),
		"go":     append([]byte(author), seqno...),
		"rust":   []byte(author.String() + "258"),
		"js":     append(bytes.Clone(publicKey), seqno...),
		"sha256": digest[:],
	} {
		if got := messageIDFunc(name)(m); got != string(want) {
			t.Errorf("%s: %s, want %s", name, hex.EncodeToString([]byte(got)), hex.EncodeToString(want))
		}
	}
}

func TestMessageIDsWithoutAuthor(t *testing.T) {
	m := &pb.Message{Data: []byte("hello")}
	if got := messageIDFunc("rust")(m); got != "15R0" { // base58 of 00 01 00, then 0
		t.Errorf("rust: %q", got)
	}
	digest := sha256.Sum256(m.Data)
	if got := messageIDFunc("js")(m); got != string(digest[:]) {
		t.Errorf("js: %x", got)
	}
}
