package swagger2

import (
	"slices"
	"strings"

	"github.com/xsale-go/xsale/internal/spec/tree"
)

// servers joins schemes, host and base path to URLs, https first. Without a host, URLs are
// relative to the document.
func (c *converter) servers() []any {
	host, schemes := c.host()
	basePath := c.basePath()
	switch {
	case host == "" && basePath == "":
		return nil
	case host == "":
		return []any{tree.Object{"url": basePath}}
	}
	var servers []any
	for _, scheme := range schemes {
		servers = append(servers, tree.Object{"url": scheme + "://" + host + basePath})
	}
	return servers
}

func (c *converter) host() (string, []string) {
	host, schemes := field[string](c, "", c.source, "host"), c.stringList("", c.source, "schemes")
	if scheme, rest, ok := strings.Cut(host, "://"); ok { // as set by hand in Swashbuckle
		c.report.Add(ruleServers, "/host", host, rest, "a host has no scheme")
		host, schemes = rest, []string{scheme}
	}
	host = strings.TrimRight(host, "/")
	if host == "" {
		return "", nil
	}
	if len(schemes) == 0 {
		schemes = []string{"https"}
		c.report.Add(ruleServers, "/schemes", nil, "https", "https is the default, so that calls are not sent in the clear")
	}
	if i := slices.Index(schemes, "https"); i > 0 {
		schemes = slices.Insert(slices.Delete(schemes, i, i+1), 0, "https")
		c.report.Add(ruleServers, "/schemes", c.source["schemes"], strings.Join(schemes, ", "), "tools use the first server, and calls must not be sent in the clear")
	}
	return host, schemes
}

func (c *converter) basePath() string {
	written := field[string](c, "", c.source, "basePath")
	path := strings.TrimRight(written, "/") // paths start with a slash
	if path != "" && path[0] != '/' {
		path = "/" + path
		c.report.Add(ruleServers, "/basePath", written, path, "a base path starts with a slash")
	}
	return path
}
