package swagger2

import "testing"

func TestConvertServers(t *testing.T) {
	test := func(name, base, want, reports string) conversion {
		return conversion{name: name, base: base, at: "/servers", want: want, reports: reports}
	}
	runConversions(t, []conversion{
		test("all", `"host": "api.example.com:8443", "basePath": "/v1", "schemes": ["https"]`, `[{"url": "https://api.example.com:8443/v1"}]`, ""),
		test("https first", `"host": "h", "basePath": "/v1", "schemes": ["http", "https", "wss"]`, `[{"url": "https://h/v1"}, {"url": "http://h/v1"}, {"url": "wss://h/v1"}]`, "swagger2-servers /schemes"),
		test("plain http", `"host": "localhost:5000", "schemes": ["http"]`, `[{"url": "http://localhost:5000"}]`, ""),
		test("no scheme", `"host": "h", "basePath": "/v1"`, `[{"url": "https://h/v1"}]`, "swagger2-servers /schemes"),
		test("no host", `"basePath": "/v1", "schemes": ["https"]`, `[{"url": "/v1"}]`, ""),
		test("empty host", `"host": "", "basePath": "/v1"`, `[{"url": "/v1"}]`, ""),
		test("nothing", `"paths": {}`, ``, ""),
		test("root", `"basePath": "/"`, ``, ""),
		test("host and root", `"host": "h", "basePath": "/", "schemes": ["https"]`, `[{"url": "https://h"}]`, ""),
		test("slash at the end", `"host": "h", "basePath": "/v1/", "schemes": ["https"]`, `[{"url": "https://h/v1"}]`, ""),
		test("base path without a slash", `"host": "h", "basePath": "v1", "schemes": ["https"]`, `[{"url": "https://h/v1"}]`, "swagger2-servers /basePath"),
		test("host with a scheme", `"host": "https://h/", "basePath": "/v1", "schemes": ["http"]`, `[{"url": "https://h/v1"}]`, "swagger2-servers /host"),
		test("wrong types", `"host": {}, "basePath": [], "schemes": "https"`, ``, "swagger2-dropped /host, swagger2-dropped /schemes, swagger2-dropped /basePath"),
	})
}
