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

// newRandom logs its seed, so that a failure can be reproduced.
func newRandom(t *testing.T) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// sameJSON reports whether a and b are the same JSON value. It compares numbers as strings, so 1.0
// differs from 1.00 and every digit counts.
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

// randomNumber returns a JSON number that a float64 can rarely represent.
func randomNumber(random *rand.Rand) string {
	var b strings.Builder
	if random.IntN(3) == 0 {
		b.WriteByte('-')
	}
	if random.IntN(4) == 0 {
		b.WriteByte('0')
	} else {
		b.WriteByte('1' + byte(random.IntN(9)))
		writeDigits(&b, random, random.IntN(30))
	}
	if random.IntN(2) == 0 {
		b.WriteByte('.')
		writeDigits(&b, random, 1+random.IntN(30))
	}
	if random.IntN(4) == 0 {
		b.WriteByte("eE"[random.IntN(2)])
		b.WriteString([]string{"", "+", "-"}[random.IntN(3)])
		fmt.Fprintf(&b, "%0*d", 1+random.IntN(4), random.IntN(401))
	}
	return b.String()
}

func writeDigits(b *strings.Builder, random *rand.Rand, count int) {
	for range count {
		b.WriteByte('0' + byte(random.IntN(10)))
	}
}

// randomString returns a string with characters that JSON escapes and multibyte characters.
func randomString(random *rand.Rand) string {
	const letters = `abcXYZ019 .-_"\/<>&'{}[]:,ąćęłńóśźż€😀` + "\t\n\u0000\u2028\ufffd"
	runes := []rune(letters)
	s := make([]rune, random.IntN(12))
	for i := range s {
		s[i] = runes[random.IntN(len(runes))]
	}
	return string(s)
}
