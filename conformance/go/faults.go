package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/sec"
	"github.com/libp2p/go-libp2p/p2p/net/swarm"
	"github.com/libp2p/go-yamux/v5"
	"github.com/multiformats/go-multistream"
)

// classify names an error (code) and says whose it is (fault: remote, local, limit, timeout, closed, refused).
func classify(err error) (code, fault string) {
	var mismatch sec.ErrPeerIDMismatch
	var notSupported multistream.ErrNotSupported[protocolID]
	var streamErr *network.StreamError
	var connErr *network.ConnError
	switch {
	case errors.Is(err, swarm.ErrDialBackoff):
		return "dial_backoff", "limit"
	case errors.Is(err, network.ErrResourceLimitExceeded):
		return "resource_limit", "limit"
	case errors.Is(err, swarm.ErrDialToSelf):
		return "dial_to_self", "local"
	case errors.Is(err, swarm.ErrNoAddresses), errors.Is(err, swarm.ErrNoGoodAddresses):
		return "no_addresses", "local"
	case errors.As(err, &mismatch):
		return "wrong_peer", "remote"
	case errors.As(err, &notSupported):
		return "protocol_refused", "refused"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection_refused", "refused"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), isTimeout(err):
		return "timeout", "timeout"
	case errors.Is(err, network.ErrNoConn):
		return "not_connected", "closed"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.As(err, &connErr),
		errors.Is(err, swarm.ErrConnClosed):
		return "connection_closed", "closed" // which also resets every stream: hence before those
	case errors.As(err, &streamErr) && !streamErr.Remote:
		return "stream_reset", "local"
	case errors.Is(err, network.ErrReset):
		return "stream_reset", "remote"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, context.Canceled):
		return "closed", "closed"
	}
	return "failed", "remote"
}

func isTimeout(err error) bool {
	var t net.Error
	return errors.As(err, &t) && t.Timeout()
}

// streamEnd says why a stream's reading side ended, and through whom.
func streamEnd(err error) (reason, by string) {
	var streamErr *network.StreamError
	var connErr *network.ConnError
	switch {
	case err == nil:
		return "finished", "local"
	case errors.Is(err, io.EOF):
		return "fin", "remote"
	case errors.As(err, &connErr):
		return fmt.Sprintf("connection closed, code 0x%x", uint32(connErr.ErrorCode)), side(connErr.Remote)
	case errors.As(err, &streamErr):
		return fmt.Sprintf("reset, code 0x%x", uint32(streamErr.ErrorCode)), side(streamErr.Remote)
	case errors.Is(err, yamux.ErrStreamClosed):
		return "closed", "local"
	}
	return err.Error(), "transport"
}

// connEnd asks a closed connection's yamux session what ended it; go-libp2p itself does not tell.
func connEnd(c network.Conn) (reason, by string) {
	var session *yamux.Session
	if !c.As(&session) || !session.IsClosed() {
		return "unknown", "local"
	}
	_, err := session.OpenStream(context.Background()) // a closed session answers at once with what closed it
	var goAway *yamux.GoAwayError
	switch {
	case errors.As(err, &goAway) && !goAway.Remote && goAway.ErrorCode == 0:
		return "closed", "local"
	case errors.As(err, &goAway):
		return fmt.Sprintf("go away, code 0x%x", goAway.ErrorCode), side(goAway.Remote)
	case errors.Is(err, io.EOF):
		return "eof", "remote"
	case err == nil:
		return "unknown", "local"
	}
	return err.Error(), "transport"
}

func side(remote bool) string {
	if remote {
		return "remote"
	}
	return "local"
}

func (l *lines) commandError(command, code, fault, text string) {
	l.emit("command_error", "command", command, "code", code, "fault", fault, "text", text)
}

func (l *lines) streamError(p peer.ID, conn, stream uint64, protocol, dir string, err error) {
	code, fault := classify(err)
	l.emit("stream_error", "peer", p.String(), "conn", conn, "stream", stream, "protocol", protocol, "dir", dir,
		"code", code, "fault", fault, "text", err.Error())
}
