package redact_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/xsale-go/xsale/internal/redact"
)

const (
	header  = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9."
	access  = header + "eyJpc3MiOiJodHRwczovL2xvZ2luIiwiYXVkIjoiYSJ9.c2lnbmF0dXJlLW9mLXRoZS1hY2Nlc3MtdG9rZW4"
	id      = header + "eyJpc3MiOiJodHRwczovL2xvZ2luIiwiYXVkIjoiYiJ9.c2lnbmF0dXJlLW9mLXRoZS1pZC10b2tlbg"
	foreign = header + "eyJzdWIiOiJhbm90aGVyIn0.c2ln"
)

func TestLiteralText(t *testing.T) {
	secrets := redact.Literals{access, id}
	for name, test := range map[string]struct{ text, kept string }{
		"none":            {"nothing to hide, not even " + header, "nothing to hide, not even " + header},
		"one":             {"<" + access + ">", "<>"},
		"both":            {access + id, ""},
		"twice":           {id + " and " + id, " and "},
		"cut off":         {"…" + access[:len(header)+20], "…"},
		"another token":   {foreign, foreign},
		"after a half":    {access[:10] + access, access[:10]},
		"almost at start": {access[:len(header)+10] + "!", access[:len(header)+10] + "!"},
	} {
		t.Run(name, func(t *testing.T) {
			clean := secrets.Text(test.text)
			if len(clean) != len(test.text) {
				t.Errorf("length %d, want %d", len(clean), len(test.text))
			}
			if kept := strings.NewReplacer(redact.Mark, "", "*", "").Replace(clean); kept != test.kept {
				t.Errorf("%s, want %s", kept, test.kept)
			}
		})
	}
}

// However a body is split, its reader sees what Text returns.
func TestLiteralReader(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	secrets := redact.Literals{access, id, "short"}
	pieces := []string{access, id, foreign, "short", "sho", header, access[:30], access[:len(access)-1], "{\"A\":1}", strings.Repeat("x", 4500), "e", "ey"}
	for range 50 {
		var text strings.Builder
		for range random.IntN(12) {
			text.WriteString(pieces[random.IntN(len(pieces))])
		}
		want := secrets.Text(text.String())
		for name, source := range map[string]io.Reader{
			"whole":          strings.NewReader(text.String()),
			"bytes":          iotest.OneByteReader(strings.NewReader(text.String())),
			"halves":         iotest.HalfReader(strings.NewReader(text.String())),
			"data with EOF":  iotest.DataErrReader(strings.NewReader(text.String())),
			"small receiver": struct{ io.Reader }{iotest.OneByteReader(secrets.Reader(strings.NewReader(text.String())))},
		} {
			got, err := io.ReadAll(secrets.Reader(source))
			if err != nil || string(got) != want {
				t.Fatalf("%s: %v\n%s\nwant\n%s", name, err, got, want)
			}
		}
	}
}

// A reader passes on at once what cannot be a secret, and the error of its source after the rest.
func TestLiteralReaderPassesOn(t *testing.T) {
	source, server := io.Pipe()
	clean := redact.Literals{access}.Reader(source)
	go func() {
		server.Write([]byte("data: 1\n\n"))
		server.Write([]byte("data: " + access[:50]))
		server.CloseWithError(io.ErrUnexpectedEOF)
	}()
	part := make([]byte, 100)
	if n, err := clean.Read(part); string(part[:n]) != "data: 1\n\n" || err != nil {
		t.Errorf("%q, %v", part[:n], err)
	}
	rest, err := io.ReadAll(clean)
	if err != io.ErrUnexpectedEOF || !bytes.HasPrefix(rest, []byte("data: ")) {
		t.Errorf("%q, %v", rest, err)
	}
}
