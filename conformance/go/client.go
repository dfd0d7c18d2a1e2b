package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/libp2p/go-libp2p/p2p/protocol/ping"
)

const (
	echoTimeout = 2 * time.Minute
	pingTimeout = 10 * time.Second
)

// client opens streams to a peer that is connected; it never dials.
type client struct {
	host host.Host
	out  *lines
}

func (c *client) newStream(ctx context.Context, p peer.ID, id protocol.ID) (network.Stream, error) {
	if len(c.host.Network().ConnsToPeer(p)) == 0 {
		return nil, network.ErrNoConn // the library's own answer says less
	}
	return c.host.NewStream(network.WithNoDial(ctx, "a command uses what is connected"), p, id)
}

// echo sends size bytes on each of `streams` streams at once and checks that they all come back.
func (c *client) echo(ctx context.Context, p peer.ID, size int64, streams int) {
	ctx, cancel := context.WithTimeout(ctx, echoTimeout)
	defer cancel()
	start := time.Now()
	failures := make(chan error, streams)
	for i := range streams {
		go func() { failures <- c.echoOne(ctx, p, size, byte(i)) }()
	}
	text := ""
	for range streams {
		if err := <-failures; err != nil && text == "" {
			text = oneLine(err)
			cancel() // one answer is enough; do not wait for the others' time to pass
		}
	}
	c.out.emit("echo_done", "peer", p.String(), "bytes", size, "streams", streams, "ok", text == "",
		"ms", time.Since(start).Milliseconds(), "error", text)
}

func (c *client) echoOne(ctx context.Context, p peer.ID, size int64, seed byte) error {
	s, err := c.newStream(ctx, p, echoProtocol)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = s.Reset() })
	defer stop()
	written := make(chan error, 1)
	go func() { written <- sendPattern(s, size, seed) }()
	if err = checkPattern(s, size, seed); err != nil {
		_ = s.Reset()
	}
	if sendErr := <-written; err == nil {
		err = sendErr
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	_ = s.Close()
	return err
}

// The pattern of a stream is i*31 + i/251 + seed: no two places of a chunk, and no two streams, are easily mistaken.
func pattern(i int64, seed byte) byte { return byte(i*31) + byte(i/251) + seed }

func sendPattern(s network.Stream, size int64, seed byte) error {
	buf := make([]byte, chunk)
	for at := int64(0); at < size; {
		n := min(size-at, chunk)
		for i := range n {
			buf[i] = pattern(at+i, seed)
		}
		if _, err := s.Write(buf[:n]); err != nil {
			return fmt.Errorf("sending, after %d bytes: %w", at, err)
		}
		at += n
	}
	return s.CloseWrite()
}

func checkPattern(s network.Stream, size int64, seed byte) error {
	buf := make([]byte, chunk)
	for at := int64(0); ; {
		n, err := s.Read(buf)
		for i := range int64(n) {
			if at+i >= size {
				return fmt.Errorf("more than %d bytes came back", size)
			}
			if buf[i] != pattern(at+i, seed) {
				return fmt.Errorf("byte %d came back wrong", at+i)
			}
		}
		at += int64(n)
		switch {
		case errors.Is(err, io.EOF) && at < size:
			return fmt.Errorf("the end came after %d of %d bytes", at, size)
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("reading, after %d bytes: %w", at, err)
		}
	}
}

// ping sends n pings on one stream, one after the other.
func (c *client) ping(ctx context.Context, p peer.ID, n int) error {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(n)*pingTimeout)
	defer cancel()
	s, err := c.newStream(ctx, p, ping.ID)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = s.Reset() })
	defer stop()
	for range n {
		rtt, err := pingOnce(s)
		if err != nil {
			_ = s.Reset()
			return err
		}
		c.host.Peerstore().RecordLatency(p, rtt)
		c.out.emit("ping", "peer", p.String(), "rtt_us", rtt.Microseconds())
	}
	return s.Close()
}

func pingOnce(s network.Stream) (time.Duration, error) {
	var sent, got [ping.PingSize]byte
	if _, err := rand.Read(sent[:]); err != nil {
		return 0, err
	}
	if err := s.SetDeadline(time.Now().Add(pingTimeout)); err != nil {
		return 0, err
	}
	start := time.Now()
	if _, err := s.Write(sent[:]); err != nil {
		return 0, err
	}
	if _, err := io.ReadFull(s, got[:]); err != nil {
		return 0, err
	}
	if got != sent {
		return 0, errors.New("the answer is not what was sent")
	}
	return time.Since(start), nil
}

// pingEvery pings each connected peer now and then; a peer whose last ping is still out is left alone.
func (c *client) pingEvery(ctx context.Context, every time.Duration) {
	var busy sync.Map
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for _, p := range c.host.Network().Peers() {
			if _, out := busy.LoadOrStore(p, true); out {
				continue
			}
			go func() {
				defer busy.Delete(p)
				if err := c.ping(ctx, p, 1); err != nil && ctx.Err() == nil {
					c.out.streamError(p, 0, 0, ping.ID, "out", err)
				}
			}()
		}
	}
}

// open opens a stream and holds it, reading and dropping, until it ends.
func (c *client) open(ctx context.Context, p peer.ID, id protocol.ID) {
	opening, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	s, err := c.newStream(opening, p, id)
	if err != nil {
		c.out.streamError(p, 0, 0, string(id), "out", err)
		return
	}
	stop := context.AfterFunc(ctx, func() { _ = s.Reset() })
	defer stop()
	c.out.streamOpen(s, "out")
	_, err = io.Copy(io.Discard, s)
	if err == nil {
		err = io.EOF // io.Copy takes it for success
		_ = s.Close()
	} else {
		_ = s.Reset()
	}
	reason, by := streamEnd(err)
	c.out.streamClose(s, "out", reason, by)
}
