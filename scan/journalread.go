package scan

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"whorl"
)

// JournalRecord is one line of a journal: a host, or positions that never answered.
type JournalRecord struct {
	Position uint64
	Host     *whorl.Host // nil: see Down
	Down     []Range
	Seen     whorl.Span // encloses the times of Down
}

// JournalReader reads a journal. Broken lines lose nothing but themselves: their hosts
// are not done.
type JournalReader struct {
	Head JournalHead

	// Good is the offset behind the last good line, in bytes. What follows it was
	// not written to its end and has to be cut before more is appended.
	Good int64
	// Broken is the first broken line that good ones follow, nil if there is none.
	Broken error

	r      *bufio.Reader
	text   []byte
	number int   // of the line
	offset int64 // behind it
	torn   error // the first broken line after the last good one
}

// Positions are those of the record that are below count.
func (r JournalRecord) Positions(count uint64) iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		down := r.Down
		if r.Host != nil {
			down = []Range{{r.Position, r.Position}}
		}
		for _, d := range down {
			for p := d.First; p <= d.Last && p < count; p++ {
				if !yield(p) {
					return
				}
			}
		}
	}
}

// Record is the host that the record has of a target.
func (r JournalRecord) Record(t Target) *whorl.Host {
	if r.Host != nil {
		return r.Host
	}
	return &whorl.Host{Schema: whorl.Schema, Addr: t.Addr, Names: t.Names, Status: whorl.Status{Reason: noResponse}, Seen: r.Seen}
}

var (
	errNoJob    = errors.New("the job is not whole; nothing can be resumed from it")
	errChecksum = errors.New("wrong checksum")
	errLong     = errors.New("line too long")
)

// NewJournalReader reads the head.
func NewJournalReader(r io.Reader) (*JournalReader, error) {
	j := &JournalReader{r: bufio.NewReaderSize(r, 1<<16)}
	text, err := j.line()
	version, ok := strings.CutPrefix(text, journalMagic)
	switch {
	case err != nil && err != io.EOF && err != errLong:
		return nil, fmt.Errorf("scan: journal: %w", err)
	case err != nil || !ok:
		return nil, errors.New("scan: journal: line 1 is not the beginning of a journal")
	case version != strconv.Itoa(JournalVersion):
		return nil, fmt.Errorf("scan: journal: line 1: version %.20q, and only %d can be read", version, JournalVersion)
	}
	text, err = j.line()
	if err == nil {
		text, err = unsealed(text)
	}
	job, ok := strings.CutPrefix(text, "job ")
	if err != nil || !ok || json.Unmarshal([]byte(job), &j.Head) != nil {
		return nil, fmt.Errorf("scan: journal: line 2: %w", errNoJob)
	}
	j.Good = j.offset
	return j, nil
}

// Next is the next good record. It ends with io.EOF, or with the error of the file.
func (j *JournalReader) Next() (JournalRecord, error) {
	for {
		text, err := j.line()
		var r JournalRecord
		switch err {
		case nil:
			if text, err = unsealed(text); err == nil {
				r, err = parseRecord(text)
			}
		case errLong:
		case io.EOF:
			return r, io.EOF
		default:
			return r, fmt.Errorf("scan: journal: line %d: %w", j.number, err)
		}
		if err == nil {
			j.Good = j.offset
			if j.Broken == nil {
				j.Broken = j.torn
			}
			return r, nil
		}
		if j.torn == nil {
			j.torn = fmt.Errorf("scan: journal: line %d: %w", j.number, err)
		}
	}
}

// line reads a line without its end. What has no end is none.
func (j *JournalReader) line() (string, error) {
	j.text = j.text[:0]
	j.number++
	long := false
	for {
		part, err := j.r.ReadSlice('\n')
		j.offset += int64(len(part))
		if long = long || len(j.text)+len(part) > maxRecord+1; !long {
			j.text = append(j.text, part...)
		}
		switch {
		case err == bufio.ErrBufferFull:
		case err != nil:
			return "", err
		case long:
			return "", errLong
		default:
			return string(j.text[:len(j.text)-1]), nil
		}
	}
}

// unsealed checks a line and takes its checksum off.
func unsealed(line string) (string, error) {
	sum, text, _ := strings.Cut(line, " ")
	if fmt.Sprintf("%08x", crc32.Checksum([]byte(text), castagnoli())) != sum {
		return "", errChecksum
	}
	return text, nil
}

func parseRecord(text string) (r JournalRecord, err error) {
	kind, rest, _ := strings.Cut(text, " ")
	switch kind {
	case "host":
		position, record, _ := strings.Cut(rest, " ")
		if r.Position, err = strconv.ParseUint(position, 10, 64); err != nil {
			return r, fmt.Errorf("position %.30q is not a number", position)
		}
		r.Host = &whorl.Host{}
		if err := json.Unmarshal([]byte(record), r.Host); err != nil {
			return r, fmt.Errorf("host %d: %w", r.Position, err)
		}
		if r.Host.Schema != whorl.Schema || !r.Host.Addr.IsValid() {
			return r, fmt.Errorf("host %d: not of the form %s", r.Position, whorl.Schema)
		}
		return r, nil
	case "down":
		return parseDown(rest)
	}
	return r, fmt.Errorf("a record of kind %.20q", kind)
}

func parseDown(text string) (r JournalRecord, err error) {
	words := strings.Split(text, " ")
	if len(words) != 3 {
		return r, fmt.Errorf("%d fields where three are", len(words))
	}
	var errFirst, errLast error
	r.Seen.First, errFirst = time.Parse(time.RFC3339Nano, words[0])
	r.Seen.Last, errLast = time.Parse(time.RFC3339Nano, words[1])
	if errFirst != nil || errLast != nil {
		return r, fmt.Errorf("%.40q to %.40q is not a span of time", words[0], words[1])
	}
	for item := range strings.SplitSeq(words[2], ",") {
		a, b, isRange := strings.Cut(item, "-")
		if !isRange {
			b = a
		}
		first, errA := strconv.ParseUint(a, 10, 64)
		last, errB := strconv.ParseUint(b, 10, 64)
		if errA != nil || errB != nil || first > last {
			return r, fmt.Errorf("positions %.40q are not a range", item)
		}
		r.Down = append(r.Down, Range{first, last})
	}
	return r, nil
}
