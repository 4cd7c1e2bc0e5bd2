package wire_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

const randomRounds = 2000

// newRandom returns a source of random values whose seed stands in the log of a test that fails.
func newRandom(t *testing.T) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// sameJSON reports whether both texts are the same JSON value. Numbers are compared by their text, so that 1.0 is not
// 1.00, and no digit beyond a float is overlooked.
func sameJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	return reflect.DeepEqual(decodeJSON(t, a), decodeJSON(t, b))
}

func decodeJSON(t *testing.T, data []byte) any {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	return value
}

func mustUnmarshal(t *testing.T, data string, target any) {
	t.Helper()
	if err := json.Unmarshal([]byte(data), target); err != nil {
		t.Fatalf("%s: %v", data, err)
	}
}

func mustMarshal(t *testing.T, value any) string {
	t.Helper()
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// randomNumber returns a number as JSON allows it, more often than not beyond what a float64 holds.
func randomNumber(random *rand.Rand) string {
	var text strings.Builder
	if random.IntN(3) == 0 {
		text.WriteByte('-')
	}
	if random.IntN(4) == 0 {
		text.WriteByte('0')
	} else {
		text.WriteByte('1' + byte(random.IntN(9)))
		writeDigits(&text, random, random.IntN(30))
	}
	if random.IntN(2) == 0 {
		text.WriteByte('.')
		writeDigits(&text, random, 1+random.IntN(30))
	}
	if random.IntN(4) == 0 {
		text.WriteByte("eE"[random.IntN(2)])
		text.WriteString([]string{"", "+", "-"}[random.IntN(3)])
		fmt.Fprintf(&text, "%0*d", 1+random.IntN(4), random.IntN(401))
	}
	return text.String()
}

func writeDigits(text *strings.Builder, random *rand.Rand, count int) {
	for range count {
		text.WriteByte('0' + byte(random.IntN(10)))
	}
}

// randomText returns a text with characters that JSON escapes and characters of several bytes.
func randomText(random *rand.Rand) string {
	const letters = `abcXYZ019 .-_"\/<>&'{}[]:,ąćęłńóśźż€😀` + "\t\n\u0000\u2028\ufffd"
	runes := []rune(letters)
	text := make([]rune, random.IntN(12))
	for i := range text {
		text[i] = runes[random.IntN(len(runes))]
	}
	return string(text)
}
