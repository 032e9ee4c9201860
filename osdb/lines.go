package osdb

import (
	"bufio"
	"errors"
	"io"
)

// Bounds on what is read, so that no file can exhaust memory. Nmap's database has
// 5 MB, lines of up to 760 bytes and 6,000 records.
const (
	MaxLine     = 64 << 10
	MaxFile     = 32 << 20
	MaxEntries  = 1 << 17
	MaxProblems = 1000
	MaxSource   = 4 << 10 // of several Source lines together
)

// lines gives each line of a file to take, with its end, as far as the bounds allow.
func (d *decoder) lines(r *bufio.Reader, take func(line []byte)) {
	size := 0
	var err error
	for err == nil && !d.full && size <= MaxFile {
		var line []byte
		line, err = r.ReadSlice('\n')
		size += len(line)
		if len(line) > 0 {
			d.line++
		}
		switch {
		case size > MaxFile: // told below
		case errors.Is(err, bufio.ErrBufferFull):
			d.problem("the line has more than %d bytes and is left out: %.40q...", MaxLine, line)
			err = skipLine(r, &size)
		case len(line) > 0:
			take(line)
		}
	}
	switch {
	case size > MaxFile:
		d.problem("the file has more than %d MiB; the rest is not read: split it", MaxFile>>20)
	case err != nil && err != io.EOF:
		d.problem("cannot be read further: %v", err)
	}
}

func skipLine(r *bufio.Reader, size *int) error {
	for {
		rest, err := r.ReadSlice('\n')
		*size += len(rest)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}
