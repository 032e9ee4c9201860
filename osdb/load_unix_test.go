//go:build unix

package osdb

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// A pipe or a folder that is called a database holds nobody up.
func TestLoadTakesOnlyFiles(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.osdb"), 0o600); err != nil {
		t.Skip(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "folder.osdb"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "good.osdb"), []byte("Fingerprint Good\nT1(R=Y)\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", filepath.Join(dir, "broken.osdb")); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		set, problems := Load(Config{Places: Places{User: dir}})
		if len(set) != 1 || len(set[0].Entries) != 1 {
			t.Errorf("%d databases", len(set))
		}
		if len(problems) != 1 {
			t.Errorf("problems %v, want one, of the broken link", problems)
		}
	}()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("it waits for the pipe")
	}
}
