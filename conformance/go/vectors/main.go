// Govectors writes conformance vectors with the code of go-libp2p and says what that code makes of
// vectors that others wrote. conformance/vectors/regenerate runs it; nothing here judges for lp2p.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"testing"

	"github.com/libp2p/go-libp2p/gologshim"
)

const usage = `usage: govectors write OUT          the cases that this program knows, one JSON line each
       govectors judge CASES OUT    what go-libp2p says to each line of CASES, one line each
`

func main() {
	args := os.Args[1:]
	if len(args) == 1 && (args[0] == "-h" || args[0] == "--help") {
		fmt.Print(usage)
		return
	}
	quiet := slog.NewTextHandler(io.Discard, nil)
	slog.SetDefault(slog.New(quiet))
	gologshim.SetDefaultHandler(quiet)
	switch {
	case len(args) == 2 && args[0] == "write":
		if err := write(args[1]); err != nil {
			fmt.Fprintln(os.Stderr, "govectors:", err)
			os.Exit(1)
		}
	case len(args) == 3 && args[0] == "judge":
		inTest(func(t *testing.T) error { return judge(t, args[1], args[2]) })
	default:
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
}

// inTest runs f with a testing.T, which testing/synctest asks for: in its bubbles every goroutine
// of a library is seen to wait, so that no transcript depends on how busy the machine is. It ends
// the program.
func inTest(f func(*testing.T) error) {
	os.Args = os.Args[:1]
	run := func(t *testing.T) {
		if err := f(t); err != nil {
			t.Error(err)
		}
	}
	testing.Main(func(string, string) (bool, error) { return true, nil }, []testing.InternalTest{{Name: "judge", F: run}}, nil, nil)
}

func write(path string) error {
	var all []draft
	for _, cases := range []func() []draft{
		uvarintCases, multihashCases, peerIDCases, keyCases, multiaddrCases, envelopeCases, recordCases,
		multistreamCases, yamuxCases, noiseCases, plaintextCases, identifyCases, rpcCases, messageCases,
		messageIDCases,
	} {
		all = append(all, cases()...)
	}
	return lines(path, len(all), func(i int) any { return all[i] })
}

func judge(t *testing.T, from, to string) error {
	file, err := os.Open(from)
	if err != nil {
		return err
	}
	defer file.Close()
	var all []judged
	in := bufio.NewScanner(file)
	in.Buffer(nil, 64<<20)
	for in.Scan() {
		var d draft
		if err := json.Unmarshal(in.Bytes(), &d); err != nil {
			return err
		}
		j, err := judgeOne(t, &d)
		if err != nil {
			return fmt.Errorf("%s: %w", d.Name, err)
		}
		if j != nil {
			j.Name = d.Name
			all = append(all, *j)
		}
	}
	if err := in.Err(); err != nil {
		return err
	}
	return lines(to, len(all), func(i int) any { return all[i] })
}

func lines(path string, n int, line func(int) any) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	out := json.NewEncoder(file)
	out.SetEscapeHTML(false)
	for i := range n {
		if err := out.Encode(line(i)); err != nil {
			return err
		}
	}
	return file.Close()
}
