package main

import (
	"slices"
	"sync"

	"github.com/libp2p/go-libp2p/core/event"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/record"
	"github.com/libp2p/go-libp2p/p2p/host/eventbus"
	ma "github.com/multiformats/go-multiaddr"
)

// watcher reports connections and what identify says about them.
type watcher struct {
	out *lines

	mu         sync.Mutex
	cut        map[string]string    // by connection id: the reason of our own closing
	identified map[string]bool      // by connection id
	protocols  map[peer.ID][]string // as go-libp2p keeps them: per peer, the last message wins
}

// watch must be called before the host listens or dials.
func watch(h host.Host, out *lines) (*watcher, error) {
	w := &watcher{out: out, cut: map[string]string{}, identified: map[string]bool{}, protocols: map[peer.ID][]string{}}
	h.Network().Notify(&network.NotifyBundle{ConnectedF: w.connected, DisconnectedF: w.disconnected})
	sub, err := h.EventBus().Subscribe([]any{
		new(event.EvtPeerIdentificationCompleted), new(event.EvtPeerIdentificationFailed),
	}, eventbus.BufSize(1024))
	if err != nil {
		return nil, err
	}
	go func() {
		for e := range sub.Out() {
			switch e := e.(type) {
			case event.EvtPeerIdentificationCompleted:
				w.identifyDone(e)
			case event.EvtPeerIdentificationFailed:
				code, fault := classify(e.Reason)
				out.emit("identify_failed", "peer", e.Peer.String(), "code", code, "fault", fault, "text", oneLine(e.Reason))
			}
		}
	}()
	return w, nil
}

func (w *watcher) connected(n network.Network, c network.Conn) {
	w.out.emit("conn_open", "peer", c.RemotePeer().String(), "conn", connNumber(c), "dir", connDirection(c),
		"remote", c.RemoteMultiaddr().String(), "conns_to_peer", len(n.ConnsToPeer(c.RemotePeer())))
}

func (w *watcher) disconnected(n network.Network, c network.Conn) {
	reason, by := connEnd(c)
	left := len(n.ConnsToPeer(c.RemotePeer()))
	w.mu.Lock()
	if why, ours := w.cut[c.ID()]; ours {
		reason, by = why, "local"
	}
	delete(w.cut, c.ID())
	delete(w.identified, c.ID())
	if left == 0 {
		delete(w.protocols, c.RemotePeer())
	}
	w.mu.Unlock()
	w.out.emit("conn_close", "peer", c.RemotePeer().String(), "conn", connNumber(c), "dir", connDirection(c),
		"remote", c.RemoteMultiaddr().String(), "conns_to_peer", left, "reason", reason, "by", by)
}

// closePeer closes every connection to the peer and says how many there were.
func (w *watcher) closePeer(h host.Host, p peer.ID, why string) int {
	conns := h.Network().ConnsToPeer(p)
	for _, c := range conns {
		w.mu.Lock()
		w.cut[c.ID()] = why
		w.mu.Unlock()
		_ = c.Close() // an error means that it is closed already
	}
	return len(conns)
}

// identifyDone is told of identify and push alike; the first message of a connection is taken for identify.
func (w *watcher) identifyDone(e event.EvtPeerIdentificationCompleted) {
	id := e.Conn.ID()
	conn := connNumber(e.Conn)
	now := protocolStrings(e.Protocols)
	w.mu.Lock()
	source := "identify"
	if w.identified[id] {
		source = "push"
	}
	before, known := w.protocols[e.Peer]
	if !e.Conn.IsClosed() {
		w.identified[id] = true
		w.protocols[e.Peer] = now
	}
	w.mu.Unlock()

	if source == "identify" {
		observed := ""
		if e.ObservedAddr != nil {
			observed = e.ObservedAddr.String()
		}
		w.out.emit("identified", "peer", e.Peer.String(), "conn", conn, "agent", e.AgentVersion, "protocols", now,
			"addrs", addrStrings(e.ListenAddrs), "observed", observed, "signed", signedAddrs(e.SignedPeerRecord))
	}
	added, removed := without(now, before), without(before, now)
	if known && len(added)+len(removed) > 0 {
		w.out.emit("protocols_updated", "peer", e.Peer.String(), "conn", conn, "added", added, "removed", removed,
			"source", source, "accepted", true)
	}
}

// signedAddrs is what the peer signed: go-libp2p gives a record only where it believes it.
func signedAddrs(e *record.Envelope) []string {
	if e == nil {
		return []string{}
	}
	r, err := e.Record()
	if err != nil {
		return []string{}
	}
	if p, ok := r.(*peer.PeerRecord); ok {
		return addrStrings(p.Addrs)
	}
	return []string{}
}

// without is the members of list that are not in other.
func without(list, other []string) []string {
	out := []string{}
	for _, s := range list {
		if !slices.Contains(other, s) {
			out = append(out, s)
		}
	}
	return out
}

func addrStrings(addrs []ma.Multiaddr) []string {
	out := make([]string, 0, len(addrs))
	for _, a := range addrs {
		out = append(out, a.String())
	}
	return out
}
