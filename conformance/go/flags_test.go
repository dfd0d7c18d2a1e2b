package main

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

func TestBadFlagsNameTheFlag(t *testing.T) {
	for _, c := range []struct{ flag, args string }{
		{"--size", "--size x"},
		{"--size", "--size 1047553"},
		{"--size", "--size"},
		{"--listen", "--listen /ip4/127.0.0.1/udp/1"},
		{"--dial", "--dial /ip4/127.0.0.1/tcp/1"},
		{"--dial", "--dial /p2p/12D3KooWRdFFg3yTbTsDq5Z1yCvCWbqznEFro9jeVivo7rkayJ4D"},
		{"--duration", "--duration 3"},
		{"--duration", "--duration -3s"},
		{"--message-id", "--message-id foo"},
		{"--message-id", "--sign none --message-id go"},
		{"--gossip-protocols", "--gossip-protocols /meshsub/9"},
		{"--gossip-protocols", "--router floodsub --gossip-protocols /meshsub/1.1.0"},
		{"--topic", "--router none --topic t"},
		{"--publish-every", "--publish-every 1s"},
		{"--peer-conns", "--peer-conns -3"},
		{"--connmgr-low", "--connmgr-low 300"},
		{"--key-file", "--seed a --key-file b"},
		{"--stdin", "--stdin=maybe"},
		{"--nope", "--nope 1"},
		{"--max-streams", "--max-streams 3"},
	} {
		_, err := parseFlags(strings.Fields(c.args), io.Discard)
		var usage usageError
		if !errors.As(err, &usage) {
			t.Errorf("%s: no usage error but %v", c.args, err)
			continue
		}
		if !strings.Contains(usage.text, c.flag) || strings.Contains(usage.text, "\n") {
			t.Errorf("%s: %q is not one line that names %s", c.args, usage.text, c.flag)
		}
	}
}

func TestFlags(t *testing.T) {
	o, err := parseFlags(strings.Fields("--topic t --topic u --topic t --publish-every 250ms --dial-mode burst --sign none --yamux-max-streams -2"), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if len(o.listen) != 1 || o.listen[0].String() != defaultAddr {
		t.Errorf("listen: %v", o.listen)
	}
	if strings.Join(o.topics, " ") != "t u" || o.publishEvery != 250*time.Millisecond {
		t.Errorf("topics %v every %v", o.topics, o.publishEvery)
	}
	if o.dialBurst != 4 || o.messageID != "sha256" || o.yamuxMaxStreams != blockAll {
		t.Errorf("burst %d, message id %s, yamux %d", o.dialBurst, o.messageID, o.yamuxMaxStreams)
	}
	if o, err = parseFlags([]string{"--listen", "none"}, io.Discard); err != nil || len(o.listen) != 0 {
		t.Errorf("listen none: %v %v", o, err)
	}
}

func TestPayloadIsPaddedButNeverCut(t *testing.T) {
	if got := string(payload("go", 7, 10)); got != "go 7 ....." {
		t.Errorf("%q", got)
	}
	if got := string(payload("go", 7, 0)); got != "go 7 " {
		t.Errorf("%q", got)
	}
}
