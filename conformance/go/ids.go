package main

import (
	"strconv"
	"strings"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/protocol"
)

type protocolID = protocol.ID

// connNumber is the ordinal that go-libp2p gives a connection: its id is "<peer>-<ordinal>".
func connNumber(c network.Conn) uint64 { return trailingNumber(c.ID()) }

// streamNumber is the ordinal of a stream, unique in this process: its id is "<connection id>-<ordinal>".
func streamNumber(s network.Stream) uint64 { return trailingNumber(s.ID()) }

func trailingNumber(id string) uint64 {
	n, err := strconv.ParseUint(id[strings.LastIndexByte(id, '-')+1:], 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func direction(d network.Direction) string {
	switch d {
	case network.DirInbound:
		return "in"
	case network.DirOutbound:
		return "out"
	}
	return "unknown"
}

// connDirection also knows the connections that force.go dialed, which the swarm takes for inbound ones.
func connDirection(c network.Conn) string {
	var forced *forcedConn
	if c.As(&forced) {
		return "out"
	}
	return direction(c.Stat().Direction)
}

func protocolStrings(ids []protocol.ID) []string {
	out := make([]string, 0, len(ids))
	for _, id := range ids {
		out = append(out, string(id))
	}
	return out
}
