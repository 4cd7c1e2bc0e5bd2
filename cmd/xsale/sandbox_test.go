package main

import (
	"context"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// sandboxAnswers returns how a sandbox with these flags answers some requests without tokens: with a status, or not at all.
func sandboxAnswers(t *testing.T, flags ...string) (answers []string, header http.Header) {
	t.Helper()
	ctx, interrupt := context.WithCancel(t.Context())
	var stdout, stderr syncBuffer
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, append([]string{"sandbox", "--addr", "127.0.0.1:0"}, flags...), strings.NewReader(""), &stdout, &stderr)
	}()
	stderr.waitFor(t, "listens at")
	address := regexp.MustCompile(`XSALE_BASE_URL=(\S+)`).FindStringSubmatch(stdout.String())
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // which would repeat what is cut
	for range 12 {
		response, err := client.Get(address[1] + "/me")
		if err != nil {
			answers = append(answers, "cut")
			continue
		}
		_, err = io.Copy(io.Discard, response.Body)
		response.Body.Close()
		if err != nil {
			answers = append(answers, "cut")
			continue
		}
		answers, header = append(answers, strconv.Itoa(response.StatusCode)), response.Header
	}
	interrupt()
	if code := <-ended; code != exitOK {
		t.Errorf("exit code %d: %s", code, stderr.String())
	}
	return answers, header
}

func TestSandboxFlags(t *testing.T) {
	refused := slices.Repeat([]string{"401"}, 12)
	if answers, header := sandboxAnswers(t, "--latency", "1ms"); !slices.Equal(answers, refused) || header.Get("X-Sandbox-Addition") != "" {
		t.Errorf("%v, %v", answers, header)
	}
	if answers, header := sandboxAnswers(t, "--additions"); !slices.Equal(answers, refused) || header.Get("X-Sandbox-Addition") == "" {
		t.Errorf("%v, %v", answers, header)
	}
	first, _ := sandboxAnswers(t, "--faults", "0.7", "--seed", "5")
	again, _ := sandboxAnswers(t, "--faults", "0.7", "--seed", "5")
	other, _ := sandboxAnswers(t, "--faults", "0.7")
	if !slices.Equal(first, again) || slices.Equal(first, other) || slices.Equal(first, refused) {
		t.Errorf("%v\n%v\n%v", first, again, other)
	}
	execute(t, "", "sandbox", "--faults", "2").expect(t, exitFailed, "rate 2 is not between 0 and 1")
	execute(t, "", "sandbox", "--latency", "-1s").expect(t, exitFailed, "-1s is negative")
}
