package contract

import (
	"encoding/base64"
	"errors"
	"regexp"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/xsale-go/xsale/wire"
)

// format is a format of strings that the types of this module read, as strictly as they do.
type format struct {
	accepts func(string) bool
	example string
}

var formats = map[string]format{
	"date":      {isDateTime, ", such as 2024-10-25"},
	"date-time": {isDateTime, ", such as 2024-10-25T08:15:00"},
	"byte":      {isBase64, ", that is base64"},
	"uuid":      {isUUID.MatchString, ""},
}

// libraryFormats are the same for what the library checks. Its own registry of formats is one of the process, which a
// package must not change.
var libraryFormats = func() map[string]openapi3.StringFormatValidator {
	validators := make(map[string]openapi3.StringFormatValidator)
	for name, f := range formats {
		validators[name] = openapi3.NewCallbackValidator(func(text string) error {
			if !f.accepts(text) {
				return errors.New("another format")
			}
			return nil
		})
	}
	return validators
}()

// isDateTime accepts a date without a time and a time without a zone in either format, because ASP.NET writes both.
func isDateTime(text string) bool {
	_, err := wire.ParseDateTime(text)
	return err == nil
}

func isBase64(text string) bool {
	_, err := base64.StdEncoding.DecodeString(text)
	return err == nil
}

var (
	isUUID      = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	isMediaType = regexp.MustCompile(`^[a-z]{1,20}/[a-z][a-z.+-]{0,40}$`)
)

// pattern returns the compiled pattern, nil for one that .NET knows and Go does not.
func (d *Document) pattern(text string) *regexp.Regexp {
	if cached, ok := d.patterns.Load(text); ok {
		return cached.(*regexp.Regexp)
	}
	compiled, err := regexp.Compile(text)
	if err != nil {
		compiled = nil
	}
	d.patterns.Store(text, compiled)
	return compiled
}
