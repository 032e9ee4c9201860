package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"whorl"
)

// isRecords tells records of scan --json from other text.
func isRecords(text string) bool { return strings.HasPrefix(strings.TrimSpace(text), "{") }

// findRecords reads the hosts of scan --json, one a line. Those that were not fingerprinted
// are passed over. A line that cannot be read is told, and the others are read.
func findRecords(name, text string) (out []printed, err error) {
	var problems []error
	no := 0
	for s := range strings.Lines(text) {
		no++
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		h := &whorl.Host{}
		err := json.Unmarshal([]byte(s), h)
		if err == nil && h.Schema != whorl.Schema {
			err = fmt.Errorf("schema %.20q, want %s", h.Schema, whorl.Schema)
		}
		switch {
		case err != nil:
			problems = append(problems, fmt.Errorf("%s:%d: %w", name, no, err))
		case len(h.Observations) > 0:
			h.Next, h.Also = nil, nil // judged anew, like the verdicts
			out = append(out, printed{h, fmt.Sprintf("%s:%d: %s", name, no, address(h))})
		}
	}
	return out, firstOf(problems, name+": %d more lines that are no records")
}

// firstOf are the first few of many problems in one, and how many more there are.
func firstOf(problems []error, more string) error {
	if n := len(problems) - maxProblems; n > 0 {
		problems = append(problems[:maxProblems:maxProblems], fmt.Errorf(more, n))
	}
	return errors.Join(problems...)
}
