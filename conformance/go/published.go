package main

import (
	"sync"

	pubsub "github.com/libp2p/go-libp2p-pubsub"
	pb "github.com/libp2p/go-libp2p-pubsub/pb"
	"github.com/libp2p/go-libp2p/core/peer"
)

// publishTrace learns what became of a message that we publish: Topic.Publish tells neither its id nor that it was
// dropped as a duplicate, and the raw tracer leaves our own messages out. Both events come while Publish runs.
type publishTrace struct {
	self peer.ID
	next pubsub.EventTracer // nil, or the file of --trace

	publishing sync.Mutex // one Publish at a time, so that events can be told apart
	mu         sync.Mutex
	id         []byte
	duplicate  bool
}

func (t *publishTrace) Trace(e *pb.TraceEvent) {
	switch e.GetType() {
	case pb.TraceEvent_PUBLISH_MESSAGE:
		t.mu.Lock()
		t.id, t.duplicate = e.GetPublishMessage().GetMessageID(), false
		t.mu.Unlock()
	case pb.TraceEvent_DUPLICATE_MESSAGE:
		d := e.GetDuplicateMessage()
		t.mu.Lock()
		if peer.ID(d.GetReceivedFrom()) == t.self && string(d.GetMessageID()) == string(t.id) {
			t.duplicate = true
		}
		t.mu.Unlock()
	}
	if t.next != nil {
		t.next.Trace(e)
	}
}

// during runs publish and returns the id of the message that it made.
func (t *publishTrace) during(publish func() error) (id []byte, duplicate bool, err error) {
	t.publishing.Lock()
	defer t.publishing.Unlock()
	err = publish()
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.id, t.duplicate, err
}
