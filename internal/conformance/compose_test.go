package conformance_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"go.yaml.in/yaml/v3"
)

// The compose file of the fleet sets everything that the program needs. Tests do not run containers.
func TestComposeFileOfTheFleet(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(root, "examples/fleet/compose.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Services map[string]struct {
			Image       string
			Build       struct{ Context, Dockerfile string }
			Deploy      struct{ Replicas int }
			Environment map[string]string
			DependsOn   map[string]struct{ Condition string } `yaml:"depends_on"`
			Healthcheck struct{ Test string }
		}
	}
	if err := yaml.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	worker := file.Services["worker"]
	if worker.Deploy.Replicas != 3 {
		t.Errorf("%d workers, want 3", worker.Deploy.Replicas)
	}
	if _, err := os.Stat(filepath.Join(root, "examples/fleet", worker.Build.Context, worker.Build.Dockerfile)); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"DATABASE_URL", "REDIS_URL", "XSALE_CLIENT_ID", "XSALE_CLIENT_SECRET", "XSALE_USERNAME", "XSALE_PASSWORD", "XSALE_ORGANIZATION"} {
		if _, found := worker.Environment[name]; !found {
			t.Errorf("the worker lacks %s", name)
		}
	}
	pinned := regexp.MustCompile(`^[a-z]+:\d+(\.\d+)+$`)
	for _, name := range []string{"postgres", "redis"} {
		service := file.Services[name]
		if !pinned.MatchString(service.Image) || service.Healthcheck.Test == "" || worker.DependsOn[name].Condition != "service_healthy" {
			t.Errorf("%s: %+v, want a version as tag, and workers that wait for its health", name, service)
		}
	}
}
