package output

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/itchyny/gojq"
)

// program prints what it makes of a JSON document.
type program interface {
	run(ctx context.Context, out io.Writer, document []byte) error
}

// jqProgram is a compiled jq filter. It reads no environment, files or modules.
type jqProgram struct{ code *gojq.Code }

func compileJQ(filter string) (program, error) {
	query, err := gojq.Parse(filter)
	if syntax, ok := errors.AsType[*gojq.ParseError](err); ok {
		if syntax.Token == "" {
			return nil, errors.New("--jq: the filter ends too early: a bracket, quote or 'end' may be missing")
		}
		before := filter[:max(0, min(len(filter), syntax.Offset)-len(syntax.Token))]
		line := strings.Count(before, "\n") + 1
		column := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
		return nil, fmt.Errorf("--jq: unexpected %q in line %d, column %d", syntax.Token, line, column)
	}
	var code *gojq.Code
	if err == nil {
		code, err = gojq.Compile(query)
	}
	if err != nil {
		return nil, fmt.Errorf("--jq: %w", err)
	}
	return jqProgram{code}, nil
}

// run prints each result on a line: strings without quotes, as jq -r does, and anything else as JSON.
// Numbers that the filter passes on keep their digits.
func (p jqProgram) run(ctx context.Context, out io.Writer, document []byte) error {
	value, err := decode(document)
	if err != nil {
		return err
	}
	results := p.code.RunWithContext(ctx, value)
	for {
		result, ok := results.Next()
		if !ok {
			return nil
		}
		switch result := result.(type) {
		case *gojq.HaltError:
			switch value := result.Value().(type) {
			case nil: // halt
				return nil
			case string:
				return fmt.Errorf("--jq: %s", strings.TrimSpace(value))
			}
			return errors.New("--jq: the filter calls halt_error")
		case error:
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return fmt.Errorf("--jq: %s", withoutValues(result))
		case string:
			_, err = io.WriteString(out, result+"\n")
		default:
			var encoded []byte
			if encoded, err = gojq.Marshal(result); err == nil {
				_, err = out.Write(append(encoded, '\n'))
			}
		}
		if err != nil {
			return err
		}
	}
}

// previews match the values in errors of jq, which may be personal data.
var (
	twoPreviews = regexp.MustCompile(`(?s)(null|boolean|number|string|array|object) \(.*\) and (null|boolean|number|string|array|object) \(.*\)$`)
	onePreview  = regexp.MustCompile(`(?s)(null|boolean|number|string|array|object) \(.*\)$`)
)

// withoutValues returns the text of an error, without values unless the filter raised it.
func withoutValues(err error) string {
	text := err.Error()
	if _, ok := errors.AsType[gojq.ValueError](err); ok {
		return text
	}
	return onePreview.ReplaceAllString(twoPreviews.ReplaceAllString(text, "$1 and $2"), "$1")
}

// decode returns a JSON document with its numbers as they are written.
func decode(document []byte) (value any, err error) {
	decoder := json.NewDecoder(strings.NewReader(string(document)))
	decoder.UseNumber()
	err = decoder.Decode(&value)
	return value, err
}
