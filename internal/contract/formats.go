package contract

import (
	"encoding/base64"
	"iter"
	"maps"
	"regexp"
	"slices"

	"github.com/xsale-go/xsale/internal/ecmare"
	"github.com/xsale-go/xsale/internal/spec/model"
	"github.com/xsale-go/xsale/internal/spec/tree"
	"github.com/xsale-go/xsale/wire"
)

// format is a string format, checked as strictly as the types of this module read it.
type format struct {
	accepts func(string) bool
	example string
}

// formats are the checked formats. Others, such as email and uri, are not checked: the vendor's
// data has odd ones.
var formats = map[string]format{
	"date":      {validDateTime, ", such as 2024-10-25"},
	"date-time": {validDateTime, ", such as 2024-10-25T08:15:00"},
	"byte":      {validBase64, ", that is base64"},
	"uuid":      {uuid.MatchString, ""},
}

// noRule are formats that allow every string.
var noRule = []string{"binary", "password"}

// UncheckedFormats returns the string formats of the spec that are not checked, sorted.
func (d *Document) UncheckedFormats() []string { return d.unchecked() }

func uncheckedFormats(document tree.Object) []string {
	unchecked := make(map[string]bool)
	addUnchecked(document, unchecked)
	return slices.Sorted(maps.Keys(unchecked))
}

func addUnchecked(value any, unchecked map[string]bool) {
	switch value := value.(type) {
	case map[string]any:
		format, ok := value["format"].(string)
		if _, checked := formats[format]; ok && !checked && value["type"] == model.String && !slices.Contains(noRule, format) {
			unchecked[format] = true
		}
		for _, field := range value {
			addUnchecked(field, unchecked)
		}
	case []any:
		for _, element := range value {
			addUnchecked(element, unchecked)
		}
	}
}

// Formats yields the checked formats, for package rare.
func Formats() iter.Seq2[string, func(string) bool] {
	return func(yield func(string, func(string) bool) bool) {
		for name, f := range formats {
			if !yield(name, f.accepts) {
				return
			}
		}
	}
}

// validDateTime accepts a date without a time, and a time without a zone, in either format,
// because ASP.NET writes both.
func validDateTime(value string) bool {
	_, err := wire.ParseDateTime(value)
	return err == nil
}

func validBase64(value string) bool {
	_, err := base64.StdEncoding.DecodeString(value)
	return err == nil
}

var (
	uuid          = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	printableType = regexp.MustCompile(`^[a-z]{1,20}/[a-z][a-z.+-]{0,40}$`)
)

// pattern returns the compiled pattern, or nil for one of .NET that Go cannot compile.
func (d *Document) pattern(source string) *regexp.Regexp {
	if cached, ok := d.patterns.Load(source); ok {
		return cached.(*regexp.Regexp)
	}
	compiled, _ := ecmare.Compile(source)
	d.patterns.Store(source, compiled)
	return compiled
}
