package watch

import (
	"os"
	"path/filepath"
	"testing"

	"whorl"
)

func TestShow(t *testing.T) {
	dir := os.Getenv("SHOW")
	if dir == "" {
		t.Skip()
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.pcap"))
	for _, f := range files {
		t.Logf("==== %s", filepath.Base(f))
		w := New(Options{Contact: func(c *whorl.Contact) {
			t.Logf("%s %s %q %.2f leak=%q evasion=%v counts=%+v", c.State, c.Class, c.Tool, c.Confidence, c.Leak, c.Evasion, c.Counts)
			if c.State == whorl.Ended {
				t.Logf("   sources %v", c.Sources)
				for _, p := range c.Probes {
					t.Logf("   %s exact=%v %d/%d port %d", p.Name, p.Exact, p.Answered, p.Count, p.Port)
				}
				if c.Learned != nil {
					for _, o := range c.Learned.Observations {
						t.Logf("   %s: %.400s", o.Method, o.Print)
					}
				}
			}
		}})
		replay(t, f, w.Frame)
		w.End()
		t.Logf("counts %+v", w.Counts())
	}
}
