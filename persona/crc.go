package persona

import "hash/crc32"

// withCRC gives four bytes whose CRC-32 (IEEE) is sum. Four bytes reach every
// value exactly once: each of the four steps of the checksum uses one byte to pick
// a table entry, and the top byte of an entry tells which it was, so the steps can
// be walked back from the sum (Stigge, Plötz, Müller, Redlich, "Reversing CRC",
// HU Berlin 2006).
func withCRC(sum uint32) []byte {
	var picked [4]byte
	for i, c := 3, ^sum; i >= 0; i-- {
		picked[i] = entryWithTop(byte(c >> 24))
		c = (c ^ crc32.IEEETable[picked[i]]) << 8
	}
	var data [4]byte
	c := ^uint32(0)
	for i, n := range picked {
		data[i] = byte(c) ^ n
		c = crc32.IEEETable[n] ^ c>>8
	}
	return data[:]
}

// entryWithTop is the index of the table entry with that top byte; all differ.
func entryWithTop(top byte) byte {
	for i, e := range crc32.IEEETable {
		if byte(e>>24) == top {
			return byte(i)
		}
	}
	panic("persona: the CRC-32 table has each top byte once")
}
