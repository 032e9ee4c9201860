package persona

import "regexp"

// smb is a file server that agrees on no dialect: the negotiation is answered and refused, so
// nobody gets as far as a name or a share. Requests and answers stand behind four bytes of
// length (RFC 1002 section 4.3.1); what the answer repeats of the request has the same place
// in both.
//
// Sources: MS-CIFS 2.2.3.1 (header) and 2.2.4.52.2 (a dialect of 0xFFFF is none); MS-SMB2
// 2.2.1.2 (header), 2.2.2 (errors) and 3.3.5.4 (no common dialect).
//
// What says the version, 0xFF or 0xFE, is no character, but what follows differs: the command
// to negotiate of SMB 1, and the length of the header of SMB 2.
func smb(port uint16) Service {
	return Service{Port: port, Rules: []Rule{
		{Pattern: regexp.MustCompile(`(?s)^\x00.{3}.SMBr`), Reply: []byte(smb1NoDialect), Same: []Span{{14, 18}, {30, 32}, {34, 36}}}, // flags 2 and PID, PID, MID
		{Pattern: regexp.MustCompile(`(?s)^\x00.{3}.SMB@\x00`), Reply: []byte(smb2NotSupported), Same: []Span{{16, 18}, {28, 40}}},    // command, message and process
		{Close: true}, // no SMB
	}}
}

// The answers; numbers of SMB are little-endian.
const (
	smb1NoDialect = "\x00\x00\x00\x25" + "\xffSMB" + "\x72" + "\x00\x00\x00\x00" + "\x98" + "\x00\x00" + // negotiate, status, a reply, flags 2
		"\x00\x00" + "\x00\x00\x00\x00\x00\x00\x00\x00" + "\x00\x00" + "\x00\x00\x00\x00\x00\x00\x00\x00" + // PID, signature, reserved, TID to MID
		"\x01" + "\xff\xff" + "\x00\x00" // one word, no dialect, no bytes
	smb2NotSupported = "\x00\x00\x00\x49" + "\xfeSMB" + "\x40\x00" + "\x00\x00" + "\xbb\x00\x00\xc0" + // length of the header, credit charge, STATUS_NOT_SUPPORTED
		"\x00\x00" + "\x01\x00" + "\x01\x00\x00\x00" + "\x00\x00\x00\x00" + // negotiate, a credit, a reply, alone
		"\x00\x00\x00\x00\x00\x00\x00\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00\x00\x00\x00\x00" + // message, process, tree, session
		"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" + // signature
		"\x09\x00" + "\x00" + "\x00" + "\x00\x00\x00\x00" + "\x00" // an error without data
)
