// Package data is the project's own database of stacks, part of the program: files
// *.osdb, each for one kind of system. It holds what was measured on real stacks and
// public facts, each record with its source; SOURCES.md lists the sources and their
// licences. Nothing in it is taken from Nmap's or p0f's databases.
//
// It is a database of families. A record says what is sure of many hosts and leaves
// out what is not known, so most records of devices tell of one packet, the answer
// to a SYN. What differs by setting or memory (window scales, timestamps) is a range
// or a choice. Values are for a path of 1500-byte packets: an MSS of 1460 (5B4) and
// windows as they would be there, also if the source saw another MSS.
//
// The files are in the form that package osdb reads; linux.osdb documents it at its
// head. Lines Syn and SynAck are of package syn, which says what they can say: how the
// system begins a connection, and how it answers a SYN that offers every option. A record
// without SynAck answers as its tests OPS and WIN say; docs/passive.md.
//
// Lines Gen1 are tests of Nmap's first generation (docs/gen1.md). Lines CLK to QU and BU6
// are of package deep; docs/deep.md says which of them are sure. Lines SynSent, SynRcvd,
// LastAck and FinWait1 are of package backoff: retransmission times, in decimal seconds;
// docs/temporal.md says where they come from. Lines Habits are of package syn: what a host
// shows over many connections.
//
// To load them:
//
//	set, problems := osdb.Load(osdb.Config{Embedded: data.Files})
package data

import _ "embed"

// The files. As strings they are parts of the program, which nobody copies.
var (
	//go:embed apple.osdb
	apple string
	//go:embed backoff.osdb
	backoff string
	//go:embed bsd.osdb
	bsd string
	//go:embed devices.osdb
	devices string
	//go:embed embedded.osdb
	embedded string
	//go:embed linux-old.osdb
	linuxOld string
	//go:embed linux.osdb
	linux string
	//go:embed network.osdb
	network string
	//go:embed unix.osdb
	unix string
	//go:embed userspace.osdb
	userspace string
	//go:embed windows.osdb
	windows string
)

// Files gives the files with their names, in the order in which they count.
func Files(yield func(name, text string) bool) {
	for _, f := range [...]struct{ name, text string }{
		{"apple.osdb", apple}, {"backoff.osdb", backoff}, {"bsd.osdb", bsd}, {"devices.osdb", devices},
		{"embedded.osdb", embedded}, {"linux-old.osdb", linuxOld}, {"linux.osdb", linux}, {"network.osdb", network},
		{"unix.osdb", unix}, {"userspace.osdb", userspace}, {"windows.osdb", windows},
	} {
		if !yield(f.name, f.text) {
			return
		}
	}
}

// Model is how much each feature of an observation counts, as verdict.ParseModel reads
// it; "whorl db train" made it.
//
//go:embed model.txt
var Model []byte
