package main

import (
	"encoding/hex"
	"slices"
	"sync"

	pubsub "github.com/libp2p/go-libp2p-pubsub"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
)

// tracer turns go-libp2p-pubsub's raw trace into lines and keeps the mesh for stats. Most calls come from the one
// loop of the router; messages are rejected on others.
type tracer struct {
	self peer.ID
	out  *lines
	id   pubsub.MsgIdFunction

	mu      sync.Mutex
	mesh    map[peer.ID][]string
	lastRPC *pubsub.RPC // the one being handled, or handled last: tells whose idea a GRAFT or PRUNE was
}

var _ pubsub.RawTracer = (*tracer)(nil)

func newTracer(self peer.ID, out *lines, id pubsub.MsgIdFunction) *tracer {
	return &tracer{self: self, out: out, id: id, mesh: map[peer.ID][]string{}}
}

// meshOf is the topics in whose mesh the peer is.
func (t *tracer) meshOf(p peer.ID) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]string{}, t.mesh[p]...)
}

func (t *tracer) Graft(p peer.ID, topic string) {
	t.mu.Lock()
	if !slices.Contains(t.mesh[p], topic) {
		t.mesh[p] = append(t.mesh[p], topic)
	}
	reason := "local"
	if t.lastRPC != nil && t.lastRPC.From() == p {
		for _, g := range t.lastRPC.GetControl().GetGraft() {
			if g.GetTopicID() == topic {
				reason = "remote"
			}
		}
	}
	t.mu.Unlock()
	t.out.emit("graft", "peer", p.String(), "topic", topic, "reason", reason)
}

func (t *tracer) Prune(p peer.ID, topic string) {
	t.mu.Lock()
	t.forget(p, topic)
	reason := "local"
	if t.lastRPC != nil && t.lastRPC.From() == p {
		for _, g := range t.lastRPC.GetControl().GetPrune() {
			if g.GetTopicID() == topic {
				reason = "remote"
			}
		}
	}
	t.mu.Unlock()
	t.out.emit("prune", "peer", p.String(), "topic", topic, "reason", reason)
}

func (t *tracer) Leave(topic string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for p := range t.mesh {
		t.forget(p, topic)
	}
}

func (t *tracer) forget(p peer.ID, topic string) {
	t.mesh[p] = slices.DeleteFunc(t.mesh[p], func(s string) bool { return s == topic })
	if len(t.mesh[p]) == 0 {
		delete(t.mesh, p)
	}
}

func (t *tracer) OnClosedOutboundStream(p peer.ID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.mesh, p)
}

func (t *tracer) RecvRPC(rpc *pubsub.RPC) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lastRPC = rpc
}

func (t *tracer) RejectMessage(m *pubsub.Message, reason string) {
	t.out.emit("reject", "topic", m.GetTopic(), "len", len(m.Data), "id", t.hexID(m), "reason", reason,
		"via", m.ReceivedFrom.String())
}

func (t *tracer) DropRPC(_ *pubsub.RPC, p peer.ID) {
	t.out.emit("warning", "kind", "limit", "peer", p.String(), "limit", "pubsub queue",
		"hint", "an outgoing RPC was dropped: the peer's queue is full")
}

func (t *tracer) UndeliverableMessage(m *pubsub.Message) {
	t.out.emit("warning", "kind", "limit", "peer", m.ReceivedFrom.String(), "limit", "subscription buffer",
		"hint", "a received message was dropped: our lines are read too slowly")
}

func (t *tracer) hexID(m *pubsub.Message) string {
	id := m.ID
	if id == "" {
		id = t.id(m.Message)
	}
	return hex.EncodeToString([]byte(id))
}

func (t *tracer) OnNewOutboundStream(peer.ID, protocol.ID) {}
func (t *tracer) Join(string)                              {}
func (t *tracer) ValidateMessage(*pubsub.Message)          {}
func (t *tracer) DeliverMessage(*pubsub.Message)           {}
func (t *tracer) DuplicateMessage(*pubsub.Message)         {}
func (t *tracer) ThrottlePeer(peer.ID)                     {}
func (t *tracer) SendRPC(*pubsub.RPC, peer.ID)             {}
