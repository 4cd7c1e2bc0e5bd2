package mock

import (
	"net/mail"
	"net/netip"
	"net/url"

	"github.com/xsale-go/xsale/internal/spec/model"
)

// formats are checks of formats that requests need not follow, because the checks of traffic know that
// the vendor's data does not. A request may also lack the format that the response has.
var formats = map[string]func(string) bool{
	"email": func(text string) bool {
		address, err := mail.ParseAddress(text)
		return err == nil && address.Address == text
	},
	"uri":  func(text string) bool { address, err := url.Parse(text); return err == nil && address.IsAbs() },
	"ipv4": func(text string) bool { address, err := netip.ParseAddr(text); return err == nil && address.Is4() },
	"ipv6": func(text string) bool { address, err := netip.ParseAddr(text); return err == nil && address.Is6() },
}

// fitsFormat reports whether the strings of a value have the formats of a schema.
func fitsFormat(schema *model.SchemaRef, value any) bool {
	if schema = single(schema); schema == nil {
		return true
	}
	switch value := value.(type) {
	case string:
		check := formats[schema.Value.Format]
		return check == nil || check(value)
	case []any:
		for _, element := range value {
			if !fitsFormat(itemsOf(schema), element) {
				return false
			}
		}
	case map[string]any:
		properties := propertiesOf(schema)
		for name, field := range value {
			if !fitsFormat(properties[name], field) {
				return false
			}
		}
	}
	return true
}
