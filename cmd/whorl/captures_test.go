package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"whorl/link/pcapfile"
	"whorl/packet"
)

// capture is a file of so many frames of IP.
func capture(t *testing.T, frames int) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := pcapfile.NewWriter(&b, packet.Raw)
	if err != nil {
		t.Fatal(err)
	}
	for n := range frames {
		if err := w.Write(packet.Raw, []byte{0x45, byte(n)}, apiStart, pcapfile.In); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// An interrupt ends the reading of a pipe into which nobody writes any more, and nothing
// comes from it afterwards.
func TestReadInterrupted(t *testing.T) {
	in, out := io.Pipe()
	defer in.Close()
	ctx, stop := context.WithCancel(t.Context())
	file := capture(t, 3)
	heard := make(chan bool, 10)
	var skipped skips
	done := make(chan error, 1)
	go func() {
		done <- readFrames(ctx, "pipe", in, captures{func(packet.LinkType, []byte, time.Time) { heard <- true }, &skipped})
	}()
	out.Write(file)
	for range 3 {
		<-heard
	}
	stop()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("it waits for the pipe")
	}
	out.Write(file[len(file)/2:])
	out.Close()
	if len(heard) > 0 {
		t.Error("a frame came after the end")
	}
}

// A capture that is cut off gives what is whole, and an error that says where it was read.
func TestReadCutOff(t *testing.T) {
	file := capture(t, 5)
	frames := 0
	var skipped skips
	err := readFrames(t.Context(), "x.pcapng", bytes.NewReader(file[:len(file)-6]), captures{func(packet.LinkType, []byte, time.Time) { frames++ }, &skipped})
	if !errors.Is(err, io.ErrUnexpectedEOF) || frames != 4 {
		t.Errorf("%d frames, %v", frames, err)
	}
}

// What to do about a capture depends on what is wrong with it.
func TestUnreadCaptures(t *testing.T) {
	dir, whole := t.TempDir(), capture(t, 2)
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	for file, want := range map[string]string{
		filepath.Join(dir, "none"):                        "check the name",
		write("text", "no capture, but a page of text\n"): "as tcpdump and Wireshark write them",
		write("cut", string(whole[:len(whole)-1])):        "copy the whole file again",
	} {
		var out, people strings.Builder
		if code := run(t.Context(), []string{"listen", "-r", file}, nil, &out, &people); code == 0 || !strings.Contains(people.String(), want) {
			t.Errorf("%s: code %d, %s; want %q", file, code, people.String(), want)
		}
	}
}
