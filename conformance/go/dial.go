package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"
)

const dialTimeout = 15 * time.Second

// dialer does what --dial and its switches and the command `dial` ask.
type dialer struct {
	host   host.Host
	out    *lines
	force  *forcer // nil: go-libp2p's own dialing, which reuses connections and joins dials
	burst  int
	mu     sync.Mutex
	flying map[peer.ID]int
}

type target struct {
	text string // as it was given
	info peer.AddrInfo
}

func parseTarget(text string) (target, error) {
	info, err := peer.AddrInfoFromString(text)
	if errors.Is(err, peer.ErrInvalidAddr) {
		return target{}, errNoPeer
	}
	if err != nil {
		return target{}, err
	}
	if len(info.Addrs) == 0 {
		return target{}, errNoAddress
	}
	return target{text: text, info: *info}, nil
}

// repeat dials every target now and then again every `every`, `most` more times (0: for ever).
func (d *dialer) repeat(ctx context.Context, targets []target, every time.Duration, most int) {
	d.round(ctx, targets)
	if every <= 0 {
		return
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for n := 0; most == 0 || n < most; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			d.round(ctx, targets)
		}
	}
}

// round starts all dials of one round; it does not wait for them.
func (d *dialer) round(ctx context.Context, targets []target) {
	for _, t := range targets {
		for range d.burst {
			go d.dial(ctx, t)
		}
	}
}

func (d *dialer) dial(ctx context.Context, t target) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	ev := "dial_ok"
	var err error
	if d.force != nil {
		err = d.force.dial(ctx, t.info)
	} else {
		ev, err = d.connect(ctx, t.info)
	}
	if err != nil {
		code, fault := classify(err)
		d.out.emit("dial_error", "peer", t.info.ID.String(), "addr", t.text, "code", code, "fault", fault, "text", oneLine(err))
		return
	}
	d.out.emit(ev, "peer", t.info.ID.String(), "addr", t.text)
}

// connect is the host's own Connect, with a name for what it did.
func (d *dialer) connect(ctx context.Context, info peer.AddrInfo) (string, error) {
	ev := "dial_ok"
	d.mu.Lock()
	if d.flying[info.ID] > 0 {
		ev = "dial_joined"
	}
	if len(d.host.Network().ConnsToPeer(info.ID)) > 0 {
		ev = "dial_reused"
	}
	d.flying[info.ID]++
	d.mu.Unlock()
	err := d.host.Connect(ctx, info)
	d.mu.Lock()
	if d.flying[info.ID]--; d.flying[info.ID] == 0 {
		delete(d.flying, info.ID)
	}
	d.mu.Unlock()
	return ev, err
}
