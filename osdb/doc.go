// Package osdb holds references: what is known of TCP/IP stacks, under one name
// and class, with the place that each fact comes from.
//
// It reads nmap-os-db as it is, of Nmap 7.93 and later, the databases of Nmap's first
// generation (below), and our own files, which have the grammar of nmap-os-db and four
// things more: lines of methods other than Nmap's (Syn, SynAck, those of packages ipv6,
// deep and backoff), lines Gen1, a line Source that says where a record's facts come
// from, and a line Within for a part of another record. A record:
//
//	Fingerprint Linux 6.12 - 6.18
//	Class Linux | Linux | 6.X | general purpose
//	CPE cpe:/o:linux:linux_kernel:6
//	SEQ(SP=FE-108%GCD=1-6)
//	T2(R=N)
//	Source measured: kernel 6.12.x in qemu, 2026-11
//
// A part is what only deep probes tell from the rest of a record of the same file. All
// that is said there holds for it too:
//
//	Fingerprint Linux 6.16 - 6.17
//	Within Linux 6.12 - 6.18
//	AE(B=0)
//	Source measured: kernels 6.16.3 and 6.17.8 in qemu, 2026-11
//
// The two generations of Nmap's tests share the names T1-T7. Where a record has both,
// the word Gen1 stands before lines of the first, which otherwise read as it prints them:
//
//	Fingerprint Linux 6.12 - 6.18
//	T2(R=N)
//	Gen1 TSeq(Class=RI%gcd=<6%SI=>FFFF%IPID=Z%TS=1000HZ)
//	Gen1 T2(Resp=N)
//
// Records of nmap-os-fingerprints and of honeyd's nmap.prints have no tests but those, and
// no such word. They are known by what they say, not by the name of the file: TSeq, PU
// and the attributes Resp, ACK, Flags and Ops exist in the first generation alone.
//
// A record ends with an empty line, the next Fingerprint or the file. "#" in the
// first column begins a comment. A section MatchPoints before the records says
// what attributes are worth; without it Nmap's default holds.
//
// [Read] never gives up on a file: what it cannot use becomes a [Problem] that
// names file and line, and reading goes on. [Load] finds the files of a machine:
// embedded, then Nmap's, then those asked for, then the user's own.
//
// Who only listens loads lazily ([Config]): of files that were checked, tests stay text until
// somebody asks for them.
//
// [ReadP0f] makes records of p0f's signatures. [Entry.Passive] is what a record says of SYNs
// and SYN-ACKs, of what its tests of the second generation imply too.
//
// The user's own grows by [FromObservation] and [FromObservationIPv6], which make a
// record of a print, and [Entry.Widen], which lets it fit another one. [Append] and
// [Amend] put that into the text of a file, whose comments stay, and [Update] changes
// the file.
//
// The package does not compare hosts with records; gen2 does, and verdict ranks.
//
// Source: https://nmap.org/book/osdetect-fingerprint-format.html.
package osdb
