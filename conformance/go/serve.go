package main

import (
	"encoding/binary"
	"io"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/protocol"
)

const (
	echoProtocol   protocol.ID = "/lp2p/echo/1"
	sinkProtocol   protocol.ID = "/lp2p/sink/1"
	resetProtocol  protocol.ID = "/lp2p/reset/1"
	sourceProtocol protocol.ID = "/lp2p/source/1"
)

var testProtocols = []protocol.ID{echoProtocol, sinkProtocol, resetProtocol, sourceProtocol}

const chunk = 64 << 10

// serveTestProtocols registers the protocols that tests of streams use. A stream whose handler fails is reset.
func serveTestProtocols(h host.Host, out *lines) {
	serve(h, out, echoProtocol, echo)
	serve(h, out, sinkProtocol, sink)
	serve(h, out, sourceProtocol, source)
	h.SetStreamHandler(resetProtocol, func(s network.Stream) { reset(s, out) })
}

func serve(h host.Host, out *lines, id protocol.ID, handle func(network.Stream) error) {
	h.SetStreamHandler(id, func(s network.Stream) {
		out.streamOpen(s, "in")
		if err := handle(s); err != nil {
			_ = s.Reset()
			reason, by := streamEnd(err)
			out.streamClose(s, "in", reason, by)
			return
		}
		_ = s.Close() // both sides are finished; what is left is to free it
		out.streamClose(s, "in", "finished", "local")
	})
}

// echo sends back what comes, then FIN after the remote's FIN.
func echo(s network.Stream) error {
	if _, err := io.CopyBuffer(onlyWriter{s}, onlyReader{s}, make([]byte, chunk)); err != nil {
		return err
	}
	return s.CloseWrite()
}

// sink reads to the FIN and answers how many bytes there were, as 8 bytes big-endian, and FIN.
func sink(s network.Stream) error {
	n, err := io.CopyBuffer(io.Discard, onlyReader{s}, make([]byte, chunk))
	if err != nil {
		return err
	}
	if err := binary.Write(s, binary.BigEndian, uint64(n)); err != nil {
		return err
	}
	return s.CloseWrite()
}

// source reads a count, 8 bytes big-endian, sends that many bytes (byte i is i & 0xff) and FIN.
func source(s network.Stream) error {
	var left uint64
	if err := binary.Read(s, binary.BigEndian, &left); err != nil {
		return err
	}
	buf := make([]byte, chunk) // a multiple of 256: every chunk is the same
	for i := range buf {
		buf[i] = byte(i)
	}
	for left > 0 {
		n, err := s.Write(buf[:min(left, chunk)])
		if err != nil {
			return err
		}
		left -= uint64(n)
	}
	return s.CloseWrite()
}

// reset reads one byte and resets the stream with that byte as the code.
func reset(s network.Stream, out *lines) {
	out.streamOpen(s, "in")
	var b [1]byte
	if _, err := io.ReadFull(s, b[:]); err != nil {
		_ = s.Reset()
		reason, by := streamEnd(err)
		out.streamClose(s, "in", reason, by)
		return
	}
	_ = s.ResetWithError(network.StreamErrorCode(b[0]))
	out.streamClose(s, "in", "reset as asked", "local")
}

// io.CopyBuffer uses the buffer it is given only if neither side brings its own way to copy.
type onlyReader struct{ io.Reader }
type onlyWriter struct{ io.Writer }
