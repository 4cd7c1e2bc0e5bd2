package authn

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// ParseStore returns the store for a setting such as XSALE_TOKEN_STORE: nil for "memory" or "",
// [NewCacheStore] for "cache", and for a path [NewDirStore] if it ends in a separator or is a
// directory when it is used, otherwise [NewFileStore]. A leading ~ is the user's home directory.
// URLs are rejected.
func ParseStore(setting string) (Store, error) {
	switch setting {
	case "", "memory":
		return nil, nil
	case "cache":
		store, err := NewCacheStore()
		if err != nil {
			return nil, err // returning store would make a Store that is not nil
		}
		return store, nil
	}
	if url := urlScheme.FindString(setting); url != "" { // the rest may contain a password
		return nil, fmt.Errorf("token store %s…: want memory, cache or a path, not a URL; a Go program can use Redis through package authn/redisstore", url)
	}
	path, err := expandHome(setting)
	if err != nil {
		return nil, fmt.Errorf("token store %q: %w", setting, err)
	}
	if os.IsPathSeparator(path[len(path)-1]) {
		return NewDirStore(path), nil
	}
	// Storage that hangs must not stop a program that only names it, so look when it is used.
	return &FileStore{path: func(key string) string {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return filepath.Join(path, dirFile(key))
		}
		return path
	}}, nil
}

// urlScheme matches the start of a URL. A scheme has two letters at least, unlike a drive.
var urlScheme = regexp.MustCompile(`^\s*[a-zA-Z][a-zA-Z0-9+.-]+://`)

// expandHome replaces a leading ~ with the home directory, as a shell does. Settings from a service
// manager or an .env file reach the program without a shell.
func expandHome(path string) (string, error) {
	rest, ok := strings.CutPrefix(path, "~")
	if !ok {
		return path, nil
	}
	if rest != "" && !os.IsPathSeparator(rest[0]) {
		return "", errors.New("only ~ itself is expanded: write an absolute path, or ./~ for a file of that name")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("%w: write an absolute path", err)
	}
	return home + rest, nil
}
