package authn

import "testing"

// Taken out: the look at the error in ParseStore. Then a nil *FileStore came with it, which as a Store is not nil.
func TestParseStoreWithoutCacheFolder(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("HOME", "")
	t.Setenv("LocalAppData", "")
	if store, err := ParseStore("cache"); err == nil {
		t.Errorf("got %v", store)
	} else if store != nil {
		t.Errorf("with the error comes a store of type %T, which is not nil", store)
	}
}
