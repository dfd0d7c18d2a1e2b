package main

import (
	"context"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/metrics"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
)

// stats makes the `stats` line.
type stats struct {
	host      host.Host
	gossip    *gossip // nil with --router none
	bandwidth *metrics.BandwidthCounter
	out       *lines
}

type peerStats struct {
	Peer       string                 `json:"peer"`
	Conns      int                    `json:"conns"`
	StreamsIn  int                    `json:"streams_in"`
	StreamsOut int                    `json:"streams_out"`
	ByProtocol map[string]*inOutCount `json:"by_protocol"`
	Mesh       []string               `json:"mesh"`
	Replaced   int                    `json:"replaced"`
	BytesIn    int64                  `json:"bytes_in"`
	BytesOut   int64                  `json:"bytes_out"`
	RTT        int64                  `json:"rtt_us"`
}

type inOutCount struct {
	In  int `json:"in"`
	Out int `json:"out"`
}

func (s *stats) emit() {
	peers := connectedPeers(s.host)
	list := make([]peerStats, 0, len(peers))
	conns, replaced, topicPeers := 0, 0, map[string]int{}
	for _, p := range peers {
		one := s.peer(p)
		conns += one.Conns
		list = append(list, one)
	}
	if s.gossip != nil {
		replaced, topicPeers = s.gossip.host.allReplacements(), s.gossip.topicPeers()
	}
	s.out.emit("stats", "peers", len(list), "conns", conns, "per_peer", list, "topic_peers", topicPeers,
		"replaced", replaced, "rss_kb", residentKB())
}

func (s *stats) peer(p peer.ID) peerStats {
	one := peerStats{Peer: p.String(), ByProtocol: map[string]*inOutCount{}, Mesh: []string{}}
	for _, c := range s.host.Network().ConnsToPeer(p) {
		one.Conns++
		for _, st := range c.GetStreams() {
			n := one.ByProtocol[string(st.Protocol())]
			if n == nil {
				n = &inOutCount{}
				one.ByProtocol[string(st.Protocol())] = n
			}
			if st.Stat().Direction == network.DirInbound {
				one.StreamsIn++
				n.In++
			} else {
				one.StreamsOut++
				n.Out++
			}
		}
	}
	if s.gossip != nil {
		one.Mesh = s.gossip.tracer.meshOf(p)
		one.Replaced = s.gossip.host.replacements(p)
	}
	b := s.bandwidth.GetBandwidthForPeer(p)
	one.BytesIn, one.BytesOut = b.TotalIn, b.TotalOut
	one.RTT = s.host.Peerstore().LatencyEWMA(p).Microseconds()
	return one
}

func (s *stats) every(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.emit()
		}
	}
}

func connectedPeers(h host.Host) []peer.ID {
	peers := h.Network().Peers()
	slices.Sort(peers)
	return peers
}

// residentKB is this process's resident memory, 0 where the kernel does not tell.
func residentKB() int64 {
	raw, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	f := strings.Fields(string(raw))
	if len(f) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(f[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize()) / 1024
}
