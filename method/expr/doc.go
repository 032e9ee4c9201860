// Package expr reads the expressions that references put where a print has
// values: M5B4|M578, 3B-45, >A, O=, M[5B4|578]ST11NW[0-A].
//
//	expr  = alt *( "|" alt )
//	alt   = "" / literal / hex "-" hex / ">" hex / "<" hex / grouped
//	group = "[" expr "]"                 no group inside a group
//	grouped = literal and group parts in any order, at least one group
//
// Numbers are hexadecimal in upper case, of any length, compared without leading
// zeros. An empty alternative matches the empty value and nothing else does. A
// group takes the longest run of hex digits at its place.
//
// Three meanings exist (see [Meaning]); they differ where Nmap has oddities, and
// Nmap's are there so that its results can be compared. They were found by trying
// values and expressions, and are written down as the table in expr_test.go.
//
// The first generation's grammar, with "&" and "+", is a different one and not
// read here. Neither is what an attribute may say: any text that is a value can
// be an expression.
//
// Source: https://nmap.org/book/osdetect-fingerprint-format.html.
package expr
