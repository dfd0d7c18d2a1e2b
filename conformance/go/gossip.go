package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	pubsub "github.com/libp2p/go-libp2p-pubsub"
	"github.com/libp2p/go-libp2p/core/protocol"
)

// gossip is the pubsub half of the peer: its topics, what it publishes and what it receives.
type gossip struct {
	ctx    context.Context
	ps     *pubsub.PubSub
	host   *pubsubHost
	tracer *tracer
	own    *publishTrace
	out    *lines
	name   string

	mu     sync.Mutex
	topics map[string]*topic
	first  string // the topic of a `publish` that names none
}

// topic stays joined once it was; subscription comes and goes.
type topic struct {
	*pubsub.Topic
	sub *pubsub.Subscription
}

// The library's 32 places lose messages while we wait for whoever reads our lines.
const subscriptionBuffer = 4096

func newGossip(ctx context.Context, o *options, h *pubsubHost, out *lines) (*gossip, error) {
	id := messageIDFunc(o.messageID)
	t := newTracer(h.ID(), out, id)
	own := &publishTrace{self: h.ID()}
	opts := []pubsub.Option{
		pubsub.WithMessageIdFn(id),
		pubsub.WithRawTracer(t),
		pubsub.WithEventTracer(own),
		pubsub.WithLogger(slog.Default()),
		pubsub.WithRPCLogger(slog.Default()),
	}
	if o.sign == "none" {
		opts = append(opts, pubsub.WithMessageSignaturePolicy(pubsub.StrictNoSign), pubsub.WithNoAuthor())
	}
	if o.trace != "" {
		file, err := pubsub.NewJSONTracer(o.trace)
		if err != nil {
			return nil, usageError{"--trace: " + oneLine(err)}
		}
		context.AfterFunc(ctx, file.Close)
		own.next = file
	}
	build := pubsub.NewGossipSub
	if o.router == "floodsub" {
		build = pubsub.NewFloodSub
	} else if len(o.gossipProtocols) > 0 {
		opts = append(opts, pubsub.WithGossipSubProtocols(o.gossipProtocols, pubsub.GossipSubDefaultFeatures))
	}
	ps, err := build(ctx, h, opts...)
	if err != nil {
		return nil, err
	}
	g := &gossip{ctx: ctx, ps: ps, host: h, tracer: t, own: own, out: out, name: o.name, topics: map[string]*topic{}}
	for _, name := range o.topics {
		if err := g.subscribe(name); err != nil {
			return nil, fmt.Errorf("--topic %s: %w", name, err)
		}
	}
	return g, nil
}

// join must be called with mu held.
func (g *gossip) join(name string) (*topic, error) {
	if t := g.topics[name]; t != nil {
		return t, nil
	}
	joined, err := g.ps.Join(name)
	if err != nil {
		return nil, err
	}
	peers, err := joined.EventHandler()
	if err != nil {
		return nil, err
	}
	go g.watchPeers(name, peers)
	t := &topic{Topic: joined}
	g.topics[name] = t
	if g.first == "" {
		g.first = name
	}
	return t, nil
}

func (g *gossip) subscribe(name string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	t, err := g.join(name)
	if err != nil {
		return err
	}
	if t.sub == nil {
		if t.sub, err = t.Subscribe(pubsub.WithBufferSize(subscriptionBuffer)); err != nil {
			return err
		}
		go g.receive(t.sub)
	}
	g.out.emit("subscribed", "topic", name, "peer", g.host.ID().String())
	return nil
}

func (g *gossip) unsubscribe(name string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	t := g.topics[name]
	if t == nil || t.sub == nil {
		return fmt.Errorf("not subscribed to %q", name)
	}
	t.sub.Cancel()
	t.sub = nil
	g.out.emit("unsubscribed", "topic", name, "peer", g.host.ID().String())
	return nil
}

// publish reports the outcome itself: published or publish_error.
func (g *gossip) publish(name string, data []byte) {
	g.mu.Lock()
	t, err := g.join(name)
	g.mu.Unlock()
	if err != nil {
		g.out.emit("publish_error", "topic", name, "len", len(data), "error", oneLine(err))
		return
	}
	id, duplicate, err := g.own.during(func() error { return t.Publish(g.ctx, data) })
	switch {
	case err != nil:
		g.out.emit("publish_error", "topic", name, "len", len(data), "error", oneLine(err))
	case duplicate: // which the library takes for success, and sends nothing
		g.out.emit("publish_error", "topic", name, "len", len(data), "id", hex.EncodeToString(id),
			"error", "a message with this id was seen before")
	default:
		g.out.emit("published", "topic", name, "len", len(data), "id", hex.EncodeToString(id))
	}
}

func (g *gossip) receive(sub *pubsub.Subscription) {
	for {
		m, err := sub.Next(g.ctx)
		if err != nil {
			return // cancelled, by unsubscribe or at the end
		}
		if m.ReceivedFrom == g.host.ID() {
			continue
		}
		from := ""
		if len(m.From) > 0 {
			from = m.GetFrom().String()
		}
		g.out.emit("message", "from", from, "via", m.ReceivedFrom.String(), "seqno", hex.EncodeToString(m.GetSeqno()),
			"topic", m.GetTopic(), "len", len(m.Data), "head", string(m.Data[:min(len(m.Data), 48)]))
	}
}

func (g *gossip) watchPeers(name string, peers *pubsub.TopicEventHandler) {
	defer peers.Cancel()
	for {
		e, err := peers.NextPeerEvent(g.ctx)
		if err != nil {
			return
		}
		ev := "peer_subscribed"
		if e.Type == pubsub.PeerLeave {
			ev = "peer_unsubscribed"
		}
		g.out.emit(ev, "topic", name, "peer", e.Peer.String())
	}
}

// publishEvery publishes "<name> <n> ", padded to size, to each topic; n counts from 1.
func (g *gossip) publishEvery(ctx context.Context, topics []string, every time.Duration, count, size int) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for n := 1; count == 0 || n <= count; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for _, name := range topics {
			g.publish(name, payload(g.name, n, size))
		}
	}
}

func payload(name string, n, size int) []byte {
	text := name + " " + strconv.Itoa(n) + " "
	data := make([]byte, max(size, len(text)))
	for i := copy(data, text); i < len(data); i++ {
		data[i] = '.'
	}
	return data
}

// topicPeers is how many peers the library knows as subscribed to each of our topics.
func (g *gossip) topicPeers() map[string]int {
	g.mu.Lock()
	names := make([]string, 0, len(g.topics))
	for name := range g.topics {
		names = append(names, name)
	}
	g.mu.Unlock()
	peers := map[string]int{}
	for _, name := range names {
		peers[name] = len(g.ps.ListPeers(name))
	}
	return peers
}

func isPubsub(id protocol.ID) bool {
	if id == pubsub.FloodSubID {
		return true
	}
	for _, known := range pubsub.GossipSubDefaultProtocols {
		if id == known {
			return true
		}
	}
	return false
}
