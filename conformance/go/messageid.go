package main

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"

	pubsub "github.com/libp2p/go-libp2p-pubsub"
	pb "github.com/libp2p/go-libp2p-pubsub/pb"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
)

// messageIDFunc is the default message id of the implementation named; spec's is go's.
func messageIDFunc(name string) pubsub.MsgIdFunction {
	switch name {
	case "rust":
		return rustMessageID
	case "js":
		return jsMessageID
	case "sha256":
		return dataMessageID
	}
	return pubsub.DefaultMsgIdFn // from || seqno
}

func dataMessageID(m *pb.Message) string {
	sum := sha256.Sum256(m.GetData())
	return string(sum[:])
}

// rustMessageID is the author's id as base58 text, then the sequence number as decimal text. A message without author
// counts as from the peer id 00 01 00, one without sequence number as number 0.
func rustMessageID(m *pb.Message) string {
	from := peer.ID("\x00\x01\x00")
	if len(m.GetFrom()) > 0 {
		from = peer.ID(m.GetFrom())
	}
	var seqno uint64
	if len(m.GetSeqno()) == 8 {
		seqno = binary.BigEndian.Uint64(m.GetSeqno())
	}
	return from.String() + strconv.FormatUint(seqno, 10)
}

// jsMessageID is the author's PublicKey protobuf, then the sequence number; without either, SHA-256 of the data.
func jsMessageID(m *pb.Message) string {
	key := m.GetKey()
	if len(key) == 0 {
		key = keyInside(peer.ID(m.GetFrom()))
	}
	if key == nil || len(m.GetSeqno()) == 0 {
		return dataMessageID(m)
	}
	return string(key) + string(m.GetSeqno())
}

func keyInside(id peer.ID) []byte {
	key, err := id.ExtractPublicKey()
	if err != nil {
		return nil
	}
	raw, err := crypto.MarshalPublicKey(key)
	if err != nil {
		return nil
	}
	return raw
}
