// Command runner runs the scenarios of a file and prints what came back, one JSON line per step. It
// uses net/http only, like the runners in other languages.
package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

type scenario struct {
	Name  string            `json:"name"`
	Steps []json.RawMessage `json:"steps"`
}

type step struct {
	Login         map[string]string  `json:"login"`
	Call          string             `json:"call"`
	Control       string             `json:"control"`
	Proxy         string             `json:"proxy"`
	ReadOnlyProxy string             `json:"readOnlyProxy"`
	Together      []step             `json:"together"`
	Body          json.RawMessage    `json:"body"`
	Headers       map[string]*string `json:"headers"`
	Timeout       float64            `json:"timeout"`
	Times         int                `json:"times"`
	Keep          map[string]string  `json:"keep"`
	Expect        struct {
		Headers map[string]any `json:"headers"`
		Body    map[string]any `json:"body"`
		Text    any            `json:"text"`
	} `json:"expect"`
}

// seen is a line of the output.
type seen struct {
	Scenario     string             `json:"scenario"`
	Outcome      string             `json:"outcome"`
	Status       int                `json:"status"`
	Attempts     int                `json:"attempts"`
	Milliseconds int64              `json:"milliseconds"`
	Headers      map[string]*string `json:"headers"`
	Body         map[string]any     `json:"body"`
	Text         *string            `json:"text,omitempty"`
}

type reply struct {
	outcome  string
	status   int
	header   http.Header
	text     string
	data     any
	attempts int
}

// A Transport of net/http sends a GET again if its reused connection breaks, which would hide faults.
var httpClient = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

type request struct {
	base    string
	line    string // method and path
	headers map[string]*string
	body    []byte
	timeout float64
}

// send sends one request. Whatever comes back is a reply, also if it is nothing.
func (r request) send() (result reply) {
	result = reply{outcome: "no response", header: http.Header{}, attempts: 1}
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(cmp.Or(r.timeout, 60)*float64(time.Second)))
	defer cancel()
	method, path, _ := strings.Cut(r.line, " ")
	sent, err := http.NewRequestWithContext(ctx, method, r.base+path, bytes.NewReader(r.body))
	if err != nil {
		log.Fatal(err)
	}
	for name, value := range r.headers {
		if value != nil {
			sent.Header.Set(name, *value)
		}
	}
	sent.Host = sent.Header.Get("Host")
	response, err := httpClient.Do(sent)
	if err == nil {
		defer response.Body.Close()
		result.outcome, result.status, result.header = "incomplete response", response.StatusCode, response.Header
		var content []byte
		content, err = io.ReadAll(response.Body)
		result.text = string(content)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		result.outcome = "timeout"
	}
	if err != nil {
		return result
	}
	result.outcome = "response"
	mediaType, _, _ := mime.ParseMediaType(result.header.Get("Content-Type"))
	if result.text != "" && strings.HasSuffix(mediaType, "json") && json.Unmarshal([]byte(result.text), &result.data) != nil {
		result.outcome = "not JSON"
	}
	return result
}

// sendPatiently waits as long as the server asks for, up to three times.
func (r request) sendPatiently() reply {
	for attempt := 1; ; attempt++ {
		result := r.send()
		result.attempts = attempt
		wait, asked := result.wait()
		if result.status != 429 && result.status != 503 || !asked || attempt == 4 {
			return result
		}
		time.Sleep(wait)
	}
}

// wait returns what Retry-After asks for, by the clock of the server.
func (r reply) wait() (wait time.Duration, asked bool) {
	hint := r.header.Get("Retry-After")
	if seconds, err := strconv.Atoi(hint); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	date, err := http.ParseTime(hint)
	now, dateErr := http.ParseTime(r.header.Get("Date"))
	return max(0, date.Sub(now)), err == nil && dateErr == nil
}

// client keeps its tokens until the API rejects them.
type client struct {
	tokens *struct {
		Access string `json:"access_token"`
		ID     string `json:"id_token"`
	}
}

func (c *client) login(changes map[string]string) reply {
	form := url.Values{"grant_type": {"password"}}
	for _, name := range []string{"client_id", "client_secret", "username", "password", "audience", "scope"} {
		form.Set(name, os.Getenv("XSALE_"+strings.ToUpper(name)))
	}
	for name, value := range changes {
		form.Set(name, value)
	}
	mediaType := "application/x-www-form-urlencoded"
	result := request{os.Getenv("XSALE_TOKEN_URL"), "POST ", map[string]*string{"Content-Type": &mediaType}, []byte(form.Encode()), 0}.sendPatiently()
	if result.status == http.StatusOK && result.outcome == "response" {
		if err := json.Unmarshal([]byte(result.text), &c.tokens); err != nil {
			log.Fatal(err)
		}
	}
	return result
}

func (c *client) call(r request) reply {
	for attempts, loggedIn := 0, false; ; {
		if c.tokens == nil {
			if result := c.login(nil); c.tokens == nil {
				result.attempts = attempts
				return result
			}
		}
		bearer := "Bearer " + c.tokens.Access
		authorized := r
		authorized.headers = map[string]*string{"Authorization": &bearer, "x-id-token": &c.tokens.ID}
		maps.Copy(authorized.headers, r.headers)
		result := authorized.sendPatiently()
		attempts += result.attempts
		result.attempts = attempts
		broken := result.outcome == "no response" || result.outcome == "incomplete response"
		switch {
		case result.status == http.StatusUnauthorized && !loggedIn:
			c.tokens, loggedIn = nil, true
		case !broken || !strings.HasPrefix(r.line, "GET ") || attempts >= 3:
			return result // only a GET is harmless if the server has processed it already
		}
	}
}

func (c *client) run(s step) (result reply, duration time.Duration) {
	r := request{headers: map[string]*string{}, body: s.Body, timeout: s.Timeout}
	if s.Body != nil {
		mediaType := "application/json"
		r.headers["Content-Type"] = &mediaType
	}
	start := time.Now()
	switch {
	case s.Login != nil:
		result = c.login(s.Login)
	case s.Call != "":
		r.base, r.line = os.Getenv("XSALE_BASE_URL"), s.Call
		maps.Copy(r.headers, s.Headers)
		result = c.call(r)
	case s.Control != "":
		r.base, r.line = os.Getenv("XSALE_BASE_URL")+"/_sandbox", s.Control
		maps.Copy(r.headers, s.Headers)
		result = r.send()
	default:
		variables := "XSALE_PROXY_"
		if s.ReadOnlyProxy != "" {
			variables = "XSALE_READ_ONLY_PROXY_"
		}
		secret := os.Getenv(variables + "SECRET")
		r.base, r.line = os.Getenv(variables+"URL"), s.Proxy+s.ReadOnlyProxy
		r.headers["Xsale-Proxy-Secret"] = &secret
		maps.Copy(r.headers, s.Headers)
		result = r.send()
	}
	return result, time.Since(start)
}

// show prints what a step expects something of.
func (s step) show(name string, r reply, duration time.Duration) {
	line := seen{name, r.outcome, r.status, r.attempts, duration.Milliseconds(), map[string]*string{}, map[string]any{}, nil}
	for name := range s.Expect.Headers {
		line.Headers[name] = nil
		if values := r.header.Values(name); values != nil {
			line.Headers[name] = &values[0]
		}
	}
	for pointer := range s.Expect.Body {
		line.Body[pointer] = read(r.data, pointer)
	}
	if s.Expect.Text != nil {
		line.Text = &r.text
	}
	if err := json.NewEncoder(os.Stdout).Encode(line); err != nil {
		log.Fatal(err)
	}
}

// read returns the value at a JSON pointer, or nil. The length of an array is at its end.
func read(data any, pointer string) any {
	for _, key := range strings.Split(pointer, "/")[1:] {
		switch value := data.(type) {
		case []any:
			index, err := strconv.Atoi(key)
			switch {
			case key == "length":
				data = len(value)
			case err == nil && index < len(value):
				data = value[index]
			default:
				return nil
			}
		case map[string]any:
			data = value[key]
		default:
			return nil
		}
	}
	return data
}

func (s scenario) run() {
	c := &client{}
	values := map[string]string{"organization": os.Getenv("XSALE_ORGANIZATION")}
	for _, template := range s.Steps {
		text := os.Expand(string(template), func(name string) string { return values[name] })
		var current step
		if err := json.Unmarshal([]byte(text), &current); err != nil {
			log.Fatalf("%s: %v", s.Name, err)
		}
		if current.Together != nil {
			replies, durations := make([]reply, len(current.Together)), make([]time.Duration, len(current.Together))
			var running sync.WaitGroup
			for i, each := range current.Together {
				running.Go(func() { replies[i], durations[i] = c.run(each) })
			}
			running.Wait()
			for i, each := range current.Together {
				each.show(s.Name, replies[i], durations[i])
			}
			continue
		}
		for range max(current.Times, 1) {
			result, duration := c.run(current)
			current.show(s.Name, result, duration)
			for name, pointer := range current.Keep {
				text, err := json.Marshal(read(result.data, pointer))
				if err != nil {
					log.Fatal(err)
				}
				values[name] = strings.Trim(string(text), `"`)
			}
		}
	}
}

func main() {
	data, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	var scenarios []scenario
	if err := json.Unmarshal(data, &scenarios); err != nil {
		log.Fatal(err)
	}
	for _, each := range scenarios {
		each.run()
	}
}
