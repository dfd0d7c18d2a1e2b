package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
)

// draft is a case without verdicts: what regenerate makes a vector of. README.md of
// conformance/vectors says what each field means.
type draft struct {
	Name    string         `json:"name"`
	Note    string         `json:"note"`
	Spec    string         `json:"spec"`
	Says    string         `json:"says,omitempty"` // what the specification says: accept or refuse
	Source  string         `json:"source"`
	Kept    string         `json:"kept,omitempty"` // why the bytes are not written anew
	Kind    string         `json:"kind"`
	Context map[string]any `json:"context,omitempty"`
	Text    *string        `json:"text,omitempty"`
	Bytes   *pieces        `json:"bytes,omitempty"`
	Steps   []step         `json:"steps,omitempty"`
	Fault   string         `json:"fault,omitempty"`
}

type step struct {
	From  string `json:"from"`
	Bytes pieces `json:"bytes"`
}

// judged is what one implementation says to one case.
type judged struct {
	Name    string         `json:"name"`
	Library string         `json:"library"`
	Verdict string         `json:"verdict"`
	Value   map[string]any `json:"value,omitempty"`
	Steps   []step         `json:"steps,omitempty"` // a transcript with the answers in their places
	Ends    string         `json:"ends,omitempty"`  // how it ended what it refused
	Said    string         `json:"said,omitempty"`
}

// ---- bytes, with repetitions ----

type piece struct {
	hex   string
	times int
}
type pieces []piece

func (p pieces) MarshalJSON() ([]byte, error) {
	if len(p) == 0 {
		return []byte(`""`), nil
	}
	if len(p) == 1 && p[0].times == 1 {
		return json.Marshal(p[0].hex)
	}
	list := make([]any, len(p))
	for i, one := range p {
		if list[i] = one.hex; one.times != 1 {
			list[i] = map[string]any{"hex": one.hex, "times": one.times}
		}
	}
	return json.Marshal(list)
}

func (p *pieces) UnmarshalJSON(in []byte) error {
	var list []json.RawMessage
	if json.Unmarshal(in, &list) != nil {
		list = []json.RawMessage{in}
	}
	for _, raw := range list {
		one := piece{times: 1}
		if json.Unmarshal(raw, &one.hex) != nil {
			var repeat struct {
				Hex   string
				Times int
			}
			if err := json.Unmarshal(raw, &repeat); err != nil {
				return err
			}
			one = piece{repeat.Hex, repeat.Times}
		}
		*p = append(*p, one)
	}
	return nil
}

func (p pieces) bytes() []byte {
	var out []byte
	for _, one := range p {
		b := must(hex.DecodeString(one.hex))
		for range one.times {
			out = append(out, b...)
		}
	}
	return out
}

// raw is bytes as they are; neighbours are joined by cat.
func raw(b ...[]byte) pieces {
	return pieces{{hex.EncodeToString(joined(b...)), 1}}
}
func times(n int, b ...byte) pieces { return pieces{{hex.EncodeToString(b), n}} }
func cat(parts ...pieces) pieces {
	var out pieces
	for _, part := range parts {
		for _, one := range part {
			if n := len(out); n > 0 && one.times == 1 && out[n-1].times == 1 {
				out[n-1].hex += one.hex
			} else if one.hex != "" {
				out = append(out, one)
			}
		}
	}
	return out
}
func joined(b ...[]byte) []byte {
	var out []byte
	for _, one := range b {
		out = append(out, one...)
	}
	return out
}
func unhex(text string) []byte { return must(hex.DecodeString(strings.ReplaceAll(text, " ", ""))) }

// hexOf is how bytes stand in a value: a hash where they are many.
func hexOf(b []byte) string {
	if len(b) > 1024 {
		sum := sha256.Sum256(b)
		return "sha256:" + hex.EncodeToString(sum[:])
	}
	return hex.EncodeToString(b)
}

// ---- building cases ----

// table gives cases of one kind the fields that they share.
type table struct {
	protocol, kind, spec, source string
	cases                        []draft
}

func (t *table) add(name, note string, d draft) *draft {
	d.Name, d.Note = t.protocol+"/"+name, note
	if d.Kind == "" {
		d.Kind = t.kind
	}
	if d.Spec == "" {
		d.Spec = t.spec
	}
	if d.Source == "" {
		d.Source = version(t.source)
	}
	t.cases = append(t.cases, d)
	return &t.cases[len(t.cases)-1]
}
func (t *table) good(name, note string, b pieces) *draft { return t.add(name, note, draft{Bytes: &b}) }
func (t *table) bad(name, fault, note string, b pieces) *draft {
	return t.add(name, note, draft{Bytes: &b, Fault: fault})
}
func (t *table) goodText(name, note, text string) *draft {
	return t.add(name, note, draft{Text: &text})
}
func (t *table) badText(name, fault, note, text string) *draft {
	return t.add(name, note, draft{Text: &text, Fault: fault})
}

// ruled says that the specification decides.
func (d *draft) ruled(says string) *draft  { d.Says = says; return d }
func (d *draft) citing(spec string) *draft { d.Spec = spec; return d }
func (d *draft) from(source string) *draft { d.Source = source; return d }
func (d *draft) keep(why string) *draft    { d.Kept = why; return d }
func (d *draft) with(name string, v any) *draft {
	context := map[string]any{name: v}
	for k, old := range d.Context {
		if k != name {
			context[k] = old
		}
	}
	d.Context = context
	return d
}

const (
	accept = "accept"
	refuse = "refuse"
)

// ---- judging ----

type judgement func(*testing.T, *draft) (judged, error)

func judgeOne(t *testing.T, d *draft) (*judged, error) {
	judges := map[string]struct {
		library string
		run     judgement
	}{
		"uvarint":        {"go-varint", judgeUvarint},
		"multihash":      {"go-multihash", judgeMultihash},
		"peer_id":        {"go-libp2p", judgePeerID},
		"peer_id_text":   {"go-libp2p", judgePeerIDText},
		"public_key":     {"go-libp2p", judgePublicKey},
		"private_key":    {"go-libp2p", judgePrivateKey},
		"signature":      {"go-libp2p", judgeSignature},
		"multiaddr":      {"go-multiaddr", judgeMultiaddr},
		"multiaddr_text": {"go-multiaddr", judgeMultiaddrText},
		"envelope":       {"go-libp2p", judgeEnvelope},
		"peer_record":    {"go-libp2p", judgePeerRecord},
		"multistream":    {"go-multistream", judgeMultistream},
		"yamux":          {"go-yamux", judgeYamux},
		"noise_payload":  {"go-libp2p", judgeNoise},
		"plaintext":      {"go-libp2p", judgePlaintext},
		"identify":       {"go-libp2p", judgeIdentify},
		"pubsub_rpc":     {"go-libp2p-pubsub", judgeRPC},
		"signed_message": {"go-libp2p-pubsub", judgeMessage},
		"message_id":     {"go-libp2p-pubsub", judgeMessageID},
	}
	j, known := judges[d.Kind]
	if !known {
		return nil, fmt.Errorf("unknown kind %q", d.Kind)
	}
	said, err := j.run(t, d)
	if err != nil || said.Verdict == "" {
		return nil, err
	}
	said.Library = version(j.library)
	said.Said = oneLine(said.Said)
	return &said, nil
}

func accepted(value map[string]any) (judged, error) {
	return judged{Verdict: accept, Value: value}, nil
}
func refused(why error) (judged, error) { return judged{Verdict: refuse, Said: why.Error()}, nil }

// noOpinion: this implementation has no public code for the case.
func noOpinion() (judged, error) { return judged{}, nil }

func oneLine(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > 160 {
		text = text[:160]
	}
	return text
}

// ---- small things ----

// version is a library with the version that this program was built with.
var version = func() func(string) string {
	var once sync.Once
	known := map[string]string{}
	return func(library string) string {
		once.Do(func() {
			info, _ := debug.ReadBuildInfo()
			for _, dep := range info.Deps {
				parts := strings.Split(dep.Path, "/")
				name := parts[len(parts)-1]
				if len(parts) > 1 && len(name) < 3 && name[0] == 'v' {
					name = parts[len(parts)-2]
				}
				known[name] = strings.TrimPrefix(dep.Version, "v")
			}
		})
		if v, ok := known[library]; ok {
			return library + " " + v
		}
		return library
	}
}()

func must[T any](v T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, "govectors: a case cannot be built:", err)
		panic(err)
	}
	return v
}
func contextText(d *draft, name string) string { text, _ := d.Context[name].(string); return text }
func contextBytes(d *draft, name string) []byte {
	return must(hex.DecodeString(contextText(d, name)))
}
