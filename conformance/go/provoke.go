package main

import (
	"maps"
	"slices"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
)

// What go-libp2p does to others only when something is wrong with it, on command.

// resetPubsub resets the stream on which the peer sends us its messages. False where there is none.
func (h *pubsubHost) resetPubsub(p peer.ID) bool {
	h.mu.Lock()
	w := h.inbound[p]
	h.mu.Unlock()
	return w != nil && w.Reset() == nil
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
