package main

import (
	"errors"
	"strings"

	"whorl/scan"
)

// gensFlag is the value of --gen. Its zero value is the second generation.
type gensFlag scan.Gens

func (g *gensFlag) Type() string { return "N" }

func (g *gensFlag) String() string {
	switch scan.Gens(*g) {
	case scan.Gen1:
		return "1"
	case scan.Gen1 | scan.Gen2:
		return "1,2"
	case scan.Gen2:
		return "2"
	}
	return ""
}

// Set takes 1, 2 or both, with a comma between.
func (g *gensFlag) Set(text string) error {
	*g = 0
	for one := range strings.SplitSeq(text, ",") {
		switch strings.TrimSpace(one) {
		case "1":
			*g |= gensFlag(scan.Gen1)
		case "2":
			*g |= gensFlag(scan.Gen2)
		default:
			return errors.New("want 1, 2 or 1,2")
		}
	}
	return nil
}
