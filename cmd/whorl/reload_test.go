package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"whorl"
	"whorl/data"
	"whorl/osdb"
	"whorl/scan"
	"whorl/verdict"
)

// overlay is a reloader of the embedded databases, without the one that knows the host
// of record, and of a user's folder. Its clock stands still.
type overlay struct {
	*reloader
	clock  atomic.Int64 // nanoseconds since the beginning
	people bytes.Buffer
	judge  scan.Judge
	left   string // the text of the database that was left out
	file   string // where the user adds it
}

func newOverlay(t *testing.T) *overlay {
	t.Helper()
	const left = "userspace.osdb"
	o := &overlay{}
	others := func(yield func(name, text string) bool) {
		for name, text := range data.Files {
			if name == left {
				o.left = text
			} else if !yield(name, text) {
				return
			}
		}
	}
	dir := t.TempDir()
	o.file = filepath.Join(dir, "own.osdb")
	o.begin(osdb.Config{Embedded: others, Places: osdb.Places{User: dir}}, verdict.Options{})
	return o
}

// begin loads the databases as the start of a scan does.
func (o *overlay) begin(c osdb.Config, how verdict.Options) {
	o.reloader = newReloader(c, how, &o.people)
	begun := o.asked
	o.now = func() time.Time { return begun.Add(time.Duration(o.clock.Load())) }
	o.judge = o.newJudge()
}

func (o *overlay) newJudge() scan.Judge {
	return o.reloader.judge(func(j *verdict.Judges) scan.Judge { return j.New() })
}

// write is what the user does.
func (o *overlay) write(t *testing.T, text string) {
	t.Helper()
	if err := osdb.Update(o.file, func([]byte) ([]byte, error) { return []byte(text), nil }); err != nil {
		t.Fatal(err)
	}
}

// name judges a host that comes so much later.
func (o *overlay) name(later time.Duration, h whorl.Host) string {
	o.clock.Add(int64(later))
	o.judge.Judge(&h)
	return h.Verdicts[0].Name
}

// A record that is added while a scan runs names the next host, and one that is taken
// away does not. Files are looked at every two seconds.
func TestReload(t *testing.T) {
	t.Parallel()
	h, _ := record(t)
	o := newOverlay(t)
	const named = "lwIP 2.1"
	if got := o.name(0, *h); strings.HasPrefix(got, named) {
		t.Fatalf("named %q before the record is there", got)
	}
	o.write(t, o.left)
	if got := o.name(reloadEvery-1, *h); strings.HasPrefix(got, named) {
		t.Errorf("named %q before it was time to look", got)
	}
	if got := o.name(1, *h); got != named {
		t.Errorf("named %q, want %q", got, named)
	}
	if want := "whorl: databases have changed; hosts are now judged by embedded ("; !strings.HasPrefix(o.people.String(), want) {
		t.Errorf("people are told %q, want %q", o.people.String(), want)
	}
	if err := os.Remove(o.file); err != nil {
		t.Fatal(err)
	}
	if got := o.name(reloadEvery, *h); strings.HasPrefix(got, named) {
		t.Errorf("named %q after the record was taken away", got)
	}
	if n := strings.Count(o.people.String(), "\n"); n != 2 {
		t.Errorf("%d lines: %s", n, o.people.String())
	}
}

// A file that has become bad changes nothing, and people are told so once. When it is
// good again it is used.
func TestReloadBadFile(t *testing.T) {
	t.Parallel()
	h, _ := record(t)
	o := newOverlay(t)
	o.write(t, o.left)
	first := o.name(reloadEvery, *h)
	o.people.Reset()
	o.write(t, "Fingerprint Broken\nSEQ(SP=%\n")
	for range 3 {
		if got := o.name(reloadEvery, *h); got != first {
			t.Errorf("named %q, want %q as before", got, first)
		}
	}
	told := o.people.String()
	for _, want := range []string{"whorl: osdb: " + o.file + ":2: ", "hosts are judged as before\n", "try: correct the file"} {
		if strings.Count(told, want) != 1 {
			t.Errorf("people are not told %q once: %s", want, told)
		}
	}
	o.people.Reset()
	o.write(t, "# nothing\n")
	if got := o.name(reloadEvery, *h); got == first {
		t.Errorf("named %q by a record that is gone", got)
	}
	if !strings.Contains(o.people.String(), "are now judged by") {
		t.Errorf("people are told %q", o.people.String())
	}
}

// What was bad from the beginning, and was told of then, does not keep good records out.
func TestReloadOldProblem(t *testing.T) {
	t.Parallel()
	h, _ := record(t)
	o := newOverlay(t)
	const bad = "Fingerprint Broken\nSEQ(SP=%\n"
	o.write(t, bad)
	o.begin(o.config, o.how)
	if len(o.problems) == 0 {
		t.Fatal("the record is not bad")
	}
	o.write(t, o.left+"\n"+bad)
	if got := o.name(reloadEvery, *h); got != "lwIP 2.1" {
		t.Errorf("named %q: %s", got, o.people.String())
	}
}

// Judges of many hosts at a time change when the files do, each host has one set.
func TestReloadAtOnce(t *testing.T) {
	t.Parallel()
	h, _ := record(t)
	o := newOverlay(t)
	before := o.name(0, *h)
	var workers sync.WaitGroup
	var others atomic.Int64
	quit := make(chan struct{})
	for range 4 {
		workers.Go(func() {
			judge := o.newJudge()
			for {
				select {
				case <-quit:
					return
				default:
				}
				mine := *h
				judge.Judge(&mine)
				if got := mine.Verdicts[0].Name; got != before && got != "lwIP 2.1" {
					others.Add(1)
				}
			}
		})
	}
	for i := range 6 {
		text := o.left
		if i%2 == 1 {
			text = "# nothing\n"
		}
		o.write(t, text)
		o.clock.Add(int64(reloadEvery))
		time.Sleep(20 * time.Millisecond)
	}
	o.write(t, o.left)
	close(quit)
	workers.Wait()
	if got := o.name(reloadEvery, *h); got != "lwIP 2.1" || others.Load() > 0 {
		t.Errorf("named %q in the end, %d hosts otherwise", got, others.Load())
	}
}
