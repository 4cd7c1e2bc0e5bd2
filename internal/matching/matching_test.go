package matching

import (
	"math/rand/v2"
	"regexp"
	"testing"
)

func TestString(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, pattern := range []string{
		``, `^\d{10}$`, `^[A-Z]{2}\d{6}$`, `^(a|bc)+x?y*$`, `^[^@]+@[a-z.]{3,}$`, `(?i)^oak$`, `^\p{L}.\s$`, `^(?:1[0-2]|0[1-9])-[\w-]{2,}$`, "^[\u0105-\u017c]$",
	} {
		compiled := regexp.MustCompile(pattern)
		for range 100 {
			if s, ok := String(random, pattern); !ok || !compiled.MatchString(s) {
				t.Fatalf("%s: %q", pattern, s)
			}
		}
	}
	for _, pattern := range []string{`(?<=a)b`, `[`, `(?=a)`} {
		if s, ok := String(random, pattern); ok {
			t.Errorf("%s: %q", pattern, s)
		}
	}
}
