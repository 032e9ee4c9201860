package watch

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"whorl"
	"whorl/link/pcapfile"
	"whorl/packet"
)

// Captures of everyday traffic hold no fingerprinting.
func TestCaptures(t *testing.T) {
	dir := os.Getenv("WHORL_CAPTURES")
	if dir == "" {
		t.Skip("WHORL_CAPTURES names no directory of captures")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*cap*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no captures in %s: %v", dir, err)
	}
	frames := 0
	for _, file := range files {
		w := New(Options{Contact: func(c *whorl.Contact) {
			if c.State != whorl.Ended {
				return
			}
			if c.Class == whorl.OSFingerprint || c.Class == whorl.OSFingerprintTiming {
				t.Errorf("%s: %+v", filepath.Base(file), *c)
			} else {
				t.Logf("%s: %s %q from %v, %d packets", filepath.Base(file), c.Class, c.Tool, c.Sources[0].Addr, c.Counts.Packets)
			}
		}})
		replay(t, file, w.Frame)
		w.End()
		frames += w.Counts().Frames
	}
	t.Logf("%d captures, %d frames", len(files), frames)
}

// replay gives the frames of a capture, as far as it can be read.
func replay(t testing.TB, file string, take func(packet.LinkType, []byte, time.Time)) {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := pcapfile.Open(f)
	if err != nil {
		t.Fatal(err)
	}
	for {
		frame, link, at, err := r.Next()
		if err != nil {
			return
		}
		take(link, frame, at)
	}
}
