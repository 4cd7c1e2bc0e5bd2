# The same targets serve developers and CI. `make test` needs nothing but Go.

STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
REDOCLY     = @redocly/cli@2.77.0
PRISM       = @stoplight/prism-cli@5.14.2
FUZZTIME   ?= 100000x # inputs, because a limit in seconds makes Go fail a target that is busy when they end

.PHONY: test demo bench bench-auth bench-contract generate drift vet lint tidy cross fuzz lint-spec second-opinion test-bench test-jsonv2 consumer example-testing otel outsider check

test: ## all tests, with the race detector
	go test -race ./...

demo: ## an integrator's day against the sandbox
	go run ./cmd/xsale demo

bench: ## this client against stock oapi-codegen, ogen and net/http by hand, one table from one run
	cd bench && go run ./client

bench-auth: ## the token source against those of other libraries, one table from one run
	cd bench && go run ./auth

bench-contract: ## the validated sandbox against Prism's mock, pinned, one table from one run; needs npm
	cd bench && npx --yes --package $(PRISM) -- go run ./contract

generate: ## write the generated code anew
	go generate ./...
	go run ./cmd/xsale generate --config examples/consumer/xsale.yaml
	cd bench && go generate ./client ./contract

drift: ## fail where the generated code is not what the generator writes
	./scripts/drift.sh

vet:
	go vet ./...
	cd bench && go vet ./...

lint: ## staticcheck, pinned
	go run $(STATICCHECK) ./...

tidy: ## fail where go.mod or go.sum would change
	go mod tidy -diff
	cd bench && go mod tidy -diff
	cd examples/consumer && go mod tidy -diff
	cd examples/otel && go mod tidy -diff
	cd examples/testing && go mod tidy -diff

cross: ## build for the other systems
	GOOS=windows go build -o /dev/null ./...
	GOOS=darwin go build -o /dev/null ./...

fuzz: ## a short run of each fuzz target; FUZZTIME=10000000x for a longer one
	FUZZTIME=$(strip $(FUZZTIME)) ./scripts/fuzz.sh

lint-spec: ## redocly, pinned; needs npm
	REDOCLY_TELEMETRY=off npx --yes $(REDOCLY) lint --config openapi/redocly.yaml --max-problems 1000 openapi/openapi.yaml

second-opinion: ## Prism's verdicts, pinned, beside those of this module; needs npm
	npx --yes --package $(PRISM) -- go run ./internal/conformance/secondopinion

test-bench: ## what docs/decisions say of the libraries, and that the benchmarks build
	cd bench && go test ./...

test-jsonv2: ## the codec with the JSON of the standard library that is still an experiment
	GOEXPERIMENT=jsonv2 go test . ./gen ./wire/... ./internal/codegen/sample

consumer: ## build, vet and test the example of a user's repository
	cd examples/consumer && go build -o /dev/null ./... && go vet ./... && go test -race ./...

outsider: ## the same from a release, with empty caches, and what a user of it builds; needs the network
	./scripts/outsider.sh

example-testing: ## vet and run the example of tests
	cd examples/testing && go vet ./... && go test -race ./...

otel: ## build, vet and test the example of spans and metrics
	cd examples/otel && go build -o /dev/null ./... && go vet ./... && go test -race ./...

check: vet lint tidy drift cross lint-spec second-opinion test-bench test-jsonv2 consumer example-testing otel outsider fuzz ## everything but the tests
