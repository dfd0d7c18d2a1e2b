package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	pubsub "github.com/libp2p/go-libp2p-pubsub"
	"github.com/libp2p/go-libp2p/core/protocol"
	ma "github.com/multiformats/go-multiaddr"
)

// options are the command line, checked.
type options struct {
	listen          []ma.Multiaddr
	dial            []target
	dialMode        string
	dialBurst       int
	redialEvery     time.Duration
	redialMax       int
	seed            string
	seedGiven       bool
	keyFile         string
	name            string
	security        string
	router          string
	gossipProtocols []protocol.ID
	messageID       string
	sign            string
	topics          []string
	publishEvery    time.Duration
	count           int
	size            int
	pingEvery       time.Duration
	statsEvery      time.Duration
	duration        time.Duration
	stdin           bool
	trace           string
	logLevel        slog.Level

	peerStreamsIn, peerStreamsOut, peerConns, protoPeerStreamsIn, yamuxMaxStreams int
	connmgrLow, connmgrHigh                                                       int
	connmgrGrace                                                                  time.Duration
}

// usageError is told on one line of stderr and ends the process with 2.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text }

var (
	errNoAddress = errors.New("no address before /p2p/")
	errNoPeer    = errors.New("it does not end in /p2p/<peer id>")
	errNotYet    = errors.New("not yet")

	routers     = []string{"gossipsub", "floodsub", "none"}
	messageIDs  = []string{"spec", "go", "rust", "js", "sha256"}
	logLevels   = map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError, "off": slog.Level(math.MaxInt)}
	maxPayload  = pubsub.DefaultMaxMessageSize - 1024 // room for what go-libp2p-pubsub puts around it
	maxBurst    = 1000
	defaultAddr = "/ip4/127.0.0.1/tcp/0"
)

// parseFlags returns flag.ErrHelp (help was written to w) or a usageError that names the flag.
func parseFlags(args []string, w io.Writer) (*options, error) {
	o := &options{}
	fs := flag.NewFlagSet("gopeer", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	nodeFlags(fs, o)
	goFlags(fs, o)
	err := fs.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		printHelp(fs, w)
		return nil, flag.ErrHelp
	case err != nil:
		// The flag package writes -name; its users here write --name.
		return nil, usageError{strings.NewReplacer("for flag -", "for flag --", "for -", "for --", "defined: -", "defined: --",
			"argument: -", "argument: --").Replace(oneLine(err))}
	case fs.NArg() > 0:
		return nil, usageError{fmt.Sprintf("%q: not a flag", fs.Arg(0))}
	}
	given := map[string]bool{}
	fs.Visit(func(f *flag.Flag) { given[f.Name] = true })
	return o, checkTogether(o, given)
}

func printHelp(fs *flag.FlagSet, w io.Writer) {
	var text strings.Builder
	fs.SetOutput(&text)
	fs.PrintDefaults()
	fmt.Fprintln(w, "gopeer: a go-libp2p node that prints JSON lines (see README.md)")
	fmt.Fprint(w, strings.ReplaceAll("\n"+text.String(), "\n  -", "\n  --")[1:])
}

func nodeFlags(fs *flag.FlagSet, o *options) {
	fs.Func("listen", "`MADDR`, repeatable (default "+defaultAddr+"); none = dial only", func(s string) error {
		if s == "none" {
			o.listen = nil
			return nil
		}
		a, err := parseListen(s)
		o.listen = append(o.listen, a)
		return err
	})
	fs.Func("dial", "`MADDR` with /p2p/, repeatable", func(s string) error {
		t, err := parseTarget(s)
		o.dial = append(o.dial, t)
		return err
	})
	fs.StringVar(&o.seed, "seed", "", "`TEXT`: key = Ed25519 from SHA-256(TEXT); absent = random")
	fs.StringVar(&o.keyFile, "key-file", "", "`FILE` that keeps the key; made when absent")
	fs.Func("topic", "`T`, repeatable", func(s string) error {
		if s == "" {
			return errors.New("empty")
		}
		if !slices.Contains(o.topics, s) {
			o.topics = append(o.topics, s)
		}
		return nil
	})
	duration(fs, &o.publishEvery, "publish-every", 0, "publish to every topic every `DUR`; 0 = never")
	number(fs, &o.count, "count", 0, 0, math.MaxInt32, "stop publishing after `N`; 0 = never")
	number(fs, &o.size, "size", 64, 0, maxPayload, "pad published messages to this many `BYTES`")
	duration(fs, &o.duration, "duration", 0, "`DUR`; 0 = until SIGINT, SIGTERM or quit")
	duration(fs, &o.redialEvery, "redial-every", 0, "ask again for every --dial every `DUR`; 0 = never")
	choice(fs, &o.security, "security", "noise", []string{"noise", "plaintext"})
	choice(fs, &o.router, "router", "gossipsub", routers)
	fs.Func("gossip-protocols", "`LIST`, comma between, in order of preference (gossipsub router only)", func(s string) (err error) {
		o.gossipProtocols, err = parseGossipProtocols(s)
		return err
	})
	choice(fs, &o.messageID, "message-id", "spec", messageIDs)
	choice(fs, &o.sign, "sign", "strict", []string{"strict", "none"})
	duration(fs, &o.pingEvery, "ping-every", 0, "ping every peer every `DUR`; 0 = never")
	duration(fs, &o.statsEvery, "stats-every", time.Second, "`DUR`; 0 = never")
	fs.BoolVar(&o.stdin, "stdin", false, "take commands from stdin")
	fs.StringVar(&o.name, "name", "go", "`TEXT` on every line")
	fs.StringVar(&o.trace, "trace", "", "`FILE` for go-libp2p-pubsub's own trace, JSON lines")
	o.logLevel = slog.LevelWarn
	fs.Func("log", "`LEVEL`: debug, info, warn, error, off (default warn)", func(s string) error {
		level, ok := logLevels[s]
		if !ok {
			return errors.New("not one of debug, info, warn, error, off")
		}
		o.logLevel = level
		return nil
	})
	for _, name := range []string{"max-streams", "limit"} {
		fs.Func(name, "not yet", func(string) error { return errNotYet })
	}
}

func goFlags(fs *flag.FlagSet, o *options) {
	const limit = "`N`; -2 = none allowed, -1 = no limit, 0 = the library's default"
	number(fs, &o.peerStreamsIn, "peer-streams-in", 0, blockAll, math.MaxInt32, "inbound streams per peer: "+limit)
	number(fs, &o.peerStreamsOut, "peer-streams-out", 0, blockAll, math.MaxInt32, "outbound streams per peer: "+limit)
	number(fs, &o.peerConns, "peer-conns", 0, blockAll, math.MaxInt32, "connections per peer: "+limit)
	number(fs, &o.protoPeerStreamsIn, "proto-peer-streams-in", 0, blockAll, math.MaxInt32,
		"inbound streams per peer and protocol, identify and ping apart: "+limit)
	number(fs, &o.yamuxMaxStreams, "yamux-max-streams", 0, blockAll, math.MaxInt32, "inbound streams per connection: "+limit)
	number(fs, &o.connmgrLow, "connmgr-low", 160, 0, math.MaxInt32, "connections that trimming leaves: `N`")
	number(fs, &o.connmgrHigh, "connmgr-high", 192, 0, math.MaxInt32, "connections that start trimming: `N`")
	duration(fs, &o.connmgrGrace, "connmgr-grace", time.Minute, "`DUR` for which trimming spares a new connection")
	choice(fs, &o.dialMode, "dial-mode", "once", []string{"once", "always", "burst"})
	number(fs, &o.dialBurst, "dial-burst", 1, 1, maxBurst, "dials at once per --dial: `N` (with --dial-mode burst: default 4)")
	number(fs, &o.redialMax, "redial-max", 0, 0, math.MaxInt32, "rounds of --redial-every: `N`; 0 = no end")
}

func checkTogether(o *options, given map[string]bool) error {
	o.seedGiven = given["seed"]
	if !given["listen"] {
		o.listen = []ma.Multiaddr{ma.StringCast(defaultAddr)}
	}
	if o.dialMode == "burst" && !given["dial-burst"] {
		o.dialBurst = 4
	}
	if o.sign == "none" && !given["message-id"] {
		o.messageID = "sha256"
	}
	switch {
	case o.seedGiven && o.keyFile != "":
		return usageError{"--key-file: --seed is given too; a peer has one key"}
	case o.sign == "none" && o.messageID != "sha256" && o.messageID != "js":
		return usageError{"--message-id " + o.messageID + ": with --sign none messages have no author; only sha256 and js tell them apart"}
	case o.router == "none" && len(o.topics) > 0:
		return usageError{"--topic: --router none has no topics"}
	case o.publishEvery > 0 && len(o.topics) == 0:
		return usageError{"--publish-every: there is no --topic to publish to"}
	case len(o.gossipProtocols) > 0 && o.router != "gossipsub":
		return usageError{"--gossip-protocols: --router is " + o.router}
	case o.trace != "" && o.router == "none":
		return usageError{"--trace: --router none has nothing to trace"}
	case o.connmgrLow > o.connmgrHigh:
		return usageError{"--connmgr-low: more than --connmgr-high"}
	}
	return nil
}

func parseListen(s string) (ma.Multiaddr, error) {
	a, err := ma.NewMultiaddr(s)
	if err != nil {
		return nil, err
	}
	p := a.Protocols()
	if len(p) != 2 || (p[0].Code != ma.P_IP4 && p[0].Code != ma.P_IP6) || p[1].Code != ma.P_TCP {
		return nil, errors.New("not /ip4/…/tcp/… or /ip6/…/tcp/…")
	}
	return a, nil
}

func parseGossipProtocols(s string) ([]protocol.ID, error) {
	var ids []protocol.ID
	for _, name := range strings.Split(s, ",") {
		id := protocol.ID(name)
		if !slices.Contains(pubsub.GossipSubDefaultProtocols, id) {
			return nil, fmt.Errorf("%q is not one of %s", name,
				strings.Join(protocolStrings(pubsub.GossipSubDefaultProtocols), ", "))
		}
		if slices.Contains(ids, id) {
			return nil, fmt.Errorf("%q is there twice", name)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func duration(fs *flag.FlagSet, to *time.Duration, name string, preset time.Duration, usage string) {
	*to = preset
	if preset != 0 {
		usage += " (default " + preset.String() + ")"
	}
	fs.Func(name, usage, func(s string) error {
		d, err := time.ParseDuration(s)
		if err != nil {
			return errors.New("not a duration like 250ms, 2s or 1m")
		}
		if d < 0 {
			return errors.New("negative")
		}
		*to = d
		return nil
	})
}

func number(fs *flag.FlagSet, to *int, name string, preset, low, high int, usage string) {
	*to = preset
	if preset != 0 {
		usage += " (default " + strconv.Itoa(preset) + ")"
	}
	fs.Func(name, usage, func(s string) error {
		n, err := strconv.Atoi(s)
		if err != nil || n < low || n > high {
			return fmt.Errorf("not a number from %d to %d", low, high)
		}
		*to = n
		return nil
	})
}

func choice(fs *flag.FlagSet, to *string, name, preset string, allowed []string) {
	*to = preset
	list := strings.Join(allowed, "|")
	fs.Func(name, "`"+list+"` (default "+preset+")", func(s string) error {
		if !slices.Contains(allowed, s) {
			return errors.New("not one of " + strings.Join(allowed, ", "))
		}
		*to = s
		return nil
	})
}

func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }
