package orders

import (
	"fmt"
	"hash/fnv"
)

// chance decides everything from a seed, so a simulation can be repeated.
type chance uint64

// of returns a number in [0, 1) that depends on the seed and the purpose.
func (c chance) of(parts ...any) float64 {
	h := fnv.New64a()
	fmt.Fprintln(h, uint64(c))
	fmt.Fprintln(h, parts...)
	x := h.Sum64() // its high bits depend little on the last bytes
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return float64((x^x>>31)>>11) / (1 << 53)
}

// below returns a number in [0, n).
func (c chance) below(n int, parts ...any) int { return int(c.of(parts...) * float64(n)) }
