package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"testing"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/metrics"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
)

func testHost(t *testing.T, out *lines) host.Host {
	t.Helper()
	o, err := parseFlags(nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	h, err := newHost(o, out, metrics.NewBandwidthCounter())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	if err := listen(h, out, o.listen); err != nil {
		t.Fatal(err)
	}
	return h
}

// served gives an open stream of the protocol to a peer that serves the test protocols.
func served(t *testing.T, id protocol.ID) network.Stream {
	t.Helper()
	out := newLines(io.Discard, "test")
	t.Cleanup(out.close)
	server, h := testHost(t, out), testHost(t, out)
	serveTestProtocols(server, out)
	ctx := context.Background()
	if err := h.Connect(ctx, peer.AddrInfo{ID: server.ID(), Addrs: server.Addrs()}); err != nil {
		t.Fatal(err)
	}
	s, err := h.NewStream(ctx, server.ID(), id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func exchange(t *testing.T, s network.Stream, send []byte) []byte {
	t.Helper()
	sent := make(chan error, 1)
	go func() {
		_, err := s.Write(send)
		sent <- errors.Join(err, s.CloseWrite())
	}()
	got, err := io.ReadAll(s)
	if err = errors.Join(err, <-sent); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestEcho(t *testing.T) {
	send := bytes.Repeat([]byte("0123456789abc"), 100_000) // more than a stream's window
	if got := exchange(t, served(t, echoProtocol), send); !bytes.Equal(got, send) {
		t.Errorf("%d bytes came back for %d", len(got), len(send))
	}
}

func TestSinkAnswersTheCount(t *testing.T) {
	got := exchange(t, served(t, sinkProtocol), make([]byte, 700_001))
	if len(got) != 8 || binary.BigEndian.Uint64(got) != 700_001 {
		t.Errorf("answer % x", got)
	}
}

func TestSourceSendsThePattern(t *testing.T) {
	const n = 3*chunk + 77
	got := exchange(t, served(t, sourceProtocol), binary.BigEndian.AppendUint64(nil, n))
	if len(got) != n {
		t.Fatalf("%d bytes, want %d", len(got), n)
	}
	for i, b := range got {
		if b != byte(i) {
			t.Fatalf("byte %d is %d", i, b)
		}
	}
}

func TestResetUsesTheByteAsCode(t *testing.T) {
	s := served(t, resetProtocol)
	if _, err := s.Write([]byte{0x2a}); err != nil {
		t.Fatal(err)
	}
	_, err := io.ReadAll(s)
	var reset *network.StreamError
	if !errors.As(err, &reset) || !reset.Remote || reset.ErrorCode != 0x2a {
		t.Errorf("reading ended with %v", err)
	}
}
