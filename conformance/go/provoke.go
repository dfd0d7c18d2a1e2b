package main

import (
	"context"
	"encoding/binary"
	"maps"
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/libp2p/go-libp2p/p2p/protocol/identify"
	"github.com/libp2p/go-libp2p/p2p/protocol/identify/pb"
	"github.com/multiformats/go-multistream"
	"google.golang.org/protobuf/proto"
)

// What go-libp2p does to others only when something is wrong with it, on command.

// resetPubsub resets the stream on which the peer sends us its messages. False where there is none.
func (h *pubsubHost) resetPubsub(p peer.ID) bool {
	h.mu.Lock()
	w := h.inbound[p]
	h.mu.Unlock()
	return w != nil && w.Reset() == nil
}

// mutePubsub lets nothing more out on the stream on which we send the peer our messages: gossip that died on a connection
// that lives. The library takes what it writes for sent. A later stream speaks again. False where there is none.
func (h *pubsubHost) mutePubsub(p peer.ID) bool {
	h.mu.Lock()
	w := h.outbound[p]
	h.mu.Unlock()
	if w == nil {
		return false
	}
	w.muted.Store(true)
	return true
}

const pushTimeout = 10 * time.Second

// pushList pushes a list with or without pubsub on this one connection, as rust does where it disabled the handler of one
// of several. What we serve, and what other connections heard, stays.
func pushList(ctx context.Context, h host.Host, c network.Conn, pubsub bool) error {
	ctx, cancel := context.WithTimeout(ctx, pushTimeout)
	defer cancel()
	s, err := c.NewStream(ctx)
	if err != nil {
		return err
	}
	list := h.Mux().Protocols()
	if !pubsub {
		list = slices.DeleteFunc(list, isPubsub)
	}
	if err = sendList(s, list); err != nil {
		_ = s.Reset()
		return err
	}
	return s.Close()
}

func sendList(s network.Stream, list []protocol.ID) error {
	if err := s.SetDeadline(time.Now().Add(pushTimeout)); err != nil {
		return err
	}
	if err := multistream.SelectProtoOrFail(protocol.ID(identify.IDPush), s); err != nil {
		return err
	}
	message, err := proto.Marshal(&pb.Identify{Protocols: protocolStrings(list)})
	if err != nil {
		return err
	}
	_, err = s.Write(append(binary.AppendUvarint(nil, uint64(len(message))), message...))
	return err
}

// withdraw takes pubsub off the list of what we serve, which go-libp2p pushes to every peer, as rust does with a
// handler that it disabled. Streams that are open stay.
func (h *pubsubHost) withdraw() {
	for _, id := range slices.Sorted(maps.Keys(h.served())) {
		h.Host.RemoveStreamHandler(id)
	}
}

// offer puts it back.
func (h *pubsubHost) offer() {
	for id, handle := range h.served() {
		h.Host.SetStreamHandler(id, handle)
	}
}

func (h *pubsubHost) served() map[protocol.ID]network.StreamHandler {
	h.mu.Lock()
	defer h.mu.Unlock()
	return maps.Clone(h.handlers)
}
