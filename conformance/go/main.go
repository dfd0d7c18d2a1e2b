// Gopeer is one go-libp2p node as a process, with the flags, commands and lines of examples/node.
// It is a peer for lp2p's tests; it never does more than go-libp2p does, except where a flag asks for it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/metrics"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/gologshim"
)

// node is everything that a command can reach.
type node struct {
	host    host.Host
	out     *lines
	watcher *watcher
	gossip  *gossip // nil with --router none
	dialer  *dialer
	client  *client
	stats   *stats
}

func main() { os.Exit(run()) }

func run() int {
	o, err := parseFlags(os.Args[1:], os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		return fail(err)
	}
	log := slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: o.logLevel})
	slog.SetDefault(slog.New(log))
	gologshim.SetDefaultHandler(log)

	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	out := newLines(os.Stdout, o.name)
	defer out.close()
	n, err := start(ctx, o, out)
	if err != nil {
		return fail(err)
	}
	reason := n.live(ctx, o, signals)
	for _, p := range n.host.Network().Peers() {
		n.watcher.closePeer(n.host, p, reason)
	}
	cancel()
	_ = n.host.Close() // waits until every connection has been reported as closed
	out.emit("exit", "reason", reason)
	return 0
}

// fail writes the one line that bad usage (2) and a start that did not work (1) leave behind.
func fail(err error) int {
	fmt.Fprintln(os.Stderr, "gopeer: "+oneLine(err))
	var usage usageError
	if errors.As(err, &usage) {
		return 2
	}
	return 1
}

// start registers everything that the node serves, then listens.
func start(ctx context.Context, o *options, out *lines) (*node, error) {
	if o.security == "plaintext" {
		fmt.Fprintln(os.Stderr, "gopeer: warning: --security plaintext: nothing is encrypted, nothing is secret")
	}
	bandwidth := metrics.NewBandwidthCounter()
	h, err := newHost(o, out, bandwidth)
	if err != nil {
		return nil, err
	}
	n := &node{host: h, out: out, client: &client{host: h, out: out}}
	if n.watcher, err = watch(h, out); err != nil {
		return nil, err
	}
	serveTestProtocols(h, out)
	if o.router != "none" {
		if n.gossip, err = newGossip(ctx, o, newPubsubHost(h, out), out); err != nil {
			return nil, err
		}
	}
	n.stats = &stats{host: h, gossip: n.gossip, bandwidth: bandwidth, out: out}
	n.dialer = &dialer{host: h, out: out, burst: o.dialBurst, flying: map[peer.ID]int{}}
	if err = listen(h, out, o.listen); err != nil {
		return nil, err
	}
	if o.dialMode != "once" {
		n.dialer.force, err = newForcer(h)
	}
	return n, err
}

// live runs what the flags ask for until something ends it, and returns what that was.
func (n *node) live(ctx context.Context, o *options, signals <-chan os.Signal) string {
	ended := make(chan string, 1)
	quit := func(reason string) {
		select {
		case ended <- reason:
		default: // something else was first
		}
	}
	if o.duration > 0 {
		time.AfterFunc(o.duration, func() { quit("duration") })
	}
	if o.stdin {
		go (&commands{node: n, quit: quit}).read(ctx, os.Stdin)
	}
	if len(o.dial) > 0 {
		go n.dialer.repeat(ctx, o.dial, o.redialEvery, o.redialMax)
	}
	if o.publishEvery > 0 {
		go n.gossip.publishEvery(ctx, o.topics, o.publishEvery, o.count, o.size)
	}
	if o.pingEvery > 0 {
		go n.client.pingEvery(ctx, o.pingEvery)
	}
	if o.statsEvery > 0 {
		go n.stats.every(ctx, o.statsEvery)
	}
	select {
	case s := <-signals:
		return s.String()
	case reason := <-ended:
		return reason
	}
}
