package main

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/multiformats/go-multistream"
	"github.com/multiformats/go-varint"
)

const (
	multistreamSpec = "connections, \"multistream-select\""
	headerLine      = "/multistream/1.0.0"
)

// line is one message of multistream-select.
func line(text string) []byte { return prefixed([]byte(text + "\n")) }

// talk is a transcript: what the peer sends, one step after the other, and then its end.
func (t *table) talk(name, note, role string, protocols []string, steps ...pieces) *draft {
	d := t.add(name, note, draft{Steps: peerSteps(steps...)})
	return d.with("role", role).with("protocols", protocols)
}
func peerSteps(steps ...pieces) []step {
	var all []step
	for _, s := range steps {
		all = append(all, step{"peer", s})
	}
	return all
}
func (d *draft) fails(fault string) *draft { d.Fault = fault; return d }

func multistreamCases() []draft {
	t := table{protocol: "multistream", kind: "multistream", source: "go-multistream", spec: multistreamSpec}
	listenerCases(&t)
	dialerCases(&t)
	return t.cases
}

func listenerCases(t *table) {
	serves := []string{"/a/1", "/b/1"}
	header := line(headerLine)
	listen := func(name, note string, steps ...pieces) *draft {
		return t.talk("listener_"+name, note, "listener", serves, steps...)
	}
	listen("first", "the first proposal is served", raw(header), raw(line("/a/1"))).ruled(accept)
	listen("at_once", "header and proposal in one piece", raw(header, line("/b/1"))).ruled(accept)
	listen("early_data", "bytes behind the proposal belong to the protocol", raw(header, line("/a/1"), []byte("hello"))).ruled(accept)
	listen("second", "na to the first, the second is served", raw(header), raw(line("/x/1")), raw(line("/b/1"))).ruled(accept)
	listen("many", "na to five, the sixth is served", raw(header, line("/1"), line("/2"), line("/3"), line("/4"), line("/5"), line("/a/1"))).ruled(accept)
	listen("prefix_of_ours", "a name that begins like ours is another name", raw(header, line("/a/1.1"), line("/a"), line("/a/1"))).ruled(accept)
	listen("upper_case", "names are compared byte for byte", raw(header, line("/A/1"), line("/a/1"))).ruled(accept)
	listen("without_slash", "a name without a slash, which nobody serves", raw(header, line("a/1"), line("/a/1")))
	listen("ls", "the old question for a list", raw(header, line("ls"), line("/a/1")))
	listen("header_again", "a second header in place of a proposal", raw(header, header, line("/a/1")))
	listen("na_proposed", "na as a proposal", raw(header, line("na"), line("/a/1")))
	listen("simultaneous_open", "the proposal of simultaneous open, which is nobody's any more", raw(header, line("/libp2p/simultaneous-connect"), line("/a/1"))).ruled(accept)
	listen("longest", "a name of 1023 bytes, which nobody serves", cat(raw(header, varint.ToUvarint(1024), []byte("/")), times(1022, 'a'), raw([]byte("\n"), line("/a/1")))).ruled(accept)
	listen("spaces_behind", "a space is part of the name", raw(header, line("/a/1 "), line("/a/1"))).ruled(accept)
	listen("carriage_return", "a carriage return is part of the name", raw(header, line("/a/1\r"), line("/a/1"))).ruled(accept)

	listen("silent", "the peer says nothing and leaves").ruled(refuse).fails("ended_early")
	listen("header_only", "the peer leaves after its header", raw(header)).ruled(refuse).fails("ended_early")
	listen("header_cut", "the peer leaves within its header", raw(header[:9])).ruled(refuse).fails("ended_early")
	listen("proposal_cut", "the peer leaves within its proposal", raw(header, line("/a/1")[:3])).ruled(refuse).fails("ended_early")
	listen("none_served", "na to all, and the peer leaves", raw(header, line("/x/1"), line("/y/1"))).ruled(refuse).fails("none_agreed")
	listen("header_version_2", "another version", raw(line("/multistream/2.0.0"), line("/a/1"))).ruled(refuse).fails("wrong_header")
	listen("header_missing", "the proposal comes first", raw(line("/a/1"))).ruled(refuse).fails("wrong_header")
	listen("header_space", "a space behind the header", raw(line(headerLine+" "), line("/a/1"))).ruled(refuse).fails("wrong_header")
	listen("header_no_newline", "19 bytes, but the last is no newline", raw([]byte{19}, []byte(headerLine+"/"), line("/a/1"))).ruled(refuse).fails("bad_token")
	listen("http", "another protocol on the port", raw([]byte("GET / HTTP/1.1\r\n\r\n"))).ruled(refuse).fails("wrong_header")
	listen("tls", "a ClientHello", raw(unhex("16030100c8010000c40303"))).ruled(refuse).fails("wrong_header")
	listen("empty_line", "length 0: not even a newline", raw(header, []byte{0}, line("/a/1"))).ruled(refuse).fails("bad_token")
	listen("empty_name", "a newline and nothing else", raw(header, line(""), line("/a/1")))
	listen("no_newline", "a proposal that does not end in a newline", raw(header, []byte{5}, []byte("/a/1/"))).ruled(refuse).fails("bad_token")
	listen("newline_inside", "two names in one message", raw(header, line("/a/1\n/b/1"), line("/b/1")))
	listen("not_utf8", "a name that is not UTF-8", raw(header, line("/\xff\xfe"), line("/a/1")))
	listen("length_1025", "one byte over what go and js read", cat(raw(header, varint.ToUvarint(1025), []byte("/")), times(1023, 'a'), raw([]byte("\n"), line("/a/1")))).fails("token_too_long")
	listen("length_16383", "the most that rust reads", cat(raw(header, varint.ToUvarint(16383), []byte("/")), times(16381, 'a'), raw([]byte("\n"), line("/a/1")))).fails("token_too_long")
	listen("length_16384", "a length of three bytes", raw(header, varint.ToUvarint(16384), []byte("/"))).fails("token_too_long")
	listen("length_huge", "2^62", raw(header, varint.ToUvarint(1<<62), []byte("/"))).fails("token_too_long")
	listen("length_not_minimal", "5 in two bytes", raw(header, []byte{0x85, 0}, []byte("/a/1\n"))).ruled(refuse).fails("bad_length").
		citing("multiformats/unsigned-varint, \"Format\"")
	listen("garbage_after_na", "what was written behind a proposal that is refused", raw(header, line("/x/1"), []byte("\xff\xff\xff some data"))).fails("none_agreed")
}

func dialerCases(t *table) {
	header := line(headerLine)
	one, two := []string{"/a/1"}, []string{"/a/1", "/b/1"}
	dial := func(name, note string, protocols []string, steps ...pieces) *draft {
		return t.talk("dialer_"+name, note, "dialer", protocols, steps...)
	}
	dial("agreed", "header, then the echo", one, raw(header), raw(line("/a/1"))).ruled(accept)
	dial("at_once", "header and echo in one piece", one, raw(header, line("/a/1"))).ruled(accept)
	dial("early_data", "bytes behind the echo belong to the protocol", one, raw(header, line("/a/1"), []byte("hello"))).ruled(accept)
	dial("second", "na, then the second is echoed", two, raw(header), raw(line("na")), raw(line("/b/1"))).ruled(accept)
	dial("refused", "na to the only proposal", one, raw(header), raw(line("na"))).ruled(refuse).fails("not_supported")
	dial("refused_all", "na to both", two, raw(header), raw(line("na")), raw(line("na"))).ruled(refuse).fails("not_supported")
	dial("silent", "the peer leaves without a word", one).ruled(refuse).fails("ended_early")
	dial("header_only", "the peer leaves after its header", one, raw(header)).ruled(refuse).fails("ended_early")
	dial("answer_cut", "the peer leaves within its answer", one, raw(header, line("/a/1")[:3])).ruled(refuse).fails("ended_early")
	dial("header_version_2", "another version", one, raw(line("/multistream/2.0.0"), line("/a/1"))).ruled(refuse).fails("wrong_header")
	dial("header_missing", "the echo comes first", one, raw(line("/a/1"))).ruled(refuse).fails("wrong_header")
	dial("header_twice", "the header again in place of an answer", one, raw(header, header, line("/a/1"))).fails("unexpected_answer")
	dial("other_name", "the echo of something that was not proposed", one, raw(header, line("/b/1"))).ruled(refuse).fails("unexpected_answer")
	dial("list", "a list in place of an answer", one, raw(header, prefixed(joined(line("/a/1"), []byte("\n"))))).fails("unexpected_answer")
	dial("no_newline", "an answer that does not end in a newline", one, raw(header, []byte{5}, []byte("/a/1/"))).ruled(refuse).fails("bad_token")
	dial("empty_line", "length 0", one, raw(header, []byte{0})).ruled(refuse).fails("bad_token")
	dial("empty_name", "a newline and nothing else", one, raw(header, line(""))).ruled(refuse).fails("unexpected_answer")
	dial("length_1025", "an answer of 1025 bytes", one, cat(raw(header, varint.ToUvarint(1025), []byte("/")), times(1023, 'a'), raw([]byte("\n")))).ruled(refuse).fails("token_too_long")
	dial("length_not_minimal", "5 in two bytes", one, raw(header, []byte{0x85, 0}, []byte("/a/1\n"))).ruled(refuse).fails("bad_length").
		citing("multiformats/unsigned-varint, \"Format\"")
	dial("na_with_space", "na and a space is no na", one, raw(header, line("na "))).ruled(refuse).fails("unexpected_answer")
	dial("http", "another protocol on the port", one, raw([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))).ruled(refuse).fails("wrong_header")
}

func judgeMultistream(t *testing.T, d *draft) (judged, error) {
	var protocols []string
	for _, p := range d.Context["protocols"].([]any) {
		protocols = append(protocols, p.(string))
	}
	var said judged
	inBubble(t, func() {
		pipe := newMemory()
		var agreed string
		var err error
		done := make(chan struct{})
		go func() {
			defer close(done)
			if contextText(d, "role") == "dialer" {
				agreed, err = multistream.SelectOneOf(protocols, pipe)
				return
			}
			muxer := multistream.NewMultistreamMuxer[string]()
			for _, p := range protocols {
				muxer.AddHandler(p, nil)
			}
			agreed, _, err = muxer.Negotiate(pipe)
		}()
		said.Steps = walk(d.Steps, pipe)
		pipe.end()
		synctest.Wait()
		<-done
		said.Steps = answered(said.Steps, pipe.answer())
		if err != nil {
			said.Verdict, said.Said = refuse, strings.ReplaceAll(err.Error(), "\n", " ")
			return
		}
		said.Verdict = accept
		said.Value = map[string]any{"agreed": agreed, "sent": hexOf(sent(said.Steps)), "rest": hexOf(pipe.rest())}
	})
	return said, nil
}

// inBubble runs f where synctest.Wait waits until every goroutine that f started waits too.
func inBubble(t *testing.T, f func()) { synctest.Test(t, func(*testing.T) { f() }) }

// walk feeds a transcript step by step and puts the answers in between.
func walk(steps []step, pipe *memory) []step {
	var told []step
	synctest.Wait()
	told = answered(told, pipe.answer())
	for _, s := range steps {
		if s.From != "peer" {
			continue
		}
		told = append(told, s)
		pipe.feed(s.Bytes.bytes())
		synctest.Wait()
		told = answered(told, pipe.answer())
	}
	return told
}

func answered(steps []step, answer []byte) []step {
	if len(answer) == 0 {
		return steps
	}
	return append(steps, step{"self", raw(answer)})
}

func sent(steps []step) []byte {
	var all []byte
	for _, s := range steps {
		if s.From == "self" {
			all = append(all, s.Bytes.bytes()...)
		}
	}
	return all
}
