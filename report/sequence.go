package report

import (
	"strconv"

	"whorl"
)

// Least numbers of answers from which Nmap reports a series.
const (
	minISNs  = 4
	minIPIDs = 3
	minTimes = 3
)

// series is Host.Sequences as Nmap reports it; a field is empty if there were
// too few answers for it.
type series struct {
	index      string // TCP sequence index, decimal
	difficulty string
	ipid       string // class of IP IDs
	clock      string // class of TCP timestamps
}

func seriesOf(h *whorl.Host) series {
	q := h.Sequences
	if q == nil {
		return series{}
	}
	var s series
	if q.Index != nil && len(q.ISN) >= minISNs {
		s.index, s.difficulty = strconv.Itoa(*q.Index), difficulty(*q.Index)
	}
	if len(q.IPID) >= minIPIDs {
		local := h.Distance != nil && h.Distance.Method == whorl.DistanceLocal
		s.ipid = ipidPhrase(q.IPIDClass, q.IPID, local)
	}
	if max(len(q.Timestamps), len(q.ISN)) >= minTimes {
		s.clock = q.ClockClass
	}
	return s
}

// difficulty is Nmap's word for the sequence index: how hard it is to guess the
// next initial sequence number.
func difficulty(index int) string {
	for _, d := range []struct {
		below int
		word  string
	}{{3, "Trivial joke"}, {6, "Easy"}, {11, "Medium"}, {12, "Formidable"}, {16, "Worthy challenge"}} {
		if index < d.below {
			return d.word
		}
	}
	return "Good luck!"
}

var ipidPhrases = map[string]string{
	"I":  "Incremental",
	"BI": "Broken little-endian incremental",
	"RD": "Randomized",
	"RI": "Random positive increments",
	"Z":  "All zeros",
}

// ipidPhrase is Nmap's phrase for a value of TI. A constant ID is printed there as
// its hexadecimal value; steps of two are printed as I and told apart by the IDs.
func ipidPhrase(class string, ids []uint16, local bool) string {
	if class == "I" && evenSteps(ids, local) {
		return "Incrementing by 2"
	}
	if phrase, ok := ipidPhrases[class]; ok {
		return phrase
	}
	if _, err := strconv.ParseUint(class, 16, 16); err == nil {
		return "Duplicated ipid (!)"
	}
	return "Busy server or unknown class"
}

// evenSteps reports whether every step from ID to ID is even. On the local machine
// our own packets take one ID of each step.
func evenSteps(ids []uint16, local bool) bool {
	own := uint16(0)
	if local {
		own = 1
	}
	for i := 1; i < len(ids); i++ {
		if (ids[i]-ids[i-1]-own)%2 != 0 {
			return false
		}
	}
	return true
}
