package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"whorl"
	"whorl/method/gen2"
)

// maxLine is how long a line of a result may be, in bytes. Hosts take some 30 KiB.
const maxLine = 16 << 20

// eachHost reads a result of "whorl scan --json" and calls f with every host.
func eachHost(file string, f func(*whorl.Host) error) error {
	r, err := os.Open(file)
	if err != nil {
		return err
	}
	defer r.Close()
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	no := 0
	for lines.Scan() {
		no++
		var h whorl.Host
		err := json.Unmarshal(lines.Bytes(), &h)
		if err == nil {
			err = f(&h)
		}
		if err != nil {
			return fmt.Errorf("%s:%d: %w", file, no, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%s:%d: %w", file, no+1, err)
	}
	return nil
}

// headline is the first verdict; one without an answer if there is none.
func headline(h *whorl.Host) whorl.Verdict {
	if len(h.Verdicts) == 0 {
		return whorl.Verdict{Name: whorl.Unknown}
	}
	return h.Verdicts[0]
}

// second is the second-generation observation of a host, or nil.
func second(h *whorl.Host) *whorl.Observation {
	for i := range h.Observations {
		if h.Observations[i].Method == "gen2" {
			return &h.Observations[i]
		}
	}
	return nil
}

// fits reports whether what was seen of a host is all as a record has it.
func fits(seen *whorl.Observation, r record) bool {
	if seen == nil || r.Gen2 == nil {
		return false
	}
	f, err := gen2.Parse(seen.Print)
	if err != nil {
		return false
	}
	s := r.Gen2.Score(f.First(), r.points, pointsRule)
	return s.Den > 0 && s.Num == s.Den
}
