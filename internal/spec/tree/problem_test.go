package tree

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestProblemError(t *testing.T) {
	for want, problem := range map[string]*Problem{
		"it is empty":                          {Message: "it is empty"},
		"it is empty; fill it":                 {Message: "it is empty", Remedy: "fill it"},
		"/paths/~1me: it is empty":             {Pointer: "/paths/~1me", Message: "it is empty"},
		"/paths/~1me: it is empty; fill it":    {"/paths/~1me", "it is empty", "fill it"},
		"/info/description: 100% wrong; %s it": {"/info/description", "100% wrong", "%s it"},
	} {
		if got := problem.Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestProblems(t *testing.T) {
	var problems Problems
	if err := problems.Err(); err != nil {
		t.Errorf("no problems: got error %v", err)
	}
	var lines []string
	for i := 1; i <= 23; i++ {
		problems.Add(fmt.Sprintf("/%d", i), "wrong", "fix it")
		lines = append(lines, fmt.Sprintf("/%d: wrong; fix it", i))
		want := strings.Join(lines, "\n")
		if i > 20 {
			want = strings.Join(lines[:20], "\n") + fmt.Sprintf("\nand %d more", i-20)
		}
		if got := problems.Err().Error(); got != want {
			t.Errorf("%d problems:\n%s\nwant\n%s", i, got, want)
		}
	}
	if all, ok := errors.AsType[Problems](fmt.Errorf("validate: %w", problems.Err())); !ok || len(all) != 23 {
		t.Errorf("got %d problems", len(all))
	}
}
