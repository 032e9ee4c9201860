package harden

import (
	"slices"

	"whorl/method"
)

// silent leaves tests without an answer.
func silent(tests ...string) func(*Print) {
	return func(p *Print) {
		for _, t := range tests {
			p.mute(t)
		}
	}
}

// noClosed leaves a scanner without a closed TCP port to test.
func noClosed(p *Print) {
	p.lines = slices.DeleteFunc(p.lines, func(l method.Line) bool { return l.Test == "T5" || l.Test == "T6" || l.Test == "T7" })
	p.drop("SEQ", "CI")
}

// silentUDP leaves U1 without an answer: the distance is no longer known from the TTL that
// it quotes, and initial TTLs are guessed.
func silentUDP(p *Print) {
	p.mute("U1")
	for _, l := range p.lines {
		for i := range l.Attrs {
			if a := &l.Attrs[i]; a.Name == "T" {
				a.Name = "TG"
			}
		}
	}
}

// noEcho leaves echo requests without an answer, and IP IDs with nothing of ICMP.
func noEcho(p *Print) {
	p.mute("IE")
	p.drop("SEQ", "II", "SS")
}

// zeroIDs sends the IP ID of zero. Where two series are zero, they are not compared.
func zeroIDs(p *Print) {
	for _, name := range []string{"TI", "CI", "II"} {
		p.set("SEQ", name, "Z")
	}
	p.drop("SEQ", "SS")
}

// sharedClock lets all connections have one clock of 1000 Hz, as kernels before 4.10 did.
func sharedClock(p *Print) {
	if p.value("SEQ", "TS") != "U" {
		p.set("SEQ", "TS", "A")
	}
}
