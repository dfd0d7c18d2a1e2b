package main

import (
	"context"
	"errors"
	"net"
	"sync"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/transport"
	"github.com/libp2p/go-libp2p/p2p/net/swarm"
	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"
)

// forcer makes a new connection for every dial, which go-libp2p's swarm never does (it reuses and joins).
// It dials through the swarm's own TCP transport and hands the result to the swarm as if a listener had accepted it;
// the address of that listener, forcedAddr, is never advertised.
type forcer struct {
	swarm  *swarm.Swarm
	fresh  chan transport.CapableConn
	closed chan struct{}
	once   sync.Once
}

// forcedConn marks a connection that forcer dialed; find it with network.Conn.As.
type forcedConn struct{ transport.CapableConn }

func (c *forcedConn) As(target any) bool {
	if t, ok := target.(**forcedConn); ok {
		*t = c
		return true
	}
	return c.CapableConn.As(target)
}

var (
	forcedAddr = ma.StringCast("/memory/1")

	errNotASwarm = errors.New("the host's network is no swarm")
	errOnlyHands = errors.New("this transport dials nothing")
)

func newForcer(h host.Host) (*forcer, error) {
	s, ok := h.Network().(*swarm.Swarm)
	if !ok {
		return nil, errNotASwarm
	}
	f := &forcer{swarm: s, fresh: make(chan transport.CapableConn), closed: make(chan struct{})}
	if err := s.AddTransport(f); err != nil {
		return nil, err
	}
	return f, s.AddListenAddr(forcedAddr)
}

// dial makes one more connection to the peer, whatever exists already.
func (f *forcer) dial(ctx context.Context, to peer.AddrInfo) error {
	err := swarm.ErrNoAddresses
	for _, addr := range to.Addrs {
		tpt := f.swarm.TransportForDialing(addr)
		if tpt == nil {
			err = swarm.ErrNoTransport
			continue
		}
		var c transport.CapableConn
		if c, err = tpt.Dial(ctx, addr, to.ID); err != nil {
			continue
		}
		select {
		case f.fresh <- &forcedConn{c}:
			return nil
		case <-f.closed:
			_ = c.Close()
			return transport.ErrListenerClosed
		}
	}
	return err
}

// The transport's half: it exists only to be listened on.

func (f *forcer) Dial(context.Context, ma.Multiaddr, peer.ID) (transport.CapableConn, error) {
	return nil, errOnlyHands
}
func (f *forcer) CanDial(ma.Multiaddr) bool                       { return false }
func (f *forcer) Listen(ma.Multiaddr) (transport.Listener, error) { return f, nil }
func (f *forcer) Protocols() []int                                { return []int{ma.P_MEMORY} }
func (f *forcer) Proxy() bool                                     { return false }

// The listener's half.

func (f *forcer) Accept() (transport.CapableConn, error) {
	select {
	case c := <-f.fresh:
		return c, nil
	case <-f.closed:
		return nil, transport.ErrListenerClosed
	}
}

func (f *forcer) Close() error {
	f.once.Do(func() { close(f.closed) })
	return nil
}

func (f *forcer) Addr() net.Addr {
	a, err := manet.ToNetAddr(forcedAddr)
	if err != nil {
		return &net.UnixAddr{Name: forcedAddr.String()}
	}
	return a
}

func (f *forcer) Multiaddr() ma.Multiaddr { return forcedAddr }
