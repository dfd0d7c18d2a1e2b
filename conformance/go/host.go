package main

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/metrics"
	"github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/net/connmgr"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
	ma "github.com/multiformats/go-multiaddr"
)

// newHost builds a host on TCP, noise (or plaintext) and yamux and nothing else. It does not listen yet: protocols
// are to be registered first, or a rust peer that came early would hold "not supported" against us for good.
func newHost(o *options, out *lines, bandwidth metrics.Reporter) (host.Host, error) {
	key, err := privateKey(o)
	if err != nil {
		return nil, err
	}
	resources, err := resourceManager(o, out)
	if err != nil {
		return nil, err
	}
	conns, err := connmgr.NewConnManager(o.connmgrLow, o.connmgrHigh, connmgr.WithGracePeriod(o.connmgrGrace))
	if err != nil {
		return nil, err
	}
	security := libp2p.Security(noise.ID, noise.New)
	if o.security == "plaintext" {
		security = libp2p.NoSecurity
	}
	return libp2p.New(
		libp2p.Identity(key),
		libp2p.NoListenAddrs,
		libp2p.Transport(tcp.NewTCPTransport),
		security,
		libp2p.Muxer(yamux.ID, muxer(o)),
		libp2p.UserAgent("lp2p-gopeer/go-libp2p-0.51.0"),
		libp2p.AddrsFactory(advertised),
		libp2p.ResourceManager(resources),
		libp2p.ConnectionManager(conns),
		libp2p.BandwidthReporter(bandwidth),
		libp2p.DisableMetrics(),
		libp2p.DisableRelay(),
		libp2p.DisableIdentifyAddressDiscovery(),
		libp2p.ForceReachabilityPrivate(), // no autonat probes
	)
}

// muxer is yamux with go-libp2p's settings, and our limit where one was asked for.
func muxer(o *options) *yamux.Transport {
	t := *yamux.DefaultTransport
	switch {
	case o.yamuxMaxStreams == blockAll:
		t.MaxIncomingStreams = 0
	case o.yamuxMaxStreams > 0:
		t.MaxIncomingStreams = uint32(o.yamuxMaxStreams)
	}
	return &t
}

func advertised(addrs []ma.Multiaddr) []ma.Multiaddr {
	return ma.FilterAddrs(addrs, func(a ma.Multiaddr) bool { return !a.Equal(forcedAddr) })
}

// privateKey is Ed25519: from SHA-256 of --seed, from --key-file (made at the first start), or random.
func privateKey(o *options) (crypto.PrivKey, error) {
	if o.seedGiven {
		sum := sha256.Sum256([]byte(o.seed))
		key, _, err := crypto.GenerateEd25519Key(bytes.NewReader(sum[:]))
		return key, err
	}
	if o.keyFile == "" {
		key, _, err := crypto.GenerateEd25519Key(rand.Reader)
		return key, err
	}
	raw, err := os.ReadFile(o.keyFile)
	if err == nil {
		key, err := crypto.UnmarshalPrivateKey(raw)
		if err != nil {
			return nil, usageError{fmt.Sprintf("--key-file %s: not a libp2p private key: %v", o.keyFile, err)}
		}
		return key, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, usageError{fmt.Sprintf("--key-file: %v", err)}
	}
	key, _, err := crypto.GenerateEd25519Key(rand.Reader)
	if err != nil {
		return nil, err
	}
	if raw, err = crypto.MarshalPrivateKey(key); err != nil {
		return nil, err
	}
	if err = os.WriteFile(o.keyFile, raw, 0o600); err != nil {
		return nil, usageError{fmt.Sprintf("--key-file: %v", err)}
	}
	return key, nil
}

func listen(h host.Host, out *lines, addrs []ma.Multiaddr) error {
	for _, a := range addrs {
		if err := h.Network().Listen(a); err != nil {
			return fmt.Errorf("cannot listen on %s: %s", a, oneLine(err))
		}
	}
	for _, a := range advertised(h.Network().ListenAddresses()) {
		out.emit("listening", "peer", h.ID().String(), "addr", a.String(), "full", a.String()+"/p2p/"+h.ID().String())
	}
	return nil
}
