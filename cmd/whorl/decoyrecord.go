package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"whorl/link/pcapfile"
	"whorl/packet"
)

// maxRecord is the greatest limit of a recording, in MB.
const maxRecord = 1 << 20

const (
	// recordOver bounds what a frame takes more than its own length, bytes
	// (draft-ietf-opsawg-pcapng section 4.3).
	recordOver = 48
	// recordHead bounds what a file begins with, but for the comment.
	recordHead = 1 << 10
)

// decoyRecording keeps the frames of contacts. Who adds one never waits for the disk.
type decoyRecording struct {
	name   string
	limit  int64 // bytes of the file
	size   int64 // of it, a little more than it has
	frames int
	full   func()      // told once, when no more fits
	failed func(error) // told once, when the file cannot be written any more

	link    packet.LinkType
	w       *pcapfile.Writer
	spool   *spool
	missing int // frames that the disk was too slow for
	stopped bool
}

// openRecording begins a recording, or goes on with one.
func openRecording(name string, limit int64) (*decoyRecording, error) {
	r := &decoyRecording{name: name, limit: limit}
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o666)
	if err == nil {
		if err = r.resume(f); err != nil {
			f.Close()
		}
	}
	if err != nil {
		return nil, usage(fmt.Errorf("--record: %w", err), "another file, in a folder that exists and can be written; move one that was cut off away")
	}
	r.spool = newSpool(f)
	return r, nil
}

// resume counts what is in a file already. One that is no whole recording is left alone.
func (r *decoyRecording) resume(f *os.File) error {
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return err
	}
	r.size = info.Size()
	magic := make([]byte, 4)
	if _, err := f.ReadAt(magic, 0); err != nil || string(magic) != sectionMagic {
		return notRecording(r.name)
	}
	old, err := pcapfile.Open(f)
	for err == nil {
		if _, _, _, err = old.Next(); err == nil {
			r.frames++
		}
	}
	if !errors.Is(err, io.EOF) {
		return notRecording(r.name)
	}
	return nil
}

// sectionMagic begins a pcapng file.
const sectionMagic = "\x0a\x0d\x0d\x0a"

func notRecording(name string) error {
	return fmt.Errorf("%s: what is in it is no whole recording (pcapng)", name)
}

// begin says what frames look like.
func (r *decoyRecording) begin(link packet.LinkType, comment string) (err error) {
	r.link = link
	r.size += int64(recordHead + len(comment))
	r.w, err = pcapfile.NewWriter(r.spool, link, comment)
	r.stopped = err != nil
	return err
}

// add keeps a frame and gives its number in the file; 0 if it is not kept.
func (r *decoyRecording) add(frame []byte, at time.Time, sent bool) int {
	if r.stopped {
		return 0
	}
	if r.size+int64(len(frame)+recordOver) > r.limit {
		r.stopped = true
		r.w.Flush()
		r.full()
		return 0
	}
	if !r.spool.room(len(frame) + recordOver) {
		r.missing++
		return 0
	}
	way := pcapfile.In
	if sent {
		way = pcapfile.Out
	}
	if err := r.w.Write(r.link, frame, at, way); err != nil {
		r.stopped = true
		r.failed(err)
		return 0
	}
	r.size += int64(len(frame) + recordOver)
	r.frames++
	return r.frames
}

// flush lets all that was added reach the file soon.
func (r *decoyRecording) flush() {
	if r.w != nil {
		r.w.Flush()
	}
}

// close waits until all is in the file.
func (r *decoyRecording) close() error {
	r.flush()
	return r.spool.close()
}
