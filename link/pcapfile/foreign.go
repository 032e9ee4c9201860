package pcapfile

// foreigners are beginnings of files that captures come in, but that are not read, and
// what to do about it.
var foreigners = [...]struct{ magic, advice string }{
	{"\x28\xb5\x2f\xfd", "compressed with zstd; unpack it first"}, // RFC 8878 section 3.1.1
	{"\xfd7zX", "compressed with xz; unpack it first"},
	{"BZh", "compressed with bzip2; unpack it first"},
	{"\x04\x22\x4d\x18", "compressed with lz4; unpack it first"},
	{"PK\x03\x04", "a zip archive; unpack it first"},
	{"snoop", "a snoop file; convert it to pcap first"}, // RFC 1761
}

// foreign tells what a file is that begins with these 4 bytes; empty if it is none of
// those known.
func foreign(begin []byte) string {
	for _, f := range foreigners {
		if n := min(len(f.magic), len(begin)); string(begin[:n]) == f.magic[:n] {
			return f.advice
		}
	}
	return ""
}
