// Package data is the project's own database of stacks, part of the program. It
// holds what was measured on real stacks and public facts, each record with its
// source; nothing in it is taken from another database.
//
// The files are in the form that package osdb reads; linux.osdb documents it at
// its head. To load them:
//
//	set, problems := osdb.Load(osdb.Config{Embedded: data.Files})
package data

import "embed"

// Files are the *.osdb files. They are only read.
//
//go:embed *.osdb
var Files embed.FS
