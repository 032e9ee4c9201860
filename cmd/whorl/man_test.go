package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The pages in docs/man are those that the program writes. To renew them:
// go run ./cmd/whorl man docs/man
func TestManualUpToDate(t *testing.T) {
	fresh := t.TempDir()
	var people strings.Builder
	if code := run(t.Context(), []string{"man", fresh}, nil, &people, &people); code != exitOK {
		t.Fatalf("exit code %d: %s", code, people.String())
	}
	if diff := cmp.Diff(folder(t, "../../docs/man"), folder(t, fresh)); diff != "" {
		t.Errorf("go run ./cmd/whorl man docs/man would change (-there +new):\n%s", diff)
	}
}

func folder(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	names, err := filepath.Glob(filepath.Join(dir, "*.1"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no pages in %s: %v", dir, err)
	}
	for _, n := range names {
		b, err := os.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(n)] = string(b)
	}
	return out
}
