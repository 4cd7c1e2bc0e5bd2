package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/xsale-go/xsale"
)

func TestVersion(t *testing.T) {
	var got programVersion
	if err := json.Unmarshal([]byte(execute(t, "", "version", "-o", "json").expect(t, exitOK).stdout), &got); err != nil {
		t.Fatal(err)
	}
	shown := execute(t, "", "spec", "show").expect(t, exitOK).stdout
	if sum := fmt.Sprintf("%x", sha256.Sum256([]byte(shown))); got.Spec.SHA256 != sum || !strings.Contains(shown, "\n  version: "+got.Spec.Version+"\n") {
		t.Errorf("got spec %+v, want the SHA-256 %s of 'xsale spec show'", got.Spec, sum)
	}
	if got.Version != xsale.Version || got.Go != runtime.Version() || got.Platform != runtime.GOOS+"/"+runtime.GOARCH {
		t.Errorf("%+v", got)
	}
	execute(t, "", "version").expect(t, exitOK, "xsale "+xsale.Version+"\n", got.Go, got.Spec.SHA256)
}

// The commit is that of this module, or unknown with the reason, however the program was built.
func TestVersionNamesTheCommit(t *testing.T) {
	const commit, pseudo = "0123456789abcdef0123456789abcdef01234567", "v0.1.1-0.20261127120000-0123456789ab"
	at := func(modified string) []debug.BuildSetting {
		return []debug.BuildSetting{{Key: "vcs", Value: "git"}, {Key: "vcs.revision", Value: commit}, {Key: "vcs.modified", Value: modified}}
	}
	tool := func(ours debug.Module) *debug.BuildInfo { // as 'go tool xsale' in a user's repository
		ours.Path = modulePath
		return &debug.BuildInfo{Main: debug.Module{Path: "example.com/shop", Version: "v7.0.0"}, Settings: at("true"), Deps: []*debug.Module{{Path: "example.com/other", Version: "v9.0.0"}, &ours}}
	}
	for name, test := range map[string]struct {
		info             *debug.BuildInfo
		module, inCommit string // what JSON has
		modified         bool
		shown            string
	}{
		"release":             {&debug.BuildInfo{Main: debug.Module{Path: modulePath, Version: "v0.1.0"}, Settings: at("false")}, "v0.1.0", commit, false, commit},
		"changed tree":        {&debug.BuildInfo{Main: debug.Module{Path: modulePath, Version: pseudo + "+dirty"}, Settings: at("true")}, pseudo + "+dirty", commit, true, commit + ", modified"},
		"install of a tag":    {&debug.BuildInfo{Main: debug.Module{Path: modulePath, Version: "v0.1.0"}}, "v0.1.0", "", false, "unknown; the module has version v0.1.0"},
		"install of a commit": {&debug.BuildInfo{Main: debug.Module{Path: modulePath, Version: pseudo}}, pseudo, "0123456789ab", false, "0123456789ab"},
		"tool":                {tool(debug.Module{Version: "v0.1.0"}), "v0.1.0", "", false, "unknown; the module has version v0.1.0"},
		"tool of a clone":     {tool(debug.Module{Version: "v0.1.0", Replace: &debug.Module{Path: "../xsale"}}), "", "", false, "unknown; Go has recorded none"},
		"archive of sources":  {&debug.BuildInfo{Main: debug.Module{Path: modulePath, Version: "(devel)"}}, "", "", false, "unknown; Go has recorded none"},
		"no build info":       {nil, "", "", false, "unknown; Go has recorded none"},
	} {
		got := versionOf(test.info)
		if got.Module != test.module || got.Commit != test.inCommit || got.Modified != test.modified {
			t.Errorf("%s: %+v", name, got)
		}
		if shown := got.rows()[1][1]; shown != test.shown {
			t.Errorf("%s: %v, want %s", name, shown, test.shown)
		}
	}
}
