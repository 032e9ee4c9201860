package scan

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"time"

	"whorl"
)

// A journal is what a scan that is cut off goes on from: a text file that only grows.
//
//	whorl journal 1
//	CHECKSUM job JSON                     what is scanned and how, see JournalHead
//	CHECKSUM host POSITION JSON           a host that is done
//	CHECKSUM down FIRST LAST 0-16,18,20   positions whose hosts never answered
//
// The checksum is CRC-32C of the rest of the line, in eight hexadecimal digits; JSON
// has no line feed within. A line that was not written to its end fails the test, so
// the end of a line needs no length before it. FIRST and LAST (RFC 3339) enclose the times
// at which these hosts were asked.

// JournalVersion is the version of the form that is written, and the only one read.
const JournalVersion = 1

const journalMagic = "whorl journal "

// maxRecord bounds a line of a journal in bytes; a job names all its targets.
const maxRecord = 64 << 20

// maxDown bounds the positions that wait to be written in one line.
const maxDown = 4096

// castagnoli is the table of checksums, which is made when the first journal is used.
func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

// JournalHead is the job of a journal.
type JournalHead struct {
	Version string          `json:"version"` // of the program
	Args    string          `json:"args"`    // command line as typed
	Start   time.Time       `json:"start"`
	Options []JournalOption `json:"options,omitempty"` // of the command line, in order
	Missed  int             `json:"missed,omitempty"`  // targets that could not be used
	Targets string          `json:"targets"`           // as Targets.String has them
}

// JournalOption is an option that was given. One that was given often stands often.
type JournalOption struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Range is the positions from First to Last, both included.
type Range struct{ First, Last uint64 }

// JournalWriter appends to a journal. Each line is one Write. After one that failed
// nothing more is written.
type JournalWriter struct {
	w    io.Writer
	down []uint64 // positions that wait for Flush
	seen whorl.Span
	err  error
}

// NewJournalWriter goes on with a journal that has its head.
func NewJournalWriter(w io.Writer) *JournalWriter { return &JournalWriter{w: w} }

// Begin writes the head of a new journal.
func (j *JournalWriter) Begin(h JournalHead) error {
	job, err := json.Marshal(h)
	if err != nil {
		return fmt.Errorf("scan: journal: %w", err)
	}
	if len(job) > maxRecord-len("00000000 job ") {
		return fmt.Errorf("scan: journal: %d bytes of targets are more than the %d that fit", len(job), maxRecord)
	}
	return j.write(append([]byte(fmt.Sprintf("%s%d\n", journalMagic, JournalVersion)), sealed("job "+string(job))...))
}

// Host notes that a host is done. One that never answered waits for Flush.
func (j *JournalWriter) Host(position uint64, h *whorl.Host) error {
	if !silent(h) {
		record, err := json.Marshal(h)
		if err != nil {
			return fmt.Errorf("scan: journal: host %v: %w", h.Addr, err)
		}
		return j.write(sealed(fmt.Sprintf("host %d %s", position, record)))
	}
	if len(j.down) == 0 {
		j.seen = h.Seen
	}
	if h.Seen.First.Before(j.seen.First) {
		j.seen.First = h.Seen.First
	}
	if h.Seen.Last.After(j.seen.Last) {
		j.seen.Last = h.Seen.Last
	}
	if j.down = append(j.down, position); len(j.down) < maxDown {
		return j.err
	}
	return j.Flush()
}

// Flush writes the hosts that wait.
func (j *JournalWriter) Flush() error {
	if len(j.down) == 0 {
		return j.err
	}
	text := fmt.Sprintf("down %s %s %s", stamp(j.seen.First), stamp(j.seen.Last), ranges(j.down))
	j.down = j.down[:0]
	return j.write(sealed(text))
}

func (j *JournalWriter) write(line []byte) error {
	if j.err != nil {
		return j.err
	}
	if n, err := j.w.Write(line); err != nil {
		j.err = fmt.Errorf("scan: journal: %w", err)
	} else if n < len(line) {
		j.err = fmt.Errorf("scan: journal: %w", io.ErrShortWrite)
	}
	return j.err
}

// sealed is a line with its checksum.
func sealed(text string) []byte {
	return fmt.Appendf(nil, "%08x %s\n", crc32.Checksum([]byte(text), castagnoli()), text)
}

// silent reports whether a host is nothing but down: what its address, its position and
// a span of time say again.
func silent(h *whorl.Host) bool {
	return h.Status == whorl.Status{Reason: noResponse} && h.MAC == "" && h.Distance == nil &&
		len(h.Ports)+len(h.Observations)+len(h.Verdicts)+len(h.Boxes)+len(h.Warnings) == 0
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// ranges writes positions as 0-16,18,20. It sorts them.
func ranges(positions []uint64) string {
	slices.Sort(positions)
	var b strings.Builder
	for i := 0; i < len(positions); {
		k := i
		for k+1 < len(positions) && positions[k+1] == positions[k]+1 {
			k++
		}
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		fmt.Fprint(&b, positions[i])
		if k > i {
			fmt.Fprintf(&b, "-%d", positions[k])
		}
		i = k + 1
	}
	return b.String()
}
