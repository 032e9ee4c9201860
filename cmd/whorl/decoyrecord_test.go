package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"whorl/link/pcapfile"
	"whorl/packet"
)

// recordedFrames reads a recording back.
func recordedFrames(t *testing.T, name string) (frames [][]byte, ways []pcapfile.Direction) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := pcapfile.Open(f)
	for err == nil {
		var b []byte
		if b, _, _, err = r.Next(); err == nil {
			frames, ways = append(frames, bytes.Clone(b)), append(ways, r.Meta().Direction)
		}
	}
	if len(r.Skipped()) > 0 {
		t.Errorf("skipped %v", r.Skipped())
	}
	return frames, ways
}

// A recording is gone on with by the next run, counts its frames, and is never larger than
// wanted.
func TestRecording(t *testing.T) {
	name := filepath.Join(t.TempDir(), "contacts.pcapng")
	const limit = 20_000
	full, kept := 0, 0
	for run := range 3 {
		r, err := openRecording(name, limit)
		if err != nil {
			t.Fatal(err)
		}
		r.full = func() { full++ }
		if err := r.begin(packet.Ethernet, "a test"); err != nil {
			t.Fatal(err)
		}
		for i := range 30 {
			frame := bytes.Repeat([]byte{byte(run), byte(i)}, 100+i)
			if no := r.add(frame, time.Unix(int64(i), 0), i%2 == 1); no > 0 {
				if kept++; no != kept {
					t.Errorf("run %d: frame %d has number %d", run, kept, no)
				}
			}
		}
		if err := r.close(); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(name)
	if err != nil || info.Size() > limit || info.Size() < limit/2 || kept < 35 || kept >= 90 || full != 1 {
		t.Errorf("%d bytes and %d frames, full %d times, %v", info.Size(), kept, full, err)
	}
	frames, ways := recordedFrames(t, name)
	if len(frames) != kept || !bytes.Equal(frames[31], bytes.Repeat([]byte{1, 1}, 101)) || ways[30] != pcapfile.In || ways[31] != pcapfile.Out {
		t.Errorf("%d frames are read of %d", len(frames), kept)
	}
}

// What is no recording is not written to.
func TestRecordingRefused(t *testing.T) {
	dir := t.TempDir()
	whole := filepath.Join(dir, "whole")
	r, err := openRecording(whole, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	r.begin(packet.Ethernet, "")
	r.add(make([]byte, 100), time.Unix(1, 0), false)
	if err := r.close(); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	for what, text := range map[string][]byte{"a letter": []byte("Dear Sir"), "one byte": good[:1], "cut off": good[:len(good)-3], "half": good[:60]} {
		name := filepath.Join(dir, what)
		if err := os.WriteFile(name, text, 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := openRecording(name, 1<<20); err == nil {
			t.Errorf("%s is gone on with", what)
		}
		if now, err := os.ReadFile(name); err != nil || !bytes.Equal(now, text) {
			t.Errorf("%s is changed, %v", what, err)
		}
	}
	if _, err := openRecording(filepath.Join(dir, "no", "folder"), 1); err == nil {
		t.Error("a folder that is not there")
	}
}

// slowFile writes nothing until it is let.
type slowFile struct {
	bytes.Buffer
	let    chan struct{}
	err    error
	closed bool
}

func (f *slowFile) Write(b []byte) (int, error) {
	<-f.let
	if f.err != nil {
		return 0, f.err
	}
	return f.Buffer.Write(b)
}

func (f *slowFile) Close() error { f.closed = true; return nil }

// A disk that is too slow costs frames and no time, and those that are kept are whole; one that
// fails is told of.
func TestSlowRecording(t *testing.T) {
	f := &slowFile{let: make(chan struct{})}
	r := &decoyRecording{limit: 1 << 30, full: func() { t.Error("full") }, spool: newSpool(f)}
	if err := r.begin(packet.Ethernet, ""); err != nil {
		t.Fatal(err)
	}
	frame := make([]byte, 60_000)
	kept := 0
	for range 3 * spoolHeld / len(frame) {
		if r.add(frame, time.Unix(1, 0), false) > 0 {
			kept++
		}
	}
	if kept != r.frames || r.missing == 0 || kept*len(frame) > 3*spoolHeld/2 || kept*len(frame) < spoolHeld/2 {
		t.Errorf("%d frames are kept, %d are not", kept, r.missing)
	}
	close(f.let)
	if err := r.close(); err != nil || !f.closed {
		t.Errorf("%v, closed %v", err, f.closed)
	}
	name := filepath.Join(t.TempDir(), "slow")
	if err := os.WriteFile(name, f.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	if frames, _ := recordedFrames(t, name); len(frames) != kept {
		t.Errorf("%d frames are read of %d", len(frames), kept)
	}

	broken := &slowFile{let: make(chan struct{}), err: errors.New("no space left")}
	told := 0
	r = &decoyRecording{limit: 1 << 30, full: func() {}, failed: func(err error) {
		if told++; !errors.Is(err, broken.err) {
			t.Error(err)
		}
	}, spool: newSpool(broken)}
	if err := r.begin(packet.Ethernet, ""); err != nil {
		t.Fatal(err)
	}
	r.add(frame, time.Unix(1, 0), false)
	close(broken.let)
	r.flush()
	<-r.spool.done // it has met the error
	for range 10_000 {
		r.add(frame, time.Unix(1, 0), false)
	}
	if told != 1 {
		t.Errorf("a disk that is full is told of %d times", told)
	}
	if err := r.close(); !errors.Is(err, broken.err) || !broken.closed {
		t.Errorf("%v, closed %v", err, broken.closed)
	}
}
