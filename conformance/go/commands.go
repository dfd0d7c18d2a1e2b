package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
)

// commands reads one command a line; each is answered by a line.
type commands struct {
	*node
	quit func(reason string)
}

const maxCommand = 2 << 20

const maxEchoStreams, maxEchoBytes = 2000, 1 << 32

var errUnknownCommand = errors.New("unknown command")

func (c *commands) read(ctx context.Context, r io.Reader) {
	in := bufio.NewScanner(r)
	in.Buffer(make([]byte, 4096), maxCommand)
	for in.Scan() {
		word, rest, _ := strings.Cut(strings.TrimSpace(in.Text()), " ")
		if word == "" {
			continue
		}
		if err := c.run(ctx, word, strings.TrimSpace(rest)); err != nil {
			code := "bad_arguments"
			if errors.Is(err, errUnknownCommand) {
				code = "unknown_command"
			}
			c.out.commandError(word, code, "local", oneLine(err))
		}
	}
	if err := in.Err(); err != nil {
		c.out.commandError("", "stdin", "local", oneLine(err))
	}
}

func (c *commands) run(ctx context.Context, word, rest string) error {
	args := strings.Fields(rest)
	switch word {
	case "quit":
		c.quit("quit")
	case "stats":
		c.stats.emit()
	case "peers":
		c.peers()
	case "dial":
		t, err := parseTarget(rest)
		if err != nil {
			return err
		}
		go c.dialer.dial(ctx, t)
	case "publish":
		return c.publish(rest)
	case "subscribe", "unsubscribe":
		return c.subscription(word, rest)
	case "withdraw_pubsub", "offer_pubsub":
		return c.offering(word)
	case "disconnect", "protocols", "open", "echo", "ping", "reset_pubsub", "mute_pubsub", "push_with_pubsub", "push_without_pubsub":
		return c.withPeer(ctx, word, args)
	default:
		return errUnknownCommand
	}
	return nil
}

// withPeer runs the commands whose first word is a peer id.
func (c *commands) withPeer(ctx context.Context, word string, args []string) error {
	want := map[string]int{"disconnect": 1, "protocols": 1, "open": 2, "echo": 3, "ping": 2, "reset_pubsub": 1,
		"mute_pubsub": 1, "push_with_pubsub": 2, "push_without_pubsub": 2}[word]
	if len(args) != want {
		return fmt.Errorf("%s takes %d words, not %d", word, want, len(args))
	}
	p, err := peer.Decode(args[0])
	if err != nil {
		return fmt.Errorf("%q is not a peer id: %w", args[0], err)
	}
	switch word {
	case "disconnect":
		if c.watcher.closePeer(c.host, p, "disconnect") == 0 {
			c.out.commandError(word, "not_connected", "closed", "no connection to "+p.String())
		}
	case "protocols":
		return c.protocols(p)
	case "reset_pubsub", "mute_pubsub":
		return c.provoke(word, p)
	case "push_with_pubsub", "push_without_pubsub":
		return c.pushList(ctx, word, p, args[1])
	case "open":
		go c.client.open(ctx, p, protocol.ID(args[1]))
	case "echo":
		size, err := parseBounded(args[1], 0, maxEchoBytes)
		if err != nil {
			return err
		}
		streams, err := parseBounded(args[2], 1, maxEchoStreams)
		if err != nil {
			return err
		}
		go c.client.echo(ctx, p, size, int(streams))
	case "ping":
		n, err := parseBounded(args[1], 1, 1_000_000)
		if err != nil {
			return err
		}
		go func() {
			if err := c.client.ping(ctx, p, int(n)); err != nil {
				code, fault := classify(err)
				c.out.commandError(word, code, fault, oneLine(err))
			}
		}()
	}
	return nil
}

func parseBounded(s string, low, high int64) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < low || n > high {
		return 0, fmt.Errorf("%q is not a number from %d to %d", s, low, high)
	}
	return n, nil
}

var errNoRouter = errors.New("--router none has no topics")

// publish takes "TOPIC TEXT" if the first word is a topic of ours, else the whole as text for the first topic.
func (c *commands) publish(rest string) error {
	if c.gossip == nil {
		return errNoRouter
	}
	name, text := c.gossip.split(rest)
	if name == "" {
		return errors.New("there is no topic; subscribe to one first")
	}
	c.gossip.publish(name, []byte(text))
	return nil
}

func (g *gossip) split(rest string) (name, text string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if first, after, found := strings.Cut(rest, " "); found && g.topics[first] != nil {
		return first, after
	}
	return g.first, rest
}

func (c *commands) subscription(word, name string) error {
	if c.gossip == nil {
		return errNoRouter
	}
	if name == "" {
		return fmt.Errorf("%s takes a topic", word)
	}
	if word == "subscribe" {
		return c.gossip.subscribe(name)
	}
	return c.gossip.unsubscribe(name)
}

func (c *commands) provoke(word string, p peer.ID) error {
	if c.gossip == nil {
		return errNoRouter
	}
	act, what := c.gossip.host.resetPubsub, "no pubsub stream from "
	if word == "mute_pubsub" {
		act, what = c.gossip.host.mutePubsub, "no pubsub stream to "
	}
	if !act(p) {
		c.out.commandError(word, "no_stream", "closed", what+p.String())
	}
	return nil
}

func (c *commands) pushList(ctx context.Context, word string, p peer.ID, number string) error {
	for _, conn := range c.host.Network().ConnsToPeer(p) {
		if strconv.FormatUint(connNumber(conn), 10) != number {
			continue
		}
		go func() {
			if err := pushList(ctx, c.host, conn, word == "push_with_pubsub"); err != nil {
				code, fault := classify(err)
				c.out.commandError(word, code, fault, oneLine(err))
			}
		}()
		return nil
	}
	return fmt.Errorf("connection %s to %s does not stand", number, p)
}

func (c *commands) offering(word string) error {
	if c.gossip == nil {
		return errNoRouter
	}
	if word == "offer_pubsub" {
		c.gossip.host.offer()
	} else {
		c.gossip.host.withdraw()
	}
	return nil
}

// protocols answers what go-libp2p knows, which is one list per peer; it stands for each connection.
func (c *commands) protocols(p peer.ID) error {
	known, err := c.host.Peerstore().GetProtocols(p)
	if err != nil {
		return err
	}
	list := protocolStrings(known)
	byConn := map[string][]string{}
	for _, conn := range c.host.Network().ConnsToPeer(p) {
		byConn[strconv.FormatUint(connNumber(conn), 10)] = list
	}
	c.out.emit("protocols", "peer", p.String(), "protocols", list, "by_connection", byConn)
	return nil
}

func (c *commands) peers() {
	type entry struct {
		Peer  string `json:"peer"`
		Conns int    `json:"conns"`
	}
	list := []entry{}
	for _, p := range connectedPeers(c.host) {
		list = append(list, entry{p.String(), len(c.host.Network().ConnsToPeer(p))})
	}
	c.out.emit("peers", "peers", list)
}
