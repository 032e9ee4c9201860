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
		if err == nil {
			err = siblingOf(h)
		}
		switch {
		case err != nil:
			problems = append(problems, fmt.Errorf("%s:%d: %w", name, no, err))
		case len(h.Observations) > 0:
			h.Next, h.Also = nil, nil // judged anew, like the verdicts
			out = append(out, printed{h, fmt.Sprintf("%s:%d: %s", name, no, address(h))})
		}
	}
	return out, firstOf(problems, name, "lines that are no records")
}

// siblingOf refuses a sibling that no scan writes.
func siblingOf(h *whorl.Host) error {
	switch s := h.Sibling; {
	case s == nil:
	case !(s.Confidence >= 0 && s.Confidence <= 1):
		return fmt.Errorf("the confidence of its sibling, %v, is not from 0 to 1", float64(s.Confidence))
	case !s.Addr.IsValid() && s.Kinship != whorl.KinshipTranslated:
		return errors.New("its sibling has no address")
	case s.Addr.IsValid() && s.Addr.Is4() == h.Addr.Is4():
		return fmt.Errorf("its sibling %v is of the same version of IP", s.Addr)
	}
	return nil
}

// firstOf are the first few of many problems of a file in one, and how many more there are.
func firstOf(problems []error, name, what string) error {
	if n := len(problems) - maxProblems; n > 0 {
		problems = append(problems[:maxProblems:maxProblems], fmt.Errorf("%s: %d more %s", name, n, what))
	}
	return errors.Join(problems...)
}
