# Developers and CI use the same targets. `make test` needs Go and, for the race detector, a C compiler.

GOTOOL      = go tool -modfile=$(CURDIR)/internal/devtools/checks/go.mod
REDOCLY     = @redocly/cli@2.77.0
PRISM       = @stoplight/prism-cli@5.14.2
EXPRESS     = express@5.3.0
VALIDATOR   = express-openapi-validator@5.6.2
AJV         = ajv@8.20.0
FORMATS     = ajv-formats@3.0.1
FAKER       = json-schema-faker@0.6.3
CONVERTER   = swagger2openapi@7.0.8
SPECMATIC   = specmatic@2.55.1
AXE         = axe-core@4.14.1
SWAGGER_UI  = swagger-ui-dist@5.35.0
PKGSITE     = golang.org/x/pkgsite/cmd/pkgsite@v0.6.0
BINARY     ?= dist/xsale
VERSION     = $(shell sed -n 's/^const Version = "\(.*\)"$$/\1/p' version.go)
# SQLite is C, translated to Go. The race detector makes tests with it five times slower, and no code of this
# module is in it.
RACE = -race -gcflags=modernc.org/sqlite/lib=-race=false -gcflags=modernc.org/libc=-race=false
# A program with the race detector sleeps before it exits, for one second unless told otherwise.
export GORACE ?= atexit_sleep_ms=0
FUZZTIME   ?= 100000x # inputs; with a time limit, go test fails a target that is busy when it ends

.PHONY: help test demo bench bench-auth bench-contract bench-proxy bench-transfer bench-compare bench-generate generate surface man completions drift binary image test-image release-dry vet lint tidy vuln licenses apidiff actions test-checks cross fuzz lint-spec second-opinion property anyspec test-bench corpus test-full test-herd test-orders test-protections languages simulate test-jsonv2 consumer example-testing otel fleet outsider wine page site pkgsite viewer check

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "%-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

test: ## run all tests with the race detector; GOTESTFLAGS adds flags of go test
	go test $(RACE) $(GOTESTFLAGS) ./...

demo: ## show an integrator's day against a sandbox
	go run ./cmd/xsale demo

bench: ## compare this client with oapi-codegen's, ogen and plain net/http
	cd bench && go run ./client

bench-auth: ## compare the token source with those of other libraries, in speed and in logins
	cd bench && go run ./auth
	cd bench/auth && go test -count=1 -run TestScenarios

bench-contract: ## compare the sandbox with Prism's mock; needs npm
	cd bench && npx --yes --package $(PRISM) -- go run ./contract

bench-proxy: ## compare a call through xsale proxy with one through a Client
	cd bench && go run ./proxy

bench-transfer: ## compare package transfer with River alone; BENCH_POSTGRES adds a PostgreSQL database
	cd bench && go run ./transfer

bench-compare: ## compare the benchmarks with those of the last release, or of the commit OLD
	./scripts/bench-compare.sh

bench-generate: ## compare the code of generators for DOCUMENTS, also with that of the commit BEFORE
	cd bench && go run ./generate $(if $(BEFORE),-before $(BEFORE)) $(abspath $(DOCUMENTS))

generate: ## regenerate all generated code
	go generate ./...
	go run ./cmd/xsale generate --config examples/consumer/xsale.yaml
	cd bench && go generate ./client ./contract

surface: ## regenerate docs/cli.md and the snapshot of commands, flags and exit codes
	go generate ./cmd/xsale

man: ## write the manual pages to dist/man, and check them if mandoc is there
	go run ./cmd/xsale reference --man dist/man
	! command -v mandoc >/dev/null || mandoc -T lint -W warning dist/man/*.1

completions: ## write the completion scripts of all shells to dist/completions
	mkdir -p dist/completions
	for shell in bash zsh fish powershell; do go run ./cmd/xsale completion $$shell >dist/completions/xsale.$$shell || exit 1; done

drift: ## fail if the generated code is out of date
	./scripts/drift.sh

binary: ## build the command line as one static program
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o $(BINARY) ./cmd/xsale

image: binary ## pack it as an OCI image in dist/image, without a daemon
	cd internal/devtools/image && go run . -version $(VERSION) -out $(abspath dist/image) $(abspath $(BINARY))

test-image: ## build the image twice, compare, and run it in a root of its own if you are root
	cd internal/devtools/image && go vet . && go test -count=1 -v .

release-dry: ## build what a tag would publish into dist/release, twice, and compare; needs the network
	./scripts/release.sh

vet: ## run go vet
	go vet ./...
	cd bench && go vet ./...
	cd internal/conformance/page && go vet ./...

lint: ## run staticcheck
	$(GOTOOL) staticcheck ./...

tidy: ## fail if go mod tidy would change go.mod or go.sum
	go mod tidy -diff
	cd bench && go mod tidy -diff
	cd internal/devtools/checks && go mod tidy -diff
	cd internal/devtools/image && go mod tidy -diff
	cd internal/conformance/page && go mod tidy -diff
	cd examples/consumer && go mod tidy -diff
	cd examples/fleet && go mod tidy -diff
	cd examples/otel && go mod tidy -diff
	cd examples/testing && go mod tidy -diff

vuln: ## find known vulnerabilities; VULNDB is a database to use instead of the pinned copy
	./scripts/vuln.sh

licenses: ## check the licenses of the modules that users build
	./scripts/licenses.sh check

apidiff: ## compare the packages with the last release; breaking changes need a row in CHANGELOG.md
	./scripts/apidiff.sh

actions: ## lint the workflows
	$(GOTOOL) actionlint

test-checks: ## plant faults that vuln, licenses, apidiff, actions and bench-compare must find
	cd internal/devtools/checks && go vet ./... && go test -count=1 ./...

cross: ## build for Windows and macOS
	GOOS=windows go build -o /dev/null ./...
	GOOS=darwin go build -o /dev/null ./...

wine: ## run the tests as Windows programs; needs Wine 8 and MinGW
	./scripts/wine.sh

fuzz: ## run each fuzz target briefly; FUZZTIME=10000000x for longer
	FUZZTIME=$(strip $(FUZZTIME)) ./scripts/fuzz.sh

lint-spec: ## lint the spec with Redocly; needs npm
	REDOCLY_TELEMETRY=off npx --yes $(REDOCLY) lint --config openapi/redocly.yaml --max-problems 1000 openapi/openapi.yaml

second-opinion: ## compare the verdicts of Prism and express-openapi-validator on traffic with ours; needs npm
	npx --yes --package $(PRISM) --package $(EXPRESS) --package $(VALIDATOR) -- \
		go test -count=1 -v -run "^(TestPrism|TestExpressValidator)$$" ./internal/conformance/secondopinion

property: ## let Specmatic generate valid and invalid requests to the sandbox; needs npm and Java
	npx --yes --package $(SPECMATIC) -- go test -count=1 -v -run TestSpecmatic ./internal/conformance/property

anyspec: ## serve the documents of SPECS, or a few of the corpus, with the sandbox and Prism, compare them, and call all operations; needs npm
	$(if $(SPECS),XSALE_SPECS=$(abspath $(SPECS))) npx --yes --package $(PRISM) --package $(AJV) --package $(FORMATS) --package $(FAKER) --package $(CONVERTER) -- \
		go test -count=1 -v -timeout 30m ./internal/conformance/anyspec ./internal/conformance/operations

test-bench: ## build the benchmarks and test the claims of docs/decisions
	cd bench && go test ./...

corpus: ## generate clients from all documents of the corpus, and send samples through them
	XSALE_CORPUS=testdata go test -count=1 -v -run TestDocuments ./internal/conformance/corpus

test-full: ## run in full, without the race detector, the tests that make test shortens
	files=$$(grep -rl --include='*_test.go' 'fewer\.UnderRace[[(]' authn call internal wire xsaletest) && \
	go test -count=1 -run "^($$(awk -F '[ (]' '/^func Test/ {name = $$2} /fewer\.UnderRace[[(]/ {print name}' $$files | sort -u | paste -sd '|' -))\$$" \
		$$(for file in $$files; do echo "./$$(dirname "$$file")"; done | sort -u)

test-herd: ## kill and stop programs that share an account, 60 rounds with files and with Redis
	HERD_ROUNDS=60 go test -count=1 -v -run TestA03 ./internal/conformance/herd

test-orders: ## kill programs that move orders: 20,000 orders and 2,000 kills in a simulation, 200 processes for each database
	ORDERS_WORLDS=5,500,50,1 go test -count=1 -v -run '^(TestSQLite|TestPostgreSQL)$$' ./internal/conformance/orders
	ORDERS_ROUNDS=67 go test -count=1 -v -run TestKilled ./internal/conformance/orders

test-protections: ## take out each protection of orders, one after the other; a test must notice
	ORDERS_PROTECTIONS=1 go test -count=1 -v -timeout 1h -run TestProtectionsAreNeeded ./internal/conformance/orders

languages: ## run the same scenarios from Python, PHP, JavaScript, curl and Go, and the programs of docs/languages.md
	go test -count=1 -v ./internal/conformance/languages

simulate: ## the same with 1,000,000 orders and 10,000 kills; SEED=100 for other ones
	ORDERS_WORLDS=5,25000,250,$(or $(SEED),1) go test -count=1 -v -timeout 12h -run '^(TestSQLite|TestPostgreSQL)$$' ./internal/conformance/orders

test-jsonv2: ## test the codec with the experimental JSON of the standard library
	GOEXPERIMENT=jsonv2 go test . ./gen ./wire/... ./internal/codegen/sample

consumer: ## build, vet and test the example of a user's repository
	cd examples/consumer && go build -o /dev/null ./... && go vet ./... && go test -race ./...

outsider: ## build two consumers from a packed release, with empty caches, one also for Windows; needs the network
	./scripts/outsider.sh

example-testing: ## vet and run the example of tests
	cd examples/testing && go vet ./... && go test -race ./...

otel: ## build, vet and test the example of spans and metrics
	cd examples/otel && go build -o /dev/null ./... && go vet ./... && go test -race ./...

fleet: ## build, vet and test the example of several workers; needs PostgreSQL and Redis
	cd examples/fleet && go build -o /dev/null ./... && go vet ./... && go test -race ./...

page: ## test the sandbox's page, xsale login and examples/webapp in Chromium; needs chromium and npm; PAGE_SCREENSHOTS is where images go
	./scripts/viewer.sh $(SWAGGER_UI)
	cd internal/conformance/page && PAGE_SCREENSHOTS=$${PAGE_SCREENSHOTS:-$(CURDIR)/dist/page} npx --yes --package $(AXE) -- go test -count=1 -skip '^TestSite|^TestReference$$' ./...

docs/.vitepress/node_modules/.package-lock.json: docs/.vitepress/package-lock.json
	npm ci --prefix docs/.vitepress --ignore-scripts --prefer-offline --no-audit --no-fund

site: docs/.vitepress/node_modules/.package-lock.json ## build README.md and docs/ as a static site in dist/site, and test it in Chromium; needs chromium and npm
	rm -rf dist/site
	docs/.vitepress/node_modules/.bin/vitepress build docs
	cd internal/conformance/page && PAGE_SCREENSHOTS=$(CURDIR)/dist/site-screenshots npx --yes --package $(AXE) -- go test -count=1 -run '^TestSite' .

pkgsite: ## look in Chromium at what pkg.go.dev shows of each package; needs chromium
	GOBIN=$(CURDIR)/dist/bin go install $(PKGSITE)
	cd internal/conformance/page && PATH="$(CURDIR)/dist/bin:$$PATH" PAGE_SCREENSHOTS=$(CURDIR)/dist/pkgsite go test -count=1 -run '^TestReference$$' .

viewer: ## update the viewer in the sandbox's page to SWAGGER_UI; needs npm
	./scripts/viewer.sh $(SWAGGER_UI) update

check: vet lint tidy vuln licenses apidiff actions test-checks drift man completions cross lint-spec test-bench test-image release-dry corpus test-full test-herd test-orders test-protections test-jsonv2 consumer example-testing otel fleet page site pkgsite outsider fuzz ## run every check except the tests
