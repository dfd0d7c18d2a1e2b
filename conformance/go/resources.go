package main

import (
	"math"
	"strings"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/network"
	rcmgr "github.com/libp2p/go-libp2p/p2p/host/resource-manager"
)

// blockAll is the resource manager's own number for "allow none"; 0 leaves the default, -1 lifts the limit.
const blockAll = int(rcmgr.BlockAllLimit)

// resourceManager has go-libp2p's default limits with those of the flags over them.
func resourceManager(o *options, out *lines) (network.ResourceManager, error) {
	scaling := rcmgr.DefaultLimits
	libp2p.SetDefaultServiceLimits(&scaling)
	limits := rcmgr.PartialLimitConfig{
		PeerDefault: rcmgr.ResourceLimits{
			StreamsInbound:  rcmgr.LimitVal(o.peerStreamsIn),
			StreamsOutbound: rcmgr.LimitVal(o.peerStreamsOut),
			Conns:           rcmgr.LimitVal(o.peerConns),
			ConnsInbound:    rcmgr.LimitVal(o.peerConns),
			ConnsOutbound:   rcmgr.LimitVal(o.peerConns),
		},
		ProtocolPeerDefault: rcmgr.ResourceLimits{StreamsInbound: rcmgr.LimitVal(o.protoPeerStreamsIn)},
	}
	if o.protoPeerStreamsIn == 0 {
		allowManyTestStreams(&scaling)
	}
	concrete := limits.Build(scaling.AutoScale())
	return rcmgr.NewResourceManager(rcmgr.NewFixedLimiter(concrete), rcmgr.WithMetricsDisabled(),
		rcmgr.WithTraceReporter(refusals{out}))
}

// allowManyTestStreams lets one peer have hundreds of streams of the test protocols; the default is about 75.
func allowManyTestStreams(c *rcmgr.ScalingLimitConfig) {
	many := rcmgr.BaseLimit{StreamsInbound: 2048, StreamsOutbound: 2048, Streams: 4096, Memory: math.MaxInt64}
	for _, id := range testProtocols {
		c.AddProtocolLimit(id, many, rcmgr.BaseLimitIncrease{})
		c.AddProtocolPeerLimit(id, many, rcmgr.BaseLimitIncrease{})
	}
}

// refusals reports each stream and connection that the resource manager refused.
type refusals struct{ out *lines }

func (r refusals) ConsumeEvent(e rcmgr.TraceEvt) {
	switch e.Type {
	case rcmgr.TraceBlockAddStreamEvt:
		r.report("stream", e)
	case rcmgr.TraceBlockAddConnEvt:
		r.report("connection", e)
	}
}

func (r refusals) report(what string, e rcmgr.TraceEvt) {
	// The scope's name is like "peer:<id>" or "protocol-<protocol>.peer:<id>"; connection and stream scopes are
	// refused because of one of these and would tell it twice.
	if strings.HasPrefix(e.Name, "conn-") || strings.HasPrefix(e.Name, "stream-") {
		return
	}
	_, peerID, _ := strings.Cut(e.Name, "peer:")
	r.out.emit("warning", "kind", "limit", "peer", peerID, "value", e.StreamsIn+e.StreamsOut+e.ConnsIn+e.ConnsOut,
		"limit", e.Name, "hint", "the resource manager refused a "+what)
}
