package main

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
)

// pubsubHost is the host as go-libp2p-pubsub sees it: its streams, in and out, pass through here, so that each one's
// start, end and replacement can be told. It changes nothing about them, but where provoke.go is asked to.
type pubsubHost struct {
	host.Host
	out *lines

	mu       sync.Mutex
	inbound  map[peer.ID]*watchedStream // the newest that is still being read
	outbound map[peer.ID]*watchedStream // the newest; it may have ended
	replaced map[peer.ID]int            // inbound streams that a newer one of the same peer pushed out
	handlers map[protocol.ID]network.StreamHandler
}

func newPubsubHost(h host.Host, out *lines) *pubsubHost {
	return &pubsubHost{Host: h, out: out, inbound: map[peer.ID]*watchedStream{}, outbound: map[peer.ID]*watchedStream{},
		replaced: map[peer.ID]int{}, handlers: map[protocol.ID]network.StreamHandler{}}
}

// SetStreamHandler registers pubsub's reader of one inbound stream, which runs until that stream ends.
func (h *pubsubHost) SetStreamHandler(id protocol.ID, read network.StreamHandler) {
	handle := func(s network.Stream) {
		w := &watchedStream{Stream: s}
		h.opened(w)
		read(w)
		h.ended(w)
	}
	h.mu.Lock()
	h.handlers[id] = handle
	h.mu.Unlock()
	h.Host.SetStreamHandler(id, handle)
}

func (h *pubsubHost) opened(w *watchedStream) {
	p := w.Conn().RemotePeer()
	h.mu.Lock()
	if h.inbound[p] != nil {
		h.replaced[p]++
	}
	h.inbound[p] = w
	h.mu.Unlock()
	h.out.streamOpen(w, "in")
}

func (h *pubsubHost) ended(w *watchedStream) {
	p := w.Conn().RemotePeer()
	h.mu.Lock()
	wasReplaced := h.inbound[p] != w
	if !wasReplaced {
		delete(h.inbound, p)
	}
	h.mu.Unlock()
	reason, by := streamEnd(w.readError())
	if wasReplaced {
		reason, by = "replaced by a newer stream of the peer", "local"
	}
	h.out.streamClose(w, "in", reason, by)
}

// replacements is how many inbound pubsub streams of the peer were replaced by a newer one.
func (h *pubsubHost) replacements(p peer.ID) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.replaced[p]
}

func (h *pubsubHost) allReplacements() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for _, r := range h.replaced {
		n += r
	}
	return n
}

// NewStream opens pubsub's one outbound stream to a peer. Pubsub writes to it, and reads only to learn of its end.
func (h *pubsubHost) NewStream(ctx context.Context, p peer.ID, ids ...protocol.ID) (network.Stream, error) {
	s, err := h.Host.NewStream(ctx, p, ids...)
	if err != nil {
		h.out.streamError(p, 0, 0, string(ids[0]), "out", err)
		return nil, err
	}
	conn := connNumber(s.Conn())
	h.out.emit("pubsub_out_stream_open", "peer", p.String(), "protocol", string(s.Protocol()), "conn", conn)
	w := &watchedStream{Stream: s, onEnd: func(err error) {
		reason, _ := streamEnd(err)
		if err == nil {
			reason = "the peer wrote on it"
		}
		h.out.emit("pubsub_out_stream_closed", "peer", p.String(), "protocol", string(s.Protocol()), "conn", conn,
			"reason", reason)
	}}
	h.mu.Lock()
	h.outbound[p] = w
	h.mu.Unlock()
	return w, nil
}

// watchedStream remembers how reading ended.
type watchedStream struct {
	network.Stream
	onEnd func(error) // outbound only: called at the first return of Read, whatever it is
	once  sync.Once
	muted atomic.Bool // what is written goes nowhere
	mu    sync.Mutex
	err   error
}

func (w *watchedStream) Read(b []byte) (int, error) {
	n, err := w.Stream.Read(b)
	if err != nil {
		w.mu.Lock()
		if w.err == nil {
			w.err = err
		}
		w.mu.Unlock()
	}
	if w.onEnd != nil {
		w.once.Do(func() { w.onEnd(err) })
	}
	return n, err
}

func (w *watchedStream) Write(b []byte) (int, error) {
	if w.muted.Load() {
		return len(b), nil
	}
	return w.Stream.Write(b)
}

func (w *watchedStream) readError() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

func (l *lines) streamOpen(s network.Stream, dir string) {
	l.emit("stream_open", "peer", s.Conn().RemotePeer().String(), "conn", connNumber(s.Conn()), "stream", streamNumber(s),
		"protocol", string(s.Protocol()), "dir", dir)
}

func (l *lines) streamClose(s network.Stream, dir, reason, by string) {
	l.emit("stream_close", "peer", s.Conn().RemotePeer().String(), "conn", connNumber(s.Conn()), "stream", streamNumber(s),
		"protocol", string(s.Protocol()), "dir", dir, "reason", reason, "by", by)
}
